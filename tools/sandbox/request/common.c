/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/request/common.h"

#include "tools/sandbox/auth/certificate.h"
#include "tools/sandbox/base/digest.h"
#include "tools/schema/date.h"

#include <stdlib.h>
#include <string.h>

int common_ping(struct request *request)
{
	struct writer *reply = &request->reply;
	int64_t uptime = sandbox_now() - request->sandbox->started_ms;

	write_object(reply);
	write_member_bool(reply, "alive", true);
	write_member_int(reply, "uptime", uptime / 1000);
	write_end_object(reply);
	return 200;
}

int common_empty(struct request *request)
{
	write_object(&request->reply);
	write_end_object(&request->reply);
	return 200;
}

int common_redirect(struct request *request, const char *location)
{
	if (!location)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	request->location = location;
	request->content_type = "text/plain; charset=utf-8";
	tc__buffer_printf(&request->reply.text, "See Other. Redirecting to %s", location);
	return 303;
}

int common_heartbeat(struct request *request)
{
	return common_empty(request);
}

int common_version(struct request *request)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_member(reply, "version", SANDBOX_RELEASE);
	write_member(reply, "commit", "");
	write_member(reply, "source", "taskcluster-sandbox");
	write_member(reply, "build", "");
	write_end_object(reply);
	return 200;
}

const char *common_text(const struct request *request, const char *name, const char *fallback)
{
	const char *text = request_text(request, name);

	return text ? text : fallback;
}

int64_t common_date(const struct request *request, const char *name, int64_t fallback)
{
	const tc_json *json = tc_json_get(request->input, name);
	int64_t when;

	if (!json)
		return fallback;
	if (tc_json_kind(json) != TC_JSON_STRING ||
		date_read(tc_json_text(json), &when) != DATE_READ)
		return -1;
	return when;
}

bool common_page(struct request *request, struct page *page)
{
	/* the 2015 generation lists by POST, and pages by its body */
	bool posts =
		strcmp(request->method, "POST") == 0 && request->route->operation->query_count == 0;
	const char *limit = posts ? tc_json_text(tc_json_get(request->input, "limit"))
				  : request_query(request, "limit");
	const char *token = posts ? request_text(request, "continuationToken")
				  : request_query(request, "continuationToken");
	size_t length = token ? strlen(token) : 0;
	char *after = tc__arena_bytes(&request->arena, length + 4);

	page->limit = limit ? strtol(limit, NULL, 10) : PAGE_MAX;
	if (page->limit > PAGE_MAX)
		page->limit = PAGE_MAX;
	if (page->limit < 1)
		page->limit = 1;
	page->after = after;
	return after && digest_unbase64(token ? token : "", length, after, &length);
}

int common_refuse_page(struct request *request)
{
	return refuse(request, INVALID_REQUEST_ARGUMENTS, "bad continuationToken");
}

/* Writes the continuationToken for the page after `last`. */
static void write_token(struct request *request, const char *last)
{
	size_t length = strlen(last);
	char *token = tc__arena_bytes(&request->arena, length * 4 / 3 + 8);

	if (!token) {
		request->reply.text.no_memory = true;
		return;
	}
	digest_base64(last, length, token);
	token[strcspn(token, "=")] = '\0';
	for (char *c = token; *c; c++) {
		if (*c == '+' || *c == '/')
			*c = *c == '+' ? '-' : '_';
	}
	write_member(&request->reply, "continuationToken", token);
}

void common_list_into(
	struct request *request, const struct list *list, const struct page *page, struct row *row)
{
	int64_t count = 0;
	const char *last = NULL;

	write_name(&request->reply, list->name);
	write_array(&request->reply);
	while (store_next(row) && count++ < page->limit) {
		last = store_copy(&request->arena, row, list->key);
		list->write(request, row);
	}
	store_end(request->sandbox->store, row);
	write_end_array(&request->reply);
	if (count > page->limit)
		write_token(request, last);
}

int common_one(struct request *request, struct row *row, write_row_fn *write, const char *what)
{
	bool found = store_next(row);

	if (found)
		write(request, row);
	store_end(request->sandbox->store, row);
	return found ? 200 : refuse(request, RESOURCE_NOT_FOUND, "%s not found", what);
}

int common_list(
	struct request *request, const struct list *list, const struct page *page, struct row *row)
{
	write_object(&request->reply);
	common_list_into(request, list, page, row);
	write_end_object(&request->reply);
	return 200;
}

bool common_scopes(struct request *request, const char *text, struct tc_scopes *scopes)
{
	const tc_json *json = NULL;
	bool ok = tc_json_parse(text, strlen(text), &json, NULL) == TC_OK &&
		scopes_read(&request->arena, json, scopes);

	tc_release(json);
	return ok;
}

void common_write_scopes(struct writer *writer, const struct tc_scopes *scopes)
{
	write_array(writer);
	for (size_t i = 0; i < scopes->count; i++)
		write_string(writer, scopes->scopes[i]);
	write_end_array(writer);
}

bool common_write_issued(struct request *request, const struct issuer *issuer, const char *name,
	const struct tc_scopes *scopes, int64_t start_ms, int64_t expiry_ms)
{
	struct writer *reply = &request->reply;
	const char *certificate;
	const char *token;

	if (!certificate_make(&request->arena, issuer->client_id, issuer->access_token, name,
		    scopes, start_ms, expiry_ms, &certificate, &token))
		return false;
	write_name(reply, "credentials");
	write_object(reply);
	write_member(reply, "clientId", name ? name : issuer->client_id);
	write_member(reply, "accessToken", token);
	write_member(reply, "certificate", certificate);
	write_end_object(reply);
	return true;
}

bool common_write_credentials(struct request *request, const char *name,
	const struct tc_scopes *scopes, int64_t start_ms, int64_t expiry_ms)
{
	const struct issuer queue = { QUEUE_ISSUER, request->sandbox->storage_key };

	return name && common_write_issued(request, &queue, name, scopes, start_ms, expiry_ms);
}

bool common_same_json(const char *a, const char *b)
{
	const tc_json *left = NULL;
	const tc_json *right = NULL;
	bool same = tc_json_parse(a, strlen(a), &left, NULL) == TC_OK &&
		tc_json_parse(b, strlen(b), &right, NULL) == TC_OK && tc_json_equal(left, right);

	tc_release(left);
	tc_release(right);
	return same;
}
