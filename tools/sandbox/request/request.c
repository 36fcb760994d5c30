/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/request/request.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *find(const struct tc_parameter *parameters, size_t count,
	const char *const *values, const char *name)
{
	for (size_t i = 0; i < count && i < ARGUMENTS_MAX; i++) {
		if (strcmp(parameters[i].name, name) == 0)
			return values[i];
	}
	return NULL;
}

const char *request_argument(const struct request *request, const char *name)
{
	const struct tc_operation *operation = request->route->operation;

	return find(operation->arguments, operation->argument_count, request->arguments, name);
}

const char *request_query(const struct request *request, const char *name)
{
	const struct tc_operation *operation = request->route->operation;

	return find(operation->query, operation->query_count, request->query, name);
}

const char *request_header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *request_text(const struct request *request, const char *name)
{
	const tc_json *json = tc_json_get(request->input, name);

	return tc_json_kind(json) == TC_JSON_STRING ? tc_json_text(json) : NULL;
}

const char *request_printf(struct request *request, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	char *text = length < 0 ? NULL : tc__arena_bytes(&request->arena, (size_t)length + 1);
	if (!text)
		return NULL;
	va_start(arguments, format);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}
