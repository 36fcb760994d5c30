/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_WAIT_H
#define TASKCLUSTER_WAIT_H

/*
 * Waiting for tasks by asking the queue now and then: soon at first, ever more seldom while nothing
 * changes; and at once where something tells of changes (`news`).
 *
 *	struct tc_queue_task_status_response *reply;
 *	if (tc_wait_task(client, task_id, NULL, &reply, &err) == TC_OK)
 *		printf("%s\n", reply->status.state);
 *	tc_release(reply);
 */

#include <taskcluster/client.h>
#include <taskcluster/news.h>
#include <taskcluster/queue.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How many tasks of a group are in which state. */
struct tc_wait_counts {
	int64_t unscheduled, pending, running;
	int64_t completed, failed, exception; /* resolved */
	int64_t other;                        /* in a state that this version does not know */
};

/* How far the waiting has come. */
struct tc_wait_progress {
	int64_t waited_ms;
	int64_t asked;                       /* times the queue was asked */
	const char *state;                   /* of the task; NULL for a group, */
	const struct tc_wait_counts *counts; /* which has these; NULL for a task */
};

/* Called after every answer but the one that ends the waiting, and at least twice a second in the
 * pauses, not while the queue is asked; anything but 0 ends the waiting with TC_ERROR_CANCELED.
 * (What ends it at any time is `cancel`.) */
typedef int tc_wait_fn(void *data, const struct tc_wait_progress *progress);

/* Start from TC_WAIT_OPTIONS_INIT; zero and NULL mean the default. */
struct tc_wait_options {
	size_t size;               /* set by TC_WAIT_OPTIONS_INIT */
	const char *const *states; /* a task's states to wait for, such as "running", NULL-ended;
				      resolved ones always end the waiting, and are the default */
	int64_t timeout_ms;        /* for each attempt at a question; the client's */
	int64_t delay_ms;          /* the first pause, 1000; each is half as long again as the one
				      before, until something has changed */
	int64_t delay_max_ms;      /* also of the first; 30,000, or delay_ms when that is more */
	tc_wait_fn *progress;
	void *data;
	int64_t deadline_ms; /* for all of it, by the client's seams; then TC_ERROR_TIMEOUT; no
				limit but those that the client's calls have */
	tc_cancel *cancel;   /* ends it at once when fired; the client's */
	const struct tc_news *news; /* of what changes, so that it is seen at once; borrowed while
				       it waits; NULL, or broken: the pauses alone. What they have
				       asked follows the last answer after 100 ms, or as long as
				       that took, and the pauses behind it begin as short */
};
#define TC_WAIT_OPTIONS_INIT TC_SIZED_INIT(struct tc_wait_options)

/*
 * Waits until a task is in one of the states, or resolved in whatever way: no other state would
 * follow. *reply (which may be NULL to drop it) is the last answer; release it. A failed question
 * is repeated as the client's options say; what fails even so ends the waiting.
 */
TC_API int tc_wait_task(tc_client *client, const char *task_id,
	const struct tc_wait_options *options, struct tc_queue_task_status_response **reply,
	tc_error *err);

/* Waits until all tasks of a group are resolved. *counts (which may be NULL) has the last count,
 * also after a timeout. Every question reads the whole list, so long pauses are kind. The options'
 * `states` have no meaning here. */
TC_API int tc_wait_group(tc_client *client, const char *task_group_id,
	const struct tc_wait_options *options, struct tc_wait_counts *counts, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
