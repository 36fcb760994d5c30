/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/worker/clock.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/date.h>

#define LEAP_MS 2000

static int64_t to_ms(struct timespec when)
{
	return (int64_t)when.tv_sec * 1000 + when.tv_nsec / 1000000;
}

bool tc__http_date_read(const char *date, int64_t *ms)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int day, year, hour, minute, second;
	char month[4], text[64];
	struct timespec when;

	if (!date ||
		sscanf(date, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &day, month, &year, &hour,
			&minute, &second) != 6)
		return false;
	const char *at = strstr(months, month);
	if (!at || strlen(month) != 3 || (at - months) % 3 || day < 0 || year < 0 || hour < 0 ||
		minute < 0 || second < 0)
		return false;
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", year % 10000,
		(int)(at - months) / 3 + 1, day % 100, hour % 100, minute % 100, second % 100);
	if (tc_date_parse(text, &when, NULL) != TC_OK)
		return false;
	*ms = to_ms(when);
	return true;
}

void tc__moment_read(struct tc__moment *moment, const tc_client *client,
	const tc_response *response, int64_t sent_ms)
{
	int64_t date_ms, now = tc_client_steady_ms(client);
	int64_t offset_ms = tc_client_clock_offset_ms(client);
	int64_t here_ms = tc_client_now_ms(client) + offset_ms;

	*moment = (struct tc__moment){ now, here_ms };
	if (!response || !tc__http_date_read(tc_response_header(response, "date"), &date_ms))
		return;
	/* later is safer: what is left of a claim is less then */
	if (offset_ms)
		here_ms += 1000; /* it was learnt from a Date */
	int64_t latest_ms = date_ms + 1000 + (now - sent_ms);
	if (here_ms < date_ms)
		here_ms = date_ms + 1000;
	moment->server_ms = here_ms < latest_ms ? here_ms : latest_ms;
}

int tc__moment_of(
	const struct tc__moment *moment, const char *date, int64_t *steady_ms, tc_error *err)
{
	struct timespec when;

	int rc = tc_date_parse(date, &when, err);
	if (rc == TC_OK)
		*steady_ms = moment->steady_ms + (to_ms(when) - moment->server_ms);
	return rc;
}

int64_t tc__watch_leap(struct tc__watch *watch, const tc_client *client)
{
	const struct tc__watch now = { tc_client_steady_ms(client), tc_client_now_ms(client) };
	int64_t leap = (now.wall_ms - watch->wall_ms) - (now.steady_ms - watch->steady_ms);

	if (leap > -LEAP_MS && leap < LEAP_MS)
		return 0;
	*watch = now;
	return leap;
}
