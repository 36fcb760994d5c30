/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_CRON_H
#define TC_SANDBOX_CRON_H

/* Cron patterns as the hooks service reads them: in UTC, and from the right, so that a pattern of
 * fewer than five fields has no minutes, and an empty one means every minute. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sets of values, a bit each. */
struct cron {
	uint64_t seconds, minutes, hours, days, months, weekdays;
	bool any_day, any_weekday; /* a pattern that restricts both means either */
};

/*
 * [seconds] minutes hours days months weekdays, each a list of `*`, `?`, values, ranges and steps;
 * months and weekdays by name too, Sunday also as 7; @yearly and the like. False for anything else,
 * and `why` says which part it was.
 */
bool cron_parse(const char *pattern, struct cron *cron, char *why, size_t size);

/* The first matching moment after `after_ms`, whole seconds as ms since 1970; -1 when none comes
 * within nine years, such as the 31st of February. */
int64_t cron_next(const struct cron *cron, int64_t after_ms);

#endif
