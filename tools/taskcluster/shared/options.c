/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/options.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/shared/select.h"
#include "tools/taskcluster/text/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/query.h>

const struct option common_options[] = {
	{ "help", 'h', NULL, "explain this, and do nothing" },
	{ "verbose", 'v', NULL, "log requests on standard error; -vv: headers, too" },
	{ "errors", OPTION_ERRORS, "text|json", "how errors are told: json is a line for each" },
	{ "mix-config", OPTION_MIX, NULL,
		"use credentials from the file, too, that are for another root URL" },
	{ NULL, 0, NULL, NULL },
};

static const struct option none[] = { { NULL, 0, NULL, NULL } };
static const struct option json_options[] = {
	OPTION_ROW_SELECT,
	{ NULL, 0, NULL, NULL },
};

/* In place of an id: the command need not know of it. */
#define OPTION_NOTHING (-1)

static const struct option *find_in(
	const struct option *options, const char *name, size_t length, int letter)
{
	for (; options && options->name; options++) {
		if (letter ? options->id == letter
			   : strlen(options->name) == length &&
					strncmp(options->name, name, length) == 0)
			return options;
	}
	return NULL;
}

static const struct option *json_option(const struct option *options)
{
	return find_in(options, "json", 4, 0);
}

const struct option *options_besides(const struct option *options)
{
	return json_option(options) ? json_options : none;
}

static const struct option *find(
	const struct arguments *arguments, const char *name, size_t length, int letter)
{
	const struct option *own = arguments->options;
	const struct option *option = find_in(own, name, length, letter);

	if (!option)
		option = find_in(options_besides(own), name, length, letter);
	return option ? option : find_in(common_options, name, length, letter);
}

static const char *find_query(const struct tc_operation *operation, const char *name, size_t length)
{
	for (size_t i = 0; operation && i < operation->query_count; i++) {
		const char *known = operation->query[i].name;
		if (strlen(known) == length && strncmp(known, name, length) == 0)
			return known;
	}
	return NULL;
}

/* The same for a key with an operator, such as --count__lt, which stays where it was typed. */
static const char *find_key(struct arguments *arguments, size_t length)
{
	char *name = arguments->words[-1] + 2;
	char end = name[length];

	name[length] = '\0';
	if (tc_query_has_key(arguments->operation, name))
		return name;
	name[length] = end;
	return NULL;
}

static int unknown_option(const struct arguments *arguments, const char *name, size_t length)
{
	char typed[SUGGEST_MAX] = "";
	struct suggestion nearest = suggest_for(typed);
	const struct option *tables[] = { arguments->options, options_besides(arguments->options),
		common_options };
	const struct tc_operation *operation = arguments->operation;

	if (length >= sizeof typed)
		length = sizeof typed - 1;
	memcpy(typed, name, length);
	typed[length] = '\0';
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		for (const struct option *option = tables[i]; option && option->name; option++)
			suggest_consider(&nearest, option->name);
	for (size_t i = 0; operation && i < operation->query_count; i++)
		suggest_consider(&nearest, operation->query[i].name);
	if (nearest.name)
		usage_error("unknown option --%s: did you mean --%s?", typed, nearest.name);
	else if (operation)
		usage_error("unknown option --%s: `taskcluster %s %s %s --help` lists them", typed,
			arguments->command, operation->service->name, operation->name);
	else
		usage_error("unknown option --%s: `taskcluster%s%s --help` lists them", typed,
			arguments->command ? " " : "",
			arguments->command ? arguments->command : "");
	return OPTION_BAD;
}

/* The value behind `=`, or the next word. */
static bool take_value(
	struct arguments *arguments, const char *name, const char *kind, const char *attached)
{
	arguments->value = attached ? attached : *arguments->words;
	if (!arguments->value) {
		usage_error("%s needs a value: %s %s", name, name, kind);
		return false;
	}
	if (!attached)
		arguments->words++;
	return true;
}

/* As Go reads it: 1 true, 0 false, -1 neither. */
static int truth(const char *text)
{
	static const char *const words[][6] = { { "0", "f", "F", "false", "False", "FALSE" },
		{ "1", "t", "T", "true", "True", "TRUE" } };

	for (int value = 0; value < 2; value++)
		for (size_t i = 0; i < 6; i++)
			if (strcmp(words[value][i], text) == 0)
				return value;
	return -1;
}

/* What follows the option in a word that is it, by its name or its letter: "" or "=…"; else NULL.
 */
static const char *behind_option(const char *word, const struct option *option)
{
	size_t length = strlen(option->name);
	const char *behind = NULL;

	if (strncmp(word, "--", 2) == 0 && strncmp(word + 2, option->name, length) == 0)
		behind = word + 2 + length;
	else if (word[0] == '-' && word[1] == option->id)
		behind = word + 2;
	return behind && (!*behind || *behind == '=') ? behind : NULL;
}

/* What the rest of the words says of an option without value: 1, 0 for =false, -1 nothing. Of an
 * option that is there several times the last one counts. */
static int said_of(const struct arguments *arguments, const struct option *option)
{
	int said = -1;

	for (char **word = arguments->words; *word && strcmp(*word, "--") != 0; word++) {
		const char *behind = behind_option(*word, option);
		if (behind)
			said = !*behind || truth(behind + 1) != 0;
	}
	return said;
}

bool arguments_hold(const struct arguments *arguments, const char *name)
{
	const struct option option = { .name = name, .id = OPTION_OWN };

	return said_of(arguments, &option) > 0;
}

/* An option without value, or with one that says whether it is there. */
static int accept(struct arguments *arguments, const struct option *option, const char *said)
{
	int there = said ? truth(said) : 1;

	if (there < 0) {
		usage_error("--%s is \"%s\"; expected true, false, or nothing", option->name, said);
		return OPTION_BAD;
	}
	if (option->id == 'v')
		arguments->verbose = there ? arguments->verbose + 1 : 0;
	return there && said_of(arguments, option) != 0 ? option->id : OPTION_NOTHING;
}

/* `text` is the word, with its dashes. */
static int next_long(struct arguments *arguments, const char *text)
{
	const char *name = text + 2;
	size_t length = strcspn(name, "=");
	const char *attached = name[length] ? name + length + 1 : NULL;
	const struct option *option = find(arguments, name, length, 0);

	if (!option) {
		arguments->name = find_query(arguments->operation, name, length);
		if (!arguments->name)
			arguments->name = find_key(arguments, length);
		if (!arguments->name)
			return unknown_option(arguments, name, length);
		return take_value(arguments, text, "VALUE", attached) ? OPTION_QUERY : OPTION_BAD;
	}
	if (option->value)
		return take_value(arguments, text, option->value, attached) ? option->id
									    : OPTION_BAD;
	return accept(arguments, option, attached);
}

static int next_letter(struct arguments *arguments)
{
	char name[] = { '-', *arguments->cluster++, '\0' };
	const struct option *option = find(arguments, NULL, 0, name[1]);

	if (!option) {
		usage_error("unknown option %s: `taskcluster%s%s --help` lists them; "
			    "put -- before arguments that begin with a dash",
			name, arguments->command ? " " : "",
			arguments->command ? arguments->command : "");
		return OPTION_BAD;
	}
	bool said = *arguments->cluster == '=';
	const char *attached = *arguments->cluster ? arguments->cluster + said : NULL;
	if (said || option->value)
		arguments->cluster = NULL;
	if (!option->value)
		return accept(arguments, option, said ? attached : NULL);
	return take_value(arguments, name, option->value, attached) ? option->id : OPTION_BAD;
}

static int next(struct arguments *arguments)
{
	if (arguments->cluster && *arguments->cluster)
		return next_letter(arguments);
	const char *word = *arguments->words;
	if (!word)
		return OPTION_END;
	arguments->words++;
	arguments->value = word;
	if (arguments->words_only || word[0] != '-' || word[1] == '\0')
		return OPTION_WORD;
	if (strcmp(word, "--") == 0) {
		arguments->words_only = true;
		return next(arguments);
	}
	if (word[1] == '-')
		return next_long(arguments, word);
	arguments->cluster = word + 1;
	return next_letter(arguments);
}

static int set_errors(const char *style)
{
	if (report_set_style(style))
		return OPTION_NOTHING;
	usage_error("--errors is \"%s\"; expected text or json", style);
	return OPTION_BAD;
}

void arguments_find_errors(char *const *words)
{
	static const char name[] = "--errors";

	for (; *words && strcmp(*words, "--") != 0; words++) {
		if (strncmp(*words, name, sizeof name - 1) != 0)
			continue;
		const char *behind = *words + sizeof name - 1;
		if (*behind == '=')
			report_set_style(behind + 1);
		else if (!*behind && words[1])
			report_set_style(words[1]);
	}
}

/* What is done here and is no command's own: OPTION_NOTHING for what the command need not see. */
static int digest(struct arguments *arguments, int id)
{
	const struct option *json;

	switch (id) {
	case 'v':
		return OPTION_NOTHING;
	case OPTION_ERRORS:
		return set_errors(arguments->value);
	case OPTION_MIX:
		arguments->mix = true;
		return OPTION_NOTHING;
	case OPTION_SELECT:
		if (select_set(arguments->value) != 0)
			return OPTION_BAD;
		json = json_option(arguments->options);
		return json ? json->id : OPTION_NOTHING;
	default:
		return id;
	}
}

int arguments_next(struct arguments *arguments)
{
	int id;

	do {
		id = digest(arguments, next(arguments));
	} while (id == OPTION_NOTHING);
	return id;
}

int arguments_number(
	const char *option, const char *value, int64_t least, int64_t most, int64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoll(value, &end, 10);
	if (!*end && end != value && !errno && *number >= least && *number <= most)
		return 0;
	if (most == INT64_MAX)
		return usage_error("%s is \"%s\"; expected a number from %lld", option, value,
			(long long)least);
	return usage_error("%s is \"%s\"; expected a number from %lld to %lld", option, value,
		(long long)least, (long long)most);
}

struct tc_pair *arguments_pairs(const struct arguments *arguments)
{
	size_t count = 0;

	while (arguments->words[count])
		count++;
	return calloc(count + 1, sizeof(struct tc_pair));
}
