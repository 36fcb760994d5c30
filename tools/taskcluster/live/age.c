/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/live/age.h"

#include <stdio.h>

void age_text(int64_t age_s, char text[AGE_TEXT_SIZE])
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 24 * 60 * 60, "day" }, { 60 * 60, "hour" }, { 60, "minute" } };

	for (size_t i = 0; age_s != INT64_MAX && i < sizeof units / sizeof *units; i++) {
		int64_t count = age_s / units[i].seconds;
		if (count == 0)
			continue;
		snprintf(text, AGE_TEXT_SIZE, "%lld %s%s ago", (long long)count, units[i].name,
			count == 1 ? "" : "s");
		return;
	}
	snprintf(
		text, AGE_TEXT_SIZE, "%s", age_s == INT64_MAX ? "an unknown time" : "a moment ago");
}
