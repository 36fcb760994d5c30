/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* wait4 */
/* From exec to exit: a program that makes one signed call, linked with the shared library, takes at
 * most 2 ms more than one that makes it with libcurl alone. Each is a program of its own, so that
 * the time to load libraries counts. Their resident sizes are printed beside. */
#include "tests/bench/measure.h"
#include "tests/harness/test.h"

#include "tests/harness/responder.h"
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define RUNS 5
#define MORE_MAX_NS 2e6

struct program {
	char path[4096];
	const char *root_url;
	long peak_kib; /* resident, of the last run */
};

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	(void)request;
	reply->body = "{\"alive\":true}";
	reply->body_length = 14;
}

static void run(void *data)
{
	struct program *program = data;
	char url[128];
	char *arguments[] = { program->path, url, NULL };
	char *environment[] = { NULL };

	snprintf(url, sizeof url, "%s", program->root_url);
	for (int i = 0; i < RUNS; i++) {
		struct rusage usage;
		pid_t child;
		int status;
		if (posix_spawn(&child, program->path, NULL, NULL, arguments, environment) != 0 ||
			wait4(child, &status, 0, &usage) != child || status != 0) {
			fprintf(stderr, "%s fails\n", program->path);
			abort();
		}
		program->peak_kib = usage.ru_maxrss;
	}
}

/* The programs lie beside this one. */
static struct program find(const char *self, const char *name, const char *root_url)
{
	struct program program = { .root_url = root_url };
	const char *slash = strrchr(self, '/');
	int folder = slash ? (int)(slash + 1 - self) : 0;

	snprintf(program.path, sizeof program.path, "%.*s%s", folder, self, name);
	return program;
}

int main(int argc, char **argv)
{
	struct tc_responder *server = tc_responder_fork(answer, NULL);
	struct program ours = find(argv[0], "start_ours", tc_responder_url(server));
	struct program bare = find(argv[0], "start_bare", tc_responder_url(server));
	struct measure_side our_side = { "start", run, &ours };
	struct measure_side bare_side = { "libcurl", run, &bare };
	struct measure_result result = measure_pair(&our_side, &bare_side, RUNS);
	double more = result.ours_ns - result.bare_ns;

	(void)argc;
	measure_print("start.one call", &result, 0, false);
	printf("%-28s %.2f ms more than libcurl alone   at most %.2f: %s\n", "start.one call",
		more / 1e6, MORE_MAX_NS / 1e6, more <= MORE_MAX_NS ? "ok" : "MISSED");
	printf("%-28s %ld KiB at the peak, libcurl alone %ld KiB\n", "start.resident",
		ours.peak_kib, bare.peak_kib);
	tc_responder_stop(server);
	return more > MORE_MAX_NS;
}
