/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The commands of the command line as pages, from the tables that --help prints: taskcluster.md has
 * all of them, and taskcluster-<name>.md what each says. It is run while the project is built.
 *
 *	docs-commands FOLDER
 */
#include "docs/maker/base.h"
#include "tools/taskcluster/commands/commands.h"

#include <string.h>

/* Texts for people have code between backticks, and else no marks. */
static void add_prose(struct tc__buffer *out, const char *text)
{
	bool code = false;

	for (; *text; text++) {
		code ^= *text == '`';
		if (!code && strchr("*[]\\|<>", *text))
			tc__buffer_char(out, '\\');
		tc__buffer_char(out, *text);
	}
}

static void add_paragraph(struct tc__buffer *out, const char *text)
{
	if (!text)
		return;
	add_prose(out, text);
	tc__buffer_text(out, "\n\n");
}

/* Code lines within details are indented: nothing is a mark there. */
static void add_details(struct tc__buffer *out, const char *text)
{
	const char *line;
	size_t length;

	while (text && next_line(&text, &line, &length)) {
		if (begins(line, "    "))
			tc__buffer_add(out, line, length);
		else
			add_prose(out, keep_text(line, length));
		tc__buffer_char(out, '\n');
	}
	tc__buffer_char(out, '\n');
}

static void add_option(struct tc__buffer *out, const struct option *option)
{
	tc__buffer_text(out, "| `");
	if (option->id < OPTION_WORD && option->id)
		tc__buffer_printf(out, "-%c, ", option->id);
	tc__buffer_printf(out, "--%s%s%s` | ", option->name, option->value ? " " : "",
		option->value ? option->value : "");
	add_prose(out, option->help);
	tc__buffer_text(out, " |\n");
}

static void add_options(struct tc__buffer *out, const struct option *options)
{
	for (; options && options->name; options++)
		add_option(out, options);
}

static void add_table_head(struct tc__buffer *out, const char *title)
{
	tc__buffer_printf(out, "## %s\n\n| | |\n|---|---|\n", title);
}

static void add_usage(struct tc__buffer *out, const struct command *command)
{
	tc__buffer_printf(out, "```\ntaskcluster %s%s%s\n```\n\n", command_name(command),
		*command->synopsis ? " " : "", command->synopsis);
}

/* One of a family, or beside another's words. */
static void add_part(struct tc__buffer *out, const struct command *command)
{
	tc__buffer_printf(out, "## taskcluster %s\n\n", command_name(command));
	add_usage(out, command);
	add_paragraph(out, command->summary);
	add_details(out, command->details);
	if (!command->options)
		return;
	tc__buffer_text(out, "| option | meaning |\n|---|---|\n");
	add_options(out, command->options);
	add_options(out, options_besides(command->options));
	tc__buffer_char(out, '\n');
}

static void add_parts(struct tc__buffer *out, const struct command *const *parts)
{
	for (; parts && *parts; parts++) {
		if (!(*parts)->hidden)
			add_part(out, *parts);
	}
}

static void write_command(const char *folder, const struct command *command)
{
	struct tc__buffer out = TC__BUFFER(TEXT_MAX);

	tc__buffer_printf(&out, "# taskcluster-%s\n\n## Synopsis\n\n", command->name);
	add_usage(&out, command);
	tc__buffer_text(&out, "## Description\n\n");
	add_paragraph(&out, command->summary);
	add_details(&out, command->details);
	add_parts(&out, command->parts);
	add_parts(&out, command->besides);
	add_table_head(&out, command->parts ? "Options of all of them" : "Options");
	add_options(&out, command->options);
	add_options(&out, options_besides(command->options));
	add_options(&out, common_options);
	write_file(keep_printf("%s/taskcluster-%s.md", folder, command->name), &out);
}

static void write_overview(const char *folder)
{
	struct tc__buffer out = TC__BUFFER(TEXT_MAX);

	tc__buffer_text(&out,
		"# taskcluster\n\n## Synopsis\n\n```\ntaskcluster COMMAND [WORD...] "
		"[OPTION...]\n```"
		"\n\n## Description\n\nTaskcluster in the shell. Each command has a page of its "
		"own, and says the same for `--help`.\n\n");
	add_table_head(&out, "Commands");
	for (const struct command *const *command = commands; *command; command++) {
		if ((*command)->hidden)
			continue;
		tc__buffer_printf(
			&out, "| [%s](taskcluster-%s.md) | ", (*command)->name, (*command)->name);
		add_prose(&out, (*command)->summary);
		tc__buffer_text(&out, " |\n");
	}
	tc__buffer_char(&out, '\n');
	add_table_head(&out, "Options of all commands");
	add_options(&out, common_options);
	write_file(keep_printf("%s/taskcluster.md", folder), &out);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: docs-commands FOLDER");
	write_overview(argv[1]);
	for (const struct command *const *command = commands; *command; command++) {
		if (!(*command)->hidden)
			write_command(argv[1], *command);
	}
	return 0;
}
