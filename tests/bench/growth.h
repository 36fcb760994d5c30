/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_BENCH_GROWTH_H
#define TC_TESTS_BENCH_GROWTH_H

/* Works that are to cost as much for each part of a large input as for each of a small one:
 * bench_growth counts their instructions at n, 2n and 4n. What cannot be done aborts. */

#include "runtime/src/base/buffer.h"
#include "tests/bench/measure.h"
#include "tests/harness/responder.h"

/* What one work is done on. */
struct growth_input {
	size_t size;
	const char *root_url;   /* of a server with growth_answer */
	struct tc__buffer text; /* for readers; empty at first, without a maximum */
	void *ready;            /* whatever `make` got ready */
};

struct growth_work {
	const char *name;
	/* In a process of its own, in which `work` alone is counted. */
	void (*make)(struct growth_input *input);
	void (*work)(struct growth_input *input);
	/* n, a number of whatever it works on, in `./dev bench`; and in CI, as small as a square
	 * can still be seen. 0: CI leaves it out. */
	size_t large, quick;
	/* Instead of the first two, for what other programs do. */
	struct measure_count (*count)(size_t size);
};

/* Bytes that are read; queries, items. */
extern const struct growth_work growth_readers[];
extern const size_t growth_readers_count;

/* Calls, pages, items and bytes over loopback. */
extern const struct growth_work growth_calls[];
extern const size_t growth_calls_count;

/* What calls and lists are answered, for a responder. */
void growth_answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply);

/* References for the generator, and tasks for the sandbox. */
extern const struct growth_work growth_programs[];
extern const size_t growth_programs_count;

#endif
