/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/request.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/http/decode.h"
#include "runtime/src/operation/operation.h"
#include "runtime/src/operation/rpc.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define CONTENT_TYPE "Content-Type: "

/* A longer path and query makes the URL grow once more. */
#define PATH_USUAL 100

/* The same of a header with the claims of temporary credentials. */
#define AUTHORIZATION_USUAL 240

/* ---- the URL ---- */

/* A base URL with its {service} replaced by what the service is called there. */
static void add_base(struct tc__buffer *url, const char *base, const struct tc_service *service)
{
	static const char placeholder[] = "{service}";
	const char *at = strstr(base, placeholder);

	if (at) {
		tc__buffer_add(url, base, (size_t)(at - base));
		tc__buffer_text(url, service->short_name ? service->short_name : service->name);
		base = at + sizeof placeholder - 1;
	}
	tc__url_root(url, base);
}

/* A system with a server of its own. */
static int add_server(struct tc__request *request, const struct tc__site *site, tc_error *err)
{
	const struct tc_operation *operation = request->operation;
	const struct tc_conventions *system = tc__system_of(operation);
	const struct tc_operation_conventions *rules = tc__rules_of(operation);

	if (!site->server)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"base_url is not set%s%s, and without it nobody knows where the server is",
			system->environment_url ? ", nor is " : "",
			system->environment_url ? system->environment_url : "");
	tc__expand_template(&request->url, rules && rules->base ? rules->base : system->server_url,
		site->server, operation->service);
	return TC_OK;
}

static int add_origin(struct tc__request *request, const struct tc__site *site, tc_error *err)
{
	const struct tc_service *service = request->operation->service;
	struct tc__buffer *url = &request->url;

	if (tc__is_realm(request->operation))
		return add_server(request, site, err);
	if (service->base_url) {
		add_base(url, site->base_url ? site->base_url : service->base_url, service);
		return TC_OK;
	}
	const char *root = site->proxy_url ? site->proxy_url : site->root_url;
	if (!root)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"root_url is not set (without options: TASKCLUSTER_ROOT_URL), and without "
			"it nobody knows where the service is");
	request->proxied = site->proxy_url != NULL;
	request->base = site->root;
	if (site->root) {
		(void)tc__buffer_room(url, site->root->length + PATH_USUAL);
		tc__buffer_add(url, site->root->text, site->root->length);
	} else {
		tc__url_root(url, root);
	}
	tc__buffer_text(url, "/api/");
	tc__buffer_text(url, service->name);
	tc__buffer_char(url, '/');
	tc__buffer_text(url, service->version);
	return TC_OK;
}

/* The URL is whole: check it and take it apart. */
static int finish_url(struct tc__request *request, tc_error *err)
{
	if (request->url.too_long)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "the URL is over %d bytes", (int)TC__URL_MAX);
	if (tc__buffer_failed(&request->url))
		return tc__fail_nomem(err);
	if (request->base)
		return tc__url_parse_behind(request->base, request->url.data, request->url.length,
			&request->parts, err);
	return tc__url_parse(tc__buffer_get(&request->url), &request->parts, err);
}

static void begin(struct tc__request *request, const struct tc_operation *operation)
{
	*request = (struct tc__request){
		.operation = operation,
		.url = TC__BUFFER(TC__URL_MAX),
		.query = tc__query_for(operation),
	};
}

static char *make_line(const char *name, const char *value);

/* The Accept header of the reference, and those of its headers that are given; their values are
 * behind the query's. */
static int add_headers(struct tc__request *request, const char *const *values, tc_error *err)
{
	const struct tc_operation *operation = request->operation;
	const struct tc_operation_conventions *rules = tc__rules_of(operation);
	const struct tc_query_rule *rule = rules ? rules->headers : NULL;
	const char *accept = tc__accept_of(operation);
	size_t count = 0;

	if (accept && !(request->accept_line = make_line("Accept", accept)))
		return tc__fail_nomem(err);
	for (const struct tc_query_rule *at = rule; at && at->name; at++)
		count++;
	for (size_t i = 0; i < count; i++) {
		const char *value = values ? values[operation->query_count - count + i] : NULL;
		if (!value && rule[i].required)
			return tc__fail(
				err, TC_ERROR_ARGUMENT, "the header %s is missing", rule[i].name);
		if (!value)
			continue;
		if (!tc__is_field_value(value) ||
			!tc__is_value((enum tc_value_type)rule[i].type, value))
			return tc__fail(err, TC_ERROR_ARGUMENT,
				"the header %s cannot have that value", rule[i].name);
		char *line = make_line(rule[i].name, value);
		if (!line)
			return tc__fail_nomem(err);
		request->lines[request->line_count++] = line;
	}
	return TC_OK;
}

/* Behind the path: keys with rules one by one, others as they are. */
static int add_query(struct tc__request *request, const char *const *values, tc_error *err)
{
	request->query_at = request->url.length;
	int rc = tc__query_add_struct(&request->query, values, err);
	request->url.secret = tc__query_has_secret(&request->query);
	tc__query_render(&request->query, &request->url);
	return rc;
}

int tc__request_init(struct tc__request *request, const struct tc__site *site,
	const struct tc_operation *operation, const char *const *arguments,
	const char *const *query, tc_error *err)
{
	begin(request, operation);
	int rc = add_origin(request, site, err);
	if (rc == TC_OK)
		rc = tc__operation_path(operation, arguments, &request->url, err);
	if (rc == TC_OK)
		rc = add_query(request, query, err);
	if (rc == TC_OK)
		rc = add_headers(request, query, err);
	if (rc == TC_OK)
		rc = finish_url(request, err);
	if (rc != TC_OK)
		tc__request_clear(request);
	return rc;
}

/* The URL anew from the query; the old one stays when that fails, and so does the query. */
static int render_query(struct tc__request *request, tc_error *err)
{
	struct tc__buffer old = request->url;
	struct tc__buffer url = TC__BUFFER(TC__URL_MAX);

	url.secret = tc__query_has_secret(&request->query);
	tc__buffer_add(&url, old.data, request->query_at);
	tc__query_render(&request->query, &url);
	request->url = url;
	int rc = finish_url(request, err);
	if (rc == TC_OK) {
		tc__buffer_clear(&old);
		return TC_OK;
	}
	tc__buffer_clear(&request->url);
	request->url = old;
	(void)finish_url(request, NULL);
	tc__query_undo(&request->query);
	return rc;
}

/* Puts the query's last addition into the URL, where the values stand that it has already. */
static int splice_query(struct tc__request *request, tc_error *err)
{
	const struct tc__query_change *change = &request->query.change;
	struct tc__url *parts = &request->parts;
	struct tc__buffer url = request->url;
	size_t at = request->query_at + change->offset, added = change->text.length;

	if (parts->resource + parts->resource_length != url.data + url.length)
		return render_query(request, err); /* it has no path yet */
	size_t host = (size_t)(parts->host - url.data);
	size_t resource = (size_t)(parts->resource - url.data);
	url.secret = tc__query_has_secret(&request->query);
	if (!tc__buffer_room(&url, added)) {
		tc__query_undo(&request->query);
		return url.too_long ? tc__fail(err, TC_ERROR_ARGUMENT, "the URL is over %d bytes",
					      (int)TC__URL_MAX)
				    : tc__fail_nomem(err);
	}
	memmove(url.data + at + added, url.data + at, url.length - at + 1);
	memcpy(url.data + at, change->text.data, added);
	url.length += added;
	if (change->offset == 0 && at + added < url.length)
		url.data[at + added] = '&';
	url.data[request->query_at] = '?';
	request->url = url;
	parts->host = url.data + host;
	parts->resource = url.data + resource;
	parts->resource_length += added;
	return TC_OK;
}

int tc__request_query(struct tc__request *request, const char *key, const char *comparison,
	const char *const *values, size_t count, tc_error *err)
{
	int rc = tc__query_add(&request->query, key, comparison, values, count, err);

	return rc == TC_OK ? splice_query(request, err) : rc;
}

int tc__request_query_sent(
	struct tc__request *request, const char *key, const char *value, tc_error *err)
{
	int rc = tc__query_add_sent(&request->query, key, value, err);

	return rc == TC_OK ? splice_query(request, err) : rc;
}

int tc__request_query_replace(
	struct tc__request *request, const char *key, const char *value, tc_error *err)
{
	int rc = tc__query_replace(&request->query, key, value, err);

	return rc == TC_OK ? render_query(request, err) : rc;
}

int tc__request_init_url(struct tc__request *request, const struct tc_operation *operation,
	const char *url, tc_error *err)
{
	begin(request, operation);
	tc__buffer_text(&request->url, url);
	int rc = finish_url(request, err);
	if (rc != TC_OK)
		tc__request_clear(request);
	return rc;
}

void tc__request_clear(struct tc__request *request)
{
	tc__buffer_clear(&request->url);
	tc_release(request->body);
	tc_release(request->content_type_line);
	tc_release(request->accept_line);
	for (size_t i = 0; i < request->line_count; i++) {
		/* a login's headers are secrets */
		sodium_memzero(request->lines[i], strlen(request->lines[i]));
		tc_release(request->lines[i]);
	}
	tc__query_clear(&request->query);
	*request = (struct tc__request){ .url = TC__BUFFER(TC__URL_MAX) };
}

/* ---- headers and body ---- */

/* RFC 9110, 5.6.2 */
static bool is_token(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++) {
		char c = *text;
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
			continue;
		if (!strchr("!#$%&'*+-.^_`|~", c))
			return false;
	}
	return true;
}

bool tc__is_field_value(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
			return false;
	return true;
}

static char *make_line(const char *name, const char *value)
{
	struct tc__buffer line = TC__BUFFER(SIZE_MAX / 2);

	line.secret = true; /* it may be one */
	tc__buffer_text(&line, name);
	if (*value) {
		tc__buffer_text(&line, ": ");
		tc__buffer_text(&line, value);
	} else {
		tc__buffer_char(&line, ';');
	}
	char *text = tc__buffer_take(&line);
	tc__buffer_clear(&line);
	return text;
}

int tc__request_body(struct tc__request *request, char *body, size_t length,
	const char *content_type, tc_error *err)
{
	const struct tc_operation *operation = request->operation;

	if (request->anywhere)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"its body is given by its options (struct tc_source)");
	if (strcmp(operation->method, "GET") == 0 || strcmp(operation->method, "HEAD") == 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "a %s takes no body", operation->method);
	if (length > tc__body_max_of(operation))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"the body has %zu bytes, but servers take at most %zu", length,
			tc__body_max_of(operation));
	content_type = content_type ? content_type : "application/json";
	if (!*content_type || !tc__is_field_value(content_type))
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "content_type is empty or has control characters");
	char *line = make_line("Content-Type", content_type);
	if (!line)
		return tc__fail_nomem(err);
	tc_release(request->content_type_line);
	tc_release(request->body);
	request->content_type_line = line;
	request->body = body;
	request->body_length = length;
	request->has_body = true;
	return TC_OK;
}

/* Headers that say what the library or its transport does, so that only they can be right. */
static bool is_ours(const char *name)
{
	static const char *const ours[] = { "accept-encoding", "authorization", "connection",
		"content-length", "content-type", "expect", "host", "keep-alive",
		"proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding",
		"upgrade", "user-agent", "x-taskcluster-trace-id" };

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (tc__same_word(ours[i], name))
			return true;
	return false;
}

/* Those of them that a transfer's caller knows better: what the content is, and what the server
 * wants. */
static bool is_callers(const struct tc__request *request, const char *name)
{
	if (!request->anywhere)
		return false;
	if (tc__same_word(name, "content-type"))
		return true;
	return !request->home &&
		(tc__same_word(name, "accept-encoding") || tc__same_word(name, "authorization"));
}

/* Whether a header holds a secret, whoever gave it. */
static bool is_secret_name(const char *name)
{
	static const char token[] = "-token";
	size_t length = strlen(name), end = sizeof token - 1;

	return tc__same_word(name, "authorization") || tc__same_word(name, "cookie") ||
		(length > end && tc__same_letters(name + length - end, token, end));
}

static int check_header(
	const struct tc__request *request, const char *name, const char *value, tc_error *err)
{
	if (!name || !is_token(name))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			name ? "name: \"%.100s\" cannot be the name of a header"
			     : "name is NULL%.0s",
			name ? name : "");
	if (is_ours(name) && !is_callers(request, name))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"name: the header %s is set by the library itself", name);
	if (request->anywhere && !request->home && tc__same_word(name, "range"))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"name: a transfer's range is given by its options (range_begin)");
	if (!value || !tc__is_field_value(value))
		return tc__fail(err, TC_ERROR_ARGUMENT, "value of the header %s %s", name,
			value ? "has control characters" : "is NULL");
	return TC_OK;
}

/* The transport sends it; storage that tells all headers of a request tells it, too. */
static int check_content_length(const struct tc__request *request, const char *value, tc_error *err)
{
	char length[24];

	snprintf(length, sizeof length, "%lld", (long long)request->source_length);
	if (value && strcmp(value, length) == 0)
		return TC_OK;
	return tc__fail(err, TC_ERROR_ARGUMENT,
		"Content-Length is \"%.100s\", but the body has %s bytes", value ? value : "",
		length);
}

static int add_header(struct tc__request *request, const char *name, const char *value, bool secret,
	tc_error *err)
{
	if (request->anywhere && name && tc__same_word(name, "content-length"))
		return check_content_length(request, value, err);
	int rc = check_header(request, name, value, err);
	size_t position = request->line_count;
	if (rc == TC_OK)
		rc = tc__request_own_header(request, name, value, err);
	if (rc == TC_OK && (secret || is_secret_name(name)))
		request->secret_lines |= UINT32_C(1) << position;
	return rc;
}

int tc__request_header(
	struct tc__request *request, const char *name, const char *value, tc_error *err)
{
	return add_header(request, name, value, false, err);
}

int tc__request_secret_header(
	struct tc__request *request, const char *name, const char *value, tc_error *err)
{
	return add_header(request, name, value, true, err);
}

int tc__request_own_header(
	struct tc__request *request, const char *name, const char *value, tc_error *err)
{
	if (request->line_count == TC__OWN_LINES_MAX)
		return tc__fail(err, TC_ERROR_ARGUMENT, "name: %s would be header %d, one too many",
			name, TC__OWN_LINES_MAX + 1);
	char *line = make_line(name, value);
	if (!line)
		return tc__fail_nomem(err);
	if (tc__same_word(name, "accept")) {
		tc_release(request->accept_line);
		request->accept_line = NULL;
	}
	request->lines[request->line_count++] = line;
	return TC_OK;
}

_Static_assert(TC__OWN_LINES_MAX <= 32, "a bit for each of the caller's headers");

bool tc__request_hides(const struct tc__request *request, const char *line)
{
	for (size_t i = 0; i < request->line_count; i++)
		if (request->lines[i] == line)
			return request->secret_lines >> i & 1;
	return false;
}

/* ---- attempts ---- */

static const char *content_type(const struct tc__request *request)
{
	return request->content_type_line + sizeof CONTENT_TYPE - 1;
}

static void add_line(struct tc__attempt *attempt, const char *line)
{
	if (line)
		attempt->lines[attempt->line_count++] = line;
}

static struct tc__hawk_artifacts artifacts_of(const struct tc__request *request, int64_t ts)
{
	return (struct tc__hawk_artifacts){
		.ts = ts,
		.method = request->operation->method,
		.resource = request->parts.resource,
		.resource_length = request->parts.resource_length,
		.host = request->parts.host,
		.host_length = request->parts.host_length,
		.port = request->parts.port,
	};
}

static int sign(struct tc__attempt *attempt, const struct tc__request *request,
	const struct tc__signer *signer, int64_t now_s, tc_error *err)
{
	int rc = TC_OK;

	attempt->artifacts = artifacts_of(request, now_s);
	if (request->has_body && !signer->no_payload_hash) {
		rc = tc__hawk_payload_hash(content_type(request), attempt->body,
			attempt->body_length, attempt->hash, err);
		attempt->artifacts.hash = attempt->hash;
	}
	if (rc != TC_OK)
		return rc;
	tc__hawk_nonce(signer->hawk, attempt->nonce);
	attempt->artifacts.nonce = attempt->nonce;
	attempt->credentials = tc_credentials_ref(signer->credentials);
	attempt->is_signed = true;
	attempt->authorization.max = TC__HAWK_MAX + 64;
	tc__buffer_truncate(&attempt->authorization, 0);
	(void)tc__buffer_room(&attempt->authorization, AUTHORIZATION_USUAL);
	tc__buffer_text(&attempt->authorization, "Authorization: ");
	rc = tc__hawk_header(signer->hawk, signer->credentials, &attempt->artifacts,
		&attempt->authorization, err);
	if (rc != TC_OK)
		return rc;
	if (tc__buffer_failed(&attempt->authorization))
		return tc__fail_nomem(err);
	add_line(attempt, tc__buffer_get(&attempt->authorization));
	return TC_OK;
}

/* "Authorization: Basic …", for a login. */
static int add_basic(struct tc__attempt *attempt, const struct tc__signer *signer, tc_error *err)
{
	attempt->authorization.max = TC__HAWK_MAX + 64;
	tc__buffer_truncate(&attempt->authorization, 0);
	tc__buffer_text(&attempt->authorization, "Authorization: Basic ");
	int rc = tc__credentials_basic(signer->credentials, &attempt->authorization, err);
	if (rc == TC_OK && tc__buffer_failed(&attempt->authorization))
		rc = tc__fail_nomem(err);
	if (rc != TC_OK)
		return rc;
	attempt->credentials = tc_credentials_ref(signer->credentials);
	add_line(attempt, tc__buffer_get(&attempt->authorization));
	return TC_OK;
}

/* What other sites cannot make a browser send shows that the request is meant. */
static int add_csrf(struct tc__attempt *attempt, const struct tc__request *request,
	const struct tc__signer *signer, tc_error *err)
{
	const struct tc_session_scheme *scheme = signer->scheme;
	const char *method = request->operation->method;

	if (!scheme->csrf_cookie || strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return TC_OK;
	const char *value =
		tc__session_cookie(signer->session, &request->parts, scheme->csrf_cookie);
	if (!value)
		return tc__fail(err, TC_ERROR_CREDENTIALS,
			"the session has no cookie %s, which a %s needs", scheme->csrf_cookie,
			method);
	(void)tc__buffer_room(&attempt->csrf, strlen(scheme->csrf_header) + 2 + strlen(value));
	tc__buffer_text(&attempt->csrf, scheme->csrf_header);
	tc__buffer_text(&attempt->csrf, ": ");
	tc__buffer_text(&attempt->csrf, value);
	if (scheme->csrf_referer) {
		tc__buffer_text(&attempt->referer, "Referer: ");
		tc__session_origin(&request->parts, &attempt->referer);
		tc__buffer_char(&attempt->referer, '/');
	}
	return TC_OK;
}

static int add_session(struct tc__attempt *attempt, const struct tc__request *request,
	const struct tc__signer *signer, tc_error *err)
{
	struct tc__buffer *const lines[] = { &attempt->cookie, &attempt->csrf, &attempt->referer };

	for (size_t i = 0; i < 3; i++)
		lines[i]->max = (size_t)TC__COOKIES_MAX * (TC__COOKIE_MAX + 8) + 64;
	tc__session_line(signer->session, &request->parts, &attempt->cookie);
	int rc = attempt->cookie.length ? add_csrf(attempt, request, signer, err) : TC_OK;
	for (size_t i = 0; i < 3 && rc == TC_OK; i++) {
		if (tc__buffer_failed(lines[i]))
			rc = tc__fail_nomem(err);
		else if (lines[i]->length)
			add_line(attempt, lines[i]->data);
	}
	return rc;
}

/* The parameters in the request of a remote procedure call. */
static int wrap_body(struct tc__attempt *attempt, const struct tc__request *request,
	const struct tc__signer *signer, tc_error *err)
{
	const struct tc_rpc *rpc = tc__rpc_of(request->operation);

	if (!rpc)
		return TC_OK;
	attempt->rpc_id = signer->rpc_id;
	attempt->rpc = TC__BUFFER(SIZE_MAX / 2);
	tc__rpc_body(rpc, signer->rpc_id, request->body, request->body_length, &attempt->rpc);
	if (tc__buffer_failed(&attempt->rpc))
		return tc__fail_nomem(err);
	attempt->body = attempt->rpc.data;
	attempt->body_length = attempt->rpc.length;
	if (!request->content_type_line)
		add_line(attempt, CONTENT_TYPE "application/json");
	return TC_OK;
}

static void wipe(struct tc__buffer *line)
{
	if (line->data)
		sodium_memzero(line->data, line->length);
	tc__buffer_clear(line);
}

/* Ready for another filling: the authorization's room stays. */
static void reset(struct tc__attempt *attempt)
{
	struct tc__buffer room = attempt->authorization;

	if (room.data) /* of a login it is a secret */
		sodium_memzero(room.data, room.length);
	tc_credentials_free(attempt->credentials);
	wipe(&attempt->cookie);
	wipe(&attempt->csrf);
	tc__buffer_clear(&attempt->referer);
	tc__buffer_clear(&attempt->rpc);
	tc__buffer_clear(&attempt->trace);
	*attempt = (struct tc__attempt){ .authorization = room };
}

/* By what the server knows who calls. */
static int authenticate(struct tc__attempt *attempt, const struct tc__request *request,
	const struct tc__signer *signer, int64_t now_s, tc_error *err)
{
	if (signer->session) {
		int rc = add_session(attempt, request, signer, err);
		if (rc != TC_OK)
			return rc;
	}
	if (request->proxied || !signer->credentials)
		return TC_OK;
	return signer->basic ? add_basic(attempt, signer, err)
			     : sign(attempt, request, signer, now_s, err);
}

static bool has_line(const struct tc__request *request, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < request->line_count; i++)
		if (tc__same_letters(request->lines[i], name, length))
			return true;
	return false;
}

/* A part of an encoded content cannot be decoded. NULL: the caller says. */
static const char *accepted_encodings(const struct tc__request *request)
{
	if (has_line(request, "Accept-Encoding"))
		return NULL;
	return has_line(request, "Range:") ? "Accept-Encoding: identity"
					   : "Accept-Encoding: " TC__ENCODINGS_ACCEPTED;
}

static void add_callers(
	struct tc__attempt *attempt, const struct tc__request *request, bool foreign)
{
	for (size_t i = 0; i < request->line_count; i++)
		if (!foreign || !(request->secret_lines >> i & 1))
			add_line(attempt, request->lines[i]);
}

/* The call's own id goes under the name that the client's has. */
static int add_trace(struct tc__attempt *attempt, const struct tc__signer *signer, tc_error *err)
{
	const char *line = signer->trace_line;

	if (line && signer->trace_id) {
		attempt->trace = TC__BUFFER(SIZE_MAX / 2);
		tc__buffer_add(&attempt->trace, line, strcspn(line, ":"));
		tc__buffer_text(&attempt->trace, ": ");
		tc__buffer_text(&attempt->trace, signer->trace_id);
		if (tc__buffer_failed(&attempt->trace))
			return tc__fail_nomem(err);
		line = attempt->trace.data;
	}
	add_line(attempt, line);
	attempt->trace_id = line ? strchr(line, ':') + 2 : NULL;
	return TC_OK;
}

int tc__attempt_fill(struct tc__attempt *attempt, const struct tc__request *request,
	const struct tc__signer *signer, int64_t now_s, tc_error *err)
{
	reset(attempt);
	attempt->method = request->operation->method;
	attempt->url = tc__buffer_get(&request->url);
	attempt->body = request->has_body ? request->body : NULL;
	attempt->body_length = request->body_length;
	add_line(attempt, signer->user_agent_line);
	add_line(attempt, accepted_encodings(request));
	int rc = add_trace(attempt, signer, err);
	add_line(attempt, request->content_type_line);
	add_line(attempt, request->accept_line);
	add_callers(attempt, request, signer->foreign);
	if (rc == TC_OK)
		rc = wrap_body(attempt, request, signer, err);
	if (rc == TC_OK)
		rc = authenticate(attempt, request, signer, now_s, err);
	if (rc != TC_OK)
		tc__attempt_clear(attempt);
	return rc;
}

void tc__attempt_line(struct tc__attempt *attempt, const char *line)
{
	size_t name = strcspn(line, ":"), kept = 0;

	for (size_t i = 0; i < attempt->line_count; i++)
		if (strcspn(attempt->lines[i], ":;") != name ||
			!tc__same_letters(attempt->lines[i], line, name))
			attempt->lines[kept++] = attempt->lines[i];
	attempt->line_count = kept;
	add_line(attempt, line);
}

void tc__attempt_clear(struct tc__attempt *attempt)
{
	reset(attempt);
	tc__buffer_clear(&attempt->authorization);
}

int tc__request_signed_url(const struct tc__request *request, const struct tc__signer *signer,
	int64_t expiry_s, char **url, tc_error *err)
{
	struct tc__buffer text = TC__BUFFER(TC__URL_MAX + TC__HAWK_MAX);

	*url = NULL;
	int rc = tc__hawk_signed_url(signer->hawk, signer->credentials,
		tc__buffer_get(&request->url), expiry_s, &text, err);
	if (rc == TC_OK) {
		*url = tc__buffer_take(&text);
		rc = *url ? TC_OK : tc__fail_nomem(err);
	}
	tc__buffer_clear(&text);
	return rc;
}
