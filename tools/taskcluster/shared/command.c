/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/command.h"
#include "tools/taskcluster/text/text.h"

#include <string.h>

#define OPTION_COLUMN 24
#define SUMMARY_COLUMN 17
#define SYNOPSIS_INDENT 4

void print_option(const struct option *option)
{
	char letter[] = "-x, ", name[64];

	letter[1] = (char)(option->id < OPTION_WORD ? option->id : 0);
	snprintf(name, sizeof name, "%s--%s%s%s", letter[1] ? letter : "    ", option->name,
		option->value ? " " : "", option->value ? option->value : "");
	int used = printf("  %-*s", OPTION_COLUMN - 2, name);
	text_hang(stdout, used, OPTION_COLUMN + 1, option->help);
}

void print_options(const struct option *options)
{
	for (; options && options->name; options++)
		print_option(options);
}

const char *command_name(const struct command *command)
{
	return command->whole_name ? command->whole_name : command->name;
}

void print_commands(FILE *out, const struct command *const *commands)
{
	for (; *commands; commands++) {
		if ((*commands)->hidden)
			continue;
		int used = fprintf(out, "  %-*s", SUMMARY_COLUMN - 3, (*commands)->name);
		text_hang(out, used, SUMMARY_COLUMN, (*commands)->summary);
	}
}

/* A family's commands have options of their own. */
static void print_parts(const struct command *family)
{
	putchar('\n');
	print_commands(stdout, family->parts);
	printf("\n`taskcluster %s COMMAND --help` explains each.\n", family->name);
}

static void print_besides(const struct command *command)
{
	if (!command->besides)
		return;
	printf("\nAs the first word of `taskcluster %s` a command of its own\n", command->name);
	print_commands(stdout, command->besides);
}

int command_help(const struct command *command)
{
	int used = printf("taskcluster %s", command_name(command));
	text_hang(stdout, used, SYNOPSIS_INDENT, command->synopsis);
	putchar('\n');
	text_wrap(stdout, 0, command->summary, strlen(command->summary));
	if (command->details) {
		putchar('\n');
		text_wrap(stdout, 0, command->details, strlen(command->details));
	}
	if (command->parts)
		print_parts(command);
	if (command->parts && !command->run)
		return 0;
	puts("\nOptions");
	print_options(command->options);
	print_options(options_besides(command->options));
	print_options(common_options);
	print_besides(command);
	return 0;
}
