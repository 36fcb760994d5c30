/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/print.h"

#include "runtime/src/base/buffer.h"
#include "tools/taskcluster/d2g/members.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/plain.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX ((size_t)1 << 30)

static void add_line(struct tc__buffer *text, size_t depth)
{
	tc__buffer_char(text, '\n');
	for (size_t i = 0; i < depth; i++)
		tc__buffer_text(text, "  ");
}

/* The escape that stands for the character at the front, of so many bytes; NULL: it stands for
 * itself. */
static const char *escape_of(const char *at, size_t *bytes)
{
	static const struct {
		const char *character, *escape;
	} escapes[] = { { "<", "\\u003c" }, { ">", "\\u003e" }, { "&", "\\u0026" },
		{ "\xe2\x80\xa8", "\\u2028" }, { "\xe2\x80\xa9", "\\u2029" } };

	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
		*bytes = strlen(escapes[i].character);
		if (strncmp(at, escapes[i].character, *bytes) == 0)
			return escapes[i].escape;
	}
	return NULL;
}

static void add_escaped(struct tc__buffer *text, const char *json, size_t length)
{
	for (size_t at = 0, bytes; at < length;) {
		size_t plain = strcspn(json + at, "<>&\xe2");
		tc__buffer_add(text, json + at, plain);
		at += plain;
		const char *escape = at < length ? escape_of(json + at, &bytes) : NULL;
		if (escape) {
			tc__buffer_text(text, escape);
			at += bytes;
		} else if (at < length) {
			tc__buffer_char(text, json[at++]);
		}
	}
}

/* All but what has items; JSON text has no NUL. */
static void add_scalar(struct tc__buffer *text, const tc_json *json)
{
	char *written = NULL;
	size_t length = 0;

	if (tc_json_write(json, TC_JSON_COMPACT, &written, &length, NULL) == TC_OK)
		add_escaped(text, written, length);
	else
		text->no_memory = true;
	tc_release(written);
}

static void add_value(struct tc__buffer *text, const tc_json *json, size_t depth);

static void add_items(struct tc__buffer *text, const tc_json *array, size_t depth)
{
	tc__buffer_char(text, '[');
	for (size_t i = 0; i < tc_json_count(array); i++) {
		if (i > 0)
			tc__buffer_char(text, ',');
		add_line(text, depth + 1);
		add_value(text, tc_json_item(array, i), depth + 1);
	}
	add_line(text, depth);
	tc__buffer_char(text, ']');
}

static void add_members(struct tc__buffer *text, const tc_json *object, size_t depth)
{
	struct member *members = members_sorted(object);

	if (!members) {
		text->no_memory = true;
		return;
	}
	tc__buffer_char(text, '{');
	for (const struct member *member = members; member->name; member++) {
		if (member != members)
			tc__buffer_char(text, ',');
		add_line(text, depth + 1);
		add_scalar(text, member->name);
		tc__buffer_text(text, ": ");
		add_value(text, member->value, depth + 1);
	}
	free(members);
	add_line(text, depth);
	tc__buffer_char(text, '}');
}

static void add_value(struct tc__buffer *text, const tc_json *json, size_t depth)
{
	if (tc_json_count(json) == 0)
		add_scalar(text, json);
	else if (tc_json_kind(json) == TC_JSON_ARRAY)
		add_items(text, json, depth);
	else
		add_members(text, json, depth);
}

/* Texts of a task may come from anybody: they do not steer a terminal. */
static int print(const char *text, size_t length)
{
	bool terminal = isatty(STDOUT_FILENO);
	char *plain = terminal ? plain_json(text, length, &length) : NULL;
	struct output output;
	int status = output_open(&output, NULL);

	if (status == 0 && terminal && !plain)
		status = failure("memory ended");
	if (status == 0)
		status = output_write(&output, plain ? plain : text, length);
	free(plain);
	output_close(&output);
	return status;
}

int print_sorted(const tc_json *json)
{
	struct tc__buffer text = TC__BUFFER(TEXT_MAX);

	add_value(&text, json, 0);
	tc__buffer_char(&text, '\n');
	int status = tc__buffer_failed(&text) ? failure("memory ended")
					      : print(tc__buffer_get(&text), text.length);
	tc__buffer_clear(&text);
	return status;
}
