/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/groups/template.h"
#include "tools/taskcluster/groups/each.h"
#include "tools/taskcluster/groups/fields.h"
#include "tools/taskcluster/shared/color.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/plain.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define WHITE " \t\r\n"

/* ---- reading ---- */

struct reader {
	struct template *template;
	const char *whole;
	const char *at;
};

/* What is wrong at a place, and what would be right. */
static int wrong(const struct reader *reader, const char *at, const char *what)
{
	int shown = (int)strcspn(at, "\n");

	return usage_error("--format-string: at column %d, \"%.*s\": %s",
		(int)(at - reader->whole) + 1, shown > 40 ? 40 : shown, at, what);
}

static struct template_piece *add_piece(struct template *template)
{
	size_t size = (template->count + 1) * sizeof *template->pieces;
	struct template_piece *pieces = realloc(template->pieces, size);

	if (!pieces)
		return NULL;
	template->pieces = pieces;
	pieces[template->count] = (struct template_piece){ 0 };
	return &pieces[template->count++];
}

static int add_text(struct template *template, const char *text, size_t length)
{
	struct template_piece *piece = add_piece(template);

	if (piece)
		piece->text = malloc(length + 1);
	if (!piece || !piece->text)
		return failure("memory ended");
	memcpy(piece->text, text, length);
	piece->length = length;
	return 0;
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

/* One name of a field, which goes behind those before it; *below is what those led to. */
static int read_name(struct reader *reader, struct template_piece *piece, size_t depth,
	const struct field **below)
{
	const char *name = reader->at;
	size_t length = 0;

	while (is_name(name[length]))
		length++;
	if (depth == TEMPLATE_DEPTH)
		return wrong(reader, name, "no field lies so deep");
	int status = field_find(below, name, length);
	if (status != 0)
		return status;
	piece->names[depth] = (*below)->name ? strdup((*below)->name) : strndup(name, length);
	reader->at += length;
	return piece->names[depth] ? 0 : failure("memory ended");
}

/* ".Status.State"; "." is all of a task, and so is "$". */
static int read_field(struct reader *reader)
{
	struct template_piece *piece = add_piece(reader->template);
	const struct field *below = &field_root;
	int status = piece ? 0 : failure("memory ended");

	reader->at += *reader->at == '$';
	for (size_t depth = 0; status == 0 && *reader->at == '.'; depth++) {
		reader->at++;
		if (depth == 0 && !is_name(*reader->at))
			break;
		status = is_name(*reader->at)
			? read_name(reader, piece, depth, &below)
			: wrong(reader, reader->at - 1, "expected a field's name behind the dot");
	}
	return status;
}

/* The character that stands behind a backslash; '\0': none that is known. */
static char escaped(char c)
{
	static const char names[] = "abfnrtv\\\"", values[] = "\a\b\f\n\r\t\v\\\"";
	const char *found = c ? strchr(names, c) : NULL;

	return found ? values[found - names] : '\0';
}

/* A text in quotes, as Go has them: with escapes, or between backquotes as it is. */
static int read_quoted(struct reader *reader)
{
	const char *begin = reader->at;
	char quote = *begin;
	char *text = malloc(strlen(begin));
	size_t length = 0;
	int status = text ? 0 : failure("memory ended");

	for (reader->at++; status == 0 && *reader->at && *reader->at != quote; reader->at++) {
		char c = *reader->at;
		if (c == '\\' && quote == '"' && !(c = escaped(*++reader->at)))
			status = wrong(reader, reader->at - 1,
				"expected one of \\a \\b \\f \\n \\r \\t \\v \\\\ \\\"");
		else
			text[length++] = c;
	}
	if (status == 0 && !*reader->at)
		status = wrong(reader, begin, "the quote has no end");
	reader->at++;
	if (status == 0)
		status = add_text(reader->template, text, length);
	free(text);
	return status;
}

/* Behind the field or text: the end of the action that began at `begin`. */
static int read_end(struct reader *reader, const char *begin)
{
	size_t white = strspn(reader->at, WHITE);
	const char *end = reader->at + white;
	bool trims = white > 0 && strncmp(end, "-}}", 3) == 0;

	if (!trims && strncmp(end, "}}", 2) != 0)
		return wrong(reader, begin,
			"expected }} behind the field or text: functions and pipes are not known "
			"here; for all else there is --json");
	reader->at = end + (trims ? 3 : 2);
	if (trims)
		reader->at += strspn(reader->at, WHITE);
	return 0;
}

/* Whether these braces take away the white space in front of them. */
static bool trims_before(const char *braces)
{
	return braces[2] == '-' && braces[3] && strchr(WHITE, braces[3]);
}

/* What stands between braces, and these. */
static int read_action(struct reader *reader)
{
	const char *begin = reader->at;
	int status;

	reader->at += trims_before(begin) ? 3 : 2;
	reader->at += strspn(reader->at, WHITE);
	if (*reader->at == '"' || *reader->at == '`')
		status = read_quoted(reader);
	else if (*reader->at == '.' || *reader->at == '$')
		status = read_field(reader);
	else
		status = wrong(reader, begin,
			"expected a field, such as {{ .Status.TaskID }}, or a quoted text; for all "
			"else there is --json");
	return status == 0 ? read_end(reader, begin) : status;
}

/* What stands in front of the next braces, or of the end. */
static int read_text(struct reader *reader)
{
	const char *end = strstr(reader->at, "{{");
	size_t length = end ? (size_t)(end - reader->at) : strlen(reader->at);
	bool trims = end && trims_before(end);
	const char *text = reader->at;

	reader->at += length;
	while (trims && length > 0 && strchr(WHITE, text[length - 1]))
		length--;
	return add_text(reader->template, text, length);
}

int template_read(struct template *template, const char *text)
{
	size_t size = strlen(text) + 2;
	char *line = malloc(size);
	struct reader reader = { template, line, line };
	int status = line ? 0 : failure("memory ended");

	*template = (struct template){ 0 };
	if (line)
		snprintf(line, size, "%s\n", text);
	while (status == 0 && *reader.at)
		status = strncmp(reader.at, "{{", 2) == 0 ? read_action(&reader)
							  : read_text(&reader);
	free(line);
	return status;
}

void template_free(struct template *template)
{
	for (size_t i = 0; i < template->count; i++) {
		struct template_piece *piece = &template->pieces[i];
		free(piece->text);
		for (char **name = piece->names; *name; name++)
			free(*name);
	}
	free(template->pieces);
	*template = (struct template){ 0 };
}

/* ---- printing ---- */

static bool is_single(const tc_json *value)
{
	enum tc_json_kind kind = tc_json_kind(value);

	return kind != TC_JSON_ARRAY && kind != TC_JSON_OBJECT;
}

/* "" for what is absent or null. */
static void print_single(FILE *out, const tc_json *value)
{
	if (tc_json_kind(value) == TC_JSON_BOOL)
		fputs(tc_json_true(value) ? "true" : "false", out);
	else if (tc_json_text(value))
		plain_print_name(out, tc_json_text(value), tc_json_text_length(value));
}

static bool is_plain_list(const tc_json *value)
{
	bool plain = tc_json_kind(value) == TC_JSON_ARRAY;

	for (size_t i = 0; plain && i < tc_json_count(value); i++)
		plain = is_single(tc_json_item(value, i));
	return plain;
}

/* "[a b]" */
static void print_list(FILE *out, const tc_json *list)
{
	fputc('[', out);
	for (size_t i = 0; i < tc_json_count(list); i++) {
		if (i > 0)
			fputc(' ', out);
		print_single(out, tc_json_item(list, i));
	}
	fputc(']', out);
}

static int print_json(FILE *out, const tc_json *value)
{
	char *text = NULL;
	size_t length = 0;

	if (tc_json_write(value, TC_JSON_COMPACT, &text, &length, NULL) != TC_OK)
		return failure("memory ended");
	plain_print_name(out, text, length);
	tc_release(text);
	return 0;
}

/* In its colour, where it is the state. */
static void print_value(FILE *out, const tc_json *value, bool state)
{
	if (state)
		fputs(color_begin(out, color_of_state(tc_json_text(value))), out);
	print_single(out, value);
	if (state)
		fputs(color_begin(out, COLOR_NONE), out);
}

static int print_field(FILE *out, const struct template_piece *piece, const tc_json *item)
{
	const tc_json *value = item;

	for (char *const *name = piece->names; *name; name++)
		value = tc_json_get(value, *name);
	if (is_plain_list(value))
		print_list(out, value);
	else if (!is_single(value))
		return print_json(out, value);
	else
		print_value(out, value,
			tc_json_kind(value) == TC_JSON_STRING &&
				value == tc_json_at(item, "/status/state"));
	return 0;
}

int template_print(FILE *out, const struct template *template, const tc_json *item)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < template->count; i++) {
		const struct template_piece *piece = &template->pieces[i];
		if (piece->text)
			fwrite(piece->text, 1, piece->length, out);
		else
			status = print_field(out, piece, item);
	}
	return status;
}
