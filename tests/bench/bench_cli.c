/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The command line, from exec to exit: `slugid` beside the official client, a Go program, where
 * TC_OFFICIAL names its binary; and a call, through the program that shells start and the one that
 * it becomes, beside a program that sends the same GET with libcurl alone. start_run.c measures.
 */
#include "tests/harness/test.h"

#include "tests/harness/responder.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS 301 /* of each program, in turn */
#define SLUGID_MAX 0.25
#define CALL_MAX 1.15

struct figures {
	double cpu_us, wall_us, peak_kib;
};

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	(void)request;
	reply->headers = "Content-Type: application/json\r\n";
	reply->body = "{\"alive\":true}";
	reply->body_length = 14;
}

/* Runs programs, as start_run takes them, in an environment with nothing of a person's. */
static void measure(const char *folder, const char *programs, struct figures *figures, size_t count)
{
	char command[8192];

	snprintf(command, sizeof command, "XDG_CONFIG_HOME=/nonexistent exec '%s/start_run' %d %s",
		folder, RUNS, programs);
	FILE *lines = popen(command, "r");
	for (size_t i = 0; lines && i < count; i++)
		if (fscanf(lines, "%lf %lf %lf", &figures[i].cpu_us, &figures[i].wall_us,
			    &figures[i].peak_kib) != 3)
			fail_msg("no figures of: %s", programs);
	if (!lines || pclose(lines) != 0)
		fail_msg("cannot run: %s", programs);
}

static bool within(const char *label, double ours, double other, const char *unit, double limit)
{
	bool ok = ours <= other * limit;

	printf("%-28s %.2f %s, the other %.2f   ratio %.3f, at most %.2f: %s\n", label, ours, unit,
		other, ours / other, limit, ok ? "ok" : "MISSED");
	return ok;
}

static bool measure_slugid(const char *folder)
{
	const char *official = getenv("TC_OFFICIAL");
	struct figures figures[2] = { 0 };
	char programs[4096];

	snprintf(programs, sizeof programs, "'%s/taskcluster' slugid generate", folder);
	if (!official) {
		measure(folder, programs, figures, 1);
		printf("%-28s cpu %.2f ms, %.0f KiB; the official client is absent: TC_OFFICIAL "
		       "names none\n",
			"cli.slugid", figures[0].cpu_us / 1e3, figures[0].peak_kib);
		return true;
	}
	size_t used = strlen(programs);
	snprintf(programs + used, sizeof programs - used, " -- '%s' slugid generate", official);
	measure(folder, programs, figures, 2);
	bool ok = within("cli.slugid, cpu", figures[0].cpu_us / 1e3, figures[1].cpu_us / 1e3, "ms",
		SLUGID_MAX);
	return within("cli.slugid, memory", figures[0].peak_kib / 1024, figures[1].peak_kib / 1024,
		       "MiB", SLUGID_MAX) &&
		ok;
}

/* The second program alone is measured too: the rest is what the first one costs. */
static bool measure_call(const char *folder, const char *root_url)
{
	enum { WHOLE, BARE, ONLINE, SIDES };
	struct figures figures[SIDES] = { 0 };
	char programs[8192];

	setenv("TASKCLUSTER_ROOT_URL", root_url, 1);
	snprintf(programs, sizeof programs,
		"'%s/taskcluster' api queue ping -- '%s/start_bare' '%s' -- "
		"'%s/../libexec/taskcluster/taskcluster-online' api queue ping",
		folder, folder, root_url, folder);
	measure(folder, programs, figures, SIDES);
	printf("%-28s wall %.2f ms, libcurl alone %.2f; %.2f ms of cpu are the first program's\n",
		"cli.call", figures[WHOLE].wall_us / 1e3, figures[BARE].wall_us / 1e3,
		(figures[WHOLE].cpu_us - figures[ONLINE].cpu_us) / 1e3);
	return within("cli.call, cpu", figures[WHOLE].cpu_us / 1e3, figures[BARE].cpu_us / 1e3,
		"ms", CALL_MAX);
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	char folder[2048]; /* the programs lie beside this one */

	(void)argc;
	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - argv[0]) : 1,
		slash ? argv[0] : ".");
	bool ok = measure_slugid(folder);
	struct tc_responder *server = tc_responder_fork(answer, NULL);
	ok = measure_call(folder, tc_responder_url(server)) && ok;
	tc_responder_stop(server);
	return !ok;
}
