/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/services/hooks/cron.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define FIELDS 6
#define BLANKS " \t\r\n"
#define DAY_S ((int64_t)24 * 60 * 60)
#define DAYS_MAX (9 * 366)

static const char *const month_names[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug",
	"sep", "oct", "nov", "dec", NULL };
static const char *const weekday_names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat",
	NULL };

static const struct field {
	const char *what;
	int first, last;
	const char *const *names; /* of the values from `first` on, or NULL */
	const char *absent;
} fields[FIELDS] = {
	{ "second", 0, 59, NULL, "0" },
	{ "minute", 0, 59, NULL, "*" },
	{ "hour", 0, 23, NULL, "*" },
	{ "day of the month", 1, 31, NULL, "*" },
	{ "month", 1, 12, month_names, "*" },
	{ "day of the week", 0, 7, weekday_names, "*" },
};

static const struct {
	const char *name, *pattern;
} known[] = { { "@yearly", "0 0 1 1 *" }, { "@monthly", "0 0 1 * *" }, { "@weekly", "0 0 * * 0" },
	{ "@daily", "0 0 * * *" }, { "@hourly", "0 * * * *" } };

/* A number or a name; what follows is stored in *rest. -1 when it is none of the field. */
static int read_value(const struct field *field, const char *text, const char **rest)
{
	char *end;

	for (int i = 0; field->names && field->names[i]; i++) {
		if (strncasecmp(text, field->names[i], 3) == 0) {
			*rest = text + 3;
			return field->first + i;
		}
	}
	if (*text < '0' || *text > '9')
		return -1;
	long value = strtol(text, &end, 10);
	*rest = end;
	return value >= field->first && value <= field->last ? (int)value : -1;
}

/* One part of a list: `*`, a value, a range; each with a step or without. */
static bool read_part(const struct field *field, const char *text, uint64_t *values)
{
	const char *rest = text + 1;
	int first = field->first;
	int last = field->last;
	long step = 1;

	if (*text != '*' && *text != '?') {
		first = read_value(field, text, &rest);
		last = first;
		if (first >= 0 && *rest == '-')
			last = read_value(field, rest + 1, &rest);
		else if (*rest == '/')
			last = field->last;
	}
	if (first < 0 || last < first)
		return false;
	if (*rest == '/') {
		char *end;
		step = rest[1] >= '0' && rest[1] <= '9' ? strtol(rest + 1, &end, 10) : 0;
		rest = step > 0 && step < 100 ? end : "?";
	}
	for (long i = first; !*rest && i <= last; i += step)
		*values |= (uint64_t)1 << i;
	return !*rest;
}

static bool read_field(const struct field *field, char *text, uint64_t *values)
{
	char *state;
	size_t length = strlen(text);

	if (length == 0 || text[length - 1] == ',')
		return false;
	for (char *part = strtok_r(text, ",", &state); part; part = strtok_r(NULL, ",", &state)) {
		if (!read_part(field, part, values))
			return false;
	}
	return *values != 0;
}

/* The words of a pattern; their number, or -1 for too many. */
static int split(char *text, char *words[FIELDS])
{
	char *state;
	int count = 0;

	for (char *word = strtok_r(text, BLANKS, &state); word;
		word = strtok_r(NULL, BLANKS, &state)) {
		if (count == FIELDS)
			return -1;
		words[count++] = word;
	}
	return count;
}

static bool is_any(const char *text)
{
	return strcmp(text, "*") == 0 || strcmp(text, "?") == 0;
}

bool cron_parse(const char *pattern, struct cron *cron, char *why, size_t size)
{
	uint64_t *const values[FIELDS] = { &cron->seconds, &cron->minutes, &cron->hours,
		&cron->days, &cron->months, &cron->weekdays };
	char text[300];
	char *words[FIELDS];

	*cron = (struct cron){ 0 };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strcmp(pattern, known[i].name) == 0)
			pattern = known[i].pattern;
	}
	int length = snprintf(text, sizeof text, "%s", pattern);
	int count = length < (int)sizeof text ? split(text, words) : -1;
	if (count < 0) {
		snprintf(why, size, "expected at most %d fields", FIELDS);
		return false;
	}
	for (int i = 0; i < FIELDS; i++) {
		int at = i - (FIELDS - count);
		char absent[2];
		snprintf(absent, sizeof absent, "%s", fields[i].absent);
		char *word = at >= 0 ? words[at] : absent;
		if (i == 3)
			cron->any_day = is_any(word);
		if (i == 5)
			cron->any_weekday = is_any(word);
		if (!read_field(&fields[i], word, values[i])) {
			snprintf(why, size,
				"the %s is not one of %d to %d, *, or lists, ranges "
				"and steps of them",
				fields[i].what, fields[i].first, fields[i].last);
			return false;
		}
	}
	cron->weekdays |= cron->weekdays >> 7 & 1;
	if (cron_next(cron, 0) >= 0)
		return true;
	snprintf(why, size, "there is no such day");
	return false;
}

static bool has(uint64_t set, int value)
{
	return set >> value & 1;
}

static bool is_day(const struct cron *cron, const struct tm *when)
{
	bool day = has(cron->days, when->tm_mday);
	bool weekday = has(cron->weekdays, when->tm_wday);

	if (!has(cron->months, when->tm_mon + 1))
		return false;
	if (!cron->any_day && !cron->any_weekday)
		return day || weekday;
	return day && weekday;
}

/* The first value of a set from `from` on, or -1. */
static int next_in(uint64_t set, int from)
{
	while (from < 64 && !has(set, from))
		from++;
	return from < 64 ? from : -1;
}

/* The first matching second of a day from `from` on, or -1. */
static int64_t next_in_day(const struct cron *cron, int64_t from)
{
	int hour = next_in(cron->hours, (int)(from / 3600));

	for (; hour >= 0; hour = next_in(cron->hours, hour + 1)) {
		int64_t left = from - hour * 3600;
		int minute = next_in(cron->minutes, left > 0 ? (int)(left / 60) : 0);
		for (; minute >= 0; minute = next_in(cron->minutes, minute + 1)) {
			int64_t rest = left - minute * 60;
			int second = next_in(cron->seconds, rest > 0 ? (int)rest : 0);
			if (second >= 0)
				return hour * 3600 + minute * 60 + second;
		}
	}
	return -1;
}

int64_t cron_next(const struct cron *cron, int64_t after_ms)
{
	int64_t from = after_ms / 1000 + 1;
	int64_t day = from / DAY_S;
	int64_t inside = from % DAY_S;

	for (int i = 0; i < DAYS_MAX; i++, day++, inside = 0) {
		time_t begin = (time_t)(day * DAY_S);
		struct tm when;
		if (!gmtime_r(&begin, &when) || !is_day(cron, &when))
			continue;
		int64_t second = next_in_day(cron, inside);
		if (second >= 0)
			return (day * DAY_S + second) * 1000;
	}
	return -1;
}
