/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/when.h"

#include <taskcluster/date.h>
#include <time.h>

bool when_ms(const tc_json *date, int64_t *ms)
{
	const char *text = tc_json_text(date);
	struct timespec when;

	if (!text || tc_date_parse(text, &when, NULL) != TC_OK)
		return false;
	*ms = (int64_t)when.tv_sec * 1000 + when.tv_nsec / 1000000;
	return true;
}

int64_t when_steady_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
