/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_TYPE_ENCODE_H
#define TC_RUNTIME_TYPE_ENCODE_H

/* The encoder from within: what type_encode.c writes, and type_check.c looks at on the way. */

#include "runtime/src/type/type.h"

/* The way from the root to the value that is written, for messages. */
struct tc__step {
	const struct tc__step *outer;
	const char *name; /* NULL: an array's item, */
	size_t position;  /* its position; else the length of the name */
};

struct tc__encoder {
	struct tc__buffer out;
	bool checked;
	struct tc__matcher matcher;
	const struct tc__step *step; /* innermost */
	size_t depth;
	tc_error *err;
};

/* Fails with TC_ERROR_INPUT at the value that is written. */
TC_PRINTF(2, 3) int tc__refuse(struct tc__encoder *e, const char *format, ...);

/* The rules, whether they are asked for or not: TC_OK, or the code of the error told. */
int tc__check_text(
	struct tc__encoder *e, const struct tc_text_rules *rules, const char *text, size_t length);
int tc__check_int64(struct tc__encoder *e, const struct tc_int64_rules *rules, int64_t value);
int tc__check_double(struct tc__encoder *e, const struct tc_double_rules *rules, double value);

/* `what` there is `count` of: "items". */
int tc__check_count(
	struct tc__encoder *e, const struct tc_count_rules *rules, size_t count, const char *what);

/* That the items of an array, which begin at these offsets of the text, differ; behind the last
 * offset stands the array's end. */
int tc__check_unique(struct tc__encoder *e, const size_t *begins, size_t count);

#endif
