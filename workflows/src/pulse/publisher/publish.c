/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/base/options.h"
#include "workflows/src/pulse/publisher/publisher.h"

/* ---- taking one ---- */

static bool has_room(const tc_pulse_publisher *publisher, const struct tc__publication *message)
{
	const struct tc_pulse_publisher_options *options = &publisher->options;

	if (!publisher->pending) /* one that is larger than all may be goes alone */
		return true;
	return publisher->pending < options->pending_max &&
		publisher->pending_bytes < options->pending_bytes_max &&
		message->size <= options->pending_bytes_max - publisher->pending_bytes;
}

static int check_open(const tc_pulse_publisher *publisher, tc_error *err)
{
	if (publisher->end.code)
		return tc_error_copy(err, &publisher->end);
	if (publisher->freed || publisher->ended || atomic_load(&publisher->stop_wanted))
		return tc_error_set(err, TC_ERROR_CANCELED, "the publisher was stopped");
	return TC_OK;
}

static int fail_full(const tc_pulse_publisher *publisher, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_TIMEOUT,
		"%zu messages of %zu bytes are not confirmed yet, which is as much as may be",
		publisher->pending, publisher->pending_bytes);
}

/* Waits until there is room, where that can be. Held. */
static int make_room(
	tc_pulse_publisher *publisher, const struct tc__publication *message, tc_error *err)
{
	int rc = check_open(publisher, err);

	while (rc == TC_OK && !has_room(publisher, message)) {
		if (!publisher->own_loop || publisher->calls)
			return fail_full(publisher, err);
		rc = tc_loop_poll(publisher->loop, -1, err);
		if (rc == TC_OK)
			rc = check_open(publisher, err);
	}
	return rc;
}

static void on_deadline(void *data, uint64_t timer)
{
	struct tc__publication *message = data;
	tc_pulse_publisher *publisher = message->publisher;
	tc_error err = TC_ERROR_INIT;

	(void)timer;
	message->timer = 0;
	tc_error_set(&err, TC_ERROR_TIMEOUT,
		"the broker has not confirmed message %llu to %.255s within %lld ms",
		(unsigned long long)message->number, message->exchange->exchange,
		(long long)publisher->options.deadline_ms);
	tc__publisher_hold(publisher);
	tc__publisher_settle(publisher, message, &err);
	tc__publisher_look(publisher);
	tc__publisher_leave(publisher);
	tc_error_clear(&err);
}

static int add(tc_pulse_publisher *publisher, struct tc__publication *message, tc_error *err)
{
	int64_t deadline_ms = publisher->options.deadline_ms;

	if (deadline_ms) {
		int rc = tc_loop_timer(
			publisher->loop, deadline_ms, on_deadline, message, &message->timer, err);
		if (rc != TC_OK)
			return rc;
	}
	message->number = ++publisher->number;
	publisher->pending++;
	publisher->pending_bytes += message->size;
	tc__publications_append(&publisher->waiting, message);
	tc__publisher_send(publisher);
	return TC_OK;
}

/* The blocking face goes on a little with each. */
static void go_on(tc_pulse_publisher *publisher)
{
	if (publisher->own_loop && !publisher->calls && !publisher->freed)
		tc_loop_poll(publisher->loop, 0, NULL);
}

/* Held. The message is taken over. */
static int take(tc_pulse_publisher *publisher, struct tc__publication *message, uint64_t *number,
	tc_error *err)
{
	int rc = make_room(publisher, message, err);

	if (rc == TC_OK)
		rc = add(publisher, message, err);
	if (rc != TC_OK) {
		tc__publication_free(message);
		return rc;
	}
	if (number)
		*number = publisher->number;
	go_on(publisher);
	return TC_OK;
}

int tc_pulse_publish(tc_pulse_publisher *publisher, const struct tc_pulse_publication *publication,
	uint64_t *number, tc_error *err)
{
	const struct tc__needed needed[] = { { "publisher", publisher },
		{ "publication", publication } };
	struct tc__publication *message = NULL;

	tc_error_clear(err);
	if (number)
		*number = 0;
	int rc = tc__check_needed(needed, sizeof needed / sizeof *needed, err);
	if (rc == TC_OK)
		rc = check_open(publisher, err);
	if (rc == TC_OK)
		rc = tc__publication_new(publisher, publication, &message, err);
	if (rc != TC_OK)
		return rc;
	tc__publisher_hold(publisher);
	rc = take(publisher, message, number, err);
	tc__publisher_leave(publisher);
	return rc;
}

size_t tc_pulse_publisher_pending(const tc_pulse_publisher *publisher)
{
	return publisher ? publisher->pending : 0;
}

/* ---- waiting ---- */

static int check_blocking(const tc_pulse_publisher *publisher, tc_error *err)
{
	if (!publisher)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "publisher is NULL");
	if (!publisher->own_loop)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"the publisher is on a loop of its caller's, who polls that");
	if (publisher->calls)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"it cannot be waited for a publisher in a callback of its own");
	return TC_OK;
}

/* A publisher that was stopped is waited for to its end. */
static bool is_busy(const tc_pulse_publisher *publisher)
{
	if (publisher->freed || publisher->ended)
		return false;
	return publisher->pending || publisher->faulty.first ||
		atomic_load(&publisher->stop_wanted);
}

static void on_time(void *data, uint64_t timer)
{
	(void)timer;
	*(bool *)data = true;
}

static int wait_until_idle(tc_pulse_publisher *publisher, int64_t timeout_ms, tc_error *err)
{
	bool over = false;
	uint64_t timer = 0;
	int rc = TC_OK;

	if (timeout_ms >= 0)
		rc = tc_loop_timer(publisher->loop, timeout_ms, on_time, &over, &timer, err);
	while (rc == TC_OK && !over && is_busy(publisher))
		rc = tc_loop_poll(publisher->loop, -1, err);
	if (timer)
		tc_loop_timer_cancel(publisher->loop, timer);
	if (rc == TC_OK && is_busy(publisher))
		rc = tc_error_set(err, TC_ERROR_TIMEOUT,
			"%zu messages are not confirmed after %lld ms", publisher->pending,
			(long long)timeout_ms);
	return rc;
}

/* What is told once. */
static int take_failure(tc_pulse_publisher *publisher, tc_error *err)
{
	int rc = tc_error_copy(err, &publisher->failure);

	tc_error_clear(&publisher->failure);
	return rc;
}

static int result(tc_pulse_publisher *publisher, tc_error *err)
{
	if (publisher->freed)
		return tc_error_set(err, TC_ERROR_CANCELED, "the publisher was freed");
	if (publisher->ended && publisher->failed)
		return tc_error_copy(err, &publisher->end);
	return publisher->failure.code ? take_failure(publisher, err) : TC_OK;
}

int tc_pulse_publisher_flush(tc_pulse_publisher *publisher, int64_t timeout_ms, tc_error *err)
{
	tc_error_clear(err);
	int rc = check_blocking(publisher, err);
	if (rc != TC_OK)
		return rc;
	tc__publisher_hold(publisher);
	rc = wait_until_idle(publisher, timeout_ms, err);
	if (rc == TC_OK)
		rc = result(publisher, err);
	tc__publisher_leave(publisher);
	return rc;
}

int tc_pulse_publisher_beat(tc_pulse_publisher *publisher, tc_error *err)
{
	tc_error_clear(err);
	int rc = check_blocking(publisher, err);
	if (rc != TC_OK)
		return rc;
	tc__publisher_hold(publisher);
	rc = publisher->ended ? TC_OK : tc_loop_poll(publisher->loop, 0, err);
	if (rc == TC_OK && publisher->failed)
		rc = tc_error_copy(err, &publisher->end);
	tc__publisher_leave(publisher);
	return rc;
}
