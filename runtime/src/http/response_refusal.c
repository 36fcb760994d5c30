/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/buffer.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/common/url.h"
#include "runtime/src/http/response.h"
#include "runtime/src/http/response_shape.h"
#include "runtime/src/operation/rpc.h"

#include <string.h>

/*
 * What a refusal says, whatever its shape: the services' {code, message, requestInfo}; their
 * {error} without a code; {reason, message} of error artifacts; a front proxy's HTML; text;
 * nothing; JSON that was cut; bytes that are no text at all. The whole is kept in the error. The
 * message for people has all that the server says to them, which may be many lines, and one line of
 * what is no message.
 */

/* A line of what is no message is cut at this many bytes. */
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

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What a terminal may obey; not the ends of lines. */
static bool is_control(const char *at)
{
	unsigned char c = (unsigned char)*at;

	if (c == '\n' || c == '\t')
		return false;
	return c < ' ' || c == 0x7f || (c == 0xc2 && (unsigned char)at[1] < 0xa0);
}

/* Appends a text as printable UTF-8, without the spaces around it. */
static void add_text(struct tc__buffer *to, const char *text, size_t length)
{
	while (length && is_space(text[length - 1]))
		length--;
	while (length && is_space(*text)) {
		text++;
		length--;
	}
	for (size_t at = 0; at < length;) {
		size_t size = character((const unsigned char *)text + at, length - at);
		if (size == 0)
			tc__buffer_char(to, '?');
		else if (is_control(text + at))
			tc__buffer_text(to, text[at] == '\r' && text[at + 1] == '\n' ? "" : " ");
		else
			tc__buffer_add(to, text + at, size);
		at += size ? size : 1;
	}
}

/* How much of a text, up to its end or the end of a line, has at most so many bytes of whole
 * characters. */
static size_t line_length(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length && text[at] != '\n' && text[at] != '\r') {
		size_t size = character((const unsigned char *)text + at, length - at);
		if (at + size > LINE_MAX_BYTES)
			break;
		at += size ? size : 1;
	}
	return at;
}

/* Appends the first line that says anything. */
static void add_line(struct tc__buffer *to, const char *text, size_t length)
{
	while (length && is_space(*text)) {
		text++;
		length--;
	}
	size_t line = line_length(text, length);
	add_text(to, text, line);
	if (line < length && text[line] != '\n' && text[line] != '\r')
		tc__buffer_text(to, "...");
}

/* Taskcluster's services end their messages with a line "---" and, behind it, what the requestInfo
 * says, too. The length without that. */
static size_t without_footer(const char *text)
{
	static const char rule[] = "\n---\n";
	const char *footer = text + strlen(text);

	for (const char *at = text; (at = strstr(at, rule)); at++)
		footer = at;
	return (size_t)(footer - text);
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
	else if (reply->unreadable)
		tc__buffer_text(line, "its body cannot be decoded");
	else if (is_html(reply, body, length))
		add_html(line, body, length);
	else
		add_line(line, body, length);
}

static const struct tc_error_shape *shapes_of(const struct tc__reply *reply)
{
	const struct tc_conventions *system =
		reply->operation ? tc__system_of(reply->operation) : NULL;

	return system ? system->errors : NULL;
}

/* A route that a Taskcluster does not have is a 404 without a code; which releases have it may tell
 * why. Those of other systems may tell so of an object that is absent. */
static void add_releases(struct tc__buffer *text, const struct tc__reply *reply)
{
	const struct tc_operation_conventions *rules =
		reply->operation ? tc__rules_of(reply->operation) : NULL;

	if (!rules || tc__system_of(reply->operation) || tc__reply_status(reply) != 404)
		return;
	if (rules->since)
		tc__buffer_printf(text, "; servers have it since release %s", rules->since);
	if (rules->removed_in)
		tc__buffer_printf(text, "; servers lack it since release %s", rules->removed_in);
}

/* ": <what it says>", behind "queue.status: 404" */
static void compose(struct tc__buffer *text, const struct tc__reply *reply, const tc_json *json,
	const struct tc__refusal *refusal)
{
	const char *code = refusal->server_code;
	const char *message = refusal->server_message;

	if (!code && tc_json_kind(tc_json_get(json, "reason")) == TC_JSON_STRING)
		code = tc_json_text(tc_json_get(json, "reason"));
	if (code) {
		tc__buffer_char(text, ' ');
		add_line(text, code, strlen(code));
	}
	if (message && *message) {
		tc__buffer_text(text, ": ");
		add_text(text, message,
			shapes_of(reply) ? strlen(message) : without_footer(message));
	} else if (!code) {
		tc__buffer_text(text, ": ");
		add_body(text, reply, refusal->body, refusal->body_length);
	}
	if (!code)
		add_releases(text, reply);
}

static bool is_rpc_error(const struct tc__reply *reply)
{
	return reply->operation && tc__rpc_of(reply->operation) &&
		tc__rpc_is_error(tc_response_json(reply->response, NULL));
}

bool tc__reply_is_refused(const struct tc__reply *reply)
{
	return !tc__reply_is_success(reply) || is_rpc_error(reply);
}

char *tc__reply_message(const struct tc__reply *reply)
{
	const tc_json *json = tc_response_json(reply->response, NULL);
	struct tc__said said = { .info = NULL };
	char *message = NULL;

	if (tc__said_read(&said, shapes_of(reply), tc__reply_status(reply), json))
		message = tc__object_text(tc__buffer_get(&said.message), said.message.length);
	tc__said_clear(&said);
	return message;
}

/* ---- what is none of the things that the operation may bring ---- */

static void add_expected_statuses(struct tc__buffer *line, const uint16_t *statuses)
{
	tc__buffer_text(line, "; expected ");
	if (!statuses)
		tc__buffer_text(line, "200 to 299");
	for (const uint16_t *status = statuses; status && *status; status++)
		tc__buffer_printf(line, "%s%d", status == statuses ? "" : " or ", *status);
}

static void add_expected_types(struct tc__buffer *line, const char *const *types)
{
	tc__buffer_text(line, "; expected ");
	for (const char *const *type = types; *type; type++) {
		tc__buffer_text(line, type == types ? "" : " or ");
		tc__buffer_text(line, *type);
	}
}

/* Where a transfer is led to may be signed. */
static void add_location(
	struct tc__buffer *line, const struct tc__reply *reply, const char *location)
{
	struct tc__buffer shown = TC__BUFFER(TC__URL_MAX);

	if (reply->range)
		tc__url_show(&shown, location);
	else
		tc__buffer_text(&shown, location);
	add_line(line, tc__buffer_get(&shown), shown.length);
	tc__buffer_clear(&shown);
}

/* A page to log in at, or a redirect to another server, where a success or an error should be. */
static void add_surprise(struct tc__buffer *line, const struct tc__reply *reply)
{
	const char *type = tc__reply_header(reply, "content-type");
	const char *location = tc_response_location(reply->response);
	bool expected = tc__is_success(reply->operation, tc__reply_status(reply));

	if (reply->received && type) {
		tc__buffer_text(line, " (");
		add_line(line, type, strlen(type));
		tc__buffer_char(line, ')');
	} else if (reply->received) {
		tc__buffer_text(line, " (of no type)");
	}
	if (location) {
		tc__buffer_text(line, ", to ");
		add_location(line, reply, location);
	}
	if (!expected)
		add_expected_statuses(line, reply->operation ? reply->operation->success : NULL);
	else
		add_expected_types(line, tc__reply_types_of(reply->operation));
}

static struct tc__refusal refusal_of(const tc_response *response)
{
	struct tc__refusal refusal = {
		.status = tc_response_status(response),
		.request_id = tc_response_request_id(response),
		.trace_id = tc_response_trace_id(response),
		.fields = tc__response_fields(response),
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

/* Of a reply whose status is that of a success only the content is wrong. */
static int code_of(const struct tc__reply *reply)
{
	return reply->strange && tc__is_success(reply->operation, tc__reply_status(reply))
		? TC_ERROR_REPLY
		: TC_ERROR_HTTP;
}

/* The text of an element, which has no others in it. */
static void add_element(
	struct tc__buffer *to, const char *body, size_t length, const char *begin, const char *end)
{
	const char *at = find(body, length, begin);

	if (!at)
		return;
	at += strlen(begin);
	const char *closing = find(at, (size_t)(body + length - at), end);
	if (closing)
		add_text(to, at, (size_t)(closing - at));
}

/* What storage says of a refusal: <Error><Code>AccessDenied</Code><Message>…</Message>… */
static void read_xml(struct tc__said *said, const char *body, size_t length)
{
	size_t head = length < 200 ? length : 200;

	if (!find(body, head, "<?xml") && !find(body, head, "<Error>"))
		return;
	add_element(&said->code, body, length, "<Code>", "</Code>");
	add_element(&said->message, body, length, "<Message>", "</Message>");
}

int tc__reply_refusal(const struct tc__reply *reply, tc_error *err)
{
	struct tc__buffer text = TC__BUFFER(TC__REFUSED_MAX);
	struct tc__said said = { .info = NULL };
	struct tc__refusal refusal = refusal_of(reply->response);
	const struct tc_operation *operation = reply->operation;
	const tc_json *json = NULL;
	char *info = NULL;

	if (refusal.body_length)
		(void)tc_json_read(refusal.body, refusal.body_length, TC_JSON_MEND, &json, NULL);
	bool is_said = tc__said_read(&said, shapes_of(reply), refusal.status, json);
	if (!is_said)
		read_xml(&said, refusal.body, refusal.body_length);
	if (is_said || said.message.data)
		refusal.server_message = tc__buffer_get(&said.message);
	refusal.server_code = said.code.data;
	if (tc_json_kind(said.info) == TC_JSON_OBJECT) {
		(void)tc_json_write(said.info, TC_JSON_COMPACT, &info, NULL, NULL);
		refusal.request_info = info;
	}
	tc__buffer_printf(
		&text, "%s.%s: %d", operation->service->name, operation->name, refusal.status);
	if (refusal.status < 400 && !is_rpc_error(reply))
		add_surprise(&text, reply);
	compose(&text, reply, json, &refusal);
	int rc = tc__fail_refused(err, code_of(reply), &refusal, tc__buffer_get(&text));
	tc__said_clear(&said);
	tc_release(info);
	tc_release(json);
	tc__buffer_clear(&text);
	return rc;
}
