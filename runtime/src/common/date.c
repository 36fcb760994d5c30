/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/date.h>

#include "runtime/src/base/ascii.h"
#include "runtime/src/base/error.h"
#include "runtime/src/common/clock.h"
#include <string.h>

#define DAY_SECONDS 86400
#define YEAR_MAX 9999

/* Days before each month of a common year. */
static const int month_start[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from the beginning of month 1 to that of `month`, both in `year`; 13 gives the whole year.
 */
static int days_to_month(int64_t year, int month)
{
	return month_start[month - 1] + (month > 2 && is_leap(year));
}

/* Days from 0000-01-01 to the first of January of a year that is not negative. Year 0 is a leap
 * year, hence the rounding up. */
static int64_t days_to_year(int64_t year)
{
	return 365 * year + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
}

static int64_t epoch_day(void)
{
	return days_to_year(1970);
}

struct civil {
	int64_t year;
	int month, day; /* from 1 */
};

/* The date of a day counted from 0000-01-01. */
static struct civil civil_of(int64_t day)
{
	struct civil civil = { .year = day * 400 / days_to_year(400), .month = 12 };

	/* the estimate takes all years for equally long: it may be one off */
	while (days_to_year(civil.year) > day)
		civil.year--;
	while (days_to_year(civil.year + 1) <= day)
		civil.year++;
	int rest = (int)(day - days_to_year(civil.year));
	while (days_to_month(civil.year, civil.month) > rest)
		civil.month--;
	civil.day = rest - days_to_month(civil.year, civil.month) + 1;
	return civil;
}

static char *put_digits(char *at, int64_t value, int width)
{
	for (int i = width - 1; i >= 0; i--, value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + width;
}

static void write_date(char *at, int64_t day, int64_t second, long millisecond)
{
	struct civil civil = civil_of(day);

	at = put_digits(at, civil.year, 4);
	*at++ = '-';
	at = put_digits(at, civil.month, 2);
	*at++ = '-';
	at = put_digits(at, civil.day, 2);
	*at++ = 'T';
	at = put_digits(at, second / 3600, 2);
	*at++ = ':';
	at = put_digits(at, second / 60 % 60, 2);
	*at++ = ':';
	at = put_digits(at, second % 60, 2);
	*at++ = '.';
	at = put_digits(at, millisecond, 3);
	*at++ = 'Z';
	*at = '\0';
}

static int format(int64_t second, long nanosecond, char date[TC_DATE_SIZE], tc_error *err)
{
	int64_t first = -epoch_day() * DAY_SECONDS;
	int64_t end = (days_to_year(YEAR_MAX + 1) - epoch_day()) * DAY_SECONDS;

	if (second < first || second >= end)
		return tc__fail(err, TC_ERROR_INPUT,
			"the time %lld (seconds since 1970) is outside the years 0 to %d",
			(long long)second, YEAR_MAX);
	if (nanosecond < 0 || nanosecond >= 1000000000)
		return tc__fail(
			err, TC_ERROR_INPUT, "tv_nsec is %ld, expected 0 to 999999999", nanosecond);
	second -= first; /* not negative: / and % need no care */
	write_date(date, second / DAY_SECONDS, second % DAY_SECONDS, nanosecond / 1000000);
	return TC_OK;
}

int tc_date_format(struct timespec when, char date[TC_DATE_SIZE], tc_error *err)
{
	tc_error_clear(err);
	if (!date)
		return tc__fail(err, TC_ERROR_ARGUMENT, "date is NULL");
	return format(when.tv_sec, when.tv_nsec, date, err);
}

/* A text that is read from left to right. Every step does nothing once one has failed. */
struct reader {
	const char *at;
	bool failed;
};

/* Exactly `width` digits, at least `min` and at most `max` in value. */
static int read_number(struct reader *reader, int width, int min, int max)
{
	int value = 0;

	for (int i = 0; i < width && !reader->failed; i++) {
		if (tc__is_digit(*reader->at))
			value = value * 10 + (*reader->at++ - '0');
		else
			reader->failed = true;
	}
	if (value < min || value > max)
		reader->failed = true;
	return value;
}

/* One of the characters in `set`. */
static char read_one(struct reader *reader, const char *set)
{
	if (reader->failed || *reader->at == '\0' || !strchr(set, *reader->at)) {
		reader->failed = true;
		return '\0';
	}
	return *reader->at++;
}

/* `.5` and longer; nothing is 0. Digits beyond nanoseconds are cut. */
static long read_fraction(struct reader *reader)
{
	long nanoseconds = 0;

	if (reader->failed || *reader->at != '.')
		return 0;
	reader->at++;
	if (!tc__is_digit(*reader->at))
		reader->failed = true;
	for (long unit = 100000000; tc__is_digit(*reader->at); unit /= 10)
		nanoseconds += unit * (*reader->at++ - '0');
	return nanoseconds;
}

/* Seconds that the local time is ahead of UTC. */
static int read_offset(struct reader *reader)
{
	char sign = read_one(reader, "Zz+-");

	if (reader->failed || sign == 'Z' || sign == 'z')
		return 0;
	int hours = read_number(reader, 2, 0, 23);
	read_one(reader, ":");
	int minutes = read_number(reader, 2, 0, 59);
	int offset = hours * 3600 + minutes * 60;
	return sign == '-' ? -offset : offset;
}

/* The day, counted from 0000-01-01. */
static int64_t read_day(struct reader *reader)
{
	int year = read_number(reader, 4, 0, YEAR_MAX);
	read_one(reader, "-");
	int month = read_number(reader, 2, 1, 12);
	read_one(reader, "-");
	int day = read_number(reader, 2, 1, 31);

	if (reader->failed)
		return 0;
	if (day > days_to_month(year, month + 1) - days_to_month(year, month))
		reader->failed = true;
	return days_to_year(year) + days_to_month(year, month) + day - 1;
}

int tc_date_parse(const char *date, struct timespec *when, tc_error *err)
{
	struct reader reader = { .at = date };

	tc_error_clear(err);
	if (!date || !when)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", date ? "when" : "date");
	int64_t day = read_day(&reader);
	read_one(&reader, "Tt");
	int hour = read_number(&reader, 2, 0, 23);
	read_one(&reader, ":");
	int minute = read_number(&reader, 2, 0, 59);
	read_one(&reader, ":");
	int second = read_number(&reader, 2, 0, 60);
	long nanoseconds = read_fraction(&reader);
	int offset = read_offset(&reader);
	int64_t total = (day - epoch_day()) * DAY_SECONDS + hour * 3600 + minute * 60 + second;

	total -= offset;
	if (second == 60 && total % DAY_SECONDS != 0)
		reader.failed = true; /* leap seconds come at the end of a day in UTC */
	if (reader.failed || *reader.at != '\0')
		return tc__fail(err, TC_ERROR_INPUT,
			"not an RFC 3339 date: \"%.60s\"; expected such as "
			"2026-01-31T23:59:59.000Z",
			date);
	if ((time_t)total != total)
		return tc__fail(err, TC_ERROR_INPUT,
			"the date %.60s is more than this system's time_t can hold", date);
	when->tv_sec = (time_t)total;
	when->tv_nsec = nanoseconds;
	return TC_OK;
}

/* The units of tc_from_now, in the order in which they may come. */
static const struct unit {
	const char *names[4]; /* the plural first */
	int64_t seconds;
} units[] = {
	{ { "years", "year", "yr", "y" }, 365 * DAY_SECONDS },
	{ { "months", "month", "mo" }, 30 * DAY_SECONDS },
	{ { "weeks", "week", "wk", "w" }, 7 * DAY_SECONDS },
	{ { "days", "day", "d" }, DAY_SECONDS },
	{ { "hours", "hour", "hr", "h" }, 3600 },
	{ { "minutes", "minute", "min", "m" }, 60 },
	{ { "seconds", "second", "sec", "s" }, 1 },
};
#define UNIT_COUNT (sizeof units / sizeof *units)

/* More seconds than there are between any two dates that can be written. */
#define SECONDS_MAX ((YEAR_MAX + 1) * (int64_t)366 * DAY_SECONDS)

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t\n\v\f\r");
}

/* The position in the table of the unit named by a word; UNIT_COUNT when there is none. */
static size_t find_unit(const char *word, size_t length)
{
	for (size_t i = 0; i < UNIT_COUNT; i++)
		for (size_t k = 0; k < 4 && units[i].names[k]; k++)
			if (strlen(units[i].names[k]) == length &&
				tc__same_letters(word, units[i].names[k], length))
				return i;
	return UNIT_COUNT;
}

/* One "<number> <unit>" from *text, which moves on; the unit must stand at *next or later in the
 * table. */
static int read_span(
	const char *whole, const char **text, size_t *next, int64_t *seconds, tc_error *err)
{
	const char *at = *text;
	int64_t number = 0;

	if (!tc__is_digit(*at))
		return tc__fail(err, TC_ERROR_INPUT,
			"\"%.60s\" is no span of time: expected a number at \"%.20s\"", whole, at);
	for (; tc__is_digit(*at); at++)
		if (number <= SECONDS_MAX)
			number = number * 10 + (*at - '0');
	const char *word = skip_space(at);
	for (at = word; tc__is_letter(*at);)
		at++;
	size_t unit = find_unit(word, (size_t)(at - word));
	if (unit == UNIT_COUNT)
		return tc__fail(err, TC_ERROR_INPUT,
			"\"%.60s\" is no span of time: expected a unit (years, months, weeks, "
			"days, hours, minutes, seconds) at \"%.20s\"",
			whole, word);
	if (unit < *next)
		return tc__fail(err, TC_ERROR_INPUT,
			"\"%.60s\" is no span of time: each unit once, from years to seconds, but "
			"%s come late",
			whole, units[unit].names[0]);
	if (number > SECONDS_MAX / units[unit].seconds)
		return tc__fail(err, TC_ERROR_INPUT, "\"%.60s\" is too far from now", whole);
	*seconds += number * units[unit].seconds;
	*next = unit + 1;
	*text = skip_space(at);
	return TC_OK;
}

static int read_spans(const char *text, int64_t *seconds, tc_error *err)
{
	const char *at = skip_space(text);
	bool backwards = *at == '-';
	size_t next = 0;

	if (*at == '-' || *at == '+')
		at = skip_space(at + 1);
	*seconds = 0;
	while (*at != '\0') {
		int rc = read_span(text, &at, &next, seconds, err);
		if (rc != TC_OK)
			return rc;
	}
	if (backwards)
		*seconds = -*seconds;
	return TC_OK;
}

int tc_from_now(
	const char *text, const struct timespec *now, char date[TC_DATE_SIZE], tc_error *err)
{
	struct timespec when = now ? *now : tc__clock_now(NULL);
	char from[TC_DATE_SIZE];
	int64_t seconds;

	tc_error_clear(err);
	if (!text)
		return tc__fail(err, TC_ERROR_ARGUMENT, "text is NULL; \"\" means now");
	if (!date)
		return tc__fail(err, TC_ERROR_ARGUMENT, "date is NULL");
	int rc = read_spans(text, &seconds, err);
	if (rc == TC_OK)
		rc = tc_date_format(when, from, err); /* so that the sum cannot overflow */
	if (rc != TC_OK)
		return rc;
	if (format(when.tv_sec + seconds, when.tv_nsec, date, NULL) != TC_OK)
		return tc__fail(err, TC_ERROR_INPUT, "\"%.60s\" is too far from %s", text, from);
	return TC_OK;
}
