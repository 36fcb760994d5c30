/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* timegm, to compare with */
#include "tests/harness/test.h"

#include <string.h>
#include <taskcluster/date.h>

struct date_case {
	const char *date;
	int64_t seconds;
	long nanoseconds;
};

static void test_parses_rfc_3339(void **state)
{
	static const struct date_case cases[] = {
		{ "1970-01-01T00:00:00Z", 0, 0 },
		{ "1969-12-31T23:59:59.999Z", -1, 999000000 },
		{ "2026-01-31T23:59:59.000Z", 1769903999, 0 },
		{ "2015-08-07T16:26:51.744Z", 1438964811, 744000000 },
		/* as the queue writes takenUntil */
		{ "2026-05-04T16:03:35.352+00:00", 1777910615, 352000000 },
		{ "2026-05-04T16:03:35.95+00:00", 1777910615, 950000000 },
		{ "2026-05-04t18:33:35.9+02:30", 1777910615, 900000000 },
		{ "2026-05-04T04:03:35-12:00", 1777910615, 0 },
		{ "2026-05-04T16:03:35z", 1777910615, 0 },
		{ "2026-05-04T16:03:35-00:00", 1777910615, 0 },
		{ "2026-05-04T16:03:35.1234567899999Z", 1777910615, 123456789 },
		{ "2000-02-29T00:00:00Z", 951782400, 0 },
		{ "2016-12-31T23:59:60Z", 1483228800, 0 },
		{ "2017-01-01T05:29:60.5+05:30", 1483228800, 500000000 },
		{ "0000-01-01T00:00:00Z", -INT64_C(62167219200), 0 },
		{ "9999-12-31T23:59:59.999999999Z", INT64_C(253402300799), 999999999 },
	};
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct timespec when = { 0, 0 };
		assert_ok(tc_date_parse(cases[i].date, &when, &err), &err);
		assert_int_equal(when.tv_sec, cases[i].seconds);
		assert_int_equal(when.tv_nsec, cases[i].nanoseconds);
	}
}

static void test_refuses_what_is_no_date(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-05-04", "2026-05-04T16:03:35",
		"2026-05-04 16:03:35Z", "2026-05-04T16:03Z", "2026-5-4T16:03:35Z",
		"2026-00-04T16:03:35Z", "2026-13-04T16:03:35Z", "2026-05-00T16:03:35Z",
		"2026-04-31T16:03:35Z", "2025-02-29T16:03:35Z", "1900-02-29T16:03:35Z",
		"2026-05-04T24:00:00Z", "2026-05-04T16:60:35Z", "2026-05-04T16:03:61Z",
		"2026-05-04T16:03:60Z", "2026-05-04T16:03:35.Z", "2026-05-04T16:03:35,5Z",
		"2026-05-04T16:03:35+0000", "2026-05-04T16:03:35+24:00",
		"2026-05-04T16:03:35+00:60", "2026-05-04T16:03:35ZZ", "2026-05-04T16:03:35Z ",
		" 2026-05-04T16:03:35Z", "+026-05-04T16:03:35Z", "12026-05-04T16:03:35Z",
		"20\331\2426-05-04T16:03:35Z" };
	struct timespec when = { 7, 7 };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(tc_date_parse(bad[i], &when, &err), TC_ERROR_INPUT);
		assert_failure(&err, TC_ERROR_INPUT, "not an RFC 3339 date: \"");
	}
	assert_int_equal(when.tv_sec, 7);
	assert_int_equal(tc_date_parse(NULL, &when, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "date is NULL");
}

static void test_formats(void **state)
{
	char date[TC_DATE_SIZE];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_date_format((struct timespec){ 1438964811, 744999999 }, date, &err), &err);
	assert_string_equal(date, "2015-08-07T16:26:51.744Z");
	assert_ok(tc_date_format((struct timespec){ -1, 1000000 }, date, &err), &err);
	assert_string_equal(date, "1969-12-31T23:59:59.001Z");
	assert_ok(tc_date_format((struct timespec){ -INT64_C(62167219200), 0 }, date, &err), &err);
	assert_string_equal(date, "0000-01-01T00:00:00.000Z");
	assert_ok(tc_date_format((struct timespec){ INT64_C(253402300799), 0 }, date, &err), &err);
	assert_string_equal(date, "9999-12-31T23:59:59.000Z");
}

static void test_formats_no_other_years(void **state)
{
	char date[TC_DATE_SIZE] = "untouched";
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_int_equal(tc_date_format((struct timespec){ INT64_C(253402300800), 0 }, date, &err),
		TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "outside the years 0 to 9999");
	assert_int_equal(tc_date_format((struct timespec){ -INT64_C(62167219201), 0 }, date, &err),
		TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "outside the years 0 to 9999");
	assert_int_equal(
		tc_date_format((struct timespec){ INT64_MAX, 0 }, date, NULL), TC_ERROR_INPUT);
	assert_int_equal(
		tc_date_format((struct timespec){ 0, 1000000000 }, date, &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "tv_nsec is 1000000000");
	assert_string_equal(date, "untouched");
}

/* Against the C library, over all days of 800 years and some seconds in each. */
static void test_agrees_with_the_c_library(void **state)
{
	char date[TC_DATE_SIZE], expected[TC_DATE_SIZE + 8];
	struct timespec back;
	struct tm tm;

	(void)state;
	for (int64_t day = -146097; day <= 146097; day++) {
		time_t second = (time_t)(day * 86400 + (day & 0xffff));
		struct timespec when = { second, 0 };

		assert_ok(tc_date_format(when, date, NULL), NULL);
		gmtime_r(&second, &tm);
		strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000Z", &tm);
		assert_string_equal(date, expected);
		assert_ok(tc_date_parse(date, &back, NULL), NULL);
		assert_int_equal(back.tv_sec, second);
	}
}

struct span_case {
	const char *text;
	int64_t seconds;
};

static const struct timespec base = { 1438964811, 744000000 };

static void check_span(const char *text, int64_t seconds)
{
	char date[TC_DATE_SIZE], expected[TC_DATE_SIZE];
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_from_now(text, &base, date, &err), &err);
	assert_ok(tc_date_format(
			  (struct timespec){ base.tv_sec + seconds, base.tv_nsec }, expected, &err),
		&err);
	assert_string_equal(date, expected);
}

static void test_from_now(void **state)
{
	static const struct span_case cases[] = {
		{ "", 0 },
		{ "  ", 0 },
		{ "-", 0 },
		{ "0 seconds", 0 },
		{ "1 day 2 hours", 86400 + 7200 },
		{ "-30 min", -1800 },
		{ "+ 1s", 1 },
		{ "  -  1 s  ", -1 },
		{ "1yr 3mo", 365 * 86400 + 90 * 86400 },
		{ "1y2mo3w4d5h6m7s", 86400 * (365 + 60 + 21 + 4) + 5 * 3600 + 6 * 60 + 7 },
		{ "2 Years 1 MONTH 1 Week 1 Day 1 Hour 1 Minute 1 Second",
			86400 * (730 + 30 + 7 + 1) + 3600 + 60 + 1 },
		{ "1 years 2 months 1 weeks 1 days 1 hours 1 minutes 1 seconds",
			86400 * (365 + 60 + 7 + 1) + 3600 + 60 + 1 },
		{ "1 year", 365 * 86400 },
		{ "2 wk", 14 * 86400 },
		{ "1 W 1 D", 8 * 86400 },
		{ "3 hr 2 sec", 3 * 3600 + 2 },
		{ "3H", 3 * 3600 },
		{ "1\tday\n1  h", 86400 + 3600 },
		{ "000010 days", 864000 },
		{ "100000 days", INT64_C(8640000000) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_span(cases[i].text, cases[i].seconds);
}

static void test_from_now_refuses(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "tomorrow", "expected a number at \"tomorrow\"" },
		{ "1", "expected a unit" },
		{ "1 fortnight", "at \"fortnight\"" },
		{ "1 day 2", "expected a unit" },
		{ "1 hour 2 days", "days come late" },
		{ "1 day 1 day", "days come late" },
		{ "1 day - 1 hour", "expected a number at \"- 1 hour\"" },
		{ "--1 day", "expected a number" },
		{ "1.5 days", "expected a unit" },
		{ "1 monthss", "expected a unit" },
		{ "8000 years", "\"8000 years\" is too far from 2015-08-07T16:26:51.744Z" },
		{ "-2016 years -", "expected a number" },
		{ "-2100 years", "is too far from 2015" },
		{ "99999999999999999999999999999999 s", "is too far from now" },
		{ "18446744073709551616 y", "is too far from now" },
	};
	char date[TC_DATE_SIZE] = "untouched";
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(tc_from_now(cases[i].text, &base, date, &err), TC_ERROR_INPUT);
		assert_failure(&err, TC_ERROR_INPUT, cases[i].message);
	}
	assert_int_equal(tc_from_now(NULL, &base, date, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "text is NULL");
	assert_string_equal(date, "untouched");
	assert_int_equal(
		tc_from_now("1 s", &(struct timespec){ INT64_MAX, 0 }, date, &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "outside the years");
}

static void test_from_now_takes_the_systems_clock(void **state)
{
	char date[TC_DATE_SIZE];
	struct timespec then, now;
	time_t before = time(NULL);

	(void)state;
	assert_ok(tc_from_now("1 hour", NULL, date, NULL), NULL);
	assert_ok(tc_date_parse(date, &then, NULL), NULL);
	clock_gettime(CLOCK_REALTIME, &now); /* time() lags behind by up to a tick */
	assert_int_in_range(then.tv_sec, before + 3600, now.tv_sec + 3600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parses_rfc_3339),
		cmocka_unit_test(test_refuses_what_is_no_date),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_formats_no_other_years),
		cmocka_unit_test(test_agrees_with_the_c_library),
		cmocka_unit_test(test_from_now),
		cmocka_unit_test(test_from_now_refuses),
		cmocka_unit_test(test_from_now_takes_the_systems_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
