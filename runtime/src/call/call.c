/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/call.h"

#include "runtime/src/call/client_realm.h"
#include "runtime/src/operation/binding.h"
#include "runtime/src/operation/refusal.h"
#include <string.h>
#include <taskcluster/type.h>

/* ---- making a call ---- */

static void release(void *handle)
{
	tc_call *call = handle;

	if (--call->state->references)
		return;
	tc__request_clear(&call->request);
	tc_release(call->set);
	tc_release(call->anywhere);
	tc_client_free(call->client);
	tc__handle_end(call);
}

tc_call *tc__call_alloc(tc_client *client, tc_error *err)
{
	tc_call *call = tc__handle_alloc(sizeof *call, release);

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
	tc_call *call = tc__call_alloc(client, err);
	if (!call)
		return NULL;
	call->retry_class = class_without_body(operation);
	struct tc__site site;
	int rc = tc__client_site(client, operation, &site, err);
	if (rc == TC_OK)
		rc = tc__request_init(&call->request, &site, operation, arguments, query, err);
	if (rc == TC_OK && !client->options.unchecked_bodies)
		rc = tc__refuse_arguments(operation, arguments, err);
	if (tc__operation_prefix(operation, rc, err) == TC_OK)
		return call;
	tc_call_free(call);
	return NULL;
}

tc_call *tc__call_hold(const tc_call *call)
{
	if (!call)
		return NULL;
	call->state->references++;
	return call->state->call;
}

void tc_call_free(tc_call *call)
{
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

int tc__operation_prefix(const struct tc_operation *operation, int rc, tc_error *err)
{
	if (rc != TC_OK)
		tc_error_prefix(err, "%s.%s", operation->service->name, operation->name);
	return rc;
}

static int prefixed(const tc_call *call, int rc, tc_error *err)
{
	return tc__operation_prefix(call->request.operation, rc, err);
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
static int check_without_body(const struct tc_operation *operation,
	const struct tc_operation_conventions *rules, const char *why, tc_error *err)
{
	tc_error reason = TC_ERROR_INIT;
	const tc_json *nothing = NULL;
	void *params = NULL;

	if (!rules || !rules->rpc)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s", why);
	int rc = tc__require_members(operation, NULL, err);
	if (rc != TC_OK || !operation->input)
		return rc;
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

static int check_given(const struct tc_operation *operation,
	const struct tc_operation_conventions *rules, const char *const *values,
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
			 : check_without_body(operation, rules, "the payload is missing", err);
	return tc__operation_prefix(operation, rc, err);
}

/* Whether a name is an argument's or a header's, and not a key of the query. */
static bool is_placed(const struct tc_operation *operation,
	const struct tc_operation_conventions *rules, const char *name)
{
	const struct tc_query_rule *header = rules->headers;

	for (size_t i = 0; i < operation->argument_count; i++)
		if (name && strcmp(operation->arguments[i].name, name) == 0)
			return true;
	for (; header && header->name; header++)
		if (name && strcmp(header->name, name) == 0)
			return true;
	return false;
}

/* Arguments and headers have places; keys of the query may have operators and several values. */
static int place(const struct tc_operation *operation, const struct tc_operation_conventions *rules,
	const struct tc_pair *pairs, size_t count, const char **values, tc_error *err)
{
	struct tc__names names = { parameter_name, operation,
		(size_t)operation->argument_count + operation->query_count,
		operation->service->name, operation->name };
	struct tc_pair placed[TC__NAMES_MAX + 1];
	size_t placed_count = 0;

	for (size_t i = 0; i < count; i++)
		if (is_placed(operation, rules, pairs[i].name) && placed_count <= TC__NAMES_MAX)
			placed[placed_count++] = pairs[i];
	return tc__names_match(&names, placed, placed_count, values, err);
}

static tc_call *by_rules(tc_client *client, const struct tc_operation *operation,
	const struct tc_operation_conventions *rules, const struct tc_pair *pairs, size_t count,
	const tc_json *payload, tc_error *err)
{
	const char *values[2 * TC__NAMES_MAX];

	if (place(operation, rules, pairs, count, values, err) != TC_OK ||
		check_given(operation, rules, values, payload, err) != TC_OK)
		return NULL;
	tc_call *call =
		tc__call_new(client, operation, values, values + operation->argument_count, err);
	int rc = call ? TC_OK : TC_ERROR_ARGUMENT;
	for (size_t i = 0; i < count && rc == TC_OK; i++)
		if (!is_placed(operation, rules, pairs[i].name))
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

	tc_error_clear(err);
	if (!client || !operation) {
		tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", client ? "operation" : "client");
		return NULL;
	}
	const struct tc_operation_conventions *rules = tc__parameter_rules_of(operation);
	if (rules)
		return by_rules(client, operation, rules, pairs, count, payload, err);
	struct tc__names names = { parameter_name, operation,
		(size_t)operation->argument_count + operation->query_count,
		operation->service->name, operation->name };
	if (tc__names_match(&names, pairs, count, values, err) != TC_OK)
		return NULL;
	if (check_given(operation, NULL, values, payload, err) != TC_OK)
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

/* When nobody can tell, the careful class holds. */
static enum tc_retry_class class_of(const struct tc_operation *operation, const tc_json *body)
{
	enum tc_retry_class class = (enum tc_retry_class)operation->retry;

	return !operation->unsafe_member || !body || is_unsafe(operation, body) ? class
										: TC_RETRY_ALWAYS;
}

/* Whether something about a call depends on what its body says. */
static bool needs_reading(const tc_call *call)
{
	const struct tc_operation *operation = call->request.operation;
	bool classed = operation->unsafe_member && operation->retry != TC_RETRY_ALWAYS;

	return classed ||
		(!call->client->options.unchecked_bodies && tc__refuses_bodies(operation));
}

/* The body as a tree, for tc_release; NULL when nobody needs it, and when it is no JSON. */
static int read_body(
	const tc_call *call, const char *body, size_t length, const tc_json **json, tc_error *err)
{
	*json = NULL;
	int rc = needs_reading(call) ? tc_json_parse(body, length, json, NULL) : TC_OK;
	return rc == TC_ERROR_NOMEM ? tc__fail_nomem(err) : TC_OK;
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
	const struct tc_operation *operation = call->request.operation;
	const tc_json *parsed = NULL;

	int rc = json ? TC_OK : read_body(call, body, length, &parsed, err);
	const tc_json *read = json ? json : parsed;
	if (rc == TC_OK && !call->client->options.unchecked_bodies)
		rc = tc__refuse_body(operation, read, err);
	if (rc == TC_OK)
		rc = tc__request_body(&call->request, body, length, content_type, err);
	if (rc == TC_OK)
		call->retry_class = class_of(operation, read);
	tc_release(parsed);
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

	tc_error_clear(err);
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
	tc_error_clear(err);
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
	tc_error_clear(err);
	int rc = tc__call_check_unused(call, err);

	if (rc != TC_OK)
		return rc;
	return prefixed(call, tc__request_header(&call->request, name, value, err), err);
}

int tc_call_secret_header(tc_call *call, const char *name, const char *value, tc_error *err)
{
	tc_error_clear(err);
	int rc = tc__call_check_unused(call, err);

	if (rc != TC_OK)
		return rc;
	return prefixed(call, tc__request_secret_header(&call->request, name, value, err), err);
}

/* ---- before it is sent ---- */

int tc__call_check_ready(const tc_call *call, tc_error *err)
{
	if (!call)
		return tc__fail(err, TC_ERROR_ARGUMENT, "call is NULL");
	const struct tc__request *request = &call->request;
	int rc = tc__query_check(&request->query, err);
	if (rc == TC_OK && request->operation->has_input && !request->has_body)
		rc = check_without_body(request->operation, request->query.rules,
			"it takes a body, but none is set (tc_call_body_json)", err);
	return prefixed(call, rc, err);
}

int tc__call_check_whole(const tc_call *call, tc_error *err)
{
	int rc = tc__call_check_ready(call, err);

	if (rc != TC_OK)
		return rc;
	const struct tc_operation_conventions *rules = call->request.query.rules;
	if (!rules || !rules->events)
		return TC_OK;
	return prefixed(call,
		tc__fail(err, TC_ERROR_ARGUMENT,
			"its reply is a stream without an end: listen by tc_stream_new"),
		err);
}
