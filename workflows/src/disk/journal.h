/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_JOURNAL_H
#define TC_WORKFLOWS_JOURNAL_H

/*
 * A file of lines that only grows, and now and then is written anew: for what a program has to know
 * after it was killed or the machine has lost power. It is for the own user alone, never a link,
 * and locked (flock) against other programs and other journals of this one.
 *
 *	MAGIC
 *	CHECKSUM NUMBER SYNCED TEXT
 *
 * Numbers grow from line to line; up to SYNCED all lines were on disk when this one was written. So
 * a reader can tell lines that power took before anybody relied on them, which count for nothing,
 * from a file that was damaged. The checksum (FNV-1a) is against accidents, not against people.
 *
 * What it holds may be secret: memory that had it is wiped. One thread at a time.
 */

#include "workflows/src/disk/place.h"
#include <stdbool.h>
#include <stdint.h>

struct tc__journal {
	struct tc__place place; /* its own */
	const char *magic;      /* borrowed: a constant; a line of text */
	char *spare;            /* the name of the file that will take its place, when it is written
				   anew */
	int fd;                 /* -1: it is not open */
	off_t size;             /* where the next line goes */
	uint64_t number;        /* of the last line */
	uint64_t synced;        /* of the last one that is on disk */
	bool broken;            /* what failed could not be undone: nothing is appended any more */
};
#define TC__JOURNAL_NONE \
	{ \
		.place = TC__PLACE_NONE, .fd = -1 \
	}

/* Where a line's text is. */
struct tc__span {
	off_t at;
	size_t length; /* 0: there is none */
};

/*
 * Opens and locks it, or makes it. TC_ERROR_SYSTEM, naming it, when another program has it, when it
 * is a link, no file, or not of this user alone. What was there is read by tc__journal_read before
 * anything is appended. `magic` is a constant. After a failure it is none.
 */
int tc__journal_open(
	struct tc__journal *journal, const char *path, const char *magic, tc_error *err);

/* Calls `line` for each line that counts; its text ends in NUL, and may be changed; a failure of
 * `line` ends the reading. TC_ERROR_SYSTEM when it is damaged, or a file of another kind. Nothing
 * on disk is changed. */
typedef int tc__journal_fn(void *data, char *text, const struct tc__span *span, tc_error *err);
int tc__journal_read(struct tc__journal *journal, tc__journal_fn *line, void *data, tc_error *err);

/* The same of bytes in memory, of which the whole are read: for the above, and for tests. `length`
 * bytes are there and one more, for a NUL. *journal: only magic, place.path, size, number. */
int tc__journal_parse(struct tc__journal *journal, char *bytes, size_t length, tc__journal_fn *line,
	void *data, tc_error *err);

/* Lines to be appended together; {0} is none. */
struct tc__batch {
	char *bytes;
	size_t length, room;
	uint64_t lines;
};

/* A piece of a line's text, which has no end of a line and no NUL in it. */
struct tc__piece {
	const char *text;
	size_t length;
};

/* Adds a line made of pieces; *span (NULL: not needed) will be where its text is, once the batch is
 * there. After a failure the batch is empty. */
int tc__journal_add(const struct tc__journal *journal, struct tc__batch *batch,
	const struct tc__piece *pieces, size_t count, struct tc__span *span, tc_error *err);

/* Appends them: all or, after a failure, none. With `sync` they are on disk. The batch is empty
 * then, in any case. */
int tc__journal_append(
	struct tc__journal *journal, struct tc__batch *batch, bool sync, tc_error *err);

void tc__batch_drop(struct tc__batch *batch);

/* A line's text with a NUL behind it, for tc__wipe_free; NULL: *err says why. */
char *tc__journal_text(
	const struct tc__journal *journal, const struct tc__span *span, tc_error *err);

/* Writes it anew, with these lines only (a span without length is none), and tells where they are
 * now; on disk when it returns. After a failure it is as before. */
int tc__journal_rewrite(
	struct tc__journal *journal, struct tc__span *const *spans, size_t count, tc_error *err);

/* Empties and removes it, and closes. */
void tc__journal_remove(struct tc__journal *journal);

/* Fine on {0} with fd -1. */
void tc__journal_close(struct tc__journal *journal);

#endif
