/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/shared/member.h"
#include "tools/taskcluster/text/plain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX 8192

static void (*hide_drawn)(void);

void report_behind(void (*hide)(void))
{
	hide_drawn = hide;
}

/* ---- for people ---- */

static void print_line(const char *begin, const char *text)
{
	if (hide_drawn)
		hide_drawn();
	fputs(begin, stderr);
	plain_print(stderr, text, strlen(text));
	fputc('\n', stderr);
}

/* ---- for programs ---- */

static bool as_json;

/* The error whose hints are still coming: an object that is open in its array of hints. */
static struct {
	tc_json_builder *builder;
	int status;
	bool waits;
} error;

bool report_set_style(const char *style)
{
	bool json = strcmp(style, "json") == 0;

	if (!json && strcmp(style, "text") != 0)
		return false;
	as_json = json;
	return true;
}

bool report_is_json(void)
{
	return as_json;
}

/* Standard error may be a terminal all the same. */
static void write_line(const tc_json *json)
{
	char *text = NULL, *plain = NULL;
	size_t length;

	if (tc_json_write(json, TC_JSON_COMPACT, &text, &length, NULL) == TC_OK)
		plain = plain_json(text, length, &length);
	if (hide_drawn)
		hide_drawn();
	if (plain) {
		plain[length++] = '\n'; /* there is room for a NUL */
		fwrite(plain, 1, length, stderr);
	}
	free(plain);
	tc_release(text);
}

/* Ends the builder. */
static void print_object(tc_json_builder *builder)
{
	const tc_json *json = NULL;

	if (tc_json_build(builder, &json, NULL) == TC_OK)
		write_line(json);
	else
		fputs("{\"error\":\"memory ended\"}\n", stderr);
	tc_release(json);
}

static void print_member(const char *name, const char *text)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_object(builder);
	member_text(builder, name, text);
	tc_json_end(builder);
	print_object(builder);
}

static void end_error(void)
{
	if (!error.waits)
		return;
	tc_json_end(error.builder);
	member_number(error.builder, "exitStatus", error.status);
	tc_json_end(error.builder);
	print_object(error.builder);
	error.waits = false;
}

static void begin_error(const struct error_facts *facts, const char *text)
{
	tc_json_builder *builder = tc_json_builder_new();
	char function[256];

	end_error();
	tc_json_add_object(builder);
	member_text(builder, "error", text);
	member_text(builder, "code", facts->code);
	if (facts->http_status)
		member_number(builder, "status", facts->http_status);
	member_text(builder, "serverCode", facts->server_code);
	member_text(builder, "requestId", facts->request_id);
	if (facts->function) {
		snprintf(function, sizeof function, "%s.%s", facts->service, facts->function);
		member_text(builder, "function", function);
	}
	tc_json_add_name(builder, "hints");
	tc_json_add_array(builder);
	error.builder = builder;
	error.status = facts->status;
	error.waits = true;
}

int report_end(int status)
{
	error.status = status ? status : error.status;
	end_error();
	return status;
}

/* ---- either ---- */

void tell(const char *line)
{
	if (as_json)
		print_member("log", line);
	else
		print_line("", line);
}

/* Nobody has to wait for its hints: a program that listens may go on for days. */
static void warn(const char *text)
{
	static const char mark[] = "warning: ";

	if (!as_json) {
		print_line("taskcluster: ", text);
		return;
	}
	end_error();
	if (strncmp(text, mark, sizeof mark - 1) == 0)
		text += sizeof mark - 1;
	print_member("warning", text);
}

int failure_with(const struct error_facts *facts, const char *text)
{
	fflush(stdout);
	if (as_json)
		begin_error(facts, text);
	else
		print_line("taskcluster: ", text);
	return facts->status;
}

static void add_hint(const char *text)
{
	if (!as_json)
		print_line("  ", text);
	else if (error.waits)
		member_item(error.builder, text);
	else
		print_member("hint", text);
}

void hint(const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	add_hint(text);
}

void complain(const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	fflush(stdout);
	warn(text);
}

int usage_error(const char *format, ...)
{
	static const struct error_facts facts = { .code = "usage", .status = STATUS_USAGE };
	char text[MESSAGE_MAX];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	return failure_with(&facts, text);
}

int failure(const char *format, ...)
{
	static const struct error_facts facts = { .code = "failure", .status = STATUS_FAILED };
	char text[MESSAGE_MAX];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	return failure_with(&facts, text);
}
