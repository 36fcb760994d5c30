/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PARTIAL_H
#define TC_WORKFLOWS_PARTIAL_H

/*
 * A file that is not whole yet. Its bytes are in ".NAME.tc-part" beside its place, and what is known
 * of them in ".NAME.tc-state": both for the own user alone, never a link, and locked (flock) against
 * other programs and other jobs of this one. Names that would be too long for the file system with
 * that around them are cut, and get a hash. It takes its name when it is whole, and not before.
 *
 * The state is a text that is written anew, in place, every now and then; what cannot be read (after a
 * crash in its middle) is as none.
 */

#include "workflows/src/disk/place.h"
#include <stdbool.h>
#include <stdint.h>

#define TC__ETAG_SIZE 256

/* What is known of the first bytes of a partial file. */
struct tc__partial_state {
	char etag[TC__ETAG_SIZE]; /* strong, with its quotes: whose bytes these are */
	int64_t length;           /* of the whole; -1: nobody knows */
	int64_t position;         /* so many of them are there */
	unsigned char sha256[32]; /* of those */
};

struct tc__partial {
	struct tc__place place; /* its own */
	int fd;                 /* ".NAME.tc-part", for reading and writing, at its beginning; -1 */
	int state_fd;           /* ".NAME.tc-state"; -1 until it is written */
	char *part_name, *state_name;
	char *id; /* what it is a download of */
	mode_t mode; /* that the file will have: what it had, or what umask leaves of 0666 */
	bool had_state; /* `found` was there when it was opened */
	struct tc__partial_state found;
};

/*
 * Opens it, and locks it; `place` is taken over in any case (and is none then). `id` (a line of
 * text) says what it is a download of: what was left of another is thrown away, and so is all when
 * `anew`, and what is no file of this user with one name. The state that was found claims what is
 * there: the caller reads the bytes before he believes it. TC_ERROR_SYSTEM, saying that another
 * program is at it, when it is locked. For tc__partial_close.
 */
int tc__partial_open(struct tc__partial *partial, struct tc__place *place, const char *id, bool anew,
	tc_error *err);

/* Writes the state: made at the first time. Its failure is no reason to end a download. */
int tc__partial_note(
	struct tc__partial *partial, const struct tc__partial_state *state, tc_error *err);

/* Throws the bytes and the state away; the lock stays. */
int tc__partial_empty(struct tc__partial *partial, tc_error *err);

/* Waits until its bytes are on disk. */
int tc__partial_sync(struct tc__partial *partial, tc_error *err);

/*
 * Gives it its name, in place of what is there, and removes the state, or keeps it with `keep_state`
 * (which tc__partial_note has written). With `sync` also the folder is on disk. It is closed then.
 */
int tc__partial_finish(struct tc__partial *partial, bool keep_state, bool sync, tc_error *err);

/* Closes it. What can be gone on with stays, for another time; with `drop`, or without a state, it
 * is removed. Fine on {0} with fd -1 and after tc__partial_finish. */
void tc__partial_close(struct tc__partial *partial, bool drop);

/* What was kept beside a whole file at the place by tc__partial_finish; false: nothing, or of
 * another id. */
bool tc__partial_read_kept(
	const struct tc__place *place, const char *id, struct tc__partial_state *state);

#endif
