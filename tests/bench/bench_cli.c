/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The command line, from exec to exit: `slugid` beside the official client, a Go program, where
 * TC_OFFICIAL names its binary; and a call, through the program that shells start and the one that
 * it becomes, beside a program that sends the same GET with libcurl alone.
 */
#include "tests/bench/measure.h"
#include "tests/bench/starts.h"
#include "tests/harness/test.h"

#include "tests/harness/responder.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLUGID_MAX 0.25
#define CALL_MAX 1.15

static bool measure_slugid(const char *folder)
{
	const char *official = getenv("TC_OFFICIAL");
	struct starts_figures figures[2] = { 0 };
	char programs[4096];

	snprintf(programs, sizeof programs, "'%s/taskcluster' slugid generate", folder);
	if (!official) {
		starts_measure(folder, programs, figures, 1);
		printf("%-28s cpu %.2f ms, %.0f KiB; the official client is absent: TC_OFFICIAL "
		       "names none\n",
			"cli.slugid", figures[0].cpu_us / 1e3, figures[0].peak_kib);
		return true;
	}
	size_t used = strlen(programs);
	snprintf(programs + used, sizeof programs - used, " -- '%s' slugid generate", official);
	starts_measure(folder, programs, figures, 2);
	bool cpu = measure_ratio("cli.slugid, cpu", figures[0].cpu_us / 1e3,
		figures[1].cpu_us / 1e3, "ms", SLUGID_MAX);
	bool memory = measure_ratio("cli.slugid, memory", figures[0].peak_kib / 1024,
		figures[1].peak_kib / 1024, "MiB", SLUGID_MAX);
	return cpu && memory;
}

/* The second program alone is measured too: the rest is what the first one costs. */
static bool measure_call(const char *folder, const char *root_url)
{
	enum { WHOLE, BARE, ONLINE, SIDES };
	struct starts_figures figures[SIDES] = { 0 };
	char programs[8192];

	setenv("TASKCLUSTER_ROOT_URL", root_url, 1);
	snprintf(programs, sizeof programs,
		"'%s/taskcluster' api queue ping -- '%s/start_bare' '%s' -- "
		"'%s/../libexec/taskcluster/taskcluster-online' api queue ping",
		folder, folder, root_url, folder);
	starts_measure(folder, programs, figures, SIDES);
	printf("%-28s wall %.2f ms, libcurl alone %.2f; %.2f ms of cpu are the first program's\n",
		"cli.call", figures[WHOLE].wall_us / 1e3, figures[BARE].wall_us / 1e3,
		(figures[WHOLE].cpu_us - figures[ONLINE].cpu_us) / 1e3);
	return measure_ratio("cli.call, cpu", figures[WHOLE].cpu_us / 1e3,
		figures[BARE].cpu_us / 1e3, "ms", CALL_MAX);
}

int main(int argc, char **argv)
{
	char folder[2048];

	(void)argc;
	starts_folder(argv[0], folder, sizeof folder);
	bool ok = measure_slugid(folder);
	struct tc_responder *server = starts_server();
	ok = measure_call(folder, tc_responder_url(server)) && ok;
	tc_responder_stop(server);
	return !ok;
}
