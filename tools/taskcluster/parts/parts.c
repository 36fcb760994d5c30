/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* readlink in C11 */
#include "tools/taskcluster/parts/parts.h"
#include "tools/taskcluster/shared/report.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What Debian's libcurl is linked with has GnuTLS set up when it is loaded, for protocols that are
 * not spoken here: that takes most of a megabyte. Who needs it sets it up by itself. */
#define SPARE_GNUTLS "GNUTLS_NO_IMPLICIT_INIT"

static int find(char path[PATH_MAX], const char *folder, const char *part)
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (length <= 0)
		return failure("/proc/self/exe: %s: this program does not find its other parts",
			strerror(errno));
	path[length] = '\0';
	char *name = strrchr(path, '/') + 1;
	size_t room = (size_t)(path + PATH_MAX - name);
	if ((size_t)snprintf(name, room, "%s%s", folder, part) >= room)
		return failure("the path of this program is too long");
	return 0;
}

int part_become(const char *folder, const char *part, char **argv)
{
	char path[PATH_MAX];
	int status = find(path, folder, part);

	if (status != 0)
		return status;
	setenv(SPARE_GNUTLS, "1", 1);
	execv(path, argv);
	return failure(
		"%s: %s: it is a part of this program; install it too", path, strerror(errno));
}

void part_begin(void)
{
	unsetenv(SPARE_GNUTLS); /* was for this program, and is not for a browser */
}

int part_end(int status)
{
	errno = 0; /* it stays so where what was lost was lost before */
	bool whole = fflush(stdout) == 0 && !ferror(stdout);
	if (!whole && errno != EPIPE)
		status = failure("the output: %s",
			errno ? strerror(errno) : "not all of it could be written");
	return report_end(status);
}
