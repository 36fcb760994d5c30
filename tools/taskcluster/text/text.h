/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TEXT_H
#define TC_CLI_TEXT_H

/* Texts of the references, for people: sentences, and lines that fit. They may be a deployment's,
 * and do not steer the terminal. */

#include <stddef.h>
#include <stdio.h>

/* The length of the first sentence, with its full stop. */
size_t text_sentence(const char *text);

/* Prints words in lines that begin with `indent` spaces and fit the terminal (80 columns without
 * one). Blank lines part paragraphs; lines that begin with a mark of a list or with spaces stay
 * lines. Ends with a line feed. */
void text_wrap(FILE *out, int indent, const char *text, size_t length);

/* The same behind what stands on the line already, `used` columns of it. */
void text_hang(FILE *out, int used, int indent, const char *text);

#endif
