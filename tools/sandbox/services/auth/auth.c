/* SPDX-License-Identifier: MPL-2.0 */

/* Auth: who a request comes from and what it may do. Clients are in clients.c, roles in
 * roles.c. */

#include "tools/sandbox/request/authorize.h"
#include "tools/sandbox/request/common.h"
#include "tools/sandbox/services/handlers.h"

#include <string.h>

/* How long a verdict may be relied on, at least. */
#define VERDICT_MS ((int64_t)60 * 1000)

#define ANONYMOUS "assume:anonymous"
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* The client that the two test operations know. */
struct tester {
	struct request *request;
	struct tc_scopes scopes;
};

static bool find_tester(void *data, struct tc__arena *arena, const char *client_id,
	struct verify_client *client, const char **unusable)
{
	const struct tester *tester = data;

	(void)arena;
	(void)unusable;
	*client = (struct verify_client){ "no-secret", tester->scopes,
		tester->request->now_ms + DAY_MS };
	return strcmp(client_id, "tester") == 0;
}

static struct tc_scopes keep(void *data, struct tc__arena *arena, const struct tc_scopes *scopes)
{
	(void)data;
	(void)arena;
	return *scopes;
}

/* The scopes in their order, and what everybody has before the first that sorts behind it: the
 * two test operations know no roles. */
static struct tc_scopes with_anonymous(struct request *request, const struct tc_scopes *scopes)
{
	const char **list = tc__arena_alloc(&request->arena, (scopes->count + 1) * sizeof *list);
	size_t at = 0;

	if (!list || scopes_cover(scopes, ANONYMOUS))
		return *scopes;
	while (at < scopes->count && strcmp(scopes->scopes[at], ANONYMOUS) < 0)
		at++;
	for (size_t i = 0; i < scopes->count; i++)
		list[i < at ? i : i + 1] = scopes->scopes[i];
	list[at] = ANONYMOUS;
	return (struct tc_scopes){ list, scopes->count + 1 };
}

static int test_authenticate(
	struct request *request, const struct tc_scopes *client, const struct tc_scopes *required)
{
	struct tester tester = { request, *client };
	struct verify_keys keys = { find_tester, keep, &tester };
	int status = authenticate_with(request, &keys);

	if (status)
		return status;
	struct tc_scopes held = with_anonymous(request, &request->identity.scopes);
	for (size_t i = 0; i < required->count; i++) {
		if (!scopes_cover(&held, required->scopes[i]))
			return refuse(request, INSUFFICIENT_SCOPES,
				"Client ID %s does not have sufficient scopes and is missing the "
				"following scopes:\n\n```\n%s\n```",
				request->identity.client_id ? request->identity.client_id
							    : "(none)",
				required->scopes[i]);
	}
	struct writer *reply = &request->reply;
	write_object(reply);
	write_member(reply, "clientId",
		request->identity.client_id ? request->identity.client_id : "auth-anonymous");
	write_name(reply, "scopes");
	common_write_scopes(reply, &held);
	write_end_object(reply);
	return 200;
}

static int auth_test_authenticate(struct request *request)
{
	struct tc_scopes client;
	struct tc_scopes required;

	if (!scopes_read(&request->arena, tc_json_get(request->input, "clientScopes"), &client) ||
		!scopes_read(
			&request->arena, tc_json_get(request->input, "requiredScopes"), &required))
		return refuse(request, INPUT_VALIDATION_ERROR,
			"clientScopes and requiredScopes must be arrays of scopes");
	return test_authenticate(request, &client, &required);
}

static int auth_test_authenticate_get(struct request *request)
{
	static const char *const held[] = { "test:*", "auth:create-client:test:*" };
	static const char *const wanted[] = { "test:authenticate-get" };

	return test_authenticate(
		request, &(struct tc_scopes){ held, 2 }, &(struct tc_scopes){ wanted, 1 });
}

/* The request that another service was sent, as it describes it. */
static bool read_described(struct request *request, struct verify_request *described)
{
	const char *method = request_text(request, "method");
	const char *host = request_text(request, "host");
	char *upper = method ? tc__arena_text(&request->arena, method, strlen(method)) : NULL;
	int64_t port;

	if (!upper || !host || !tc_json_int64(tc_json_get(request->input, "port"), &port))
		return false;
	for (char *c = upper; *c; c++) {
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	}
	*described = (struct verify_request){ .method = upper,
		.resource = request_text(request, "resource"),
		.host = request_printf(request, "%s:%lld", host, (long long)port),
		.authorization = request_text(request, "authorization"),
		.now_ms = request->now_ms };
	return described->resource && described->host;
}

static void write_verdict(
	struct request *request, enum verify_outcome outcome, const struct verify_result *result)
{
	struct writer *reply = &request->reply;
	struct tc_scopes scopes = roles_expand_with(
		&request->sandbox->roles, &request->arena, &result->scopes, ANONYMOUS);
	int64_t soon = request->now_ms + VERDICT_MS;
	bool good = outcome == VERIFY_OK;

	write_member(reply, "status", good ? "auth-success" : "no-auth");
	write_name(reply, "scopes");
	common_write_scopes(reply, &scopes);
	write_member(reply, "scheme", good ? "hawk" : "none");
	write_member(reply, "clientId", result->client_id);
	write_member_date(
		reply, "expires", good && result->expires_ms > soon ? result->expires_ms : soon);
	write_member(reply, "hash", result->hash);
}

/* What the other services ask: whose request is this, and what may it do? */
static int auth_authenticate_hawk(struct request *request)
{
	struct verify_keys keys = authorize_keys(request);
	struct verify_request described;
	struct verify_result result;

	if (!read_described(request, &described))
		return refuse(request, INPUT_VALIDATION_ERROR,
			"expected method, resource, host and port");
	enum verify_outcome outcome = verify_request(&request->arena, &described, &keys, &result);
	if (outcome == VERIFY_EXHAUSTED)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	write_object(&request->reply);
	if (outcome == VERIFY_REFUSED) {
		write_member(&request->reply, "status", "auth-failed");
		write_member(&request->reply, "message", result.message);
	} else {
		write_verdict(request, outcome, &result);
	}
	write_end_object(&request->reply);
	return 200;
}

static int write_scopes(struct request *request, const struct tc_scopes *scopes)
{
	write_object(&request->reply);
	write_name(&request->reply, "scopes");
	common_write_scopes(&request->reply, scopes);
	write_end_object(&request->reply);
	return 200;
}

static int auth_current_scopes(struct request *request)
{
	return write_scopes(request, &request->scopes);
}

static int auth_expand_scopes(struct request *request)
{
	struct tc_scopes given;

	if (!scopes_read(&request->arena, tc_json_get(request->input, "scopes"), &given))
		return refuse(request, INPUT_VALIDATION_ERROR, "scopes must be an array of scopes");
	struct tc_scopes expanded = roles_expand(&request->sandbox->roles, &request->arena, &given);
	return write_scopes(request, &expanded);
}

const struct handler auth_handlers[] = {
	{ "auth.testAuthenticate", auth_test_authenticate, true },
	{ "auth.testAuthenticateGet", auth_test_authenticate_get, true },
	{ "auth.authenticateHawk", auth_authenticate_hawk, false },
	{ "auth.currentScopes", auth_current_scopes, false },
	{ "auth.expandScopes", auth_expand_scopes, false },
	{ NULL, NULL, false },
};
