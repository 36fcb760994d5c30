/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/store/tables.h"

#include <stddef.h>

#define COUNT_ONE_MORE \
	"INSERT INTO run_counts VALUES (NEW.queue_id, NEW.state, 1)" \
	" ON CONFLICT DO UPDATE SET count = count + 1;"
#define COUNT_ONE_LESS \
	"UPDATE run_counts SET count = count - 1" \
	" WHERE queue_id = OLD.queue_id AND state = OLD.state;"
#define RESOLVED "('completed', 'failed', 'exception')"
#define RESOLVED_ONE_LESS \
	"UPDATE run_counts SET count = count - 1" \
	" WHERE queue_id = OLD.queue_id AND state = 'resolved';"

const char *const sandbox_schema[] = {
	/* Auth */
	"CREATE TABLE IF NOT EXISTS clients (client_id TEXT PRIMARY KEY, access_token TEXT NOT "
	"NULL,"
	" description TEXT NOT NULL, scopes TEXT NOT NULL, expires INTEGER NOT NULL,"
	" created INTEGER NOT NULL, modified INTEGER NOT NULL, used INTEGER NOT NULL,"
	" rotated INTEGER NOT NULL, delete_on_expiration INTEGER NOT NULL DEFAULT 0,"
	" disabled INTEGER NOT NULL DEFAULT 0, name TEXT) WITHOUT ROWID",
	"CREATE TABLE IF NOT EXISTS roles (role_id TEXT PRIMARY KEY, description TEXT NOT NULL,"
	" scopes TEXT NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL) WITHOUT ROWID",
	"CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY, entity_type TEXT NOT NULL,"
	" entity_id TEXT NOT NULL, client_id TEXT NOT NULL, action TEXT NOT NULL,"
	" created INTEGER NOT NULL)",

	/* Queue: a task's state is its last run's, repeated here for the indexes */
	"CREATE TABLE IF NOT EXISTS tasks (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" task_id TEXT NOT NULL UNIQUE, definition TEXT NOT NULL, group_id TEXT NOT NULL,"
	" scheduler_id TEXT NOT NULL, project_id TEXT NOT NULL, queue_id TEXT NOT NULL,"
	" priority INTEGER NOT NULL, requires TEXT NOT NULL, retries INTEGER NOT NULL,"
	" retries_left INTEGER NOT NULL, created INTEGER NOT NULL, deadline INTEGER NOT NULL,"
	" expires INTEGER NOT NULL, state TEXT NOT NULL)",
	"CREATE INDEX IF NOT EXISTS tasks_by_group ON tasks (group_id, task_id COLLATE en_us)",
	"CREATE INDEX IF NOT EXISTS tasks_open ON tasks (group_id, seq)"
	" WHERE state IN ('unscheduled', 'pending', 'running')",
	"CREATE INDEX IF NOT EXISTS tasks_by_expires ON tasks (expires)",
	"CREATE INDEX IF NOT EXISTS tasks_by_deadline ON tasks (deadline)"
	" WHERE state IN ('unscheduled', 'pending', 'running')",
	"CREATE TABLE IF NOT EXISTS runs (task_id TEXT NOT NULL, run_id INTEGER NOT NULL,"
	" queue_id TEXT NOT NULL, priority INTEGER NOT NULL, state TEXT NOT NULL,"
	" reason_created TEXT NOT NULL, reason_resolved TEXT, worker_group TEXT, worker_id TEXT,"
	" taken_until INTEGER, scheduled INTEGER NOT NULL, started INTEGER, resolved INTEGER,"
	" by_work INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY (task_id, run_id)) WITHOUT ROWID",
	"CREATE INDEX IF NOT EXISTS runs_pending ON runs (queue_id, priority DESC, scheduled)"
	" WHERE state = 'pending'",
	"CREATE INDEX IF NOT EXISTS runs_claimed ON runs (queue_id, started)"
	" WHERE state = 'running'",
	"CREATE INDEX IF NOT EXISTS runs_taken ON runs (taken_until) WHERE state = 'running'",
	/* how many runs of a queue are in these states: counting them would take as long as there
	 * are many */
	"CREATE TABLE IF NOT EXISTS run_counts (queue_id TEXT NOT NULL, state TEXT NOT NULL,"
	" count INTEGER NOT NULL, PRIMARY KEY (queue_id, state)) WITHOUT ROWID",
	"INSERT OR IGNORE INTO run_counts SELECT queue_id, state, count(*) FROM runs"
	" WHERE state IN ('pending', 'running') GROUP BY queue_id, state",
	"CREATE TRIGGER IF NOT EXISTS runs_added AFTER INSERT ON runs"
	" WHEN NEW.state IN ('pending', 'running') BEGIN " COUNT_ONE_MORE " END",
	"CREATE TRIGGER IF NOT EXISTS runs_left AFTER UPDATE OF state ON runs"
	" WHEN OLD.state <> NEW.state AND OLD.state IN ('pending', 'running') BEGIN " COUNT_ONE_LESS
	" END",
	"CREATE TRIGGER IF NOT EXISTS runs_entered AFTER UPDATE OF state ON runs"
	" WHEN OLD.state <> NEW.state AND NEW.state IN ('pending', 'running') BEGIN " COUNT_ONE_MORE
	" END",
	"CREATE TRIGGER IF NOT EXISTS runs_removed AFTER DELETE ON runs"
	" WHEN OLD.state IN ('pending', 'running') BEGIN " COUNT_ONE_LESS " END",
	/* and how many of its tasks are resolved */
	"INSERT OR IGNORE INTO run_counts SELECT queue_id, 'resolved', count(*) FROM (SELECT 1"
	" WHERE NOT EXISTS (SELECT 1 FROM run_counts WHERE state = 'resolved')) CROSS JOIN tasks"
	" WHERE state IN " RESOLVED " GROUP BY queue_id",
	"CREATE TRIGGER IF NOT EXISTS tasks_resolved AFTER UPDATE OF state ON tasks"
	" WHEN NEW.state IN " RESOLVED " AND OLD.state NOT IN " RESOLVED " BEGIN"
	" INSERT INTO run_counts VALUES (NEW.queue_id, 'resolved', 1)"
	" ON CONFLICT DO UPDATE SET count = count + 1; END",
	"CREATE TRIGGER IF NOT EXISTS tasks_reopened AFTER UPDATE OF state ON tasks"
	" WHEN OLD.state IN " RESOLVED " AND NEW.state NOT IN " RESOLVED " BEGIN " RESOLVED_ONE_LESS
	" END",
	"CREATE TRIGGER IF NOT EXISTS tasks_removed AFTER DELETE ON tasks"
	" WHEN OLD.state IN " RESOLVED " BEGIN " RESOLVED_ONE_LESS " END",
	"CREATE TABLE IF NOT EXISTS dependencies (required TEXT NOT NULL, task_id TEXT NOT NULL,"
	" satisfied INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (required, task_id)) WITHOUT ROWID",
	"CREATE INDEX IF NOT EXISTS dependencies_by_task ON dependencies (task_id, satisfied)",
	"CREATE TABLE IF NOT EXISTS groups (group_id TEXT PRIMARY KEY, scheduler_id TEXT NOT NULL,"
	" expires INTEGER NOT NULL, sealed INTEGER) WITHOUT ROWID",
	"CREATE TABLE IF NOT EXISTS artifacts (task_id TEXT NOT NULL, run_id INTEGER NOT NULL,"
	" name TEXT NOT NULL, storage TEXT NOT NULL, content_type TEXT NOT NULL,"
	" content_length INTEGER, target TEXT, reason TEXT, present INTEGER NOT NULL,"
	" expires INTEGER NOT NULL, PRIMARY KEY (task_id, run_id, name)) WITHOUT ROWID",
	"CREATE INDEX IF NOT EXISTS artifacts_by_expires ON artifacts (expires)",
	"CREATE TABLE IF NOT EXISTS queues (queue_id TEXT PRIMARY KEY, provisioner_id TEXT NOT "
	"NULL,"
	" worker_type TEXT NOT NULL, last_active INTEGER NOT NULL) WITHOUT ROWID",
	"CREATE TABLE IF NOT EXISTS workers (queue_id TEXT NOT NULL, worker_group TEXT NOT NULL,"
	" worker_id TEXT NOT NULL, first_claim INTEGER NOT NULL, last_active INTEGER NOT NULL,"
	" expires INTEGER NOT NULL, quarantine_until INTEGER, quarantine_details TEXT,"
	" recent TEXT NOT NULL DEFAULT '[]',"
	" PRIMARY KEY (queue_id, worker_group, worker_id)) WITHOUT ROWID",

	/* bytes lie in files beside the state, named by blob */
	"CREATE TABLE IF NOT EXISTS blobs (blob TEXT PRIMARY KEY, content_type TEXT,"
	" content_encoding TEXT, expected INTEGER NOT NULL, length INTEGER NOT NULL,"
	" expires INTEGER NOT NULL) WITHOUT ROWID",
	"CREATE INDEX IF NOT EXISTS blobs_by_expires ON blobs (expires)",
	"CREATE TABLE IF NOT EXISTS objects (name TEXT PRIMARY KEY, project_id TEXT NOT NULL,"
	" upload_id TEXT NOT NULL, blob TEXT NOT NULL, content_type TEXT, expires INTEGER NOT NULL,"
	" hashes TEXT NOT NULL DEFAULT '{}', finished INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID",

	/* Index */
	"CREATE TABLE IF NOT EXISTS entries (namespace TEXT NOT NULL, name TEXT NOT NULL,"
	" task_id TEXT NOT NULL, rank INTEGER NOT NULL, data TEXT NOT NULL, expires INTEGER NOT "
	"NULL,"
	" PRIMARY KEY (namespace, name)) WITHOUT ROWID",
	"CREATE TABLE IF NOT EXISTS namespaces (parent TEXT NOT NULL, name TEXT NOT NULL,"
	" expires INTEGER NOT NULL, PRIMARY KEY (parent, name)) WITHOUT ROWID",

	"CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, secret TEXT NOT NULL,"
	" expires INTEGER NOT NULL) WITHOUT ROWID",

	/* Purge-cache */
	"CREATE TABLE IF NOT EXISTS purge_requests (pool_id TEXT NOT NULL, cache_name TEXT NOT "
	"NULL, before INTEGER NOT NULL, expires INTEGER NOT NULL,"
	" PRIMARY KEY (pool_id, cache_name)) WITHOUT ROWID",

	/* Notify */
	"CREATE TABLE IF NOT EXISTS notifications (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" kind TEXT NOT NULL, address TEXT NOT NULL, received INTEGER NOT NULL,"
	" body TEXT NOT NULL)",
	"CREATE TABLE IF NOT EXISTS denied_addresses (type TEXT NOT NULL, address TEXT NOT NULL,"
	" PRIMARY KEY (type, address)) WITHOUT ROWID",

	/* Worker-manager */
	"CREATE TABLE IF NOT EXISTS worker_pools (pool_id TEXT PRIMARY KEY, provider_id TEXT NOT "
	"NULL,"
	" earlier_providers TEXT NOT NULL DEFAULT '[]', description TEXT NOT NULL,"
	" config TEXT NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,"
	" owner TEXT NOT NULL, email_on_error INTEGER NOT NULL) WITHOUT ROWID",
	"CREATE TABLE IF NOT EXISTS managed_workers (pool_id TEXT NOT NULL, worker_group TEXT NOT "
	"NULL,"
	" worker_id TEXT NOT NULL, provider_id TEXT NOT NULL, state TEXT NOT NULL,"
	" capacity INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,"
	" expires INTEGER NOT NULL, static_secret TEXT NOT NULL, secret TEXT,"
	" PRIMARY KEY (pool_id, worker_group, worker_id)) WITHOUT ROWID",
	"CREATE TABLE IF NOT EXISTS worker_errors (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" error_id TEXT NOT NULL, pool_id TEXT NOT NULL, reported INTEGER NOT NULL,"
	" kind TEXT NOT NULL, title TEXT NOT NULL, description TEXT NOT NULL,"
	" extra TEXT NOT NULL)",
	"CREATE INDEX IF NOT EXISTS worker_errors_by_pool ON worker_errors (pool_id, seq)",

	/* Hooks: all but ids, the token and the time of the next fire is JSON text */
	"CREATE TABLE IF NOT EXISTS hooks (group_id TEXT NOT NULL, hook_id TEXT NOT NULL,"
	" metadata TEXT NOT NULL, task TEXT NOT NULL, schedule TEXT NOT NULL,"
	" bindings TEXT NOT NULL, trigger_schema TEXT NOT NULL, token TEXT NOT NULL,"
	" next_fire INTEGER, PRIMARY KEY (group_id, hook_id)) WITHOUT ROWID",
	"CREATE INDEX IF NOT EXISTS hooks_by_fire ON hooks (next_fire)"
	" WHERE next_fire IS NOT NULL",
	"CREATE TABLE IF NOT EXISTS hook_fires (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" group_id TEXT NOT NULL, hook_id TEXT NOT NULL, task_id TEXT NOT NULL,"
	" fired_by TEXT NOT NULL, fired INTEGER NOT NULL, error TEXT)",
	"CREATE INDEX IF NOT EXISTS hook_fires_by_hook ON hook_fires (group_id, hook_id, seq)",

	/* Messages on their way to RabbitMQ */
	"CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" exchange TEXT NOT NULL, routing_key TEXT NOT NULL, cc TEXT NOT NULL, body TEXT NOT "
	"NULL)",

	/* Classic scheduler */
	"CREATE TABLE IF NOT EXISTS graphs (graph_id TEXT PRIMARY KEY, definition TEXT NOT NULL)"
	" WITHOUT ROWID",
	"CREATE TABLE IF NOT EXISTS graph_tasks (graph_id TEXT NOT NULL, task_id TEXT NOT NULL,"
	" position INTEGER NOT NULL, requires TEXT NOT NULL, reruns INTEGER NOT NULL,"
	" reruns_left INTEGER NOT NULL, UNIQUE (graph_id, task_id))",
	"CREATE INDEX IF NOT EXISTS graph_tasks_by_task ON graph_tasks (task_id)",
	NULL,
};
