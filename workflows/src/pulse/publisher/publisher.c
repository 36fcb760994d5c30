/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/publisher/publisher.h"

#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include "workflows/src/pulse/publisher/key.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PENDING_MAX 1000
#define PENDING_BYTES_MAX ((size_t)64 << 20)

/* ---- options ---- */

static int check_exchange(const struct tc_exchange *exchange, size_t at, tc_error *err)
{
	size_t length = exchange && exchange->exchange ? strlen(exchange->exchange) : 0;

	if (!exchange || !length)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"options.exchanges[%zu]%s; expected a table with the exchange's name", at,
			exchange ? " has no `exchange`" : " is NULL");
	if (length > TC__KEY_MAX)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"options.exchanges[%zu]: %.100s… is over 255 bytes, which AMQP does not "
			"allow",
			at, exchange->exchange);
	if (exchange->word_count && !exchange->words)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"options.exchanges[%zu], %s, has %u words, but `words` is NULL", at,
			exchange->exchange, exchange->word_count);
	for (size_t i = 0; i < exchange->word_count; i++)
		if (!exchange->words[i].name)
			return tc_error_set(err, TC_ERROR_ARGUMENT,
				"options.exchanges[%zu], %s: word %zu has no name", at,
				exchange->exchange, i + 1);
	return TC_OK;
}

static int check(const struct tc_pulse_publisher_options *options, tc_error *err)
{
	const struct tc__needed needed[] = { { "options.exchanges", options->exchanges } };

	int rc = tc__check_needed(needed, 1, err);
	if (rc == TC_OK && !options->exchange_count)
		rc = tc_error_set(err, TC_ERROR_ARGUMENT,
			"options.exchange_count is 0; expected the exchanges that are published "
			"to");
	for (size_t i = 0; rc == TC_OK && i < options->exchange_count; i++)
		rc = check_exchange(options->exchanges[i], i, err);
	if (rc == TC_OK)
		rc = tc__workflow_check("deadline_ms", options->deadline_ms, err);
	return rc;
}

static int copy_options(tc_pulse_publisher *publisher,
	const struct tc_pulse_publisher_options *given, tc_error *err)
{
	struct tc_pulse_publisher_options *options = &publisher->options;
	size_t size = given->exchange_count * sizeof(const struct tc_exchange *);

	*options = *given;
	options->server = NULL; /* not ours to keep */
	publisher->exchanges = malloc(size);
	if (!publisher->exchanges)
		return tc__no_memory(err);
	memcpy(publisher->exchanges, given->exchanges, size);
	options->exchanges = publisher->exchanges;
	if (!options->pending_max)
		options->pending_max = PENDING_MAX;
	if (!options->pending_bytes_max)
		options->pending_bytes_max = PENDING_BYTES_MAX;
	tc__wire_begin(&publisher->wire, options->pending_max);
	return TC_OK;
}

/* ---- making one ---- */

static void on_bell(void *data, int fd, int events)
{
	tc_pulse_publisher *publisher = data;

	(void)fd;
	(void)events;
	tc__bell_hush(&publisher->bell);
	tc__publisher_look(publisher);
}

static int open_loop(tc_pulse_publisher *publisher, tc_loop *loop, tc_error *err)
{
	publisher->own_loop = !loop;
	publisher->loop = loop ? loop : tc_loop_new(NULL, err);
	if (!publisher->loop)
		return err->code;
	int rc = tc__bell_make(&publisher->bell, err);
	if (rc == TC_OK)
		rc = tc_loop_watch(
			publisher->loop, publisher->bell.fd, TC_LOOP_READ, on_bell, publisher, err);
	return rc;
}

static int open_link(
	tc_pulse_publisher *publisher, const struct tc_pulse_server *server, tc_error *err)
{
	struct tc__link_user user = tc__publisher_link_user;

	user.data = publisher;
	publisher->link = tc__link_new(publisher->loop, server, &user, err);
	return publisher->link ? TC_OK : err->code;
}

static tc_pulse_publisher *make(
	tc_loop *loop, const struct tc_pulse_publisher_options *options, tc_error *err)
{
	tc_pulse_publisher *publisher = tc_handle_new(sizeof *publisher, tc__publisher_release);

	if (!publisher) {
		tc__no_memory(err);
		return NULL;
	}
	publisher->pid = getpid();
	publisher->bell = (struct tc__bell){ -1, -1 };
	int rc = copy_options(publisher, options, err);
	if (rc == TC_OK)
		rc = open_loop(publisher, loop, err);
	if (rc == TC_OK)
		rc = open_link(publisher, options->server, err);
	if (rc == TC_OK)
		return publisher;
	tc_pulse_publisher_free(publisher);
	return NULL;
}

tc_pulse_publisher *tc_pulse_publisher_new(
	tc_loop *loop, const struct tc_pulse_publisher_options *options, tc_error *err)
{
	struct tc_pulse_publisher_options known;
	tc_pulse_publisher *publisher = NULL;
	tc_error own = TC_ERROR_INIT;

	tc_error_clear(err);
	err = err ? err : &own;
	int rc = tc__workflow_options(
		options, &known, sizeof known, "TC_PULSE_PUBLISHER_OPTIONS_INIT", err);
	if (rc == TC_OK)
		rc = check(&known, err);
	if (rc == TC_OK)
		publisher = make(loop, &known, err);
	tc_error_clear(&own);
	return publisher;
}

/* ---- ending one ---- */

void tc_pulse_publisher_stop(tc_pulse_publisher *publisher)
{
	if (!publisher)
		return;
	atomic_store(&publisher->stop_wanted, true);
	tc__publisher_ring(publisher);
}

void tc_pulse_publisher_free(tc_pulse_publisher *publisher)
{
	tc_release(publisher);
}
