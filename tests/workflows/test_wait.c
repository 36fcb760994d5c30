/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/workflows/scene.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void a_task_is_watched_until_it_is_resolved(void **state)
{
	struct scene scene = { .queue = {
				       .states = { "pending", "running", "running", "failed" } } };

	(void)state;
	scene_begin(&scene);
	assert_ok(scene_wait(&scene), &scene.err);
	assert_string_equal(scene.reply->status.state, "failed");
	assert_int_equal(scene.queue.asked, 4);
	scene_end(&scene);
}

static void other_states_can_be_waited_for(void **state)
{
	static const char *const running[] = { "running", NULL };
	struct scene soon = { .queue = { .states = { "pending", "running", "completed" } } };
	struct scene never = { .queue = { .states = { "pending", "exception" } } };

	(void)state;
	scene_begin(&soon);
	soon.options.states = running;
	assert_ok(scene_wait(&soon), &soon.err);
	assert_string_equal(soon.reply->status.state, "running");
	scene_end(&soon);

	scene_begin(&never);
	never.options.states = running;
	assert_ok(scene_wait(&never), &never.err);
	assert_string_equal(never.reply->status.state, "exception");
	scene_end(&never);
}

static void waiting_has_its_time(void **state)
{
	struct scene scene = { .queue = { .states = { "pending" } } };

	(void)state;
	scene_begin(&scene);
	scene.options.deadline_ms = 60;
	scene.options.delay_ms = 10000;
	assert_int_equal(scene_wait(&scene), TC_ERROR_TIMEOUT);
	assert_null(scene.reply);
	assert_failure(&scene.err, TC_ERROR_TIMEOUT, "after 60 ms");
	scene_end(&scene);
}

/* Pauses grow while nothing changes. */
static void questions_become_rare(void **state)
{
	struct scene scene = { .queue = { .states = { "pending" } } };

	(void)state;
	scene_begin(&scene);
	scene.options.deadline_ms = 300;
	assert_int_equal(scene_wait(&scene), TC_ERROR_TIMEOUT);
	assert_int_in_range(scene.queue.asked, 4, 12);
	scene_end(&scene);
}

struct watcher {
	int calls;
	int64_t asked;
	char states[64];
	int stop_after;
};

static int watch(void *data, const struct tc_wait_progress *progress)
{
	struct watcher *watcher = data;

	if (progress->asked != watcher->asked && progress->state)
		strncat(watcher->states, progress->state, 1);
	watcher->asked = progress->asked;
	return ++watcher->calls == watcher->stop_after;
}

static void progress_is_told_and_may_end_it(void **state)
{
	struct scene scene = {
		.queue = { .states = { "unscheduled", "pending", "running", "completed" } }
	};
	struct watcher all = { 0 }, two = { .stop_after = 2 };

	(void)state;
	scene_begin(&scene);
	scene.options.progress = watch;
	scene.options.data = &all;
	assert_ok(scene_wait(&scene), &scene.err);
	assert_string_equal(all.states, "upr");
	tc_release(scene.reply);
	scene.queue.asked = 0;
	scene.options.data = &two;
	assert_int_equal(scene_wait(&scene), TC_ERROR_CANCELED);
	assert_failure(&scene.err, TC_ERROR_CANCELED, "progress callback");
	scene_end(&scene);
}

static void a_group_is_watched_until_all_are_resolved(void **state)
{
	struct scene scene = { .queue = { .pages = { "up", "rp", "cfr", "cfx" } } };
	struct tc_wait_counts counts;

	(void)state;
	scene_begin(&scene);
	assert_ok(
		tc_wait_group(scene.client, TASK, &scene.options, &counts, &scene.err), &scene.err);
	assert_int_equal(counts.completed, 1);
	assert_int_equal(counts.failed, 1);
	assert_int_equal(counts.exception, 1);
	assert_int_equal(counts.running + counts.pending + counts.unscheduled, 0);
	assert_int_equal(scene.queue.asked, 4);
	scene_end(&scene);
}

static void a_group_that_takes_too_long_is_counted(void **state)
{
	struct scene scene = { .queue = { .pages = { "ccp" } } };
	struct tc_wait_counts counts;

	(void)state;
	scene_begin(&scene);
	scene.options.deadline_ms = 400; /* time enough to ask once, also through TLS */
	assert_int_equal(tc_wait_group(scene.client, TASK, &scene.options, &counts, &scene.err),
		TC_ERROR_TIMEOUT);
	assert_int_equal(counts.completed, 2);
	assert_int_equal(counts.pending, 1);
	scene_end(&scene);
}

/* ---- time and ends ---- */

#define DAY ((int64_t)86400000)

static void wait_through(int64_t days)
{
	struct scene scene = { .queue = { .states = { "pending", "pending", "running" } } };
	int64_t begun = tc_test_now_ms(), now_ms = 1;
	char text[60];

	scene_begin(&scene);
	scene_move_time(&scene, &now_ms);
	scene.options.delay_ms = scene.options.delay_max_ms = days * DAY / 4;
	scene.options.deadline_ms = days * DAY;
	assert_int_equal(scene_wait(&scene), TC_ERROR_TIMEOUT);
	snprintf(text, sizeof text, "after %lld ms", (long long)(days * DAY));
	assert_failure(&scene.err, TC_ERROR_TIMEOUT, text);
	assert_int_equal(now_ms, 1 + days * DAY);
	assert_int_equal(scene.queue.asked, 4);
	assert_int_in_range(tc_test_now_ms() - begun, 0, 5000);
	scene_end(&scene);
}

/* More of them, too, than 32 bits have milliseconds for. */
static void days_are_waited_through(void **state)
{
	static const int64_t days[] = { 1, 100 };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		wait_through(days[i]);
}

/* Time that was waited before asks is not given to the question. */
static void a_question_ends_with_the_deadline(void **state)
{
	struct scene scene = {
		.queue = { .states = { "pending" }, .pages = { "p" }, .late_ms = 20000 }
	};
	int64_t begun = tc_test_now_ms();

	(void)state;
	scene_begin(&scene);
	scene.options.deadline_ms = 300;
	assert_int_equal(scene_wait(&scene), TC_ERROR_TIMEOUT);
	assert_int_in_range(tc_test_now_ms() - begun, 290, 1300);
	tc_error_clear(&scene.err);
	assert_int_equal(tc_wait_group(scene.client, TASK, &scene.options, NULL, &scene.err),
		TC_ERROR_TIMEOUT);
	assert_int_in_range(tc_test_now_ms() - begun, 590, 2600);
	scene_end(&scene);
}

static void an_attempt_has_its_own_time(void **state)
{
	struct scene scene = { .queue = { .states = { "pending" }, .late_ms = 20000 } };
	struct tc_options options = TC_OPTIONS_INIT;
	int64_t begun = tc_test_now_ms();

	(void)state;
	scene_begin(&scene);
	options.root_url = tc_responder_url(scene.responder);
	options.attempts = 1;
	tc_client_free(scene.client);
	scene.client = tc_client_new(&options, &scene.err);
	scene.options.timeout_ms = 200;
	assert_int_equal(scene_wait(&scene), TC_ERROR_TIMEOUT);
	assert_int_in_range(tc_test_now_ms() - begun, 190, 5000);
	scene_end(&scene);
}

static void *fire_soon(void *cancel)
{
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	tc_cancel_fire(cancel);
	return NULL;
}

/* In its pause, and while it asks. */
static void waiting_is_canceled_from_elsewhere(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		struct scene scene = { .queue = { .states = { "pending" },
					       .pages = { "p" },
					       .late_ms = late ? 20000 : 0 } };
		int64_t begun = tc_test_now_ms();
		pthread_t thread;
		scene_begin(&scene);
		scene.options.delay_ms = 20000;
		scene.options.cancel = tc_cancel_new(&scene.err);
		assert_int_equal(pthread_create(&thread, NULL, fire_soon, scene.options.cancel), 0);
		assert_int_equal(scene_wait(&scene), TC_ERROR_CANCELED);
		pthread_join(thread, NULL);
		assert_failure(&scene.err, TC_ERROR_CANCELED, "tc_cancel_fire");
		assert_int_in_range(tc_test_now_ms() - begun, 0, 2000);
		tc_error_clear(&scene.err);
		assert_int_equal(
			tc_wait_group(scene.client, TASK, &scene.options, NULL, &scene.err),
			TC_ERROR_CANCELED); /* still fired */
		tc_cancel_free(scene.options.cancel);
		scene_end(&scene);
	}
}

static int use_client(void *data, const struct tc_progress *progress)
{
	struct scene *scene = data;

	(void)progress;
	if (scene->client)
		assert_int_equal(tc_client_wait(scene->client, 1, NULL, NULL), TC_ERROR_ARGUMENT);
	return 0;
}

static void a_client_waits_for_its_user(void **state)
{
	struct scene scene = { .queue = { .states = { "completed" } } };
	struct tc_options options = TC_OPTIONS_INIT;
	int64_t now_ms = 7, begun = tc_test_now_ms();

	(void)state;
	scene_begin(&scene);
	assert_ok(tc_client_wait(scene.client, 30, NULL, &scene.err), &scene.err);
	assert_int_in_range(tc_test_now_ms() - begun, 29, 5000);
	scene_move_time(&scene, &now_ms);
	assert_ok(tc_client_wait(scene.client, DAY, NULL, &scene.err), &scene.err);
	assert_int_equal(tc_client_steady_ms(scene.client), 7 + DAY);
	tc_client_wait(scene.client, -1, NULL, &scene.err);
	assert_failure(&scene.err, TC_ERROR_ARGUMENT, "ms is -1");
	tc_client_wait(NULL, 1, NULL, &scene.err);
	assert_failure(&scene.err, TC_ERROR_ARGUMENT, "client is NULL");
	options.root_url = tc_responder_url(scene.responder);
	options.progress = use_client; /* from inside */
	options.progress_data = &scene;
	tc_client_free(scene.client);
	scene.client = tc_client_new(&options, &scene.err);
	assert_ok(scene_wait(&scene), &scene.err);
	scene_end(&scene);
}

static void wrong_use_is_refused(void **state)
{
	struct scene scene = { .queue = { .states = { "pending" } } };

	(void)state;
	scene_begin(&scene);
	scene.options.size = 0;
	scene_wait(&scene);
	assert_failure(&scene.err, TC_ERROR_ARGUMENT, "TC_WAIT_OPTIONS_INIT");
	scene.options = (struct tc_wait_options)TC_WAIT_OPTIONS_INIT;
	scene.options.delay_ms = -1;
	scene_wait(&scene);
	assert_failure(&scene.err, TC_ERROR_ARGUMENT, "delay_ms is -1");
	tc_wait_task(NULL, TASK, NULL, NULL, &scene.err);
	assert_failure(&scene.err, TC_ERROR_ARGUMENT, "client is NULL");
	scene_end(&scene);
}

/* Without one nobody knows what to wait for; at first, and later. */
static void a_reply_without_a_state_is_an_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene = { .queue.states = { "pending", NULL }, .err = TC_ERROR_INIT };
		scene.queue.states[i] = NO_STATE;
		scene_begin(&scene);
		scene_be_lenient(&scene);
		assert_int_equal(scene_wait(&scene), TC_ERROR_REPLY);
		assert_null(scene.reply);
		assert_failure(&scene.err, TC_ERROR_REPLY, "does not tell the state");
		assert_int_equal(scene.queue.asked, i + 1);
		scene_end(&scene);
	}
}

/* A task of which the state is not told is one of the others: the group is not resolved. */
static void a_group_without_states_is_not_resolved(void **state)
{
	struct scene scene = { .queue.pages = { "c?" }, .err = TC_ERROR_INIT };
	struct tc_wait_counts counts;

	(void)state;
	scene_begin(&scene);
	scene_be_lenient(&scene);
	scene.options.deadline_ms = 50;
	assert_int_equal(tc_wait_group(scene.client, TASK, &scene.options, &counts, &scene.err),
		TC_ERROR_TIMEOUT);
	assert_int_equal(counts.other, 1);
	assert_int_equal(counts.completed, 1);
	tc_error_clear(&scene.err);
	scene_end(&scene);
}

/* A clock that runs ahead ends the pause it is in, however often that is looked at. */
static int move_ahead(void *data, const struct tc_wait_progress *progress)
{
	int64_t *now_ms = data;

	if (progress->asked == 1)
		*now_ms += 10000;
	return 0;
}

static void a_pause_is_no_longer_than_it_says(void **state)
{
	struct scene scene = { .queue = { .states = { "pending", "completed" } } };
	int64_t now_ms = 1;

	(void)state;
	scene_begin(&scene);
	scene_move_time(&scene, &now_ms);
	scene.options.delay_ms = scene.options.delay_max_ms = 20000;
	scene.options.progress = move_ahead;
	scene.options.data = &now_ms;
	assert_ok(scene_wait(&scene), &scene.err);
	assert_int_in_range(now_ms, 20000, 41000);
	scene_end(&scene);
}

static void pauses_do_not_become_shorter(void **state)
{
	struct scene scene = { .queue = { .states = { "pending", "pending", "completed" } } };
	int64_t now_ms = 0;

	(void)state;
	scene_begin(&scene);
	scene_move_time(&scene, &now_ms);
	scene.options.delay_ms = 100000; /* beyond the default of the longest */
	assert_ok(scene_wait(&scene), &scene.err);
	assert_int_equal(now_ms, 200000);
	tc_release(scene.reply);
	now_ms = 0;
	scene.queue.asked = 0;
	scene.options.delay_max_ms = 1000; /* that is a limit for the first, too */
	assert_ok(scene_wait(&scene), &scene.err);
	assert_int_equal(now_ms, 2000);
	scene_end(&scene);
}

/* The second would be beyond all time. */
static void pauses_grow_up_to_all_time(void **state)
{
	struct scene scene = { .queue = { .states = { "pending", "pending", "completed" } } };
	int64_t now_ms = 0;

	(void)state;
	scene_begin(&scene);
	scene_move_time(&scene, &now_ms);
	scene.options.delay_ms = INT64_MAX / 4 * 3;
	scene.options.delay_max_ms = INT64_MAX;
	assert_int_equal(scene_wait(&scene), TC_ERROR_TIMEOUT); /* then no time is left to ask */
	assert_int_equal(scene.queue.asked, 2);
	assert_int_equal(now_ms, INT64_MAX);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_task_is_watched_until_it_is_resolved),
		cmocka_unit_test(other_states_can_be_waited_for),
		cmocka_unit_test(waiting_has_its_time),
		cmocka_unit_test(questions_become_rare),
		cmocka_unit_test(progress_is_told_and_may_end_it),
		cmocka_unit_test(a_group_is_watched_until_all_are_resolved),
		cmocka_unit_test(a_group_that_takes_too_long_is_counted),
		cmocka_unit_test(a_reply_without_a_state_is_an_error),
		cmocka_unit_test(a_group_without_states_is_not_resolved),
		cmocka_unit_test(days_are_waited_through),
		cmocka_unit_test(a_question_ends_with_the_deadline),
		cmocka_unit_test(an_attempt_has_its_own_time),
		cmocka_unit_test(waiting_is_canceled_from_elsewhere),
		cmocka_unit_test(a_client_waits_for_its_user),
		cmocka_unit_test(a_pause_is_no_longer_than_it_says),
		cmocka_unit_test(pauses_do_not_become_shorter),
		cmocka_unit_test(pauses_grow_up_to_all_time),
		cmocka_unit_test(wrong_use_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
