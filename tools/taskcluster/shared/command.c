/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/command.h"
#include "tools/taskcluster/text/text.h"

#include <string.h>

#define OPTION_COLUMN 24

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
	for (; *commands; commands++)
		fprintf(out, "  %-12s %s\n", (*commands)->name, (*commands)->summary);
}

/* A family's commands have options of their own. */
static void print_parts(const struct command *family)
{
	putchar('\n');
	print_commands(stdout, family->parts);
	printf("\n`taskcluster %s COMMAND --help` explains each.\n", family->name);
}

int command_help(const struct command *command)
{
	printf("taskcluster %s %s\n\n", command_name(command), command->synopsis);
	text_wrap(stdout, 0, command->summary, strlen(command->summary));
	if (command->details) {
		putchar('\n');
		text_wrap(stdout, 0, command->details, strlen(command->details));
	}
	if (command->parts) {
		print_parts(command);
		return 0;
	}
	puts("\nOptions");
	print_options(command->options);
	print_options(common_options);
	return 0;
}
