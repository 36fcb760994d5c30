/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/base/text.h"
#include "workflows/src/pulse/listener/listener.h"
#include "workflows/src/pulse/news/host.h"
#include <taskcluster/pulse_news.h>
#include <taskcluster/registry.h>

/* What may change a task that is waited for; it is defined already. */
static const char *const of_task[] = { "taskPending", "taskRunning", "taskCompleted", "taskFailed",
	"taskException" };

/* What brings the end of a group nearer, or puts it off. */
static const char *const of_group[] = { "taskGroupResolved", "taskDefined", "taskCompleted",
	"taskFailed", "taskException" };

#define BINDINGS (sizeof of_task / sizeof *of_task)
_Static_assert(BINDINGS == sizeof of_group / sizeof *of_group, "both have as many");

struct tc_pulse_news {
	struct tc_news source;
	struct tc__news_host host;
	tc_pulse_listener *listener; /* NULL: not on this system */
	struct tc_binding bindings[BINDINGS];
	size_t bound;  /* of these; 0: nobody waits */
	bool unsure;   /* whether the broker has all of the bindings yet */
	bool changed;  /* since the last look */
	bool ended;    /* the listener has, */
	tc_error over; /* of this */
};

/* ---- what the listener tells ---- */

static void on_message(void *data, struct tc_pulse_message *message)
{
	tc_pulse_news *news = data;

	news->changed = true;
	tc_pulse_ack(message, NULL);
}

/* While it was away anything may have happened. */
static void on_change(void *data, enum tc_pulse_change change, const tc_error *err)
{
	tc_pulse_news *news = data;

	(void)err;
	if (change == TC_PULSE_CONNECTED || change == TC_PULSE_CONNECTED_NEW)
		news->changed = true;
}

static void on_end(void *data, const tc_error *err)
{
	tc_pulse_news *news = data;

	news->ended = true;
	tc_error_copy(&news->over, err);
}

/* Whether the broker has answered all, and that is told: what comes from now on is heard of. */
static bool is_settled(const tc_pulse_listener *listener)
{
	return listener->consuming && !listener->asks && !listener->change_count;
}

/* ---- the source ---- */

static void unbind(tc_pulse_news *news)
{
	while (news->bound)
		tc_pulse_listener_unbind(news->listener, &news->bindings[--news->bound], NULL);
}

static int bind_to(tc_pulse_news *news, const char *exchange, struct tc_pair whose, tc_error *err)
{
	struct tc_binding *binding = &news->bindings[news->bound];

	int rc = tc_binding_by_name(tc_find_exchange("queue", exchange), &whose, 1, binding, err);
	if (rc == TC_OK)
		rc = tc_pulse_listener_bind(news->listener, binding, err);
	news->bound += rc == TC_OK;
	return rc;
}

static int check_free(const tc_pulse_news *news, tc_error *err)
{
	if (!news->listener)
		return tc_error_set(err, TC_ERROR_SYSTEM,
			"news of Pulse need epoll and timerfd, which this system does not have");
	if (news->ended)
		return tc_error_copy(err, &news->over);
	if (news->bound)
		return tc_error_set(
			err, TC_ERROR_ARGUMENT, "the source of news serves another waiting now");
	return TC_OK;
}

static int begin(void *data, const char *task_id, const char *task_group_id, tc_error *err)
{
	tc_pulse_news *news = data;
	const char *const *exchanges = task_id ? of_task : of_group;
	const struct tc_pair whose = { task_id ? "taskId" : "taskGroupId",
		task_id ? task_id : task_group_id };

	int rc = check_free(news, err);
	if (rc != TC_OK)
		return rc;
	for (size_t i = 0; rc == TC_OK && i < BINDINGS; i++)
		rc = bind_to(news, exchanges[i], whose, err);
	if (rc != TC_OK)
		unbind(news);
	news->changed = false; /* that was for others */
	news->unsure = true;
	return rc;
}

static int descriptor(void *data)
{
	return ((const tc_pulse_news *)data)->host.fd;
}

static int take(void *data, tc_error *err)
{
	tc_pulse_news *news = data;

	tc__news_host_turn(&news->host);
	if (news->ended) {
		tc_error_copy(err, &news->over);
		return -1;
	}
	/* what came before the broker had the bindings was not heard of */
	if (news->unsure && is_settled(news->listener)) {
		news->unsure = false;
		news->changed = true;
	}
	bool changed = news->changed;
	news->changed = false;
	return changed;
}

/* The broker is told at once, as the next turn may be far. */
static void end(void *data)
{
	tc_pulse_news *news = data;

	unbind(news);
	tc__news_host_turn(&news->host);
}

/* ---- from beginning to end ---- */

static void release(void *handle)
{
	tc_pulse_news *news = handle;

	tc_pulse_listener_free(news->listener);
	tc__news_host_close(&news->host);
	tc_error_clear(&news->over);
	tc_handle_end(news);
}

static int open_listener(tc_pulse_news *news, const struct tc_pulse_server *server, tc_error *err)
{
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;

	options.server = server;
	options.bodies = TC_PULSE_RAW;
	options.handle = on_message;
	options.changed = on_change;
	options.ended = on_end;
	options.data = news;
	news->listener = tc_pulse_listener_new(news->host.loop, &options, err);
	return news->listener ? TC_OK : err->code;
}

/* The listener begins to connect at once, but nothing comes of it before somebody waits. */
static int fill(tc_pulse_news *news, const struct tc_pulse_server *server, tc_error *err)
{
	news->source = (struct tc_news)TC_NEWS_INIT;
	news->source.data = news;
	news->source.begin = begin;
	news->source.descriptor = descriptor;
	news->source.take = take;
	news->source.end = end;
	int rc = tc__news_host_open(&news->host, err);
	if (rc != TC_OK || !news->host.loop)
		return rc;
	return open_listener(news, server, err);
}

tc_pulse_news *tc_pulse_news_new(const struct tc_pulse_server *server, tc_error *err)
{
	tc_pulse_news *news = tc_handle_new(sizeof *news, release);
	tc_error own = TC_ERROR_INIT;

	tc_error_clear(err);
	err = err ? err : &own;
	if (!news) {
		tc__no_memory(err);
		return NULL;
	}
	if (fill(news, server, err) != TC_OK) {
		tc_pulse_news_free(news);
		news = NULL;
	}
	tc_error_clear(&own);
	return news;
}

const struct tc_news *tc_pulse_news_source(const tc_pulse_news *news)
{
	return news ? &news->source : NULL;
}

void tc_pulse_news_free(tc_pulse_news *news)
{
	tc_release(news);
}
