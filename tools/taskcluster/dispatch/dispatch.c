/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/dispatch/dispatch.h"

#include "tools/taskcluster/commands/commands.h"
#include "tools/taskcluster/text/suggest.h"

#include <taskcluster/version.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_usage(void)
{
	puts("taskcluster COMMAND …: Taskcluster in the shell\n");
	print_commands(stdout, commands);
	puts("\n`taskcluster COMMAND --help` explains a command. Where to call and as whom is\n"
	     "taken from TASKCLUSTER_ROOT_URL, TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN\n"
	     "and TASKCLUSTER_CERTIFICATE, or from ~/.config/taskcluster.yml.\n\n"
	     "The exit status is 0; 1 when a server refuses or cannot be reached; 2 when the\n"
	     "command line, the configuration or a body is wrong, and nothing was sent.");
	return 0;
}

static const struct command *find_in(const struct command *const *all, const char *name)
{
	for (; *all; all++)
		if (strcmp((*all)->name, name) == 0)
			return *all;
	return NULL;
}

/* A command of a family, or with NULL one of all. */
static const struct command *find_command(const struct command *family, const char *name)
{
	return find_in(family ? family->parts : commands, name);
}

static int unknown_command(const struct command *family, const char *typed)
{
	const struct command *const *all = family ? family->parts : commands;
	const char *space = family ? " " : "", *name = family ? family->name : "";
	struct suggestion nearest = suggest_for(typed);

	for (; *all; all++)
		if (!(*all)->hidden)
			suggest_consider(&nearest, (*all)->name);
	if (nearest.name)
		return usage_error("unknown command %s%s%s: did you mean %s?", name, space, typed,
			nearest.name);
	return usage_error("unknown command %s%s%s: `taskcluster%s%s --help` lists them", name,
		space, typed, space, name);
}

static int run_command(
	struct arguments *arguments, const struct command *command, perform_fn *perform);

/* What explains more than itself, as `help api queue ping`, is asked by its own words. */
static int explain_words(
	struct arguments *arguments, const struct command *command, perform_fn *perform)
{
	char option[] = "--help";
	size_t count = 0;

	while (arguments->words[count])
		count++;
	char **words = calloc(count + 2, sizeof *words);
	if (!words)
		return failure("memory ended");
	words[0] = option;
	memcpy(words + 1, arguments->words, count * sizeof *words);
	arguments->words = words;
	int status = run_command(arguments, command, perform);
	free(words);
	return status;
}

/* The words behind `help`: `help artifact upload`, `help api queue ping`. */
static int help(struct arguments *arguments, perform_fn *perform)
{
	const struct command *command = NULL;
	int id = OPTION_WORD;

	arguments->options = NULL;
	while (!command || command->parts) {
		const struct command *family = command;
		id = arguments_next(arguments);
		if (id == 'h')
			continue;
		if (id != OPTION_WORD)
			break;
		if (!family && strcmp(arguments->value, "help") == 0)
			continue;
		command = find_command(family, arguments->value);
		if (!command)
			return unknown_command(family, arguments->value);
	}
	if (id == OPTION_BAD)
		return STATUS_USAGE;
	if (!command)
		return print_usage();
	return *arguments->words ? explain_words(arguments, command, perform)
				 : command_help(command);
}

/* The part's name, which was read, comes before the options that stood in front of it: they are the
 * part's. */
static void move_to_front(char **words, char **behind)
{
	char *name = behind[-1];

	memmove(words + 1, words, (size_t)(behind - 1 - words) * sizeof *words);
	*words = name;
}

/* A family that can be run by itself: without a further word, or with one that is no part of it. */
static int run_family(struct arguments *arguments, const struct command *family,
	const struct arguments *start, perform_fn *perform)
{
	*arguments = *start;
	return perform(family, arguments);
}

static int run_part(struct arguments *arguments, const struct command *family, perform_fn *perform)
{
	struct arguments start = *arguments;
	int id;

	while ((id = arguments_next(arguments)) != OPTION_WORD) {
		if (id == OPTION_BAD)
			return STATUS_USAGE;
		if (id == 'h')
			return command_help(family);
		if (id == OPTION_END && family->run)
			return run_family(arguments, family, &start, perform);
		if (id == OPTION_END)
			return usage_error("%s needs a command: `taskcluster %s --help` lists them",
				family->name, family->name);
	}
	const struct command *command = find_command(family, arguments->value);
	if (!command && family->run)
		return run_family(arguments, family, &start, perform);
	if (!command)
		return unknown_command(family, arguments->value);
	move_to_front(start.words, arguments->words);
	start.words++;
	*arguments = start;
	return run_command(arguments, command, perform);
}

/* The command that the first word names, where it comes before the command's own words: *beside, or
 * NULL. Options in front of that word are put behind it, for whoever reads the words again. 0, or
 * STATUS_USAGE. */
static int take_beside(struct arguments *arguments, const struct command *const *besides,
	const struct command **beside)
{
	struct arguments ahead = *arguments;
	int id;

	*beside = NULL;
	do {
		id = arguments_next(&ahead);
	} while (id != OPTION_WORD && id != OPTION_END && id != OPTION_BAD);
	if (id == OPTION_WORD)
		*beside = find_in(besides, ahead.value);
	if (!*beside)
		return id == OPTION_BAD ? STATUS_USAGE : 0;
	move_to_front(arguments->words, ahead.words);
	arguments->words++;
	return 0;
}

static int run_command(
	struct arguments *arguments, const struct command *command, perform_fn *perform)
{
	const struct command *beside = NULL;
	int status = 0;

	arguments->command = command_name(command);
	arguments->options = command->options;
	if (command->besides)
		status = take_beside(arguments, command->besides, &beside);
	if (status != 0)
		return status;
	if (beside)
		return run_command(arguments, beside, perform);
	return command->parts ? run_part(arguments, command, perform) : perform(command, arguments);
}

static int run_word(struct arguments *arguments, perform_fn *perform)
{
	const char *name = arguments->value;
	const struct command *command = find_command(NULL, name);

	if (strcmp(name, "help") == 0)
		return help(arguments, perform);
	return command ? run_command(arguments, command, perform) : unknown_command(NULL, name);
}

int dispatch(char **words, perform_fn *perform)
{
	static const struct option options[] = {
		{ "version", OPTION_OWN, NULL, "print the client's version" },
		{ NULL, 0, NULL, NULL },
	};
	struct arguments arguments = { .words = words, .options = options, .commands = commands };

	arguments_find_errors(words);
	switch (arguments_next(&arguments)) {
	case OPTION_WORD:
		return run_word(&arguments, perform);
	case OPTION_OWN:
		printf("taskcluster %s\n", tc_sdk_version());
		return 0;
	case 'h':
	case OPTION_END:
		return print_usage();
	default:
		return STATUS_USAGE;
	}
}
