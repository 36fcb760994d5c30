/* SPDX-License-Identifier: MPL-2.0 */
/* What is not ours any more, or has taken too long, is let go. */
#include "tests/workflows/workshop.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/artifact_upload.h>
#include <taskcluster/queue.h>

static struct workshop shop;

/* ---- lost ---- */

static void a_canceled_task_is_aborted_at_its_renewal(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", NULL);
	struct job *job = shop_begin_one(&shop);
	job_cancel(job);
	job_until_aborted(job, TC_ABORT_LOST, 4000);
	assert_string_equal(job->lost_as, "canceled");
	shop_until_ended(&shop, 1);
	assert_false(job->reported);
	assert_string_equal(job->reason, "canceled");
	assert_string_equal(job->state, "exception");
	assert_int_equal(job->result, TC_TASK_FAILED); /* what would have been said */
	assert_non_null(strstr(shop.log, "not reported as failed; the queue says canceled"));
	job_is(job, 0, "exception canceled");
	/* and it goes on with others */
	shop.on_start = NULL;
	shop_task(&shop);
	shop_until_ended(&shop, 2);
	assert_true(shop.jobs[1].reported);
	shop_close(&shop);
}

static void a_canceled_task_is_seen_by_the_poll(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	shop.options.status_poll_ms = 200;
	struct job *job = shop_begin_one(&shop);
	shop_poll(&shop, 500);
	assert_int_equal(job->aborts, 0);
	job_cancel(job);
	job_until_aborted(job, TC_ABORT_LOST, 1000);
	assert_string_equal(job->lost_as, "canceled");
	shop_until_ended(&shop, 1);
	assert_string_equal(job->reason, "canceled");
	shop_close(&shop);
}

static void what_somebody_heard_is_looked_at_once(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	struct job *job = shop_begin_one(&shop);
	tc_task_check(job->task); /* in vain */
	shop_poll(&shop, 300);
	assert_int_equal(job->aborts, 0);
	job_cancel(job);
	shop_poll(&shop, 300);
	assert_int_equal(job->aborts, 0); /* nobody said so yet */
	tc_task_check(job->task);
	job_until_aborted(job, TC_ABORT_LOST, 1000);
	assert_string_equal(job->lost_as, "canceled");
	shop_until_ended(&shop, 1);
	shop_close(&shop);
}

static void a_task_that_is_not_known_any_more(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", "--fault", "status=404:only=queue.reclaimTask",
		NULL);
	struct job *job = shop_begin_one(&shop);
	job_until_aborted(job, TC_ABORT_LOST, 4000);
	shop_close(&shop);
}

/* Where nobody may read, its status is asked for with the worker's own credentials. */
static void its_status_is_asked_for_as_far_as_that_is_allowed(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", "--private", NULL);
	struct job *job = shop_begin_one(&shop);
	job_cancel(job);
	job_until_aborted(job, TC_ABORT_LOST, 4000);
	assert_string_equal(job->lost_as, "canceled");
	shop_close(&shop);
}

static void uploaded(void *data, const struct tc_uploaded *result, const tc_error *err)
{
	struct job *job = data;

	assert_ok(err ? err->code : TC_OK, err);
	assert_non_null(result);
	job_complete(job);
}

static void upload_log(struct job *job, enum tc_abort why)
{
	const struct tc_artifact artifact = {
		.task_id = job->id, .run_id = job->run_id, .name = "public/logs/live_backing.log"
	};
	struct tc_source source = TC_SOURCE_INIT;

	(void)why;
	tc_source_memory(&source, "ended", 5);
	assert_ok(tc_loop_upload_artifact(job->shop->loop, tc_task_client(job->task), &artifact,
			  &source, NULL, uploaded, job, NULL, &job->shop->err),
		&job->shop->err);
}

static void the_log_of_a_lost_task_is_uploaded(void **state)
{
	struct tc_queue_list_artifacts_response *list = NULL;

	(void)state;
	shop_open(&shop, NULL);
	shop.options.status_poll_ms = 100;
	shop.on_abort = upload_log;
	struct job *job = shop_begin_one(&shop);
	job_cancel(job);
	shop_until_ended(&shop, 1);
	assert_false(job->reported);
	assert_ok(tc_queue_list_artifacts(shop.boss, job->id, "0", NULL, &list, &shop.err),
		&shop.err);
	assert_int_equal(list->artifacts_count, 1);
	tc_release(list);
	shop_close(&shop);
}

/* ---- times of the task ---- */

static void a_task_ends_at_its_deadline(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	shop.on_start = job_wait;
	shop_task_until(&shop, 2);
	shop_begin(&shop);
	shop_until_begun(&shop, 1);
	job_until_aborted(&shop.jobs[0], TC_ABORT_DEADLINE, 3000);
	shop_until_ended(&shop, 1);
	assert_false(shop.jobs[0].reported);
	assert_non_null(strstr(shop.jobs[0].error, "deadline"));
	shop_close(&shop);
}

/* By the server's clock: this machine is an hour ahead. */
static void a_deadline_goes_by_the_clock_of_the_server(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	shop.wall_ms = 3600000;
	shop.on_start = job_wait;
	shop_task_until(&shop, 30);
	shop_begin(&shop);
	shop_until_begun(&shop, 1);
	shop_poll(&shop, 500);
	assert_int_equal(shop.jobs[0].aborts, 0);
	job_complete(&shop.jobs[0]);
	shop_until_ended(&shop, 1);
	assert_true(shop.jobs[0].reported);
	shop_close(&shop);
}

static void a_task_may_not_run_for_too_long(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	struct job *job = shop_begin_one(&shop);
	assert_ok(tc_task_limit(job->task, 60000, &shop.err), &shop.err);
	shop_pass(&shop, 59000);
	shop_poll(&shop, 100);
	assert_int_equal(job->aborts, 0);
	assert_ok(tc_task_limit(job->task, 30000, &shop.err), &shop.err); /* from now on */
	shop_pass(&shop, 29000);
	shop_poll(&shop, 100);
	assert_int_equal(job->aborts, 0);
	shop_pass(&shop, 2000);
	job_until_aborted(job, TC_ABORT_RUN_TIME, 1000);
	shop_until_ended(&shop, 1);
	assert_int_equal(job->result, TC_TASK_FAILED);
	assert_true(job->reported);
	job_is(job, 0, "failed failed");
	shop_close(&shop);
}

static void take_time(struct job *job, enum tc_abort why)
{
	(void)job;
	(void)why;
}

/* While the work is being ended, and its artifacts are uploaded. */
static void a_claim_is_kept_while_its_task_ends(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", NULL);
	shop.on_abort = take_time;
	struct job *job = shop_begin_one(&shop);
	assert_ok(tc_task_limit(job->task, 10, &shop.err), &shop.err);
	job_until_aborted(job, TC_ABORT_RUN_TIME, 1000);
	shop_poll(&shop, 3500);
	assert_int_in_range(job->renewals, 2, 4);
	job_resolve(job, TC_TASK_COMPLETED);
	shop_until_ended(&shop, 1);
	assert_true(job->reported);
	job_is(job, 0, "failed failed");
	shop_close(&shop);
}

static void without_a_limit_it_runs_on(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	struct job *job = shop_begin_one(&shop);
	assert_ok(tc_task_limit(job->task, 1000, &shop.err), &shop.err);
	assert_ok(tc_task_limit(job->task, 0, &shop.err), &shop.err);
	shop_pass(&shop, 100000);
	shop_poll(&shop, 100);
	assert_int_equal(job->aborts, 0);
	shop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_canceled_task_is_aborted_at_its_renewal),
		cmocka_unit_test(a_canceled_task_is_seen_by_the_poll),
		cmocka_unit_test(what_somebody_heard_is_looked_at_once),
		cmocka_unit_test(a_task_that_is_not_known_any_more),
		cmocka_unit_test(its_status_is_asked_for_as_far_as_that_is_allowed),
		cmocka_unit_test(the_log_of_a_lost_task_is_uploaded),
		cmocka_unit_test(a_task_ends_at_its_deadline),
		cmocka_unit_test(a_deadline_goes_by_the_clock_of_the_server),
		cmocka_unit_test(a_task_may_not_run_for_too_long),
		cmocka_unit_test(a_claim_is_kept_while_its_task_ends),
		cmocka_unit_test(without_a_limit_it_runs_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
