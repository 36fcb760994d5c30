/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/worker/log/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
#define BARE "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,"

/* whole.fraction without the zeros at its end; `unit` is how many ns it has, a power of ten */
static void add_decimal(char *text, size_t size, int64_t ns, int64_t unit, const char *name)
{
	char fraction[32];
	int length =
		snprintf(fraction, sizeof fraction, ".%09" PRId64, ns % unit * (SECOND / unit));

	while (length > 0 && fraction[length - 1] == '0')
		length--;
	if (length == 1) /* the point */
		length = 0;
	snprintf(text, size, "%" PRId64 "%.*s%s", ns / unit, length, fraction, name);
}

void log_duration(char text[DURATION_SIZE], int64_t ns)
{
	int64_t minutes = ns / SECOND / 60;
	int length = 0;

	if (ns <= 0) {
		snprintf(text, DURATION_SIZE, "0s");
	} else if (ns < 1000) {
		add_decimal(text, DURATION_SIZE, ns, 1, "ns");
	} else if (ns < 1000000) {
		add_decimal(text, DURATION_SIZE, ns, 1000, "\u00b5s");
	} else if (ns < SECOND) {
		add_decimal(text, DURATION_SIZE, ns, 1000000, "ms");
	} else {
		if (minutes >= 60)
			length = snprintf(text, DURATION_SIZE, "%" PRId64 "h", minutes / 60);
		if (minutes > 0)
			length += snprintf(text + length, DURATION_SIZE - (size_t)length,
				"%" PRId64 "m", minutes % 60);
		add_decimal(text + length, DURATION_SIZE - (size_t)length, ns % (60 * SECOND),
			SECOND, "s");
	}
}

void log_quote(struct tc__buffer *text, const char *argument)
{
	if (*argument && argument[strspn(argument, BARE)] == '\0') {
		tc__buffer_text(text, argument);
		return;
	}
	tc__buffer_char(text, '\'');
	for (; *argument; argument++) {
		if (*argument == '\'')
			tc__buffer_text(text, "'\\''");
		else
			tc__buffer_char(text, *argument);
	}
	tc__buffer_char(text, '\'');
}
