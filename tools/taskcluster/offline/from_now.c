/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/offline/offline.h"

#include <taskcluster/date.h>

#include <stdio.h>
#include <string.h>

/* All words together are the text; they may begin with a dash, so that there are no options. */
static int run(struct arguments *arguments)
{
	char **words = arguments->words, text[256] = "", date[TC_DATE_SIZE];
	tc_error err = TC_ERROR_INIT;
	size_t length = 0;

	if (*words && (strcmp(*words, "--help") == 0 || strcmp(*words, "-h") == 0))
		return command_help(&from_now_command);
	if (*words && strcmp(*words, "--") == 0)
		words++;
	if (!*words)
		return usage_error("from-now needs a text, such as `taskcluster from-now 1 hour`");
	for (; *words; words++) {
		size_t room = sizeof text - length;
		int added = snprintf(text + length, room, "%s%s", length ? " " : "", *words);
		if (added < 0 || (size_t)added >= room)
			return usage_error("the text is too long to be a time");
		length += (size_t)added;
	}
	if (tc_from_now(text, NULL, date, &err) != TC_OK) {
		usage_error("%s", tc_error_text(&err));
		tc_error_clear(&err);
		return STATUS_USAGE;
	}
	puts(date);
	return 0;
}

const struct command from_now_command = {
	.name = "from-now",
	.synopsis = "<text>",
	.summary = "print the date that a text such as \"1 day 2 hours\" or \"-30 min\" says",
	.details = "An optional sign, then in this order, each optional: years, months (30 days), "
		   "weeks, days, hours, minutes, seconds, or short: y, mo, w, d, h, m, s. The date "
		   "is as the services take it, UTC.",
	.run = run,
};
