/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TEXT_PLAIN_H
#define TC_CLI_TEXT_PLAIN_H

/*
 * Texts of servers on terminals, which must show them rather than obey them. What steers is, in
 * UTF-8, a control of ASCII or ISO 6429 (U+0080 to U+009F), what turns the direction of the text
 * behind it (U+061C, U+200E and F, U+202A to 202E, U+2066 to 2069), as a name could then look like
 * another one, and an end of a line that is none in ASCII (U+2028 and 9).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Whether there is no control in it but tabs and line ends. Whole texts may turn as they like. */
bool plain_is(const char *text, size_t length);

/* The bytes of the UTF-8 character that the text begins with, 1 to 4; 0: it is none. */
size_t plain_character(const char *text);

/* Whether a character of UTF-8, so many bytes, steers. */
bool plain_steers(const char *text, size_t bytes);

/* Prints it with a space for each character that steers but line feeds, and a question mark for
 * each byte that is no character's. */
void plain_print(FILE *out, const char *text, size_t length);

/* The same with a space for line feeds as well: names, of which each has one line. */
void plain_print_line(FILE *out, const char *text, size_t length);

/* The same where `out` is a terminal, or memory that may go to one; else byte by byte. */
void plain_print_name(FILE *out, const char *text, size_t length);

/* A copy in UTF-8, as JSON needs it, with a question mark for each byte that is none; a NUL stands
 * behind the text, and behind the copy. For free(), NULL when memory ends. */
char *plain_utf8(const char *text, size_t length);

/* JSON text with escapes for what steers and JSON allows in its strings; for free(), NULL when
 * memory ends. */
char *plain_json(const char *text, size_t length, size_t *plain_length);

#endif
