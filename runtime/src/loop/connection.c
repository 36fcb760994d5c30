/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/connection.h>

#include "runtime/src/base/ascii.h"
#include "runtime/src/base/process.h"
#include "runtime/src/call/client.h"
#include "runtime/src/loop/loop.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_SIZE 16384 /* what TLS sends at once */

/* A connection is a passenger of its loop's pool that lands once it stands, and then stays. */
struct tc_connection {
	struct tc__passenger passenger; /* first: it is what its functions get */
	struct tc__timer timer;         /* brings what has landed to the loop's turn */
	tc_loop *loop;                  /* NULL: freed before */
	tc_connection *next, *before;   /* of the loop's */
	tc_client *client;              /* counted */
	tc_connection_fn *on_events;
	void *data;
	struct tc__attempt attempt;
	struct tc__delivery delivery;
	struct tc__buffer url;
	/* TLS that could not send wants the very same bytes again, at the same place in memory: a
	 * place of ours (over TLS), where so many wait for it. */
	char *record;
	size_t recorded;
	tc_error failure; /* what is to be told */
	int fd;           /* that is watched; -1: none */
	int events;       /* what for */
	bool stands;
	bool gone; /* its user was told of the end, or is to be */
};

static tc_connection *connection_of(struct tc__passenger *passenger)
{
	return (tc_connection *)passenger;
}

/* ---- what comes ---- */

static void tell_later(tc_connection *connection)
{
	tc__timers_set(&connection->loop->timers, &connection->timer, TC__AT_ONCE);
}

static void stop_watching(tc_connection *connection)
{
	if (connection->fd >= 0)
		tc__loop_watch_own(connection->loop, connection->fd, 0, NULL, NULL, NULL);
	connection->fd = -1;
}

/* From inside curl's work. */
static void on_landed(struct tc__passenger *passenger, int rc, tc_error *failure)
{
	tc_connection *connection = connection_of(passenger);

	if (rc == TC_OK) {
		connection->stands = true;
	} else {
		connection->gone = true;
		tc_error_clear(&connection->failure);
		connection->failure = *failure;
		if (connection->delivery.permanent)
			tc__error_outlook(&connection->failure, true, -1);
	}
	tell_later(connection);
}

static void on_unwatched(struct tc__passenger *passenger)
{
	tc_connection *connection = connection_of(passenger);

	connection->gone = true;
	tc__fail(&connection->failure, TC_ERROR_SYSTEM,
		"the connection's descriptor cannot be watched");
	tell_later(connection);
}

static void on_ready(void *data, int fd, int events)
{
	tc_connection *connection = data;

	(void)fd;
	connection->on_events(connection->data, connection, events, NULL);
}

/* Something may have landed after another: the end is told alone. */
static void expire(tc_loop *loop, struct tc__timer *timer, int64_t now_ms)
{
	tc_connection *connection =
		(tc_connection *)((char *)timer - offsetof(tc_connection, timer));

	(void)now_ms;
	tc__timers_unset(&loop->timers, timer);
	if (!connection->gone) {
		int rc = tc_connection_watch(connection, TC_LOOP_READ, &connection->failure);
		connection->gone = rc != TC_OK;
	}
	if (!connection->gone) {
		connection->on_events(connection->data, connection, 0, NULL);
		return;
	}
	tc__pool_break(loop->pool, &connection->passenger);
	tc_error failure = connection->failure; /* the callback may free the connection */
	connection->failure = (tc_error)TC_ERROR_INIT;
	connection->on_events(connection->data, connection, 0, &failure);
	tc_error_clear(&failure);
}

/* ---- beginning ---- */

/* curl knows TLS by the scheme of HTTP's. */
static int take_url(tc_connection *connection, const char *url, tc_error *err)
{
	static const char *const schemes[][2] = { { "tcp://", "http://" },
		{ "tls://", "https://" } };
	struct tc__url parts;

	for (size_t i = 0; i < 2; i++) {
		if (!tc__same_letters(url, schemes[i][0], 6))
			continue;
		parts.port = 0;
		const char *authority = url + 6;
		int rc = tc__url_check_bytes(authority, err);
		if (rc == TC_OK)
			rc = tc__url_authority(authority, strlen(authority), &parts, err);
		if (rc != TC_OK)
			return rc;
		if (!parts.port)
			break;
		tc__buffer_text(&connection->url, schemes[i][1]);
		tc__buffer_text(&connection->url, authority);
		tc__buffer_text(&connection->url, "/");
		return tc__buffer_failed(&connection->url) ? tc__fail_nomem(err) : TC_OK;
	}
	return tc__fail(err, TC_ERROR_ARGUMENT,
		"a connection's URL is malformed; expected tcp://HOST:PORT or tls://HOST:PORT");
}

/* ---- the end ---- */

static void leave_loop(tc_connection *connection)
{
	tc_loop *loop = connection->loop;

	tc__timers_unset(&loop->timers, &connection->timer);
	*(connection->before ? &connection->before->next : &loop->connections) = connection->next;
	if (connection->next)
		connection->next->before = connection->before;
	loop->connection_count--;
	connection->loop = NULL;
}

/* In a child of fork the connection is the parent's. */
static void close_connection(tc_connection *connection)
{
	if (connection->loop->pool->owner == tc__process_mark()) {
		stop_watching(connection);
		tc__pool_break(connection->loop->pool, &connection->passenger);
	}
	leave_loop(connection);
}

void tc__connections_end(tc_loop *loop)
{
	while (loop->connections)
		close_connection(loop->connections);
}

static void release(void *handle)
{
	tc_connection *connection = handle;

	if (connection->loop)
		close_connection(connection);
	tc_client_free(connection->client);
	tc__buffer_clear(&connection->url);
	if (connection->record)
		sodium_memzero(connection->record, connection->recorded);
	free(connection->record);
	tc_error_clear(&connection->failure);
	tc__handle_end(connection);
}

void tc_connection_free(tc_connection *connection)
{
	tc_release(connection);
}

/* ---- from the beginning ---- */

static void join_loop(tc_connection *connection, tc_loop *loop)
{
	connection->loop = loop;
	connection->next = loop->connections;
	if (loop->connections)
		loop->connections->before = connection;
	loop->connections = connection;
	loop->connection_count++;
}

static int check(const tc_loop *loop, const tc_client *client, const char *url, int64_t timeout_ms,
	tc_connection_fn *on_events, tc_error *err)
{
	const char *missing = !loop ? "loop"
		: !client           ? "client"
		: !url              ? "url"
		: !on_events        ? "on_events"
				    : NULL;

	if (missing)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", missing);
	if (timeout_ms < 0)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "timeout_ms is %lld", (long long)timeout_ms);
	if (loop->client)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"loop is one on a client's connections, which has none for other "
			"protocols: tc_loop_new makes one that does");
	return tc__loop_check_open(loop, err);
}

static int start(tc_connection *connection, tc_loop *loop, const char *url, int64_t timeout_ms,
	tc_error *err)
{
	const struct tc_options *options = &connection->client->options;
	int rc = take_url(connection, url, err);

	if (rc != TC_OK)
		return rc;
	if (!tc__loop_reserve_timer(loop))
		return tc__fail_nomem(err);
	connection->attempt.method = "GET";
	connection->attempt.url = connection->url.data;
	connection->delivery = (struct tc__delivery){ .attempt = &connection->attempt,
		.connect_only = true,
		.timeout_ms = timeout_ms ? timeout_ms : options->connect_timeout_ms,
		.owner = connection,
		.until_ms = INT64_MAX };
	connection->passenger = (struct tc__passenger){
		.delivery = &connection->delivery, .landed = on_landed, .unwatched = on_unwatched
	};
	join_loop(connection, loop);
	rc = tc__pool_send(loop->pool, connection->client->network, &connection->passenger, err);
	tc__loop_arm(loop);
	return rc;
}

tc_connection *tc_connection_new(tc_loop *loop, tc_client *client, const char *url,
	int64_t timeout_ms, tc_connection_fn *on_events, void *data, tc_error *err)
{
	tc_error_clear(err);
	if (check(loop, client, url, timeout_ms, on_events, err) != TC_OK)
		return NULL;
	tc_connection *connection = tc__handle_alloc(sizeof *connection, release);
	if (!connection) {
		tc__fail_nomem(err);
		return NULL;
	}
	connection->client = tc__client_ref(client);
	connection->on_events = on_events;
	connection->data = data;
	connection->url = TC__BUFFER(TC__URL_MAX);
	connection->fd = -1;
	connection->timer.expire = expire;
	if (start(connection, loop, url, timeout_ms, err) == TC_OK)
		return connection;
	tc_release(connection);
	return NULL;
}

/* ---- bytes ---- */

static int check_stands(const tc_connection *connection, tc_error *err)
{
	if (!connection)
		return tc__fail(err, TC_ERROR_ARGUMENT, "connection is NULL");
	if (!connection->loop)
		return tc__fail(err, TC_ERROR_ARGUMENT, "the connection's loop was freed");
	if (connection->loop->pool->owner != tc__process_mark())
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"the connection is of this process's parent: make one after fork");
	if (!connection->stands || connection->gone)
		return tc__fail(err, TC_ERROR_NETWORK, "the connection %s",
			connection->gone ? "is gone" : "does not stand yet");
	return TC_OK;
}

int tc_connection_watch(tc_connection *connection, int events, tc_error *err)
{
	tc_error_clear(err);
	int rc = check_stands(connection, err);
	if (rc != TC_OK)
		return rc;
	if (events & ~(TC_LOOP_READ | TC_LOOP_WRITE))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"events is %d; expected a sum of TC_LOOP_READ and TC_LOOP_WRITE", events);
	if (connection->fd >= 0 && connection->events == events)
		return TC_OK;
	int fd = tc__pool_socket(&connection->passenger);
	if (fd < 0)
		return tc__fail(err, TC_ERROR_NETWORK, "the connection is gone");
	rc = tc__loop_watch_own(connection->loop, fd, events, on_ready, connection, err);
	connection->fd = rc == TC_OK && events ? fd : -1;
	connection->events = events;
	return rc;
}

int tc_connection_receive(
	tc_connection *connection, void *bytes, size_t size, size_t *received, tc_error *err)
{
	tc_error_clear(err);
	if (!bytes || !received)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", bytes ? "received" : "bytes");
	*received = 0;
	int rc = check_stands(connection, err);
	if (rc != TC_OK || !size)
		return rc;
	return tc__pool_receive(
		connection->loop->pool, &connection->passenger, bytes, size, received, err);
}

static bool is_secure(const struct tc_connection *connection)
{
	return connection->url.data[4] == 's'; /* https:// */
}

static int send_record(
	tc_connection *connection, const void *bytes, size_t size, size_t *sent, tc_error *err)
{
	if (!connection->record)
		connection->record = malloc(RECORD_SIZE);
	if (!connection->record)
		return tc__fail_nomem(err);
	if (!connection->recorded) {
		connection->recorded = size < RECORD_SIZE ? size : RECORD_SIZE;
		memcpy(connection->record, bytes, connection->recorded);
	}
	int rc = tc__pool_write(connection->loop->pool, &connection->passenger, connection->record,
		connection->recorded, sent, err);
	if (*sent) {
		sodium_memzero(connection->record, connection->recorded); /* maybe a password */
		connection->recorded = 0;
	}
	return rc;
}

int tc_connection_send(
	tc_connection *connection, const void *bytes, size_t size, size_t *sent, tc_error *err)
{
	tc_error_clear(err);
	if (!bytes || !sent)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", bytes ? "sent" : "bytes");
	*sent = 0;
	int rc = check_stands(connection, err);
	if (rc != TC_OK || !size)
		return rc;
	if (is_secure(connection))
		return send_record(connection, bytes, size, sent, err);
	return tc__pool_write(
		connection->loop->pool, &connection->passenger, bytes, size, sent, err);
}
