/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PLACE_H
#define TC_WORKFLOWS_PLACE_H

/* Where a file is to be: a folder that is open, and a name in it. From then on only the two count,
 * so that nobody who renames folders or makes links meanwhile leads a write elsewhere. */

#include <sys/types.h>
#include <taskcluster/error.h>

#define TC__PLACE_NAME_MAX ((size_t)255) /* bytes of a name in a folder */

struct tc__place {
	int folder; /* a descriptor of its own; -1: none */
	char *name; /* the last part of the path, for free() */
	char *path; /* as it was given, for messages; for free(); NULL: it is not open */
};
#define TC__PLACE_NONE \
	{ \
		-1, NULL, NULL \
	}

/* A file by a path that the user of this program gave: links on the way to its folder are followed,
 * as everywhere. TC_ERROR_SYSTEM when there is no such folder, TC_ERROR_ARGUMENT for a path that
 * names no file ("", "a/", "..") or one where something else than a file is: a folder, a device, a
 * pipe, a link that leads to nothing. A link that leads to a file stands for the file. After a
 * failure it is none. */
int tc__place_open(struct tc__place *place, const char *path, tc_error *err);

/* The same, but that a link is no file: TC_ERROR_SYSTEM for all else that is there. */
int tc__place_open_itself(struct tc__place *place, const char *path, tc_error *err);

/*
 * A file below a folder, by a name that strangers chose: its parts become folders, which are made
 * if need be. TC_ERROR_INPUT for what is no path below it: an empty part, ".", "..", a part that is
 * longer than file names may be, or one that this library keeps for itself (".….tc-part",
 * ".….tc-state"), a control character. TC_ERROR_SYSTEM when a part is a file, or a symbolic link,
 * which is never followed, or when something else than a file is at its end.
 */
int tc__place_open_below(struct tc__place *place, int folder, const char *name, tc_error *err);

/* Whether the name can be such a path, without a look at the disk. */
int tc__place_check_below(const char *name, tc_error *err);

/* Opens a folder by a path that the user of this program gave; it is made if need be, with those
 * that it lies in. *fd is for close(); -1 after a failure, TC_ERROR_SYSTEM. */
int tc__place_make_folder(const char *path, int *fd, tc_error *err);

/* What the file that is there permits (of 0777), to *mode, which is left alone when nothing is
 * there. TC_ERROR_SYSTEM when something else than a file is. */
int tc__place_permissions(const struct tc__place *place, mode_t *mode, tc_error *err);

void tc__place_close(struct tc__place *place); /* fine on one that was never opened, and on {0} */

#endif
