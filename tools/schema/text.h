/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_VALIDATE_TEXT_H
#define TC_SCHEMA_VALIDATE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <taskcluster/json.h>

/* The number of Unicode characters in valid UTF-8. */
size_t validate_characters(const char *text, size_t length);

/* Whether a text has a format of JSON Schema; formats that are not known are not checked. */
bool validate_format(const char *format, const char *text, size_t length);

/* Whether no item of an array is there twice. Texts are sorted for it, so that a long list is no
 * burden; of other items the first thousand count. */
bool validate_unique(const tc_json *array);

#endif
