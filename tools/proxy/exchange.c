/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/proxy/exchange.h"

#include "runtime/src/base/ascii.h"
#include "tools/proxy/guard.h"
#include "tools/proxy/headers.h"
#include "tools/proxy/reply.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/call_at.h>
#include <taskcluster/download.h>

#define OWN_BODY_MAX 65536 /* of what is for the proxy itself */
#define BEWIT_S 3600
#define HEADERS_MAX 22
#define PATH_MAX_BYTES ((size_t)200 * 1024) /* more than comes in; the library has a limit */

static const char *header(const struct exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

struct exchange *exchange_new(
	struct proxy *proxy, struct MHD_Connection *connection, const char *target)
{
	struct exchange *exchange = calloc(1, sizeof *exchange);

	if (!exchange)
		return NULL;
	exchange->proxy = proxy;
	exchange->connection = connection;
	exchange->bytes = TC__BUFFER(SIZE_MAX / 2);
	exchange->target = strdup(target);
	spool_open(&exchange->spool, proxy->options.body_max);
	return exchange;
}

static void destroy(struct exchange *exchange)
{
	if (exchange->response)
		MHD_destroy_response(exchange->response);
	spool_close(&exchange->spool);
	tc__buffer_clear(&exchange->bytes);
	free(exchange->endpoint);
	free(exchange->target);
	free(exchange->method);
	free(exchange);
}

void exchange_leave(struct exchange *exchange)
{
	exchange->left = true;
	if (exchange->running)
		tc_loop_cancel(exchange->proxy->loop, exchange->run);
	else
		destroy(exchange);
}

/* ---- before the body ---- */

static bool refuse(
	struct exchange *exchange, unsigned status, const char *code, const char *message)
{
	exchange->refused = true;
	return reply_error(exchange, status, code, message);
}

static bool is_forwarded(const char *method)
{
	static const char *const methods[] = { "GET", "HEAD", "PUT", "POST", "PATCH", "DELETE" };

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strcmp(method, methods[i]) == 0)
			return true;
	return false;
}

static bool find_client(struct exchange *exchange)
{
	const struct route *route = &exchange->route;
	char why[400];

	if (!is_forwarded(exchange->method))
		return refuse(exchange, 405, "MethodNotAllowed",
			"Expected GET, HEAD, PUT, POST, PATCH or DELETE.");
	exchange->client =
		identity_client(&exchange->proxy->identity, route->host, route->host_length);
	if (exchange->client)
		return true;
	snprintf(why, sizeof why,
		"Nothing is signed for the host %.*s, which is not that of the root URL nor "
		"one that --allow-host names.",
		(int)(route->host_length < 200 ? route->host_length : 200), route->host);
	return refuse(exchange, 403, "HostNotAllowed", why);
}

/* "Authorization: Bearer SECRET" or "X-Taskcluster-Proxy-Secret: SECRET" */
static bool has_secret(const struct exchange *exchange)
{
	const char *authorization = header(exchange, "Authorization");
	const char *given = header(exchange, "X-Taskcluster-Proxy-Secret");

	if (!given && authorization && tc__same_letters(authorization, "bearer ", 7))
		given = authorization + 7;
	return guard_is_secret(exchange->proxy->identity.secret, given);
}

static bool check_credentials(struct exchange *exchange)
{
	if (strcmp(exchange->method, "PUT") != 0)
		return refuse(exchange, 405, "MethodNotAllowed", "Expected a PUT.");
	if (has_secret(exchange))
		return true;
	return refuse(exchange, 403, "SecretNeeded",
		exchange->proxy->identity.secret
			? "The secret of this proxy is missing or another one "
			  "(X-Taskcluster-Proxy-Secret, or Authorization: Bearer)."
			: "This proxy was given no secret, so nobody may change its credentials.");
}

static bool check_length(struct exchange *exchange)
{
	const char *length = header(exchange, "Content-Length");
	bool own = exchange->route.kind == ROUTE_BEWIT || exchange->route.kind == ROUTE_CREDENTIALS;
	char why[100];

	if (own)
		exchange->spool.max = OWN_BODY_MAX;
	if (!length || strtoull(length, NULL, 10) <= (uint64_t)exchange->spool.max)
		return true;
	snprintf(why, sizeof why, "The body has more than %lld bytes.",
		(long long)exchange->spool.max);
	return refuse(exchange, 413, "InputTooLarge", why);
}

static enum MHD_Result count_guarded(
	void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
	int *counts = data;

	(void)kind;
	(void)value;
	counts[0] += tc__same_word(name, "Host");
	counts[1] += tc__same_word(name, "Sec-Fetch-Site");
	return MHD_YES;
}

static bool is_repeated(const struct exchange *exchange)
{
	int counts[2] = { 0 };

	MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, count_guarded, counts);
	return counts[0] > 1 || counts[1] > 1;
}

bool exchange_begin(struct exchange *exchange, const char *method)
{
	const struct proxy *proxy = exchange->proxy;
	const struct guard_request asked = { header(exchange, "Host"), header(exchange, "Origin"),
		header(exchange, "Sec-Fetch-Site"), is_repeated(exchange) };
	const char *why = guard_refusal(&proxy->options, proxy->port, &asked);

	exchange->method = strdup(method);
	if (!exchange->method || !exchange->target)
		return false;
	exchange->stranger = why != NULL;
	if (why)
		return refuse(exchange, 403, "OriginNotAllowed", why);
	route_find(exchange->target, &exchange->route);
	if (exchange->route.kind == ROUTE_NOWHERE)
		return refuse(exchange, 404, "ResourceNotFound", exchange->route.why);
	bool good = exchange->route.kind == ROUTE_CREDENTIALS ? check_credentials(exchange)
		: exchange->route.kind == ROUTE_BEWIT         ? true
							      : find_client(exchange);
	return good && (exchange->refused || check_length(exchange));
}

static bool refuse_body(struct exchange *exchange, const tc_error *err)
{
	spool_close(&exchange->spool);
	if (err->code == TC_ERROR_INPUT)
		return refuse(exchange, 413, "InputTooLarge", tc_error_text(err));
	return refuse(exchange, 500, "InternalServerError", tc_error_text(err));
}

bool exchange_take(struct exchange *exchange, const char *bytes, size_t length)
{
	tc_error err = TC_ERROR_INIT;
	bool good = true;

	if (exchange->refused)
		return true;
	if (spool_add(&exchange->spool, bytes, length, &err) != TC_OK)
		good = refuse_body(exchange, &err);
	tc_error_clear(&err);
	return good;
}

/* ---- the proxy's own ---- */

static bool set_credentials(struct exchange *exchange)
{
	struct spool *spool = &exchange->spool;
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	int rc = tc_json_parse(tc__buffer_get(&spool->bytes), spool->bytes.length, &json, &err);
	if (rc == TC_OK)
		rc = identity_set(&exchange->proxy->identity, json, false, &err);
	tc_release(json);
	bool good = rc == TC_OK ? reply_text(exchange, 200, "", NULL)
				: reply_error(exchange, 400, "InputError", tc_error_text(&err));
	tc_error_clear(&err);
	return good;
}

/* The body's text without the blanks around it, for free(); empty if a NUL is in it, which would
 * hide what follows. */
static char *trimmed(const struct spool *spool)
{
	const char *text = tc__buffer_get(&spool->bytes);
	size_t length = strlen(text);

	if (length != spool->bytes.length)
		return strdup("");
	while (length && strchr(" \t\r\n", *text)) {
		text++;
		length--;
	}
	while (length && strchr(" \t\r\n", text[length - 1]))
		length--;
	return strndup(text, length);
}

static bool sign_url(struct exchange *exchange, tc_client *client, const char *path)
{
	tc_error err = TC_ERROR_INIT;
	const char *url = NULL;
	tc_call *call = tc_call_at(client, "GET", path, NULL, &err);

	int rc = call ? tc_call_signed_url(call, BEWIT_S, &url, &err) : err.code;
	tc_call_free(call);
	bool good = rc == TC_OK ? reply_text(exchange, 303, url, url)
				: reply_error(exchange, 400, "InputError", tc_error_text(&err));
	tc_release(url);
	tc_error_clear(&err);
	return good;
}

static bool answer_bewit(struct exchange *exchange)
{
	const struct identity *identity = &exchange->proxy->identity;
	char *url = trimmed(&exchange->spool);
	struct route route;
	tc_client *client = NULL;

	if (!url)
		return false;
	route_url(url, identity->options->root_url, &route);
	if (route.kind != ROUTE_NOWHERE)
		client = identity_client(identity, route.host, route.host_length);
	bool good = route.kind == ROUTE_NOWHERE
		? reply_error(exchange, 400, "InputError", route.why)
		: client ? sign_url(exchange, client, route.path)
			 : reply_error(exchange, 403, "HostNotAllowed",
				   "URLs are signed below the root URL, and at hosts that "
				   "--allow-host names.");
	free(url);
	return good;
}

/* ---- what is sent on ---- */

struct headers {
	tc_call *call;
	tc_error *err;
	const char *connection;
	int count, rc;
};

static enum MHD_Result on_header(
	void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct headers *headers = data;

	(void)kind;
	if (!headers_pass_request(name, headers->connection))
		return MHD_YES;
	if (headers->count++ == HEADERS_MAX)
		headers->rc = tc_error_set(headers->err, TC_ERROR_ARGUMENT,
			"the request has more than %d headers to hand on", HEADERS_MAX);
	else
		headers->rc = tc_call_header(headers->call, name, value ? value : "", headers->err);
	return headers->rc == TC_OK ? MHD_YES : MHD_NO;
}

static int add_headers(struct exchange *exchange, tc_call *call, bool body, tc_error *err)
{
	struct headers headers = {
		.call = call, .err = err, .connection = header(exchange, "Connection"), .rc = TC_OK
	};
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	const char *type = header(exchange, "Content-Type");

	options.trace_id = header(exchange, "X-Taskcluster-Trace-Id");
	if (options.trace_id)
		(void)tc_call_set_options(call, &options, NULL);
	MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, on_header, &headers);
	if (headers.rc == TC_OK && body && type)
		return tc_call_header(call, "Content-Type", type, err);
	return headers.rc;
}

static bool takes_body(const char *method)
{
	return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
}

static tc_call *make_call(struct exchange *exchange, tc_error *err)
{
	struct tc_call_at_options options = TC_CALL_AT_OPTIONS_INIT;
	struct tc_source body = TC_SOURCE_INIT;
	const struct route *route = &exchange->route;
	struct tc__buffer path = TC__BUFFER(PATH_MAX_BYTES);
	bool has_body = takes_body(exchange->method) && exchange->spool.length > 0;

	spool_source(&exchange->spool, &body);
	options.any_status = true;
	options.body = has_body ? &body : NULL;
	tc__buffer_text(&path, route->prefix);
	tc__buffer_text(&path, *route->path ? route->path : "/");
	tc_call *call = tc__buffer_failed(&path) ? NULL
						 : tc_call_at(exchange->client, exchange->method,
							   tc__buffer_get(&path), &options, err);
	tc__buffer_clear(&path);
	if (!call || add_headers(exchange, call, has_body, err) == TC_OK)
		return call;
	tc_call_free(call);
	return NULL;
}

static ssize_t on_read(void *data, uint64_t position, char *bytes, size_t size)
{
	struct exchange *exchange = data;
	ssize_t length = exchange_read(exchange, bytes, size);

	(void)position;
	if (length == 0) /* else it would be asked again at once */
		exchange->proxy->suspend(exchange);
	return length;
}

static int on_head(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct exchange *exchange = data;

	(void)discard;
	if (exchange->queued)
		return tc_error_set(err, TC_ERROR_NETWORK,
			"the reply broke off after a part of it was handed on");
	tc__buffer_truncate(&exchange->bytes, 0);
	exchange->taken = 0;
	if (!reply_stream(exchange, head, on_read))
		return tc_error_set(err, TC_ERROR_NOMEM, "no memory");
	exchange->streams = true;
	exchange->proxy->resume(exchange);
	return TC_OK;
}

static int on_bytes(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct exchange *exchange = data;

	tc__buffer_add(&exchange->bytes, bytes, length);
	if (tc__buffer_failed(&exchange->bytes))
		return tc_error_set(err, TC_ERROR_NOMEM, "no memory");
	exchange->proxy->resume(exchange);
	return TC_OK;
}

static size_t kept(const struct exchange *exchange)
{
	return exchange->bytes.length - exchange->taken;
}

static bool is_full(void *data)
{
	struct exchange *exchange = data;

	exchange->full = kept(exchange) >= EXCHANGE_KEPT;
	return exchange->full;
}

/* What was taken goes. */
static void move_up(struct exchange *exchange)
{
	struct tc__buffer *bytes = &exchange->bytes;
	size_t left = kept(exchange);

	if (left)
		memmove(bytes->data, bytes->data + exchange->taken, left);
	tc__buffer_truncate(bytes, left);
	exchange->taken = 0;
}

ssize_t exchange_read(struct exchange *exchange, char *bytes, size_t size)
{
	size_t length = kept(exchange) < size ? kept(exchange) : size;

	if (length) {
		memcpy(bytes, exchange->bytes.data + exchange->taken, length);
		exchange->taken += length;
	}
	if (exchange->taken >= kept(exchange)) /* each byte moves once at most, in the mean */
		move_up(exchange);
	if (exchange->full && kept(exchange) < EXCHANGE_KEPT / 2) {
		exchange->full = false;
		if (exchange->running)
			tc_loop_resume(exchange->proxy->loop, exchange->run);
	}
	if (length)
		return (ssize_t)length;
	if (exchange->broken)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	return exchange->ended ? MHD_CONTENT_READER_END_OF_STREAM : 0;
}

static bool answer_failure(struct exchange *exchange, const tc_error *err)
{
	switch (err->code) {
	case TC_ERROR_TIMEOUT:
		return reply_error(exchange, 504, "GatewayTimeout", tc_error_text(err));
	case TC_ERROR_CREDENTIALS: /* no repetition helps, as one of a 5xx might */
		return reply_error(exchange, 403, "CredentialsNotUsable", tc_error_text(err));
	case TC_ERROR_ARGUMENT:
		return reply_error(exchange, 400, "InputError", tc_error_text(err));
	case TC_ERROR_NOMEM:
	case TC_ERROR_SYSTEM:
		return reply_error(exchange, 500, "InternalServerError", tc_error_text(err));
	default:
		return reply_error(exchange, 502, "BadGateway", tc_error_text(err));
	}
}

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct exchange *exchange = data;

	(void)run;
	exchange->running = false;
	if (exchange->left) {
		tc_release(response);
		destroy(exchange);
		return;
	}
	if (exchange->queued || (exchange->streams && !err)) {
		exchange->broken = err != NULL;
		exchange->ended = !err;
	} else if (err) {
		(void)answer_failure(exchange, err);
	} else {
		(void)reply_whole(exchange, response);
	}
	if (err && exchange->proxy->options.verbose)
		fprintf(stderr, "taskcluster-proxy: %s %.*s: %s\n", exchange->method,
			(int)strcspn(exchange->target, "?"), exchange->target, tc_error_text(err));
	tc_release(response);
	exchange->proxy->resume(exchange);
}

static bool send_on(struct exchange *exchange)
{
	tc_error err = TC_ERROR_INIT;
	struct tc_sink sink = TC_SINK_INIT;
	tc_call *call = make_call(exchange, &err);
	int rc = call ? TC_OK : err.code != TC_OK ? err.code : TC_ERROR_NOMEM;

	sink.begin = on_head;
	sink.write = on_bytes;
	sink.full = is_full;
	sink.data = exchange;
	if (rc == TC_OK) {
		exchange->endpoint = strdup(tc_call_url(call));
		rc = tc_loop_download(exchange->proxy->loop, call, &sink, on_done, exchange,
			&exchange->run, &err);
	}
	tc_call_free(call);
	exchange->running = rc == TC_OK;
	bool good = rc == TC_OK || answer_failure(exchange, &err);
	tc_error_clear(&err);
	return good;
}

bool exchange_start(struct exchange *exchange)
{
	exchange->started = true;
	switch (exchange->route.kind) {
	case ROUTE_CREDENTIALS:
		return set_credentials(exchange);
	case ROUTE_BEWIT:
		return answer_bewit(exchange);
	default:
		return send_on(exchange);
	}
}
