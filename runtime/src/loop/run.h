/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_LOOP_RUN_H
#define TC_RUNTIME_LOOP_RUN_H

/* The runs of a loop and where they are kept. Everything takes the same time however many there
 * are (timers: with the logarithm), and nothing here needs memory but the table and the timers. */

#include "runtime/src/call/call.h"
#include <taskcluster/loop.h>

enum tc__run_state {
	TC__RUN_QUEUED,
	TC__RUN_FLYING,
	TC__RUN_LANDED, /* its attempt has ended, and was not looked at */
	TC__RUN_PAUSING,
	TC__RUN_ENDED
};

/* Small, as thousands may wait; what an attempt needs is made when the first one begins. */
struct tc__run {
	struct tc__passenger passenger; /* first: it is what its functions get */
	uint64_t id;
	tc_loop *loop;
	const tc_call *call; /* counted */
	tc_done_fn *on_done;
	void *data;
	struct tc__sink *sink; /* NULL: the body goes into the response */
	struct tc__performance *performance;
	struct tc__run *same_bucket;
	struct tc__run *before, *after; /* in its list */
	size_t timer;                   /* 1 + position among the timers; 0: none */
	int64_t due_ms;                 /* of its timer */
	int64_t retry_ms;               /* while it pauses */
	struct tc__turn turn;           /* of its next attempt */
	int64_t deadline_ms;            /* of all of it; TC__NEVER */
	int64_t timeout_ms;             /* of each attempt; 0: as the call says */
	int landed_rc;                  /* how its attempt ended, with err */
	enum tc__run_state state;
	bool unwatched;        /* nobody could watch its descriptor */
	bool resumes;          /* its sink takes more again */
	tc_response *response; /* how it ended */
	tc_error err;
};

/* ---- by number ---- */

struct tc__run_table {
	struct tc__run **buckets;
	size_t bucket_count; /* a power of two */
	size_t count;
};

bool tc__run_table_add(struct tc__run_table *table, struct tc__run *run); /* false: no memory */
struct tc__run *tc__run_table_find(const struct tc__run_table *table, uint64_t id);
void tc__run_table_remove(struct tc__run_table *table, struct tc__run *run);

/* Any that is left; NULL: none. *hint begins as 0 and spares looking at the same place again, while
 * nothing is added. */
struct tc__run *tc__run_table_any(const struct tc__run_table *table, size_t *hint);
void tc__run_table_clear(struct tc__run_table *table);

/* ---- in order ---- */

struct tc__run_list {
	struct tc__run *first, *last;
};

void tc__run_list_append(struct tc__run_list *list, struct tc__run *run);
void tc__run_list_prepend(struct tc__run_list *list, struct tc__run *run);
void tc__run_list_remove(struct tc__run_list *list, struct tc__run *run);
struct tc__run *tc__run_list_take(struct tc__run_list *list); /* the first, or NULL */

/* Moves all of `from` in front of what is in `to`. */
void tc__run_list_restore(struct tc__run_list *to, struct tc__run_list *from);

/* ---- by time: a heap with the next one on top ---- */

struct tc__timers {
	struct tc__run **runs;
	size_t count, capacity;
};

/* Room for as many timers as there may be runs, so that setting one cannot fail. */
bool tc__timers_reserve(struct tc__timers *timers, size_t count);
void tc__timers_set(struct tc__timers *timers, struct tc__run *run, int64_t due_ms);
void tc__timers_unset(struct tc__timers *timers, struct tc__run *run); /* fine without one */
struct tc__run *tc__timers_next(const struct tc__timers *timers);      /* NULL: none */
void tc__timers_clear(struct tc__timers *timers);

#endif
