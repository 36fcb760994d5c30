/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/worker/worker.h"

#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include "workflows/src/base/timer.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STOP_WAIT_MS 2000
#define CAPACITY_MAX 10000
#define RUNS 1000 /* of others on the worker's own loop */

/* ---- looking ---- */

/* When it will have been without a task for too long. */
static int64_t idle_due(const tc_worker *worker)
{
	int64_t idle = worker->options.idle_ms;

	if (!idle || !worker->ready || worker->ending || worker->stats.busy)
		return TC__NEVER;
	return idle < TC__NEVER - worker->busy_ms ? worker->busy_ms + idle : TC__NEVER;
}

/* When a claim is not waited for any longer. */
static int64_t cut_due(const tc_worker *worker)
{
	if (!worker->ending || worker->stats.busy || !worker->claim_run || worker->claim_canceled)
		return TC__NEVER;
	return worker->ending_ms + worker->options.stop_wait_ms;
}

static void on_timer(void *data, uint64_t timer)
{
	tc_worker *worker = data;

	(void)timer;
	worker->timer = 0;
	tc__worker_look(worker);
}

static void on_bell(void *data, int fd, int events)
{
	tc_worker *worker = data;

	(void)fd;
	(void)events;
	tc__bell_hush(&worker->bell);
	tc__worker_hold(worker);
	tc__worker_hear(worker);
	if (!tc__worker_leave(worker))
		tc__worker_look(worker);
}

void tc__worker_starve(tc_worker *worker)
{
	worker->starved = true;
	tc__bell_pull(&worker->bell);
}

static void set_timer(tc_worker *worker)
{
	int64_t now = tc__worker_now(worker);
	int64_t due =
		tc__sooner(tc__sooner(tc__claim_due(worker), idle_due(worker)), cut_due(worker));
	tc_error err = TC_ERROR_INIT;

	tc__timer_end(worker->loop, &worker->timer);
	if (due != TC__NEVER &&
		tc_loop_timer(worker->loop, due > now ? due - now : 0, on_timer, worker,
			&worker->timer, &err) != TC_OK)
		tc__worker_starve(worker);
	tc_error_clear(&err);
}

/* Nothing of it is on the loop any more. */
static void leave_loop(tc_worker *worker)
{
	tc__manager_free(worker->manager);
	worker->manager = NULL;
	tc_loop_watch(worker->loop, worker->bell.fd, 0, NULL, NULL, NULL);
	tc__timer_end(worker->loop, &worker->timer);
}

/* What could not even be read stays for the next worker. */
static void end_state(tc_worker *worker)
{
	if (tc__state_leftovers(worker->state))
		tc__state_close(worker->state);
	else
		tc__state_end(worker->state);
	worker->state = NULL;
}

static void finish(tc_worker *worker)
{
	worker->ended = worker->ending;
	tc__machine_errors_drop(worker, true);
	leave_loop(worker);
	end_state(worker);
	tc__worker_line(worker, TC_LOG_INFO,
		"the worker has ended: %lld tasks claimed, %lld completed, %lld failed, %lld "
		"exceptions, %lld not reported",
		(long long)worker->stats.claimed, (long long)worker->stats.completed,
		(long long)worker->stats.failed, (long long)worker->stats.exceptions,
		(long long)worker->stats.unreported);
	if (worker->on_end)
		worker->on_end(worker->on_end_data, worker->ended,
			worker->ended == TC_END_REFUSED ? &worker->err : NULL);
}

void tc__worker_end(tc_worker *worker, enum tc_worker_end why, const tc_error *err)
{
	if (!worker->ending) {
		worker->ending = why;
		worker->ending_ms = tc__worker_now(worker);
		tc_error_copy(&worker->err, err);
	} else if (why == TC_END_STOPPED && worker->ending != TC_END_REFUSED) {
		worker->ending = why;
	}
}

static void look_at_ends(tc_worker *worker, int64_t now)
{
	int64_t limit = worker->options.task_limit;

	if (limit && worker->stats.claimed >= limit)
		tc__worker_end(worker, TC_END_TASKS, NULL);
	if (now >= idle_due(worker))
		tc__worker_end(worker, TC_END_IDLE, NULL);
	if (now >= cut_due(worker))
		tc__claim_cancel(worker);
}

void tc__worker_look(tc_worker *worker)
{
	if (worker->closed || worker->ended)
		return;
	tc__worker_hold(worker);
	int64_t now = tc__worker_now(worker);
	look_at_ends(worker, now);
	if (now >= tc__claim_due(worker))
		tc__claim_send(worker);
	if (worker->ending && !worker->stats.busy && !worker->claim_run && !worker->reports)
		finish(worker);
	else
		set_timer(worker);
	tc__worker_leave(worker);
}

/* ---- beginning ---- */

static void on_ready(void *data)
{
	tc_worker *worker = data;

	worker->ready = true;
	worker->busy_ms = worker->claim_next_ms = tc__worker_now(worker);
	tc__machine_errors_send(worker);
	tc__worker_look(worker);
}

static void on_refused(void *data, const tc_error *err)
{
	tc_worker *worker = data;

	tc__worker_line(
		worker, TC_LOG_ERROR, "worker-manager refuses this worker: %s", tc_error_text(err));
	tc__worker_end(worker, TC_END_REFUSED, err);
	tc__worker_look(worker);
}

static void on_trouble(void *data, int level, const char *text)
{
	tc__worker_line(data, (enum tc_log_level)level, "%s", text);
}

struct tc__manager_worker tc__worker_who(const tc_worker *worker)
{
	return (struct tc__manager_worker){ worker->options.task_queue_id,
		worker->options.worker_group, worker->options.worker_id };
}

static int open_manager(tc_worker *worker, tc_error *err)
{
	struct tc__manager_options options = { .loop = worker->loop,
		.client = worker->client,
		.state = worker->state,
		.worker = tc__worker_who(worker),
		.pool_data = worker->options.data,
		.ready = on_ready,
		.refused = on_refused,
		.trouble = on_trouble,
		.data = worker };

	if (!worker->options.pool)
		return TC_OK;
	int rc = tc__workflow_struct("pool", worker->options.pool, &options.pool,
		sizeof options.pool, "TC_WORKER_POOL_INIT", err);
	worker->options.pool = NULL; /* not ours to keep */
	if (rc != TC_OK)
		return rc;
	worker->manager = tc__manager_new(&options, err);
	return worker->manager ? TC_OK : err->code;
}

static void begin(void *data, uint64_t timer)
{
	tc_worker *worker = data;

	(void)timer;
	worker->timer = 0;
	tc__worker_hold(worker);
	tc__leftovers_take(worker);
	if (tc__worker_leave(worker))
		return;
	if (worker->manager)
		tc__worker_look(worker);
	else
		on_ready(worker);
}

/* ---- making one ---- */

static int check(const struct tc_worker_options *options, tc_error *err)
{
	const struct tc__needed needed[] = { { "options.task_queue_id", options->task_queue_id },
		{ "options.worker_group", options->worker_group },
		{ "options.worker_id", options->worker_id }, { "options.start", options->start },
		{ "options.abort", options->abort } };
	const struct {
		const char *name;
		int64_t value;
	} numbers[] = { { "task_limit", options->task_limit }, { "idle_ms", options->idle_ms },
		{ "status_poll_ms", options->status_poll_ms },
		{ "stop_wait_ms", options->stop_wait_ms } };

	int rc = tc__check_needed(needed, sizeof needed / sizeof *needed, err);
	for (size_t i = 0; rc == TC_OK && i < sizeof numbers / sizeof *numbers; i++)
		rc = tc__workflow_check(numbers[i].name, numbers[i].value, err);
	if (rc == TC_OK && (options->capacity < 0 || options->capacity > CAPACITY_MAX))
		rc = tc_error_set(err, TC_ERROR_ARGUMENT, "capacity is %d; expected 0 to %d",
			options->capacity, CAPACITY_MAX);
	return rc;
}

static int copy_options(tc_worker *worker, tc_error *err)
{
	struct tc_worker_options *options = &worker->options;
	const char **texts[] = { &options->task_queue_id, &options->worker_group,
		&options->worker_id, &options->state_path };

	if (!options->capacity)
		options->capacity = 1;
	if (!options->stop_wait_ms)
		options->stop_wait_ms = STOP_WAIT_MS;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (tc__text_copy(&worker->texts[i], *texts[i], err) != TC_OK)
			return TC_ERROR_NOMEM;
		*texts[i] = worker->texts[i];
	}
	return TC_OK;
}

/* With a pool its credentials come later; whatever proxy there is, it would sign with others. */
static int open_clients(tc_worker *worker, tc_client *client, tc_error *err)
{
	worker->client =
		worker->options.pool ? tc_client_as(client, NULL, err) : tc_client_dup(client, err);
	if (worker->client)
		worker->anonymous = tc_client_as(client, NULL, err);
	if (!worker->anonymous)
		return err->code;
	tc_call *call = tc__claim_call(worker, 1, err); /* says what is wrong with the names */
	tc_call_free(call);
	return call ? TC_OK : err->code;
}

static int open_state(tc_worker *worker, tc_error *err)
{
	const struct tc__state_owner owner = { NULL, worker->options.task_queue_id,
		worker->options.worker_group, worker->options.worker_id };

	if (!worker->options.state_path)
		return TC_OK;
	return tc__state_open(&worker->state, worker->options.state_path, &owner, err);
}

static int open_loop(tc_worker *worker, tc_loop *loop, tc_error *err)
{
	struct tc_loop_options own = TC_LOOP_OPTIONS_INIT;

	/* what callers do on it, such as uploads, is not to keep renewals waiting */
	own.in_flight = RUNS + 3 * (size_t)worker->options.capacity;
	worker->own_loop = !loop;
	worker->loop = loop ? loop : tc_loop_new(&own, err);
	if (!worker->loop)
		return err->code;
	int rc = tc__bell_make(&worker->bell, err);
	if (rc == TC_OK)
		rc = tc_loop_watch(
			worker->loop, worker->bell.fd, TC_LOOP_READ, on_bell, worker, err);
	if (rc == TC_OK)
		rc = tc_loop_timer(worker->loop, 0, begin, worker, &worker->timer, err);
	return rc;
}

static void release(void *handle);

static int fill(tc_worker *worker, tc_loop *loop, tc_client *client, tc_error *err)
{
	int rc = copy_options(worker, err);

	if (rc == TC_OK)
		rc = open_clients(worker, client, err);
	if (rc == TC_OK)
		rc = open_state(worker, err);
	if (rc == TC_OK)
		rc = open_loop(worker, loop, err);
	if (rc == TC_OK)
		rc = open_manager(worker, err);
	tc__watch_leap(&worker->watch, worker->client);
	return rc;
}

tc_worker *tc_worker_new(
	tc_loop *loop, tc_client *client, const struct tc_worker_options *options, tc_error *err)
{
	const struct tc__needed needed[] = { { "client", client }, { "options", options } };
	struct tc_worker_options known;
	tc_error own = TC_ERROR_INIT;
	tc_worker *worker = NULL;

	tc_error_clear(err);
	err = err ? err : &own;
	int rc = tc__check_needed(needed, sizeof needed / sizeof *needed, err);
	if (rc == TC_OK)
		rc = tc__workflow_options(
			options, &known, sizeof known, "TC_WORKER_OPTIONS_INIT", err);
	if (rc == TC_OK)
		rc = check(&known, err);
	if (rc == TC_OK) {
		worker = tc_handle_new(sizeof *worker, release);
		rc = worker ? TC_OK : tc__no_memory(err);
	}
	if (rc == TC_OK) {
		worker->options = known;
		worker->pid = getpid();
		worker->bell = (struct tc__bell){ -1, -1 };
		worker->claim_heard_ms = -1;
		pthread_mutex_init(&worker->lock, NULL);
		rc = fill(worker, loop, client, err);
	}
	if (rc != TC_OK) {
		tc_worker_free(worker);
		worker = NULL;
	}
	tc_error_clear(&own);
	return worker;
}

/* ---- freeing one ---- */

void tc__worker_hold(tc_worker *worker)
{
	worker->holds++;
}

static void give_back(tc_worker *worker)
{
	tc_task *after;

	for (tc_task *task = worker->tasks; task; task = after) {
		after = task->after;
		tc__task_free(task);
	}
	tc_client_free(worker->anonymous);
	tc_client_free(worker->client);
	tc__bell_end(&worker->bell);
	pthread_mutex_destroy(&worker->lock);
	tc__texts_free(worker->texts, sizeof worker->texts / sizeof *worker->texts);
	tc__machine_errors_drop(worker, false);
	tc_error_clear(&worker->err);
	tc_handle_end(worker);
}

bool tc__worker_leave(tc_worker *worker)
{
	bool closed = worker->closed;

	if (--worker->holds == 0 && closed)
		give_back(worker);
	return closed;
}

static void end_errand(struct tc__errand *errand)
{
	if (errand->busy)
		tc__flow_cancel(&errand->flow);
}

/* Its runs end later, or with the loop; they hold the worker. */
static void cancel_all(tc_worker *worker)
{
	leave_loop(worker);
	tc__claim_cancel(worker);
	for (tc_task *task = worker->tasks; task; task = task->after) {
		tc__timer_end(worker->loop, &task->timer);
		end_errand(&task->renewal);
		end_errand(&task->asking);
		end_errand(&task->report);
	}
}

static void release(void *handle)
{
	tc_worker *worker = handle;
	bool child = worker->pid != getpid(); /* after fork: nothing there is ours, nor comes back
					       */

	tc__worker_hold(worker);
	worker->closed = true;
	tc__state_close(worker->state); /* the next worker may have the file at once */
	worker->state = NULL;
	if (!child && worker->loop)
		cancel_all(worker);
	tc_loop *loop = worker->own_loop ? worker->loop : NULL;
	if (child)
		worker->holds = 1;
	tc__worker_leave(worker);
	tc_loop_free(loop); /* with its runs' ends */
}

void tc_worker_free(tc_worker *worker)
{
	tc_release(worker);
}

/* ---- the face ---- */

int tc_worker_run(tc_worker *worker, tc_error *err)
{
	int rc = TC_OK;

	tc_error_clear(err);
	if (!worker || !worker->own_loop)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			worker ? "the worker is on a loop of its caller's, who polls that"
			       : "worker is NULL");
	tc__worker_hold(worker);
	while (rc == TC_OK && !worker->closed && !worker->ended)
		rc = tc_loop_poll(worker->loop, -1, err);
	if (rc == TC_OK && worker->closed && !worker->ended)
		rc = tc_error_set(err, TC_ERROR_CANCELED, "the worker was freed");
	else if (rc == TC_OK && worker->ended == TC_END_REFUSED)
		rc = tc_error_copy(err, &worker->err);
	tc__worker_leave(worker);
	return rc;
}

tc_loop *tc_worker_loop(tc_worker *worker)
{
	return worker ? worker->loop : NULL;
}

enum tc_worker_end tc_worker_ended(const tc_worker *worker)
{
	return worker ? worker->ended : 0;
}

void tc_worker_on_end(tc_worker *worker, tc_worker_end_fn *on_end, void *data)
{
	if (!worker)
		return;
	worker->on_end = on_end;
	worker->on_end_data = data;
}

void tc_worker_set_credentials(tc_worker *worker, const tc_credentials *credentials)
{
	if (!worker)
		return;
	tc_client_set_credentials(worker->client, credentials);
}

void tc_worker_read_stats(const tc_worker *worker, struct tc_worker_stats *stats)
{
	struct tc_worker_stats now = TC_WORKER_STATS_INIT;

	if (!stats || stats->size < sizeof stats->size)
		return;
	if (worker)
		now = worker->stats;
	now.last_claim_ms = worker && worker->claim_heard_ms >= 0
		? tc__worker_now(worker) - worker->claim_heard_ms
		: -1;
	now.size = stats->size;
	memcpy(stats, &now, stats->size < sizeof now ? stats->size : sizeof now);
}
