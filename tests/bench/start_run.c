/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* wait4 */
/*
 * Runs programs in turn, from exec to exit, and prints a line for each: the medians of its CPU time
 * (user's and system's) and of the wall's in microseconds, of its page faults, and of its peak
 * memory in KiB.
 *
 *	start_run RUNS [NAME=VALUE]… PROGRAM [ARGUMENT…] [-- [NAME=VALUE]… PROGRAM [ARGUMENT…]]…
 *
 * Variables in front of a program are for it alone. What the programs print goes nowhere.
 *
 * CPU time and faults are the child's own, whoever starts it. Its peak is at least what its parent
 * has, who lends it its memory until it is another program; so this one stands on nothing but libc.
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
#define VARIABLES_MAX 256

extern char **environ;

enum figure { CPU_US, WALL_US, FAULTS, PEAK_KIB, FIGURES };

struct program {
	char **arguments;
	char *environment[VARIABLES_MAX + 1];
	double figures[FIGURES][RUNS_MAX];
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

	if (posix_spawn(&child, program->arguments[0], quiet, NULL, program->arguments,
		    program->environment) != 0 ||
		wait4(child, &status, 0, &usage) != child || status != 0) {
		fprintf(stderr, "%s fails\n", program->arguments[0]);
		exit(1);
	}
	program->figures[WALL_US][n] = now_us() - begun;
	program->figures[CPU_US][n] = us_of(&usage.ru_utime) + us_of(&usage.ru_stime);
	program->figures[FAULTS][n] = (double)usage.ru_minflt + (double)usage.ru_majflt;
	program->figures[PEAK_KIB][n] = (double)usage.ru_maxrss;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(struct program *program, enum figure figure, int runs)
{
	qsort(program->figures[figure], (size_t)runs, sizeof(double), compare);
	return program->figures[figure][runs / 2];
}

/* Takes the variables in front of a program, whose environment has those of this process, too.
 * Returns what is behind them. */
static char **take_variables(struct program *program, char **words)
{
	size_t count = 0;

	for (; *words && strchr(*words, '=') && count < VARIABLES_MAX; words++)
		program->environment[count++] = *words;
	for (char **inherited = environ; *inherited && count < VARIABLES_MAX; inherited++)
		program->environment[count++] = *inherited;
	return words;
}

/* Their number. Each one's arguments end with a NULL, which takes the place of the "--" behind. */
static size_t split(char **words, struct program *programs)
{
	size_t count = 0;

	while (*words && count < PROGRAMS_MAX) {
		words = take_variables(&programs[count], words);
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
		printf("%.0f %.0f %.0f %.0f\n", median(&programs[i], CPU_US, runs),
			median(&programs[i], WALL_US, runs), median(&programs[i], FAULTS, runs),
			median(&programs[i], PEAK_KIB, runs));
	return 0;
}
