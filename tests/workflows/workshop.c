/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/workflows/workshop.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/decimal.h>
#include <taskcluster/queue.h>
#include <time.h>

#define QUEUE "test/worker"
#define PATIENCE_MS 8000
#define ARGUMENTS_MAX 30

/* ---- clocks ---- */

static struct timespec moved(clockid_t clock, int64_t ms)
{
	struct timespec now;

	clock_gettime(clock, &now);
	int64_t sum = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + ms;
	return (struct timespec){ .tv_sec = (time_t)(sum / 1000),
		.tv_nsec = (long)(sum % 1000) * 1000000 };
}

static struct timespec wall(void *data)
{
	return moved(CLOCK_REALTIME, ((struct workshop *)data)->wall_ms);
}

static int64_t steady(void *data)
{
	struct timespec now = moved(CLOCK_MONOTONIC, ((struct workshop *)data)->steady_ms);

	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void shop_pass(struct workshop *shop, int64_t ms)
{
	shop->steady_ms += ms;
	shop->wall_ms += ms;
}

static struct tc_seams seams(struct workshop *shop)
{
	struct tc_seams seams = TC_SEAMS_INIT;

	seams.steady = steady;
	seams.clock = wall;
	seams.data = shop;
	return seams;
}

/* ---- opening ---- */

static void count_attempt(void *data, const struct tc_metrics *metrics)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct workshop *shop = data;

	/* also on the threads of tasks' clients */
	pthread_mutex_lock(&lock);
	shop->claims += strcmp(metrics->function, "claimWork") == 0;
	shop->renewals += strcmp(metrics->function, "reclaimTask") == 0;
	shop->reports += strncmp(metrics->function, "report", 6) == 0;
	pthread_mutex_unlock(&lock);
}

static tc_client *make_client(struct workshop *shop, bool with_seams)
{
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_seams own = seams(shop);

	tc_credentials *credentials = tc_credentials_new(
		shop->server->client_id, shop->server->access_token, NULL, &shop->err);
	options.root_url = shop->server->root_url;
	options.credentials = credentials;
	options.retry_delay_ms = 10;
	options.seams = with_seams ? &own : NULL;
	options.metrics = with_seams ? count_attempt : NULL;
	options.metrics_data = shop;
	tc_client *client = tc_client_new(&options, &shop->err);
	assert_ok(shop->err.code, &shop->err);
	tc_credentials_free(credentials);
	return client;
}

void shop_open(struct workshop *shop, const char *argument, ...)
{
	const char *arguments[ARGUMENTS_MAX + 1] = { "--poll-timeout", "100", "--resolver-interval",
		"50", "--deadline-delay", "100" };
	size_t count = 6;
	va_list more;

	memset(shop, 0, sizeof *shop);
	va_start(more, argument);
	for (; argument && count < ARGUMENTS_MAX; argument = va_arg(more, const char *))
		arguments[count++] = argument;
	va_end(more);
	shop->server = tc_test_server_start_with(arguments);
	shop->boss = make_client(shop, false);
	shop->client = make_client(shop, true);
	shop->options = (struct tc_worker_options)TC_WORKER_OPTIONS_INIT;
	shop->options.task_queue_id = QUEUE;
	shop->options.worker_group = "group";
	shop->options.worker_id = "worker";
}

void shop_close(struct workshop *shop)
{
	tc_worker_free(shop->worker);
	tc_loop_free(shop->loop);
	tc_client_free(shop->client);
	tc_client_free(shop->boss);
	tc_test_server_stop(shop->server);
	tc_error_clear(&shop->err);
}

/* ---- tasks ---- */

const char *shop_task_until(struct workshop *shop, int deadline_s)
{
	static char id[TC_SLUGID_SIZE];
	char now[TC_DATE_SIZE], later[TC_DATE_SIZE], text[40];
	const tc_json *payload = NULL;

	snprintf(text, sizeof text, "%d seconds", deadline_s);
	assert_ok(tc_json_parse("{\"b\":1,\"a\":2}", 13, &payload, &shop->err), &shop->err);
	assert_ok(tc_from_now("", NULL, now, &shop->err), &shop->err);
	assert_ok(tc_from_now(text, NULL, later, &shop->err), &shop->err);
	const struct tc_queue_create_task_request task = {
		.task_queue_id = QUEUE,
		.created = now,
		.deadline = later,
		.payload = payload,
		.metadata = { .name = "n",
			.description = "d",
			.owner = "o@example.com",
			.source = "https://example.com/" },
	};
	tc_slugid_nice(id);
	assert_ok(tc_queue_create_task(shop->boss, id, &task, NULL, &shop->err), &shop->err);
	tc_release(payload);
	return id;
}

const char *shop_task(struct workshop *shop)
{
	return shop_task_until(shop, 3600);
}

void shop_tasks(struct workshop *shop, size_t count)
{
	for (size_t i = 0; i < count; i++)
		shop_task(shop);
}

const char *shop_run(struct workshop *shop, const char *task_id, int run)
{
	static char text[80];
	struct tc_queue_task_status_response *reply = NULL;

	assert_ok(tc_queue_status(shop->boss, task_id, &reply, &shop->err), &shop->err);
	snprintf(text, sizeof text, "none");
	if (run < (int)reply->status.runs_count) {
		const struct tc_queue_task_status_runs *it = &reply->status.runs[run];
		snprintf(text, sizeof text, "%s %s", it->state,
			it->reason_resolved ? it->reason_resolved : "-");
	}
	tc_release(reply);
	return text;
}

/* ---- what the worker tells ---- */

static struct job *note(struct workshop *shop, tc_task *task)
{
	assert_true(shop->count < JOBS_MAX);
	struct job *job = &shop->jobs[shop->count++];

	job->shop = shop;
	job->task = task;
	snprintf(job->id, sizeof job->id, "%s", tc_task_id(task));
	snprintf(job->run_id, sizeof job->run_id, "%s", tc_task_run_id(task));
	tc_task_set_data(task, job);
	return job;
}

static void renewed(void *data, tc_task *task)
{
	struct job *job = data;

	assert_ptr_equal(job->task, task);
	job->renewals++;
}

static void start(void *data, tc_task *task)
{
	struct workshop *shop = data;
	struct job *job = note(shop, task);

	job->starts++;
	tc_task_on_renewal(task, renewed, job);
	if (shop->on_start)
		shop->on_start(job);
	else
		job_complete(job);
}

static void stop_work(void *data, tc_task *task, enum tc_abort why)
{
	struct workshop *shop = data;
	struct job *job = tc_task_data(task);
	const struct tc_queue_task_status *status = tc_task_status(task);

	job->aborts++;
	job->why = why;
	for (size_t i = 0; why == TC_ABORT_LOST && status && i < status->runs_count; i++)
		if (strcmp(TC_DECIMAL(status->runs[i].run_id), job->run_id) == 0 &&
			status->runs[i].reason_resolved)
			snprintf(job->lost_as, sizeof job->lost_as, "%s",
				status->runs[i].reason_resolved);
	if (shop->on_abort)
		shop->on_abort(job, why);
	else
		job_resolve(job, TC_TASK_FAILED);
}

static void ended(void *data, tc_task *task, const struct tc_task_end *end)
{
	struct workshop *shop = data;
	struct job *job = tc_task_data(task);

	assert_ptr_equal(job->task, task);
	job->ends++;
	job->result = end->result;
	job->aborted = end->aborted;
	job->reported = end->reported;
	assert_true(end->reported == !end->err);
	snprintf(job->state, sizeof job->state, "%s", end->state ? end->state : "-");
	snprintf(job->reason, sizeof job->reason, "%s", end->reason ? end->reason : "-");
	snprintf(job->error, sizeof job->error, "%s", end->err ? tc_error_text(end->err) : "");
	job->task = NULL;
	shop->ended++;
	if (shop->on_ended)
		shop->on_ended(job);
}

static void on_end(void *data, enum tc_worker_end end, const tc_error *err)
{
	struct workshop *shop = data;

	shop->ends++;
	shop->end = end;
	assert_true((end == TC_END_REFUSED) == (err != NULL));
	snprintf(shop->end_error, sizeof shop->end_error, "%s", err ? tc_error_text(err) : "");
}

static void log_line(void *data, enum tc_log_level level, const char *line)
{
	struct workshop *shop = data;
	size_t room = sizeof shop->log - shop->log_length;
	int length = snprintf(shop->log + shop->log_length, room, "%d %s\n", (int)level, line);

	if (length > 0)
		shop->log_length += (size_t)length < room ? (size_t)length : room - 1;
}

/* ---- its life ---- */

void shop_begin(struct workshop *shop)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	struct tc_seams own = seams(shop);

	options.seams = &own;
	if (!shop->loop)
		shop->loop = tc_loop_new(&options, &shop->err);
	assert_non_null(shop->loop);
	shop->options.start = start;
	shop->options.abort = stop_work;
	shop->options.ended = ended;
	shop->options.log = log_line;
	shop->options.data = shop;
	shop->worker = tc_worker_new(shop->loop, shop->client, &shop->options, &shop->err);
	assert_ok(shop->err.code, &shop->err);
	tc_worker_on_end(shop->worker, on_end, shop);
}

void shop_poll(struct workshop *shop, int64_t ms)
{
	int64_t until = tc_test_now_ms() + ms;

	do
		assert_ok(tc_loop_poll(shop->loop, ms < 10 ? ms : 10, &shop->err), &shop->err);
	while (tc_test_now_ms() < until);
}

static void wait_for(struct workshop *shop, const size_t *count, size_t wanted, const char *what)
{
	int64_t until = tc_test_now_ms() + PATIENCE_MS;

	while (*count < wanted && tc_test_now_ms() < until)
		assert_ok(tc_loop_poll(shop->loop, 20, &shop->err), &shop->err);
	if (*count < wanted)
		fail_msg("%zu of %zu %s; the log:\n%s", *count, wanted, what, shop->log);
}

void shop_until_begun(struct workshop *shop, size_t count)
{
	wait_for(shop, &shop->count, count, "begun");
}

void shop_until_ended(struct workshop *shop, size_t count)
{
	wait_for(shop, &shop->ended, count, "ended");
}

void shop_until_end(struct workshop *shop)
{
	int64_t until = tc_test_now_ms() + PATIENCE_MS;

	while (!shop->ends && tc_test_now_ms() < until)
		assert_ok(tc_loop_poll(shop->loop, 20, &shop->err), &shop->err);
	if (!shop->ends)
		fail_msg("the worker has not ended; the log:\n%s", shop->log);
	assert_int_equal(tc_worker_ended(shop->worker), shop->end);
}

void job_resolve(struct job *job, enum tc_task_result result)
{
	assert_int_equal(tc_worker_resolve(job->shop->worker, job->task, result, NULL), TC_OK);
}

void job_complete(struct job *job)
{
	job_resolve(job, TC_TASK_COMPLETED);
}

void job_wait(struct job *job)
{
	(void)job;
}

/* ---- what tests do often ---- */

struct job *shop_begin_one(struct workshop *shop)
{
	shop->on_start = job_wait;
	shop_task(shop);
	shop_begin(shop);
	shop_until_begun(shop, 1);
	return &shop->jobs[0];
}

void shop_silence(const struct workshop *shop, bool on)
{
	assert_int_equal(kill(shop->server->pid, on ? SIGSTOP : SIGCONT), 0);
}

void job_cancel(const struct job *job)
{
	assert_ok(tc_queue_cancel_task(job->shop->boss, job->id, NULL, &job->shop->err),
		&job->shop->err);
}

void job_is(const struct job *job, int run, const char *wanted)
{
	assert_string_equal(shop_run(job->shop, job->id, run), wanted);
}

void job_until_aborted(const struct job *job, enum tc_abort why, int64_t within_ms)
{
	int64_t until = tc_test_now_ms() + within_ms;

	while (!job->aborts && tc_test_now_ms() < until)
		shop_poll(job->shop, 10);
	if (job->aborts != 1 || job->why != why)
		fail_msg("aborted %d times, as %d; the log:\n%s", job->aborts, (int)job->why,
			job->shop->log);
}
