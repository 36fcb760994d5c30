/* SPDX-License-Identifier: MPL-2.0 */
#include "request.h"

#include "operation.h"
#include <string.h>
#include <strings.h>

#define CONTENT_TYPE "Content-Type: "

/* ---- the URL ---- */

/* A base URL with its {service} replaced by the service's name as its own generation knew it:
 * "classic-" only tells our tables apart. */
static void add_base(struct tc__buffer *url, const char *base, const char *service)
{
	static const char placeholder[] = "{service}", classic[] = "classic-";
	const char *at = strstr(base, placeholder);

	if (strncmp(service, classic, sizeof classic - 1) == 0)
		service += sizeof classic - 1;
	if (at) {
		tc__buffer_add(url, base, (size_t)(at - base));
		tc__buffer_text(url, service);
		base = at + sizeof placeholder - 1;
	}
	tc__url_root(url, base);
}

static int add_origin(struct tc__request *request, const struct tc__site *site, tc_error *err)
{
	const struct tc_service *service = request->operation->service;
	struct tc__buffer *url = &request->url;

	if (service->base_url) {
		add_base(url, site->base_url ? site->base_url : service->base_url, service->name);
		return TC_OK;
	}
	const char *root = site->proxy_url ? site->proxy_url : site->root_url;
	if (!root)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"root_url is not set, and without it nobody knows where the service is");
	request->proxied = site->proxy_url != NULL;
	tc__url_root(url, root);
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
	return tc__url_parse(tc__buffer_get(&request->url), &request->parts, err);
}

static void begin(struct tc__request *request, const struct tc_operation *operation)
{
	*request = (struct tc__request){
		.operation = operation,
		.url = TC__BUFFER(TC__URL_MAX),
	};
}

int tc__request_init(struct tc__request *request, const struct tc__site *site,
	const struct tc_operation *operation, const char *const *arguments,
	const char *const *query, tc_error *err)
{
	begin(request, operation);
	int rc = add_origin(request, site, err);
	if (rc == TC_OK)
		rc = tc__operation_path(operation, arguments, &request->url, err);
	if (rc == TC_OK) {
		tc__operation_query(operation, query, &request->url);
		rc = finish_url(request, err);
	}
	if (rc != TC_OK)
		tc__request_clear(request);
	return rc;
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
	for (size_t i = 0; i < request->line_count; i++)
		tc_release(request->lines[i]);
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

	if (strcmp(operation->method, "GET") == 0 || strcmp(operation->method, "HEAD") == 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "a %s takes no body", operation->method);
	if (length > TC__BODY_MAX)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"the body has %zu bytes, but servers take at most %zu", length,
			TC__BODY_MAX);
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
		if (strcasecmp(ours[i], name) == 0)
			return true;
	return false;
}

int tc__request_header(
	struct tc__request *request, const char *name, const char *value, tc_error *err)
{
	if (!name || !is_token(name))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			name ? "name: \"%.100s\" cannot be the name of a header"
			     : "name is NULL%.0s",
			name ? name : "");
	if (is_ours(name))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"name: the header %s is set by the library itself", name);
	if (!value || !tc__is_field_value(value))
		return tc__fail(err, TC_ERROR_ARGUMENT, "value of the header %s %s", name,
			value ? "has control characters" : "is NULL");
	if (request->line_count == TC__OWN_LINES_MAX)
		return tc__fail(err, TC_ERROR_ARGUMENT, "name: %s would be header %d, one too many",
			name, TC__OWN_LINES_MAX + 1);
	char *line = make_line(name, value);
	if (!line)
		return tc__fail_nomem(err);
	request->lines[request->line_count++] = line;
	return TC_OK;
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
		rc = tc__hawk_payload_hash(content_type(request), request->body,
			request->body_length, attempt->hash, err);
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

/* Ready for another filling: the authorization's room stays. */
static void reset(struct tc__attempt *attempt)
{
	struct tc__buffer room = attempt->authorization;

	tc_credentials_free(attempt->credentials);
	*attempt = (struct tc__attempt){ .authorization = room };
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
	add_line(attempt, signer->trace_line);
	add_line(attempt, request->content_type_line);
	for (size_t i = 0; i < request->line_count; i++)
		add_line(attempt, request->lines[i]);
	if (request->proxied || !signer->credentials)
		return TC_OK;
	int rc = sign(attempt, request, signer, now_s, err);
	if (rc != TC_OK)
		tc__attempt_clear(attempt);
	return rc;
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
