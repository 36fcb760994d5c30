/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_FORMAT_H
#define WORKER_MOUNTS_FORMAT_H

/* The formats of the payload schema, and what of libarchive reads them. */

#include <archive.h>
#include <stdbool.h>

struct format {
	const char *name;
	int (*container)(struct archive *archive); /* NULL: not read here; neither is one whose */
	int (*filter)(struct archive *archive);    /* would start a program; NULL: none */
	int code;                                  /* of the filter */
};

/* By name; NULL: there is none of that name. Of a fileMount's content, or of a directory's. */
const struct format *format_of_file(const char *name);
const struct format *format_of_folder(const char *name);

/* Whether this build of libarchive reads it, by itself. */
bool format_is_read(const struct format *format);

/* Sets a reader up for this format only; false: it cannot. */
bool format_set(const struct format *format, struct archive *archive);

#endif
