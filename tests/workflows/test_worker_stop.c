/* SPDX-License-Identifier: MPL-2.0 */
/* How a worker stops: idle and busy, softly and in haste, from other threads and signal handlers.
 */
#include "tests/workflows/workshop.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/queue.h>

static struct workshop shop;

static void begin(size_t capacity, size_t tasks)
{
	shop.on_start = job_wait;
	shop.options.capacity = (int)capacity;
	shop_tasks(&shop, tasks);
	shop_begin(&shop);
	shop_until_begun(&shop, tasks < capacity ? tasks : capacity);
}

static void an_idle_worker_stops_soon(void **state)
{
	(void)state;
	for (enum tc_stop how = TC_STOP_FINISH; how <= TC_STOP_ABORT; how++) {
		shop_open(&shop, "--poll-timeout", "20000", NULL);
		shop_begin(&shop);
		shop_poll(&shop, 200); /* the long poll is under way */
		shop.options.stop_wait_ms = 0;
		int64_t begun = tc_test_now_ms();
		tc_worker_stop(shop.worker, how);
		shop_until_end(&shop);
		assert_int_equal(shop.end, TC_END_STOPPED);
		assert_int_in_range(tc_test_now_ms() - begun, 1900, 3500); /* 2 s for that */
		assert_int_equal(tc_loop_pending(shop.loop), 0);
		shop_close(&shop);
	}
}

/* What the long poll brings meanwhile is not lost: it is given back. */
static void what_comes_during_the_stop_is_given_back(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	for (enum tc_stop how = TC_STOP_FINISH; how <= TC_STOP_ABORT; how++) {
		shop_open(&shop, "--poll-timeout", "20000", NULL);
		shop_begin(&shop);
		shop_poll(&shop, 200);
		tc_worker_stop(shop.worker, how);
		shop_poll(&shop, 50);
		strcpy(id, shop_task(&shop));
		shop_until_end(&shop);
		assert_int_equal(shop.count, 0); /* it never began */
		assert_string_equal(shop_run(&shop, id, 0), "exception worker-shutdown");
		assert_string_equal(shop_run(&shop, id, 1), "pending -");
		shop_close(&shop);
	}
}

static void what_runs_is_finished(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	begin(2, 3);
	tc_worker_stop(shop.worker, TC_STOP_FINISH);
	shop_poll(&shop, 300);
	assert_int_equal(shop.ends, 0);
	assert_int_equal(shop.jobs[0].aborts + shop.jobs[1].aborts, 0);
	job_complete(&shop.jobs[0]);
	shop_until_ended(&shop, 1);
	shop_poll(&shop, 200);
	assert_int_equal(shop.count, 2); /* the third is others' */
	job_complete(&shop.jobs[1]);
	shop_until_end(&shop);
	assert_int_equal(shop.end, TC_END_STOPPED);
	for (int i = 0; i < 2; i++)
		assert_string_equal(shop_run(&shop, shop.jobs[i].id, 0), "completed completed");
	shop_close(&shop);
}

static void what_runs_is_aborted(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	begin(3, 3);
	tc_worker_stop(shop.worker, TC_STOP_ABORT);
	shop_until_end(&shop);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(shop.jobs[i].aborts, 1);
		assert_int_equal(shop.jobs[i].why, TC_ABORT_SHUTDOWN);
		assert_true(shop.jobs[i].reported);
		assert_int_equal(shop.jobs[i].result, TC_TASK_WORKER_SHUTDOWN);
		assert_int_equal(shop.jobs[i].aborted, TC_ABORT_SHUTDOWN);
		assert_string_equal(
			shop_run(&shop, shop.jobs[i].id, 0), "exception worker-shutdown");
	}
	shop_close(&shop);
}

static void haste_after_patience(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	begin(2, 2);
	tc_worker_stop(shop.worker, TC_STOP_FINISH);
	shop_poll(&shop, 100);
	assert_int_equal(shop.jobs[0].aborts, 0);
	tc_worker_stop(shop.worker, TC_STOP_ABORT);
	tc_worker_stop(shop.worker, TC_STOP_FINISH); /* no way back */
	shop_until_end(&shop);
	assert_int_equal(shop.jobs[0].aborts, 1);
	assert_int_equal(shop.jobs[1].aborts, 1);
	shop_close(&shop);
}

/* One that its caller had resolved before keeps its result; none is aborted. */
static void what_was_resolved_before_counts(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	begin(2, 2);
	job_complete(&shop.jobs[0]);
	tc_worker_stop(shop.worker, TC_STOP_ABORT);
	shop_until_end(&shop);
	assert_int_equal(shop.jobs[0].aborts, 0);
	assert_int_equal(shop.jobs[1].aborts, 1);
	assert_string_equal(shop_run(&shop, shop.jobs[0].id, 0), "completed completed");
	assert_string_equal(shop_run(&shop, shop.jobs[1].id, 0), "exception worker-shutdown");
	shop_close(&shop);
}

/* Nor does what had gone wrong before change. */
static void what_was_settled_before_counts(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	begin(1, 1);
	tc_task_settle(shop.jobs[0].task, TC_TASK_FAILED, "it did");
	tc_worker_stop(shop.worker, TC_STOP_ABORT);
	shop_until_end(&shop);
	assert_string_equal(shop_run(&shop, shop.jobs[0].id, 0), "failed failed");
	shop_close(&shop);
}

static void never(struct job *job, enum tc_abort why)
{
	(void)job;
	(void)why;
}

static void a_caller_that_never_resolves_is_not_waited_for(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	begin(1, 1);
	shop.on_abort = never;
	tc_task *task = shop.jobs[0].task;
	tc_worker_stop(shop.worker, TC_STOP_ABORT);
	shop_poll(&shop, 100);
	shop_pass(&shop, 29000);
	shop_poll(&shop, 100);
	assert_int_equal(shop.ended, 0);
	shop_pass(&shop, 2000);
	shop_until_end(&shop);
	assert_int_equal(shop.ended, 1);
	assert_true(shop.jobs[0].reported);
	assert_string_equal(shop_run(&shop, shop.jobs[0].id, 0), "exception worker-shutdown");
	/* until the worker is freed this does no harm */
	assert_int_equal(
		tc_worker_resolve(shop.worker, task, TC_TASK_FAILED, NULL), TC_ERROR_ARGUMENT);
	shop_close(&shop);
}

/* ---- from elsewhere ---- */

static void on_signal(int number)
{
	(void)number;
	tc_worker_stop(shop.worker, TC_STOP_ABORT);
}

static void from_a_signal_handler(void **state)
{
	struct sigaction action = { .sa_handler = on_signal }, before;

	(void)state;
	shop_open(&shop, NULL);
	begin(1, 1);
	sigaction(SIGUSR1, &action, &before);
	raise(SIGUSR1);
	sigaction(SIGUSR1, &before, NULL);
	shop_until_end(&shop);
	assert_int_equal(shop.jobs[0].aborts, 1);
	shop_close(&shop);
}

struct race {
	size_t from, step;
};

static void *resolve_some(void *data)
{
	const struct race *race = data;

	for (size_t i = race->from; i < 32; i += race->step)
		tc_worker_resolve(shop.worker, shop.jobs[i].task, TC_TASK_COMPLETED, NULL);
	return NULL;
}

static void *stop_it(void *data)
{
	(void)data;
	tc_worker_stop(shop.worker, TC_STOP_ABORT);
	return NULL;
}

/* The caller's threads may be first. */
static void resolve_or_not(struct job *job, enum tc_abort why)
{
	(void)why;
	tc_worker_resolve(shop.worker, job->task, TC_TASK_FAILED, NULL);
}

/* Threads resolve 32 tasks while the worker aborts them: each is reported once, as one of both. */
static void threads_and_the_stop_do_not_collide(void **state)
{
	const struct race races[] = { { 0, 2 }, { 1, 2 } };

	(void)state;
	for (int round = 0; round < 5; round++) {
		pthread_t threads[3];
		shop_open(&shop, NULL);
		shop.on_abort = resolve_or_not;
		begin(32, 32);
		pthread_create(&threads[0], NULL, resolve_some, (void *)(uintptr_t)&races[0]);
		pthread_create(&threads[1], NULL, resolve_some, (void *)(uintptr_t)&races[1]);
		pthread_create(&threads[2], NULL, stop_it, NULL);
		shop_until_end(&shop);
		for (int i = 0; i < 3; i++)
			pthread_join(threads[i], NULL);
		assert_int_equal(shop.ended, 32);
		for (int i = 0; i < 32; i++) {
			assert_true(shop.jobs[i].reported);
			assert_int_equal(shop.jobs[i].ends, 1);
			assert_true(shop.jobs[i].result ==
				(shop.jobs[i].aborts ? TC_TASK_WORKER_SHUTDOWN
						     : TC_TASK_COMPLETED));
		}
		shop_close(&shop);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_idle_worker_stops_soon),
		cmocka_unit_test(what_comes_during_the_stop_is_given_back),
		cmocka_unit_test(what_runs_is_finished),
		cmocka_unit_test(what_runs_is_aborted),
		cmocka_unit_test(haste_after_patience),
		cmocka_unit_test(what_was_resolved_before_counts),
		cmocka_unit_test(what_was_settled_before_counts),
		cmocka_unit_test(a_caller_that_never_resolves_is_not_waited_for),
		cmocka_unit_test(from_a_signal_handler),
		cmocka_unit_test(threads_and_the_stop_do_not_collide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
