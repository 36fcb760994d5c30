/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_COLOR_H
#define TC_CLI_SHARED_COLOR_H

/* Colours of texts, for people: on terminals only, and not where NO_COLOR (https://no-color.org) is
 * set to something, or TERM is "dumb". */

#include <stdbool.h>
#include <stdio.h>

enum color { COLOR_NONE, COLOR_GOOD, COLOR_BAD, COLOR_BUSY, COLOR_FAINT };

bool color_wanted(FILE *out);

/* What is printed in front of a text in the colour; COLOR_NONE goes behind it. "" where none is
 * wanted. */
const char *color_begin(FILE *out, enum color color);

/* That of a task's or run's state: completed, failed, exception, running, pending, unscheduled. */
enum color color_of_state(const char *state);

#endif
