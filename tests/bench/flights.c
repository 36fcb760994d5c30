/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/flights.h"

#include "tests/bench/bare_loop.h"
#include "tests/bench/measure.h"
#include "tests/bench/status.h"
#include "tests/bench/steady.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLICE 2048
#define LONG 20000 /* calls, by which memory has found its size */

/* ---- the sides ---- */

struct work {
	struct status_loop *ours;
	struct bare_loop *bare;
	size_t in_flight, count;
	bool shares;
};

static void run_ours(void *data)
{
	const struct work *work = data;

	status_loop_run(work->ours, work->in_flight, work->count);
}

static void run_bare(void *data)
{
	const struct work *work = data;

	bare_loop_run(work->bare, work->count);
}

static struct bare_loop *open_bare(const char *root_url, size_t in_flight, bool shares)
{
	char url[256];

	snprintf(url, sizeof url, "%s" STATUS_PATH, root_url);
	struct bare_loop *bare = bare_loop_new(url, status_lines, in_flight);
	if (shares)
		bare_loop_share(bare);
	return bare;
}

bool flights_cpu(const struct flights *flights, double limit)
{
	struct status_loop ours = status_loop_open(flights->root_url, flights->in_flight);
	struct work work = { .ours = &ours, .in_flight = flights->in_flight, .count = SLICE };
	const struct measure_side sides[] = { { "tc_loop", run_ours, &work },
		{ "curl multi", run_bare, &work } };

	work.bare = open_bare(flights->root_url, flights->in_flight, flights->shares);
	struct measure_result result = measure_pair(&sides[0], &sides[1], SLICE);
	bare_loop_free(work.bare);
	status_loop_close(&ours);
	return measure_print(flights->label, &result, limit);
}

/* ---- a side in a process of its own ---- */

/* Where calls share connections nobody knows how many of those have something to say. */
static void count_side(const struct measure_side *side, const struct work *work)
{
	if (!work->shares)
		steady_await(work->in_flight);
	measure_counted(side);
	steady_await(0);
}

static int run_side(const struct measure_side *side, bool counted)
{
	side->run(side->data);
	if (counted)
		count_side(side, side->data);
	printf("peak %ld\n", measure_peak_kib());
	return 0;
}

static int main_of_ours(struct work *work, const char *root_url, bool counted)
{
	struct status_loop ours = status_loop_open(root_url, work->in_flight);
	const struct measure_side side = { "ours", run_ours, work };

	work->ours = &ours;
	int status = run_side(&side, counted);
	status_loop_close(&ours);
	return status;
}

static int main_of_bare(struct work *work, const char *root_url, bool counted)
{
	const struct measure_side side = { "bare", run_bare, work };

	work->bare = open_bare(root_url, work->in_flight, work->shares);
	int status = run_side(&side, counted);
	bare_loop_free(work->bare);
	return status;
}

int flights_main(int argc, char **argv, bool shares)
{
	bool counted = argc < 5;
	struct work work = { .in_flight = strtoul(argv[3], NULL, 10),
		.count = counted ? SLICE : strtoul(argv[4], NULL, 10),
		.shares = shares };

	return strcmp(argv[1], "ours") == 0 ? main_of_ours(&work, argv[2], counted)
					    : main_of_bare(&work, argv[2], counted);
}

/* Its arguments for both sides, but for the number of calls. */
struct arguments {
	char ours[256], bare[256];
};

static struct arguments arguments_of(const struct flights *flights)
{
	struct arguments of;

	snprintf(of.ours, sizeof of.ours, "ours %s %zu", flights->root_url, flights->in_flight);
	snprintf(of.bare, sizeof of.bare, "bare %s %zu", flights->root_url, flights->in_flight);
	return of;
}

bool flights_instructions(const struct flights *flights, double limit)
{
	struct arguments of = arguments_of(flights);

	return measure_sides(flights->label, flights->program, of.ours, of.bare, SLICE, limit);
}

bool flights_system_calls(const struct flights *flights, double limit)
{
	struct arguments of = arguments_of(flights);

	return measure_calls(flights->label, flights->program, of.ours, of.bare, SLICE, limit);
}

bool flights_memory(const struct flights *flights, double limit)
{
	struct arguments of = arguments_of(flights);

	return measure_peaks(flights->label, flights->program, of.ours, of.bare, LONG, limit);
}
