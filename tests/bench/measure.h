/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_MEASURE_H
#define TC_TESTS_MEASURE_H

/*
 * What a bench measures, and how it says what came of it. A limit is on instructions or on system
 * calls, which are the same on a busy machine, or on CPU time: then two sides do the same work in
 * alternating slices, and the medians of their slices are compared. Wall time is printed only,
 * unless a wait is itself the subject.
 *
 * A figure that cannot be had is INVALID, and fails like one over its limit: what `./dev bench`
 * installs is there.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* ---- what is printed ---- */

/* Prints "label  ours / bare unit = ratio   at most limit: ok|MISSED", or that it is INVALID where
 * one of the two is not above 0. Returns whether it is within the limit; `limit` 0 is none. */
bool measure_ratio(const char *label, double ours, double bare, const char *unit, double limit);

/* The same of one value: "label  value unit   at most limit: ok|MISSED". */
bool measure_value(const char *label, double value, const char *unit, double limit);

/* Prints "label  INVALID: why" and returns false. */
bool measure_invalid(const char *label, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- time ---- */

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

/* Prints both ratios. Returns whether that of CPU time is within the limit; `limit` 0 is none. */
bool measure_print(const char *label, const struct measure_result *result, double limit);

/* Nanoseconds: of the wall, and of CPU that this process used. */
double measure_wall_ns(void);
double measure_cpu_ns(void);

/* ---- instructions ---- */

#define MEASURE_OBJECTS 12

/*
 * Instructions by Valgrind's callgrind; all 0 when they could not be counted, and why is on stderr.
 *
 * `all` leaves out the block functions of libcrypto's SHA-2, and nothing else: Valgrind has no
 * SHA-NI, so that it counts 2000 instructions for a block of 64 bytes, which take 50 ns on a real
 * machine. Debian's libcrypto is stripped, but SHA256_Update, SHA256_Final and those of SHA-512 are
 * exported, all hashing goes through them, HMAC and EVP too, and the only function without a name
 * that they call is the block function: it is what such calls cost with all below them. Where
 * libcrypto has its symbols it is known by its name.
 */
struct measure_count {
	double all; /* whoever's */
	double own; /* of our own objects: the program itself, and libtaskcluster*.so */
	struct measure_object {
		char name[24]; /* "libcurl"; "own"; "" behind the last */
		double count;
	} objects[MEASURE_OBJECTS]; /* the first ones that did anything */
};

/*
 * What a function, which must not be inlined, and all that it calls cost in a process of its own:
 * `program` with these arguments, as a shell has them. That must exit with 0; what it prints is
 * dropped. It must not fork. A function that is entered several times is summed up; NULL is the
 * whole process from exec to exit, with what the loader does.
 */
struct measure_count measure_count(
	const char *program, const char *function, const char *arguments);

/* Its `all`. */
double measure_instructions(const char *program, const char *function, const char *arguments);

/* One slice of a side; a counted process calls it after a slice that warms up. */
void measure_counted(const struct measure_side *side);

/* Counts measure_counted in `program ours` and `program bare`, and prints both for each of `units`
 * of work a slice, and by whom. Returns as measure_ratio does. */
bool measure_sides(const char *label, const char *program, const char *ours, const char *bare,
	size_t units, double limit);

/* Whether valgrind is there; only a test that may be skipped has to ask. */
bool measure_counts(void);

/* ---- system calls ---- */

/* Of `program` with these arguments and, behind them, a number of units to work off, by strace, a
 * unit: the difference between a run with `units` and one with twice as many, so that a program's
 * start does not count. The program's children do. 0 when they could not be counted. */
double measure_system_calls(const char *program, const char *arguments, size_t units);

/* Of the whole program. 0 when they could not be counted. */
double measure_all_system_calls(const char *program, const char *arguments);

/* Compares them for both, as measure_sides does; `units` come behind the arguments. */
bool measure_calls(const char *label, const char *program, const char *ours, const char *bare,
	size_t units, double limit);

/* ---- memory ---- */

/* The most memory this program had since its start, in KiB. (getrusage also counts what the process
 * was before exec.) */
long measure_peak_kib(void);

/* What it has now. */
long measure_resident_kib(void);

/* Compares the figures behind "peak " that `program` prints with the two arguments and `units`. */
bool measure_peaks(const char *label, const char *program, const char *ours, const char *bare,
	size_t units, double limit);

/* ---- other programs ---- */

/* The figure behind `label` in what a command prints; 0 when there is none, or the command fails.
 */
double measure_figure(const char *command, const char *label);

#endif
