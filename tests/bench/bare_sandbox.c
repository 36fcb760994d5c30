/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/bare_sandbox.h"

#include "tests/harness/test.h"
#include "tools/sandbox/store/collate.h"
#include "tools/sandbox/store/tables.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BODY_SIZE 65536
#define TASK_ID_LENGTH 22
#define DATE "2026-01-01T00:00:00.000Z"

enum { BEGIN, GROUP, TASK, RUN, COUNT, COMMIT, STATEMENTS };

static const char *const texts[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[GROUP] = "INSERT INTO groups (group_id, scheduler_id, expires) VALUES (?1, '-', ?2) "
		  "ON CONFLICT DO UPDATE SET expires = max(expires, excluded.expires)",
	[TASK] = "INSERT INTO tasks (task_id, definition, group_id, scheduler_id, project_id, "
		 "queue_id, priority, requires, retries, retries_left, created, deadline, expires, "
		 "state) VALUES (?1, ?3, ?4, '-', 'none', 'prov/type', 1, 'all-completed', 5, 5, "
		 "?2, ?2, ?2, 'pending')",
	[RUN] = "INSERT INTO runs (task_id, run_id, queue_id, priority, state, reason_created, "
		"taken_until, scheduled, started, resolved) VALUES (?1, 0, 'prov/type', 1, "
		"'pending', 'scheduled', 0, ?2, 0, 0)",
	[COUNT] = "INSERT INTO run_counts VALUES ('prov/type', 'pending', 1) "
		  "ON CONFLICT DO UPDATE SET count = count + 1",
	[COMMIT] = "COMMIT",
};

/* One server a process. */
static sqlite3 *db;
static sqlite3_stmt *statements[STATEMENTS];
static const char *group;

struct task {
	char id[TASK_ID_LENGTH + 1];
	char body[BODY_SIZE];
	size_t length;
};

/* ---- the rows ---- */

static int compare(void *data, int a_length, const void *a, int b_length, const void *b)
{
	(void)data;
	return collate_compare(a, (size_t)a_length, b, (size_t)b_length);
}

static void execute(const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		abort();
}

static void open_state(const char *path)
{
	if (sqlite3_open(path ? path : ":memory:", &db) != SQLITE_OK ||
		sqlite3_create_collation(db, "en_us", SQLITE_UTF8, NULL, compare) != SQLITE_OK)
		abort();
	execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
		"PRAGMA synchronous = NORMAL");
	for (size_t i = 0; sandbox_schema[i]; i++)
		execute(sandbox_schema[i]);
	/* the count of this one transition is a statement here */
	execute("DROP TRIGGER runs_added");
	for (size_t i = 0; i < STATEMENTS; i++) {
		if (sqlite3_prepare_v3(db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &statements[i],
			    NULL) != SQLITE_OK)
			abort();
	}
}

static void step(int which)
{
	if (sqlite3_step(statements[which]) != SQLITE_DONE)
		abort();
	sqlite3_reset(statements[which]);
}

static void bind_text(int which, int place, const char *text, size_t length)
{
	sqlite3_bind_text(statements[which], place, text, (int)length, SQLITE_STATIC);
}

static void store(const struct task *task)
{
	int64_t now_ms = (int64_t)time(NULL) * 1000;

	bind_text(GROUP, 1, group, strlen(group));
	bind_text(TASK, 1, task->id, TASK_ID_LENGTH);
	bind_text(TASK, 3, task->body, task->length);
	bind_text(TASK, 4, group, strlen(group));
	bind_text(RUN, 1, task->id, TASK_ID_LENGTH);
	for (int i = GROUP; i <= RUN; i++)
		sqlite3_bind_int64(statements[i], 2, now_ms);
	for (int i = BEGIN; i < STATEMENTS; i++)
		step(i);
}

/* ---- HTTP ---- */

static enum MHD_Result answer(struct MHD_Connection *connection, const struct task *task)
{
	char text[1000];
	int length = snprintf(text, sizeof text,
		"{\"status\":{\"taskId\":\"%s\",\"provisionerId\":\"prov\",\"workerType\":\"type\","
		"\"taskQueueId\":\"prov/type\",\"schedulerId\":\"-\",\"projectId\":\"none\","
		"\"taskGroupId\":\"%s\",\"priority\":\"lowest\",\"deadline\":\"" DATE
		"\",\"expires\":\"" DATE "\",\"retriesLeft\":5,\"state\":\"pending\",\"runs\":["
		"{\"runId\":0,\"state\":\"pending\",\"reasonCreated\":\"scheduled\","
		"\"scheduled\":\"" DATE "\"}]}}",
		task->id, group);
	struct MHD_Response *response =
		MHD_create_response_from_buffer((size_t)length, text, MHD_RESPMEM_MUST_COPY);

	MHD_add_response_header(response, "Content-Type", "application/json; charset=utf-8");
	enum MHD_Result queued = MHD_queue_response(connection, 200, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **context)
{
	struct task *task = *context;

	(void)data;
	(void)method;
	(void)version;
	if (!task) {
		*context = task = malloc(sizeof *task);
		if (!task || strlen(url) < TASK_ID_LENGTH)
			return MHD_NO;
		strcpy(task->id, url + strlen(url) - TASK_ID_LENGTH);
		task->length = 0;
		return MHD_YES;
	}
	if (!*upload_size) {
		store(task);
		return answer(connection, task);
	}
	if (*upload_size > sizeof task->body - task->length)
		return MHD_NO;
	memcpy(task->body + task->length, upload, *upload_size);
	task->length += *upload_size;
	*upload_size = 0;
	return MHD_YES;
}

static void on_end(void *data, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode code)
{
	(void)data;
	(void)connection;
	(void)code;
	free(*context);
	*context = NULL;
}

static _Noreturn void serve(const char *state, int out)
{
	struct sockaddr_in loopback = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	open_state(state);
	struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO,
		0, NULL, NULL, on_request, NULL, MHD_OPTION_SOCK_ADDR, &loopback,
		MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)BODY_SIZE, MHD_OPTION_END);
	const union MHD_DaemonInfo *info =
		daemon ? MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;

	if (!info || write(out, &info->port, sizeof info->port) != sizeof info->port)
		_exit(1);
	for (;;)
		pause();
}

/* ---- from outside ---- */

struct bare_sandbox *bare_sandbox_start(const char *state, const char *group_id)
{
	struct bare_sandbox *server = calloc(1, sizeof *server);
	uint16_t port = 0;
	int ends[2];

	if (!server || pipe(ends) != 0)
		fail_msg("the bare server: no memory or no pipe");
	group = group_id;
	server->pid = fork();
	if (server->pid == 0)
		serve(state, ends[1]);
	close(ends[1]);
	if (server->pid < 0 || read(ends[0], &port, sizeof port) != sizeof port)
		fail_msg("the bare server did not start");
	close(ends[0]);
	snprintf(server->root_url, sizeof server->root_url, "http://127.0.0.1:%u", port);
	return server;
}

void bare_sandbox_stop(struct bare_sandbox *server)
{
	kill(server->pid, SIGKILL);
	while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(server);
}
