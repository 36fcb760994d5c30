/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/events/events.h"
#include "tools/sandbox/services/queue/queue.h"
#include "tools/sandbox/tasks/messages.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define TASKS_MAX 32

/* What a worker may do for one run: reclaim, resolve, upload, and what the task itself may. */
static bool run_scopes(struct request *request, const struct task *task, const struct run *run,
	struct tc_scopes *scopes)
{
	static const char *const own[] = {
		"queue:reclaim-task:", "queue:resolve-task:", "queue:create-artifact:"
	};
	const tc_json *definition = NULL;
	struct tc_scopes theirs = { 0 };

	bool ok = tc_json_parse(task->definition, strlen(task->definition), &definition, NULL) ==
			TC_OK &&
		scopes_read(&request->arena, tc_json_get(definition, "scopes"), &theirs);
	tc_release(definition);
	const char **list = tc__arena_alloc(&request->arena, (theirs.count + 3) * sizeof *list);
	if (!ok || !list)
		return false;
	for (size_t i = 0; i < 3; i++) {
		list[i] =
			request_printf(request, "%s%s/%lld", own[i], task->id, (long long)run->id);
		ok = ok && list[i];
	}
	if (theirs.count)
		memcpy(list + 3, theirs.scopes, theirs.count * sizeof *list);
	*scopes = (struct tc_scopes){ list, theirs.count + 3 };
	return ok;
}

/* In seconds, as JavaScript writes a number: no zeros at its end. */
static const char *seconds_text(struct request *request, int64_t ms)
{
	const char *text =
		request_printf(request, "%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
	size_t length = text ? strlen(text) : 0;

	while (length && text[length - 1] == '0')
		length--;
	if (length && text[length - 1] == '.')
		length--;
	return text ? request_printf(request, "%.*s", (int)length, text) : NULL;
}

/* They end with the claim: what signs with them later has the few minutes of all certificates. */
static bool write_credentials(
	struct request *request, const struct task *task, const struct run *run)
{
	const char *until = seconds_text(request, run->taken_until);
	const char *name = until
		? request_printf(request, "task-client/%s/%lld/on/%s/%s/until/%s", task->id,
			  (long long)run->id, run->worker_group, run->worker_id, until)
		: NULL;
	struct tc_scopes scopes;

	return run_scopes(request, task, run, &scopes) &&
		common_write_credentials(request, name, &scopes, request->now_ms, run->taken_until);
}

static bool write_claim(struct request *request, const struct task *task, const struct run *run)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_name(reply, "status");
	task_write_status(reply, &request->arena, task);
	write_member_int(reply, "runId", run->id);
	write_member(reply, "workerGroup", run->worker_group);
	write_member(reply, "workerId", run->worker_id);
	write_member_zoned(reply, "takenUntil", run->taken_until);
	write_member_raw(reply, "task", task->definition);
	bool ok = write_credentials(request, task, run);
	write_end_object(reply);
	return ok;
}

void queue_see_worker(struct request *request, const char *queue, const char *group, const char *id)
{
	struct sandbox *sandbox = request->sandbox;
	int64_t now = request->now_ms;
	int64_t expires = now + 24 * 60 * MINUTE_MS;

	store_run(sandbox->store,
		"INSERT INTO queues (queue_id, provisioner_id, worker_type, last_active) "
		"VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_active = excluded.last_active",
		"ttti", queue, task_provisioner_id(&request->arena, queue), task_worker_type(queue),
		now);
	events_queue(sandbox, queue);
	if (store_run(sandbox->store,
		    "UPDATE workers SET last_active = ?, expires = ? WHERE queue_id = ? AND "
		    "worker_group = ? AND worker_id = ?",
		    "iittt", now, expires, queue, group, id))
		return;
	store_run(sandbox->store,
		"INSERT INTO workers (queue_id, worker_group, worker_id, first_claim, last_active, "
		"expires) VALUES (?, ?, ?, ?, ?, ?)",
		"tttiii", queue, group, id, now, now, expires);
	events_changed(sandbox, EVENTS_WORKERS, queue);
}

static bool quarantined(
	struct request *request, const char *queue, const char *group, const char *id)
{
	return store_number(request->sandbox->store, 0,
		       "SELECT quarantine_until FROM workers WHERE queue_id = ? AND "
		       "worker_group = ? AND worker_id = ?",
		       "ttt", queue, group, id) > request->now_ms;
}

/* Adds a run to the few that a worker did last. */
static void note_recent(struct request *request, const struct task *task, const struct run *run)
{
	store_run(request->sandbox->store,
		"UPDATE workers SET recent = (SELECT json_group_array(json(value)) FROM (SELECT "
		"value FROM json_each(json_insert(recent, '$[#]', json_object('taskId', ?, "
		"'runId', "
		"?))) ORDER BY key DESC LIMIT 20)) WHERE queue_id = ? AND worker_group = ? AND "
		"worker_id = ?",
		"tittt", task->id, run->id, task->queue_id, run->worker_group, run->worker_id);
}

/* The next pending task of a queue, by priority, then by age. */
struct task *queue_next_pending(struct request *request, const char *queue)
{
	struct store *store = request->sandbox->store;
	struct row *row = store_query(store,
		"SELECT r.task_id FROM runs r JOIN tasks t ON t.task_id = r.task_id WHERE "
		"r.state = 'pending' AND r.queue_id = ? AND t.deadline > ? "
		"ORDER BY r.priority DESC, r.scheduled LIMIT 1",
		"ti", queue, request->now_ms);
	const char *id = store_next(row) ? store_copy(&request->arena, row, 0) : NULL;

	store_end(store, row);
	return id ? task_load(store, &request->arena, id) : NULL;
}

/* A fault: the claim ends when it wants, whatever the reply says. */
static void lose_claim(struct request *request, const struct task *task, const struct run *run)
{
	int64_t until = request->now_ms + request->faults.lost_claim_ms;

	if (!request->faults.lost_claim)
		return;
	store_run(request->sandbox->store,
		"UPDATE runs SET taken_until = ? WHERE task_id = ? AND run_id = ?", "iti", until,
		task->id, run->id);
	sandbox_due_by(request->sandbox, until);
}

bool queue_claim_run(struct request *request, struct task *task, struct run *run,
	const char *worker_group, const char *worker_id, bool by_work)
{
	struct step step = queue_step(request);

	run->by_work = by_work;
	task_claim(&step, task, run, worker_group, worker_id);
	note_recent(request, task, run);
	lose_claim(request, task, run);
	return write_claim(request, task, run);
}

struct worker {
	const char *queue, *group, *id;
};

void queue_note_refused(struct request *request, const char *queue)
{
	if (!request->lacking)
		return;
	const char *message = request_printf(request, "its scopes lack %s", request->lacking);
	if (message)
		events_refused(request->sandbox, queue, request->identity.client_id, message,
			request->now_ms);
}

static int64_t claim_many(
	struct request *request, const struct worker *worker, int64_t wanted, bool *ok)
{
	int64_t count = 0;
	struct task *task;

	while (*ok && count < wanted && (task = queue_next_pending(request, worker->queue))) {
		*ok = queue_claim_run(
			request, task, task_last_run(task), worker->group, worker->id, true);
		count++;
	}
	return count;
}

/* An empty queue is waited for: the reply is held until work comes or the time is over. */
static bool keep_waiting(struct request *request, const char *queue)
{
	if (!request->hold_until_ms)
		request->hold_until_ms = sandbox_now() + request->sandbox->options.poll_ms;
	if (sandbox_now() >= request->hold_until_ms)
		return false;
	request->wake_ms = request->hold_until_ms;
	request->waits_for = queue;
	return true;
}

static void restart_reply(struct request *request)
{
	tc__buffer_truncate(&request->reply.text, 0);
	request->reply.comma = false;
}

static const char *worker_text(const struct request *request, const char *name)
{
	const char *text = request_text(request, name);
	size_t length = text ? strlen(text) : 0;

	return length > 0 && length <= 38 ? text : NULL;
}

int queue_claim_work(struct request *request)
{
	struct worker worker = { request_argument(request, "taskQueueId"),
		worker_text(request, "workerGroup"), worker_text(request, "workerId") };
	const tc_json *tasks = tc_json_get(request->input, "tasks");
	int64_t wanted = 1;
	bool ok = true;

	if (!worker.group || !worker.id)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`workerGroup` and `workerId` must be strings of 1 to 38 characters");
	if (tasks && (!tc_json_int64(tasks, &wanted) || wanted < 1 || wanted > TASKS_MAX))
		return refuse(request, INPUT_VALIDATION_ERROR, "`tasks` must be 1 to 32");
	request->now_ms = sandbox_now() + request->faults.clock_ms;
	queue_see_worker(request, worker.queue, worker.group, worker.id);
	restart_reply(request);
	write_object(&request->reply);
	write_name(&request->reply, "tasks");
	write_array(&request->reply);
	int64_t count = quarantined(request, worker.queue, worker.group, worker.id)
		? 0
		: claim_many(request, &worker, wanted, &ok);
	if (!ok)
		return refuse(request, INTERNAL_SERVER_ERROR, "the claim could not be stored");
	if (count == 0 && keep_waiting(request, worker.queue))
		return HELD;
	write_end_array(&request->reply);
	write_end_object(&request->reply);
	return 200;
}

/* Whether the worker has claimed this run by claimTask before; claimWork does not count. */
static bool is_own_claim(const struct run *run, const struct worker *worker)
{
	return strcmp(run->state, "running") == 0 && !run->by_work &&
		strcmp(run->worker_group, worker->group) == 0 &&
		strcmp(run->worker_id, worker->id) == 0;
}

/* The same claim once more, and told to the world once more. */
static int claim_again(struct request *request, const struct task *task, const struct run *run)
{
	struct step step = queue_step(request);

	tell_task(&step, task, run, "task-running");
	if (write_claim(request, task, run))
		return 200;
	return refuse(request, INTERNAL_SERVER_ERROR, "no credentials could be made");
}

static int authorize_claim(struct request *request, const struct task *task)
{
	const struct scope_value values[] = {
		{ .name = "provisionerId",
			.text = task_provisioner_id(&request->arena, task->queue_id) },
		{ .name = "workerType", .text = task_worker_type(task->queue_id) },
		{ .name = NULL },
	};

	int status = authorize(request, values);
	if (status)
		queue_note_refused(request, task->queue_id);
	return status;
}

int queue_claim_task(struct request *request)
{
	struct worker worker = { NULL, worker_text(request, "workerGroup"),
		worker_text(request, "workerId") };
	struct run *run;
	int status = authenticate(request);
	struct task *task = status ? NULL : queue_load_run(request, &run, &status);

	if (!task)
		return status;
	status = authorize_claim(request, task);
	if (status)
		return status;
	if (!worker.group || !worker.id)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`workerGroup` and `workerId` must be strings of 1 to 38 characters");
	if (task->deadline <= request->now_ms)
		return refuse(request, REQUEST_CONFLICT,
			"Task %s can't be claimed past its deadline", task->id);
	queue_see_worker(request, task->queue_id, worker.group, worker.id);
	if (quarantined(request, task->queue_id, worker.group, worker.id))
		return refuse(request, INTERNAL_SERVER_ERROR, "the worker is quarantined");
	if (is_own_claim(run, &worker))
		return claim_again(request, task, run);
	if (strcmp(run->state, "pending") != 0)
		return refuse(request, REQUEST_CONFLICT,
			"Run %lld was already claimed by another worker", (long long)run->id);
	if (!queue_claim_run(request, task, run, worker.group, worker.id, false))
		return refuse(request, INTERNAL_SERVER_ERROR, "the claim could not be stored");
	return 200;
}

int queue_reclaim_task(struct request *request)
{
	struct writer *reply = &request->reply;
	struct step step = queue_step(request);
	struct run *run;
	int status;
	struct task *task = queue_load_run(request, &run, &status);

	if (!task)
		return status;
	if (task->deadline <= request->now_ms)
		return refuse(request, REQUEST_CONFLICT,
			"Task %s can't be reclaimed past its deadline", task->id);
	if (strcmp(run->state, "running") != 0)
		return refuse(request, REQUEST_CONFLICT,
			"Run %lld on task %s is resolved or not running: it is %s",
			(long long)run->id, task->id, run->state);
	task_reclaim(&step, task, run);
	lose_claim(request, task, run);
	write_object(reply);
	write_name(reply, "status");
	task_write_status(reply, &request->arena, task);
	write_member_int(reply, "runId", run->id);
	write_member(reply, "workerGroup", run->worker_group);
	write_member(reply, "workerId", run->worker_id);
	write_member_date(reply, "takenUntil", run->taken_until);
	bool ok = write_credentials(request, task, run);
	write_end_object(reply);
	return ok ? 200 : refuse(request, INTERNAL_SERVER_ERROR, "no credentials could be made");
}

static bool is_text(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

static int report(struct request *request, const char *state, const char *reason, const char *retry)
{
	struct step step = queue_step(request);
	struct run *run;
	int status;
	struct task *task = queue_load_run(request, &run, &status);

	if (!task)
		return status;
	/* the same report again is harmless, and published again */
	if (is_text(run->state, state) && is_text(run->reason_resolved, reason)) {
		task_announce_again(&step, task, run);
		return queue_reply_status(request, task);
	}
	if (!is_text(run->state, "running"))
		return refuse(request, REQUEST_CONFLICT,
			"Run %lld on task %s is already resolved or not running: it is %s",
			(long long)run->id, task->id, run->state);
	if (!task_resolve(&step, task, run, state, reason, retry))
		return refuse(request, INTERNAL_SERVER_ERROR, "the step could not be stored");
	return queue_reply_status(request, task);
}

int queue_report_completed(struct request *request)
{
	return report(request, "completed", "completed", NULL);
}

int queue_report_failed(struct request *request)
{
	return report(request, "failed", "failed", NULL);
}

int queue_report_exception(struct request *request)
{
	static const char *const reasons[] = { "worker-shutdown", "malformed-payload",
		"resource-unavailable", "internal-error", "intermittent-task" };
	const char *reason = request_text(request, "reason");
	const char *retry = NULL;
	size_t i = 0;

	while (i < sizeof reasons / sizeof *reasons && !is_text(reason, reasons[i]))
		i++;
	if (i == sizeof reasons / sizeof *reasons)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`reason` must be one of worker-shutdown, malformed-payload, "
			"resource-unavailable, internal-error, intermittent-task");
	if (is_text(reason, "worker-shutdown"))
		retry = "retry";
	if (is_text(reason, "intermittent-task"))
		retry = "task-retry";
	return report(request, "exception", reasons[i], retry);
}
