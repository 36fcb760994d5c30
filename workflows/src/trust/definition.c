/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/trust/certificate.h"

#include <string.h>

/* ---- values ---- */

static bool same_text(const tc_json *a, const tc_json *b)
{
	size_t length = tc_json_text_length(a);

	return length == tc_json_text_length(b) &&
		memcmp(tc_json_text(a), tc_json_text(b), length) == 0;
}

/* A certificate with additional data has made doubles of them. */
static bool same_number(const tc_json *a, const tc_json *b)
{
	double one, other;

	return tc_json_equal(a, b) ||
		(tc_json_double(a, &one) && tc_json_double(b, &other) && one == other);
}

/* Recursion ends at TC_JSON_DEPTH_MAX. */
static bool same(const tc_json *a, const tc_json *b)
{
	enum tc_json_kind kind = tc_json_kind(a);

	if (kind != tc_json_kind(b) || tc_json_count(a) != tc_json_count(b))
		return false;
	if (kind == TC_JSON_STRING)
		return same_text(a, b);
	if (kind == TC_JSON_NUMBER)
		return same_number(a, b);
	for (size_t i = 0; i < tc_json_count(a); i++) {
		const tc_json *name = tc_json_name(a, i);
		const tc_json *other = kind == TC_JSON_OBJECT
			? tc_json_get_n(b, tc_json_text(name), tc_json_text_length(name))
			: tc_json_item(b, i);
		if (!other || !same(tc_json_item(a, i), other))
			return false;
	}
	return tc_json_true(a) == tc_json_true(b);
}

/* What some write, and others leave out. */
static bool is_empty(const tc_json *json)
{
	switch (tc_json_kind(json)) {
	case TC_JSON_STRING:
		return tc_json_text_length(json) == 0;
	case TC_JSON_ARRAY:
	case TC_JSON_OBJECT:
		return tc_json_count(json) == 0;
	default:
		return tc_json_kind(json) == TC_JSON_ABSENT || tc_json_kind(json) == TC_JSON_NULL;
	}
}

/* ---- members ---- */

/* What definitions had from the first queue on: it says what a task is, and no worker leaves it
 * out. */
static bool is_essential(const char *name)
{
	static const char *const essential[] = { "created", "deadline", "dependencies", "expires",
		"extra", "metadata", "payload", "priority", "requires", "retries", "routes",
		"schedulerId", "scopes", "tags", "taskGroupId" };

	for (size_t i = 0; i < sizeof essential / sizeof *essential; i++)
		if (strcmp(essential[i], name) == 0)
			return true;
	return false;
}

/* What the queue lets others change after a task was claimed (queue.changeTaskPriority). */
static bool may_change(const char *name, const tc_json *value, const tc_json *queues)
{
	return strcmp(name, "priority") == 0 && tc_json_kind(value) == TC_JSON_STRING &&
		tc_json_kind(queues) == TC_JSON_STRING;
}

/* Whether the certificate's value is good for a member that the queue has as well. */
static bool is_same_member(const char *name, const tc_json *value, const tc_json *queues)
{
	return same(value, queues) || (is_empty(value) && is_empty(queues)) ||
		may_change(name, value, queues);
}

static int fail_member(const char *name, const char *how, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_INPUT,
		"its task is another than the queue's: /task/%.100s %s", name, how);
}

int tc__trust_defines(const tc_json *certificate, const tc_json *definition, tc_error *err)
{
	const tc_json *task = tc_json_get(certificate, "task");

	for (size_t i = 0; i < tc_json_count(task); i++) {
		const tc_json *name = tc_json_name(task, i), *value = tc_json_item(task, i);
		const tc_json *queues =
			tc_json_get_n(definition, tc_json_text(name), tc_json_text_length(name));
		if (!queues && !is_empty(value))
			return fail_member(tc_json_text(name), "is unknown to the queue", err);
		if (queues && !is_same_member(tc_json_text(name), value, queues))
			return fail_member(tc_json_text(name), "has another value there", err);
	}
	for (size_t i = 0; i < tc_json_count(definition); i++) {
		const tc_json *name = tc_json_name(definition, i);
		if (is_essential(tc_json_text(name)) && !is_empty(tc_json_item(definition, i)) &&
			!tc_json_get(task, tc_json_text(name)))
			return fail_member(tc_json_text(name), "is missing", err);
	}
	return TC_OK;
}
