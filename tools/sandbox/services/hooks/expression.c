/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/services/hooks/expression.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
#define DIGITS "0123456789"
#define DEPTH_MAX 60

struct jsone_kept {
	const tc_json *json;
	struct jsone_kept *next;
};

/* What is left to read. While `skip` is set nothing is looked up: the value does not count. */
struct reader {
	struct jsone *jsone;
	const struct jsone_scope *scope;
	const char *at;
	bool skip;
};

const tc_json *jsone_fail(struct jsone *jsone, const char *format, ...)
{
	va_list arguments;

	if (*jsone->problem)
		return NULL;
	va_start(arguments, format);
	vsnprintf(jsone->problem, sizeof jsone->problem, format, arguments);
	va_end(arguments);
	return NULL;
}

const tc_json *jsone_build(struct jsone *jsone, tc_json_builder *builder)
{
	struct jsone_kept *kept = tc__arena_alloc(&jsone->arena, sizeof *kept);
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	if (!kept)
		tc_json_builder_free(builder);
	else if (tc_json_build(builder, &json, &err) != TC_OK)
		jsone_fail(jsone, "%s", tc_error_text(&err));
	tc_error_clear(&err);
	if (!json)
		return jsone_fail(jsone, "out of memory");
	*kept = (struct jsone_kept){ json, jsone->kept };
	jsone->kept = kept;
	return json;
}

void jsone_end(struct jsone *jsone)
{
	for (struct jsone_kept *kept = jsone->kept; kept; kept = kept->next)
		tc_release(kept->json);
	jsone->kept = NULL;
	tc__arena_clear(&jsone->arena);
}

const tc_json *jsone_text(struct jsone *jsone, const char *text, size_t length)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_string_n(builder, text, length);
	return jsone_build(jsone, builder);
}

const char *jsone_string(const tc_json *value)
{
	return tc_json_kind(value) == TC_JSON_STRING ? tc_json_text(value) : NULL;
}

static const tc_json *make_bool(struct jsone *jsone, bool value)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_bool(builder, value);
	return jsone_build(jsone, builder);
}

static const tc_json *make_null(struct jsone *jsone)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_null(builder);
	return jsone_build(jsone, builder);
}

static const tc_json *make_number(struct jsone *jsone, double value)
{
	tc_json_builder *builder = tc_json_builder_new();

	if (value >= -9e15 && value <= 9e15 && value == (double)(int64_t)value)
		tc_json_add_int64(builder, (int64_t)value);
	else
		tc_json_add_double(builder, value);
	return jsone_build(jsone, builder);
}

bool jsone_truth(const tc_json *value)
{
	double number;

	switch (tc_json_kind(value)) {
	case TC_JSON_BOOL:
		return tc_json_true(value);
	case TC_JSON_NUMBER:
		return !tc_json_double(value, &number) || number != 0;
	case TC_JSON_STRING:
		return tc_json_text_length(value) > 0;
	case TC_JSON_ARRAY:
	case TC_JSON_OBJECT:
		return tc_json_count(value) > 0;
	default:
		return false;
	}
}

static const tc_json *look_up(const struct jsone_scope *scope, const char *name, size_t length)
{
	while (scope && (scope->length != length || memcmp(scope->name, name, length) != 0))
		scope = scope->outer;
	return scope ? scope->value : NULL;
}

const tc_json *jsone_from_now(struct jsone *jsone, const struct jsone_scope *scope,
	const tc_json *text, const tc_json *from)
{
	const char *base = tc_json_text(from ? from : look_up(scope, "now", strlen("now")));
	char date[TC_DATE_SIZE];
	struct timespec now;

	if (tc_json_kind(text) != TC_JSON_STRING)
		return jsone_fail(jsone, "$fromNow expects a text such as \"1 day\"");
	if (!base || tc_date_parse(base, &now, NULL) != TC_OK)
		return jsone_fail(jsone, "$fromNow counts from a date, which `from` is not");
	if (tc_from_now(tc_json_text(text), &now, date, NULL) != TC_OK)
		return jsone_fail(jsone, "$fromNow expects a span such as \"1 day 2 hours\": %s",
			tc_json_text(text));
	return jsone_text(jsone, date, strlen(date));
}

static void skip_blanks(struct reader *reader)
{
	reader->at += strspn(reader->at, " \t\r\n");
}

/* Takes a token when it is next. */
static bool take(struct reader *reader, const char *token)
{
	size_t length = strlen(token);

	skip_blanks(reader);
	if (strncmp(reader->at, token, length) != 0)
		return false;
	reader->at += length;
	return true;
}

static const tc_json *fail_at(struct reader *reader, const char *expected)
{
	return jsone_fail(reader->jsone, "expected %s before `%.40s`", expected,
		*reader->at ? reader->at : "the end");
}

static const tc_json *read_any(struct reader *reader);

static size_t name_length(const char *text)
{
	return strcspn(text, LETTERS) == 0 ? strspn(text, LETTERS DIGITS) : 0;
}

static const tc_json *call_defined(struct reader *reader, const tc_json *name)
{
	const char *text = jsone_string(name);

	if (!text)
		return jsone_fail(reader->jsone, "defined() expects a name as text");
	return make_bool(reader->jsone, look_up(reader->scope, text, strlen(text)) != NULL);
}

static const tc_json *call_len(struct reader *reader, const tc_json *value)
{
	size_t count = tc_json_kind(value) == TC_JSON_STRING ? tc_json_text_length(value)
							     : tc_json_count(value);

	return make_number(reader->jsone, (double)count);
}

static const tc_json *read_call(struct reader *reader, const char *name, size_t length)
{
	const tc_json *first = read_any(reader);
	const tc_json *second = first && take(reader, ",") ? read_any(reader) : NULL;

	if (*reader->jsone->problem)
		return NULL;
	if (!take(reader, ")"))
		return fail_at(reader, "`)`");
	if (reader->skip)
		return first;
	if (length == strlen("fromNow") && memcmp(name, "fromNow", length) == 0)
		return jsone_from_now(reader->jsone, reader->scope, first, second);
	if (length == strlen("defined") && memcmp(name, "defined", length) == 0)
		return call_defined(reader, first);
	if (length == strlen("len") && memcmp(name, "len", length) == 0)
		return call_len(reader, first);
	return jsone_fail(reader->jsone, "the sandbox does not know the JSON-e function %.*s()",
		(int)length, name);
}

static const tc_json *read_name(struct reader *reader)
{
	const char *name = reader->at;
	size_t length = name_length(name);
	const tc_json *value;

	reader->at += length;
	if (take(reader, "("))
		return read_call(reader, name, length);
	if ((length == 4 && memcmp(name, "true", 4) == 0) ||
		(length == 5 && memcmp(name, "false", 5) == 0))
		return make_bool(reader->jsone, length == 4);
	if (reader->skip || (length == 4 && memcmp(name, "null", 4) == 0))
		return make_null(reader->jsone);
	value = look_up(reader->scope, name, length);
	return value ? value
		     : jsone_fail(reader->jsone, "unknown context value %.*s", (int)length, name);
}

static const tc_json *read_literal(struct reader *reader)
{
	const char *text = reader->at + 1;

	if (*reader->at == '"' || *reader->at == '\'') {
		const char *end = strchr(text, *reader->at);
		if (!end)
			return fail_at(reader, "the text's closing quote");
		reader->at = end + 1;
		return jsone_text(reader->jsone, text, (size_t)(end - text));
	}
	char *end;
	double value = strtod(reader->at, &end);
	reader->at = end;
	return make_number(reader->jsone, value);
}

static const tc_json *read_member(struct reader *reader, const tc_json *value)
{
	size_t length = name_length(reader->at);
	const char *name = reader->at;

	if (!length)
		return fail_at(reader, "a property's name");
	reader->at += length;
	if (reader->skip)
		return value;
	const tc_json *member = tc_json_get_n(value, name, length);
	return member
		? member
		: jsone_fail(reader->jsone, "object has no property \"%.*s\"", (int)length, name);
}

static const tc_json *read_index(struct reader *reader, const tc_json *value)
{
	const tc_json *key = read_any(reader);
	const tc_json *item = NULL;
	int64_t position;

	if (!key)
		return NULL;
	if (!take(reader, "]"))
		return take(reader, ":")
			? jsone_fail(reader->jsone, "the sandbox does not know slices, [a:b]")
			: fail_at(reader, "`]`");
	if (reader->skip)
		return value;
	if (tc_json_kind(key) == TC_JSON_STRING)
		item = tc_json_get(value, tc_json_text(key));
	else if (tc_json_kind(value) == TC_JSON_ARRAY && tc_json_int64(key, &position)) {
		position += position < 0 ? (int64_t)tc_json_count(value) : 0;
		item = position < 0 ? NULL : tc_json_item(value, (size_t)position);
	}
	return item ? item : jsone_fail(reader->jsone, "there is nothing at this index");
}

static const tc_json *read_primary(struct reader *reader)
{
	const tc_json *value;

	skip_blanks(reader);
	if (take(reader, "(")) {
		value = read_any(reader);
		if (value && !take(reader, ")"))
			return fail_at(reader, "`)`");
	} else if (name_length(reader->at)) {
		value = read_name(reader);
	} else if (*reader->at && strchr("\"'" DIGITS, *reader->at)) {
		value = read_literal(reader);
	} else {
		return fail_at(reader, "a value");
	}
	while (value) {
		if (*reader->at == '.') {
			reader->at++;
			value = read_member(reader, value);
		} else if (*reader->at == '[') {
			reader->at++;
			value = read_index(reader, value);
		} else {
			break;
		}
	}
	return value;
}

static const tc_json *read_unary(struct reader *reader)
{
	double number;

	skip_blanks(reader);
	if (*reader->at == '!' && reader->at[1] != '=') {
		reader->at++;
		const tc_json *value = read_unary(reader);
		return value ? make_bool(reader->jsone, !jsone_truth(value)) : NULL;
	}
	if (*reader->at == '-') {
		reader->at++;
		const tc_json *value = read_unary(reader);
		if (!value)
			return NULL;
		return tc_json_double(value, &number)
			? make_number(reader->jsone, -number)
			: jsone_fail(reader->jsone, "`-` expects a number");
	}
	return read_primary(reader);
}

static const tc_json *calculate(
	struct reader *reader, char what, const tc_json *left, const tc_json *right)
{
	double a;
	double b;

	if (reader->skip)
		return left;
	if (what == '+' && jsone_string(left) && jsone_string(right)) {
		size_t first = tc_json_text_length(left);
		size_t second = tc_json_text_length(right);
		char *text = tc__arena_bytes(&reader->jsone->arena, first + second + 1);
		if (!text)
			return jsone_fail(reader->jsone, "out of memory");
		memcpy(text, tc_json_text(left), first);
		memcpy(text + first, tc_json_text(right), second);
		return jsone_text(reader->jsone, text, first + second);
	}
	if (!tc_json_double(left, &a) || !tc_json_double(right, &b))
		return jsone_fail(reader->jsone, "`%c` expects two numbers%s", what,
			what == '+' ? " or two texts" : "");
	if (what == '/' && b == 0)
		return jsone_fail(reader->jsone, "division by zero");
	if (what == '*' || what == '/')
		return make_number(reader->jsone, what == '*' ? a * b : a / b);
	return make_number(reader->jsone, what == '+' ? a + b : a - b);
}

static const tc_json *read_product(struct reader *reader)
{
	const tc_json *value = read_unary(reader);

	while (value) {
		char what = take(reader, "*") ? '*' : take(reader, "/") ? '/' : '\0';
		if (!what)
			return value;
		const tc_json *right = read_unary(reader);
		value = right ? calculate(reader, what, value, right) : NULL;
	}
	return NULL;
}

static const tc_json *read_sum(struct reader *reader)
{
	const tc_json *value = read_product(reader);

	while (value) {
		char what = take(reader, "+") ? '+' : take(reader, "-") ? '-' : '\0';
		if (!what)
			return value;
		const tc_json *right = read_product(reader);
		value = right ? calculate(reader, what, value, right) : NULL;
	}
	return NULL;
}

/* Whether the left one is an item, a name or a part of the right one. */
static bool is_in(const tc_json *left, const tc_json *right)
{
	if (tc_json_kind(right) == TC_JSON_OBJECT)
		return jsone_string(left) && tc_json_get(right, jsone_string(left));
	if (tc_json_kind(right) == TC_JSON_STRING)
		return jsone_string(left) && strstr(tc_json_text(right), jsone_string(left));
	for (size_t i = 0; i < tc_json_count(right); i++) {
		if (tc_json_equal(left, tc_json_item(right, i)))
			return true;
	}
	return false;
}

/* -1, 0 or 1; numbers with numbers, texts with texts. */
static bool compare(const tc_json *left, const tc_json *right, int *order)
{
	double a;
	double b;

	if (jsone_string(left) && jsone_string(right)) {
		*order = strcmp(tc_json_text(left), tc_json_text(right));
		return true;
	}
	if (!tc_json_double(left, &a) || !tc_json_double(right, &b))
		return false;
	*order = (a > b) - (a < b);
	return true;
}

static const tc_json *decide(
	struct reader *reader, const char *what, const tc_json *left, const tc_json *right)
{
	int order = 0;

	if (reader->skip)
		return left;
	if (strcmp(what, "in") == 0)
		return make_bool(reader->jsone, is_in(left, right));
	if (what[1] == '=' && (*what == '=' || *what == '!'))
		return make_bool(reader->jsone, tc_json_equal(left, right) == (*what == '='));
	if (!compare(left, right, &order))
		return jsone_fail(reader->jsone, "`%s` expects two numbers or two texts", what);
	bool strictly = *what == '<' ? order < 0 : order > 0;
	return make_bool(reader->jsone, strictly || (what[1] == '=' && order == 0));
}

static const char *take_relation(struct reader *reader)
{
	static const char *const relations[] = { "==", "!=", "<=", ">=", "<", ">" };

	for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
		if (take(reader, relations[i]))
			return relations[i];
	}
	skip_blanks(reader);
	if (name_length(reader->at) == 2 && take(reader, "in"))
		return "in";
	return NULL;
}

static const tc_json *read_relation(struct reader *reader)
{
	const tc_json *left = read_sum(reader);
	const char *what = left ? take_relation(reader) : NULL;

	if (!what)
		return left;
	const tc_json *right = read_sum(reader);
	return right ? decide(reader, what, left, right) : NULL;
}

/* `&&` binds more closely than `||`; what does not count is read all the same. */
static const tc_json *read_logic(struct reader *reader, bool all)
{
	const tc_json *value = all ? read_relation(reader) : read_logic(reader, true);
	bool outer = reader->skip;

	while (value && take(reader, all ? "&&" : "||")) {
		bool truth = jsone_truth(value);
		reader->skip = outer || truth != all;
		const tc_json *right = all ? read_relation(reader) : read_logic(reader, true);
		reader->skip = outer;
		if (!right)
			return NULL;
		value = make_bool(reader->jsone, truth != all ? truth : jsone_truth(right));
	}
	return value;
}

static const tc_json *read_any(struct reader *reader)
{
	if (++reader->jsone->depth > DEPTH_MAX)
		return jsone_fail(reader->jsone, "nested too deep");
	const tc_json *value = read_logic(reader, false);
	reader->jsone->depth--;
	return value;
}

const tc_json *jsone_evaluate(
	struct jsone *jsone, const struct jsone_scope *scope, const char *text, const char **rest)
{
	struct reader reader = { jsone, scope, text, false };
	const tc_json *value = read_any(&reader);

	skip_blanks(&reader);
	*rest = reader.at;
	return value;
}
