/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Whether works cost as much for each part of a large input as for each of a small one: their
 * instructions at n, 2n and 4n, of all objects and of our own. A doubling may cost 2.2 times, where
 * 2 is linear and 4 the square; the readers', which are the same in every run, 2.1.
 *
 *	bench_growth         all works, large
 *	bench_growth quick   what CI runs: some, as small as a square can be seen
 *
 * In a process that is counted the arguments are a work, its size, the size of one that warms up,
 * and a server's URL.
 */
#include "tests/bench/growth.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOUBLING_MAX 2.2
#define READER_MAX 2.1
#define STEPS 3
#define SKIPPED 77

static const struct table {
	const struct growth_work *works;
	const size_t *count;
	double limit;
	size_t warm; /* the size of what is done before, uncounted: what is done once is in it */
} tables[] = {
	{ growth_calls, &growth_calls_count, DOUBLING_MAX, 50 },
	{ growth_readers, &growth_readers_count, READER_MAX, 2000 },
	{ growth_programs, &growth_programs_count, DOUBLING_MAX, 0 },
};
#define TABLES (sizeof tables / sizeof *tables)

/* ---- in the process that is counted ---- */

void growth_counted(const struct growth_work *work, struct growth_input *input);

/* Valgrind knows it by its name. */
__attribute__((noinline)) void growth_counted(
	const struct growth_work *work, struct growth_input *input)
{
	work->work(input);
}

static const struct growth_work *find(const char *name)
{
	for (size_t i = 0; i < TABLES; i++) {
		for (size_t k = 0; k < *tables[i].count; k++)
			if (strcmp(tables[i].works[k].name, name) == 0)
				return &tables[i].works[k];
	}
	return NULL;
}

static struct growth_input make(const struct growth_work *work, const char *size, const char *url)
{
	struct growth_input input = {
		.size = strtoul(size, NULL, 10), .root_url = url, .text = TC__BUFFER(SIZE_MAX / 4)
	};

	work->make(&input);
	return input;
}

/* What is done once in a process is not counted. */
static int run(const char *name, const char *size, const char *warm_size, const char *url)
{
	const struct growth_work *work = find(name);

	if (!work || !work->work)
		return 2;
	struct growth_input warm = make(work, warm_size, url), input = make(work, size, url);
	work->work(&warm);
	growth_counted(work, &input);
	tc__buffer_clear(&warm.text);
	tc__buffer_clear(&input.text);
	return 0;
}

/* ---- the measure ---- */

struct setting {
	const char *program, *root_url;
	bool quick;
};

static struct measure_count count(const struct setting *setting, const struct table *table,
	const struct growth_work *work, size_t size)
{
	char arguments[300];

	if (work->count)
		return work->count(size);
	snprintf(arguments, sizeof arguments, "'%s' %zu %zu '%s'", work->name, size, table->warm,
		setting->root_url);
	return measure_count(setting->program, "growth_counted", arguments);
}

/* Prints what two doublings cost; gives the larger. */
static double print_doublings(const double *instructions)
{
	double first = instructions[1] / instructions[0];
	double second = instructions[2] / instructions[1];

	printf("%9.3f M %6.3f %6.3f", instructions[0] / 1e6, first, second);
	return first > second ? first : second;
}

static bool measure(
	const struct setting *setting, const struct table *table, const struct growth_work *work)
{
	const size_t n = setting->quick ? work->quick : work->large;
	double all[STEPS], own[STEPS];

	for (int step = 0; step < STEPS; step++) {
		struct measure_count counted = count(setting, table, work, n << step);
		all[step] = counted.all;
		own[step] = counted.own;
		if (!(own[step] > 0))
			return measure_invalid(work->name, "it could not be counted");
	}
	printf("growth.%-22s %8zu  ", work->name, n);
	double of_all = print_doublings(all);
	printf("   ours ");
	double of_own = print_doublings(own);
	bool fine = of_all <= table->limit && of_own <= table->limit;
	printf("   at most %.2f: %s\n", table->limit, fine ? "ok" : "MISSED");
	fflush(stdout);
	return fine;
}

static bool measure_all(const struct setting *setting)
{
	bool fine = true;

	printf("%-29s %8s   instructions at n, and how many times as many at 2n and 4n\n", "growth",
		"n");
	for (size_t i = 0; i < TABLES; i++) {
		for (size_t k = 0; k < *tables[i].count; k++) {
			const struct growth_work *work = &tables[i].works[k];
			if (work->quick || !setting->quick)
				fine = measure(setting, &tables[i], work) && fine;
		}
	}
	return fine;
}

int main(int argc, char **argv)
{
	if (argc == 5)
		return run(argv[1], argv[2], argv[3], argv[4]);
	struct setting setting = { .program = argv[0],
		.quick = argc == 2 && strcmp(argv[1], "quick") == 0 };
	if (setting.quick && !measure_counts()) {
		printf("skipped: valgrind is not there to count instructions\n");
		return SKIPPED;
	}
	struct tc_responder *server = tc_responder_fork(growth_answer, NULL);
	setting.root_url = tc_responder_url(server);
	bool fine = measure_all(&setting);
	tc_responder_stop(server);
	return !fine;
}
