/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/color.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool color_wanted(FILE *out)
{
	const char *refused = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	return isatty(fileno(out)) && (!refused || !*refused) && terminal && *terminal &&
		strcmp(terminal, "dumb") != 0;
}

const char *color_begin(FILE *out, enum color color)
{
	static const char *const codes[] = { "\033[0m", "\033[32m", "\033[31m", "\033[33m",
		"\033[2m" };

	return color_wanted(out) ? codes[color] : "";
}

enum color color_of_state(const char *state)
{
	static const struct {
		const char *state;
		enum color color;
	} states[] = { { "completed", COLOR_GOOD }, { "failed", COLOR_BAD },
		{ "exception", COLOR_BAD }, { "running", COLOR_BUSY }, { "pending", COLOR_FAINT },
		{ "unscheduled", COLOR_FAINT } };

	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(states[i].state, state) == 0)
			return states[i].color;
	return COLOR_NONE;
}
