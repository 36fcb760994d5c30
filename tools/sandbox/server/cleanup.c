/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/server/cleanup.h"

#include "runtime/src/base/buffer.h"

#include <stdio.h>
#include <unistd.h>

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)
#define ROWS 500
#define REST_MS (60 * 1000)
#define MORE_MS 20
#define AT_ONCE " LIMIT 500)" /* ROWS */

/* Each takes the time before which things are too old. */
static const char *const statements[] = {
	"DELETE FROM artifacts WHERE (task_id, run_id, name) IN (SELECT task_id, run_id, name FROM "
	"artifacts WHERE expires < ?" AT_ONCE,
	"DELETE FROM runs WHERE (task_id, run_id) IN (SELECT r.task_id, r.run_id FROM tasks t JOIN "
	"runs r ON r.task_id = t.task_id WHERE t.expires < ?" AT_ONCE,
	"DELETE FROM dependencies WHERE (required, task_id) IN (SELECT d.required, d.task_id FROM "
	"tasks t JOIN dependencies d ON d.task_id = t.task_id WHERE t.expires < ?" AT_ONCE,
	/* a task goes when nothing of it is left */
	"DELETE FROM tasks WHERE seq IN (SELECT seq FROM tasks t WHERE t.expires < ? AND NOT "
	"EXISTS (SELECT 1 FROM runs r WHERE r.task_id = t.task_id) AND NOT EXISTS (SELECT 1 FROM "
	"dependencies d WHERE d.task_id = t.task_id)" AT_ONCE,
	"DELETE FROM groups WHERE group_id IN (SELECT group_id FROM groups WHERE expires < "
	"?" AT_ONCE,
	"DELETE FROM objects WHERE name IN (SELECT name FROM objects WHERE expires < ?" AT_ONCE,
	"DELETE FROM entries WHERE (namespace, name) IN (SELECT namespace, name FROM entries WHERE "
	"expires < ?" AT_ONCE,
	"DELETE FROM namespaces WHERE (parent, name) IN (SELECT parent, name FROM namespaces WHERE "
	"expires < ?" AT_ONCE,
	"DELETE FROM secrets WHERE name IN (SELECT name FROM secrets WHERE expires < ?" AT_ONCE,
	"DELETE FROM purge_requests WHERE (pool_id, cache_name) IN (SELECT pool_id, cache_name "
	"FROM "
	"purge_requests WHERE expires < ?" AT_ONCE,
	"DELETE FROM managed_workers WHERE (pool_id, worker_group, worker_id) IN (SELECT pool_id, "
	"worker_group, worker_id FROM managed_workers WHERE expires < ?" AT_ONCE,
	/* a pool that is wound down goes with its last worker */
	"DELETE FROM worker_pools WHERE pool_id IN (SELECT pool_id FROM worker_pools p WHERE "
	"provider_id = 'null-provider' AND modified < ? AND NOT EXISTS (SELECT 1 FROM "
	"managed_workers w WHERE w.pool_id = p.pool_id)" AT_ONCE,
	"DELETE FROM clients WHERE client_id IN (SELECT client_id FROM clients WHERE "
	"delete_on_expiration AND expires < ?" AT_ONCE,
	"DELETE FROM workers WHERE (queue_id, worker_group, worker_id) IN (SELECT queue_id, "
	"worker_group, worker_id FROM workers WHERE expires < ?" AT_ONCE,
};

/* The bytes go with their row; a kill in between leaves a file that nobody names. */
static int remove_blobs(struct sandbox *sandbox, int64_t before_ms)
{
	struct tc__buffer path = TC__BUFFER(5000);
	struct row *row = store_query(sandbox->store,
		"SELECT blob FROM blobs WHERE expires < ? LIMIT 500", "i", before_ms);

	while (store_next(row)) {
		tc__buffer_truncate(&path, 0);
		tc__buffer_printf(&path, "%s/%s", sandbox->data, store_text(row, 0));
		if (!tc__buffer_failed(&path))
			unlink(path.data);
	}
	store_end(sandbox->store, row);
	tc__buffer_clear(&path);
	return store_run(sandbox->store,
		"DELETE FROM blobs WHERE blob IN (SELECT blob FROM blobs WHERE expires < ?" AT_ONCE,
		"i", before_ms);
}

int64_t cleanup_run(struct sandbox *sandbox, int64_t now_ms)
{
	int64_t before = now_ms - DAY_MS;
	bool more = false;

	store_begin(sandbox->store);
	for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
		more = store_run(sandbox->store, statements[i], "i", before) == ROWS || more;
	more = remove_blobs(sandbox, before) == ROWS || more;
	return store_commit(sandbox->store) && more ? MORE_MS : REST_MS;
}
