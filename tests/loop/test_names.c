/* SPDX-License-Identifier: MPL-2.0 */
/* Loops and clients whose server has a name: looking it up takes time, threads and descriptors of
 * libcurl's own. */
#define _DEFAULT_SOURCE /* usleep */
#include "world.h"

#include "runtime/src/http/transport_curl.h"
#include "runtime/src/loop/loop.h"
#include "tests/loop/lookup.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RUNS 20

static const struct tc__waiter_kind *const kinds[] = {
#ifdef __linux__
	&tc__waiter_epoll,
#endif
	&tc__waiter_poll,
};

static tc_client *named_client(
	const struct tc_responder *responder, const char *name, int64_t timeout_ms)
{
	struct tc_options options = quick_options(responder);
	tc_error err = TC_ERROR_INIT;

	options.root_url = lookup_url(tc_responder_url(responder), name);
	options.timeout_ms = timeout_ms;
	options.attempts = 1;
	tc_client *client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	return client;
}

static tc_loop *new_loop(const struct tc__waiter_kind *kind)
{
	tc_error err = TC_ERROR_INIT;
	tc_loop *loop = tc__loop_new(NULL, kind, &err);

	assert_ok(err.code, &err);
	return loop;
}

static void start(tc_loop *loop, const tc_call *call, struct note *note, uint64_t *run)
{
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_loop_start(loop, call, take_note, note, run, &err), &err);
}

static void run_names(const struct tc__waiter_kind *kind, const char *name)
{
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	tc_client *client = named_client(responder, name, 10000);
	tc_call *call = ping(client);
	tc_loop *loop = new_loop(kind);
	struct note note = { 0 };
	tc_error err = TC_ERROR_INIT;

	for (int i = 0; i < RUNS; i++)
		start(loop, call, &note, NULL);
	assert_ok(tc_loop_run(loop, &err), &err);
	if (note.succeeded != RUNS)
		fail_msg("%s: %zu of %d runs succeeded: %s", name, note.succeeded, RUNS, note.text);
	tc_call_free(call);
	tc_loop_free(loop);
	tc_client_free(client);
	tc_responder_stop(responder);
}

static void a_loop_talks_to_a_server_with_a_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		run_names(kinds[i], "name.test");
}

static void a_dead_first_address_is_passed_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		run_names(kinds[i], "two.test");
}

static void a_name_that_is_not_there_is_told(void **state)
{
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	tc_client *client = named_client(responder, "none.test", 10000);
	tc_call *call = ping(client);
	tc_loop *loop = new_loop(kinds[0]);
	struct note note = { 0 };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	start(loop, call, &note, NULL);
	assert_ok(tc_loop_run(loop, &err), &err);
	assert_int_equal(note.code, TC_ERROR_NETWORK);
	assert_non_null(strstr(note.text, "none.test"));
	tc_call_free(call);
	tc_loop_free(loop);
	tc_client_free(client);
	tc_responder_stop(responder);
}

/* ---- look-ups that hang ---- */

/* Both fail when something was held by the look-up of eight seconds. */
static void assert_within(int64_t begun, int64_t ms, const char *what)
{
	int64_t took = tc_test_now_ms() - begun;

	if (took > ms)
		fail_msg("%s took %lld ms", what, (long long)took);
}

static void a_hanging_look_up_holds_nobody(void **state)
{
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	tc_client *slow = named_client(responder, "slow.test", 1000);
	tc_client *other = quick_client(responder);
	tc_call *slow_call = ping(slow), *other_call = ping(other);
	tc_loop *loop = new_loop(kinds[0]);
	struct note slow_note = { 0 }, other_note = { 0 };
	tc_error err = TC_ERROR_INIT;
	int64_t begun = tc_test_now_ms();

	(void)state;
	start(loop, slow_call, &slow_note, NULL);
	for (int i = 0; i < RUNS; i++)
		start(loop, other_call, &other_note, NULL);
	while (other_note.done < RUNS)
		assert_ok(tc_loop_poll(loop, 100, &err), &err);
	assert_int_equal(other_note.succeeded, RUNS);
	assert_within(begun, 900, "the runs beside it");
	assert_ok(tc_loop_run(loop, &err), &err);
	assert_int_equal(slow_note.code, TC_ERROR_TIMEOUT);
	assert_non_null(strstr(slow_note.text, "slow.test"));
	assert_within(begun, 3000, "the run with a timeout of 1000 ms");
	tc_call_free(slow_call);
	tc_call_free(other_call);
	begun = tc_test_now_ms();
	tc_loop_free(loop);
	tc_client_free(slow);
	tc_client_free(other);
	assert_within(begun, 1000, "the end of the loop");
	tc_responder_stop(responder);
}

static void a_run_whose_look_up_hangs_can_be_canceled(void **state)
{
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	tc_client *client = named_client(responder, "slow.test", 10000);
	tc_call *call = ping(client);
	tc_loop *loop = new_loop(kinds[0]);
	struct note note = { 0 };
	tc_error err = TC_ERROR_INIT;
	uint64_t canceled, left;

	(void)state;
	start(loop, call, &note, &canceled);
	for (int64_t begun = tc_test_now_ms(); tc_test_now_ms() - begun < 200;)
		assert_ok(tc_loop_poll(loop, 50, &err), &err);
	int64_t begun = tc_test_now_ms();
	assert_int_equal(tc_loop_cancel(loop, canceled), TC_OK);
	assert_ok(tc_loop_run(loop, &err), &err);
	assert_int_equal(note.code, TC_ERROR_CANCELED);
	start(loop, call, &note, &left);
	assert_ok(tc_loop_poll(loop, 50, &err), &err);
	tc_loop_free(loop);
	assert_int_equal(note.done, 2);
	tc_call_free(call);
	tc_client_free(client);
	assert_within(begun, 2000, "canceling, and freeing the loop");
	tc_responder_stop(responder);
}

static void a_call_ends_in_time_though_its_look_up_hangs(void **state)
{
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	tc_client *client = named_client(responder, "slow.test", 500);
	tc_call *call = ping(client);
	tc_error err = TC_ERROR_INIT;
	int64_t begun = tc_test_now_ms();

	(void)state;
	assert_int_equal(tc_call_perform(call, NULL, &err), TC_ERROR_TIMEOUT);
	tc_call_free(call);
	tc_client_free(client);
	assert_within(begun, 2000, "the call, and the end of its client");
	tc_error_clear(&err);
	tc_responder_stop(responder);
}

/* Nor do many, though libcurl has only so many threads for them. */
static void many_hanging_look_ups_hold_nobody(void **state)
{
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	tc_client *slow = named_client(responder, "slow.test", 1000);
	tc_client *other = named_client(responder, "name.test", 10000);
	tc_call *calls[] = { ping(slow), ping(other) };
	tc_loop *loop = new_loop(kinds[0]);
	struct note slow_note = { 0 }, other_note = { 0 };
	tc_error err = TC_ERROR_INIT;
	int64_t begun = tc_test_now_ms();

	(void)state;
	for (int i = 0; i < 2 * RUNS; i++)
		start(loop, calls[0], &slow_note, NULL);
	assert_ok(tc_loop_poll(loop, 50, &err), &err);
	start(loop, calls[1], &other_note, NULL);
	while (!other_note.done)
		assert_ok(tc_loop_poll(loop, 100, &err), &err);
	assert_int_equal(other_note.succeeded, 1);
	assert_within(begun, 900, "the run beside them");
	tc_loop_free(loop);
	for (size_t i = 0; i < 2; i++)
		tc_call_free(calls[i]);
	tc_client_free(slow);
	tc_client_free(other);
	tc_responder_stop(responder);
}

/* A name that is not found was looked up to the end: nothing of it is left behind. */
static void names_that_are_not_found_leave_nothing(void **state)
{
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	tc_client *none = named_client(responder, "none.test", 5000);
	tc_client *slow = named_client(responder, "slow.test", 200);
	tc_call *calls[] = { ping(none), ping(slow) };
	tc_error err = TC_ERROR_INIT;
	tc_loop *loop = new_loop(kinds[0]);
	struct note note = { 0 };

	(void)state;
	for (int i = 0; i < TC__LOOKUPS_LEFT_MAX + 1; i++)
		start(loop, calls[0], &note, NULL);
	assert_ok(tc_loop_run(loop, &err), &err);
	assert_int_equal(note.code, TC_ERROR_NETWORK);
	tc_loop_free(loop);
	int64_t begun = tc_test_now_ms();
	assert_int_equal(tc_call_perform(calls[1], NULL, &err), TC_ERROR_TIMEOUT);
	assert_within(begun, 1500, "a call after them");
	tc_error_clear(&err);
	tc_call_free(calls[0]);
	tc_call_free(calls[1]);
	tc_client_free(none);
	tc_client_free(slow);
	tc_responder_stop(responder);
}

/* How long the longest turn of a loop takes until all of its runs have ended. */
static int64_t longest_turn(tc_loop *loop)
{
	tc_error err = TC_ERROR_INIT;
	int64_t longest = 0;

	while (tc_loop_pending(loop)) {
		int64_t begun = tc_test_now_ms();
		assert_ok(tc_loop_poll(loop, 50, &err), &err);
		int64_t took = tc_test_now_ms() - begun;
		longest = took > longest ? took : longest;
	}
	return longest;
}

/* While a resolver is down every attempt hangs: neither does one hold the loop, nor do the threads
 * pile up, nor do those suffer who need no look-up. */
static void look_ups_do_not_pile_up(void **state)
{
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	tc_client *slow = named_client(responder, "slow.test", 100);
	tc_client *kept = named_client(responder, "name.test", 10000);
	tc_client *literal = quick_client(responder);
	tc_call *calls[] = { ping(slow), ping(kept), ping(literal) };
	tc_loop *loop = new_loop(kinds[0]);
	struct note note = { 0 };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	lookup_slow_ms = 4000;
	assert_ok(tc_call_perform(calls[1], NULL, &err), &err);
	size_t before = lookup_count();
	for (int i = 0; i < 2 * TC__LOOKUPS_LEFT_MAX; i++)
		start(loop, calls[0], &note, NULL);
	assert_true(longest_turn(loop) < 2000);
	/* libcurl 8.20 asks for each kind of address of a name by itself */
	assert_int_in_range(lookup_count() - before, 1, 2 * (TC__LOOKUPS_LEFT_MAX + 64));
	assert_int_equal(tc_call_perform(calls[0], NULL, &err), TC_ERROR_NETWORK);
	assert_failure(&err, TC_ERROR_NETWORK, "its name is not looked up");
	for (size_t i = 1; i < 3; i++)
		assert_ok(tc_call_perform(calls[i], NULL, &err), &err);
	tc_loop_free(loop);
	for (size_t i = 0; i < 3; i++)
		tc_call_free(calls[i]);
	tc_client_free(slow);
	tc_client_free(kept);
	tc_client_free(literal);
	tc_responder_stop(responder);
}

/* What was left behind ends by itself, before the process does. */
static void look_ups_left_behind_end(void **state)
{
	(void)state;
	assert_true(lookup_count() > 0);
	for (int64_t begun = tc_test_now_ms();
		lookup_under_way() && tc_test_now_ms() - begun < 10000;)
		usleep(20000);
	assert_int_equal(lookup_under_way(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_talks_to_a_server_with_a_name),
		cmocka_unit_test(a_dead_first_address_is_passed_over),
		cmocka_unit_test(a_name_that_is_not_there_is_told),
		cmocka_unit_test(a_hanging_look_up_holds_nobody),
		cmocka_unit_test(many_hanging_look_ups_hold_nobody),
		cmocka_unit_test(a_run_whose_look_up_hangs_can_be_canceled),
		cmocka_unit_test(a_call_ends_in_time_though_its_look_up_hangs),
		cmocka_unit_test(names_that_are_not_found_leave_nothing),
		cmocka_unit_test(look_ups_do_not_pile_up), /* none is begun for a while after it */
		cmocka_unit_test(look_ups_left_behind_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
