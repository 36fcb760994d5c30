/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/operation/operation.h"

#include "runtime/src/base/error.h"
#include "runtime/src/common/url.h"
#include "runtime/src/operation/conventions.h"
#include <string.h>

static bool is_dots(const char *text, size_t length)
{
	return length && length <= 2 && strspn(text, ".") >= length;
}

static int check_argument(const struct tc_operation *operation, size_t position, const char *value,
	bool segment, tc_error *err)
{
	const struct tc_argument_rule *rule = tc__argument_rule_of(operation, position);
	const char *name = operation->arguments[position].name;

	if (!value)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", name);
	if (!*value && !(rule && rule->empty))
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is empty", name);
	if (segment && is_dots(value, strlen(value)))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s is \"%s\", which means a folder in a path and cannot be sent", name,
			value);
	return TC_OK;
}

/* What the reference says of the argument's values. */
static int check_rule(
	const struct tc_argument_rule *rule, const char *name, const char *value, tc_error *err)
{
	bool number = value[strspn(value, "0123456789")] == '\0';

	if (number && rule->kind != TC_ARGUMENT_STRING)
		return TC_OK;
	if (rule->kind == TC_ARGUMENT_INTEGER)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is \"%.100s\"; expected digits only",
			name, value);
	int found = rule->pattern ? tc__pattern_found(rule->pattern, value) : 1;
	if (found == TC_ERROR_NOMEM)
		return tc__fail_nomem(err);
	return found == 1
		? TC_OK
		: tc__fail(err, TC_ERROR_ARGUMENT, "%s is \"%.100s\"; expected what matches %s",
			  name, value, rule->pattern);
}

/* A slash separates segments of the path, each encoded by itself. */
static int add_segments(struct tc__buffer *url, const char *name, const char *value, tc_error *err)
{
	struct tc__buffer segment = TC__BUFFER(TC__URL_MAX);
	int rc = TC_OK;

	for (bool more = true; more && rc == TC_OK;) {
		size_t length = strcspn(value, "/");
		if (length == 0 || is_dots(value, length))
			rc = tc__fail(err, TC_ERROR_ARGUMENT,
				"%s has a segment that is empty, \".\" or \"..\"", name);
		tc__buffer_truncate(&segment, 0);
		tc__buffer_add(&segment, value, length);
		tc__url_encode(url, tc__buffer_get(&segment));
		more = value[length] == '/';
		if (more)
			tc__buffer_char(url, '/');
		value += length + more;
	}
	if (rc == TC_OK && segment.no_memory)
		rc = tc__fail_nomem(err);
	tc__buffer_clear(&segment);
	return rc;
}

static int add_value(const struct tc_operation *operation, size_t position, const char *value,
	struct tc__buffer *url, tc_error *err)
{
	const struct tc_argument_rule *rule = tc__argument_rule_of(operation, position);
	const char *name = operation->arguments[position].name;

	if (!rule || !*value) {
		tc__url_encode(url, value);
		return TC_OK;
	}
	int rc = check_rule(rule, name, value, err);
	if (rc == TC_OK && rule->segments)
		return add_segments(url, name, value, err);
	tc__url_encode(url, value);
	return rc;
}

/* Appends the value of the argument that the route names at `name`. */
static int add_argument(const struct tc_operation *operation, const char *const *arguments,
	const char *name, size_t length, struct tc__buffer *url, tc_error *err)
{
	for (size_t i = 0; i < operation->argument_count; i++) {
		const char *candidate = operation->arguments[i].name;
		if (strncmp(candidate, name, length) != 0 || candidate[length])
			continue;
		bool segment = name[-2] == '/' && (name[length + 1] == '/' || !name[length + 1]);
		int rc = check_argument(operation, i, arguments[i], segment, err);
		return rc == TC_OK ? add_value(operation, i, arguments[i], url, err) : rc;
	}
	return tc__fail(
		err, TC_ERROR_ARGUMENT, "the route %s names an unknown argument", operation->route);
}

int tc__operation_path(const struct tc_operation *operation, const char *const *arguments,
	struct tc__buffer *url, tc_error *err)
{
	const char *at = operation->route;

	while (*at) {
		const char *name = strchr(at, '<');
		if (!name) {
			tc__buffer_text(url, at);
			break;
		}
		tc__buffer_add(url, at, (size_t)(name - at));
		at = name + 1;
		size_t length = strcspn(at, ">");
		int rc = add_argument(operation, arguments, at, length, url, err);
		if (rc != TC_OK)
			return rc;
		at += length + (at[length] == '>');
	}
	return TC_OK;
}
