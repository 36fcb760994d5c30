/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/jobs/question.h"
#include "tools/taskcluster/shared/report.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WHITE " \t\r\n"

/* ---- beside the result ---- */

int aside_begin(struct aside *aside, bool json)
{
	*aside = (struct aside){ .out = stdout };
	if (!json)
		return 0;
	aside->out = open_memstream(&aside->text, &aside->length);
	return aside->out ? 0 : failure("memory ended");
}

/* The text without the blanks at its end, line by line. */
static void tell_lines(char *text)
{
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		size_t length = strlen(line);
		while (length > 0 && line[length - 1] == ' ')
			line[--length] = '\0';
		if (length > 0)
			tell(line);
	}
}

void aside_end(struct aside *aside)
{
	if (aside->out == stdout)
		return;
	if (fclose(aside->out) != 0)
		failure("memory ended");
	else if (report_is_json())
		tell_lines(aside->text);
	else
		fwrite(aside->text, 1, aside->length, stderr);
	free(aside->text);
}

void aside_line(bool json, const char *line)
{
	struct aside aside;

	if (aside_begin(&aside, json) != 0)
		return;
	fprintf(aside.out, "%s\n", line);
	aside_end(&aside);
}

/* ---- asking ---- */

/* Whether the line is neither a yes nor a no. */
static bool is_no_answer(const char *line, bool empty_is_no, bool *agreed)
{
	static const struct {
		const char *word;
		bool yes;
	} answers[] = { { "y", true }, { "yes", true }, { "n", false }, { "no", false } };
	const char *word = line + strspn(line, WHITE);
	size_t length = strlen(word);

	while (length > 0 && strchr(WHITE, word[length - 1]))
		length--;
	*agreed = false;
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (strlen(answers[i].word) == length &&
			strncasecmp(answers[i].word, word, length) == 0) {
			*agreed = answers[i].yes;
			return false;
		}
	return length > 0 || !empty_is_no;
}

static int print_question(const struct question *question)
{
	struct aside aside;
	int status = aside_begin(&aside, question->json);

	if (status != 0)
		return status;
	question->print(question->data, aside.out);
	aside_end(&aside);
	fflush(stdout);
	return 0;
}

static int tell_of_none(const struct question *question)
{
	if (!question->json)
		putchar('\n');
	else if (!report_is_json())
		fputc('\n', stderr);
	return failure("standard input ended without an answer: nothing was done");
}

int question_ask(const struct question *question, bool *agreed)
{
	char *line = NULL;
	size_t room = 0;
	int status;

	do {
		status = print_question(question);
		if (status == 0 && getline(&line, &room, stdin) < 0)
			status = tell_of_none(question);
	} while (status == 0 && is_no_answer(line, question->empty_is_no, agreed));
	free(line);
	return status;
}
