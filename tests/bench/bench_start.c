/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* wait4 */
/*
 * From exec to exit: a program that makes one signed call, linked with the shared library, takes at
 * most 2 ms more than one that makes it with libcurl alone. Each is a program of its own, so that
 * the time to load libraries counts.
 *
 * TC_BASELINE=PATH names another build's libtaskcluster.so, such as that of the commit before: the
 * same program is measured with it and with this build's, both preloaded, as that takes time
 * itself; time, CPU time and memory may grow by 2 %.
 */
#include "tests/bench/measure.h"
#include "tests/harness/test.h"

#include "tests/harness/responder.h"
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS 301 /* of each program, in turn */
#define MORE_MAX_NS 2e6
#define GROWTH_MAX 1.02

/* What one run took. */
enum figure { WALL_NS, CPU_NS, PEAK_KIB, FIGURES };

struct program {
	char path[4096];
	char preload[4096]; /* "LD_PRELOAD=…", or "" */
	double figures[FIGURES][RUNS];
};

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	(void)request;
	reply->body = "{\"alive\":true}";
	reply->body_length = 14;
}

static double ns_of(const struct timeval *time)
{
	return (double)time->tv_sec * 1e9 + (double)time->tv_usec * 1e3;
}

static void run(struct program *program, const char *root_url, int n)
{
	char url[128];
	char *arguments[] = { program->path, url, NULL };
	char *environment[] = { *program->preload ? program->preload : NULL, NULL };
	struct rusage usage;
	pid_t child;
	int status;

	snprintf(url, sizeof url, "%s", root_url);
	double begun = measure_wall_ns();
	if (posix_spawn(&child, program->path, NULL, NULL, arguments, environment) != 0 ||
		wait4(child, &status, 0, &usage) != child || status != 0) {
		fprintf(stderr, "%s %s fails\n", program->preload, program->path);
		exit(1);
	}
	program->figures[WALL_NS][n] = measure_wall_ns() - begun;
	program->figures[CPU_NS][n] = ns_of(&usage.ru_utime) + ns_of(&usage.ru_stime);
	program->figures[PEAK_KIB][n] = (double)usage.ru_maxrss;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(struct program *program, enum figure figure)
{
	qsort(program->figures[figure], RUNS, sizeof(double), compare);
	return program->figures[figure][RUNS / 2];
}

/* The programs lie beside this one. */
static void find(struct program *program, const char *self, const char *name)
{
	const char *slash = strrchr(self, '/');
	int folder = slash ? (int)(slash + 1 - self) : 0;

	snprintf(program->path, sizeof program->path, "%.*s%s", folder, self, name);
}

static bool is_near_bare(struct program *ours, struct program *bare)
{
	double more = median(ours, WALL_NS) - median(bare, WALL_NS);

	printf("%-28s wall %.2f ms, cpu %.2f ms; with libcurl alone %.2f and %.2f ms\n",
		"start.one call", median(ours, WALL_NS) / 1e6, median(ours, CPU_NS) / 1e6,
		median(bare, WALL_NS) / 1e6, median(bare, CPU_NS) / 1e6);
	printf("%-28s %.2f ms more than libcurl alone   at most %.2f: %s\n", "start.one call",
		more / 1e6, MORE_MAX_NS / 1e6, more <= MORE_MAX_NS ? "ok" : "MISSED");
	printf("%-28s %.0f KiB at the peak, libcurl alone %.0f KiB\n", "start.resident",
		median(ours, PEAK_KIB), median(bare, PEAK_KIB));
	return more <= MORE_MAX_NS;
}

static bool is_near_baseline(struct program *ours, struct program *before)
{
	static const struct {
		const char *label;
		enum figure figure;
		double unit;
		const char *name;
	} rows[] = { { "start.time", WALL_NS, 1e6, "ms" }, { "start.cpu", CPU_NS, 1e6, "ms" },
		{ "start.memory", PEAK_KIB, 1, "KiB" } };
	bool near = true;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		double now = median(ours, rows[i].figure), then = median(before, rows[i].figure);
		bool ok = now <= then * GROWTH_MAX;
		printf("%-28s %.2f / %.2f %s = %.3f of the baseline   at most %.2f: %s\n",
			rows[i].label, now / rows[i].unit, then / rows[i].unit, rows[i].name,
			now / then, GROWTH_MAX, ok ? "ok" : "MISSED");
		near &= ok;
	}
	return near;
}

/* With a library in place of the one that it was linked with. */
static void preload(struct program *program, const char *library)
{
	if (access(library, R_OK) != 0) { /* the loader would go on without it */
		fprintf(stderr, "%s cannot be read\n", library);
		exit(1);
	}
	snprintf(program->preload, sizeof program->preload, "LD_PRELOAD=%s", library);
}

enum side { OURS, BARE, NOW, BEFORE, SIDES };

static void run_in_turn(struct program *programs, size_t count, const char *root_url)
{
	for (int n = -1; n < RUNS; n++) /* the first to warm up */
		for (size_t i = 0; i < count; i++)
			run(&programs[i], root_url, n < 0 ? 0 : n);
}

int main(int argc, char **argv)
{
	static struct program programs[SIDES], library;
	const char *baseline = getenv("TC_BASELINE");

	(void)argc;
	find(&programs[OURS], argv[0], "start_ours");
	find(&programs[BARE], argv[0], "start_bare");
	find(&programs[NOW], argv[0], "start_ours");
	find(&programs[BEFORE], argv[0], "start_ours");
	find(&library, argv[0], "../lib/libtaskcluster.so");
	if (baseline) {
		preload(&programs[NOW], library.path);
		preload(&programs[BEFORE], baseline);
	}
	struct tc_responder *server = tc_responder_fork(answer, NULL);
	run_in_turn(programs, baseline ? SIDES : NOW, tc_responder_url(server));
	tc_responder_stop(server);
	bool near = is_near_bare(&programs[OURS], &programs[BARE]);
	if (baseline)
		near = is_near_baseline(&programs[NOW], &programs[BEFORE]) && near;
	return !near;
}
