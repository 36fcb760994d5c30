/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/log.h"

#include "runtime/src/base/redact.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static void hand_over(
	const struct tc__log *log, enum tc_log_level level, const char *text, size_t length)
{
	struct tc__buffer line = TC__BUFFER(2 * TC__LOG_LINE_MAX);

	tc__redact(&line, text, length);
	if (!tc__buffer_failed(&line) && line.data) {
		for (char *c = line.data; *c; c++)
			if ((unsigned char)*c < ' ' || *c == 0x7f)
				*c = ' ';
		log->fn(log->data, level, line.data);
	}
	tc__buffer_clear(&line);
}

void tc__log(const struct tc__log *log, enum tc_log_level level, const char *format, ...)
{
	char text[TC__LOG_LINE_MAX];

	if (!tc__log_wants(log, level))
		return;
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (length >= 0)
		hand_over(log, level, text, strlen(text));
	sodium_memzero(text, sizeof text); /* as it was before what is secret was taken out */
}
