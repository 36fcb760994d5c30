/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_GROUPS_TEMPLATE_H
#define TC_CLI_GROUPS_TEMPLATE_H

/*
 * The part of Go's templates (text/template) that says what is printed of each task of a list:
 * fields of .Status and .Task by the names of the official client's structs, or those of the JSON,
 * in any case; quoted texts; and the marks {{- and -}}, which take away the white space beside
 * them. What tags, extra and payload have inside goes by its exact name. All else is refused.
 */

#include <taskcluster/json.h>

#include <stdio.h>

#define TEMPLATE_DEFAULT "{{ .Status.TaskID }} {{ .Task.Metadata.Name }} {{ .Status.State }}"

/* As deep as a field may lie. */
#define TEMPLATE_DEPTH 16

struct template_piece {
	char *text;                      /* what is printed; NULL: a field */
	size_t length;                   /* of the text */
	char *names[TEMPLATE_DEPTH + 1]; /* of a field, as in the JSON; ended by NULL */
};

struct template
{
	struct template_piece *pieces;
	size_t count;
};

/* Reads it; each task ends with a line feed, which -}} before it takes away. Free it, success and
 * failure alike. 0, or the exit status after telling what is wrong and where. */
int template_read(struct template *template, const char *text);
void template_free(struct template *template);

/* Prints what it says of a task, as listTaskGroup gives it. On a terminal texts of the server do
 * not steer it, and the state has its colour. */
int template_print(FILE *out, const struct template *template, const tc_json *item);

#endif
