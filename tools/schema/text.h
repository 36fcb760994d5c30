/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_VALIDATE_TEXT_H
#define TC_SCHEMA_VALIDATE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The number of Unicode characters in valid UTF-8. */
size_t validate_characters(const char *text, size_t length);

/* Whether a text has a format of JSON Schema; formats that are not known are not checked.
 * `strict`: as its RFC has it, and not as the services take it, of which six are known. */
bool validate_format(const char *format, const char *text, size_t length, bool strict);

#endif
