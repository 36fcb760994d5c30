/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_NEWS_H
#define TASKCLUSTER_NEWS_H

/*
 * A source of news about tasks, for those who would otherwise ask again and again: tc_wait_task and
 * tc_wait_group look at the queue as soon as there are news. It only ever shortens a pause: what is
 * believed is the queue's answer, so a source may miss things, and may tell too much.
 *
 * <taskcluster/pulse_news.h> has one that listens to Pulse; anything with a descriptor can be
 * another.
 */

#include <taskcluster/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All functions are called on the thread of who waits. */
struct tc_news {
	size_t size; /* set by TC_NEWS_INIT */
	void *data;  /* for the functions */
	/* From now on news of a task, or (task_id NULL) of a group, are wanted, until `end`; one at
	 * a time. Not TC_OK: there will be none, and who waits asks now and then; it is no failure
	 * of the waiting. */
	int (*begin)(void *data, const char *task_id, const char *task_group_id, tc_error *err);
	/* What can be read from when `take` has something to do, time that has passed included; the
	 * same from `begin` to `end`. */
	int (*descriptor)(void *data);
	/* Does that, without waiting: above 0: something has changed; 0: nothing of interest;
	 * below: the source has ended. */
	int (*take)(void *data, tc_error *err);
	void (*end)(void *data); /* after a `begin` that succeeded */
};
#define TC_NEWS_INIT TC_SIZED_INIT(struct tc_news)

#ifdef __cplusplus
}
#endif

#endif
