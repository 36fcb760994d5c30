/* SPDX-License-Identifier: MPL-2.0 */
/* Networks that are lost, servers that are broken, and replies that never come after the server has
 * acted. */
#include "tests/workflows/workshop.h"

#include <stdio.h>
#include <string.h>

static struct workshop shop;

/* ---- the network ---- */

static void a_network_that_comes_back_in_time_costs_nothing(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "4", NULL);
	struct job *job = shop_begin_one(&shop);
	shop_poll(&shop, 2000);
	shop_silence(&shop, true);
	shop_poll(&shop, 1300); /* it was due after 2.8 s */
	shop_silence(&shop, false);
	shop_poll(&shop, 1500);
	assert_int_equal(job->aborts, 0);
	assert_int_in_range(job->renewals, 1, 2);
	job_complete(job);
	shop_until_ended(&shop, 1);
	job_is(job, 0, "completed completed");
	shop_close(&shop);
}

static void a_claim_that_ends_without_a_network_is_aborted(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "3", NULL);
	struct job *job = shop_begin_one(&shop);
	shop_silence(&shop, true);
	int64_t begun = tc_test_now_ms();
	job_until_aborted(job, TC_ABORT_CLAIM_ENDED, 5000);
	assert_int_in_range(tc_test_now_ms() - begun, 1500, 3500);
	shop_silence(&shop, false);
	shop_until_ended(&shop, 1);
	assert_false(job->reported);
	shop.on_start = NULL;
	shop_until_ended(&shop, 2); /* its next run */
	assert_string_equal(shop.jobs[1].id, job->id);
	job_is(job, 0, "exception claim-expired");
	job_is(job, 1, "completed completed");
	shop_close(&shop);
}

/* 5xx are trouble on the way: tried again until the end. */
static void a_server_that_is_broken_for_now(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "3", "--fault",
		"status=500:times=8:only=queue.reclaimTask", NULL);
	struct job *job = shop_begin_one(&shop);
	shop_poll(&shop, 3500);
	assert_int_equal(job->aborts, 0);
	assert_true(job->renewals > 0);
	shop_close(&shop);
}

/* Work is asked for again and again, ever later. */
static void a_queue_that_is_broken_is_asked_until_it_is_not(void **state)
{
	(void)state;
	shop_open(&shop, "--fault", "status=500:times=18:only=queue.claimWork", NULL);
	shop_task(&shop);
	shop_begin(&shop);
	for (int64_t pause = 1; pause <= 4; pause *= 2) {
		char part[40];
		snprintf(part, sizeof part, "is tried again in %d s", (int)pause);
		int64_t until = tc_test_now_ms() + 4000;
		while (!strstr(shop.log, part) && tc_test_now_ms() < until)
			shop_poll(&shop, 10);
		assert_non_null(strstr(shop.log, part));
		shop_pass(&shop, pause * 1000);
	}
	shop_until_ended(&shop, 1);
	assert_true(shop.jobs[0].reported);
	shop_close(&shop);
}

/* A front server that answers for the queue, such as while that is deployed anew. */
static void a_page_is_no_word_of_the_queue(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "3", "--fault",
		"html-error=404:times=1:only=queue.claimWork,"
		"html-error=404:times=1:only=queue.reclaimTask:key=other",
		NULL);
	shop.on_start = job_wait;
	shop_task(&shop);
	shop_begin(&shop);
	shop_poll(&shop, 100);
	assert_non_null(strstr(shop.log, "is tried again"));
	shop_pass(&shop, 1000);
	shop_until_begun(&shop, 1);
	shop_poll(&shop, 3200);
	assert_int_equal(shop.jobs[0].aborts, 0);
	assert_true(shop.jobs[0].renewals > 0);
	assert_non_null(strstr(shop.log, "the claim was not renewed, and is tried again"));
	shop_close(&shop);
}

/* ---- replies that are lost after the server has acted ---- */

static void a_renewal_whose_reply_is_lost_is_made_again(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", "--fault",
		"lost-reply:times=3:only=queue.reclaimTask", NULL);
	struct job *job = shop_begin_one(&shop);
	shop_poll(&shop, 3000);
	assert_int_equal(job->aborts, 0);
	assert_true(job->renewals > 0);
	job_complete(job);
	shop_until_ended(&shop, 1);
	job_is(job, 0, "completed completed");
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
		struct job *job = shop_begin_one(&shop);
		job_resolve(job, cases[i].result);
		shop_until_ended(&shop, 1);
		if (!job->reported)
			fail_msg("%zu: %s\n%s", i, job->error, shop.log);
		job_is(job, 0, cases[i].run);
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
	shop_poll(&shop, 1500);
	assert_int_equal(shop.count, 0);
	shop_pass(&shop, 4000); /* when it asks again */
	shop_until_ended(&shop, 1);
	assert_string_equal(shop_run(&shop, id, 0), "exception claim-expired");
	assert_string_equal(shop_run(&shop, id, 1), "completed completed");
	shop_close(&shop);
}

static void a_report_that_comes_too_late_is_told_so(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	struct job *job = shop_begin_one(&shop);
	job_cancel(job);
	job_complete(job);
	shop_until_ended(&shop, 1);
	assert_false(job->reported);
	assert_string_equal(job->reason, "canceled");
	assert_non_null(strstr(job->error, "queue.reportCompleted"));
	job_is(job, 0, "exception canceled");
	shop_close(&shop);
}

/* The call's own repetitions are over long before. */
static void a_report_is_tried_until_it_is_heard(void **state)
{
	(void)state;
	shop_open(&shop, "--fault", "status=503:times=8:only=queue.reportCompleted", NULL);
	struct job *job = shop_begin_one(&shop);
	job_complete(job);
	shop_until_ended(&shop, 1);
	assert_true(job->reported);
	job_is(job, 0, "completed completed");
	shop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_network_that_comes_back_in_time_costs_nothing),
		cmocka_unit_test(a_claim_that_ends_without_a_network_is_aborted),
		cmocka_unit_test(a_server_that_is_broken_for_now),
		cmocka_unit_test(a_queue_that_is_broken_is_asked_until_it_is_not),
		cmocka_unit_test(a_page_is_no_word_of_the_queue),
		cmocka_unit_test(a_renewal_whose_reply_is_lost_is_made_again),
		cmocka_unit_test(a_report_whose_reply_is_lost_counts),
		cmocka_unit_test(a_claim_whose_reply_is_lost_runs_again),
		cmocka_unit_test(a_report_that_comes_too_late_is_told_so),
		cmocka_unit_test(a_report_is_tried_until_it_is_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
