/* SPDX-License-Identifier: MPL-2.0 */
#include <errno.h>
#include <string.h>
#include <taskcluster/pages.h>
#include <taskcluster/version.h>
#include <taskcluster/wait.h>
#include <time.h>

#define DELAY_MS 1000
#define DELAY_MAX_MS 30000

/* No struct of options is as large. */
#define SIZE_LIMIT 4096

/* Between two calls of the progress callback at most. */
#define WATCH_MS 500

/* One waiting. */
struct wait {
	struct tc_wait_options options; /* whole */
	const char *what;               /* "task fN1S…", for messages */
	int64_t begun_ms;
	int64_t delay_ms; /* the next pause */
	struct tc_wait_progress progress;
};

/* A clock that never goes back. */
static int64_t steady_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What this version knows of options that were made with another one's headers: what shorter ones
 * lack is the default, and in longer ones all that is unknown must be zero. */
static int read_options(
	const struct tc_wait_options *given, struct tc_wait_options *known, tc_error *err)
{
	size_t size = given ? given->size : sizeof *known;

	*known = (struct tc_wait_options)TC_WAIT_OPTIONS_INIT;
	if (size < sizeof size || size > SIZE_LIMIT)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"options: size is not set (it is %zu): begin with TC_WAIT_OPTIONS_INIT",
			size);
	for (size_t at = sizeof *known; at < size; at++)
		if (((const char *)given)[at])
			return tc_error_set(err, TC_ERROR_ARGUMENT,
				"options: the program was built against a newer version than this "
				"library (%s), and sets a member that is unknown to it",
				TC_SDK_VERSION);
	if (given)
		memcpy(known, given, size < sizeof *known ? size : sizeof *known);
	known->size = sizeof *known;
	return TC_OK;
}

static int check_options(const struct tc_wait_options *options, tc_error *err)
{
	const struct {
		const char *name;
		int64_t value;
	} times[] = {
		{ "timeout_ms", options->timeout_ms },
		{ "delay_ms", options->delay_ms },
		{ "delay_max_ms", options->delay_max_ms },
	};

	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		if (times[i].value < 0)
			return tc_error_set(err, TC_ERROR_ARGUMENT, "%s is %lld", times[i].name,
				(long long)times[i].value);
	return TC_OK;
}

static int begin(
	struct wait *wait, const struct tc_wait_options *options, const char *what, tc_error *err)
{
	*wait = (struct wait){ .what = what, .begun_ms = steady_ms() };
	int rc = read_options(options, &wait->options, err);
	if (rc == TC_OK)
		rc = check_options(&wait->options, err);
	if (rc != TC_OK)
		return rc;
	if (!wait->options.delay_ms)
		wait->options.delay_ms = DELAY_MS;
	if (!wait->options.delay_max_ms)
		wait->options.delay_max_ms = DELAY_MAX_MS;
	wait->delay_ms = wait->options.delay_ms;
	return TC_OK;
}

/* Tells how far it is, and asks whether to go on. */
static int report(struct wait *wait, tc_error *err)
{
	const struct tc_wait_options *options = &wait->options;

	wait->progress.waited_ms = steady_ms() - wait->begun_ms;
	if (options->progress && options->progress(options->data, &wait->progress))
		return tc_error_set(
			err, TC_ERROR_CANCELED, "canceled by the progress callback while waiting");
	if (options->timeout_ms && wait->progress.waited_ms >= options->timeout_ms)
		return tc_error_set(err, TC_ERROR_TIMEOUT, "%s is not there after %lld ms",
			wait->what, (long long)options->timeout_ms);
	return TC_OK;
}

static void sleep_ms(int64_t ms)
{
	struct timespec left = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

/* The pause before the next question, in pieces; none reaches beyond the timeout. */
static int pause_watched(struct wait *wait, tc_error *err)
{
	int64_t left = wait->delay_ms;

	if (wait->delay_ms < wait->options.delay_max_ms)
		wait->delay_ms += wait->delay_ms / 2 + 1;
	if (wait->delay_ms > wait->options.delay_max_ms)
		wait->delay_ms = wait->options.delay_max_ms;
	while (left > 0) {
		int64_t piece = left < WATCH_MS ? left : WATCH_MS;
		int64_t rest = wait->options.timeout_ms - wait->progress.waited_ms;
		if (wait->options.timeout_ms && rest < piece)
			piece = rest;
		sleep_ms(piece);
		left -= piece;
		int rc = report(wait, err);
		if (rc != TC_OK)
			return rc;
	}
	return TC_OK;
}

/* An answer has come; if it brought news the next question follows soon. */
static int take_answer(struct wait *wait, bool news, tc_error *err)
{
	wait->progress.asked++;
	if (news)
		wait->delay_ms = wait->options.delay_ms;
	return report(wait, err);
}

/* An answer that is not the last one: it is told, and the next one is a pause away. */
static int go_on(struct wait *wait, bool news, tc_error *err)
{
	int rc = take_answer(wait, news, err);

	return rc == TC_OK ? pause_watched(wait, err) : rc;
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

/* Asks until the state is as wanted; *reply is the last answer, also when the waiting fails. */
static int watch_task(struct wait *wait, tc_client *client, const char *task_id,
	struct tc_queue_task_status_response **reply, tc_error *err)
{
	for (;;) {
		struct tc_queue_task_status_response *answer;
		int rc = tc_queue_status(client, task_id, &answer, err);
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
		bool news = !*reply || strcmp(state, (*reply)->status.state) != 0;
		tc_release(*reply);
		*reply = answer;
		wait->progress.state = state;
		if (is_resolved(state) || is_one_of(state, wait->options.states))
			return TC_OK;
		rc = go_on(wait, news, err);
		if (rc != TC_OK)
			return rc;
	}
}

int tc_wait_task(tc_client *client, const char *task_id, const struct tc_wait_options *options,
	struct tc_queue_task_status_response **reply, tc_error *err)
{
	struct tc_queue_task_status_response *answer = NULL;
	struct wait wait;

	tc_error_clear(err);
	if (reply)
		*reply = NULL;
	int rc = begin(&wait, options, "the task's state", err);
	if (rc == TC_OK)
		rc = watch_task(&wait, client, task_id, &answer, err);
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

/* Gives a failure, if there is one, to whoever asked; returns its code. */
static int hand_over(tc_error *failure, tc_error *err)
{
	int code = failure->code;

	if (code == TC_OK || !err) {
		tc_error_clear(failure);
		return code;
	}
	tc_error_clear(err);
	*err = *failure;
	return code;
}

static int count_tasks(
	tc_client *client, const char *group, struct tc_wait_counts *counts, tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;
	const tc_json *task = NULL;

	*counts = (struct tc_wait_counts){ 0 };
	tc_call *call = tc_queue_list_task_group_call(client, group, NULL, &failure);
	tc_items *items = call ? tc_items_new(call, NULL, &failure) : NULL;
	while (items && tc_items_next(items, &task, &failure) == TC_OK && task)
		count_state(counts, tc_json_text(tc_json_at(task, "/status/state")));
	tc_items_free(items);
	tc_call_free(call);
	return hand_over(&failure, err);
}

static bool all_resolved(const struct tc_wait_counts *counts)
{
	return counts->unscheduled + counts->pending + counts->running + counts->other == 0;
}

static int watch_group(struct wait *wait, tc_client *client, const char *group,
	struct tc_wait_counts *counts, tc_error *err)
{
	wait->progress.counts = counts;
	for (;;) {
		struct tc_wait_counts now;
		int rc = count_tasks(client, group, &now, err);
		if (rc != TC_OK)
			return rc;
		bool news = memcmp(&now, counts, sizeof now) != 0;
		*counts = now;
		if (all_resolved(counts))
			return TC_OK;
		rc = go_on(wait, news, err);
		if (rc != TC_OK)
			return rc;
	}
}

int tc_wait_group(tc_client *client, const char *task_group_id,
	const struct tc_wait_options *options, struct tc_wait_counts *counts, tc_error *err)
{
	struct tc_wait_counts own;
	struct wait wait;

	tc_error_clear(err);
	counts = counts ? counts : &own;
	*counts = (struct tc_wait_counts){ 0 };
	int rc = begin(&wait, options, "the end of the group", err);
	return rc == TC_OK ? watch_group(&wait, client, task_group_id, counts, err) : rc;
}
