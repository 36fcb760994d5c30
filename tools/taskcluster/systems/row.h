/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SYSTEMS_ROW_H
#define TC_CLI_SYSTEMS_ROW_H

/* Rows of columns on standard output: for people on a terminal, aligned and in colours; else with a
 * tab between columns, and nothing shortened. What is in a column stands in one line. */

#include "tools/taskcluster/shared/color.h"

#include <taskcluster/json.h>

#include <stdint.h>

/* A column; "-" for NULL and "". `width` is for terminals: longer texts are cut when `cut`. */
struct column {
	int width;
	bool cut;
};

void row_text(const struct column *column, const char *text, enum color color);
void row_json(const struct column *column, const tc_json *text); /* a string, or a number */
void row_time(const tc_json *seconds);                           /* since 1970, as a date */
void row_duration(const tc_json *from, const tc_json *to);       /* hours, as 1:02:05 */

/* The last column; ends the row. */
void row_end(const char *text, size_t length);

/* Whether rows are for people. */
bool row_is_for_people(void);

#endif
