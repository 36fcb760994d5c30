/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_JOBS_QUESTION_H
#define TC_CLI_JOBS_QUESTION_H

/*
 * What is said to people beside a command's result, and asked. It goes to standard output, where
 * scripts of the official client have it; with --json, for which that is, to standard error, and
 * with --errors json as well each line is told there as all else is.
 */

#include <stdbool.h>
#include <stdio.h>

/* Lines that are being said: printed to `out`, names by plain_print_name. */
struct aside {
	FILE *out;
	char *text; /* what goes to standard error is put together first */
	size_t length;
};

/* `json`: that of the command. Ended by aside_end. 0, or the exit status after telling. */
int aside_begin(struct aside *aside, bool json);
void aside_end(struct aside *aside);

/* One line. */
void aside_line(bool json, const char *line);

struct question {
	void (*print)(void *data, FILE *out); /* what is asked, in one line without an end */
	void *data;
	bool json;        /* as aside_begin takes it */
	bool empty_is_no; /* an empty line is an answer */
};

/*
 * Asks, again and again, until a line of standard input is "y" or "yes", "n" or "no", in any case.
 * 0, with *agreed; or the exit status after telling that standard input ended without an answer.
 */
int question_ask(const struct question *question, bool *agreed);

#endif
