/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/retry.h"

#include "runtime/src/base/ascii.h"
#include <stdio.h>
#include <string.h>
#include <taskcluster/date.h>

void tc__retry_begin(struct tc__retry *retry, const struct tc__retry_policy *policy,
	enum tc_retry_class retry_class, int64_t steady_ms)
{
	*retry = (struct tc__retry){
		.policy = policy,
		.retry_class = retry_class,
		.begun_ms = steady_ms,
		.until_ms = INT64_MAX,
	};
}

int64_t tc__retry_delay(const struct tc__retry_policy *policy, int n, double fraction)
{
	double delay = (double)policy->delay_ms * (0.75 + 0.5 * fraction);

	while (n-- > 0 && delay < (double)policy->delay_max_ms)
		delay *= 2;
	return delay < (double)policy->delay_max_ms ? (int64_t)delay : policy->delay_max_ms;
}

bool tc__retry_is_possible(const struct tc__outcome *outcome)
{
	if (outcome->code == TC_ERROR_NETWORK || outcome->code == TC_ERROR_TIMEOUT)
		return !outcome->permanent;
	if (outcome->code != TC_OK || outcome->permanent)
		return false;
	return tc__status_may_pass(outcome->status);
}

/* Whether doing the operation twice, if the server has already begun with it, is excluded or fine.
 */
static bool is_safe(enum tc_retry_class retry_class, const struct tc__outcome *outcome)
{
	if (retry_class == TC_RETRY_ALWAYS)
		return true;
	if (retry_class == TC_RETRY_NEVER)
		return false;
	return outcome->code == TC_OK ? outcome->status == 429 : !outcome->maybe_sent;
}

struct tc__next tc__retry_next(
	struct tc__retry *retry, const struct tc__outcome *outcome, double fraction)
{
	const struct tc__retry_policy *policy = retry->policy;
	const struct tc__next end = { .step = TC__STEP_END };
	const struct tc__next late = { .step = TC__STEP_END, .late = true };
	int64_t left = retry->until_ms - outcome->steady_ms;

	if (outcome->stale && !retry->resigned) {
		retry->resigned = true;
		return (struct tc__next){ .step = TC__STEP_RESIGN };
	}
	if (outcome->renewed && !retry->renewed) {
		retry->renewed = true;
		return (struct tc__next){ .step = TC__STEP_RESIGN };
	}
	if (!tc__retry_is_possible(outcome) || !is_safe(retry->retry_class, outcome))
		return end;
	if (retry->retried >= policy->attempts - 1)
		return end;
	int64_t delay = tc__retry_delay(policy, retry->retried + 1, fraction);
	if (outcome->retry_after_ms > delay)
		delay = outcome->retry_after_ms;
	if (delay > TC__RETRY_AFTER * policy->delay_max_ms)
		return end;
	int64_t elapsed = outcome->steady_ms - retry->begun_ms;
	if (policy->budget_ms && delay > policy->budget_ms - elapsed)
		return end;
	if (delay >= left)
		return late;
	retry->retried++;
	return (struct tc__next){ .step = TC__STEP_WAIT, .delay_ms = delay };
}

/* ---- dates ---- */

static bool month_number(const char *name, int *month)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; i < 12; i++) {
		if (tc__same_letters(names + 3 * (size_t)i, name, 3)) {
			*month = i + 1;
			return true;
		}
	}
	return false;
}

/* RFC 9110: a two-digit year that seems over 50 years ahead is one of the past century. All that
 * sends this form today was written long ago, so a fixed border serves. */
static int full_year(int year)
{
	return year < 70 ? 2000 + year : 1900 + year;
}

/* "06 Nov 1994 08:49:37 GMT", "06-Nov-94 08:49:37 GMT" (of cookies also "06-Nov-1994"), "Nov  6
 * 08:49:37 1994", without the day of the week before them. sscanf reads only integers and names
 * here, so no locale matters. */
static bool read_parts(const char *at, int *year, char month[4], int *day, int clock[3])
{
	if (sscanf(at, "%2d %3[A-Za-z] %4d %2d:%2d:%2d GMT", day, month, year, &clock[0], &clock[1],
		    &clock[2]) == 6)
		return true;
	if (sscanf(at, "%2d-%3[A-Za-z]-%4d %2d:%2d:%2d GMT", day, month, year, &clock[0], &clock[1],
		    &clock[2]) == 6) {
		*year = *year < 100 ? full_year(*year) : *year;
		return true;
	}
	return sscanf(at, "%3[A-Za-z] %2d %2d:%2d:%2d %4d", month, day, &clock[0], &clock[1],
		       &clock[2], year) == 6;
}

bool tc__http_date(const char *text, int64_t *ms)
{
	char name[4] = "", date[64];
	int year = 0, month = 0, day = 0, clock[3] = { 0 };
	struct timespec when;

	const char *at = text ? strchr(text, ' ') : NULL; /* behind the day of the week */
	if (!at || !read_parts(at + 1, &year, name, &day, clock) || !month_number(name, &month))
		return false;
	snprintf(date, sizeof date, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day, clock[0],
		clock[1], clock[2]);
	if (tc_date_parse(date, &when, NULL) != TC_OK)
		return false;
	*ms = (int64_t)when.tv_sec * 1000;
	return true;
}

int64_t tc__retry_after(const char *value, int64_t now_ms)
{
	int64_t seconds = 0, at;

	if (!value)
		return -1;
	size_t digits = strspn(value, "0123456789");
	if (digits == 0)
		return !tc__http_date(value, &at) ? -1 : at > now_ms ? at - now_ms : 0;
	if (value[digits])
		return -1;
	for (size_t i = 0; i < digits && seconds < INT64_MAX / 100000; i++)
		seconds = 10 * seconds + (value[i] - '0');
	return seconds * 1000;
}
