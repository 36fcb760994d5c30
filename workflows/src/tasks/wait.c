/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/base/options.h"

#include <string.h>
#include <taskcluster/pages.h>
#include <taskcluster/wait.h>

#define DELAY_MS 1000
#define DELAY_MAX_MS 30000

/* Between two calls of the progress callback at most. */
#define WATCH_MS 500

/* What news have asked follows the last answer after so long at least, and after as long as that
 * answer took: a source may babble, and a group's list be long. */
#define NEWS_MS 100

/* Between two looks at a source that had nothing to tell. */
#define LOOK_MS 10

/* One waiting. */
struct wait {
	tc_client *client;
	struct tc_wait_options options; /* whole */
	const char *what;               /* "the task's state", for messages */
	int64_t begun_ms;
	int64_t delay_ms; /* the next pause */
	struct tc_wait_progress progress;
	struct tc_news news; /* whole */
	bool listens;        /* from its `begin` to its `end` */
	int64_t look_ms;     /* not to be looked at before */
	int64_t resumed_ms;  /* when the last pause ended */
	int64_t answer_ms;   /* how long the last answer took */
};

static int check_options(const struct tc_wait_options *options, tc_error *err)
{
	const struct {
		const char *name;
		int64_t value;
	} times[] = {
		{ "timeout_ms", options->timeout_ms },
		{ "delay_ms", options->delay_ms },
		{ "delay_max_ms", options->delay_max_ms },
		{ "deadline_ms", options->deadline_ms },
	};

	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < sizeof times / sizeof *times; i++)
		rc = tc__workflow_check(times[i].name, times[i].value, err);
	return rc;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- news ---- */

static int read_news(struct wait *wait, tc_error *err)
{
	struct tc_news *news = &wait->news;

	if (!wait->options.news)
		return TC_OK;
	int rc = tc__workflow_struct(
		"news", wait->options.news, news, sizeof *news, "TC_NEWS_INIT", err);
	if (rc != TC_OK)
		return rc;
	const struct tc__needed needed[] = {
		{ "news.begin", news->begin != NULL },
		{ "news.descriptor", news->descriptor != NULL },
		{ "news.take", news->take != NULL },
		{ "news.end", news->end != NULL },
	};
	return tc__check_needed(needed, sizeof needed / sizeof *needed, err);
}

/* From before the first question, so that nothing falls between. */
static void begin_news(struct wait *wait, const char *task_id, const char *task_group_id)
{
	tc_error failure = TC_ERROR_INIT;

	if (!wait->options.news || !wait->client || (!task_id && !task_group_id))
		return; /* the question says what is wrong */
	wait->listens =
		wait->news.begin(wait->news.data, task_id, task_group_id, &failure) == TC_OK;
	tc_error_clear(&failure);
}

static void end_news(struct wait *wait)
{
	if (wait->listens)
		wait->news.end(wait->news.data);
	wait->listens = false;
}

/* Before the next question at least. */
static int64_t gap(const struct wait *wait)
{
	return larger(NEWS_MS, wait->answer_ms);
}

/* Does what the source has to do. */
static void take_news(struct wait *wait, bool *news)
{
	tc_error failure = TC_ERROR_INIT;
	int found = wait->news.take(wait->news.data, &failure);

	tc_error_clear(&failure);
	if (found < 0)
		end_news(wait);
	*news = found > 0;
	wait->look_ms = tc_client_steady_ms(wait->client) + LOOK_MS;
}

/* Lets time pass, `ms` at most. */
static int let_pass(struct wait *wait, int64_t ms, bool *news, tc_error *err)
{
	int64_t quiet = wait->look_ms - tc_client_steady_ms(wait->client);
	tc_cancel *cancel = wait->options.cancel;
	bool ready = false;

	*news = false;
	if (!wait->listens)
		return tc_client_wait(wait->client, ms, cancel, err);
	if (quiet > 0)
		return tc_client_wait(wait->client, smaller(ms, quiet), cancel, err);
	int fd = wait->news.descriptor(wait->news.data);
	int rc = tc_client_wait_for(wait->client, fd, ms, cancel, &ready, err);
	if (rc == TC_ERROR_CANCELED)
		return rc;
	if (rc != TC_OK) /* the source is broken: its affair */
		end_news(wait);
	else if (ready)
		take_news(wait, news);
	tc_error_clear(err);
	return TC_OK;
}

/* ---- time ---- */

static int begin(struct wait *wait, tc_client *client, const struct tc_wait_options *options,
	const char *what, tc_error *err)
{
	*wait = (struct wait){
		.client = client, .what = what, .begun_ms = tc_client_steady_ms(client)
	};
	int rc = tc__workflow_options(
		options, &wait->options, sizeof wait->options, "TC_WAIT_OPTIONS_INIT", err);
	if (rc == TC_OK)
		rc = check_options(&wait->options, err);
	if (rc == TC_OK)
		rc = read_news(wait, err);
	if (rc != TC_OK)
		return rc;
	if (!wait->options.delay_ms)
		wait->options.delay_ms = DELAY_MS;
	if (!wait->options.delay_max_ms)
		wait->options.delay_max_ms = larger(DELAY_MAX_MS, wait->options.delay_ms);
	wait->options.delay_ms = smaller(wait->options.delay_ms, wait->options.delay_max_ms);
	wait->delay_ms = wait->options.delay_ms;
	wait->resumed_ms = wait->begun_ms;
	return TC_OK;
}

/* Until the deadline; INT64_MAX without one. */
static int64_t time_left(struct wait *wait)
{
	int64_t deadline = wait->options.deadline_ms;

	wait->progress.waited_ms = tc_client_steady_ms(wait->client) - wait->begun_ms;
	if (!deadline)
		return INT64_MAX;
	int64_t left = deadline - wait->progress.waited_ms;
	return left > 0 ? left : 0;
}

static int fail_late(const struct wait *wait, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_TIMEOUT, "%s is not there after %lld ms", wait->what,
		(long long)wait->options.deadline_ms);
}

/* Tells how far it is, and asks whether to go on. */
static int report(struct wait *wait, tc_error *err)
{
	const struct tc_wait_options *options = &wait->options;
	int64_t left = time_left(wait);

	if (options->progress && options->progress(options->data, &wait->progress))
		return tc_error_set(
			err, TC_ERROR_CANCELED, "canceled by the progress callback while waiting");
	return left ? TC_OK : fail_late(wait, err);
}

/* Half as long again, up to the longest. */
static int64_t grown(const struct wait *wait)
{
	int64_t delay = wait->delay_ms, most = wait->options.delay_max_ms;

	return delay / 2 + 1 < most - delay ? delay + delay / 2 + 1 : most;
}

/* The pause before the next question, in pieces when somebody watches; none reaches beyond the
 * deadline, and what takes time in between is part of it. News make it short, and so those that
 * follow: an event may be told before the queue's answers show it. */
static int pause_watched(struct wait *wait, tc_error *err)
{
	int64_t now = tc_client_steady_ms(wait->client), soon = now + gap(wait);
	int64_t left = smaller(wait->delay_ms, INT64_MAX - now), until = now + left;
	int64_t most = wait->options.progress ? WATCH_MS : INT64_MAX;
	bool news;

	wait->delay_ms = grown(wait);
	while (left > 0) {
		int64_t piece = smaller(smaller(left, most), time_left(wait));
		int rc = let_pass(wait, piece, &news, err);
		if (rc == TC_OK)
			rc = report(wait, err);
		if (rc != TC_OK)
			return rc;
		if (news) {
			until = wait->look_ms = smaller(until, soon);
			wait->delay_ms = smaller(gap(wait), wait->options.delay_ms);
		}
		left = until - tc_client_steady_ms(wait->client);
	}
	wait->resumed_ms = tc_client_steady_ms(wait->client);
	return TC_OK;
}

/* An answer has come; if it differs from the last one the next question follows soon. */
static int take_answer(struct wait *wait, bool differs, tc_error *err)
{
	wait->progress.asked++;
	wait->answer_ms = tc_client_steady_ms(wait->client) - wait->resumed_ms;
	if (differs)
		wait->delay_ms = smaller(wait->delay_ms, wait->options.delay_ms);
	return report(wait, err);
}

/* An answer that is not the last one: it is told, and the next one is a pause away. */
static int go_on(struct wait *wait, bool differs, tc_error *err)
{
	int rc = take_answer(wait, differs, err);

	return rc == TC_OK ? pause_watched(wait, err) : rc;
}

/* What the waiting has for its calls. */
static int set_options(struct wait *wait, tc_call *call, tc_error *err)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	int64_t left = time_left(wait);

	if (!left)
		return fail_late(wait, err);
	options.timeout_ms = wait->options.timeout_ms;
	options.deadline_ms = left == INT64_MAX ? 0 : left;
	options.cancel = wait->options.cancel;
	return tc_call_set_options(call, &options, err);
}

/* ---- a task ---- */

static bool is_one_of(const char *state, const char *const *states)
{
	for (; states && *states; states++)
		if (strcmp(state, *states) == 0)
			return true;
	return false;
}

static bool is_resolved(const char *state)
{
	static const char *const resolved[] = { "completed", "failed", "exception", NULL };

	return is_one_of(state, resolved);
}

static int ask(struct wait *wait, const char *task_id,
	struct tc_queue_task_status_response **answer, tc_error *err)
{
	tc_response *response = NULL;
	tc_call *call = tc_queue_status_call(wait->client, task_id, err);
	int rc = call ? set_options(wait, call, err) : err->code;

	if (rc == TC_OK)
		rc = tc_call_perform(call, &response, err);
	*answer = rc == TC_OK ? tc_queue_status_reply(response, err) : NULL;
	tc_release(response);
	tc_call_free(call);
	if (rc != TC_OK)
		return rc;
	return *answer ? TC_OK : err->code;
}

/* Asks until the state is as wanted; *reply is the last answer, also when the waiting fails. */
static int watch_task(struct wait *wait, const char *task_id,
	struct tc_queue_task_status_response **reply, tc_error *err)
{
	for (;;) {
		struct tc_queue_task_status_response *answer;
		int rc = ask(wait, task_id, &answer, err);
		if (rc != TC_OK)
			return rc;
		const char *state = answer->status.state;
		if (!state) { /* a lenient client takes such a reply */
			tc_release(answer);
			return tc_error_set(err, TC_ERROR_REPLY,
				"queue.status: /status/state: the reply does not tell the state "
				"of %s",
				task_id);
		}
		bool differs = !*reply || strcmp(state, (*reply)->status.state) != 0;
		tc_release(*reply);
		*reply = answer;
		wait->progress.state = state;
		if (is_resolved(state) || is_one_of(state, wait->options.states))
			return TC_OK;
		rc = go_on(wait, differs, err);
		if (rc != TC_OK)
			return rc;
	}
}

int tc_wait_task(tc_client *client, const char *task_id, const struct tc_wait_options *options,
	struct tc_queue_task_status_response **reply, tc_error *err)
{
	struct tc_queue_task_status_response *answer = NULL;
	tc_error own = TC_ERROR_INIT;
	struct wait wait;

	tc_error_clear(err);
	if (reply)
		*reply = NULL;
	err = err ? err : &own; /* what went wrong is asked for */
	int rc = begin(&wait, client, options, "the task's state", err);
	if (rc == TC_OK) {
		begin_news(&wait, task_id, NULL);
		rc = watch_task(&wait, task_id, &answer, err);
		end_news(&wait);
	}
	tc_error_clear(&own);
	if (rc != TC_OK || !reply) {
		tc_release(answer);
		return rc;
	}
	*reply = answer;
	return TC_OK;
}

/* ---- a group ---- */

static void count_state(struct tc_wait_counts *counts, const char *state)
{
	const struct {
		const char *state;
		int64_t *count;
	} known[] = {
		{ "unscheduled", &counts->unscheduled },
		{ "pending", &counts->pending },
		{ "running", &counts->running },
		{ "completed", &counts->completed },
		{ "failed", &counts->failed },
		{ "exception", &counts->exception },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (state && strcmp(state, known[i].state) == 0) {
			++*known[i].count;
			return;
		}
	}
	counts->other++;
}

static int count_tasks(
	struct wait *wait, const char *group, struct tc_wait_counts *counts, tc_error *err)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	const tc_json *task = NULL;
	tc_items *items = NULL;

	*counts = (struct tc_wait_counts){ 0 };
	tc_call *call = tc_queue_list_task_group_call(wait->client, group, NULL, err);
	int rc = call ? set_options(wait, call, err) : err->code;
	if (rc == TC_OK) {
		int64_t left = time_left(wait);
		options.deadline_ms = left == INT64_MAX ? 0 : left + !left;
		items = tc_items_new(call, &options, err);
		rc = items ? TC_OK : err->code;
	}
	while (rc == TC_OK && (rc = tc_items_next(items, &task, err)) == TC_OK && task)
		count_state(counts, tc_json_text(tc_json_at(task, "/status/state")));
	tc_items_free(items);
	tc_call_free(call);
	return rc;
}

static bool all_resolved(const struct tc_wait_counts *counts)
{
	return counts->unscheduled + counts->pending + counts->running + counts->other == 0;
}

static int watch_group(
	struct wait *wait, const char *group, struct tc_wait_counts *counts, tc_error *err)
{
	wait->progress.counts = counts;
	for (;;) {
		struct tc_wait_counts now;
		int rc = count_tasks(wait, group, &now, err);
		if (rc != TC_OK)
			return rc;
		bool differs = memcmp(&now, counts, sizeof now) != 0;
		*counts = now;
		if (all_resolved(counts))
			return TC_OK;
		rc = go_on(wait, differs, err);
		if (rc != TC_OK)
			return rc;
	}
}

int tc_wait_group(tc_client *client, const char *task_group_id,
	const struct tc_wait_options *options, struct tc_wait_counts *counts, tc_error *err)
{
	struct tc_wait_counts unasked;
	tc_error own = TC_ERROR_INIT;
	struct wait wait;

	tc_error_clear(err);
	counts = counts ? counts : &unasked;
	err = err ? err : &own;
	*counts = (struct tc_wait_counts){ 0 };
	int rc = begin(&wait, client, options, "the end of the group", err);
	if (rc == TC_OK) {
		begin_news(&wait, NULL, task_group_id);
		rc = watch_group(&wait, task_group_id, counts, err);
		end_news(&wait);
	}
	tc_error_clear(&own);
	return rc;
}
