/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_PULSE_NEWS_H
#define TASKCLUSTER_PULSE_NEWS_H

/*
 * Waiting without polling: news of tasks from Pulse, for tc_wait_task and tc_wait_group.
 *
 *	tc_pulse_news *news = tc_pulse_news_new(NULL, &err);
 *	struct tc_wait_options options = TC_WAIT_OPTIONS_INIT;
 *	options.news = tc_pulse_news_source(news);
 *	tc_wait_task(client, task_id, &options, &reply, &err);
 *	tc_pulse_news_free(news);
 *
 * It listens by a queue of its own that is gone with its connection; it can serve one waiting after
 * the other, by the same connection. While the broker is away those who wait ask the queue now and
 * then. What the broker refuses (the password) ends it for good: no other waiting has news of it.
 *
 * It belongs to the thread of those who wait. It needs epoll and timerfd; on other systems it can
 * be made, and has no news.
 */

#include <taskcluster/news.h>
#include <taskcluster/pulse.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_pulse_news tc_pulse_news;

/* NULL: the environment's broker. It connects when somebody waits; what is wrong with the options
 * is told here. */
TC_API tc_pulse_news *tc_pulse_news_new(const struct tc_pulse_server *server, tc_error *err);

/* For the options; borrowed. NULL for NULL. */
TC_API const struct tc_news *tc_pulse_news_source(const tc_pulse_news *news);

/* Not while somebody waits. NULL is fine. After fork a child may do only this or exec. */
TC_API void tc_pulse_news_free(tc_pulse_news *news);

#ifdef __cplusplus
}
#endif

#endif
