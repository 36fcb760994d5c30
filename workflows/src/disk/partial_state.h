/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PARTIAL_STATE_H
#define TC_WORKFLOWS_PARTIAL_STATE_H

/*
 * What is known of the first bytes of a partial file, and the text that keeps it: lines of a name
 * and a value, the last of them a checksum, so that what a crash left half written, or was damaged,
 * is not believed. A text is read only when it is, byte for byte, one that was written here.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <taskcluster/error.h>

#define TC__ETAG_SIZE 256
#define TC__PARTIAL_STATE_MAX ((size_t)1024) /* bytes of a text besides the id */

struct tc__partial_state {
	char etag[TC__ETAG_SIZE]; /* strong, with its quotes: whose bytes these are */
	int64_t length;           /* of the whole; -1: nobody knows */
	int64_t position;         /* so many of them are there */
	unsigned char sha256[32]; /* of those */
};

/* An id that can be kept: a line of text, and not an empty one. */
int tc__partial_check_id(const char *id, tc_error *err);

/* The text, for free(). TC_ERROR_ARGUMENT for a state that cannot be: an ETag that is weak or not
 * printable, a position beyond the length. `mode` is of 0777. */
int tc__partial_state_write(char **text, const char *id, const struct tc__partial_state *state,
	mode_t mode, tc_error *err);

/* false: it is no such text, or of another id. What was filled until then is worth nothing. */
bool tc__partial_state_read(const char *text, size_t length, const char *id,
	struct tc__partial_state *state, mode_t *mode);

/* FNV-1a, of 64 bits: against accidents, not against people. */
uint64_t tc__partial_hash(const char *bytes, size_t length);

#endif
