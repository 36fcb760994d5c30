/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/store/tables.h"

#include <stddef.h>

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
	"CREATE INDEX IF NOT EXISTS tasks_by_group ON tasks (group_id, seq)",
	"CREATE INDEX IF NOT EXISTS tasks_open ON tasks (group_id, seq)"
	" WHERE state IN ('unscheduled', 'pending', 'running')",
	"CREATE INDEX IF NOT EXISTS tasks_by_expires ON tasks (expires)",
	"CREATE INDEX IF NOT EXISTS tasks_by_deadline ON tasks (deadline)"
	" WHERE state IN ('unscheduled', 'pending', 'running')",
	"CREATE TABLE IF NOT EXISTS runs (task_id TEXT NOT NULL, run_id INTEGER NOT NULL,"
	" queue_id TEXT NOT NULL, priority INTEGER NOT NULL, state TEXT NOT NULL,"
	" reason_created TEXT NOT NULL, reason_resolved TEXT, worker_group TEXT, worker_id TEXT,"
	" taken_until INTEGER, scheduled INTEGER NOT NULL, started INTEGER, resolved INTEGER,"
	" PRIMARY KEY (task_id, run_id)) WITHOUT ROWID",
	"CREATE INDEX IF NOT EXISTS runs_pending ON runs (queue_id, priority DESC, scheduled)"
	" WHERE state = 'pending'",
	"CREATE INDEX IF NOT EXISTS runs_claimed ON runs (queue_id, started)"
	" WHERE state = 'running'",
	"CREATE INDEX IF NOT EXISTS runs_taken ON runs (taken_until) WHERE state = 'running'",
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
	" task_id TEXT NOT NULL, rank TEXT NOT NULL, data TEXT NOT NULL, expires INTEGER NOT NULL,"
	" PRIMARY KEY (namespace, name)) WITHOUT ROWID",
	"CREATE TABLE IF NOT EXISTS namespaces (parent TEXT NOT NULL, name TEXT NOT NULL,"
	" expires INTEGER NOT NULL, PRIMARY KEY (parent, name)) WITHOUT ROWID",

	"CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, secret TEXT NOT NULL,"
	" expires INTEGER NOT NULL) WITHOUT ROWID",

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
