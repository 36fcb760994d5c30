/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/signin/callback.h"
#include "tools/livelog/listen.h"
#include "tools/taskcluster/config/keys.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/shared/when.h"
#include "tools/taskcluster/signin/peer.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <taskcluster/slugid.h>
#include <unistd.h>

/* A request is a line with two short values; browsers add some headers, cookies of localhost among
 * them. */
#define CONNECTION_MEMORY ((size_t)64 * 1024)
#define CONNECTIONS_MAX 64
#define IDLE_S 10
#define PORTS_TRIED 16
#define FAREWELL_MS 2000 /* for the page to reach the browser */

/* One for each address of this machine's: browsers try ::1 or 127.0.0.1 for "localhost", and
 * nobody else is to have the port on either. */
enum { V4, V6, ADDRESSES };

struct callback {
	struct MHD_Daemon *daemons[ADDRESSES];
	int port;
	char path[TC_SLUGID_SIZE + 1]; /* with its slash */
	char url[64 + TC_SLUGID_SIZE];
	struct callback_answer *answer;
	bool own_only; /* answers of this user's programs alone count */
	bool told;     /* that another user's program came */
	bool taken;    /* it came */
	bool answered; /* and the browser has its page */
};

static const char good_page[] =
	"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Signed "
	"in</title></head>"
	"<body><h1>Back to the command line</h1><p>It has the credentials now, and says whether "
	"they are accepted. This page can be closed.</p>"
	/* the address has the token in it, which need not stay in sight or in the history */
	"<script>history.replaceState(null, \"\", \"/\")</script></body></html>";
static const char bad_page[] =
	"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Not signed "
	"in</title>"
	"</head><body><h1>Nothing here</h1><p>This is not the answer that the command line waits "
	"for.</p></body></html>";

/* ---- a request ---- */

static enum MHD_Result send_page(
	struct MHD_Connection *connection, unsigned status, const char *page)
{
	static const char *const headers[][2] = { { "Content-Type", "text/html; charset=utf-8" },
		{ "Content-Security-Policy", "default-src 'none'; script-src 'unsafe-inline'" },
		{ "Referrer-Policy", "no-referrer" }, { "Cache-Control", "no-store" },
		{ "Connection", "close" } };
	struct MHD_Response *response = MHD_create_response_from_buffer(
		strlen(page), (void *)(uintptr_t)page, MHD_RESPMEM_PERSISTENT);

	if (!response)
		return MHD_NO;
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		MHD_add_response_header(response, headers[i][0], headers[i][1]);
	enum MHD_Result queued = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return queued;
}

/* Another name is that of a page that had its own name lead here. */
static bool is_for_us(const struct callback *callback, struct MHD_Connection *connection)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };
	const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
	char ours[32];

	for (size_t i = 0; host && i < sizeof names / sizeof *names; i++) {
		snprintf(ours, sizeof ours, "%s:%d", names[i], callback->port);
		if (strcmp(host, ours) == 0 ||
			(callback->port == 80 && strcmp(host, names[i]) == 0))
			return true;
	}
	return false;
}

/* By now the other end may be gone: whose it was is not told then. What libmicrohttpd tells lies in
 * one place from version 1 on, and its next answer is written over it. */
static bool may_answer(const struct callback *callback, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info;

	if (!callback->own_only)
		return true;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	enum peer peer = info ? peer_find(info->client_addr, callback->port) : PEER_UNTOLD;
	if (peer != PEER_UNTOLD)
		return peer == PEER_OWN;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	return info && peer_is_there(info->connect_fd);
}

/* What the values of a query come to. */
struct values {
	struct callback_answer answer;
	int ids, tokens;
};

static bool take_text(
	const char *text, size_t length, const char *characters, char *to, size_t size)
{
	if (length == 0 || length >= size)
		return false;
	for (size_t i = 0; i < length; i++) {
		/* the page does not encode the plus that clients' ids may have */
		char c = text[i] == ' ' ? '+' : text[i];
		if (!c || !strchr(characters, c))
			return false;
		to[i] = c;
	}
	to[length] = '\0';
	return true;
}

/* Of each there must be one, and a good one. */
static enum MHD_Result on_value(void *data, enum MHD_ValueKind kind, const char *name,
	size_t name_length, const char *value, size_t length)
{
	struct values *values = data;
	struct callback_answer *answer = &values->answer;

	(void)kind, (void)name_length;
	if (strcmp(name, "clientId") == 0) {
		bool good = take_text(value, length, CONFIG_CLIENT_ID_CHARACTERS, answer->client_id,
			sizeof answer->client_id);
		values->ids += good ? 1 : 2;
	}
	if (strcmp(name, "accessToken") == 0) {
		bool good = take_text(value, length, CONFIG_ACCESS_TOKEN_CHARACTERS,
			answer->access_token, sizeof answer->access_token);
		values->tokens += good ? 1 : 2;
	}
	return MHD_YES;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *body, size_t *length, void **context)
{
	struct callback *callback = data;
	struct values values = { .ids = 0 };

	(void)version, (void)body, (void)length;
	if (!is_for_us(callback, connection) || callback->taken ||
		strcmp(url, callback->path) != 0 || !may_answer(callback, connection))
		return send_page(connection, MHD_HTTP_NOT_FOUND, bad_page);
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
		return send_page(connection, MHD_HTTP_METHOD_NOT_ALLOWED, bad_page);
	MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, on_value, &values);
	if (values.ids != 1 || values.tokens != 1)
		return send_page(connection, MHD_HTTP_BAD_REQUEST, bad_page);
	*callback->answer = values.answer;
	callback->taken = true;
	*context = callback;
	return send_page(connection, MHD_HTTP_OK, good_page);
}

static void on_end(void *data, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode code)
{
	struct callback *callback = data;

	(void)connection, (void)code;
	if (*context)
		callback->answered = true;
}

/* The browser's command line, with the path in it, is for every user of this machine to see; and
 * others could have all connections. */
static enum MHD_Result on_connection(void *data, const struct sockaddr *address, socklen_t length)
{
	struct callback *callback = data;

	(void)length;
	if (!callback->own_only || peer_find(address, callback->port) != PEER_OTHER)
		return MHD_YES;
	if (!callback->told)
		complain("warning: a program of another user came to port %d, and got nothing",
			callback->port);
	callback->told = true;
	return MHD_NO;
}

/* ---- listening ---- */

static bool can_listen(const char *address)
{
	int port = 0, fd;

	if (listen_open(address, &port, &fd, NULL) != TC_OK)
		return false;
	close(fd);
	return true;
}

/* Both addresses with one port; sockets[V6] is -1 on a machine without IPv6. */
static int listen_on(int *port, int sockets[ADDRESSES], tc_error *err)
{
	sockets[V6] = -1;
	int status = listen_open("127.0.0.1", port, &sockets[V4], err);
	if (status != TC_OK || listen_open("::1", port, &sockets[V6], err) == TC_OK)
		return status;
	if (!can_listen("::1"))
		return TC_OK;
	close(sockets[V4]);
	return err->code;
}

/* *port 0 becomes the one that was free. */
static int listen_anywhere(int *port, int sockets[ADDRESSES], tc_error *err)
{
	int wanted = *port;
	int status = listen_on(port, sockets, err);

	for (int i = 1; wanted == 0 && status != TC_OK && i < PORTS_TRIED; i++) {
		*port = 0;
		status = listen_on(port, sockets, err);
	}
	return status;
}

/* The daemon owns the socket, also when it fails. */
static bool serve(struct callback *callback, int address, int socket)
{
	callback->daemons[address] = MHD_start_daemon(MHD_NO_FLAG, 0, on_connection, callback,
		on_request, callback, MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_NOTIFY_COMPLETED,
		on_end, callback, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_END);
	if (!callback->daemons[address])
		close(socket);
	return callback->daemons[address];
}

static bool serve_all(struct callback *callback, const int sockets[ADDRESSES])
{
	bool good = serve(callback, V4, sockets[V4]);

	if (sockets[V6] >= 0)
		good = serve(callback, V6, sockets[V6]) && good;
	return good;
}

static void name(struct callback *callback, int port)
{
	char secret[TC_SLUGID_SIZE];

	tc_slugid_v4(secret);
	callback->port = port;
	snprintf(callback->path, sizeof callback->path, "/%s", secret);
	snprintf(
		callback->url, sizeof callback->url, "http://localhost:%d%s", port, callback->path);
}

struct callback *callback_open(int port)
{
	struct callback *callback = calloc(1, sizeof *callback);
	tc_error err = TC_ERROR_INIT;
	int sockets[ADDRESSES];

	if (!callback || listen_anywhere(&port, sockets, &err) != TC_OK) {
		failure("%s", callback ? tc_error_text(&err) : "memory ended");
		tc_error_clear(&err);
		free(callback);
		return NULL;
	}
	tc_error_clear(&err); /* of IPv6 that is not there */
	if (serve_all(callback, sockets)) {
		name(callback, port);
		return callback;
	}
	failure("cannot start the HTTP server for the browser's answer");
	callback_close(callback);
	return NULL;
}

const char *callback_url(const struct callback *callback)
{
	return callback->url;
}

int callback_port(const struct callback *callback)
{
	return callback->port;
}

void callback_close(struct callback *callback)
{
	for (int i = 0; callback && i < ADDRESSES; i++)
		if (callback->daemons[i])
			MHD_stop_daemon(callback->daemons[i]);
	free(callback);
}

/* ---- waiting ---- */

/* Serves what there is, waiting for it that long at most. */
static bool turn(struct callback *callback, int64_t patience_ms)
{
	fd_set readable, writable, odd;
	int most = -1;

	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_ZERO(&odd);
	for (int i = 0; i < ADDRESSES; i++) {
		struct MHD_Daemon *daemon = callback->daemons[i];
		MHD_UNSIGNED_LONG_LONG due_ms;
		if (!daemon)
			continue;
		if (MHD_get_fdset(daemon, &readable, &writable, &odd, &most) != MHD_YES)
			return false;
		if (MHD_get_timeout(daemon, &due_ms) == MHD_YES &&
			due_ms < (unsigned long long)patience_ms)
			patience_ms = (int64_t)due_ms;
	}
	struct timeval patience = { .tv_sec = (time_t)(patience_ms / 1000),
		.tv_usec = (suseconds_t)(patience_ms % 1000 * 1000) };
	if (select(most + 1, &readable, &writable, &odd, &patience) < 0)
		return errno == EINTR;
	for (int i = 0; i < ADDRESSES; i++)
		if (callback->daemons[i])
			MHD_run_from_select(callback->daemons[i], &readable, &writable, &odd);
	return true;
}

/* Until the flag is set, or that time is over. */
static bool serve_until(struct callback *callback, const bool *flag, int64_t deadline_ms)
{
	for (int64_t now = when_steady_ms(); !*flag && now < deadline_ms; now = when_steady_ms())
		if (!turn(callback, deadline_ms - now))
			break;
	return *flag;
}

int callback_wait(struct callback *callback, bool own_only, int64_t timeout_seconds,
	struct callback_answer *answer)
{
	callback->own_only = own_only;
	callback->answer = answer;
	if (!serve_until(callback, &callback->taken, when_steady_ms() + timeout_seconds * 1000))
		return failure("nobody has signed in within %lld seconds: --timeout gives more",
			(long long)timeout_seconds);
	serve_until(callback, &callback->answered, when_steady_ms() + FAREWELL_MS);
	return 0;
}
