/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/dispatch/dispatch.h"

#include "tools/taskcluster/commands/commands.h"
#include "tools/taskcluster/text/suggest.h"

#include <taskcluster/version.h>

#include <stdio.h>
#include <string.h>

static void print_usage(FILE *out)
{
	fputs("taskcluster COMMAND …: Taskcluster in the shell\n\n", out);
	print_commands(out, commands);
	fputs("\n`taskcluster COMMAND --help` explains a command. Where to call and as whom is\n"
	      "taken from TASKCLUSTER_ROOT_URL, TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN\n"
	      "and TASKCLUSTER_CERTIFICATE, or from ~/.config/taskcluster.yml.\n",
		out);
}

/* A command of a family, or with NULL one of all. */
static const struct command *find_command(const struct command *family, const char *name)
{
	const struct command *const *all = family ? family->parts : commands;

	for (; *all; all++)
		if (strcmp((*all)->name, name) == 0)
			return *all;
	return NULL;
}

static int unknown_command(const struct command *family, const char *typed)
{
	const struct command *const *all = family ? family->parts : commands;
	const char *space = family ? " " : "", *name = family ? family->name : "";
	struct suggestion nearest = suggest_for(typed);

	for (; *all; all++)
		suggest_consider(&nearest, (*all)->name);
	if (nearest.name)
		return usage_error("unknown command %s%s%s: did you mean %s?", name, space, typed,
			nearest.name);
	return usage_error("unknown command %s%s%s: `taskcluster%s%s --help` lists them", name,
		space, typed, space, name);
}

/* `help`, `help artifact`, `help artifact upload`; what follows is of no account. */
static int help(char **names)
{
	const struct command *command = NULL;

	if (!*names) {
		print_usage(stdout);
		return 0;
	}
	do {
		const struct command *family = command;
		command = find_command(family, *names);
		if (!command)
			return unknown_command(family, *names);
	} while (command->parts && *++names);
	return command_help(command);
}

static int run_command(
	struct arguments *arguments, const struct command *command, perform_fn *perform);

static int run_part(struct arguments *arguments, const struct command *family, perform_fn *perform)
{
	switch (arguments_next(arguments)) {
	case OPTION_WORD:
		break;
	case OPTION_BAD:
		return STATUS_USAGE;
	case 'h':
		return command_help(family);
	default:
		return usage_error("%s needs a command: `taskcluster %s --help` lists them",
			family->name, family->name);
	}
	const struct command *command = find_command(family, arguments->value);
	return command ? run_command(arguments, command, perform)
		       : unknown_command(family, arguments->value);
}

static int run_command(
	struct arguments *arguments, const struct command *command, perform_fn *perform)
{
	arguments->command = command_name(command);
	arguments->options = command->options;
	return command->parts ? run_part(arguments, command, perform) : perform(command, arguments);
}

static int run_word(struct arguments *arguments, perform_fn *perform)
{
	const char *name = arguments->value;
	const struct command *command = find_command(NULL, name);

	if (strcmp(name, "help") == 0)
		return help(arguments->words);
	return command ? run_command(arguments, command, perform) : unknown_command(NULL, name);
}

int dispatch(char **words, perform_fn *perform)
{
	static const struct option options[] = {
		{ "version", OPTION_OWN, NULL, "print the client's version" },
		{ NULL, 0, NULL, NULL },
	};
	struct arguments arguments = { .words = words, .options = options, .commands = commands };

	switch (arguments_next(&arguments)) {
	case OPTION_WORD:
		return run_word(&arguments, perform);
	case OPTION_OWN:
		printf("taskcluster %s\n", tc_sdk_version());
		return 0;
	case 'h':
		print_usage(stdout);
		return 0;
	case OPTION_END:
		print_usage(stderr);
		return STATUS_USAGE;
	default:
		return STATUS_USAGE;
	}
}
