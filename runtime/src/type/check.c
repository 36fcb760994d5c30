/* SPDX-License-Identifier: MPL-2.0 */
/* The rules that servers hold requests to. */
#include "runtime/src/json/json.h"
#include "runtime/src/type/encode.h"

#include <stdio.h>
#include <string.h>

#define POINTER_MAX 4096

static void write_pointer(struct tc__buffer *pointer, const struct tc__step *step)
{
	if (!step)
		return;
	write_pointer(pointer, step->outer); /* as deep as types nest, at most TC_JSON_DEPTH_MAX */
	if (step->name)
		tc__pointer_add(pointer, step->name, step->position);
	else
		tc__buffer_printf(pointer, "/%lu", (unsigned long)step->position);
}

int tc__refuse(struct tc__encoder *e, const char *format, ...)
{
	struct tc__buffer pointer = TC__BUFFER(POINTER_MAX);
	char text[TC__MESSAGE_MAX + 1];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	write_pointer(&pointer, e->step);
	int rc = tc__fail_at(e->err, TC_ERROR_INPUT, tc__buffer_get(&pointer), "%s", text);
	tc__buffer_clear(&pointer);
	return rc;
}

/* The allowed texts as a list for a message. */
static int refuse_other(struct tc__encoder *e, const struct tc_text_rules *rules, const char *text)
{
	struct tc__buffer list = TC__BUFFER(TC__MESSAGE_MAX);
	const char *allowed = rules->allowed;

	for (size_t i = 0; i < rules->allowed_count; i++, allowed += strlen(allowed) + 1)
		tc__buffer_printf(&list, "%s\"%s\"", i ? ", " : "", allowed);
	int rc = tc__refuse(e, "expected %s%s, got \"%s\"",
		rules->allowed_count == 1 ? "" : "one of ", tc__buffer_get(&list), text);
	tc__buffer_clear(&list);
	return rc;
}

static int check_length(
	struct tc__encoder *e, const struct tc_text_rules *rules, const char *text, size_t length)
{
	size_t max = rules->has_max_length ? rules->max_length : SIZE_MAX;

	if (length >= 4 * (size_t)rules->min_length && length <= max)
		return TC_OK;
	size_t count = tc__characters(text, length);
	if (count < rules->min_length)
		return tc__refuse(e, "expected at least %lu characters, got %lu",
			(unsigned long)rules->min_length, (unsigned long)count);
	if (count > max)
		return tc__refuse(e, "expected at most %lu characters, got %lu", (unsigned long)max,
			(unsigned long)count);
	return TC_OK;
}

static int check_format(struct tc__encoder *e, unsigned formats, const char *text)
{
	static const char *const names[] = { "a date (RFC 3339) such as 2026-01-31T23:59:59.000Z",
		"a URI", "an e-mail address", "a host name", "an IPv4 address", "an IPv6 address" };
	struct tc__buffer list = TC__BUFFER(TC__MESSAGE_MAX);

	if (tc__text_has_format(formats, text))
		return TC_OK;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (formats & 1u << i)
			tc__buffer_printf(&list, "%s%s", list.length ? " or " : "", names[i]);
	}
	/* other texts may carry a secret */
	bool shown = formats & TC_FORMAT_DATE_TIME;
	int rc = tc__refuse(e, "expected %s%s%s%s", tc__buffer_get(&list), shown ? ", got \"" : "",
		shown ? text : "", shown ? "\"" : "");
	tc__buffer_clear(&list);
	return rc;
}

static int check_pattern(
	struct tc__encoder *e, const struct tc_text_rules *rules, const char *text, size_t length)
{
	int rc = tc__pattern_match(rules->pattern, &e->matcher, text, length);

	if (rc == 1)
		return TC_OK;
	if (rc == TC_ERROR_NOMEM)
		return tc__fail_nomem(e->err);
	return tc__refuse(e,
		rc ? "cannot be compared with the pattern %s"
		   : "expected a text that matches the pattern %s",
		rules->pattern->source);
}

int tc__check_text(
	struct tc__encoder *e, const struct tc_text_rules *rules, const char *text, size_t length)
{
	if (rules->allowed_count) {
		bool in = tc__type_text_in(rules->allowed, rules->allowed_count, text, length);
		if (!in && !rules->allowed_or_rest)
			return refuse_other(e, rules, text);
		if (in && rules->allowed_or_rest)
			return TC_OK;
	}
	int rc = check_length(e, rules, text, length);
	if (rc == TC_OK && rules->formats)
		rc = check_format(e, rules->formats, text);
	if (rc == TC_OK && rules->pattern)
		rc = check_pattern(e, rules, text, length);
	return rc;
}

int tc__check_int64(struct tc__encoder *e, const struct tc_int64_rules *rules, int64_t value)
{
	long long shown = value;
	bool allowed = rules->allowed_count == 0;

	if (rules->has_minimum && value < rules->minimum)
		return tc__refuse(
			e, "expected at least %lld, got %lld", (long long)rules->minimum, shown);
	if (rules->has_maximum && value > rules->maximum)
		return tc__refuse(
			e, "expected at most %lld, got %lld", (long long)rules->maximum, shown);
	if (rules->multiple_of > 0 && value % rules->multiple_of != 0)
		return tc__refuse(e, "expected a multiple of %lld, got %lld",
			(long long)rules->multiple_of, shown);
	for (size_t i = 0; i < rules->allowed_count; i++)
		allowed = allowed || rules->allowed[i] == value;
	if (allowed)
		return TC_OK;
	struct tc__buffer list = TC__BUFFER(TC__MESSAGE_MAX);
	for (size_t i = 0; i < rules->allowed_count; i++)
		tc__buffer_printf(&list, "%s%lld", i ? ", " : "", (long long)rules->allowed[i]);
	int rc = tc__refuse(e, "expected %s%s, got %lld",
		rules->allowed_count == 1 ? "" : "one of ", tc__buffer_get(&list), shown);
	tc__buffer_clear(&list);
	return rc;
}

int tc__check_double(struct tc__encoder *e, const struct tc_double_rules *rules, double value)
{
	char bound[TC__NUMBER_MAX], shown[TC__NUMBER_MAX];
	bool low = rules->has_minimum &&
		(rules->above_minimum ? value <= rules->minimum : value < rules->minimum);
	bool high = rules->has_maximum &&
		(rules->below_maximum ? value >= rules->maximum : value > rules->maximum);

	if (!low && !high)
		return TC_OK;
	tc__number_write(shown, value);
	tc__number_write(bound, low ? rules->minimum : rules->maximum);
	if (low)
		return tc__refuse(e, "expected %s %s, got %s",
			rules->above_minimum ? "more than" : "at least", bound, shown);
	return tc__refuse(e, "expected %s %s, got %s",
		rules->below_maximum ? "less than" : "at most", bound, shown);
}

int tc__check_count(
	struct tc__encoder *e, const struct tc_count_rules *rules, size_t count, const char *what)
{
	if (!e->checked || !rules)
		return TC_OK;
	if (count < rules->minimum)
		return tc__refuse(e, "expected at least %lu %s, got %lu",
			(unsigned long)rules->minimum, what, (unsigned long)count);
	if (rules->has_maximum && count > rules->maximum)
		return tc__refuse(e, "expected at most %lu %s, got %lu",
			(unsigned long)rules->maximum, what, (unsigned long)count);
	return TC_OK;
}

/* Where the items of an array begin in the text, with its end behind the last. */
struct written {
	const char *text;
	const size_t *begins;
};

/* An item's text, without the comma or bracket behind it. */
static struct tc__span written_item(const void *context, size_t position)
{
	const struct written *written = context;
	size_t begin = written->begins[position];

	return (struct tc__span){ written->text + begin,
		written->begins[position + 1] - begin - 1 };
}

/* Equal items are written equally. */
int tc__check_unique(struct tc__encoder *e, const size_t *begins, size_t count)
{
	size_t first = 0, second = 0;

	if (tc__buffer_failed(&e->out))
		return TC_OK; /* told at the end */
	struct written written = { tc__buffer_get(&e->out), begins };
	int twice = tc__spans_twice(written_item, &written, count, &first, &second);
	if (twice == TC_ERROR_NOMEM)
		return tc__fail_nomem(e->err);
	if (!twice)
		return TC_OK;
	return tc__refuse(e, "expected items that differ, but items %lu and %lu are equal",
		(unsigned long)first, (unsigned long)second);
}
