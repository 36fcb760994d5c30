/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/worker/worker.h"

#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/queue.h>

#define SHORT_MS 600000  /* claims that are shorter are renewed after */
#define SHORT_PERCENT 70 /* of them, */
#define BEFORE_MS 180000 /* others so long before they end */
#define LEFT_MIN_MS 1000 /* the queue knows better than our clocks */

/* ---- making one ---- */

/* The item without its secrets, as the reply that would hold it alone. */
static int copy_claim(const tc_json *item, const tc_json **json, tc_error *err)
{
	tc_json_builder *b = tc_json_builder_new();

	tc_json_add_object(b);
	tc_json_add_name(b, "tasks");
	tc_json_add_array(b);
	tc_json_add_object(b);
	for (size_t i = 0; i < tc_json_count(item); i++) {
		const char *name = tc_json_text(tc_json_name(item, i));
		if (!name || strcmp(name, "credentials") == 0 || strcmp(name, "takenUntil") == 0)
			continue;
		tc_json_add_name(b, name);
		tc_json_add_json(b, tc_json_item(item, i));
	}
	/* what the schema wants, and is kept elsewhere */
	tc_json_add_name(b, "takenUntil");
	tc_json_add_string(b, "1970-01-01T00:00:00.000Z");
	tc_json_add_name(b, "credentials");
	tc_json_add_object(b);
	static const char *const members[] = { "clientId", "accessToken", "certificate" };
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		tc_json_add_name(b, members[i]);
		tc_json_add_string(b, "-");
	}
	tc_json_end(b);
	tc_json_end(b);
	tc_json_end(b);
	tc_json_end(b);
	return tc_json_build(b, json, err);
}

/* One that breaks its schema is taken as far as it can be resolved. */
static int read_claim(tc_task *task, tc_error *err)
{
	const struct tc_type *type = &tc_queue_claim_work_response_type;
	tc_error broken = TC_ERROR_INIT;

	task->claim = tc_decode_json(type, task->json, TC_DECODE_MEND, &broken);
	if (!task->claim && broken.code == TC_ERROR_INPUT) {
		task->claim =
			tc_decode_json(type, task->json, TC_DECODE_MEND | TC_DECODE_LENIENT, err);
		tc_task_settle(task, TC_TASK_INTERNAL_ERROR, tc_error_text(&broken));
	} else if (!task->claim) {
		tc_error_copy(err, &broken);
	}
	tc_error_clear(&broken);
	if (!task->claim)
		return err->code;
	if (!task->claim->tasks_count || !task->claim->tasks[0].status.task_id)
		return tc_error_set(err, TC_ERROR_REPLY, "it has no taskId");
	tc_decimal(task->run_id, task->claim->tasks[0].run_id);
	return TC_OK;
}

static void init_errand(struct tc__errand *errand, tc_task *task)
{
	tc__flow_init(&errand->flow, task->worker->loop, task->worker->client, NULL, 0);
	errand->flow.cancel = NULL; /* the calls have their client's; no timer looks at it */
	errand->task = task;
}

static void list(tc_task *task)
{
	tc_worker *worker = task->worker;

	task->after = worker->tasks;
	if (task->after)
		task->after->before = task;
	worker->tasks = task;
	worker->stats.busy++;
}

static int fill(tc_task *task, const struct tc__claimed *claimed, const struct tc__moment *moment,
	tc_error *err)
{
	int rc = copy_claim(claimed->claim, &task->json, err);

	if (rc == TC_OK)
		rc = read_claim(task, err);
	if (rc == TC_OK)
		rc = tc__task_set_times(task, claimed->taken_until, moment, err);
	if (rc != TC_OK)
		return rc;
	task->client = tc_client_as(task->worker->client, claimed->credentials, err);
	if (!task->client)
		return err->code;
	task->keys.now = tc_credentials_ref(claimed->credentials);
	return TC_OK;
}

tc_task *tc__task_new(tc_worker *worker, const struct tc__claimed *claimed,
	const struct tc__moment *moment, enum tc__phase phase, tc_error *err)
{
	tc_task *task = calloc(1, sizeof *task);

	if (!task) {
		tc__no_memory(err);
		return NULL;
	}
	task->worker = worker;
	task->phase = phase;
	task->result = TC_TASK_COMPLETED;
	task->begun_ms = tc__worker_now(worker);
	task->limit_ms = task->poll_ms = task->report_ms = task->force_ms = TC__NEVER;
	atomic_init(&task->resolved, false);
	pthread_mutex_init(&task->keys.lock, NULL);
	init_errand(&task->renewal, task);
	init_errand(&task->asking, task);
	init_errand(&task->report, task);
	if (fill(task, claimed, moment, err) != TC_OK) {
		tc__task_free(task);
		return NULL;
	}
	list(task);
	return task;
}

void tc__task_free(tc_task *task)
{
	pthread_mutex_destroy(&task->keys.lock);
	tc_credentials_free(task->keys.now);
	tc_client_free(task->client);
	tc_release(task->told);
	tc_release(task->claim);
	tc_release(task->json);
	tc_error_clear(&task->err);
	free(task);
}

void tc__task_drop(tc_task *task)
{
	if (task->phase != TC__GONE || task->forced || task->pins || task->renewal.busy ||
		task->asking.busy || task->report.busy)
		return;
	if (task->before)
		task->before->after = task->after;
	else
		task->worker->tasks = task->after;
	if (task->after)
		task->after->before = task->before;
	tc__task_free(task);
}

/* ---- what renewals change ---- */

int tc__task_set_times(
	tc_task *task, const char *taken_until, const struct tc__moment *moment, tc_error *err)
{
	const char *deadline = task->claim->tasks[0].task.deadline;
	int64_t end_ms;

	int rc = tc__moment_of(moment, taken_until, &end_ms, err);
	if (rc != TC_OK)
		return rc;
	int64_t left = end_ms - moment->steady_ms;
	if (left < LEFT_MIN_MS)
		left = LEFT_MIN_MS;
	task->end_ms = moment->steady_ms + left;
	task->renew_ms = left < SHORT_MS ? moment->steady_ms + left * SHORT_PERCENT / 100
					 : task->end_ms - BEFORE_MS;
	if (!deadline || tc__moment_of(moment, deadline, &task->deadline_ms, NULL) != TC_OK)
		task->deadline_ms = TC__NEVER;
	return TC_OK;
}

void tc__task_set_credentials(tc_task *task, tc_credentials *credentials)
{
	tc_client_set_credentials(task->client, credentials);
	pthread_mutex_lock(&task->keys.lock);
	tc_credentials *before = task->keys.now;
	task->keys.now = tc_credentials_ref(credentials);
	pthread_mutex_unlock(&task->keys.lock);
	tc_credentials_free(before);
}

tc_credentials *tc_task_credentials(tc_task *task)
{
	if (!task)
		return NULL;
	pthread_mutex_lock(&task->keys.lock);
	tc_credentials *now = tc_credentials_ref(task->keys.now);
	pthread_mutex_unlock(&task->keys.lock);
	return now;
}

/* ---- clients ---- */

tc_client *tc_task_client(tc_task *task)
{
	return task ? task->client : NULL;
}

/* For a client of another thread. */
static tc_credentials *renew(void *data, const tc_credentials *current, tc_error *err)
{
	tc_credentials *now = tc_task_credentials(data);

	(void)err;
	if (now != current)
		return now;
	tc_credentials_free(now);
	return NULL;
}

tc_client *tc_task_client_new(tc_task *task, tc_error *err)
{
	tc_error_clear(err);
	if (!task) {
		tc_error_set(err, TC_ERROR_ARGUMENT, "task is NULL");
		return NULL;
	}
	tc_client *client = tc_client_dup(task->client, err);
	if (client)
		tc_client_set_renew(client, renew, task);
	return client;
}

void tc_task_on_renewal(tc_task *task, void (*renewed)(void *data, tc_task *task), void *data)
{
	if (!task)
		return;
	task->renewed = renewed;
	task->renewed_data = data;
}

/* ---- what it is ---- */

const char *tc_task_id(const tc_task *task)
{
	return task ? task->claim->tasks[0].status.task_id : NULL;
}

const char *tc_task_run_id(const tc_task *task)
{
	return task ? task->run_id : NULL;
}

const struct tc_queue_task_data *tc_task_definition(const tc_task *task)
{
	return task ? &task->claim->tasks[0].task : NULL;
}

const tc_json *tc_task_json(const tc_task *task)
{
	return task ? tc_json_at(task->json, "/tasks/0/task") : NULL;
}

const struct tc_queue_task_status *tc_task_status(const tc_task *task)
{
	if (!task)
		return NULL;
	if (task->told)
		return &task->told->status;
	return task->lost ? NULL : &task->claim->tasks[0].status;
}

int64_t tc_task_claim_left_ms(const tc_task *task)
{
	int64_t left = task ? task->end_ms - tc__worker_now(task->worker) : 0;

	return left > 0 && !task->over ? left : 0;
}

void tc_task_set_data(tc_task *task, void *data)
{
	if (task)
		task->data = data;
}

void *tc_task_data(const tc_task *task)
{
	return task ? task->data : NULL;
}

int tc_task_note_process(tc_task *task, int64_t pid, tc_error *err)
{
	tc_error_clear(err);
	if (!task || pid < 1)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			task ? "pid is %lld; expected that of a process" : "task is NULL",
			(long long)pid);
	return tc__state_process(task->worker->state, tc_task_id(task), task->run_id, pid, err);
}

/* ---- its result ---- */

/* At the end of a character. */
static void copy_why(char why[TC__WHY_SIZE], const char *text)
{
	size_t length = strlen(text), cut = TC__WHY_SIZE - 1;

	if (length > cut)
		for (length = cut; length && ((unsigned char)text[length] & 0xC0) == 0x80;)
			length--;
	memcpy(why, text, length);
	why[length] = '\0';
}

void tc_task_settle(tc_task *task, enum tc_task_result result, const char *why)
{
	if (!task || !tc__result_known(result) || task->result != TC_TASK_COMPLETED)
		return;
	task->result = result;
	if (why)
		copy_why(task->why, why);
	else if (result != TC_TASK_COMPLETED)
		*task->why = '\0';
}

enum tc_task_result tc_task_settled(const tc_task *task, const char **why)
{
	if (why)
		*why = task && *task->why ? task->why : NULL;
	return task ? task->result : 0;
}

int tc_worker_resolve(tc_worker *worker, tc_task *task, enum tc_task_result result, const char *why)
{
	if (!worker || !task || !tc__result_known(result) || atomic_exchange(&task->resolved, true))
		return TC_ERROR_ARGUMENT;
	task->told_result = result;
	if (why)
		copy_why(task->told_why, why);
	pthread_mutex_lock(&worker->lock);
	task->next_resolved = worker->resolved;
	worker->resolved = task;
	pthread_mutex_unlock(&worker->lock);
	tc__bell_pull(&worker->bell);
	return TC_OK;
}
