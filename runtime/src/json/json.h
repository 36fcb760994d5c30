/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_JSON_H
#define TC_RUNTIME_JSON_H

/*
 * What other rooms need of JSON beyond <taskcluster/json.h>: numbers as text, and writing into a
 * buffer.
 */

#include "runtime/src/base/buffer.h"
#include "runtime/src/base/error.h"
#include <taskcluster/json.h>

/* A builder whose tree is wiped by tc_release(), and which wipes its own scratch. */
tc_json_builder *tc__json_builder_new_secret(void);

/* tc_json_add_name for one that may contain \u0000. */
void tc__json_add_name_n(tc_json_builder *builder, const char *name, size_t length);

/*
 * Adds a list whose rows become objects: each item that is an array is one, and its places are
 * called as `columns`, an array of strings, has it; a row may end before they do. All share one
 * copy of the names. Both are arrays; a row that is longer fails the builder, as does a name that
 * stands twice.
 */
void tc__json_add_rows(tc_json_builder *builder, const tc_json *items, const tc_json *columns);

/* The text of a string that only its end ends: NULL for one with \u0000 in it, and for all that is
 * no string. */
const char *tc__json_plain_text(const tc_json *json);

/* Writes a string with its quotes, escaping what JSON demands. `text` must be UTF-8. */
void tc__json_write_string(struct tc__buffer *buffer, const char *text, size_t length);

/* Writes a name as a message shows it: as JSON, and cut when it is long. */
void tc__json_show_name(struct tc__buffer *buffer, const tc_json *name);

/* Writes a value. TC_ERROR_ARGUMENT for NULL, TC_ERROR_NOMEM when the buffer failed. */
int tc__json_append(struct tc__buffer *buffer, const tc_json *json, enum tc_json_style style);

/*
 * Numbers, by the text of a JSON number (which is not checked again). None depends on the locale.
 */

/* false when it has a fraction or does not fit; "1e3" and "1.0" are integers. */
bool tc__number_int64(const char *text, size_t length, int64_t *value);

/* The nearest double; infinite beyond the largest. */
double tc__number_double(const char *text, size_t length);

/* Whether the exact decimal values are equal. */
bool tc__number_equal(const char *a, size_t a_length, const char *b, size_t b_length);

/* What tc__number_write needs at most, with a NUL. */
#define TC__NUMBER_MAX 32

/* Writes a finite double so that reading gives it again, in as few digits as that takes. Returns
 * the length; a NUL stands behind it. */
size_t tc__number_write(char text[TC__NUMBER_MAX], double value);

#endif
