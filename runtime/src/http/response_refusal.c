/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/buffer.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/http/response.h"
#include "runtime/src/http/response_shape.h"
#include "runtime/src/operation/rpc.h"

#include <string.h>

/*
 * What a refusal says, whatever its shape: the services' {code, message, requestInfo}; their
 * {error} without a code; {reason, message} of error artifacts; a front proxy's HTML; text;
 * nothing; JSON that was cut; bytes that are no text at all. The whole is kept in the error; the
 * message for people has one line of it.
 */

/* The line of a server's message that goes into ours is cut at this many bytes. */
#define LINE_MAX_BYTES 500

/* The bytes of the UTF-8 character at the beginning of the text; 0 when it is none. */
static size_t character(const unsigned char *c, size_t length)
{
	size_t size = c[0] < 0x80 ? 1 : c[0] < 0xc2 ? 0 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;

	if (size == 0 || size > length || c[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

/* Appends the first line that says anything, as printable UTF-8. */
static void add_line(struct tc__buffer *line, const char *text, size_t length)
{
	size_t at = 0, begin = line->length;

	while (at < length && strchr(" \t\r\n", text[at]) && text[at])
		at++;
	while (at < length && text[at] != '\n' && text[at] != '\r') {
		size_t size = character((const unsigned char *)text + at, length - at);
		if (line->length - begin + size > LINE_MAX_BYTES) {
			tc__buffer_text(line, "...");
			return;
		}
		if (size == 0 || (unsigned char)text[at] < ' ' || text[at] == 0x7f)
			tc__buffer_char(line, size ? ' ' : '?');
		else
			tc__buffer_add(line, text + at, size);
		at += size ? size : 1;
	}
}

static const char *find(const char *text, size_t length, const char *part)
{
	size_t part_length = strlen(part);

	for (size_t at = 0; at + part_length <= length; at++)
		if (tc__same_letters(text + at, part, part_length))
			return text + at;
	return NULL;
}

static bool is_html(const struct tc__reply *reply, const char *body, size_t length)
{
	const char *type = tc__reply_header(reply, "content-type");

	if (type && find(type, strlen(type), "html"))
		return find(body, length, "<") != NULL;
	return find(body, length < 200 ? length : 200, "<html") != NULL;
}

/* How far into a page its title is looked for. */
#define TITLE_WITHIN 65536

/* A page's title is the best it has to say. */
static void add_html(struct tc__buffer *line, const char *body, size_t length)
{
	length = length < TITLE_WITHIN ? length : TITLE_WITHIN;
	const char *title = find(body, length, "<title>");
	const char *end = title ? find(title, (size_t)(body + length - title), "</title>") : NULL;

	if (end) {
		title += strlen("<title>");
		add_line(line, title, (size_t)(end - title));
		tc__buffer_text(line, " (an HTML page)");
	} else {
		tc__buffer_text(line, "an HTML page");
	}
}

static void add_body(
	struct tc__buffer *line, const struct tc__reply *reply, const char *body, size_t length)
{
	if (length == 0)
		tc__buffer_text(line, "an empty reply");
	else if (is_html(reply, body, length))
		add_html(line, body, length);
	else
		add_line(line, body, length);
}

/* ": <what it says>", behind "queue.status: 404" */
static void compose(struct tc__buffer *line, const struct tc__reply *reply, const tc_json *json,
	const struct tc__refusal *refusal)
{
	const char *code = refusal->server_code;
	const char *message = refusal->server_message;

	if (!code && tc_json_kind(tc_json_get(json, "reason")) == TC_JSON_STRING)
		code = tc_json_text(tc_json_get(json, "reason"));
	if (code) {
		tc__buffer_char(line, ' ');
		add_line(line, code, strlen(code));
	}
	if (message && *message) {
		tc__buffer_text(line, ": ");
		add_line(line, message, strlen(message));
	} else if (!code) {
		tc__buffer_text(line, ": ");
		add_body(line, reply, refusal->body, refusal->body_length);
	}
}

static const struct tc_error_shape *shapes_of(const struct tc_operation *operation)
{
	const struct tc_conventions *system = tc__system_of(operation);

	return system ? system->errors : NULL;
}

bool tc__reply_is_refused(const struct tc__reply *reply, const struct tc_operation *operation)
{
	int status = tc__reply_status(reply);

	if (!tc__reply_is_success(status))
		return true;
	if (status >= 300 && tc__redirects_are_errors(operation))
		return true;
	return tc__rpc_of(operation) && tc__rpc_is_error(tc_response_json(reply->response, NULL));
}

char *tc__reply_message(const struct tc__reply *reply, const struct tc_operation *operation)
{
	const tc_json *json = tc_response_json(reply->response, NULL);
	struct tc__said said = { .info = NULL };
	char *message = NULL;

	if (tc__said_read(&said, shapes_of(operation), tc__reply_status(reply), json))
		message = tc__object_text(tc__buffer_get(&said.message), said.message.length);
	tc__said_clear(&said);
	return message;
}

/* A redirect that is none of the things the call may bring. */
static void add_location(struct tc__buffer *line, const struct tc__reply *reply)
{
	const char *location = tc_response_location(reply->response);

	if (!location || !tc__reply_is_success(tc__reply_status(reply)))
		return;
	tc__buffer_text(line, ", to ");
	add_line(line, location, strlen(location));
}

static struct tc__refusal refusal_of(const tc_response *response)
{
	struct tc__refusal refusal = {
		.status = tc_response_status(response),
		.request_id = tc_response_header(response, "x-for-request-id"),
		.trace_id = tc_response_header(response, "x-for-trace-id"),
	};

	refusal.body = tc_response_body(response, &refusal.body_length);
	return refusal;
}

void tc__response_attach(const tc_response *response, tc_error *err)
{
	struct tc__refusal refusal = refusal_of(response);

	if (err && err->code == TC_ERROR_REPLY && !tc_error_body(err, NULL))
		tc__error_attach(err, &refusal);
}

int tc__reply_refusal(
	const struct tc__reply *reply, const struct tc_operation *operation, tc_error *err)
{
	struct tc__buffer line = TC__BUFFER(4 * LINE_MAX_BYTES);
	struct tc__said said = { .info = NULL };
	struct tc__refusal refusal = refusal_of(reply->response);
	const tc_json *json = NULL;
	char *info = NULL;

	if (refusal.body_length)
		(void)tc_json_read(refusal.body, refusal.body_length, TC_JSON_MEND, &json, NULL);
	if (tc__said_read(&said, shapes_of(operation), refusal.status, json))
		refusal.server_message = tc__buffer_get(&said.message);
	refusal.server_code = said.code.data;
	if (tc_json_kind(said.info) == TC_JSON_OBJECT) {
		(void)tc_json_write(said.info, TC_JSON_COMPACT, &info, NULL, NULL);
		refusal.request_info = info;
	}
	add_location(&line, reply);
	compose(&line, reply, json, &refusal);
	int rc = tc__fail_refused(err, TC_ERROR_HTTP, &refusal, "%s.%s: %d%s",
		operation->service->name, operation->name, refusal.status, tc__buffer_get(&line));
	tc__said_clear(&said);
	tc_release(info);
	tc_release(json);
	tc__buffer_clear(&line);
	return rc;
}
