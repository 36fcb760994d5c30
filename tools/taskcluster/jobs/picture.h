/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_JOBS_PICTURE_H
#define TC_CLI_JOBS_PICTURE_H

/*
 * Lines for people on the terminal that standard error is, drawn again in place; nothing where it
 * is none. The cursor stands below the lines, so that nothing is out of order however the program
 * ends. There is one picture at a time; what is told on standard error goes above it
 * (report_behind).
 */

#include <stdbool.h>
#include <stdio.h>

/* Whether anything will be drawn; `quiet`: it will not. */
bool picture_begin(bool quiet);

/* Prints the lines, at most `rows` of them and each at most `columns` wide and ended by
 * picture_end_line; returns how many those were. */
typedef int picture_fn(void *data, FILE *out, int rows, int columns);
void picture_end_line(FILE *out);

/* In place of what was drawn before. */
void picture_draw(picture_fn *print, void *data);

/* Takes the lines away, for something to be printed. */
void picture_hide(void);

void picture_end(void);

#endif
