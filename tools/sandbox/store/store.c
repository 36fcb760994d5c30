/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/store/store.h"

#include "runtime/src/base/error.h"
#include "tools/sandbox/store/collate.h"
#include "tools/sandbox/store/tables.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENTS 512 /* far more than the program has */

struct row {
	sqlite3_stmt *statement;
	const char *sql;
	struct store *store;
	bool busy, kept;
};

struct store {
	sqlite3 *db;
	struct row rows[STATEMENTS];
	bool failed, open;
	char problem[256];
	store_ended_fn *ended;
	void *ended_data;
};

static void note_failure(struct store *store)
{
	store->failed = true;
	snprintf(store->problem, sizeof store->problem, "%s", sqlite3_errmsg(store->db));
}

void store_fail(struct store *store, const char *why)
{
	store->failed = true;
	snprintf(store->problem, sizeof store->problem, "%s", why);
}

const char *store_problem(const struct store *store)
{
	return store->problem;
}

/* A state that another version wrote would be misread. */
static bool same_version(struct store *store)
{
	int64_t version = store_number(store, 0, "PRAGMA user_version", "");

	if (version && version != SANDBOX_SCHEMA_VERSION) {
		store_fail(store, "it was written by another version of the sandbox");
		return false;
	}
	return true;
}

static bool create_tables(struct store *store)
{
	if (!same_version(store))
		return false;
	if (sqlite3_exec(store->db, "PRAGMA user_version = " SANDBOX_SCHEMA_VERSION_TEXT, NULL,
		    NULL, NULL) != SQLITE_OK)
		return false;
	for (size_t i = 0; sandbox_schema[i]; i++) {
		if (sqlite3_exec(store->db, sandbox_schema[i], NULL, NULL, NULL) != SQLITE_OK)
			return false;
	}
	return true;
}

static int compare(void *data, int a_length, const void *a, int b_length, const void *b)
{
	(void)data;
	return collate_compare(a, (size_t)a_length, b, (size_t)b_length);
}

struct store *store_open(const char *path, tc_error *err)
{
	struct store *store = calloc(1, sizeof *store);

	if (!store) {
		tc__fail_nomem(err);
		return NULL;
	}
	/* a kill leaves what was written to the system; only a crash of the machine could lose the
	 * last commits, never the file. FULL would wait for the disk at each commit: 1,950 instead
	 * of 2,870 tasks a second where that costs little */
	if (sqlite3_open(path ? path : ":memory:", &store->db) != SQLITE_OK ||
		sqlite3_exec(store->db,
			"PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
			"PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF;",
			NULL, NULL, NULL) != SQLITE_OK ||
		sqlite3_create_collation(store->db, "en_us", SQLITE_UTF8, NULL, compare) !=
			SQLITE_OK ||
		!create_tables(store)) {
		tc__fail(err, TC_ERROR_SYSTEM, "state %s: %s", path ? path : "in memory",
			store->failed ? store->problem : sqlite3_errmsg(store->db));
		store_close(store);
		return NULL;
	}
	return store;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(store->rows[i].statement);
	sqlite3_close(store->db);
	free(store);
}

/* Where a statement is kept, or NULL when it is in use (a loop inside a loop) or no place is left.
 */
static struct row *find_row(struct store *store, const char *sql)
{
	size_t at = (size_t)((uintptr_t)sql >> 3) % STATEMENTS;

	for (size_t tries = 0; tries < STATEMENTS; tries++) {
		struct row *row = &store->rows[(at + tries) % STATEMENTS];
		if (!row->sql || row->sql == sql)
			return row->busy ? NULL : row;
	}
	return NULL;
}

static struct row *prepare(struct store *store, const char *sql)
{
	struct row *row = find_row(store, sql);

	if (row)
		row->kept = true;
	else
		row = calloc(1, sizeof *row);
	if (!row) {
		store->failed = true;
		return NULL;
	}
	row->store = store;
	row->busy = true;
	if (row->statement)
		return row;
	row->sql = sql;
	if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &row->statement,
		    NULL) != SQLITE_OK)
		note_failure(store);
	return row;
}

static void bind(struct row *row, const char *types, va_list values)
{
	for (int i = 1; *types; types++, i++) {
		int rc = SQLITE_OK;
		if (*types == 't') {
			rc = sqlite3_bind_text(
				row->statement, i, va_arg(values, const char *), -1, SQLITE_STATIC);
		} else if (*types == 'i') {
			rc = sqlite3_bind_int64(row->statement, i, va_arg(values, int64_t));
		} else {
			const void *bytes = va_arg(values, const void *);
			rc = sqlite3_bind_blob64(
				row->statement, i, bytes, va_arg(values, size_t), SQLITE_STATIC);
		}
		if (rc != SQLITE_OK)
			note_failure(row->store);
	}
}

static struct row *query(struct store *store, const char *sql, const char *types, va_list values)
{
	struct row *row = prepare(store, sql);

	if (row && row->statement)
		bind(row, types, values);
	return row;
}

struct row *store_query(struct store *store, const char *sql, const char *types, ...)
{
	va_list values;

	va_start(values, types);
	struct row *row = query(store, sql, types, values);
	va_end(values);
	return row;
}

bool store_next(struct row *row)
{
	if (!row || !row->statement || row->store->failed)
		return false;
	int rc = sqlite3_step(row->statement);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		note_failure(row->store);
	return rc == SQLITE_ROW;
}

void store_end(struct store *store, struct row *row)
{
	(void)store;
	if (!row)
		return;
	row->busy = false;
	if (!row->kept) {
		sqlite3_finalize(row->statement);
		free(row);
		return;
	}
	sqlite3_reset(row->statement);
	sqlite3_clear_bindings(row->statement);
}

const char *store_text(struct row *row, int column)
{
	return (const char *)sqlite3_column_text(row->statement, column);
}

int64_t store_int(struct row *row, int column)
{
	return sqlite3_column_int64(row->statement, column);
}

const char *store_copy(struct tc__arena *arena, struct row *row, int column)
{
	const char *text = store_text(row, column);

	if (!text)
		return NULL;
	const char *copy =
		tc__arena_text(arena, text, (size_t)sqlite3_column_bytes(row->statement, column));
	if (!copy)
		row->store->failed = true;
	return copy;
}

int store_run(struct store *store, const char *sql, const char *types, ...)
{
	va_list values;

	va_start(values, types);
	struct row *row = query(store, sql, types, values);
	va_end(values);
	while (store_next(row))
		;
	store_end(store, row);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): only the row is gone, not the store */
	return store->failed ? 0 : sqlite3_changes(store->db);
}

int64_t store_number(struct store *store, int64_t none, const char *sql, const char *types, ...)
{
	va_list values;

	va_start(values, types);
	struct row *row = query(store, sql, types, values);
	va_end(values);
	int64_t number = none;
	if (store_next(row) && sqlite3_column_type(row->statement, 0) != SQLITE_NULL)
		number = store_int(row, 0);
	store_end(store, row);
	return number;
}

void store_begin(struct store *store)
{
	store->failed = false;
	store->open = true;
	store_run(store, "BEGIN IMMEDIATE", "");
}

void store_on_end(struct store *store, store_ended_fn *ended, void *data)
{
	store->ended = ended;
	store->ended_data = data;
}

static void end(struct store *store, bool committed)
{
	bool was_open = store->open;

	store->open = false;
	if (was_open && store->ended)
		store->ended(store->ended_data, committed);
	store->failed = false;
}

bool store_commit(struct store *store)
{
	if (store->open && !store->failed)
		store_run(store, "COMMIT", "");
	if (store->failed) {
		store_rollback(store);
		return false;
	}
	end(store, true);
	return true;
}

void store_rollback(struct store *store)
{
	store->failed = false;
	if (store->open)
		store_run(store, "ROLLBACK", "");
	end(store, false);
}
