/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* environ */

#include "tools/worker/process/seclude.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define OWN_PREFIX "TASKCLUSTER_"

int seclude(int64_t *core, tc_error *err)
{
	struct rlimit limit;

	tc_error_clear(err);
	if (getrlimit(RLIMIT_CORE, &limit) != 0)
		return tc_error_set(
			err, TC_ERROR_SYSTEM, "the limit of core dumps: %s", strerror(errno));
	*core = limit.rlim_cur == RLIM_INFINITY ? INT64_MAX : (int64_t)limit.rlim_cur;
	limit.rlim_cur = 0;
	/* the number is asked for again: where it was refused, or did nothing, tasks could read on
	 */
	if (setrlimit(RLIMIT_CORE, &limit) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
		prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return tc_error_set(err, TC_ERROR_SYSTEM,
			"this process cannot be made unreadable for others: %s", strerror(errno));
	return TC_OK;
}

/* The first such variable; its name without the value goes to `name`. */
static char *find_own(char *name, size_t room)
{
	for (char **entry = environ; entry && *entry; entry++) {
		size_t length = strcspn(*entry, "=");
		if (strncmp(*entry, OWN_PREFIX, strlen(OWN_PREFIX)) != 0 || length >= room)
			continue;
		memcpy(name, *entry, length);
		name[length] = '\0';
		return *entry;
	}
	return NULL;
}

void seclude_environment(void)
{
	char name[256];
	char *entry;

	while ((entry = find_own(name, sizeof(name)))) {
		size_t length = strlen(entry);
		unsetenv(name);
		/* what setenv made may be freed by nobody; what came at the start is the kernel's
		 * page */
		sodium_memzero(entry, length);
	}
}
