/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/options.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/query.h>

const struct option common_options[] = {
	{ "help", 'h', NULL, "explain this, and do nothing" },
	{ "verbose", 'v', NULL, "log requests on standard error; -vv: headers, too" },
	{ NULL, 0, NULL, NULL },
};

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

static const struct option *find(
	const struct arguments *arguments, const char *name, size_t length, int letter)
{
	const struct option *option = find_in(arguments->options, name, length, letter);

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
	const struct option *tables[] = { arguments->options, common_options };
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

static int accept(struct arguments *arguments, const struct option *option)
{
	arguments->verbose += option->id == 'v';
	return option->id;
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
	if (attached) {
		usage_error("--%s takes no value", option->name);
		return OPTION_BAD;
	}
	return accept(arguments, option);
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
	if (!option->value)
		return accept(arguments, option);
	const char *attached = *arguments->cluster ? arguments->cluster : NULL;
	arguments->cluster = NULL;
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

int arguments_next(struct arguments *arguments)
{
	int id;

	do { /* -v is no command's own */
		id = next(arguments);
	} while (id == 'v');
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
