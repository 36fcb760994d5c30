/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/text/text.h"
#include "tools/taskcluster/text/plain.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/* Longer lines are hard to read. */
#define WIDTH_MAX 100
#define WIDTH_MIN 40

size_t text_sentence(const char *text)
{
	for (size_t i = 0; text[i]; i++) {
		if (text[i] == '\n' && text[i + 1] == '\n')
			return i;
		if (text[i] != '.' || (text[i + 1] && !isspace((unsigned char)text[i + 1])))
			continue;
		/* "e.g. this" goes on: a sentence begins with a capital or a mark */
		size_t next = i + 1 + strspn(text + i + 1, " \t\n");
		if (!islower((unsigned char)text[next]))
			return i + 1;
	}
	return strlen(text);
}

static int width_of(FILE *out)
{
	struct winsize size;
	int width = 80;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		width = size.ws_col;
	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	return width < WIDTH_MIN ? WIDTH_MIN : width;
}

/* Whether this line must begin a line in print as well. */
static bool stands_alone(const char *line)
{
	return *line == '\n' || *line == ' ' || *line == '\t' || (strchr("-*#`", *line) && *line) ||
		(isdigit((unsigned char)line[0]) && line[1] == '.');
}

struct line {
	FILE *out;
	int indent, width, used;
};

static void end_line(struct line *line)
{
	if (line->used)
		fputc('\n', line->out);
	line->used = 0;
}

static void add_word(struct line *line, const char *word, size_t length)
{
	if (line->used && line->used + 1 + (int)length > line->width)
		end_line(line);
	line->used += fprintf(line->out, "%*s", line->used ? 1 : line->indent, "");
	plain_print(line->out, word, length);
	line->used += (int)length;
}

static void wrap(FILE *out, int indent, int used, const char *text, size_t length)
{
	struct line line = { out, indent, width_of(out), used };
	const char *at = text, *end = text + length;

	while (at < end) {
		size_t word = strcspn(at, " \t\n");
		if (word > (size_t)(end - at))
			word = (size_t)(end - at);
		if (word) {
			add_word(&line, at, word);
			at += word;
			continue;
		}
		if (*at++ != '\n')
			continue;
		bool paragraph = at < end && *at == '\n';
		if (at < end && stands_alone(at))
			end_line(&line);
		if (paragraph) {
			fputc('\n', out);
			at += strspn(at, "\n");
		}
	}
	end_line(&line);
}

void text_wrap(FILE *out, int indent, const char *text, size_t length)
{
	wrap(out, indent, 0, text, length);
}

void text_hang(FILE *out, int used, int indent, const char *text)
{
	wrap(out, indent, used, text, strlen(text));
}
