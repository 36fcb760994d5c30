/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/response_shape.h"

/* Field errors that nest deeper are cut. */
#define NESTED_MAX 8
#define MESSAGE_MAX ((size_t)64 * 1024)
#define PATH_MAX_BYTES 1000

/* Those of Taskcluster, and of what stands before it or beside it. */
static const struct tc_error_shape standard[] = {
	{ .kind = TC_ERROR_SHAPE_MEMBERS,
		.message = (const char *const[]){ "/message", "/error", "/detail", "/failure",
			"/error/message", NULL },
		.code = (const char *const[]){ "/code", NULL },
		.info = "/requestInfo" },
	{ .kind = TC_ERROR_SHAPE_STRING },
	{ .kind = TC_ERROR_SHAPE_END },
};

static void add_text(struct tc__buffer *to, const tc_json *json)
{
	tc__buffer_add(to, tc_json_text(json), tc_json_text_length(json));
}

static bool is_text(const tc_json *json)
{
	return tc_json_kind(json) == TC_JSON_STRING;
}

/* ---- fields ---- */

static bool is_texts(const tc_json *json)
{
	if (tc_json_kind(json) != TC_JSON_ARRAY)
		return false;
	for (size_t i = 0; i < tc_json_count(json); i++)
		if (!is_text(tc_json_item(json, i)))
			return false;
	return tc_json_count(json) > 0;
}

static bool is_fields(const tc_json *json, int depth)
{
	if (tc_json_kind(json) != TC_JSON_OBJECT || tc_json_count(json) == 0 || depth == NESTED_MAX)
		return false;
	for (size_t i = 0; i < tc_json_count(json); i++) {
		const tc_json *value = tc_json_item(json, i);
		if (!is_text(value) && !is_texts(value) && !is_fields(value, depth + 1))
			return false;
	}
	return true;
}

static void add_texts(struct tc__buffer *to, const tc_json *texts, const char *between)
{
	for (size_t i = 0; i < tc_json_count(texts); i++) {
		tc__buffer_text(to, i ? between : "");
		add_text(to, tc_json_item(texts, i));
	}
}

/* `path` holds the names of the objects that these fields are in, each with a dot behind it. */
static void add_fields(struct tc__buffer *to, const tc_json *fields, struct tc__buffer *path)
{
	size_t before = path->length;

	for (size_t i = 0; i < tc_json_count(fields); i++) {
		const tc_json *value = tc_json_item(fields, i);
		const tc_json *name = tc_json_name(fields, i);
		if (tc_json_kind(value) == TC_JSON_OBJECT) {
			add_text(path, name);
			tc__buffer_char(path, '.');
			add_fields(to, value, path);
			tc__buffer_truncate(path, before);
			continue;
		}
		tc__buffer_text(to, to->length ? "; " : "");
		tc__buffer_text(to, tc__buffer_get(path));
		add_text(to, name);
		tc__buffer_text(to, ": ");
		if (is_text(value))
			add_text(to, value);
		else
			add_texts(to, value, ", ");
	}
}

static void say_fields(struct tc__buffer *to, const tc_json *fields)
{
	struct tc__buffer path = TC__BUFFER(PATH_MAX_BYTES);

	add_fields(to, fields, &path);
	tc__buffer_clear(&path);
}

/* ---- shapes ---- */

static void say_code(struct tc__said *said, const tc_json *code)
{
	if (is_text(code) || tc_json_kind(code) == TC_JSON_NUMBER)
		add_text(&said->code, code);
}

static bool read_members(
	struct tc__said *said, const struct tc_error_shape *shape, int status, const tc_json *json)
{
	const char *const *pointer = shape->message;

	if (tc_json_kind(json) != TC_JSON_OBJECT ||
		(shape->statuses && !tc__has_status(shape->statuses, status)))
		return false;
	while (*pointer && !is_text(tc_json_at(json, *pointer)))
		pointer++;
	if (*pointer)
		add_text(&said->message, tc_json_at(json, *pointer));
	for (const char *const *at = shape->code; at && *at && !said->code.data; at++)
		if (*pointer || is_text(tc_json_at(json, *at)))
			say_code(said, tc_json_at(json, *at));
	if (shape->info)
		said->info = tc_json_at(json, shape->info);
	return *pointer != NULL;
}

static bool read_rpc(struct tc__said *said, const tc_json *json)
{
	const tc_json *error = tc_json_get(json, "error");
	const tc_json *message = tc_json_get(error, "message");
	char *text = NULL;

	if (tc_json_kind(error) != TC_JSON_OBJECT || !message)
		return false;
	say_code(said, tc_json_get(error, "code"));
	if (is_text(message)) {
		add_text(&said->message, message);
	} else if (is_fields(message, 0)) {
		say_fields(&said->message, message);
	} else if (tc_json_write(message, TC_JSON_COMPACT, &text, NULL, NULL) == TC_OK) {
		tc__buffer_text(&said->message, text);
		tc_release(text);
	}
	return true;
}

static bool read_shape(
	struct tc__said *said, const struct tc_error_shape *shape, int status, const tc_json *json)
{
	switch ((enum tc_error_kind)shape->kind) {
	case TC_ERROR_SHAPE_END:
		break;
	case TC_ERROR_SHAPE_MEMBERS:
		return read_members(said, shape, status, json);
	case TC_ERROR_SHAPE_STRING:
		if (is_text(json))
			add_text(&said->message, json);
		return is_text(json);
	case TC_ERROR_SHAPE_LIST:
		if (is_texts(json))
			add_texts(&said->message, json, "; ");
		return is_texts(json);
	case TC_ERROR_SHAPE_FIELDS:
		if (!is_fields(json, 0))
			return false;
		say_fields(&said->message, json);
		return true;
	case TC_ERROR_SHAPE_RPC:
		return read_rpc(said, json);
	}
	return false;
}

bool tc__said_read(
	struct tc__said *said, const struct tc_error_shape *shapes, int status, const tc_json *json)
{
	said->message = TC__BUFFER(MESSAGE_MAX);
	said->code = TC__BUFFER(MESSAGE_MAX);
	for (const struct tc_error_shape *shape = shapes ? shapes : standard; shape->kind; shape++)
		if (read_shape(said, shape, status, json))
			return true;
	return false;
}

void tc__said_clear(struct tc__said *said)
{
	tc__buffer_clear(&said->message);
	tc__buffer_clear(&said->code);
	said->info = NULL;
}
