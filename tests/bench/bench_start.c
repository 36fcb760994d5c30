/* SPDX-License-Identifier: MPL-2.0 */
/*
 * From exec to exit: a program that makes one signed call, linked with the shared library and with
 * the static one, beside a program that sends the same with libcurl alone. Each is a program of its
 * own, so that the time to load libraries counts. CPU time is the user's and the system's: most of
 * what ours takes more is the kernel's, for mappings and page faults. Its limit is a ratio, since a
 * busy machine makes both slower alike. Page faults, system calls and our own instructions are the
 * same in each run.
 *
 * The loader finds an installed library by its cache, but one in a build's folder by a search
 * through a score of folders that are not there. So ours has no path to search; it is preloaded.
 *
 * TC_BASELINE=PATH names another build's libtaskcluster.so, such as that of the commit before: the
 * same program is measured with it, too; CPU time, page faults and memory may grow by 2 %.
 */
#include "tests/bench/measure.h"
#include "tests/bench/starts.h"
#include "tests/harness/test.h"

#include "tests/harness/responder.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FAULTS_MAX 1.22 /* over libcurl's alone, as the two below */
#define SYSTEM_CALLS_MAX 1.30
#define OWN_MAX 20.0 /* thousand instructions */
#define GROWTH_MAX 1.02

enum side { OURS, STATIC, BARE, BEFORE, SIDES };

static const struct {
	const char *name, *label;
	double cpu_max; /* over libcurl's alone; 0: none */
} programs[SIDES] = {
	[OURS] = { "start_ours", "start.one call", 1.20 },
	[STATIC] = { "start_static", "start.static", 1.14 },
	[BARE] = { "start_bare", "start.libcurl alone", 0 },
	[BEFORE] = { "start_ours", "start.baseline", 0 },
};

struct bench {
	char folder[2048];
	const char *root_url;
	char library[4096];
	const char *baseline; /* NULL: none */
	struct starts_figures figures[SIDES];
};

static const char *library_of(const struct bench *bench, enum side side)
{
	if (side == BEFORE)
		return bench->baseline;
	return side == OURS ? bench->library : NULL;
}

static void measure_all(struct bench *bench)
{
	const size_t count = bench->baseline ? SIDES : BEFORE;
	char line[16384];
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		const char *library = library_of(bench, (enum side)i);
		used += (size_t)snprintf(line + used, sizeof line - used, "%s%s%s%s '%s/%s' '%s'",
			i > 0 ? " -- " : "", library ? "'LD_PRELOAD=" : "", library ? library : "",
			library ? "'" : "", bench->folder, programs[i].name, bench->root_url);
	}
	starts_measure(bench->folder, line, bench->figures, count);
}

static bool is_near_bare(const struct bench *bench, enum side side)
{
	const struct starts_figures *ours = &bench->figures[side], *bare = &bench->figures[BARE];
	const char *label = programs[side].label;

	printf("%-28s %.2f ms of CPU more; wall %.2f and %.2f ms, peak %.0f and %.0f KiB\n", label,
		(ours->cpu_us - bare->cpu_us) / 1e3, ours->wall_us / 1e3, bare->wall_us / 1e3,
		ours->peak_kib, bare->peak_kib);
	bool cpu = measure_ratio(
		label, ours->cpu_us / 1e3, bare->cpu_us / 1e3, "ms of CPU", programs[side].cpu_max);
	return measure_ratio(label, ours->faults, bare->faults, "page faults", FAULTS_MAX) && cpu;
}

struct counts {
	struct measure_count instructions;
	double system_calls;
};

/* The library of ours is already in the environment. */
static struct counts count(const struct bench *bench, enum side side)
{
	char program[4096], url[256];

	snprintf(program, sizeof program, "%s/%s", bench->folder, programs[side].name);
	snprintf(url, sizeof url, "'%s'", bench->root_url);
	return (struct counts){ measure_count(program, NULL, url),
		measure_all_system_calls(program, url) };
}

static bool counts_are_near(const char *label, const struct counts *ours, const struct counts *bare)
{
	bool calls = measure_ratio(
		label, ours->system_calls, bare->system_calls, "system calls", SYSTEM_CALLS_MAX);

	measure_ratio(label, ours->instructions.all / 1e3, bare->instructions.all / 1e3,
		"thousand instructions of the user's", 0);
	return measure_value(label, ours->instructions.own / 1e3,
		       "thousand of them in our own objects", OWN_MAX) &&
		calls;
}

static bool count_all(const struct bench *bench)
{
	struct counts bare = count(bench, BARE), linked = count(bench, STATIC);

	setenv("LD_PRELOAD", bench->library, 1);
	struct counts ours = count(bench, OURS);
	unsetenv("LD_PRELOAD");
	bool near = counts_are_near(programs[OURS].label, &ours, &bare);
	return counts_are_near(programs[STATIC].label, &linked, &bare) && near;
}

static bool is_near_baseline(const struct starts_figures *now, const struct starts_figures *before)
{
	bool cpu = measure_ratio(
		"start.cpu, baseline", now->cpu_us / 1e3, before->cpu_us / 1e3, "ms", GROWTH_MAX);
	bool faults = measure_ratio(
		"start.faults, baseline", now->faults, before->faults, "page faults", GROWTH_MAX);
	bool memory = measure_ratio(
		"start.memory, baseline", now->peak_kib, before->peak_kib, "KiB", GROWTH_MAX);

	return cpu && faults && memory;
}

/* The loader would go on without it. */
static void need(const char *library)
{
	if (access(library, R_OK) != 0)
		fail_msg("%s cannot be read", library);
}

int main(int argc, char **argv)
{
	static struct bench bench;

	(void)argc;
	starts_folder(argv[0], bench.folder, sizeof bench.folder);
	snprintf(bench.library, sizeof bench.library, "%s/../lib/libtaskcluster.so", bench.folder);
	need(bench.library);
	bench.baseline = getenv("TC_BASELINE");
	if (bench.baseline)
		need(bench.baseline);
	struct tc_responder *server = starts_server();
	bench.root_url = tc_responder_url(server);
	measure_all(&bench);
	bool near = is_near_bare(&bench, OURS);
	near = is_near_bare(&bench, STATIC) && near;
	near = count_all(&bench) && near;
	tc_responder_stop(server);
	if (bench.baseline)
		near = is_near_baseline(&bench.figures[OURS], &bench.figures[BEFORE]) && near;
	return !near;
}
