/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TASKS_TEXTS_H
#define TC_CLI_TASKS_TEXTS_H

/* The values of an option that may be given more than once, and has commas between values. */

#include <stddef.h>

/* Starts as {0}; free it. */
struct texts {
	char **all;
	size_t count;
};

/*
 * Adds what is between the commas, as RFC 4180 has it: a value that begins with a quotation mark
 * ends with one, may have commas, and stands for each mark within by two. One that does not may
 * have marks. Nothing is in an empty list. 0, or STATUS_USAGE or STATUS_FAILED after telling;
 * `option` is for that: "--env".
 */
int texts_add(struct texts *texts, const char *option, const char *list);
void texts_free(struct texts *texts);

#endif
