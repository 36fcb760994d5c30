/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* wait4 */
/*
 * Runs programs in turn, from exec to exit, and prints a line for each: the medians of its CPU time
 * and of the wall's in microseconds, and its peak memory in KiB.
 *
 *	start_run RUNS PROGRAM [ARGUMENT…] [-- PROGRAM [ARGUMENT…]]…
 *
 * It stands on nothing but libc: a child's peak is at least what its parent has, who lends it its
 * memory until it is another program. What they print goes nowhere.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 2000
#define PROGRAMS_MAX 8

extern char **environ;

struct program {
	char **arguments;
	double cpu_us[RUNS_MAX], wall_us[RUNS_MAX];
	long peak_kib;
};

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double us_of(const struct timeval *time)
{
	return (double)time->tv_sec * 1e6 + (double)time->tv_usec;
}

static void run(struct program *program, posix_spawn_file_actions_t *quiet, int n)
{
	struct rusage usage;
	pid_t child;
	int status;
	double begun = now_us();

	if (posix_spawn(&child, program->arguments[0], quiet, NULL, program->arguments, environ) !=
			0 ||
		wait4(child, &status, 0, &usage) != child || status != 0) {
		fprintf(stderr, "%s fails\n", program->arguments[0]);
		exit(1);
	}
	program->wall_us[n] = now_us() - begun;
	program->cpu_us[n] = us_of(&usage.ru_utime) + us_of(&usage.ru_stime);
	program->peak_kib = usage.ru_maxrss;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *figures, int runs)
{
	qsort(figures, (size_t)runs, sizeof *figures, compare);
	return figures[runs / 2];
}

/* Their number. Each one's arguments end with a NULL, which takes the place of the "--" behind. */
static size_t split(char **words, struct program *programs)
{
	size_t count = 0;

	while (*words && count < PROGRAMS_MAX) {
		programs[count++].arguments = words;
		while (*words && strcmp(*words, "--") != 0)
			words++;
		if (*words)
			*words++ = NULL;
	}
	return count;
}

int main(int argc, char **argv)
{
	static struct program programs[PROGRAMS_MAX];
	posix_spawn_file_actions_t quiet;
	int runs = argc > 2 ? atoi(argv[1]) : 0;

	if (runs < 1 || runs > RUNS_MAX)
		return 2;
	size_t count = split(argv + 2, programs);
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	for (int n = -1; n < runs; n++) /* the first to warm up */
		for (size_t i = 0; i < count; i++)
			run(&programs[i], &quiet, n < 0 ? 0 : n);
	posix_spawn_file_actions_destroy(&quiet);
	for (size_t i = 0; i < count; i++)
		printf("%.0f %.0f %ld\n", median(programs[i].cpu_us, runs),
			median(programs[i].wall_us, runs), programs[i].peak_kib);
	return 0;
}
