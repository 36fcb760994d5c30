/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_DIALECT_VALUE_H
#define TC_CODEGEN_DIALECT_VALUE_H

/* The kinds of values that members of a reference have. Each function leaves its result as it was
 * when the member is absent. */

#include "codegen/src/reference/dialect.h"

/* Zeroed; NULL when memory ends, which is told. */
void *dialect_allocate(const struct dialect_reader *reader, size_t count, size_t size);

/* Refuses members that are not among `known` (NULL-ended), and what is no object. */
int dialect_refuse_others(
	const struct dialect_reader *reader, const struct node *object, const char *const *known);

int dialect_text(const struct dialect_reader *reader, const struct node *object, const char *name,
	const char **text);
int dialect_required_text(const struct dialect_reader *reader, const struct node *object,
	const char *name, const char **text);

/* The same for what goes into a header as it is: one line, and (a name of a header, a cookie, a
 * variable) one word of it. */
int dialect_line(const struct dialect_reader *reader, const struct node *object, const char *name,
	const char **text);
int dialect_token(const struct dialect_reader *reader, const struct node *object, const char *name,
	const char **text);
int dialect_check_token(
	const struct dialect_reader *reader, const struct node *node, const char *text);

/* One of `names` (NULL-ended), as its position. */
int dialect_choice(const struct dialect_reader *reader, const struct node *object, const char *name,
	const char *const *names, uint8_t *choice);

int dialect_integer(const struct dialect_reader *reader, const struct node *object,
	const char *name, int64_t *value);

/* An integer as its digits, since the whole range of 64 bits has a meaning. */
int dialect_digits(const struct dialect_reader *reader, const struct node *object, const char *name,
	const char **digits);

int dialect_flag(const struct dialect_reader *reader, const struct node *object, const char *name,
	bool *flag);

/* A list of anything, as rows of that size, of which the one behind the last is zeroed. The list
 * must be there. */
typedef int dialect_read_row(
	const struct dialect_reader *reader, const struct node *node, void *row);
int dialect_rows(const struct dialect_reader *reader, const struct node *list, size_t size,
	dialect_read_row *read, void **rows);

/* A list of texts, NULL-ended. */
int dialect_texts(const struct dialect_reader *reader, const struct node *object, const char *name,
	const char *const **texts);

/* The same for patterns, and a single one. */
int dialect_patterns(const struct dialect_reader *reader, const struct node *object,
	const char *name, const char *const **patterns);
int dialect_pattern(const struct dialect_reader *reader, const struct node *object,
	const char *name, const char **pattern);

/* A list of statuses, ended by 0. */
int dialect_statuses(const struct dialect_reader *reader, const struct node *object,
	const char *name, const uint16_t **statuses);

#endif
