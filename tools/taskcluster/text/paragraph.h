/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TEXT_PARAGRAPH_H
#define TC_CLI_TEXT_PARAGRAPH_H

/* A text that is put together piece by piece, and printed in lines that fit. */

#include <stdio.h>

struct paragraph {
	FILE *out; /* what the pieces are printed to */
	char *text;
	size_t length;
};

void paragraph_begin(struct paragraph *paragraph);

/* Prints it behind `used` columns, with further lines indented. */
void paragraph_end(struct paragraph *paragraph, int used, int indent);

#endif
