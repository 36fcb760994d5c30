/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/date.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS (24 * 60 * MINUTE_MS)

/* `count` digits, and then `after` unless it is NUL. */
static bool take(const char **text, int count, char after, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++, (*text)++) {
		if (!isdigit((unsigned char)**text))
			return false;
		*value = *value * 10 + (**text - '0');
	}
	return !after || *(*text)++ == after;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* Days since 1970; years begin in March, so that a leap day comes last. */
static int64_t day_number(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;
	int64_t century = (y >= 0 ? y : y - 399) / 400;
	int64_t rest = y - century * 400;

	return century * 146097 + rest * 365 + rest / 4 - rest / 100 + (m * 153 + 2) / 5 + day -
		719469;
}

static bool take_day(const char **text, int64_t *ms)
{
	int year;
	int month;
	int day;

	if (!take(text, 4, '-', &year) || !take(text, 2, '-', &month) || !take(text, 2, 0, &day) ||
		month < 1 || month > 12 || day < 1 || day > days_in(year, month))
		return false;
	*ms = day_number(year, month, day) * DAY_MS;
	return true;
}

static bool take_time(const char **text, int64_t *ms)
{
	int hour;
	int minute;
	int second;

	if (!take(text, 2, ':', &hour) || !take(text, 2, ':', &minute) ||
		!take(text, 2, 0, &second) || hour > 23 || minute > 59 ||
		(second > 59 && (hour != 23 || minute != 59 || second != 60)))
		return false;
	*ms += (hour * 60 + minute) * MINUTE_MS + second * 1000;
	if (**text != '.')
		return true;
	(*text)++;
	if (!isdigit((unsigned char)**text))
		return false;
	for (int unit = 100; isdigit((unsigned char)**text); (*text)++, unit /= 10)
		*ms += (**text - '0') * unit;
	return true;
}

/* What stands behind the time: nothing, Z, or an offset. */
static enum date_kind take_offset(const char *text, int64_t *ms)
{
	int sign = *text == '-' ? 1 : -1;
	int hours;
	int minutes = 0;

	if (!*text || ((*text == 'Z' || *text == 'z') && !text[1]))
		return DATE_READ;
	if (*text != '+' && *text != '-')
		return DATE_NONE;
	text++;
	if (!take(&text, 2, 0, &hours))
		return DATE_NONE;
	if (!*text)
		return DATE_UNREAD;
	text += *text == ':';
	if (!take(&text, 2, 0, &minutes) || *text)
		return DATE_NONE;
	*ms += sign * (hours * 60 + minutes) * MINUTE_MS;
	return DATE_READ;
}

enum date_kind date_read(const char *text, int64_t *ms)
{
	int64_t value;

	if (!take_day(&text, &value) || !*text || !strchr("Tt \t\n\r\f\v", *text))
		return DATE_NONE;
	text++;
	if (!take_time(&text, &value))
		return DATE_NONE;
	enum date_kind kind = take_offset(text, &value);
	if (kind == DATE_READ)
		*ms = value;
	return kind;
}
