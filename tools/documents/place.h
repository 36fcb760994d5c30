/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_DOCUMENTS_PLACE_H
#define TC_DOCUMENTS_PLACE_H

/* Where something stands in a text. */

#include <stdbool.h>
#include <stddef.h>

/* Both from 1, columns in characters (code points); 0: it is not known. */
struct place {
	size_t line, column;
};

/* That of a byte of a text in UTF-8. */
struct place place_of(const char *text, size_t offset);

/* Takes the next token of a JSON pointer (RFC 6901): stores where it begins, and its length; false
 * at the end. */
bool place_next(const char **pointer, const char **token, size_t *length);

/* Whether a token, which may have escapes (~0, ~1), is this name. */
bool place_is_name(const char *token, size_t length, const char *name, size_t name_length);

/* A token as a position in a list; SIZE_MAX when it is none. */
size_t place_position(const char *token, size_t length);

#endif
