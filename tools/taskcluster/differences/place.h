/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_DIFFERENCES_PLACE_H
#define TC_CLI_DIFFERENCES_PLACE_H

#include <stdio.h>

/* Prints what a JSON pointer into a schema is about as people name it in a value, behind a blank:
 * "/properties/runs/items/properties/state/enum" is " runs[].state". Of the whole nothing is
 * printed. */
void place_print(FILE *out, const char *pointer);

#endif
