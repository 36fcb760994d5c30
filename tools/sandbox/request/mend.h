/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_MEND_H
#define TC_SANDBOX_MEND_H

/* JSON that the services' parser takes and the library's refuses, made into what the latter takes.
 * Both work in place and keep the length, so that lines and columns stay. */

#include <stdbool.h>
#include <stddef.h>

/* Half a surrogate pair becomes U+FFFD. True when there was one, or \u0000: text that the services'
 * database refuses. */
bool mend_escapes(char *text, size_t length);

/* Of a name that stands twice in one object the last stays; what came before becomes blanks. Text
 * that is no JSON is left to the parser. False when memory ends. */
bool mend_names(char *text, size_t length);

#endif
