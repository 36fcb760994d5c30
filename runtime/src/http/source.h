/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_SOURCE_H
#define TC_RUNTIME_SOURCE_H

/*
 * A body that does not lie in the request: a tc_source, and one reading of it. Memory and files are
 * read at any place and by several at once; a function or a pipe by one, from its beginning.
 *
 *	rc = tc__reading_rewind(&reading, &err);	(before each attempt)
 *	rc = tc__reading_next(&reading, bytes, size, &length);	(as often as bytes are wanted)
 *	tc__reading_end(&reading);
 */

#include "runtime/src/base/error.h"
#include <taskcluster/source.h>

/* What all readings of a source share. */
struct tc__source {
	struct tc_source given;
	bool moved; /* a function or a pipe is not at its beginning any more */
	bool busy;  /* somebody reads it */
};

struct tc__reading {
	struct tc__source *source; /* NULL: there is none */
	int64_t position;          /* of the next byte */
	bool holds;                /* the source is busy with this reading */
	tc_error err;              /* why it cannot go on; code TC_OK until then */
};

/* TC_ERROR_ARGUMENT for a source that cannot be read. */
int tc__source_check(const struct tc_source *given, tc_error *err);

/* Whether it cannot be read a second time. */
bool tc__source_is_once(const struct tc__source *source);

/* To the first byte. TC_ERROR_ARGUMENT when it cannot go there again, or another reading is under
 * way; what the source's own function says. */
int tc__reading_rewind(struct tc__reading *reading, tc_error *err);

/* The next bytes; 0 behind the last. The last piece comes only when nothing is behind it: not TC_OK
 * when the source has fewer bytes than its length, or more, or cannot be read; reading->err tells.
 */
int tc__reading_next(struct tc__reading *reading, char *bytes, size_t size, size_t *length);

/* To another place, for a transport that sends again by itself. */
int tc__reading_seek(struct tc__reading *reading, int64_t position);

/* Whether bytes are gone that another attempt would need. */
bool tc__reading_is_spent(const struct tc__reading *reading);

/* Others may read the source. */
void tc__reading_end(struct tc__reading *reading);

#endif
