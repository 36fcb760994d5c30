/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_WRITE_H
#define TC_SANDBOX_WRITE_H

/* Writes JSON text from left to right, without a tree: commas come by themselves, and JSON that is
 * kept as text goes in as it is. Failure is kept by the buffer inside. */

#include "runtime/src/base/buffer.h"
#include <taskcluster/json.h>

struct writer {
	struct tc__buffer text;
	bool comma; /* a value came before at this level */
};

void write_object(struct writer *writer);
void write_end_object(struct writer *writer);
void write_array(struct writer *writer);
void write_end_array(struct writer *writer);
void write_name(struct writer *writer, const char *name);
void write_string_n(struct writer *writer, const char *text, size_t length);
void write_string(struct writer *writer, const char *text); /* NULL writes null */
void write_int(struct writer *writer, int64_t value);
void write_bool(struct writer *writer, bool value);
void write_raw(struct writer *writer, const char *json, size_t length); /* one value, as text */
void write_json(struct writer *writer, const tc_json *json);

/* A member of the object that is open; without a value (NULL, or 0 for a date) there is none. */
void write_member(struct writer *writer, const char *name, const char *text);
void write_member_int(struct writer *writer, const char *name, int64_t value);
void write_member_bool(struct writer *writer, const char *name, bool value);
void write_member_raw(struct writer *writer, const char *name, const char *json);
void write_member_date(struct writer *writer, const char *name, int64_t ms);

/* A date as the services' database writes it: no trailing zeros, and an offset. */
void write_member_zoned(struct writer *writer, const char *name, int64_t ms);

/* ms since 1970 as RFC 3339 with milliseconds and Z. */
#define DATE_SIZE 25
void write_date(char date[DATE_SIZE], int64_t ms);

#endif
