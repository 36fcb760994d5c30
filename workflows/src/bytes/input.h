/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_INPUT_H
#define TC_WORKFLOWS_INPUT_H

/* What is uploaded, as it is read: hashed on its way, and from the beginning as often as it has to
 * be, if its source can do that. */

#include "workflows/src/bytes/hashes.h"
#include <taskcluster/source.h>

enum tc__input_kind {
	TC__INPUT_MEMORY,
	TC__INPUT_FILE, /* read at offsets */
	TC__INPUT_PIPE, /* read once */
	TC__INPUT_FUNCTION
};

struct tc__input {
	struct tc_source given;
	enum tc__input_kind kind;
	int own_fd;               /* opened by path; -1 */
	int64_t length;           /* as it was said beforehand; -1: nobody knows */
	int64_t position;         /* bytes read since the beginning */
	struct tc__hashes hashes; /* of those */
};

/* `path`, or else `from`. For tc__input_close, also when it fails. TC_ERROR_SYSTEM for a file that
 * cannot be opened, TC_ERROR_ARGUMENT for what is neither. */
int tc__input_open(
	struct tc__input *input, const struct tc_source *from, const char *path, tc_error *err);

/* Whether it can be read again. */
bool tc__input_rewinds(const struct tc__input *input);

/* The next bytes; 0 at the end. *later: none are there yet, by a descriptor that does not block. */
int tc__input_read(struct tc__input *input, void *bytes, size_t size, size_t *length, bool *later,
	tc_error *err);

/* The same as the body of a transfer: of the length that is known, and rewinding. */
void tc__input_source(struct tc__input *input, struct tc_source *body);

/* From the beginning. */
int tc__input_rewind(struct tc__input *input, tc_error *err);

void tc__input_close(struct tc__input *input);

#endif
