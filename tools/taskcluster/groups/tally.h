/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_GROUPS_TALLY_H
#define TC_CLI_GROUPS_TALLY_H

/* What is kept of a group while its tasks are read: the same little memory however many those are.
 */

#include <taskcluster/json.h>

#include <stdint.h>

/* In the order in which tasks go through them. */
enum tally_state {
	TALLY_UNSCHEDULED,
	TALLY_PENDING,
	TALLY_RUNNING,
	TALLY_COMPLETED, /* resolved from here */
	TALLY_FAILED,
	TALLY_EXCEPTION,
	TALLY_OTHER, /* that this version does not know: not resolved */
	TALLY_STATES
};

/* A task that runs. Times are ms since 1970, as the queue tells them. */
struct tally_slow {
	int64_t started_ms;
	char name[512]; /* cut at the end */
};

#define TALLY_SLOW_MAX 10

/* So far back tasks that were resolved tell how fast it goes. */
#define TALLY_RECENT_MS (10 * 60 * (int64_t)1000)

struct tally {
	int64_t now_ms; /* by the queue's clock, when the reading began */
	int64_t counts[TALLY_STATES];
	struct tally_slow slow[TALLY_SLOW_MAX]; /* those that run longest, the longest first */
	size_t slow_count;
	int64_t started_ms; /* the first start of a task; now_ms while there was none */
	int64_t recent;     /* resolved since now_ms - TALLY_RECENT_MS */
};

void tally_begin(struct tally *tally, int64_t now_ms);

/* Takes in a task as listTaskGroup gives it. */
void tally_add(struct tally *tally, const tc_json *item);

const char *tally_state_name(enum tally_state state);
enum tally_state tally_find_state(const char *name);
int64_t tally_total(const struct tally *tally);
int64_t tally_left(const struct tally *tally);  /* not resolved */
int64_t tally_wrong(const struct tally *tally); /* failed or exceptions */

/* Until all are resolved if it goes on as in the recent past, in ms; -1: nobody knows. */
int64_t tally_left_ms(const struct tally *tally);

/* Whether the counts are the same. */
bool tally_equal(const struct tally *a, const struct tally *b);

#endif
