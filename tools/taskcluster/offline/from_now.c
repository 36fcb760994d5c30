/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/offline/offline.h"

#include <taskcluster/date.h>

#include <stdio.h>
#include <string.h>

struct phrase {
	char text[256];
	size_t length, words;
	bool help, ended;
};

static int add_word(struct phrase *phrase, const char *word)
{
	size_t room = sizeof phrase->text - phrase->length;
	const char *gap = phrase->words++ ? " " : "";
	int added = snprintf(phrase->text + phrase->length, room, "%s%s", gap, word);

	if (added < 0 || (size_t)added >= room)
		return usage_error("the text is too long to be a time");
	phrase->length += (size_t)added;
	return 0;
}

/* Whether a word with a dash is part of the text all the same: "-1d", "- 1 day". */
static bool is_amount(const char *word)
{
	return word && word[0] == '-' && word[1] && strchr("0123456789 ", word[1]);
}

static int take_next(struct phrase *phrase, struct arguments *arguments)
{
	if (is_amount(*arguments->words))
		return add_word(phrase, *arguments->words++);
	switch (arguments_next(arguments)) {
	case OPTION_END:
		phrase->ended = true;
		return 0;
	case OPTION_WORD:
		return add_word(phrase, arguments->value);
	case 'h':
		phrase->help = phrase->ended = true;
		return 0;
	default:
		return STATUS_USAGE;
	}
}

static int print_date(const char *text)
{
	char date[TC_DATE_SIZE];
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	if (tc_from_now(text, NULL, date, &err) == TC_OK)
		puts(date);
	else
		status = usage_error("%s", tc_error_text(&err));
	tc_error_clear(&err);
	return status;
}

/* All words together are the text. */
static int run(struct arguments *arguments)
{
	struct phrase phrase = { .text = "" };
	int status = 0;

	while (status == 0 && !phrase.ended)
		status = take_next(&phrase, arguments);
	if (status != 0)
		return status;
	if (phrase.help)
		return command_help(&from_now_command);
	if (phrase.words == 0)
		return usage_error("from-now needs a text, such as `taskcluster from-now 1 hour`");
	return print_date(phrase.text);
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
