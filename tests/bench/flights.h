/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_FLIGHTS_H
#define TC_TESTS_FLIGHTS_H

/* Measures of calls in flight on one thread (status.h), ours over bare libcurl's, which sends the
 * same headers. Each prints, and returns whether it is within the limit. */

#include <stdbool.h>
#include <stddef.h>

struct flights {
	const char *label;
	const char *program; /* whose main makes flights_main of its arguments */
	const char *root_url;
	size_t in_flight;
	bool shares; /* the server speaks HTTP/2 and compresses */
};

bool flights_cpu(const struct flights *flights, double limit);
bool flights_instructions(const struct flights *flights, double limit);
bool flights_system_calls(const struct flights *flights, double limit);

/* The peaks of processes that do nothing else. */
bool flights_memory(const struct flights *flights, double limit);

/* A side in a process of its own: SIDE ROOT_URL IN_FLIGHT [CALLS], where SIDE is ours or bare. With
 * a number of calls it makes them and prints its peak; without, it is counted. */
int flights_main(int argc, char **argv, bool shares);

#endif
