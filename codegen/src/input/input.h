/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_INPUT_H
#define TC_CODEGEN_INPUT_H

/*
 * What --references names: a tree (a folder with manifest.json at its top or in references/), a
 * bundle (one JSON file, a list of { filename, content }), or a single reference file. All three
 * are documents found by name, such as "schemas/queue/v1/task.json".
 */

#include "codegen/src/input/node.h"
#include "codegen/src/input/table.h"

struct document {
	struct document *next;
	const char *name;      /* inside its tree */
	const char *file;      /* how errors call it */
	const tc_json *root;   /* lives as long as the input */
	const tc_json *parsed; /* the tree to release; NULL for a part of a bundle */
};

enum input_kind { INPUT_TREE, INPUT_BUNDLE, INPUT_FILE };

struct input {
	struct input *next;
	struct tc__arena *arena;
	enum input_kind kind;
	const char *path;           /* as the user gave it */
	size_t bytes_left;          /* that files may still have */
	int folder;                 /* the tree's descriptor, or -1 */
	bool has_schemas;           /* false: a file without a tree, whose schemas nobody has */
	struct document *documents; /* those read so far */
	struct table by_name;
	const tc_json *bundle;
};

/* Opens a path, of which all files together may have `bytes_max` bytes. The input lies in the
 * arena; close it before the arena ends. */
int input_open(struct tc__arena *arena, const char *path, size_t bytes_max, struct input **input,
	tc_error *err);

/* The same for a text that is a bundle or a single reference file; `path` is what errors call
 * it. */
int input_open_text(struct tc__arena *arena, const char *path, const char *text, size_t length,
	struct input **input, tc_error *err);

/* The document of that name, or *document NULL when the input has none. Broken JSON is an error. */
int input_find(
	struct input *input, const char *name, const struct document **document, tc_error *err);

/* Whether a name stays inside its tree: no empty, "." or ".." segment, no backslash, nothing but
 * printable ASCII. */
bool input_name_is_safe(const char *name);

/* What stands behind `path`, such as "/schemas/common/manifest-v", in the name that a document has
 * for its schema; NULL when that is another. The name is a path or a URL; until March 2019 it was
 * one of a host that had nothing but schemas, where the path begins behind /schemas. */
const char *input_behind_schema(const char *name, const char *path);

/*
 * The references that the input has, in their order: what its manifest lists (any version of the
 * manifest), all of references/ in a bundle without one, or the single file. For each, `read` is
 * called; the first failure ends it.
 */
typedef int input_read_fn(
	void *context, struct input *input, const struct document *document, tc_error *err);
int input_each_reference(struct input *input, input_read_fn *read, void *context, tc_error *err);

/* Frees what the arena does not hold. NULL is fine. */
void input_close(struct input *input);

#endif
