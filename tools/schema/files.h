/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_FILES_H
#define TC_SCHEMA_FILES_H

/* The files of schemas, for those parts of this room that make them. */

#include "tools/schema/schemas.h"

/* A file, or a part of one that has a URI of its own ($id). */
struct schema_file {
	struct schema_file *next;
	const tc_json *json;             /* NULL: missing or malformed */
	char *path;                      /* its URI, without a fragment unless it is "…#name" */
	char *location;                  /* of a whole file: where it was found; else NULL */
	const struct schema_file *whole; /* of which it is a part; or itself */
	int draft;                       /* 4, 6 or 7 */
	bool unsaid;                     /* that draft was not said, but taken for granted */
};

/* Keeps a file, which owns the JSON unless `whole` is that of which it is a part. NULL without
 * memory: then the JSON is released. */
struct schema_file *files_keep(struct schemas *schemas, const char *path, const tc_json *json,
	const struct schema_file *whole);

struct schema_file *files_find(const struct schemas *schemas, const char *path);

#endif
