/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/starts.h"

#include "tests/harness/test.h"

#include "tests/harness/responder.h"
#include <stdio.h>
#include <string.h>

void starts_folder(const char *self, char *folder, size_t size)
{
	const char *slash = strrchr(self, '/');

	snprintf(folder, size, "%.*s", slash ? (int)(slash - self) : 1, slash ? self : ".");
}

void starts_measure(
	const char *folder, const char *programs, struct starts_figures *figures, size_t count)
{
	char command[16384];

	snprintf(command, sizeof command, "XDG_CONFIG_HOME=/nonexistent exec '%s/start_run' %d %s",
		folder, STARTS_RUNS, programs);
	FILE *lines = popen(command, "re");
	for (size_t i = 0; lines && i < count; i++)
		if (fscanf(lines, "%lf %lf %lf %lf", &figures[i].cpu_us, &figures[i].wall_us,
			    &figures[i].faults, &figures[i].peak_kib) != 4)
			fail_msg("no figures of: %s", programs);
	if (!lines || pclose(lines) != 0)
		fail_msg("cannot run: %s", programs);
}

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	(void)request;
	reply->headers = "Content-Type: application/json\r\n";
	reply->body = "{\"alive\":true}";
	reply->body_length = 14;
}

struct tc_responder *starts_server(void)
{
	return tc_responder_fork(answer, NULL);
}
