/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_EMIT_POOL_H
#define TC_CODEGEN_EMIT_POOL_H

/*
 * Constant objects of a source file that are there once: what is equal, by its text, has one name.
 * Memory that ends is told at the end: names are good texts until then.
 */

#include "codegen/src/input/prose.h"
#include "codegen/src/input/table.h"

struct pool {
	struct tc__arena arena;
	struct table by_text;
	struct table names; /* -> how many were made of each */
	unsigned uncounted; /* such a number, when memory has ended */
	bool no_memory;
};

/* It must not move. */
void pool_open(struct pool *pool);

/* Takes what it allocated; tells `out` when memory had ended. */
void pool_close(struct pool *pool, struct tc__buffer *out);

/* Zeroed memory of the pool; NULL when memory ends. */
void *pool_allocate(struct pool *pool, size_t size);

/* The buffer's text, kept as long as the pool; the buffer is cleared. */
const char *pool_keep(struct pool *pool, struct tc__buffer *text);

/* A name that the file does not have yet: prefix_hint, prefix_hint2 … */
const char *pool_name(struct pool *pool, const char *prefix, const char *hint);

/* The name of `type name = init` that is there already; NULL when there is none. *text becomes
 * "type = init", kept; init is cleared. */
const char *pool_find(
	struct pool *pool, const char *type, struct tc__buffer *init, const char **text);

/* Says that what pool_find looked for is there now, under a name of pool_name. */
void pool_add(struct pool *pool, const char *text, const char *name);

/* Writes `type name = init;` as static, unless an equal one is there; gives its name. */
const char *pool_define(struct pool *pool, struct tc__buffer *out, const char *type,
	const char *prefix, const char *hint, struct tc__buffer *init);

/* Adds C text to lines, broken at spaces where C's reader would. */
void pool_fill(struct fill *fill, const char *text);

/* Writes a statement, or a row of a table, broken at spaces; `first` is its indent. */
void pool_write(struct tc__buffer *out, const char *first, const char *text);

/* Objects of one type, which become one declaration with a row for each. */
struct pool_rows {
	struct pool *pool;
	const char *type, *prefix;
	bool arrays, pointers; /* pointers: each holds const pointers to the type */
	struct tc__buffer text;
};

struct pool_rows pool_rows_of(struct pool *pool, const char *type, const char *prefix, bool arrays);

/* The name of an object, whose row is added unless an equal one is there. */
const char *pool_share(struct pool_rows *rows, const char *hint, struct tc__buffer *init);

/* Writes the declaration, if there is a row, and clears the rows. */
void pool_write_rows(struct pool_rows *rows, struct tc__buffer *out);

#endif
