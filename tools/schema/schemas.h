/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_SCHEMAS_H
#define TC_SCHEMA_SCHEMAS_H

/*
 * The JSON schemas of the references, as files in the references' folder, or given as text by a
 * program that holds them. Files are read when they are first needed, and kept. Bodies are checked
 * against these files and not with the library's tables, so that each checks the other; and only
 * the files know the defaults.
 */

#include <stdbool.h>
#include <taskcluster/json.h>
#include <taskcluster/operation.h>

#define SCHEMAS_PLACES 256

/* A schema, and the file against which its references are resolved; {0} for none. */
struct schema {
	const tc_json *json;
	const struct schema_file *file;
};

struct schema_link {
	const tc_json *from;
	struct schema to;
};

struct schemas {
	const char *folder;        /* has references/ and schemas/; NULL: there are none */
	struct schema_file *files; /* those read, or missing */
	struct schema_pattern *patterns[SCHEMAS_PLACES]; /* by address */
	/* what $refs lead to, by address too; one takes another's place */
	struct schema_link links[SCHEMAS_PLACES];
};

/* The schema of an operation's body ("input") or reply ("output"); {0} when it has none, or the
 * file is missing. */
struct schema schemas_of(
	struct schemas *schemas, const struct tc_operation *operation, const char *which);

/* A schema by its path below the folder, such as "/schemas/queue/v1/task.json". */
struct schema schemas_find(struct schemas *schemas, const char *path);

/* Takes a schema from memory, as if it lay at the path; its text need not stay. */
int schemas_add(
	struct schemas *schemas, const char *path, const char *text, size_t length, tc_error *err);

/* Follows $ref, beside which other keywords do not count, until there is none. */
struct schema schemas_resolve(struct schemas *schemas, struct schema schema);

/* Another schema of the same file. */
struct schema schemas_inside(struct schema schema, const tc_json *json);

/* Where it stands, "/schemas/queue/v1/task.json"; "" for none. */
const char *schemas_path(struct schema schema);

/* Whether a text has the pattern somewhere. The pattern is kept by its address. */
bool schemas_match(
	struct schemas *schemas, const tc_json *pattern, const char *text, size_t length);

void schemas_clear(struct schemas *schemas);

#endif
