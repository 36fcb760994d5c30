/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/command.h"
#include "tools/taskcluster/text/text.h"

#include <stdio.h>
#include <string.h>

#define OPTION_COLUMN 24

void print_option(const struct option *option)
{
	char letter[] = "-x, ", name[64];

	letter[1] = (char)(option->id < OPTION_WORD ? option->id : 0);
	snprintf(name, sizeof name, "%s--%s%s%s", letter[1] ? letter : "    ", option->name,
		option->value ? " " : "", option->value ? option->value : "");
	printf("  %-*s", OPTION_COLUMN - 2, name);
	text_hang(stdout, OPTION_COLUMN, OPTION_COLUMN + 1, option->help);
}

void print_options(const struct option *options)
{
	for (; options && options->name; options++)
		print_option(options);
}

int command_help(const struct command *command)
{
	printf("taskcluster %s %s\n\n", command->name, command->synopsis);
	text_wrap(stdout, 0, command->summary, strlen(command->summary));
	if (command->details) {
		putchar('\n');
		text_wrap(stdout, 0, command->details, strlen(command->details));
	}
	puts("\nOptions");
	print_options(command->options);
	print_options(common_options);
	return 0;
}
