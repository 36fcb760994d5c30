/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/listener/listener.h"

#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFETCH 5
#define PREFETCH_MAX 65535
#define ATTEMPTS 2
#define COUNTS 1000

/* ---- options ---- */

static int check_numbers(const struct tc_pulse_listener_options *options, tc_error *err)
{
	const struct {
		const char *name;
		int64_t value, most;
	} numbers[] = { { "prefetch", options->prefetch, PREFETCH_MAX },
		{ "attempts", options->attempts, INT32_MAX },
		{ "queue_type", (int64_t)options->queue_type, TC_PULSE_CLASSIC },
		{ "bodies", (int64_t)options->bodies, TC_PULSE_RAW } };

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (numbers[i].value < 0 || numbers[i].value > numbers[i].most)
			return tc_error_set(err, TC_ERROR_ARGUMENT,
				"options.%s is %lld; expected 0 to %lld", numbers[i].name,
				(long long)numbers[i].value, (long long)numbers[i].most);
	return TC_OK;
}

/* A handler is not told of what does not come to it, so somebody else must be. */
static int check_silence(const struct tc_pulse_listener_options *options, tc_error *err)
{
	if (!options->handle || options->failed || options->dead_letter ||
		options->bodies == TC_PULSE_RAW)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_ARGUMENT,
		"options.failed is NULL, and so is dead_letter: a message whose body does not fit "
		"would be dropped without a word; expected one of them, or bodies TC_PULSE_RAW");
}

/* As far as that can be told without the account's name. */
static int check_name(const char *member, const char *kind, const char *name, tc_error *err)
{
	if (!name)
		return TC_OK;
	char *whole = tc__pulse_name(kind, "u", name, err);
	if (whole) {
		free(whole);
		return TC_OK;
	}
	tc_error_prefix(err, "options.%s", member);
	return err->code;
}

static int check(const struct tc_pulse_listener_options *options, bool own_loop, tc_error *err)
{
	const struct tc__needed needed[] = { { "options.handle", options->handle || own_loop },
		{ "options.bindings", options->bindings || !options->binding_count },
		{ "options.stale_bindings",
			options->stale_bindings || !options->stale_binding_count } };

	int rc = tc__check_needed(needed, sizeof needed / sizeof *needed, err);
	if (rc == TC_OK)
		rc = check_numbers(options, err);
	if (rc == TC_OK)
		rc = check_silence(options, err);
	if (rc == TC_OK)
		rc = check_name("queue", "queue", options->queue, err);
	if (rc == TC_OK)
		rc = check_name("dead_letter", "exchange", options->dead_letter, err);
	return rc;
}

static int copy_bindings(struct tc__bindings *to, const char *member,
	const struct tc_binding *bindings, size_t count, tc_error *err)
{
	char name[64];
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < count; i++) {
		snprintf(name, sizeof name, "options.%s[%zu]", member, i);
		rc = tc__binding_check(&bindings[i], name, err);
		if (rc == TC_OK)
			rc = tc__bindings_add(to, &bindings[i], err);
	}
	return rc;
}

/* The server's are read by the link. */
static int copy_options(tc_pulse_listener *listener, tc_error *err)
{
	struct tc_pulse_listener_options *options = &listener->options;
	const struct tc__text_copy copies[] = { { &listener->texts[0], options->queue },
		{ &listener->texts[1], options->dead_letter } };

	int rc = tc__texts_copy(copies, sizeof copies / sizeof *copies, err);
	if (rc == TC_OK)
		rc = copy_bindings(&listener->bindings, "bindings", options->bindings,
			options->binding_count, err);
	if (rc == TC_OK)
		rc = copy_bindings(&listener->stale, "stale_bindings", options->stale_bindings,
			options->stale_binding_count, err);
	options->queue = listener->texts[0];
	options->dead_letter = listener->texts[1];
	options->bindings = options->stale_bindings = NULL;
	options->binding_count = options->stale_binding_count = 0;
	if (!options->prefetch)
		options->prefetch = PREFETCH;
	if (!options->attempts)
		options->attempts = ATTEMPTS;
	/* as many as may be in hand could fail at the same time, and again */
	size_t unsettled = 2 * (size_t)options->prefetch;
	listener->counts.limit = unsettled > COUNTS ? unsettled : COUNTS;
	return rc;
}

/* ---- making one ---- */

static void on_bell(void *data, int fd, int events)
{
	tc_pulse_listener *listener = data;

	(void)fd;
	(void)events;
	tc__bell_hush(&listener->bell);
	tc__listener_turn(listener);
}

static int open_loop(tc_pulse_listener *listener, tc_loop *loop, tc_error *err)
{
	listener->own_loop = !loop;
	listener->loop = loop ? loop : tc_loop_new(NULL, err);
	if (!listener->loop)
		return err->code;
	int rc = tc__bell_make(&listener->bell, err);
	if (rc == TC_OK)
		rc = tc_loop_watch(
			listener->loop, listener->bell.fd, TC_LOOP_READ, on_bell, listener, err);
	return rc;
}

static int open_link(tc_pulse_listener *listener, tc_error *err)
{
	const struct tc_pulse_server *server = listener->options.server;
	struct tc__link_user user = tc__listener_link_user(listener);

	listener->options.server = NULL;
	listener->link = tc__link_new(listener->loop, server, &user, err);
	return listener->link ? TC_OK : err->code;
}

static int fill(tc_pulse_listener *listener, tc_loop *loop, tc_error *err)
{
	int rc = copy_options(listener, err);

	if (rc == TC_OK)
		rc = open_loop(listener, loop, err);
	if (rc == TC_OK)
		rc = open_link(listener, err);
	return rc;
}

static void release(void *handle);

/* *options is whole and checked. */
static int make(tc_pulse_listener **listener, tc_loop *loop,
	const struct tc_pulse_listener_options *options, tc_error *err)
{
	tc_pulse_listener *made = tc_handle_new(sizeof *made, release);

	if (!made)
		return tc__no_memory(err);
	made->options = *options;
	made->pid = getpid();
	made->bell = (struct tc__bell){ -1, -1 };
	made->turn = tc__listener_turn;
	made->asks_end = &made->asks;
	int rc = fill(made, loop, err);
	if (rc == TC_OK)
		*listener = made;
	else
		tc_pulse_listener_free(made);
	return rc;
}

tc_pulse_listener *tc_pulse_listener_new(
	tc_loop *loop, const struct tc_pulse_listener_options *options, tc_error *err)
{
	const struct tc__needed needed[] = { { "options", options } };
	struct tc_pulse_listener_options known;
	tc_error own = TC_ERROR_INIT;
	tc_pulse_listener *listener = NULL;

	tc_error_clear(err);
	err = err ? err : &own;
	int rc = tc__check_needed(needed, 1, err);
	if (rc == TC_OK)
		rc = tc__workflow_options(
			options, &known, sizeof known, "TC_PULSE_LISTENER_OPTIONS_INIT", err);
	if (rc == TC_OK)
		rc = check(&known, !loop, err);
	if (rc == TC_OK)
		make(&listener, loop, &known, err);
	tc_error_clear(&own);
	return listener;
}

/* ---- stopping and freeing one ---- */

void tc_pulse_listener_stop(tc_pulse_listener *listener)
{
	if (!listener)
		return;
	atomic_store(&listener->stop, true);
	tc__bell_pull(&listener->bell);
}

static void release(void *handle)
{
	tc_pulse_listener *listener = handle;
	bool child = listener->pid != getpid(); /* after fork: nothing there comes back */
	tc_loop *loop = listener->own_loop ? listener->loop : NULL;

	tc__listener_hold(listener);
	listener->closed = true;
	listener->amqp = NULL;
	tc__link_free(listener->link);
	listener->link = NULL;
	if (!child && listener->loop && !listener->ended)
		tc__listener_leave_loop(listener);
	if (child)
		listener->holds = 1;
	tc__listener_leave(listener);
	tc_loop_free(loop);
}

void tc_pulse_listener_free(tc_pulse_listener *listener)
{
	tc_release(listener);
}

/* ---- bindings ---- */

static int check_binding(
	const tc_pulse_listener *listener, const struct tc_binding *binding, tc_error *err)
{
	const struct tc__needed needed[] = { { "listener", listener }, { "binding", binding } };

	tc_error_clear(err);
	int rc = tc__check_needed(needed, sizeof needed / sizeof *needed, err);
	if (rc == TC_OK)
		rc = tc__binding_check(binding, "binding", err);
	if (rc == TC_OK && listener->link_ended)
		rc = tc_error_set(err, TC_ERROR_ARGUMENT, "the listener has ended");
	return rc;
}

int tc_pulse_listener_bind(
	tc_pulse_listener *listener, const struct tc_binding *binding, tc_error *err)
{
	int rc = check_binding(listener, binding, err);

	if (rc != TC_OK || tc__bindings_find(&listener->bindings, binding))
		return rc;
	rc = tc__bindings_add(&listener->bindings, binding, err);
	if (rc != TC_OK)
		return rc;
	tc__bindings_remove(&listener->stale, binding);
	tc__listener_ask_binding(listener, TC__ASK_BIND, binding);
	return TC_OK;
}

int tc_pulse_listener_unbind(
	tc_pulse_listener *listener, const struct tc_binding *binding, tc_error *err)
{
	int rc = check_binding(listener, binding, err);

	if (rc == TC_OK)
		rc = tc__bindings_add(&listener->stale, binding, err);
	if (rc != TC_OK)
		return rc;
	tc__bindings_remove(&listener->bindings, binding);
	tc__listener_ask_binding(listener, TC__ASK_UNBIND, binding);
	return TC_OK;
}

/* ---- what it tells ---- */

const char *tc_pulse_listener_queue(const tc_pulse_listener *listener)
{
	return listener ? listener->queue : NULL;
}

void tc_pulse_listener_read_stats(
	const tc_pulse_listener *listener, struct tc_pulse_listener_stats *stats)
{
	struct tc_pulse_listener_stats now = { 0 };

	if (!stats || stats->size < sizeof stats->size)
		return;
	if (listener) {
		now = listener->stats;
		now.unsettled = (int64_t)(listener->waiting.count + listener->given.count);
	}
	now.size = stats->size;
	memcpy(stats, &now, now.size < sizeof now ? now.size : sizeof now);
}
