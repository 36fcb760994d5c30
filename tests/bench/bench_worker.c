/* SPDX-License-Identifier: MPL-2.0 */
/* Short tasks at a sandbox, by a worker with a capacity of 16, beside bare claim and report calls,
 * 16 under way at a time: the instructions of a task. */
#include "tests/bench/measure.h"

#include "tests/harness/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/claim.h>
#include <taskcluster/date.h>
#include <taskcluster/queue.h>
#include <taskcluster/slugid.h>
#include <taskcluster/worker.h>

#define ROUNDS 10
#define TASKS 100 /* a round */
#define LANES 16
#define LIMIT 1.0
#define ID "sandbox" /* the server's, unless it is told another */
#define TOKEN "sandbox-secret"
#define QUEUE "bench/worker"

static tc_client *client;
static tc_error err;

static void check(int rc)
{
	if (rc == TC_OK)
		return;
	fprintf(stderr, "%s\n", tc_error_text(&err));
	abort();
}

static void create_tasks(void)
{
	char now[TC_DATE_SIZE], later[TC_DATE_SIZE], id[TC_SLUGID_SIZE];
	struct tc_queue_create_task_request task = { .task_queue_id = QUEUE,
		.created = now,
		.deadline = later,
		.metadata = { "d", "n", "o@example.com", "https://example.com/" } };

	check(tc_json_parse("{}", 2, &task.payload, &err));
	tc_from_now("", NULL, now, NULL);
	tc_from_now("1 hour", NULL, later, NULL);
	for (int i = 0; i < TASKS; i++) {
		tc_slugid_nice(id);
		check(tc_queue_create_task(client, id, &task, NULL, &err));
	}
	tc_release(task.payload);
}

/* ---- ours ---- */

static tc_worker *worker;

static void start(void *data, tc_task *task)
{
	(void)data;
	tc_worker_resolve(worker, task, TC_TASK_COMPLETED, NULL);
}

static void never(void *data, tc_task *task, enum tc_abort why)
{
	(void)data;
	(void)task;
	(void)why;
	abort();
}

static void work(void)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
	struct tc_worker_stats stats = TC_WORKER_STATS_INIT;

	options.task_queue_id = QUEUE;
	options.worker_group = options.worker_id = "ours";
	options.capacity = LANES;
	options.task_limit = TASKS;
	options.start = start;
	options.abort = never;
	worker = tc_worker_new(NULL, client, &options, &err);
	check(err.code);
	check(tc_worker_run(worker, &err));
	tc_worker_read_stats(worker, &stats);
	if (stats.completed != TASKS)
		abort();
	tc_worker_free(worker);
}

/* ---- bare ---- */

static struct lane {
	tc_client *task;
	tc_loop *loop;
} lanes[LANES];
static int reported;

static void claim(struct lane *lane);

static void on_report(void *data, uint64_t run, tc_response *response, const tc_error *failure)
{
	struct lane *lane = data;

	(void)run;
	if (failure && failure->code == TC_ERROR_CANCELED)
		return;
	check(failure ? failure->code : TC_OK);
	tc_release(tc_queue_report_completed_reply(response, NULL));
	tc_release(response);
	tc_client_free(lane->task);
	lane->task = NULL;
	if (++reported == TASKS)
		tc_loop_stop(lane->loop);
	else
		claim(lane);
}

static void on_claim(void *data, uint64_t run, tc_response *response, const tc_error *failure)
{
	struct lane *lane = data;

	(void)run;
	if (failure && failure->code == TC_ERROR_CANCELED)
		return;
	check(failure ? failure->code : TC_OK);
	struct tc_queue_claim_work_response *reply = tc_queue_claim_work_reply(response, &err);
	tc_release(response);
	check(err.code);
	if (!reply->tasks_count) {
		tc_release(reply);
		claim(lane);
		return;
	}
	tc_credentials *credentials = tc_claim_credentials(&reply->tasks[0].credentials, &err);
	lane->task = tc_client_as(client, credentials, &err);
	tc_credentials_free(credentials);
	tc_call *call = tc_queue_report_completed_call(lane->task, reply->tasks[0].status.task_id,
		TC_DECIMAL(reply->tasks[0].run_id), &err);
	check(tc_loop_start(lane->loop, call, on_report, lane, NULL, &err));
	tc_call_free(call);
	tc_release(reply);
}

static void claim(struct lane *lane)
{
	const struct tc_queue_claim_work_request request = {
		.tasks = { true, 1 }, .worker_group = "bare", .worker_id = "bare"
	};

	tc_call *call = tc_queue_claim_work_call(client, QUEUE, &err);
	check(tc_queue_claim_work_body(call, &request, &err));
	check(tc_loop_start(lane->loop, call, on_claim, lane, NULL, &err));
	tc_call_free(call);
}

static void claim_and_report(void)
{
	tc_loop *loop = tc_loop_new(NULL, &err);

	reported = 0;
	for (int i = 0; i < LANES; i++) {
		lanes[i].loop = loop;
		claim(&lanes[i]);
	}
	check(tc_loop_run(loop, &err));
	tc_loop_free(loop);
}

/* ---- both ---- */

static void open_client(const char *root_url)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_credentials *me = tc_credentials_new(ID, TOKEN, NULL, &err);

	options.root_url = root_url;
	options.credentials = me;
	client = tc_client_new(&options, &err);
	tc_credentials_free(me);
	check(err.code);
}

static double seconds_of(void (*work_off)(void))
{
	create_tasks();
	double begun = measure_wall_ns();
	work_off();
	return (measure_wall_ns() - begun) / 1e9;
}

static void run(void *data)
{
	void (*const *work_off)(void) = data;

	(*work_off)();
}

/* In the process whose instructions are counted, without those that create the tasks. */
static int run_side(const char *name, const char *root_url)
{
	void (*work_off)(void) = strcmp(name, "ours") == 0 ? work : claim_and_report;
	const struct measure_side side = { name, run, &work_off };

	open_client(root_url);
	seconds_of(work_off); /* connections, and the server's first time */
	create_tasks();
	measure_counted(&side);
	tc_client_free(client);
	return 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of the two medians; most of that is the server's. */
static void print_rates(const char *root_url)
{
	double ours[ROUNDS], bare[ROUNDS];

	open_client(root_url);
	seconds_of(work);
	seconds_of(claim_and_report);
	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = TASKS / seconds_of(work);
		bare[i] = TASKS / seconds_of(claim_and_report);
	}
	qsort(ours, ROUNDS, sizeof *ours, by_value);
	qsort(bare, ROUNDS, sizeof *bare, by_value);
	measure_ratio("worker", ours[ROUNDS / 2], bare[ROUNDS / 2], "tasks a second", 0);
	tc_client_free(client);
}

int main(int argc, char **argv)
{
	static const char *const arguments[] = { "--poll-timeout", "200", NULL };

	if (argc == 3)
		return run_side(argv[1], argv[2]);
	struct tc_test_server *server = tc_test_server_start_unchecked(arguments);
	char ours[256], bare[256];
	snprintf(ours, sizeof ours, "ours %s", server->root_url);
	snprintf(bare, sizeof bare, "bare %s", server->root_url);
	print_rates(server->root_url);
	bool fine = measure_sides("worker.a task", argv[0], ours, bare, TASKS, LIMIT);
	tc_test_server_stop(server);
	return !fine;
}
