/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_SPOOL_H
#define TC_WORKFLOWS_SPOOL_H

/* A temporary file without a name, for what is compressed before it is sent, has no known length,
 * or can be read once only. */

#include "workflows/src/bytes/input.h"

struct tc__spool {
	int fd;             /* -1: not open */
	const char *folder; /* borrowed, for messages */
	void *deflater;     /* NULL: bytes are kept as they are */
	int64_t length;     /* bytes in it */
};
#define TC__SPOOL_NONE \
	{ \
		-1, NULL, NULL, 0 \
	}

/* Where it is made: `given`, or else TMPDIR, which lives until somebody sets it, or /tmp. */
const char *tc__spool_folder(const char *given);

/* In `folder`, which must live as long. For tc__spool_close. */
int tc__spool_open(struct tc__spool *spool, const char *folder, bool gzip, tc_error *err);

/*
 * Takes some more of the input, a few hundred kilobytes at most. *done: all of it is there, as long
 * as was said. *later: the input has no more for now. TC_ERROR_SYSTEM when there is no room.
 */
int tc__spool_fill(
	struct tc__spool *spool, struct tc__input *input, bool *done, bool *later, tc_error *err);

/* The first bytes of it, as many as there are up to `size`. */
int tc__spool_read(
	const struct tc__spool *spool, void *bytes, size_t size, size_t *length, tc_error *err);

/* All of it as the body of a transfer. */
void tc__spool_source(const struct tc__spool *spool, struct tc_source *body);

void tc__spool_close(struct tc__spool *spool);

#endif
