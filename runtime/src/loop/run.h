/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_LOOP_RUN_H
#define TC_RUNTIME_LOOP_RUN_H

/* The runs of a loop, and the lists they stand in. */

#include "runtime/src/call/call.h"
#include "runtime/src/loop/table.h"
#include "runtime/src/loop/timer.h"
#include <stddef.h>
#include <taskcluster/loop.h>

enum tc__run_state {
	TC__RUN_QUEUED,
	TC__RUN_FLYING,
	TC__RUN_LANDED, /* its attempt has ended, and was not looked at */
	TC__RUN_PAUSING,
	TC__RUN_ENDED
};

/* Whose tc_cancel ends a run, as far as its loop minds: on a client's pool. */
enum tc__run_cancel {
	TC__CANCEL_NONE,
	TC__CANCEL_OF_LOOP, /* the one that ends the loop's waits */
	TC__CANCEL_OTHER,   /* one that is looked at now and then */
	TC__CANCELS
};

/* Small, as thousands may wait; what an attempt needs is made when the first one begins. */
struct tc__run {
	struct tc__passenger passenger; /* first: it is what its functions get */
	struct tc__entry entry;         /* its number */
	struct tc__timer timer;
	tc_loop *loop;
	const tc_call *call; /* counted */
	tc_done_fn *on_done;
	void *data;
	struct tc__sink *sink; /* NULL: the body goes into the response */
	struct tc__performance *performance;
	struct tc__run *before, *after; /* in its list */
	int64_t retry_ms;               /* while it pauses */
	struct tc__turn turn;           /* of its next attempt */
	int64_t deadline_ms;            /* of all of it; TC__NEVER */
	int64_t timeout_ms;             /* of each attempt; 0: as the call says */
	int landed_rc;                  /* how its attempt ended, with err */
	enum tc__run_state state;
	enum tc__run_cancel cancel;
	bool unwatched;        /* nobody could watch its descriptor */
	bool resumes;          /* its sink takes more again */
	tc_response *response; /* how it ended */
	tc_error err;
};

/* ---- by number ---- */

/* The run of an entry, which may be NULL. */
static inline struct tc__run *tc__run_of_entry(struct tc__entry *entry)
{
	return entry ? (struct tc__run *)((char *)entry - offsetof(struct tc__run, entry)) : NULL;
}

static inline struct tc__run *tc__run_table_find(const struct tc__table *table, uint64_t id)
{
	return tc__run_of_entry(tc__table_find(table, id));
}

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

#endif
