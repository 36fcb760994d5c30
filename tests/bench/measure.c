/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

double measure_wall_ns(void)
{
	return now_ns(CLOCK_MONOTONIC);
}

double measure_cpu_ns(void)
{
	return now_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, MEASURE_SLICES, sizeof *values, compare);
	return values[MEASURE_SLICES / 2];
}

static void run_slice(const struct measure_side *side, clockid_t clock, double *wall, double *cpu)
{
	double wall_start = measure_wall_ns(), cpu_start = now_ns(clock);

	side->run(side->data);
	*cpu = now_ns(clock) - cpu_start;
	*wall = measure_wall_ns() - wall_start;
}

static struct measure_result measure(const struct measure_side *ours,
	const struct measure_side *bare, const clockid_t clocks[2], size_t units)
{
	double wall[2][MEASURE_SLICES], cpu[2][MEASURE_SLICES];
	double n = (double)units;

	run_slice(ours, clocks[0], &wall[0][0], &cpu[0][0]);
	run_slice(bare, clocks[1], &wall[1][0], &cpu[1][0]);
	for (size_t i = 0; i < MEASURE_SLICES; i++) {
		run_slice(ours, clocks[0], &wall[0][i], &cpu[0][i]);
		run_slice(bare, clocks[1], &wall[1][i], &cpu[1][i]);
	}
	struct measure_result result = {
		.ours_ns = median(wall[0]) / n,
		.bare_ns = median(wall[1]) / n,
		.ours_cpu_ns = median(cpu[0]) / n,
		.bare_cpu_ns = median(cpu[1]) / n,
	};
	result.wall_ratio = result.ours_ns / result.bare_ns;
	result.cpu_ratio = result.ours_cpu_ns / result.bare_cpu_ns;
	return result;
}

struct measure_result measure_pair(
	const struct measure_side *ours, const struct measure_side *bare, size_t units)
{
	const clockid_t clocks[] = { CLOCK_PROCESS_CPUTIME_ID, CLOCK_PROCESS_CPUTIME_ID };

	return measure(ours, bare, clocks, units);
}

struct measure_result measure_servers(const struct measure_side *ours,
	const struct measure_side *bare, const pid_t pids[2], size_t units)
{
	clockid_t clocks[2];

	for (int i = 0; i < 2; i++) {
		if (clock_getcpuclockid(pids[i], &clocks[i]) != 0)
			abort();
	}
	return measure(ours, bare, clocks, units);
}

bool measure_print(const char *label, const struct measure_result *result, double limit, bool cpu)
{
	double ratio = cpu ? result->cpu_ratio : result->wall_ratio;
	bool ok = limit <= 0 || ratio <= limit;

	printf("%-28s wall %10.0f / %10.0f ns = %5.2f   cpu %10.0f / %10.0f ns = %5.2f", label,
		result->ours_ns, result->bare_ns, result->wall_ratio, result->ours_cpu_ns,
		result->bare_cpu_ns, result->cpu_ratio);
	if (limit > 0)
		printf("   at most %.2f: %s", limit, ok ? "ok" : "MISSED");
	printf("\n");
	fflush(stdout);
	return ok;
}

/* ---- other processes ---- */

bool measure_counts(void)
{
	return system("valgrind --version >/dev/null 2>&1") == 0;
}

double measure_figure(const char *command, const char *label)
{
	FILE *said = popen(command, "re");
	char line[512];
	double value = 0;

	while (said && fgets(line, sizeof line, said)) {
		const char *at = strstr(line, label);
		if (at)
			value = strtod(at + strlen(label), NULL);
	}
	if (said)
		pclose(said);
	return value;
}

double measure_instructions(const char *program, const char *function, const char *arguments)
{
	char command[4096];

	snprintf(command, sizeof command,
		"valgrind --tool=callgrind --collect-atstart=no --toggle-collect=%s "
		"--callgrind-out-file=/dev/null '%s' %s 2>&1",
		function, program, arguments);
	return measure_figure(command, "Collected : ");
}
