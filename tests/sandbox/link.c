/* SPDX-License-Identifier: MPL-2.0 */
#include "link.h"

#include "tests/harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINK "taskcluster-sandbox: the page: "

static FILE *kept;

struct tc_test_server *link_start(const char *const *arguments)
{
	int own = dup(STDERR_FILENO);

	link_end();
	kept = tmpfile();
	assert_non_null(kept);
	assert_true(own >= 0 && dup2(fileno(kept), STDERR_FILENO) >= 0);
	struct tc_test_server *server = tc_test_server_start_with(arguments);
	assert_true(dup2(own, STDERR_FILENO) >= 0);
	close(own);
	return server;
}

bool link_token(char *token, size_t size, size_t *count)
{
	size_t found = 0;
	char line[400];

	rewind(kept);
	while (fgets(line, sizeof line, kept)) {
		const char *hash = strchr(line, '#');
		if (strncmp(line, LINK, strlen(LINK)) != 0 || !hash)
			continue;
		snprintf(token, size, "%.*s", (int)strcspn(hash + 1, "\n"), hash + 1);
		found++;
	}
	if (count)
		*count = found;
	return found > 0;
}

void link_end(void)
{
	if (kept)
		fclose(kept);
	kept = NULL;
}
