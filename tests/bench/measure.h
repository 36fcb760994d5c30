/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_MEASURE_H
#define TC_TESTS_MEASURE_H

/* Ratios measured in one run: two sides do the same work in alternating slices, and the medians of
 * their slices are compared, so that a busy machine disturbs both alike. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define MEASURE_SLICES 31

struct measure_side {
	const char *name;
	void (*run)(void *data); /* one slice of work */
	void *data;
};

struct measure_result {
	double wall_ratio;       /* ours over bare, medians */
	double cpu_ratio;        /* CPU time of the whole process, both medians */
	double ours_ns, bare_ns; /* wall, a unit of work */
	double ours_cpu_ns, bare_cpu_ns;
};

/* Runs both sides MEASURE_SLICES times in turn after one warm-up each; `units` of work a slice. */
struct measure_result measure_pair(
	const struct measure_side *ours, const struct measure_side *bare, size_t units);

/* The same, with the CPU time of the two processes that serve the sides, not of this one. */
struct measure_result measure_servers(const struct measure_side *ours,
	const struct measure_side *bare, const pid_t pids[2], size_t units);

/* Prints "label: ours … ns, bare … ns, ratio … (limit …) ok|MISSED"; `limit` 0 prints none. Returns
 * whether the ratio (of CPU time when `cpu`) is within the limit. */
bool measure_print(const char *label, const struct measure_result *result, double limit, bool cpu);

/* Whether valgrind is there, to count instructions. */
bool measure_counts(void);

/*
 * Instructions of a function, which must not be inlined, with all that it calls, in a process of
 * its own: `program` with these arguments as a shell has them. 0 when they could not be counted.
 */
double measure_instructions(const char *program, const char *function, const char *arguments);

/* The figure behind `label` in what a command prints; 0 when there is none. */
double measure_figure(const char *command, const char *label);

/* Nanoseconds: of the wall, and of CPU that this process used. */
double measure_wall_ns(void);
double measure_cpu_ns(void);

#endif
