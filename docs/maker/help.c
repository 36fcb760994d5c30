/* SPDX-License-Identifier: MPL-2.0 */
#include "docs/maker/help.h"

#include <ctype.h>
#include <string.h>

/* What kind of line the last one was: what follows may go on with it. */
enum place { NOWHERE, IN_USAGE, IN_TEXT, IN_OPTIONS, IN_CODE };

struct help {
	struct tc__buffer *out, usage, body;
	enum place place;
};

void add_literal(struct tc__buffer *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (strchr("`*[]\\|<>", text[i]))
			tc__buffer_char(out, '\\');
		tc__buffer_char(out, text[i]);
	}
}

/* Rows and code blocks end where something else begins. */
static void leave(struct help *help)
{
	if (help->place == IN_OPTIONS)
		tc__buffer_text(&help->body, " |\n");
	if (help->place != NOWHERE && help->place != IN_USAGE)
		tc__buffer_char(&help->body, '\n');
	help->place = NOWHERE;
}

static bool is_usage(const char *line)
{
	return strncmp(line, "usage:", 6) == 0 || strncmp(line, "Usage:", 6) == 0;
}

/* "  --port N      listen on this port" */
static void add_option(struct help *help, const char *line, size_t length)
{
	const char *end = line + length, *gap = line + 2;

	while (gap + 1 < end && (gap[0] != ' ' || gap[1] != ' '))
		gap++;
	if (gap + 1 >= end)
		gap = end;
	if (help->place != IN_OPTIONS) {
		leave(help);
		tc__buffer_text(&help->body, "| | |\n|---|---|\n| `");
	} else {
		tc__buffer_text(&help->body, " |\n| `");
	}
	tc__buffer_add(&help->body, line + 2, (size_t)(gap - line) - 2);
	tc__buffer_text(&help->body, "` | ");
	while (gap < end && *gap == ' ')
		gap++;
	add_literal(&help->body, gap, (size_t)(end - gap));
	help->place = IN_OPTIONS;
}

/* Further lines of an option, or, where there is none, a command to be typed. */
static void add_indented(struct help *help, const char *line, size_t length, size_t indent)
{
	if (help->place == IN_OPTIONS) {
		tc__buffer_char(&help->body, ' ');
		add_literal(&help->body, line + indent, length - indent);
		return;
	}
	if (help->place != IN_CODE)
		leave(help);
	tc__buffer_text(&help->body, "    ");
	tc__buffer_add(&help->body, line + indent, length - indent);
	tc__buffer_char(&help->body, '\n');
	help->place = IN_CODE;
}

static void add_text_line(struct help *help, const char *line, size_t length)
{
	if (help->place != IN_TEXT)
		leave(help);
	bool status = length > 12 && strncmp(line + 1, "xit status: ", 12) == 0;
	if (status) {
		tc__buffer_text(&help->body, "## Exit status\n\n");
		line += 13;
		length -= 13;
	}
	add_literal(&help->body, line, length);
	tc__buffer_char(&help->body, '\n');
	help->place = IN_TEXT;
}

/* Without "usage:" and what makes room for it. */
static void add_usage(struct tc__buffer *usage, const char *line, size_t length)
{
	const char *end = line + length;

	line += is_usage(line) ? strlen("usage:") : 0;
	line += strspn(line, " ");
	tc__buffer_text(usage, *line == '[' ? "    " : "");
	tc__buffer_add(usage, line, (size_t)(end - line));
	tc__buffer_text(usage, end > line ? "\n" : "");
}

static void add_line(struct help *help, const char *line, size_t length)
{
	size_t indent = strspn(line, " ");

	if (!length) {
		leave(help);
	} else if (is_usage(line) || help->place == IN_USAGE) {
		leave(help);
		add_usage(&help->usage, line, length);
		help->place = IN_USAGE;
	} else if (indent == 2) {
		add_option(help, line, length);
	} else if (indent) {
		add_indented(help, line, length, indent);
	} else {
		add_text_line(help, line, length);
	}
}

void help_write(struct tc__buffer *out, const char *program, const char *text)
{
	struct help help = { .out = out, .usage = TC__BUFFER(TEXT_MAX) };
	size_t length, head = strlen(program);
	const char *line;

	help.body = help.usage;
	/* "taskcluster-worker: claims tasks": the name stands in the heading */
	if (begins(text, program) && begins(text + head, ": "))
		text += head + 2;
	while (next_line(&text, &line, &length))
		add_line(&help, line, length);
	leave(&help);
	if (!help.usage.length)
		die("%s: what it prints for --help has no usage", program);
	tc__buffer_printf(out, "# %s\n\n## Synopsis\n\n```\n%s```\n\n## Description\n\n%s", program,
		tc__buffer_get(&help.usage), tc__buffer_get(&help.body));
	tc__buffer_clear(&help.usage);
	tc__buffer_clear(&help.body);
}
