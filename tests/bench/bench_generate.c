/* SPDX-License-Identifier: MPL-2.0 */
/* The generator over all current references, every file written: CPU time of a run. And over ten
 * and forty times as many services: instructions and CPU time grow with what is read. */
#include "tests/bench/copies.h"
#include "tests/bench/measure.h"
#include "tests/bench/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define LIMIT_MS 75.0
#define RUNS 31
#define FEW 10
#define MANY 40
#define GROWTH_MAX 4.2 /* where 4 is linear */

static const char *codegen;

static double children_ms(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void run(const char *command)
{
	if (system(command) == 0)
		return;
	fprintf(stderr, "bench_generate: it fails: %s\n", command);
	exit(1);
}

static void arguments_of(char *text, size_t size, const char *references, const char *folder)
{
	snprintf(text, size, "--references '%s' --out '%s/out'", references, folder);
}

/* CPU milliseconds of one run into a folder of its own, which is removed. */
static double run_once(const char *references, const char *folder)
{
	char arguments[1024], command[2048];

	arguments_of(arguments, sizeof arguments, references, folder);
	snprintf(command, sizeof command, "exec '%s' %s >/dev/null", codegen, arguments);
	double begun = children_ms();
	run(command);
	double ms = children_ms() - begun;
	snprintf(command, sizeof command, "rm -rf '%s/out'", folder);
	run(command);
	return ms;
}

static double median_ms(const char *references, const char *folder, size_t runs)
{
	double ms[RUNS];

	for (size_t i = 0; i < runs; i++)
		ms[i] = run_once(references, folder);
	qsort(ms, runs, sizeof *ms, compare);
	return ms[runs / 2];
}

/* ---- growth ---- */

struct size {
	double instructions, ms;
};

static struct size measure_size(const char *folder, size_t copies)
{
	struct tc__buffer bundle = TC__BUFFER(SIZE_MAX / 2);
	char path[512], arguments[1024];

	copies_of_services(&bundle, copies);
	snprintf(path, sizeof path, "%s/bundle.json", folder);
	FILE *file = fopen(path, "we");
	if (!file || fwrite(bundle.data, 1, bundle.length, file) != bundle.length ||
		fclose(file) != 0) {
		perror(path);
		exit(1);
	}
	tc__buffer_clear(&bundle);
	struct size size = { .ms = median_ms(path, folder, 5) };
	arguments_of(arguments, sizeof arguments, path, folder);
	size.instructions = measure_instructions(codegen, "main", arguments);
	return size;
}

static bool measure_growth(const char *folder)
{
	struct size few = measure_size(folder, FEW), many = measure_size(folder, MANY);
	bool fine = measure_ratio("generate.40 times over 10", many.instructions, few.instructions,
		"instructions", GROWTH_MAX);

	measure_ratio("generate.40 times over 10, CPU", many.ms, few.ms, "ms", 0);
	return fine;
}

int main(void)
{
	struct scratch scratch;

	codegen = getenv("TC_CODEGEN");
	if (!codegen) {
		fprintf(stderr, "bench_generate: TC_CODEGEN is not set\n");
		return 2;
	}
	scratch_open(&scratch, 0);
	double ms = median_ms("references/taskcluster", scratch.folder, RUNS);
	bool fine = measure_value("generate.all, CPU", ms, "ms", LIMIT_MS);
	fine &= measure_growth(scratch.folder);
	return !fine;
}
