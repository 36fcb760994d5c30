/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/reference/dialect.h"

#include "codegen/src/model/promise.h"
#include "codegen/src/reference/dialect_value.h"
#include <string.h>

/* ---- where it is ---- */

/* "{root}…" or a whole origin; other braces only around service and version. */
static int check_template(
	const struct dialect_reader *reader, const struct node *node, const char *text)
{
	static const char *const names[] = { "{root}", "{service}", "{version}" };
	bool begins = strncmp(text, "{root}", 6) == 0 || strncmp(text, "https://", 8) == 0 ||
		strncmp(text, "http://", 7) == 0;
	size_t length = strlen(text);

	if (!begins || text[length - 1] == '/')
		return node_fail(node, reader->err,
			"is \"%.200s\"; expected {root} or an origin first, and no slash at the "
			"end",
			text);
	for (const char *at = text; (at = strpbrk(at, "{}")); at++) {
		size_t i = 0;
		while (i < 3 && strncmp(names[i], at, strlen(names[i])) != 0)
			i++;
		if (i == 3 || (i == 0 && at != text))
			return node_fail(node, reader->err,
				"is \"%.200s\"; expected only {root} (first), {service} and "
				"{version} in braces",
				text);
		at += strlen(names[i]) - 1;
	}
	return TC_OK;
}

static int read_default(const struct dialect_reader *reader, const struct node *server,
	struct tc_conventions *conventions)
{
	struct node node = node_member(server, "default");
	int rc = dialect_line(reader, server, "default", &conventions->server_default);
	const char *url = conventions->server_default;

	if (rc != TC_OK || !node.json || strncmp(url, "https://", 8) == 0 ||
		strncmp(url, "http://", 7) == 0)
		return rc;
	return node_fail(&node, reader->err,
		"is \"%.100s\"; expected a URL that begins with https:// or http://", url);
}

static int read_server(const struct dialect_reader *reader, struct tc_conventions *conventions)
{
	static const char *const known[] = { "url", "default", "environment", NULL };
	static const char *const variables[] = { "url", "id", "secret", NULL };
	struct node server = node_member(reader->root, "server");
	struct node url = node_member(&server, "url");
	struct node environment = node_member(&server, "environment");
	int rc = TC_OK;

	if (!server.json)
		return TC_OK;
	rc = dialect_refuse_others(reader, &server, known);
	if (rc == TC_OK)
		rc = node_text(&url, &conventions->server_url, reader->err);
	if (rc == TC_OK)
		rc = check_template(reader, &url, conventions->server_url);
	if (rc == TC_OK)
		rc = read_default(reader, &server, conventions);
	if (rc != TC_OK || !environment.json)
		return rc;
	rc = dialect_refuse_others(reader, &environment, variables);
	if (rc == TC_OK)
		rc = dialect_token(reader, &environment, "url", &conventions->environment_url);
	if (rc == TC_OK)
		rc = dialect_token(reader, &environment, "id", &conventions->environment_id);
	if (rc == TC_OK)
		rc = dialect_token(
			reader, &environment, "secret", &conventions->environment_secret);
	return rc;
}

static int read_trace_header(const struct dialect_reader *reader, const struct node *request,
	struct tc_conventions *conventions)
{
	struct node node = node_member(request, "traceHeader");

	conventions->no_trace_header = tc_json_kind(node.json) == TC_JSON_NULL;
	if (conventions->no_trace_header)
		return TC_OK;
	return dialect_token(reader, request, "traceHeader", &conventions->trace_header);
}

static int read_request(const struct dialect_reader *reader, struct tc_conventions *conventions)
{
	static const char *const known[] = { "trailingSlash", "accept", "refusedUserAgents",
		"traceHeader", "bodyMaximum", "operatorSeparator", NULL };
	struct node request = node_member(reader->root, "request");
	struct node body_max = node_member(&request, "bodyMaximum");
	int rc = TC_OK;

	if (!request.json)
		return TC_OK;
	rc = dialect_refuse_others(reader, &request, known);
	if (rc == TC_OK)
		rc = dialect_line(reader, &request, "accept", &conventions->accept);
	if (rc == TC_OK)
		rc = dialect_patterns(
			reader, &request, "refusedUserAgents", &conventions->refused_user_agents);
	if (rc == TC_OK)
		rc = read_trace_header(reader, &request, conventions);
	if (rc == TC_OK)
		rc = dialect_text(
			reader, &request, "operatorSeparator", &conventions->operator_separator);
	if (tc_json_kind(body_max.json) == TC_JSON_NULL)
		conventions->body_max = -1;
	else if (rc == TC_OK)
		rc = dialect_integer(reader, &request, "bodyMaximum", &conventions->body_max);
	return rc;
}

/* ---- who calls ---- */

static int read_hawk(const struct dialect_reader *reader, const struct node *scheme,
	struct tc_conventions *conventions)
{
	static const char *const known[] = { "kind", "skewSeconds", "extensions", "signedUrls",
		"removedIn", NULL };
	struct tc_hawk_scheme *hawk = dialect_allocate(reader, 1, sizeof *hawk);
	bool extensions = true, signed_urls = true;

	if (!hawk)
		return TC_ERROR_NOMEM;
	conventions->hawk = hawk;
	hawk->skew_s = 900;
	int rc = dialect_refuse_others(reader, scheme, known);
	if (rc == TC_OK)
		rc = dialect_integer(reader, scheme, "skewSeconds", &hawk->skew_s);
	if (rc == TC_OK)
		rc = dialect_flag(reader, scheme, "extensions", &extensions);
	if (rc == TC_OK)
		rc = dialect_flag(reader, scheme, "signedUrls", &signed_urls);
	if (rc == TC_OK)
		rc = dialect_text(reader, scheme, "removedIn", &hawk->removed_in);
	hawk->no_extensions = !extensions;
	hawk->no_signed_urls = !signed_urls;
	return rc;
}

static int read_csrf(const struct dialect_reader *reader, const struct node *scheme,
	struct tc_session_scheme *session)
{
	static const char *const known[] = { "cookie", "header", "referer", NULL };
	struct node csrf = node_member(scheme, "csrf");
	int rc = TC_OK;

	if (!csrf.json)
		return TC_OK;
	rc = dialect_refuse_others(reader, &csrf, known);
	if (rc == TC_OK)
		rc = dialect_required_text(reader, &csrf, "cookie", &session->csrf_cookie);
	if (rc == TC_OK)
		rc = dialect_required_text(reader, &csrf, "header", &session->csrf_header);
	if (rc == TC_OK)
		rc = dialect_token(reader, &csrf, "cookie", &session->csrf_cookie);
	if (rc == TC_OK)
		rc = dialect_token(reader, &csrf, "header", &session->csrf_header);
	return rc == TC_OK ? dialect_flag(reader, &csrf, "referer", &session->csrf_referer) : rc;
}

static int read_cookies(const struct dialect_reader *reader, const struct node *scheme,
	struct tc_session_scheme *session)
{
	struct node list = node_member(scheme, "cookies");
	int rc = dialect_texts(reader, scheme, "cookies", &session->cookies);

	if (rc == TC_OK && (!session->cookies || !session->cookies[0]))
		return node_fail(scheme, reader->err, "has no cookies; expected their names");
	for (size_t i = 0; rc == TC_OK && session->cookies[i]; i++) {
		struct node item = node_item(&list, i);
		rc = dialect_check_token(reader, &item, session->cookies[i]);
	}
	return rc;
}

static int read_session(const struct dialect_reader *reader, const struct node *scheme,
	struct tc_conventions *conventions)
{
	static const char *const known[] = { "kind", "login", "logout", "credentials", "cookies",
		"lifetimeSeconds", "expiredStatuses", "csrf", NULL };
	static const char *const kinds[] = { "headers", "basic", NULL };
	static const uint16_t expired[] = { 401, 0 };
	struct tc_session_scheme *session = dialect_allocate(reader, 1, sizeof *session);
	uint8_t basic = 0;

	if (!session)
		return TC_ERROR_NOMEM;
	conventions->session = session;
	conventions->session_first = conventions->hawk == NULL;
	session->expired_statuses = expired;
	int rc = dialect_refuse_others(reader, scheme, known);
	if (rc == TC_OK)
		rc = dialect_required_text(reader, scheme, "login", &session->login);
	if (rc == TC_OK)
		rc = dialect_text(reader, scheme, "logout", &session->logout);
	if (rc == TC_OK)
		rc = dialect_choice(reader, scheme, "credentials", kinds, &basic);
	if (rc == TC_OK)
		rc = read_cookies(reader, scheme, session);
	if (rc == TC_OK)
		rc = dialect_integer(reader, scheme, "lifetimeSeconds", &session->lifetime_s);
	if (rc == TC_OK)
		rc = dialect_statuses(
			reader, scheme, "expiredStatuses", &session->expired_statuses);
	session->basic = basic == 1;
	return rc == TC_OK ? read_csrf(reader, scheme, session) : rc;
}

static int read_authentication(
	const struct dialect_reader *reader, struct tc_conventions *conventions)
{
	static const struct tc_hawk_scheme standard = { .skew_s = 900 };
	struct node list = node_member(reader->root, "authentication");
	int rc = TC_OK;

	if (!list.json) {
		conventions->hawk = &standard;
		return TC_OK;
	}
	rc = node_array(&list, reader->err);
	for (size_t i = 0; i < tc_json_count(list.json) && rc == TC_OK; i++) {
		struct node scheme = node_item(&list, i);
		struct node kind = node_member(&scheme, "kind");
		const char *name = NULL;
		rc = node_text(&kind, &name, reader->err);
		if (rc != TC_OK)
			break;
		if (strcmp(name, "hawk") == 0 && !conventions->hawk)
			rc = read_hawk(reader, &scheme, conventions);
		else if (strcmp(name, "session") == 0 && !conventions->session)
			rc = read_session(reader, &scheme, conventions);
		else
			rc = node_fail(&kind, reader->err,
				"is \"%.50s\"; expected \"hawk\" or \"session\", each once", name);
	}
	return rc;
}

/* ---- what refusals look like ---- */

static int read_shape(const struct dialect_reader *reader, const struct node *node, void *row)
{
	struct tc_error_shape *shape = row;
	static const char *const known[] = { "kind", "message", "code", "info", "statuses", NULL };
	static const char *const kinds[] = { "", "members", "string", "list", "fields", "rpc",
		NULL };
	int rc = dialect_refuse_others(reader, node, known);

	if (rc == TC_OK)
		rc = dialect_choice(reader, node, "kind", kinds, &shape->kind);
	if (rc == TC_OK && shape->kind == TC_ERROR_SHAPE_END)
		rc = node_fail(node, reader->err,
			"has no kind; expected members, string, list, fields or rpc");
	if (rc == TC_OK)
		rc = dialect_texts(reader, node, "message", &shape->message);
	if (rc == TC_OK)
		rc = dialect_texts(reader, node, "code", &shape->code);
	if (rc == TC_OK)
		rc = dialect_text(reader, node, "info", &shape->info);
	if (rc == TC_OK)
		rc = dialect_statuses(reader, node, "statuses", &shape->statuses);
	bool members = shape->kind == TC_ERROR_SHAPE_MEMBERS;
	if (rc == TC_OK && members != (shape->message && shape->message[0]))
		rc = node_fail(node, reader->err,
			"must have message (a list of pointers) with kind members, and only then");
	return rc;
}

static int read_clock_rule(const struct dialect_reader *reader, const struct node *node, void *row)
{
	static const char *const known[] = { "status", "pattern", NULL };
	struct tc_clock_rule *rule = row;
	int64_t status = 0;
	int rc = dialect_refuse_others(reader, node, known);

	if (rc == TC_OK)
		rc = dialect_integer(reader, node, "status", &status);
	if (rc == TC_OK)
		rc = dialect_pattern(reader, node, "pattern", &rule->pattern);
	if (rc == TC_OK && (status < 100 || status > 599 || !rule->pattern))
		rc = node_fail(node, reader->err, "lacks a status or a pattern");
	rule->status = (uint16_t)status;
	return rc;
}

static int read_refusals(const struct dialect_reader *reader, struct tc_conventions *conventions)
{
	struct node errors = node_member(reader->root, "errors");
	struct node clock = node_member(reader->root, "clock");
	void *shapes = NULL, *rules = NULL;
	int rc = TC_OK;

	if (errors.json)
		rc = dialect_rows(
			reader, &errors, sizeof *conventions->errors, read_shape, &shapes);
	if (rc == TC_OK && clock.json)
		rc = dialect_rows(
			reader, &clock, sizeof *conventions->clock, read_clock_rule, &rules);
	conventions->errors = shapes;
	conventions->clock = rules;
	return rc;
}

int dialect_read_system(
	const struct dialect_reader *reader, const struct tc_conventions **conventions)
{
	static const char *const known[] = { "$schema", "$id", "apiVersion", "title", "description",
		"serviceName", "server", "request", "authentication", "anonymousReads", "reply",
		"finalStatuses", "errors", "clock", "operatorSets", "parameterSets", "entries",
		NULL };
	struct node reply = node_member(reader->root, "reply");
	struct tc_conventions *read = dialect_allocate(reader, 1, sizeof *read);

	if (!read)
		return TC_ERROR_NOMEM;
	int rc = dialect_refuse_others(reader, reader->root, known);
	if (rc == TC_OK)
		rc = read_server(reader, read);
	if (rc == TC_OK)
		rc = read_request(reader, read);
	if (rc == TC_OK)
		rc = read_authentication(reader, read);
	if (rc == TC_OK)
		rc = dialect_flag(reader, reader->root, "anonymousReads", &read->anonymous_reads);
	if (rc == TC_OK)
		rc = promise_read_types(reader->model, &reply, &read->reply_types, reader->err);
	if (rc == TC_OK)
		rc = dialect_statuses(reader, reader->root, "finalStatuses", &read->final_statuses);
	if (rc == TC_OK)
		rc = read_refusals(reader, read);
	*conventions = read;
	return rc;
}

static bool has_function(const struct service *service, const char *name)
{
	for (size_t i = 0; i < service->operation_count; i++)
		if (strcmp(service->operations[i].name, name) == 0)
			return true;
	return false;
}

/* What a function sends, as far as the reference tells: two that are alike are one request. */
static struct tc__buffer key_of(const struct operation *operation)
{
	const struct tc_operation_conventions *rules = &operation->dialect->rules;
	struct tc__buffer key = TC__BUFFER(SIZE_MAX / 2);

	table_key_add(&key, operation->method);
	table_key_add(&key, operation->route);
	table_key_add(&key, rules->base);
	table_key_add(&key, rules->rpc ? rules->rpc->method : NULL);
	return key;
}

static int check_twice(const struct dialect_reader *reader)
{
	const struct service *service = reader->service;
	struct node entries = node_member(reader->root, "entries");
	struct table requests = { .arena = &reader->model->arena };

	for (size_t i = 0; i < service->operation_count; i++) {
		struct operation *operation = &service->operations[i];
		struct tc__buffer key = key_of(operation);
		const struct operation *first = table_share(&requests, &key, operation);
		if (!first)
			return tc__fail_nomem(reader->err);
		struct node entry = node_item(&entries, i);
		if (first != operation)
			return node_fail(&entry, reader->err,
				"has the method and the route of %s; expected another",
				first->name);
	}
	return TC_OK;
}

int dialect_check_system(const struct dialect_reader *reader)
{
	const struct tc_session_scheme *session = reader->service->conventions->session;
	struct node list = node_member(reader->root, "authentication");
	int rc = check_twice(reader);

	if (rc != TC_OK)
		return rc;
	if (!session)
		return TC_OK;
	if (!has_function(reader->service, session->login))
		return node_fail(&list, reader->err,
			"names \"%.64s\" for login, which is no function of the reference",
			session->login);
	if (session->logout && !has_function(reader->service, session->logout))
		return node_fail(&list, reader->err,
			"names \"%.64s\" for logout, which is no function of the reference",
			session->logout);
	return TC_OK;
}
