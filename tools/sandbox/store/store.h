/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_STORE_H
#define TC_SANDBOX_STORE_H

/*
 * The state, in SQLite: in memory, or in a file that survives SIGKILL (a change that was answered
 * was committed before). One thread. Statements are prepared once and kept, found by the address
 * of their text, which must therefore be a literal. What goes wrong is kept: the server asks
 * store_commit at the end of a request, and answers 500.
 *
 *	struct row *row = store_query(store, "SELECT task_id FROM tasks WHERE state = ?", "t",
 * state); while (store_next(row)) puts(store_text(row, 0)); store_end(store, row);
 */

#include "runtime/src/base/memory.h"
#include <taskcluster/error.h>

struct store;
struct row;

/* `path` NULL: in memory. */
struct store *store_open(const char *path, tc_error *err);
void store_close(struct store *store);

/* Values by type, one letter each: t text (NULL is null), i int64_t, b bytes (pointer, size_t).
 * Texts are not copied: they must live until store_end. */
struct row *store_query(struct store *store, const char *sql, const char *types, ...);
bool store_next(struct row *row);
void store_end(struct store *store, struct row *row);

/* Columns of the present row: valid until the next store_next or store_end. */
const char *store_text(struct row *row, int column); /* NULL for null */
int64_t store_int(struct row *row, int column);
const char *store_copy(struct tc__arena *arena, struct row *row, int column);

/* One statement without rows; the number of rows it changed. */
int store_run(struct store *store, const char *sql, const char *types, ...);

/* The first column of the first row, or `none`. */
int64_t store_number(struct store *store, int64_t none, const char *sql, const char *types, ...);

/* A transaction for each request that may write. False when anything since store_begin failed: all
 * of it is undone then. */
void store_begin(struct store *store);
bool store_commit(struct store *store);
void store_rollback(struct store *store);

/* `ended` is told of each transaction when it is over, and whether it was kept. */
typedef void store_ended_fn(void *data, bool committed);
void store_on_end(struct store *store, store_ended_fn *ended, void *data);

/* Makes the present transaction fail, for a reason outside the store. */
void store_fail(struct store *store, const char *why);

/* Why the last transaction failed, for the log. */
const char *store_problem(const struct store *store);

#endif
