/* SPDX-License-Identifier: MPL-2.0 */
/* The generator over all current references, from process start to exit, every file written. */
#include "tests/bench/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_MS 150.0
#define RUNS 31

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Milliseconds of one run into a folder of its own, which is removed. */
static double run_once(const char *codegen)
{
	char folder[] = "/tmp/tc-bench-XXXXXX", command[4096];

	if (!mkdtemp(folder))
		abort();
	snprintf(command, sizeof command,
		"exec '%s' --references references/taskcluster --out '%s' >/dev/null", codegen,
		folder);
	double start = measure_wall_ns();
	if (system(command) != 0)
		abort();
	double ms = (measure_wall_ns() - start) / 1e6;
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	if (system(command) != 0)
		abort();
	return ms;
}

int main(void)
{
	const char *codegen = getenv("TC_CODEGEN");
	double ms[RUNS];

	if (!codegen) {
		fprintf(stderr, "bench_generate: TC_CODEGEN is not set\n");
		return 2;
	}
	for (size_t i = 0; i < RUNS; i++)
		ms[i] = run_once(codegen);
	qsort(ms, RUNS, sizeof *ms, compare);
	bool ok = ms[RUNS / 2] <= LIMIT_MS;
	printf("%-28s median %.1f ms, slowest %.1f ms   at most %.0f: %s\n", "generate.all",
		ms[RUNS / 2], ms[RUNS - 1], LIMIT_MS, ok ? "ok" : "MISSED");
	return !ok;
}
