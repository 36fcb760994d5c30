/* SPDX-License-Identifier: MPL-2.0 */
/* Claims are kept as long as they can be: short ones, and by clocks that jump. */
#include "tests/workflows/workshop.h"

static struct workshop shop;

/* ---- kept ---- */

static void a_short_claim_is_renewed_again_and_again(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", NULL);
	struct job *job = shop_begin_one(&shop);
	shop_poll(&shop, 5000);
	assert_int_in_range(job->renewals, 3, 5); /* after 1.4 s each */
	assert_int_equal(job->aborts, 0);
	job_complete(job);
	shop_until_ended(&shop, 1);
	job_is(job, 0, "completed completed");
	shop_close(&shop);
}

/* The production worker loses those shorter than 210 s: 20 s pass, and nothing is due; 130 s, and
 * it was renewed. */
static void claims_under_210_s_are_kept(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "180", NULL);
	struct job *job = shop_begin_one(&shop);
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
	struct job *job = shop_begin_one(&shop);
	shop_pass(&shop, 1010000);
	shop_poll(&shop, 100);
	assert_int_equal(job->renewals, 0);
	assert_int_in_range(tc_task_claim_left_ms(job->task), 180000, 190000);
	shop_pass(&shop, 11000);
	shop_poll(&shop, 100);
	assert_int_equal(job->renewals, 1);
	assert_int_in_range(tc_task_claim_left_ms(job->task), 1190000, 1200000);
	shop_close(&shop);
}

/* Its credentials are others then, also for another thread's client. */
static void renewals_bring_other_credentials(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", NULL);
	struct job *job = shop_begin_one(&shop);
	tc_credentials *before = tc_task_credentials(job->task);
	while (!job->renewals)
		shop_poll(&shop, 20);
	tc_credentials *after = tc_task_credentials(job->task);
	assert_ptr_not_equal(before, after);
	tc_credentials_free(before);
	tc_credentials_free(after);
	shop_close(&shop);
}

/* ---- clocks ---- */

static void a_wall_clock_that_is_set_back_loses_nothing(void **state)
{
	(void)state;
	shop_open(&shop, "--claim-timeout", "2", NULL);
	struct job *job = shop_begin_one(&shop);
	shop.wall_ms -= 3600000;
	shop_poll(&shop, 4000);
	assert_int_equal(job->aborts, 0);
	assert_int_in_range(job->renewals, 2, 6);
	job_complete(job);
	shop_until_ended(&shop, 1);
	job_is(job, 0, "completed completed");
	shop_close(&shop);
}

/* The certificate seems to have ended, or not to have begun: the queue knows better. A Date that is
 * further from the clock here than a day is not believed by any client. */
static void a_wall_clock_that_jumps_by_23_h_loses_nothing(void **state)
{
	(void)state;
	for (int sign = -1; sign <= 1; sign += 2) {
		shop_open(&shop, "--claim-timeout", "3", NULL);
		struct job *job = shop_begin_one(&shop);
		shop.wall_ms += sign * INT64_C(82800000);
		shop_poll(&shop, 5000);
		assert_int_equal(job->aborts, 0);
		assert_int_in_range(job->renewals, 2, 6);
		job_complete(job);
		shop_until_ended(&shop, 1);
		job_is(job, 0, "completed completed");
		shop_close(&shop);
	}
}

/* The steady clock stood still while the machine slept: the wall clock says that it is time. */
static void a_claim_is_renewed_when_the_machine_wakes_up(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	struct job *job = shop_begin_one(&shop);
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
	struct job *job = shop_begin_one(&shop);
	shop_silence(&shop, true);
	shop.wall_ms += 7200000;
	shop_pass(&shop, 10000);
	shop_poll(&shop, 100);
	assert_int_equal(job->aborts, 0); /* 30 s to hear from the queue */
	shop_pass(&shop, 31000);
	job_until_aborted(job, TC_ABORT_CLAIM_ENDED, 1000);
	shop_silence(&shop, false);
	shop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_claim_is_renewed_again_and_again),
		cmocka_unit_test(claims_under_210_s_are_kept),
		cmocka_unit_test(a_long_claim_is_renewed_three_minutes_before_its_end),
		cmocka_unit_test(renewals_bring_other_credentials),
		cmocka_unit_test(a_wall_clock_that_is_set_back_loses_nothing),
		cmocka_unit_test(a_wall_clock_that_jumps_by_23_h_loses_nothing),
		cmocka_unit_test(a_claim_is_renewed_when_the_machine_wakes_up),
		cmocka_unit_test(a_claim_that_ended_in_sleep_ends_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
