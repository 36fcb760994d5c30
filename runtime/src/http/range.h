/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_RANGE_H
#define TC_RUNTIME_RANGE_H

/* A part of a content (RFC 9110, 14): what is asked for, and whether it is what came. Pure. */

#include "runtime/src/base/buffer.h"
#include "runtime/src/base/error.h"

struct tc__range {
	int64_t begin, length; /* length 0: to the end; begin and length 0: all of it */
};

static inline bool tc__range_is_all(const struct tc__range *range)
{
	return range->begin == 0 && range->length == 0;
}

/* Appends "bytes=10-19" or "bytes=10-". */
void tc__range_value(const struct tc__range *range, struct tc__buffer *value);

/*
 * Whether a 206 with this Content-Range (NULL: it has none) is the range that was asked for, as far
 * as the content reaches; *length is how many bytes it has then. TC_ERROR_REPLY for any other, and
 * when none was asked for.
 */
int tc__range_check(
	const struct tc__range *range, const char *content_range, int64_t *length, tc_error *err);

#endif
