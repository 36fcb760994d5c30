/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_SCHEMAS_H
#define TC_SCHEMA_SCHEMAS_H

/*
 * JSON schemas, and what they refer to. Those of the references are files in the references'
 * folder, or given as text by a program that holds them. Files are read when they are first needed,
 * and kept. Bodies are checked against these files and not with the library's tables, so that each
 * checks the other; and only the files know the defaults. Anybody's schemas are brought by `fetch`,
 * and vetted (vet.h).
 */

#include "tools/schema/places.h"

#include <stdbool.h>
#include <taskcluster/json.h>
#include <taskcluster/operation.h>

/*
 * Brings the schema at a location, which the one at `from` refers to by its URI, as a tree for
 * tc_release. An error says why it is not to be had, or not from there.
 */
typedef int schemas_fetch_fn(
	void *data, const char *from, const char *location, const tc_json **json, tc_error *err);

struct schemas {
	const char *folder;        /* has references/ and schemas/; NULL: there are none */
	struct schema_file *files; /* those read, or missing */
	struct places places;
	/* Of anybody's schemas, which are all vetted as they come; NULL for those of the
	 * references, which are taken as they are. */
	schemas_fetch_fn *fetch;
	/* Told of what is in a schema and does not count; the place is "FILE: POINTER". */
	void (*note)(void *data, const char *place, const char *text);
	void *data; /* for fetch and note */
	/* What is wrong with a schema, or where it leads to: the first of all. Not NULL with
	 * `fetch`. */
	tc_error *err;
};

/* The schema of an operation's body ("input") or reply ("output"); {0} when it has none, or the
 * file is missing. */
struct schema schemas_of(
	struct schemas *schemas, const struct tc_operation *operation, const char *which);

/* A schema by its path below the folder, such as "/schemas/queue/v1/task.json", or its URI. */
struct schema schemas_find(struct schemas *schemas, const char *path);

/* Takes a schema from memory, as if it lay at the path; its text need not stay. */
int schemas_add(
	struct schemas *schemas, const char *path, const char *text, size_t length, tc_error *err);

/* Follows $ref, beside which other keywords do not count, until there is none. {0} when it leads
 * nowhere. */
struct schema schemas_resolve(struct schemas *schemas, struct schema schema);

/* Another schema of the same file. */
struct schema schemas_inside(struct schema schema, const tc_json *json);

/* Where it stands, "/schemas/queue/v1/task.json"; "" for none. */
const char *schemas_path(struct schema schema);

/* Whether a text has the pattern somewhere; undecided for one that is none, too. The pattern is
 * kept by its address. */
enum pattern_answer schemas_match(
	struct schemas *schemas, const tc_json *pattern, const char *text, size_t length);

void schemas_clear(struct schemas *schemas);

#endif
