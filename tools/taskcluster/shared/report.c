/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/plain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX 8192

/* Much of it is what servers said. */
static void say(const char *format, va_list values)
{
	char text[MESSAGE_MAX];

	vsnprintf(text, sizeof text, format, values);
	fflush(stdout);
	fputs("taskcluster: ", stderr);
	plain_print(stderr, text, strlen(text));
	fputc('\n', stderr);
}

void hint(const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	fputs("  ", stderr);
	plain_print(stderr, text, strlen(text));
	fputc('\n', stderr);
}

void complain(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(format, values);
	va_end(values);
}

int usage_error(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(format, values);
	va_end(values);
	return STATUS_USAGE;
}

int failure(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(format, values);
	va_end(values);
	return STATUS_FAILED;
}
