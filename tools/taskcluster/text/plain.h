/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TEXT_PLAIN_H
#define TC_CLI_TEXT_PLAIN_H

/* Texts of servers on terminals, which must show them rather than obey them: the controls of ASCII
 * and, in UTF-8, of ISO 6429 (U+0080 to U+009F). */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Whether there is no control in it but tabs and line ends. */
bool plain_is(const char *text, size_t length);

/* The bytes of the UTF-8 character that the text begins with, 1 to 4; 0: it is none. */
size_t plain_character(const char *text);

/* Prints it with a space for each control but line feeds. */
void plain_print(FILE *out, const char *text, size_t length);

/* The same with a space for line feeds as well: names, of which each has one line. */
void plain_print_line(FILE *out, const char *text, size_t length);

/* A copy in UTF-8, as JSON needs it, with a question mark for each byte that is none; a NUL stands
 * behind the text, and behind the copy. For free(), NULL when memory ends. */
char *plain_utf8(const char *text, size_t length);

/* JSON text with escapes for those controls that JSON allows in its strings; for free(), NULL when
 * memory ends. */
char *plain_json(const char *text, size_t length, size_t *plain_length);

#endif
