/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_FORMAT_H
#define TC_SCHEMA_FORMAT_H

/* The formats of texts that JSON Schema names, of all drafts. */

#include <stdbool.h>
#include <stddef.h>

/* Whether anything is known of the format. */
bool format_is_known(const char *format);

/* Whether a text has the format, as its RFC has it; those that are not known have any text. */
bool format_is_kept(const char *format, const char *text, size_t length);

#endif
