/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "tests/bench/measure.h"

#include "tests/bench/callgrind.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

/* ---- what is printed ---- */

#define LABEL "%-28s "

/* Small figures need more of them. */
static int digits(double figure)
{
	return figure >= 1000 ? 0 : 2;
}

static bool judge(double figure, double limit)
{
	bool ok = limit <= 0 || figure <= limit;

	if (limit > 0)
		printf("   at most %.*f: %s", digits(limit), limit, ok ? "ok" : "MISSED");
	printf("\n");
	fflush(stdout);
	return ok;
}

bool measure_invalid(const char *label, const char *format, ...)
{
	va_list arguments;

	printf(LABEL "INVALID: ", label);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	fflush(stdout);
	return false;
}

bool measure_ratio(const char *label, double ours, double bare, const char *unit, double limit)
{
	if (!(ours > 0) || !(bare > 0))
		return measure_invalid(label, "%.0f / %.0f %s", ours, bare, unit);
	printf(LABEL "%.*f / %.*f %s = %.3f", label, digits(ours), ours, digits(bare), bare, unit,
		ours / bare);
	return judge(ours / bare, limit);
}

bool measure_value(const char *label, double value, const char *unit, double limit)
{
	if (!(value > 0))
		return measure_invalid(label, "%.0f %s", value, unit);
	printf(LABEL "%.*f %s", label, digits(value), value, unit);
	return judge(value, limit);
}

bool measure_print(const char *label, const struct measure_result *result, double limit)
{
	printf(LABEL "wall %10.0f / %10.0f ns = %5.2f   cpu %10.0f / %10.0f ns = %5.2f", label,
		result->ours_ns, result->bare_ns, result->wall_ratio, result->ours_cpu_ns,
		result->bare_cpu_ns, result->cpu_ratio);
	return judge(result->cpu_ratio, limit);
}

/* ---- other programs ---- */

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
	return said && pclose(said) == 0 ? value : 0;
}

/* Runs what `format` makes of the rest, with the path of a new file in front, which the command is
 * to write. Returns that file; NULL when the command fails. */
static FILE *written_by(const char *format, ...)
{
	char path[] = "/tmp/tc-measure-XXXXXX", rest[4096], command[4200];
	int fd = mkstemp(path);
	va_list arguments;

	if (fd < 0) {
		perror(path);
		return NULL;
	}
	va_start(arguments, format);
	int length = vsnprintf(rest, sizeof rest, format, arguments);
	va_end(arguments);
	snprintf(command, sizeof command, "to=%s; %s >/dev/null", path, rest);
	bool done = length < (int)sizeof rest && system(command) == 0;
	close(fd);
	FILE *file = done ? fopen(path, "re") : NULL;
	unlink(path);
	if (!done)
		fprintf(stderr, "it fails: %s\n", command);
	return file;
}

/* ---- instructions ---- */

bool measure_counts(void)
{
	return system("valgrind --version >/dev/null 2>&1") == 0;
}

struct measure_count measure_count(const char *program, const char *function, const char *arguments)
{
	const struct measure_count none = { 0 };
	char *path = realpath(program, NULL);
	FILE *profile = !path
		? NULL
		: written_by("valgrind -q --tool=callgrind %s%s --compress-strings=no "
			     "--compress-pos=no --callgrind-out-file=$to '%s' %s",
			  function ? "--collect-atstart=no --toggle-collect=" : "",
			  function ? function : "", path, arguments);
	struct measure_count count = profile ? callgrind_read(profile, path) : none;

	if (profile)
		fclose(profile);
	free(path);
	return count;
}

double measure_instructions(const char *program, const char *function, const char *arguments)
{
	return measure_count(program, function, arguments).all;
}

__attribute__((noinline)) void measure_counted(const struct measure_side *side)
{
	side->run(side->data);
}

/* "label, ours   libcurl 60968, libc 25569, own 15200", but for what is less than a hundredth. */
static void print_objects(
	const char *label, const char *side, const struct measure_count *count, double units)
{
	char line[128];
	const char *between = "";

	snprintf(line, sizeof line, "%s, %s", label, side);
	printf(LABEL, line);
	for (size_t i = 0; i < MEASURE_OBJECTS && *count->objects[i].name; i++) {
		const struct measure_object *object = &count->objects[i];
		if (object->count < count->all / 100)
			continue;
		printf("%s%s %.0f", between, object->name, object->count / units);
		between = ", ";
	}
	printf("\n");
}

bool measure_sides(const char *label, const char *program, const char *ours, const char *bare,
	size_t units, double limit)
{
	const double n = (double)units;
	struct measure_count our_count = measure_count(program, "measure_counted", ours);
	struct measure_count bare_count = measure_count(program, "measure_counted", bare);

	print_objects(label, "ours", &our_count, n);
	print_objects(label, "bare", &bare_count, n);
	return measure_ratio(label, our_count.all / n, bare_count.all / n, "instructions", limit);
}

/* ---- system calls ---- */

double measure_all_system_calls(const char *program, const char *arguments)
{
	FILE *table =
		written_by("strace -f -qq -c -U calls,name -o $to '%s' %s", program, arguments);
	char line[256], name[64];
	double calls, total = 0;

	while (table && fgets(line, sizeof line, table))
		if (sscanf(line, "%lf %63s", &calls, name) == 2 && strcmp(name, "total") == 0)
			total = calls;
	if (table)
		fclose(table);
	return total;
}

/* The least of some: what is done at a start goes by what comes first. */
static double calls_of(const char *program, const char *arguments, size_t units)
{
	char with_units[4096];
	double least;

	snprintf(with_units, sizeof with_units, "%s %zu", arguments, units);
	least = measure_all_system_calls(program, with_units);
	for (int i = 0; i < 2 && least > 0; i++) {
		double next = measure_all_system_calls(program, with_units);
		least = next < least ? next : least;
	}
	return least;
}

double measure_system_calls(const char *program, const char *arguments, size_t units)
{
	double some = calls_of(program, arguments, units);
	double more = some > 0 ? calls_of(program, arguments, 2 * units) : 0;

	return more > some ? (more - some) / (double)units : 0;
}

bool measure_calls(const char *label, const char *program, const char *ours, const char *bare,
	size_t units, double limit)
{
	double our_calls = measure_system_calls(program, ours, units);
	double bare_calls = measure_system_calls(program, bare, units);

	return measure_ratio(label, our_calls, bare_calls, "system calls", limit);
}

/* ---- memory ---- */

static long status_kib(const char *key)
{
	const size_t length = strlen(key);
	char line[256];
	long kib = 0;
	FILE *file = fopen("/proc/self/status", "re");

	while (file && !kib && fgets(line, sizeof line, file))
		if (strncmp(line, key, length) == 0)
			kib = strtol(line + length, NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

long measure_peak_kib(void)
{
	return status_kib("VmHWM:");
}

long measure_resident_kib(void)
{
	return status_kib("VmRSS:");
}

static double peak_of(const char *program, const char *arguments, size_t units)
{
	char command[4096];

	snprintf(command, sizeof command, "'%s' %s %zu", program, arguments, units);
	return measure_figure(command, "peak ");
}

bool measure_peaks(const char *label, const char *program, const char *ours, const char *bare,
	size_t units, double limit)
{
	double our_peak = peak_of(program, ours, units), bare_peak = peak_of(program, bare, units);

	return measure_ratio(label, our_peak, bare_peak, "KiB at the peak", limit);
}
