/* SPDX-License-Identifier: MPL-2.0 */
/* What a worker does when all goes well, and how it is made. */
#include "tests/workflows/workshop.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <taskcluster/queue.h>
#include <unistd.h>

static struct workshop shop;

static void a_task_is_claimed_and_reported(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	shop_open(&shop, NULL);
	strcpy(id, shop_task(&shop));
	shop_begin(&shop);
	shop_until_ended(&shop, 1);
	assert_string_equal(shop.jobs[0].id, id);
	assert_string_equal(shop.jobs[0].run_id, "0");
	assert_int_equal(shop.jobs[0].result, TC_TASK_COMPLETED);
	assert_true(shop.jobs[0].reported);
	assert_string_equal(shop_run(&shop, id, 0), "completed completed");
	/* each attempt is told to the client's hook, those of the task's own client, too */
	assert_int_in_range(shop.claims, 1, 2);
	assert_int_equal(shop.reports, 1);
	shop_close(&shop);
}

/* ---- how each result is told ---- */

static const struct row {
	enum tc_task_result result;
	const char *run, *next;
} rows[] = {
	{ TC_TASK_COMPLETED, "completed completed", "none" },
	{ TC_TASK_FAILED, "failed failed", "none" },
	{ TC_TASK_INTERMITTENT, "exception intermittent-task", "completed completed" },
	{ TC_TASK_WORKER_SHUTDOWN, "exception worker-shutdown", "completed completed" },
	{ TC_TASK_MALFORMED_PAYLOAD, "exception malformed-payload", "none" },
	{ TC_TASK_RESOURCE_UNAVAILABLE, "exception resource-unavailable", "none" },
	{ TC_TASK_INTERNAL_ERROR, "exception internal-error", "none" },
};
#define ROWS (sizeof rows / sizeof *rows)

static char row_ids[ROWS][TC_SLUGID_SIZE];

static const struct row *row_of(const struct job *job)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(row_ids[i], job->id) == 0)
			return &rows[i];
	fail_msg("no row of %s", job->id);
	return NULL;
}

/* Run 0 ends as its row says, others complete. */
static void resolve_by_row(struct job *job)
{
	bool first = strcmp(job->run_id, "0") == 0;

	job_resolve(job, first ? row_of(job)->result : TC_TASK_COMPLETED);
}

static void each_result_is_told_as_it_is(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	shop.on_start = resolve_by_row;
	shop.options.capacity = ROWS;
	for (size_t i = 0; i < ROWS; i++)
		strcpy(row_ids[i], shop_task(&shop));
	shop_begin(&shop);
	shop_until_ended(&shop, ROWS + 2);
	for (size_t i = 0; i < ROWS; i++) {
		assert_true(shop.jobs[i].reported);
		assert_string_equal(shop_run(&shop, row_ids[i], 0), rows[i].run);
		assert_string_equal(shop_run(&shop, row_ids[i], 1), rows[i].next);
	}
	shop_close(&shop);
}

/* ---- what decides ---- */

static void settle_first(struct job *job)
{
	const char *why = NULL;

	assert_int_equal(tc_task_settled(job->task, &why), TC_TASK_COMPLETED);
	assert_null(why);
	tc_task_settle(job->task, TC_TASK_COMPLETED, "all is well so far");
	tc_task_settle(job->task, TC_TASK_MALFORMED_PAYLOAD, "the first");
	tc_task_settle(job->task, TC_TASK_FAILED, "the second");
	assert_int_equal(tc_task_settled(job->task, &why), TC_TASK_MALFORMED_PAYLOAD);
	assert_string_equal(why, "the first");
	assert_int_equal(
		tc_worker_resolve(shop.worker, job->task, TC_TASK_FAILED, "the third"), TC_OK);
	/* once only */
	assert_int_equal(tc_worker_resolve(shop.worker, job->task, TC_TASK_COMPLETED, NULL),
		TC_ERROR_ARGUMENT);
}

static void the_first_error_decides(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	shop.on_start = settle_first;
	shop_task(&shop);
	shop_begin(&shop);
	shop_until_ended(&shop, 1);
	assert_int_equal(shop.jobs[0].result, TC_TASK_MALFORMED_PAYLOAD);
	assert_string_equal(shop_run(&shop, shop.jobs[0].id, 0), "exception malformed-payload");
	assert_non_null(strstr(shop.log, "run 0 malformed-payload: the first"));
	shop_close(&shop);
}

/* ---- a task ---- */

static void look_at_task(struct job *job)
{
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_task_credentials(job->task);
	const tc_json *payload = tc_json_get(tc_task_json(job->task), "payload");
	const struct tc_credentials_facts *facts = NULL;

	assert_string_equal(tc_task_definition(job->task)->metadata.name, "n");
	assert_string_equal(tc_json_text(tc_json_name(payload, 0)), "b"); /* in its order */
	assert_string_equal(tc_json_text(tc_json_name(payload, 1)), "a");
	assert_string_equal(tc_task_status(job->task)->state, "running");
	assert_int_in_range(tc_task_claim_left_ms(job->task), 1190000, 1200000);
	assert_ok(tc_credentials_info(credentials, &facts, &err), &err);
	assert_true(facts->temporary);
	assert_non_null(strstr(facts->client_id, job->id));
	tc_release(facts);
	tc_credentials_free(credentials);
	/* nothing but this task's is allowed to them */
	assert_int_not_equal(
		tc_queue_seal_task_group(tc_task_client(job->task), job->id, NULL, &err), TC_OK);
	assert_int_equal(err.http_status, 403);
	tc_error_clear(&err);
	job_complete(job);
}

static void a_task_tells_what_it_is(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	shop.on_start = look_at_task;
	shop_task(&shop);
	shop_begin(&shop);
	shop_until_ended(&shop, 1);
	shop_close(&shop);
}

static void capacity_is_kept_and_used(void **state)
{
	struct tc_worker_stats stats = TC_WORKER_STATS_INIT;

	(void)state;
	shop_open(&shop, NULL);
	shop.options.capacity = 4;
	shop.on_start = job_wait;
	shop_tasks(&shop, 9);
	shop_begin(&shop);
	shop_until_begun(&shop, 4);
	shop_poll(&shop, 300);
	assert_int_equal(shop.count, 4);
	tc_worker_read_stats(shop.worker, &stats);
	assert_int_equal(stats.busy, 4);
	job_complete(&shop.jobs[2]);
	shop_until_begun(&shop, 5); /* at once, though the others go on */
	assert_int_equal(shop.ended, 1);
	for (size_t done = 0; done < 9; done++) {
		shop_until_begun(&shop, done + 1);
		if (done != 2)
			job_complete(&shop.jobs[done]);
	}
	shop_until_ended(&shop, 9);
	tc_worker_read_stats(shop.worker, &stats);
	assert_int_equal(stats.claimed, 9);
	assert_int_equal(stats.completed, 9);
	assert_int_equal(stats.busy, 0);
	assert_int_in_range(stats.queued_ms, 1, 60000);
	assert_int_in_range(stats.last_claim_ms, 0, 8000);
	shop_close(&shop);
}

/* ---- other threads ---- */

struct thread {
	struct job *job;
	tc_client *client;
	int code, status;
};

static void *work(void *data)
{
	struct thread *thread = data;
	tc_error err = TC_ERROR_INIT;

	struct tc_queue_task_reclaim_response *reply = NULL; /* only the task may */

	thread->code = tc_queue_reclaim_task(
		thread->client, thread->job->id, thread->job->run_id, &reply, &err);
	thread->status = err.http_status;
	tc_release(reply);
	tc_error_clear(&err);
	tc_client_free(thread->client);
	tc_worker_resolve(thread->job->shop->worker, thread->job->task, TC_TASK_COMPLETED, "there");
	return NULL;
}

static void threads_resolve_what_they_worked_on(void **state)
{
	struct thread threads[8] = { { 0 } };
	pthread_t ids[8];

	(void)state;
	shop_open(&shop, NULL);
	shop.options.capacity = 8;
	shop.on_start = job_wait;
	shop_tasks(&shop, 8);
	shop_begin(&shop);
	shop_until_begun(&shop, 8);
	for (int i = 0; i < 8; i++) {
		threads[i].job = &shop.jobs[i];
		threads[i].client = tc_task_client_new(shop.jobs[i].task, &shop.err);
		assert_non_null(threads[i].client);
		assert_int_equal(pthread_create(&ids[i], NULL, work, &threads[i]), 0);
	}
	shop_until_ended(&shop, 8);
	for (int i = 0; i < 8; i++) {
		pthread_join(ids[i], NULL);
		assert_int_equal(threads[i].code, TC_OK);
		assert_true(shop.jobs[i].reported);
		assert_string_equal(shop_run(&shop, shop.jobs[i].id, 0), "completed completed");
	}
	shop_close(&shop);
}

/* ---- its ends ---- */

static void after_so_many_tasks(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	shop.options.capacity = 2;
	shop.options.task_limit = 3;
	shop_tasks(&shop, 5);
	shop_begin(&shop);
	shop_until_end(&shop);
	assert_int_equal(shop.end, TC_END_TASKS);
	assert_int_equal(shop.count, 3);
	assert_int_equal(shop.ended, 3);
	assert_int_equal(tc_loop_pending(shop.loop), 0); /* a loop of others ends with it */
	shop_close(&shop);
	assert_int_equal(shop.ends, 1);
}

static void after_a_time_without_tasks(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	shop.options.idle_ms = 400;
	shop_task(&shop);
	int64_t begun = tc_test_now_ms();
	shop_begin(&shop);
	shop_until_end(&shop);
	assert_int_equal(shop.end, TC_END_IDLE);
	assert_int_equal(shop.ended, 1);
	assert_int_in_range(tc_test_now_ms() - begun, 400, 3500);
	shop_close(&shop);
}

static void when_it_is_refused(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	shop_open(&shop, NULL);
	tc_credentials *wrong = tc_credentials_new("sandbox", "wrong", NULL, &err);
	tc_client_set_credentials(shop.client, wrong);
	tc_credentials_free(wrong);
	shop_begin(&shop);
	shop_until_end(&shop);
	assert_int_equal(shop.end, TC_END_REFUSED);
	assert_non_null(strstr(shop.end_error, "queue.claimWork"));
	shop_close(&shop);
}

/* What runs is finished first. */
static void a_refusal_lets_tasks_end(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	shop.options.capacity = 2;
	shop.on_start = job_wait;
	shop_task(&shop);
	shop_begin(&shop);
	shop_until_begun(&shop, 1);
	tc_worker_set_credentials(shop.worker, NULL);
	shop_poll(&shop, 100);
	shop_pass(&shop, 6000);
	shop_poll(&shop, 400);
	assert_int_equal(shop.ends, 0);
	assert_non_null(strstr(shop.log, "no work may be claimed"));
	job_complete(&shop.jobs[0]);
	shop_until_end(&shop);
	assert_int_equal(shop.end, TC_END_REFUSED);
	assert_true(shop.jobs[0].reported);
	shop_close(&shop);
}

/* ---- the face with the loop inside ---- */

static void count_start(void *data, tc_task *task)
{
	struct tc_worker_stats *stats = data;

	stats->busy++;
	(void)task;
}

static void never_abort(void *data, tc_task *task, enum tc_abort why)
{
	(void)data;
	(void)task;
	(void)why;
	fail();
}

static tc_worker *inner;

static void complete_at_once(void *data, tc_task *task)
{
	count_start(data, task);
	tc_worker_resolve(inner, task, TC_TASK_COMPLETED, NULL);
}

static void with_the_loop_inside(void **state)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
	struct tc_worker_stats counted = TC_WORKER_STATS_INIT;

	(void)state;
	shop_open(&shop, NULL);
	shop_tasks(&shop, 3);
	options.task_queue_id = "test/worker";
	options.worker_group = "g";
	options.worker_id = "w";
	options.start = complete_at_once;
	options.abort = never_abort;
	options.data = &counted;
	options.task_limit = 3;
	inner = tc_worker_new(NULL, shop.boss, &options, &shop.err);
	assert_ok(shop.err.code, &shop.err);
	assert_ok(tc_worker_run(inner, &shop.err), &shop.err);
	assert_ok(tc_worker_run(inner, &shop.err), &shop.err); /* it has ended */
	assert_int_equal(counted.busy, 3);
	assert_int_equal(tc_worker_ended(inner), TC_END_TASKS);
	tc_release(inner); /* the same as tc_worker_free */
	tc_worker *other = tc_worker_new(tc_loop_new(NULL, NULL), shop.boss, &options, &shop.err);
	tc_loop *loop = tc_worker_loop(other);
	assert_int_equal(tc_worker_run(other, &shop.err), TC_ERROR_ARGUMENT);
	assert_failure(&shop.err, TC_ERROR_ARGUMENT, "loop of its caller's");
	tc_worker_free(other);
	tc_loop_free(loop);
	shop_close(&shop);
}

static double cpu_ms(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
		(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

/* One call that the queue holds, and nothing else: no timer, no CPU. */
static void an_idle_worker_only_waits(void **state)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;

	(void)state;
	shop_open(&shop, "--poll-timeout", "20000", NULL);
	options.task_queue_id = "test/worker";
	options.worker_group = options.worker_id = "w";
	options.start = count_start;
	options.abort = never_abort;
	inner = tc_worker_new(NULL, shop.boss, &options, &shop.err);
	assert_ok(shop.err.code, &shop.err);
	tc_loop *loop = tc_worker_loop(inner);
	int64_t until = tc_test_now_ms() + 300;
	while (tc_test_now_ms() < until)
		assert_ok(tc_loop_poll(loop, 100, &shop.err), &shop.err);
	assert_int_equal(tc_loop_pending(loop), 2); /* the claim, and the bell */
	double before = cpu_ms();
	until = tc_test_now_ms() + 1500;
	while (tc_test_now_ms() < until)
		assert_ok(tc_loop_poll(loop, until - tc_test_now_ms(), &shop.err), &shop.err);
	assert_true(cpu_ms() - before < 15);
	tc_worker_free(inner);
	shop_close(&shop);
}

/* ---- freed before its end ---- */

static void free_worker(struct job *job)
{
	tc_worker_free(job->shop->worker);
	job->shop->worker = NULL;
}

static void free_on_abort(struct job *job, enum tc_abort why)
{
	(void)why;
	free_worker(job);
}

/* In whatever it is at; nothing is called after it. */
static void it_is_freed_at_any_time(void **state)
{
	(void)state;
	for (int at = 0; at < 7; at++) {
		shop_open(&shop, NULL);
		shop.options.capacity = 3;
		shop_tasks(&shop, 5);
		shop.on_start = at == 4 ? free_worker : at == 6 ? job_complete : job_wait;
		shop.on_abort = free_on_abort;
		shop.on_ended = at == 6 ? free_worker : NULL;
		shop_begin(&shop);
		if (at > 0)
			shop_poll(&shop, 0); /* the claim is on its way */
		if (at > 1 && at < 4)
			shop_until_begun(&shop, 3);
		if (at == 3) { /* as are renewals and reports */
			job_complete(&shop.jobs[0]);
			shop_pass(&shop, 1100000);
			shop_poll(&shop, 0);
		}
		if (at == 5) {
			shop_until_begun(&shop, 1);
			tc_worker_stop(shop.worker, TC_STOP_ABORT);
		}
		if (at > 3)
			shop_poll(&shop, 400);
		size_t told = shop.count + shop.ended + (size_t)shop.jobs[0].aborts;
		if (at < 4)
			free_worker(&(struct job){ .shop = &shop });
		assert_null(shop.worker);
		shop_poll(&shop, 50);
		assert_int_equal(shop.count + shop.ended + (size_t)shop.jobs[0].aborts, told);
		assert_int_equal(shop.ends, 0);
		assert_int_equal(tc_loop_pending(shop.loop), 0);
		shop_close(&shop);
	}
}

/* ---- a child of fork ---- */

/* It may free the worker, which goes on here. */
static void fork_in_work(struct job *job)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		tc_worker_free(job->shop->worker);
		_exit(7);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	job_complete(job);
}

static void a_child_frees_it_and_it_goes_on(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", NULL);
	shop.options.capacity = 2;
	shop.on_start = fork_in_work;
	shop_tasks(&shop, 4);
	shop_begin(&shop);
	shop_until_ended(&shop, 4);
	for (int i = 0; i < 4; i++)
		assert_true(shop.jobs[i].reported);
	shop.on_start = job_wait; /* timers, the bell and the loop are all there */
	shop_task(&shop);
	shop_until_begun(&shop, 5);
	while (!shop.jobs[4].renewals)
		shop_poll(&shop, 50);
	job_complete(&shop.jobs[4]);
	shop_until_ended(&shop, 5);
	shop_close(&shop);
}

/* ---- what cannot be ---- */

static void bad_names_are_refused_before_anything_is_sent(void **state)
{
	static const struct {
		const char *queue, *group, *id, *part;
		int capacity;
	} cases[] = {
		{ NULL, "g", "w", "options.task_queue_id is NULL", 0 },
		{ "p/w", NULL, "w", "options.worker_group is NULL", 0 },
		{ "p/w", "g", NULL, "options.worker_id is NULL", 0 },
		{ "p/w", "a group", "w", "/workerGroup", 0 },
		{ "p/w", "g", "", "/workerId", 0 },
		{ "p/w", "g", "w", "capacity is -1", -1 },
	};

	(void)state;
	shop_open(&shop, NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
		options.task_queue_id = cases[i].queue;
		options.worker_group = cases[i].group;
		options.worker_id = cases[i].id;
		options.capacity = cases[i].capacity;
		options.start = count_start;
		options.abort = never_abort;
		assert_null(tc_worker_new(NULL, shop.client, &options, &shop.err));
		if (!strstr(tc_error_text(&shop.err), cases[i].part))
			fail_msg("%s", tc_error_text(&shop.err));
		tc_error_clear(&shop.err);
	}
	shop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_task_is_claimed_and_reported),
		cmocka_unit_test(each_result_is_told_as_it_is),
		cmocka_unit_test(the_first_error_decides),
		cmocka_unit_test(a_task_tells_what_it_is),
		cmocka_unit_test(capacity_is_kept_and_used),
		cmocka_unit_test(threads_resolve_what_they_worked_on),
		cmocka_unit_test(after_so_many_tasks),
		cmocka_unit_test(after_a_time_without_tasks),
		cmocka_unit_test(when_it_is_refused),
		cmocka_unit_test(a_refusal_lets_tasks_end),
		cmocka_unit_test(with_the_loop_inside),
		cmocka_unit_test(an_idle_worker_only_waits),
		cmocka_unit_test(it_is_freed_at_any_time),
		cmocka_unit_test(a_child_frees_it_and_it_goes_on),
		cmocka_unit_test(bad_names_are_refused_before_anything_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
