/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PARTIAL_H
#define TC_WORKFLOWS_PARTIAL_H

/*
 * A file that is not whole yet. Its bytes are in ".NAME.tc-part" beside its place, and what is
 * known of them in ".NAME.tc-state": both for the own user alone, never a link, and locked (flock)
 * against other programs and other jobs of this one. Names that would be too long for the file
 * system with that around them are cut, and get a hash. It takes its name when it is whole, and not
 * before.
 *
 * The state is a text that is written anew, in place, every now and then; what cannot be read
 * (after a crash in its middle) is as none.
 *
 * One thread at a time.
 */

#include "workflows/src/disk/partial_state.h"
#include "workflows/src/disk/place.h"

struct tc__partial {
	struct tc__place place; /* its own */
	int fd;                 /* ".NAME.tc-part", for reading and writing, at its beginning; -1 */
	int state_fd;           /* ".NAME.tc-state" of these bytes; -1 until it is written */
	char *part_name, *state_name;
	char *id;       /* what it is a download of */
	mode_t mode;    /* that the file will have: what it had, or what umask leaves of 0666 */
	int64_t noted;  /* the position that the state on disk tells; -1: there is none */
	bool had_state; /* `found` was there when it was opened */
	bool stateless; /* ".NAME.tc-state" was not there then, nor made since */
	struct tc__partial_state found;
};
#define TC__PARTIAL_NONE \
	{ \
		.place = TC__PLACE_NONE, .fd = -1, .state_fd = -1, .noted = -1 \
	}

/*
 * Opens it, and locks it; `place` is taken over in any case (and is none then). `id` (a line of
 * text) says what it is a download of: what was left of another is thrown away, and so is all when
 * `anew`, and what is no file of this user with one name. The state that was found claims what is
 * there, and that may be followed by more: the caller reads the bytes before he believes it.
 * TC_ERROR_SYSTEM, saying that another program is at it, when it is locked. For tc__partial_close;
 * after a failure it is none.
 *
 * What tc__partial_finish has kept beside a whole file stays until tc__partial_note writes the
 * first state of the new one, so that it is still true when the new one never comes.
 */
int tc__partial_open(struct tc__partial *partial, struct tc__place *place, const char *id,
	bool anew, tc_error *err);

/* Writes the state: made at the first time. Its failure is no reason to end a download. */
int tc__partial_note(
	struct tc__partial *partial, const struct tc__partial_state *state, tc_error *err);

/* Throws the bytes and their state away, and goes to the beginning; the lock stays. */
int tc__partial_empty(struct tc__partial *partial, tc_error *err);

/* Waits until its bytes are on disk. */
int tc__partial_sync(struct tc__partial *partial, tc_error *err);

/*
 * Gives it its name, in place of what is there, whose permissions it gets, and removes the state,
 * or keeps it with `keep_state` (which tc__partial_note has written, of all the bytes). With `sync`
 * also the folder is on disk. It is closed then, after a failure as by tc__partial_close; when
 * something else than a file has the name, nobody can go on with it, and it is removed.
 */
int tc__partial_finish(struct tc__partial *partial, bool keep_state, bool sync, tc_error *err);

/* Closes it. What can be gone on with (bytes, and a state that tells of some) stays, for another
 * time; else, or with `drop`, it is removed. Fine on {0} with fd -1 and after tc__partial_finish.
 */
void tc__partial_close(struct tc__partial *partial, bool drop);

/* What was kept beside a whole file at the place by tc__partial_finish; false: nothing, or of
 * another id, or the file has another length now. It says what the bytes were then. */
bool tc__partial_read_kept(
	const struct tc__place *place, const char *id, struct tc__partial_state *state);

#endif
