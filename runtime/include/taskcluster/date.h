/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_DATE_H
#define TASKCLUSTER_DATE_H

/* Dates as the services write them: RFC 3339 texts. All times are UTC, proleptic Gregorian, and
 * independent of the time zone and locale of the process. */

#include <taskcluster/error.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TC_DATE_SIZE 25 /* "2026-01-31T23:59:59.000Z" and NUL */

/* Writes `YYYY-MM-DDTHH:MM:SS.mmmZ`; the nanoseconds are cut to milliseconds.
 * TC_ERROR_INPUT outside the years 0 to 9999. */
TC_API int tc_date_format(struct timespec when, char date[TC_DATE_SIZE], tc_error *err);

/* Reads any RFC 3339 date: any number of fraction digits (beyond nanoseconds cut), `Z` or any
 * offset, upper or lower case `t` and `z`, a leap second as the second after. */
TC_API int tc_date_parse(const char *date, struct timespec *when, tc_error *err);

/*
 * The date that `text` says, seen from `now` (NULL: the system's clock): "1 day 2 hours",
 * "-30 min", "1yr 3mo", "" is now. An optional sign, then in this order, each optional and in any
 * case: y yr year(s), mo month(s), w wk week(s), d day(s), h hr hour(s), m min minute(s),
 * s sec second(s). A year is 365 days and a month 30.
 */
TC_API int tc_from_now(
	const char *text, const struct timespec *now, char date[TC_DATE_SIZE], tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
