/* SPDX-License-Identifier: MPL-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "growth.h"

#include "test.h"
#include <time.h>

#define TIMES 8
#define TIMES_MAX 24

/* Less is noise. */
#define LEAST_NS 1e6

static double begun;

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

void growth_begin(void)
{
	begun = cpu_ns();
}

/* The least of some runs: others were disturbed. */
static double measure(growth_work *work, size_t size, int runs)
{
	double least = 0;

	for (int i = 0; i < runs; i++) {
		growth_begin();
		work(size);
		double ns = cpu_ns() - begun;
		least = i == 0 || ns < least ? ns : least;
	}
	return least < LEAST_NS ? LEAST_NS : least;
}

void growth_assert(growth_work *work, size_t size, const char *what, const char *file, int line)
{
	double one = measure(work, size, 3), many = measure(work, TIMES * size, 1);

	if (many > TIMES_MAX * one) /* once more: it may have been disturbed */
		many = measure(work, TIMES * size, 2);
	if (many <= TIMES_MAX * one)
		return;
	print_error("%s: %.1f ms for %zu, and %.1f ms for %d times as much\n", what, one / 1e6,
		size, many / 1e6, TIMES);
	_fail(file, line);
}
