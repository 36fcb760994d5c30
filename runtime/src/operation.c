/* SPDX-License-Identifier: MPL-2.0 */
#include "operation.h"

#include "error.h"
#include "url.h"
#include <string.h>

static int check_argument(const char *name, const char *value, tc_error *err)
{
	if (!value)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", name);
	if (!*value)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is empty", name);
	if (strcmp(value, ".") == 0 || strcmp(value, "..") == 0)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s is \"%s\", which means a folder in a path and cannot be sent", name,
			value);
	return TC_OK;
}

/* Appends the value of the argument that the route names at `name`. */
static int add_argument(const struct tc_operation *operation, const char *const *arguments,
	const char *name, size_t length, struct tc__buffer *url, tc_error *err)
{
	for (size_t i = 0; i < operation->argument_count; i++) {
		const char *candidate = operation->arguments[i].name;
		if (strncmp(candidate, name, length) != 0 || candidate[length])
			continue;
		int rc = check_argument(candidate, arguments[i], err);
		if (rc == TC_OK)
			tc__url_encode(url, arguments[i]);
		return rc;
	}
	return tc__fail(
		err, TC_ERROR_ARGUMENT, "the route %s names an unknown argument", operation->route);
}

int tc__operation_path(const struct tc_operation *operation, const char *const *arguments,
	struct tc__buffer *url, tc_error *err)
{
	const char *at = operation->route;

	while (*at) {
		size_t literal = strcspn(at, "<");
		tc__buffer_add(url, at, literal);
		at += literal;
		if (!*at)
			break;
		size_t length = strcspn(++at, ">");
		int rc = add_argument(operation, arguments, at, length, url, err);
		if (rc != TC_OK)
			return rc;
		at += length + (at[length] == '>');
	}
	return TC_OK;
}

void tc__operation_query(
	const struct tc_operation *operation, const char *const *query, struct tc__buffer *url)
{
	char separator = '?';

	for (size_t i = 0; query && i < operation->query_count; i++) {
		if (!query[i])
			continue;
		tc__buffer_char(url, separator);
		tc__url_encode(url, operation->query[i].name);
		tc__buffer_char(url, '=');
		tc__url_encode(url, query[i]);
		separator = '&';
	}
}
