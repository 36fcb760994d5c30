/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/request/authorize.h"

#include "tools/sandbox/base/digest.h"
#include "tools/sandbox/request/error.h"

#include <stdio.h>
#include <string.h>

#define ANONYMOUS "assume:anonymous"
#define USED_MS ((int64_t)6 * 60 * 60 * 1000)

/* Kept now and then, as the services do: not a write for each request. */
static void note_use(struct request *request, const char *client_id, int64_t last_ms)
{
	if (request->now_ms - last_ms >= USED_MS)
		store_run(request->sandbox->store,
			"UPDATE clients SET used = ? WHERE client_id = ?", "it", request->now_ms,
			client_id);
}

static bool find_client(void *data, struct tc__arena *arena, const char *client_id,
	struct verify_client *client, const char **unusable)
{
	struct request *request = data;
	struct sandbox *sandbox = request->sandbox;
	const tc_json *json = NULL;
	struct tc_scopes scopes = { 0 };
	struct row *row = store_query(sandbox->store,
		"SELECT access_token, scopes, expires, disabled, used FROM clients WHERE client_id "
		"= ?",
		"t", client_id);
	bool found = store_next(row);
	int64_t used = found ? store_int(row, 4) : INT64_MAX;

	if (found) {
		const char *text = store_text(row, 1);
		client->access_token = store_copy(arena, row, 0);
		client->expires_ms = store_int(row, 2);
		if (store_int(row, 3))
			*unusable = "disabled";
		if (tc_json_parse(text, strlen(text), &json, NULL) == TC_OK)
			scopes_read(arena, json, &scopes);
		tc_release(json);
		client->scopes = roles_expand(&sandbox->roles, arena, &scopes);
	}
	store_end(sandbox->store, row);
	if (found)
		note_use(request, client_id, used);
	return found && client->access_token;
}

static struct tc_scopes expand(void *data, struct tc__arena *arena, const struct tc_scopes *scopes)
{
	struct request *request = data;

	return roles_expand(&request->sandbox->roles, arena, scopes);
}

struct verify_keys authorize_keys(struct request *request)
{
	return (struct verify_keys){ find_client, expand, request };
}

/* A clock that is known to be wrong is told with its proof, when a fault wants it so; the services
 * themselves send a bare challenge and Date. */
static void challenge(struct request *request)
{
	char value[200];

	request->www_authenticate = "hawk";
	if (!request->faults.tsm || !request->identity.access_token)
		return;
	if (verify_challenge(
		    request->identity.access_token, request->now_ms / 1000, value, sizeof value))
		request->www_authenticate = tc__arena_text(&request->arena, value, strlen(value));
}

static int check_hash(struct request *request)
{
	const char *given = request->identity.hash;
	const char *type = request_header(request, "Content-Type");
	char hash[DIGEST_SIZE];

	if (!given)
		return 0;
	if (!digest_payload(type, tc__buffer_get(&request->body), request->body.length, hash))
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	/* the services compare buffers with a function that throws when their lengths differ */
	if (strlen(given) != strlen(hash))
		return refuse(request, INTERNAL_SERVER_ERROR, "Internal Server Error");
	if (digest_same(given, hash))
		return 0;
	request->www_authenticate = "hawk";
	return refuse(request, AUTHENTICATION_FAILED, "Invalid payload hash: %s, computed hash: %s",
		given, hash);
}

static struct verify_request signed_request(const struct request *request)
{
	return (struct verify_request){
		.method = request->head ? "HEAD" : request->method,
		.resource = request->target,
		.host = request_header(request, "Host"),
		.forwarded_port = request_header(request, "X-Forwarded-Port"),
		.forwarded_proto = request_header(request, "X-Forwarded-Proto"),
		.authorization = request_header(request, "Authorization"),
		.tls = request->sandbox->options.certificate != NULL,
		.now_ms = request->now_ms,
	};
}

int authenticate_with(struct request *request, const struct verify_keys *keys)
{
	struct verify_request what = signed_request(request);
	struct tc__arena *arena = &request->arena;
	enum verify_outcome outcome = verify_request(arena, &what, keys, &request->identity);

	if (outcome == VERIFY_EXHAUSTED)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	if (outcome == VERIFY_REFUSED) {
		challenge(request);
		return refuse(request, AUTHENTICATION_FAILED, "%s", request->identity.message);
	}
	int status = check_hash(request);
	if (status)
		return status;
	/* what anybody may do, a known client may do too */
	request->scopes = roles_expand_with(
		&request->sandbox->roles, arena, &request->identity.scopes, ANONYMOUS);
	request->authenticated = true;
	return 0;
}

int authenticate(struct request *request)
{
	struct verify_keys keys = authorize_keys(request);

	return request->authenticated ? 0 : authenticate_with(request, &keys);
}

struct values {
	struct request *request;
	const struct scope_value *own;
};

static bool same(const char *name, const char *text, size_t length)
{
	return strncmp(name, text, length) == 0 && name[length] == '\0';
}

static bool from_parameters(const struct tc_parameter *parameters, size_t count,
	const char *const *texts, const char *name, size_t length, struct scope_value *value)
{
	for (size_t i = 0; i < count; i++) {
		if (same(parameters[i].name, name, length) && texts[i]) {
			*value = (struct scope_value){ .text = texts[i] };
			return true;
		}
	}
	return false;
}

static bool find_value(void *data, const char *name, size_t length, struct scope_value *value)
{
	const struct values *values = data;
	struct request *request = values->request;
	const struct tc_operation *operation = request->route->operation;

	for (const struct scope_value *own = values->own; own && own->name; own++) {
		if (same(own->name, name, length)) {
			*value = *own;
			return true;
		}
	}
	if (from_parameters(operation->arguments, operation->argument_count, request->arguments,
		    name, length, value) ||
		from_parameters(operation->query, operation->query_count, request->query, name,
			length, value))
		return true;
	const tc_json *json = tc_json_get_n(request->input, name, length);
	*value = (struct scope_value){
		.text = tc_json_kind(json) == TC_JSON_STRING ? tc_json_text(json) : NULL
	};
	value->is_list = tc_json_kind(json) == TC_JSON_ARRAY;
	if (value->is_list)
		return scopes_read(&request->arena, json, &value->list);
	return value->text != NULL;
}

static int refuse_scopes(struct request *request, const struct scope_expression *expression)
{
	struct tc__buffer lacking = TC__BUFFER(1 << 18);
	struct tc__buffer whole = TC__BUFFER(1 << 18);
	const char *who = request->identity.client_id;

	scopes_lacking(&lacking, &request->scopes, expression);
	scopes_describe(&whole, expression);
	int status = refuse(request, INSUFFICIENT_SCOPES,
		"Client ID %s does not have sufficient scopes and is missing the following "
		"scopes:\n\n```\n%s```\n\nThis request requires:\n\n```\n%s\n```",
		who ? who : "(none: the request carries no credentials)", tc__buffer_get(&lacking),
		tc__buffer_get(&whole));
	request->lacking = tc__arena_string(&request->arena, tc__buffer_get(&lacking));
	tc__buffer_clear(&lacking);
	tc__buffer_clear(&whole);
	return status;
}

int authorize_expression(
	struct request *request, const tc_json *expression, const struct scope_value *own)
{
	struct values values = { request, own };
	const char *missing;
	int status = authenticate(request);

	if (status)
		return status;
	struct scope_expression *filled =
		scopes_fill(&request->arena, expression, find_value, &values, &missing);
	if (!filled && missing)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`%s` is needed to check the scopes and is missing, or not of its type",
			missing);
	if (!filled)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	return scopes_satisfy(&request->scopes, filled) ? 0 : refuse_scopes(request, filled);
}

int authorize(struct request *request, const struct scope_value *own)
{
	if (!request->route->scopes)
		return 0;
	return authorize_expression(request, request->route->scopes, own);
}
