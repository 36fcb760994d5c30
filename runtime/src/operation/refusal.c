/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/operation/refusal.h"

#include "runtime/src/type/type.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POINTER_MAX 1000

/* what is wrong, why that is, and where it was seen */
#define BROKEN "%s: %s (seen in release %s; the client option unchecked_bodies sends it)"

/* A rule that is broken: where, and what is wrong. */
TC_PRINTF(4, 5)
static int refuse(
	const struct tc_refusal *rule, const char *pointer, tc_error *err, const char *format, ...)
{
	char what[TC__MESSAGE_MAX / 2];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof what, format, arguments);
	va_end(arguments);
	if (rule->argument)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s " BROKEN, rule->argument, what,
			rule->reason, rule->release);
	return tc__fail_at(err, TC_ERROR_INPUT, pointer, BROKEN, what, rule->reason, rule->release);
}

/* ---- texts ---- */

static int check_text(const struct tc_refusal *rule, const char *pointer, const char *text,
	size_t length, tc_error *err)
{
	size_t characters = tc__characters(text, length);

	if (rule->max_length && characters > rule->max_length)
		return refuse(rule, pointer, err, "has %zu characters; expected at most %lu",
			characters, (unsigned long)rule->max_length);
	int found = rule->pattern ? tc__pattern_found(rule->pattern, text) : 1;
	if (found == TC_ERROR_NOMEM)
		return tc__fail_nomem(err);
	return found == 1 ? TC_OK
			  : refuse(rule, pointer, err, "is \"%.100s\"; expected what matches %s",
				    text, rule->pattern);
}

/* An empty one that came this far may be: servers take it for absent, and check nothing. */
static int check_argument(const struct tc_refusal *rule, const char *value, tc_error *err)
{
	return *value ? check_text(rule, NULL, value, strlen(value), err) : TC_OK;
}

int tc__refuse_arguments(
	const struct tc_operation *operation, const char *const *arguments, tc_error *err)
{
	const struct tc_refusal *rule = operation->refusals;
	int rc = TC_OK;

	for (; rule && rule->reason && rc == TC_OK; rule++) {
		for (size_t i = 0; rule->argument && i < operation->argument_count; i++) {
			if (strcmp(operation->arguments[i].name, rule->argument) == 0)
				rc = check_argument(rule, arguments[i], err);
		}
	}
	return rc;
}

/* ---- values ---- */

static bool is_within(const struct tc_refusal *rule, const tc_json *value)
{
	int64_t whole = 0;
	double number = 0;
	bool is_whole = tc_json_int64(value, &whole);

	if (rule->integer && !is_whole)
		return false;
	if (is_whole)
		return (!rule->minimum || whole >= strtoll(rule->minimum, NULL, 10)) &&
			(!rule->maximum || whole <= strtoll(rule->maximum, NULL, 10));
	return tc_json_double(value, &number) &&
		(!rule->minimum || number >= (double)strtoll(rule->minimum, NULL, 10)) &&
		(!rule->maximum || number <= (double)strtoll(rule->maximum, NULL, 10));
}

static int check_number(const struct tc_refusal *rule, const tc_json *value, tc_error *err)
{
	if (is_within(rule, value))
		return TC_OK;
	return refuse(rule, rule->pointer, err, "is %.40s; expected %s%s%s%s%s",
		tc_json_text(value), rule->integer ? "an integer" : "a number",
		rule->minimum ? " from " : "", rule->minimum ? rule->minimum : "",
		rule->maximum ? " up to " : "", rule->maximum ? rule->maximum : "");
}

static struct tc__span text_at(const void *context, size_t position)
{
	const tc_json *text = tc_json_item(context, position);

	return (struct tc__span){ tc_json_text(text), tc_json_text_length(text) };
}

static int check_unique(const struct tc_refusal *rule, const tc_json *array, tc_error *err)
{
	size_t first = 0, second = 0;

	for (size_t i = 0; i < tc_json_count(array); i++) {
		if (tc_json_kind(tc_json_item(array, i)) != TC_JSON_STRING)
			return TC_OK;
	}
	int twice = tc__spans_twice(text_at, array, tc_json_count(array), &first, &second);
	if (twice == TC_ERROR_NOMEM)
		return tc__fail_nomem(err);
	if (!twice)
		return TC_OK;
	return refuse(rule, rule->pointer, err, "has \"%.100s\" at %zu and %zu; expected it once",
		text_at(array, first).text, first, second);
}

static bool has_nul(const tc_json *text)
{
	size_t length = tc_json_text_length(text);

	return length && memchr(tc_json_text(text), '\0', length);
}

/* At any depth. Recursion ends at TC_JSON_DEPTH_MAX, as every tree does. */
static bool holds_nul(const tc_json *value)
{
	bool object = tc_json_kind(value) == TC_JSON_OBJECT;

	for (size_t i = 0; i < tc_json_count(value); i++) {
		if ((object && has_nul(tc_json_name(value, i))) ||
			holds_nul(tc_json_item(value, i)))
			return true;
	}
	return tc_json_kind(value) == TC_JSON_STRING && has_nul(value);
}

/* Appends the way to it; of a name that has it, to the object. */
static void add_way(const tc_json *value, struct tc__buffer *pointer)
{
	size_t i = 0, count = tc_json_count(value);

	while (i < count && !holds_nul(tc_json_item(value, i)))
		i++;
	if (i == count)
		return;
	const tc_json *name = tc_json_name(value, i);
	if (name)
		tc__pointer_add(pointer, tc_json_text(name), tc_json_text_length(name));
	else
		tc__buffer_printf(pointer, "/%zu", i);
	add_way(tc_json_item(value, i), pointer);
}

static int check_nul(const struct tc_refusal *rule, const tc_json *value, tc_error *err)
{
	struct tc__buffer pointer = TC__BUFFER(POINTER_MAX);

	if (!holds_nul(value))
		return TC_OK;
	tc__buffer_text(&pointer, rule->pointer);
	add_way(value, &pointer);
	int rc = refuse(rule, tc__buffer_get(&pointer), err, "has U+0000 in it; expected none");
	tc__buffer_clear(&pointer);
	return rc;
}

/* ---- bodies ---- */

/* Whether the value that holds the one at the rule's pointer is there: without it there is nothing
 * that could be missing. */
static bool has_holder(const struct tc_refusal *rule, const tc_json *body)
{
	const char *last = strrchr(rule->pointer, '/');
	char holder[POINTER_MAX];

	if (!last || (size_t)(last - rule->pointer) >= sizeof holder)
		return false;
	memcpy(holder, rule->pointer, (size_t)(last - rule->pointer));
	holder[last - rule->pointer] = '\0';
	return tc_json_kind(tc_json_at(body, holder)) == TC_JSON_OBJECT;
}

static int check_value(
	const struct tc_refusal *rule, const tc_json *body, const tc_json *value, tc_error *err)
{
	enum tc_json_kind kind = tc_json_kind(value);
	int rc = TC_OK;

	if (!value)
		return rule->required && has_holder(rule, body)
			? refuse(rule, rule->pointer, err, "is missing")
			: TC_OK;
	if (kind == TC_JSON_NUMBER)
		rc = check_number(rule, value, err);
	else if (kind == TC_JSON_STRING)
		rc = check_text(
			rule, rule->pointer, tc_json_text(value), tc_json_text_length(value), err);
	else if (kind == TC_JSON_ARRAY && rule->unique)
		rc = check_unique(rule, value, err);
	return rc == TC_OK && rule->no_nul ? check_nul(rule, value, err) : rc;
}

static bool applies(const struct tc_refusal *rule, const tc_json *body)
{
	if (rule->argument)
		return false;
	if (!rule->when_member)
		return true;
	const char *text = tc_json_text(tc_json_get(body, rule->when_member));
	return text && strcmp(text, rule->when_value) == 0;
}

/* Servers take null for absent; an empty list names nothing. */
static bool is_given(const tc_json *value)
{
	enum tc_json_kind kind = tc_json_kind(value);

	if (kind == TC_JSON_ARRAY)
		return tc_json_count(value) > 0;
	return kind != TC_JSON_ABSENT && kind != TC_JSON_NULL;
}

static bool has_all(const tc_json *body, const char *const *members)
{
	while (*members && is_given(tc_json_get(body, *members)))
		members++;
	return !*members;
}

int tc__require_members(const struct tc_operation *operation, const tc_json *body, tc_error *err)
{
	const struct tc_operation_conventions *rules = tc__rules_of(operation);
	const char *const *const *set = rules ? rules->input_one_of : NULL;
	struct tc__buffer wanted = TC__BUFFER(1000);

	if (!set)
		return TC_OK;
	while (*set && !has_all(body, *set))
		set++;
	if (*set)
		return TC_OK;
	tc__add_alternatives(&wanted, rules->input_one_of);
	int rc = tc__fail_at(err, TC_ERROR_INPUT, "", "the body needs %s", tc__buffer_get(&wanted));
	tc__buffer_clear(&wanted);
	return rc;
}

bool tc__refuses_bodies(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = tc__rules_of(operation);
	const struct tc_refusal *rule = operation->refusals;

	while (rule && rule->reason && rule->argument)
		rule++;
	return (rule && rule->reason) || (rules && rules->input_one_of);
}

int tc__refuse_body(const struct tc_operation *operation, const tc_json *body, tc_error *err)
{
	const struct tc_refusal *rule = operation->refusals;
	int rc = tc__require_members(operation, body, err);

	for (; body && rule && rule->reason && rc == TC_OK; rule++) {
		if (applies(rule, body))
			rc = check_value(rule, body, tc_json_at(body, rule->pointer), err);
	}
	return rc;
}
