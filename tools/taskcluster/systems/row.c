/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/systems/row.h"

#include "tools/taskcluster/text/plain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool row_is_for_people(void)
{
	return isatty(STDOUT_FILENO);
}

/* The bytes of the first characters, as many as `most`; *count says how many there are. */
static size_t measure(const char *text, int most, int *count)
{
	size_t length = 0;

	for (*count = 0; text[length] && *count < most; ++*count) {
		size_t bytes = plain_character(text + length);
		length += bytes ? bytes : 1;
	}
	return length;
}

void row_text(const struct column *column, const char *text, enum color color)
{
	bool people = row_is_for_people();
	int count;

	if (!text || !*text)
		text = "-";
	size_t length = measure(text, people && column->cut ? column->width : INT32_MAX, &count);
	if (color != COLOR_NONE)
		fputs(color_begin(stdout, color), stdout);
	plain_print_line(stdout, text, length);
	if (color != COLOR_NONE)
		fputs(color_begin(stdout, COLOR_NONE), stdout);
	if (people)
		printf("%*s  ", count < column->width ? column->width - count : 0, "");
	else
		putchar('\t');
}

void row_json(const struct column *column, const tc_json *text)
{
	row_text(column, tc_json_text(text), COLOR_NONE);
}

void row_time(const tc_json *seconds)
{
	static const struct column column = { 20, false };
	char date[32] = "";
	int64_t value;
	struct tm utc;
	time_t when = tc_json_int64(seconds, &value) ? (time_t)value : 0;

	if (when > 0 && gmtime_r(&when, &utc))
		strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
	row_text(&column, date, COLOR_FAINT);
}

void row_duration(const tc_json *from, const tc_json *to)
{
	static const struct column column = { 9, false };
	char text[64] = "";
	int64_t begin, end;

	if (tc_json_int64(from, &begin) && tc_json_int64(to, &end) && begin > 0 && end >= begin)
		snprintf(text, sizeof text, "%" PRId64 ":%02d:%02d", (end - begin) / 3600,
			(int)((end - begin) / 60 % 60), (int)((end - begin) % 60));
	row_text(&column, text, COLOR_NONE);
}

void row_end(const char *text, size_t length)
{
	if (length == 0) {
		text = "-";
		length = 1;
	}
	plain_print_line(stdout, text, length);
	putchar('\n');
}
