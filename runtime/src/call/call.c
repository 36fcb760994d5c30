/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/call.h"

#include "runtime/src/call/client_realm.h"
#include "runtime/src/common/clock.h"
#include "runtime/src/operation/binding.h"
#include <string.h>
#include <taskcluster/type.h>

/* While a call waits, its progress callback is asked this often whether to go on. */
#define WATCH_MS 200

#define SIGNED_URL_LIFETIME_S 900

/* A clock that is further off makes a difference to a signed URL. */
#define OFF_MS 60000

/* ---- making a call ---- */

static tc_call *new_call(tc_client *client, tc_error *err)
{
	tc_call *call = tc__object_alloc(sizeof *call);

	if (!call) {
		tc__fail_nomem(err);
		return NULL;
	}
	call->client = tc__client_ref(client);
	call->own_state = (struct tc__call_state){ .references = 1, .call = call };
	call->state = &call->own_state;
	return call;
}

/* Idempotent until a body says otherwise, when that depends on the body. */
static enum tc_retry_class class_without_body(const struct tc_operation *operation)
{
	return operation->unsafe_member ? TC_RETRY_ALWAYS : (enum tc_retry_class)operation->retry;
}

tc_call *tc__call_new(tc_client *client, const struct tc_operation *operation,
	const char *const *arguments, const char *const *query, tc_error *err)
{
	if (!client || !operation) {
		tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", client ? "operation" : "client");
		return NULL;
	}
	tc_call *call = new_call(client, err);
	if (!call)
		return NULL;
	call->retry_class = class_without_body(operation);
	struct tc__site site;
	int rc = tc__client_site(client, operation, &site, err);
	if (rc == TC_OK)
		rc = tc__request_init(&call->request, &site, operation, arguments, query, err);
	if (rc == TC_OK)
		return call;
	tc__error_prefix(err, "%s.%s", operation->service->name, operation->name);
	tc_call_free(call);
	return NULL;
}

void tc_call_free(tc_call *call)
{
	if (!call || --call->state->references)
		return;
	tc__request_clear(&call->request);
	tc_client_free(call->client);
	tc_release(call);
}

const struct tc_operation *tc_call_operation(const tc_call *call)
{
	return call ? call->request.operation : NULL;
}

const char *tc_call_url(const tc_call *call)
{
	return call ? tc__buffer_get(&call->request.url) : NULL;
}

static int prefixed(const tc_call *call, int rc, tc_error *err)
{
	const struct tc_operation *operation = call->request.operation;

	if (rc != TC_OK)
		tc__error_prefix(err, "%s.%s", operation->service->name, operation->name);
	return rc;
}

/* Arguments and query values share their names' space. */
static const char *parameter_name(const void *table, size_t position)
{
	const struct tc_operation *operation = table;

	return position < operation->argument_count
		? operation->arguments[position].name
		: operation->query[position - operation->argument_count].name;
}

/* What a remote procedure is given when there is nothing to say. */
static int check_without_body(const struct tc_operation *operation, const char *why, tc_error *err)
{
	tc_error reason = TC_ERROR_INIT;
	const tc_json *nothing = NULL;
	void *params = NULL;

	if (!tc__rpc_of(operation))
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s", why);
	if (!operation->input)
		return TC_OK;
	if (tc_json_parse("{}", 2, &nothing, &reason) == TC_OK)
		params = tc_decode_json(operation->input, nothing, 0, &reason);
	tc_release(nothing);
	tc_release(params);
	int code = reason.code;
	tc_error_clear(&reason);
	if (code == TC_ERROR_NOMEM)
		return tc__fail_nomem(err);
	return params ? TC_OK : tc__fail(err, TC_ERROR_ARGUMENT, "%s", why);
}

static int check_given(const struct tc_operation *operation, const char *const *values,
	const tc_json *payload, tc_error *err)
{
	for (size_t i = 0; i < operation->argument_count; i++)
		if (!values[i])
			return tc__fail(err, TC_ERROR_ARGUMENT, "%s.%s: %s is missing",
				operation->service->name, operation->name,
				operation->arguments[i].name);
	if (operation->has_input == (payload != NULL))
		return TC_OK;
	int rc = payload ? tc__fail(err, TC_ERROR_ARGUMENT, "a payload is given, but it takes none")
			 : check_without_body(operation, "the payload is missing", err);
	if (rc != TC_OK)
		tc__error_prefix(err, "%s.%s", operation->service->name, operation->name);
	return rc;
}

/* Whether a name is an argument's or a header's, and not a key of the query. */
static bool is_placed(const struct tc_operation *operation, const char *name)
{
	const struct tc_query_rule *header = tc__rules_of(operation)->headers;

	for (size_t i = 0; i < operation->argument_count; i++)
		if (name && strcmp(operation->arguments[i].name, name) == 0)
			return true;
	for (; header && header->name; header++)
		if (name && strcmp(header->name, name) == 0)
			return true;
	return false;
}

/* Arguments and headers have places; keys of the query may have operators and several values. */
static int place(const struct tc_operation *operation, const struct tc_pair *pairs, size_t count,
	const char **values, tc_error *err)
{
	struct tc__names names = { parameter_name, operation,
		(size_t)operation->argument_count + operation->query_count,
		operation->service->name, operation->name };
	struct tc_pair placed[TC__NAMES_MAX + 1];
	size_t placed_count = 0;

	for (size_t i = 0; i < count; i++)
		if (is_placed(operation, pairs[i].name) && placed_count <= TC__NAMES_MAX)
			placed[placed_count++] = pairs[i];
	return tc__names_match(&names, placed, placed_count, values, err);
}

static tc_call *by_rules(tc_client *client, const struct tc_operation *operation,
	const struct tc_pair *pairs, size_t count, const tc_json *payload, tc_error *err)
{
	const char *values[2 * TC__NAMES_MAX];

	if (place(operation, pairs, count, values, err) != TC_OK ||
		check_given(operation, values, payload, err) != TC_OK)
		return NULL;
	tc_call *call =
		tc__call_new(client, operation, values, values + operation->argument_count, err);
	int rc = call ? TC_OK : TC_ERROR_ARGUMENT;
	for (size_t i = 0; i < count && rc == TC_OK; i++)
		if (!is_placed(operation, pairs[i].name))
			rc = prefixed(call,
				tc__request_query_sent(
					&call->request, pairs[i].name, pairs[i].value, err),
				err);
	if (rc == TC_OK && payload)
		rc = tc_call_body_json(call, payload, err);
	if (rc == TC_OK)
		return call;
	tc_call_free(call);
	return NULL;
}

tc_call *tc_call_by_name(tc_client *client, const struct tc_operation *operation,
	const struct tc_pair *pairs, size_t count, const tc_json *payload, tc_error *err)
{
	const char *values[2 * TC__NAMES_MAX];

	if (!client || !operation) {
		tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", client ? "operation" : "client");
		return NULL;
	}
	if (tc__rules_of(operation))
		return by_rules(client, operation, pairs, count, payload, err);
	struct tc__names names = { parameter_name, operation,
		(size_t)operation->argument_count + operation->query_count,
		operation->service->name, operation->name };
	if (tc__names_match(&names, pairs, count, values, err) != TC_OK)
		return NULL;
	if (check_given(operation, values, payload, err) != TC_OK)
		return NULL;
	tc_call *call =
		tc__call_new(client, operation, values, values + operation->argument_count, err);
	if (call && payload && tc_call_body_json(call, payload, err) != TC_OK) {
		tc_call_free(call);
		return NULL;
	}
	return call;
}

/* ---- its body and headers ---- */

/* Whether the body is of the kind that the operation's retry class is about. */
static bool is_unsafe(const struct tc_operation *operation, const tc_json *body)
{
	const tc_json *member = tc_json_get(body, operation->unsafe_member);
	const char *text = tc_json_text(member);

	return tc_json_kind(member) == TC_JSON_STRING && operation->unsafe_value &&
		strcmp(text, operation->unsafe_value) == 0;
}

static int classify(const struct tc_operation *operation, const char *body, size_t length,
	const tc_json *json, enum tc_retry_class *retry_class, tc_error *err)
{
	const tc_json *parsed = NULL;

	*retry_class = (enum tc_retry_class)operation->retry;
	if (!operation->unsafe_member || operation->retry == TC_RETRY_ALWAYS)
		return TC_OK;
	if (!json) {
		int rc = tc_json_parse(body, length, &parsed, NULL);
		if (rc == TC_ERROR_NOMEM)
			return tc__fail_nomem(err);
		if (rc != TC_OK)
			return TC_OK; /* nobody can tell: the careful class holds */
	}
	if (!is_unsafe(operation, json ? json : parsed))
		*retry_class = TC_RETRY_ALWAYS;
	tc_release(parsed);
	return TC_OK;
}

int tc__call_check_unused(const tc_call *call, tc_error *err)
{
	if (!call)
		return tc__fail(err, TC_ERROR_ARGUMENT, "call is NULL");
	if (!call->state->used)
		return TC_OK;
	return tc__fail(err, TC_ERROR_ARGUMENT,
		"%s.%s: the call has been used already and does not change any more",
		call->request.operation->service->name, call->request.operation->name);
}

int tc__call_take_body(tc_call *call, char *body, size_t length, const char *content_type,
	const tc_json *json, tc_error *err)
{
	enum tc_retry_class retry_class;

	int rc = classify(call->request.operation, body, length, json, &retry_class, err);
	if (rc == TC_OK)
		rc = tc__request_body(&call->request, body, length, content_type, err);
	if (rc == TC_OK)
		call->retry_class = retry_class;
	return prefixed(call, rc, err);
}

/* Other systems' servers may take what they should refuse. */
static int check_body(const tc_call *call, const tc_json *body, tc_error *err)
{
	const struct tc_operation *operation = call->request.operation;

	if (!tc__system_of(operation) || !operation->input ||
		call->client->options.unchecked_bodies)
		return TC_OK;
	tc_error reason = TC_ERROR_INIT;
	void *value = tc_decode_json(operation->input, body, 0, &reason);
	int rc = value ? tc_check(operation->input, value, &reason) : reason.code;
	tc_release(value);
	return rc == TC_OK ? TC_OK : prefixed(call, tc__fail_with(err, &reason), err);
}

int tc_call_body_json(tc_call *call, const tc_json *body, tc_error *err)
{
	size_t length;
	char *text;

	int rc = tc__call_check_unused(call, err);
	if (rc != TC_OK)
		return rc;
	if (!body)
		return prefixed(call, tc__fail(err, TC_ERROR_ARGUMENT, "body is NULL"), err);
	rc = check_body(call, body, err);
	if (rc != TC_OK)
		return rc;
	rc = tc_json_write(body, TC_JSON_COMPACT, &text, &length, err);
	if (rc != TC_OK)
		return rc;
	rc = tc__call_take_body(call, text, length, NULL, body, err);
	if (rc != TC_OK)
		tc_release(text);
	return rc;
}

int tc_call_body_bytes(
	tc_call *call, const void *bytes, size_t length, const char *content_type, tc_error *err)
{
	int rc = tc__call_check_unused(call, err);

	if (rc != TC_OK)
		return rc;
	if (!bytes && length)
		return prefixed(call, tc__fail(err, TC_ERROR_ARGUMENT, "bytes is NULL"), err);
	if (length > tc__body_max_of(call->request.operation)) /* before it is copied */
		return prefixed(
			call, tc__request_body(&call->request, NULL, length, NULL, err), err);
	char *text = tc__object_text(bytes, length);
	if (!text)
		return tc__fail_nomem(err);
	rc = tc__call_take_body(call, text, length, content_type, NULL, err);
	if (rc != TC_OK)
		tc_release(text);
	return rc;
}

int tc_call_header(tc_call *call, const char *name, const char *value, tc_error *err)
{
	int rc = tc__call_check_unused(call, err);

	if (rc != TC_OK)
		return rc;
	return prefixed(call, tc__request_header(&call->request, name, value, err), err);
}

/* ---- performing ---- */

/* Lets time pass in pieces, so that the caller can cancel in between. */
static int wait_watched(
	const tc_client *client, struct tc__transport *transport, int64_t ms, tc_error *err)
{
	const struct tc_options *options = &client->options;
	const struct tc_progress nothing = { .send_total = -1, .receive_total = -1 };

	while (ms > 0) {
		int64_t piece = ms < WATCH_MS || !options->progress ? ms : WATCH_MS;
		transport->kind->wait(transport, piece);
		ms -= piece;
		if (options->progress && options->progress(options->progress_data, &nothing))
			return tc__fail(
				err, TC_ERROR_CANCELED, "canceled by the progress callback");
	}
	return TC_OK;
}

/* One attempt and, if another is to follow, the pause before it. */
static struct tc__next step(
	struct tc__performance *performance, struct tc__transport *transport, tc_error *failure)
{
	const struct tc__transport_kind *kind = transport->kind;
	int rc = tc__performance_attempt(performance, kind->steady_ms(transport), failure);

	if (rc == TC_OK)
		rc = kind->deliver(transport, &performance->delivery, failure);
	struct tc__next next =
		tc__performance_judge(performance, rc, kind->steady_ms(transport), failure);
	if (next.step != TC__STEP_WAIT)
		return next;
	rc = wait_watched(performance->call->client, transport, next.delay_ms, failure);
	if (rc != TC_OK) {
		prefixed(performance->call, rc, failure);
		next.step = TC__STEP_END;
	}
	return next;
}

int tc__call_perform(
	const tc_call *call, struct tc__sink *sink, tc_response **response, tc_error *err)
{
	struct tc__performance performance;
	tc_error failure = TC_ERROR_INIT;
	struct tc__next next;

	struct tc__transport *transport = tc__client_transport(call->client, &failure);
	if (!transport)
		return tc__fail_with(err, &failure);
	tc__performance_begin(&performance, call, sink, transport->kind->steady_ms(transport));
	do {
		next = step(&performance, transport, &failure);
	} while (next.step != TC__STEP_END);
	if (failure.code == TC_OK && response)
		*response = tc__reply_take(&performance.reply);
	tc__performance_end(&performance);
	return failure.code == TC_OK ? TC_OK : tc__fail_with(err, &failure);
}

int tc__call_check_ready(const tc_call *call, tc_error *err)
{
	if (!call)
		return tc__fail(err, TC_ERROR_ARGUMENT, "call is NULL");
	int rc = tc__query_check(&call->request.query, err);
	if (rc != TC_OK)
		return prefixed(call, rc, err);
	const struct tc_operation *operation = call->request.operation;
	if (!operation->has_input || call->request.has_body)
		return TC_OK;
	return prefixed(call,
		check_without_body(
			operation, "it takes a body, but none is set (tc_call_body_json)", err),
		err);
}

int tc__call_check_whole(const tc_call *call, tc_error *err)
{
	int rc = tc__call_check_ready(call, err);

	if (rc != TC_OK || !tc__events_of(call->request.operation))
		return rc;
	return prefixed(call,
		tc__fail(err, TC_ERROR_ARGUMENT,
			"its reply is a stream without an end: listen by tc_stream_new"),
		err);
}

int tc_call_perform(const tc_call *call, tc_response **response, tc_error *err)
{
	if (response)
		*response = NULL;
	int rc = tc__call_check_whole(call, err);
	return rc == TC_OK ? tc__call_perform(call, NULL, response, err) : rc;
}

int tc__call_fail_reading(const tc_call *call, const tc_response *response, tc_error *failure)
{
	tc__response_attach(response, failure);
	tc__call_log_failure(call, failure);
	return failure->code;
}

int tc_call_perform_json(const tc_call *call, const tc_json **json, tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;
	tc_response *response;

	if (json)
		*json = NULL;
	int rc = tc_call_perform(call, &response, err);
	if (rc != TC_OK || !json) {
		tc_release(rc == TC_OK ? response : NULL);
		return rc;
	}
	rc = prefixed(call, tc__response_take_json(response, json, &failure), &failure);
	if (rc != TC_OK)
		tc__call_fail_reading(call, response, &failure);
	tc_release(response);
	return rc == TC_OK ? TC_OK : tc__fail_with(err, &failure);
}

/* ---- signed URLs ---- */

/* Under the proxy there is no key here; the proxy signs a URL that is posted to it. */
static const struct tc_service proxy_service = { .name = "proxy", .version = "" };
static const struct tc_operation proxy_bewit = {
	.service = &proxy_service,
	.name = "bewit",
	.method = "POST",
	.route = "/bewit",
	.has_input = true,
};

/* The call's URL as others reach it: below the root, when that is known. */
static int public_url(const tc_call *call, struct tc__buffer *url, tc_error *err)
{
	const struct tc__site *site = &call->client->site;
	const char *sent = tc_call_url(call);
	struct tc__buffer proxy = TC__BUFFER(TC__URL_MAX);

	tc__url_root(&proxy, site->proxy_url);
	if (site->root_url && !proxy.no_memory) {
		tc__url_root(url, site->root_url);
		sent += proxy.length;
	}
	tc__buffer_text(url, sent);
	bool failed = tc__buffer_failed(&proxy) || tc__buffer_failed(url);
	tc__buffer_clear(&proxy);
	return failed ? tc__fail_nomem(err) : TC_OK;
}

/* "<proxy>/bewit", and the URL to be signed as the body */
static int prepare_post(tc_call *post, const tc_call *call, tc_error *err)
{
	struct tc__buffer text = TC__BUFFER(2 * TC__URL_MAX);

	tc__url_root(&text, call->client->site.proxy_url);
	tc__buffer_text(&text, "/bewit");
	int rc = tc__buffer_failed(&text)
		? tc__fail_nomem(err)
		: tc__request_init_url(&post->request, &proxy_bewit, tc__buffer_get(&text), err);
	if (rc == TC_OK) {
		post->request.proxied = true;
		tc__buffer_truncate(&text, 0);
		rc = public_url(call, &text, err);
	}
	if (rc == TC_OK)
		rc = tc_call_body_bytes(
			post, tc__buffer_get(&text), text.length, "text/plain", err);
	tc__buffer_clear(&text);
	return rc;
}

static int ask_proxy(const tc_call *call, const char **url, tc_error *err)
{
	tc_response *response = NULL;
	tc_error failure = TC_ERROR_INIT;
	tc_call *post = new_call(call->client, &failure);

	if (!post)
		return tc__fail_with(err, &failure);
	int rc = prepare_post(post, call, err);
	if (rc == TC_OK)
		rc = tc_call_perform(post, &response, err);
	tc_call_free(post);
	if (rc != TC_OK)
		return rc;
	const char *location = tc_response_location(response);
	if (!location)
		rc = tc__fail(err, TC_ERROR_REPLY,
			"proxy.bewit: the reply has no Location with the signed URL");
	else if (!(*url = tc__object_text(location, strlen(location))))
		rc = tc__fail_nomem(err);
	tc_release(response);
	return rc;
}

/* Whose credentials sign for the call's server. */
static int find_signer(const tc_call *call, struct tc__signer *signer, tc_error *err)
{
	const struct tc_operation *operation = call->request.operation;
	const struct tc_conventions *system = tc__system_of(operation);
	tc_client *client = call->client;
	struct tc__realm *realm = NULL;

	if (system && (!system->hawk || system->hawk->no_signed_urls))
		return tc__fail(err, TC_ERROR_ARGUMENT, "the server knows no signed URLs");
	if (tc__client_withholds(client, operation))
		return tc__fail(err, TC_ERROR_CREDENTIALS, "%s", TC__WITHHELD);
	int rc = system ? tc__client_realm(client, operation, &realm, err)
			: tc__client_renew(client, tc__clock_steady_ms(), err);
	*signer = client->signer;
	if (realm)
		signer->credentials = tc__realm_credentials(client, realm);
	if (rc == TC_OK && !signer->credentials)
		rc = tc__fail(
			err, TC_ERROR_CREDENTIALS, "there are no credentials to sign a URL with");
	return rc;
}

/* The time that a signed URL's life begins at. A Date that nobody signed could make it live for
 * long; where one had to correct our clock, that is worth a word. */
static int64_t trusted_s(const tc_call *call)
{
	tc_client *client = call->client;
	const struct tc__offset *offset = tc__client_offset(client, call->request.operation);
	int64_t ahead_ms = offset->proved_ms - offset->ms;

	if (ahead_ms > OFF_MS || ahead_ms < -OFF_MS)
		tc__log(&client->log, TC_LOG_WARN,
			"a signed URL ends by the clock here, which is %lld s %s the server's",
			(long long)(ahead_ms < 0 ? -ahead_ms : ahead_ms) / 1000,
			ahead_ms < 0 ? "behind" : "ahead of");
	return tc__client_proved_ms(client, offset) / 1000;
}

static int sign_url(const tc_call *call, int64_t lifetime_s, const char **url, tc_error *err)
{
	struct tc__signer signer;
	char *text = NULL;

	int rc = find_signer(call, &signer, err);
	if (rc != TC_OK)
		return rc;
	int64_t now_s = trusted_s(call);
	if (lifetime_s == 0)
		lifetime_s = SIGNED_URL_LIFETIME_S;
	rc = tc__request_signed_url(&call->request, &signer, now_s + lifetime_s, &text, err);
	*url = text;
	return rc;
}

int tc_call_signed_url(const tc_call *call, int64_t lifetime_s, const char **url, tc_error *err)
{
	if (!call || !url)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", call ? "url" : "call");
	*url = NULL;
	const char *method = call->request.operation->method;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return prefixed(call,
			tc__fail(err, TC_ERROR_ARGUMENT,
				"only a GET can be signed into a URL, and this is a %s", method),
			err);
	if (lifetime_s < 0 || lifetime_s > INT32_MAX)
		return prefixed(call,
			tc__fail(err, TC_ERROR_ARGUMENT, "lifetime_s is %lld",
				(long long)lifetime_s),
			err);
	if (call->request.proxied)
		return ask_proxy(call, url, err);
	return prefixed(call, sign_url(call, lifetime_s, url, err), err);
}
