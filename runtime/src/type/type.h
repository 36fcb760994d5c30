/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_TYPE_H
#define TC_RUNTIME_TYPE_H

/*
 * The codec: one decoder and one encoder for every generated struct, driven by the tables of
 * <taskcluster/type_table.h>. The decoder takes yajl's events as they come and leaves the value in
 * one arena, with no tree in between.
 */

#include "runtime/src/base/buffer.h"
#include "runtime/src/base/error.h"
#include <taskcluster/type_table.h>

/*
 * A decoder that is fed while bytes arrive. It has done most of its work when the last byte comes.
 *
 *	decoder = tc__decoder_new(type, flags, TC_ERROR_REPLY, err);
 *	rc = tc__decoder_feed(decoder, bytes, length, err);      (as often as bytes come)
 *	value = tc__decoder_finish(decoder, err);                (once, when the text ends)
 *	tc__decoder_free(decoder);                               (always)
 */
struct tc__decoder;

/* `flags` are enum tc_decode_flag; `code` is what a text that cannot be read fails with, in place
 * of TC_ERROR_INPUT. NULL when memory ends. */
struct tc__decoder *tc__decoder_new(
	const struct tc_type *type, unsigned flags, int code, tc_error *err);

/* After a failure nothing but tc__decoder_free may follow. */
int tc__decoder_feed(struct tc__decoder *decoder, const char *bytes, size_t length, tc_error *err);

/* The value, for tc_release(); NULL on failure. */
void *tc__decoder_finish(struct tc__decoder *decoder, tc_error *err);

void tc__decoder_free(struct tc__decoder *decoder);

/*
 * For the codec's own files.
 */

/* How arrays and maps lie: `const T *x; size_t x_count;`. */
struct tc__list {
	const void *items;
	size_t count;
};

/* The JSON kinds that a value of the type may have, as a set of TC_JSON_IS(…). */
unsigned tc__type_kinds(const struct tc_type *type);

/* Bytes that a value takes where it is held directly. */
size_t tc__type_size(const struct tc_type *type);

/* The field of an object by its name as the schema spells it; NULL when there is none. */
const struct tc_field *tc__type_field(const struct tc_type *type, const char *name, size_t length);

/* The arm whose discriminator may have this text; NULL when there is none. */
const struct tc_arm *tc__type_arm_by_text(
	const struct tc_type *type, const char *text, size_t length);

/* The arm that an object fits best by its shape; NULL when it fits none. */
const struct tc_arm *tc__type_arm_by_shape(const struct tc_type *type, const tc_json *object);

/* Adds "/<token>" to a JSON pointer, escaped as RFC 6901 says. */
void tc__pointer_add(struct tc__buffer *pointer, const char *token, size_t length);

/* "an object or a string": what a set of kinds is called in messages. */
#define TC__KINDS_TEXT 96
const char *tc__type_kinds_text(unsigned kinds, char text[TC__KINDS_TEXT]);

/* Whether `text` is one of `count` texts, each with a NUL behind it. */
bool tc__type_text_in(const char *texts, size_t count, const char *text, size_t length);

/* A text of a list, by its position. */
struct tc__span {
	const char *text;
	size_t length;
};

/* Whether two texts of a list are equal: 1, with their positions; 0; or TC_ERROR_NOMEM. */
int tc__spans_twice(struct tc__span (*get)(const void *context, size_t position),
	const void *context, size_t count, size_t *first, size_t *second);

/*
 * Rules of texts
 */

/* The scratch of pattern matching, for one thread at a time; starts as {0}. */
struct tc__matcher {
	void *data;
	void *limits;
};
void tc__matcher_clear(struct tc__matcher *matcher);

/* Whether the text, valid UTF-8, has a match of the pattern: 1 or 0, or TC_ERROR_NOMEM.
 * TC_ERROR_INPUT: the pattern is none, or takes more steps than is decent. */
int tc__pattern_match(
	struct tc_pattern *pattern, struct tc__matcher *matcher, const char *text, size_t length);

/* Unicode characters of valid UTF-8. */
size_t tc__characters(const char *text, size_t length);

/* Whether the text has one of the formats (enum tc_text_format). */
bool tc__text_has_format(unsigned formats, const char *text);

#endif
