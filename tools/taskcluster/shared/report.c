/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/plain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX 8192

static void (*hide_drawn)(void);

void report_behind(void (*hide)(void))
{
	hide_drawn = hide;
}

static void print_line(const char *begin, const char *text)
{
	if (hide_drawn)
		hide_drawn();
	fputs(begin, stderr);
	plain_print(stderr, text, strlen(text));
	fputc('\n', stderr);
}

void tell(const char *line)
{
	print_line("", line);
}

/* Much of it is what servers said. */
static void say(const char *format, va_list values)
{
	char text[MESSAGE_MAX];

	vsnprintf(text, sizeof text, format, values);
	fflush(stdout);
	print_line("taskcluster: ", text);
}

void hint(const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	print_line("  ", text);
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
