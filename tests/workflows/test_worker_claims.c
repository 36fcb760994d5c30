/* SPDX-License-Identifier: MPL-2.0 */
/* Claims are kept as long as they can be, and what is not ours any more is let go: short claims,
 * lost networks, lost replies, clocks that jump. */
#include "tests/workflows/workshop.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/artifact_upload.h>
#include <taskcluster/queue.h>

static struct workshop shop;

/* One task that waits for the test. */
static struct job *begin_one(void)
{
	shop.on_start = job_wait;
	shop_task(&shop);
	shop_begin(&shop);
	shop_until_begun(&shop, 1);
	return &shop.jobs[0];
}

static void is_run(const struct job *job, int run, const char *wanted)
{
	assert_string_equal(shop_run(&shop, job->id, run), wanted);
}

static void until_aborted(const struct job *job, enum tc_abort why, int64_t within_ms)
{
	int64_t until = tc_test_now_ms() + within_ms;

	while (!job->aborts && tc_test_now_ms() < until)
		shop_poll(&shop, 10);
	if (job->aborts != 1 || job->why != why)
		fail_msg("aborted %d times, as %d; the log:\n%s", job->aborts, (int)job->why,
			shop.log);
}

static void cancel(const struct job *job)
{
	assert_ok(tc_queue_cancel_task(shop.boss, job->id, NULL, &shop.err), &shop.err);
}

/* ---- kept ---- */

static void a_short_claim_is_renewed_again_and_again(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", NULL);
	struct job *job = begin_one();
	shop_poll(&shop, 5000);
	assert_in_range(job->renewals, 3, 5); /* after 1.4 s each */
	assert_int_equal(job->aborts, 0);
	job_complete(job);
	shop_until_ended(&shop, 1);
	is_run(job, 0, "completed completed");
	shop_close(&shop);
}

/* The production worker loses those shorter than 210 s: 20 s pass, and nothing is due; 130 s, and
 * it was renewed. */
static void claims_under_210_s_are_kept(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "180", NULL);
	struct job *job = begin_one();
	shop_pass(&shop, 120000);
	shop_poll(&shop, 100);
	assert_int_equal(job->renewals, 0);
	for (int i = 1; i < 5; i++) {
		shop_pass(&shop, 10000);
		shop_poll(&shop, 100);
		assert_int_equal(job->renewals, i);
		shop_pass(&shop, 120000);
		shop_poll(&shop, 50);
	}
	assert_int_equal(job->aborts, 0);
	job_complete(job);
	shop_until_ended(&shop, 1);
	assert_true(job->reported);
	shop_close(&shop);
}

static void a_long_claim_is_renewed_three_minutes_before_its_end(void **state)
{
	(void)state;
	shop_open(&shop, NULL); /* 1200 s */
	struct job *job = begin_one();
	shop_pass(&shop, 1010000);
	shop_poll(&shop, 100);
	assert_int_equal(job->renewals, 0);
	assert_in_range(tc_task_claim_left_ms(job->task), 180000, 190000);
	shop_pass(&shop, 11000);
	shop_poll(&shop, 100);
	assert_int_equal(job->renewals, 1);
	assert_in_range(tc_task_claim_left_ms(job->task), 1190000, 1200000);
	shop_close(&shop);
}

/* Its credentials are others then, also for another thread's client. */
static void renewals_bring_other_credentials(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", NULL);
	struct job *job = begin_one();
	tc_credentials *before = tc_task_credentials(job->task);
	while (!job->renewals)
		shop_poll(&shop, 20);
	tc_credentials *after = tc_task_credentials(job->task);
	assert_ptr_not_equal(before, after);
	tc_credentials_free(before);
	tc_credentials_free(after);
	shop_close(&shop);
}

/* ---- lost ---- */

static void a_canceled_task_is_aborted_at_its_renewal(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", NULL);
	struct job *job = begin_one();
	cancel(job);
	until_aborted(job, TC_ABORT_LOST, 4000);
	assert_string_equal(job->lost_as, "canceled");
	shop_until_ended(&shop, 1);
	assert_false(job->reported);
	assert_string_equal(job->reason, "canceled");
	assert_string_equal(job->state, "exception");
	assert_int_equal(job->result, TC_TASK_FAILED); /* what would have been said */
	assert_non_null(strstr(shop.log, "not reported as failed; the queue says canceled"));
	is_run(job, 0, "exception canceled");
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
	struct job *job = begin_one();
	shop_poll(&shop, 500);
	assert_int_equal(job->aborts, 0);
	cancel(job);
	until_aborted(job, TC_ABORT_LOST, 1000);
	assert_string_equal(job->lost_as, "canceled");
	shop_until_ended(&shop, 1);
	assert_string_equal(job->reason, "canceled");
	shop_close(&shop);
}

static void a_task_that_is_not_known_any_more(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", "--fault", "status=404:only=queue.reclaimTask",
		NULL);
	struct job *job = begin_one();
	until_aborted(job, TC_ABORT_LOST, 4000);
	shop_close(&shop);
}

/* Where nobody may read, its status is asked for with the worker's own credentials. */
static void its_status_is_asked_for_as_far_as_that_is_allowed(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", "--private", NULL);
	struct job *job = begin_one();
	cancel(job);
	until_aborted(job, TC_ABORT_LOST, 4000);
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
	struct job *job = begin_one();
	cancel(job);
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
	until_aborted(&shop.jobs[0], TC_ABORT_DEADLINE, 3000);
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
	struct job *job = begin_one();
	assert_ok(tc_task_limit(job->task, 60000, &shop.err), &shop.err);
	shop_pass(&shop, 59000);
	shop_poll(&shop, 100);
	assert_int_equal(job->aborts, 0);
	assert_ok(tc_task_limit(job->task, 30000, &shop.err), &shop.err); /* from now on */
	shop_pass(&shop, 29000);
	shop_poll(&shop, 100);
	assert_int_equal(job->aborts, 0);
	shop_pass(&shop, 2000);
	until_aborted(job, TC_ABORT_RUN_TIME, 1000);
	shop_until_ended(&shop, 1);
	assert_int_equal(job->result, TC_TASK_FAILED);
	assert_true(job->reported);
	is_run(job, 0, "failed failed");
	shop_close(&shop);
}

static void without_a_limit_it_runs_on(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	struct job *job = begin_one();
	assert_ok(tc_task_limit(job->task, 1000, &shop.err), &shop.err);
	assert_ok(tc_task_limit(job->task, 0, &shop.err), &shop.err);
	shop_pass(&shop, 100000);
	shop_poll(&shop, 100);
	assert_int_equal(job->aborts, 0);
	shop_close(&shop);
}

/* ---- the network ---- */

/* Nothing comes, nor is refused: a server that stands still. */
static void silence(bool on)
{
	assert_int_equal(kill(shop.server->pid, on ? SIGSTOP : SIGCONT), 0);
}

static void a_network_that_comes_back_in_time_costs_nothing(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "6", NULL);
	struct job *job = begin_one();
	shop_poll(&shop, 3000);
	silence(true);
	shop_poll(&shop, 2000); /* it was due after 4.2 s */
	silence(false);
	shop_poll(&shop, 2500);
	assert_int_equal(job->aborts, 0);
	assert_in_range(job->renewals, 1, 2);
	job_complete(job);
	shop_until_ended(&shop, 1);
	is_run(job, 0, "completed completed");
	shop_close(&shop);
}

static void a_claim_that_ends_without_a_network_is_aborted(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "3", NULL);
	struct job *job = begin_one();
	silence(true);
	int64_t begun = tc_test_now_ms();
	until_aborted(job, TC_ABORT_CLAIM_ENDED, 5000);
	assert_in_range(tc_test_now_ms() - begun, 1500, 3500);
	silence(false);
	shop_until_ended(&shop, 1);
	assert_false(job->reported);
	shop.on_start = NULL;
	shop_until_ended(&shop, 2); /* its next run */
	assert_string_equal(shop.jobs[1].id, job->id);
	is_run(job, 0, "exception claim-expired");
	is_run(job, 1, "completed completed");
	shop_close(&shop);
}

/* 5xx are trouble on the way: tried again until the end. */
static void a_server_that_is_broken_for_now(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "4", "--fault",
		"status=500:times=8:only=queue.reclaimTask", NULL);
	struct job *job = begin_one();
	shop_poll(&shop, 5000);
	assert_int_equal(job->aborts, 0);
	assert_true(job->renewals > 0);
	shop_close(&shop);
}

/* ---- replies that are lost after the server has acted ---- */

static void a_renewal_whose_reply_is_lost_is_made_again(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", "--fault",
		"lost-reply:times=3:only=queue.reclaimTask", NULL);
	struct job *job = begin_one();
	shop_poll(&shop, 3000);
	assert_int_equal(job->aborts, 0);
	assert_true(job->renewals > 0);
	job_complete(job);
	shop_until_ended(&shop, 1);
	is_run(job, 0, "completed completed");
	shop_close(&shop);
}

static void a_report_whose_reply_is_lost_counts(void **state)
{
	static const struct {
		enum tc_task_result result;
		const char *fault, *run;
	} cases[] = {
		{ TC_TASK_COMPLETED, "lost-reply:times=1:only=queue.reportCompleted",
			"completed completed" },
		{ TC_TASK_FAILED, "lost-reply:times=1:only=queue.reportFailed", "failed failed" },
		{ TC_TASK_INTERMITTENT, "lost-reply:times=1:only=queue.reportException",
			"exception intermittent-task" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		shop_open(&shop, "--fault", cases[i].fault, NULL);
		shop.options.task_limit = 1;
		struct job *job = begin_one();
		job_resolve(job, cases[i].result);
		shop_until_ended(&shop, 1);
		if (!job->reported)
			fail_msg("%zu: %s\n%s", i, job->error, shop.log);
		is_run(job, 0, cases[i].run);
		shop_close(&shop);
	}
}

/* Nobody knows of them: they expire, and their next runs complete. */
static void a_claim_whose_reply_is_lost_runs_again(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "1", "--fault",
		"lost-reply:times=1:only=queue.claimWork", NULL);
	char id[TC_SLUGID_SIZE];
	strcpy(id, shop_task(&shop));
	shop_begin(&shop);
	shop_until_ended(&shop, 1);
	assert_string_equal(shop_run(&shop, id, 0), "exception claim-expired");
	assert_string_equal(shop_run(&shop, id, 1), "completed completed");
	shop_close(&shop);
}

static void a_report_that_comes_too_late_is_told_so(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	struct job *job = begin_one();
	cancel(job);
	job_complete(job);
	shop_until_ended(&shop, 1);
	assert_false(job->reported);
	assert_string_equal(job->reason, "canceled");
	assert_non_null(strstr(job->error, "queue.reportCompleted"));
	is_run(job, 0, "exception canceled");
	shop_close(&shop);
}

/* The call's own repetitions are over long before. */
static void a_report_is_tried_until_it_is_heard(void **state)
{
	(void)state;
	shop_open(&shop, "--fault", "status=503:times=15:only=queue.reportCompleted", NULL);
	struct job *job = begin_one();
	job_complete(job);
	shop_until_ended(&shop, 1);
	assert_true(job->reported);
	is_run(job, 0, "completed completed");
	shop_close(&shop);
}

/* ---- clocks ---- */

static void a_wall_clock_that_is_set_back_loses_nothing(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", NULL);
	struct job *job = begin_one();
	shop.wall_ms -= 3600000;
	shop_poll(&shop, 4000);
	assert_int_equal(job->aborts, 0);
	assert_in_range(job->renewals, 2, 6);
	job_complete(job);
	shop_until_ended(&shop, 1);
	is_run(job, 0, "completed completed");
	shop_close(&shop);
}

/* The steady clock stood still while the machine slept: the wall clock says that it is time. */
static void a_claim_is_renewed_when_the_machine_wakes_up(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	struct job *job = begin_one();
	shop.wall_ms += 1100000;
	shop_poll(&shop, 50);
	shop_pass(&shop, 10000); /* the clocks are looked at */
	shop_poll(&shop, 200);
	assert_int_equal(job->renewals, 1);
	assert_int_equal(job->aborts, 0);
	job_complete(job);
	shop_until_ended(&shop, 1);
	assert_true(job->reported);
	shop_close(&shop);
}

/* It slept for longer than the claim lasts, and there is no network: nobody works on for 20 min. */
static void a_claim_that_ended_in_sleep_ends_soon(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	struct job *job = begin_one();
	silence(true);
	shop.wall_ms += 7200000;
	shop_pass(&shop, 10000);
	shop_poll(&shop, 100);
	assert_int_equal(job->aborts, 0); /* 30 s to hear from the queue */
	shop_pass(&shop, 31000);
	until_aborted(job, TC_ABORT_CLAIM_ENDED, 1000);
	silence(false);
	shop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_claim_is_renewed_again_and_again),
		cmocka_unit_test(claims_under_210_s_are_kept),
		cmocka_unit_test(a_long_claim_is_renewed_three_minutes_before_its_end),
		cmocka_unit_test(renewals_bring_other_credentials),
		cmocka_unit_test(a_canceled_task_is_aborted_at_its_renewal),
		cmocka_unit_test(a_canceled_task_is_seen_by_the_poll),
		cmocka_unit_test(a_task_that_is_not_known_any_more),
		cmocka_unit_test(its_status_is_asked_for_as_far_as_that_is_allowed),
		cmocka_unit_test(the_log_of_a_lost_task_is_uploaded),
		cmocka_unit_test(a_task_ends_at_its_deadline),
		cmocka_unit_test(a_deadline_goes_by_the_clock_of_the_server),
		cmocka_unit_test(a_task_may_not_run_for_too_long),
		cmocka_unit_test(without_a_limit_it_runs_on),
		cmocka_unit_test(a_network_that_comes_back_in_time_costs_nothing),
		cmocka_unit_test(a_claim_that_ends_without_a_network_is_aborted),
		cmocka_unit_test(a_server_that_is_broken_for_now),
		cmocka_unit_test(a_renewal_whose_reply_is_lost_is_made_again),
		cmocka_unit_test(a_report_whose_reply_is_lost_counts),
		cmocka_unit_test(a_claim_whose_reply_is_lost_runs_again),
		cmocka_unit_test(a_report_that_comes_too_late_is_told_so),
		cmocka_unit_test(a_report_is_tried_until_it_is_heard),
		cmocka_unit_test(a_wall_clock_that_is_set_back_loses_nothing),
		cmocka_unit_test(a_claim_is_renewed_when_the_machine_wakes_up),
		cmocka_unit_test(a_claim_that_ended_in_sleep_ends_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
