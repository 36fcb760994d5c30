/* SPDX-License-Identifier: MPL-2.0 */
#include "world.h"

#include "runtime/src/loop/loop.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct tc_responder_reply fine = { .status = 200, .body = "{}" };
static const struct tc_responder_reply busy = { .status = 503, .body = "{}" };
static const struct tc_responder_reply late = { .status = 200, .body = "{}", .delay_ms = 5000 };

/* A responder, a client and a loop; the script may be changed while no call is under way. */
struct world {
	struct script script;
	struct tc_responder *responder;
	tc_client *client;
	tc_loop *loop;
	tc_call *call;
	struct note note;
	int told; /* attempts */
	tc_error err;
};

static struct world *make_world(const struct tc_responder_reply *reply, size_t in_flight,
	const struct tc__waiter_kind *kind)
{
	struct world *world = calloc(1, sizeof *world);
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;

	assert_non_null(world);
	world->script = (struct script){ { *reply }, 1 };
	world->responder = tc_responder_start(answer_by_script, &world->script);
	world->client = quick_client(world->responder);
	world->call = ping(world->client);
	options.in_flight = in_flight;
	world->loop = tc__loop_new(&options, kind, &world->err);
	assert_ok(world->err.code, &world->err);
	assert_non_null(world->loop);
	return world;
}

static void start(struct world *world, uint64_t *run)
{
	assert_ok(
		tc_loop_start(world->loop, world->call, take_note, &world->note, run, &world->err),
		&world->err);
}

static void run(struct world *world)
{
	assert_ok(tc_loop_run(world->loop, &world->err), &world->err);
}

static void end_world(struct world *world)
{
	tc_call_free(world->call);
	tc_loop_free(world->loop);
	tc_client_free(world->client);
	tc_responder_stop(world->responder);
	tc_error_clear(&world->err);
	free(world);
}

/* ---- running ---- */

static void many_runs_share_few_connections(void **state)
{
	struct world *world = make_world(&fine, 8, *state);
	uint64_t id = 0;

	for (uint64_t i = 1; i <= 300; i++) {
		start(world, &id);
		assert_int_equal(id, i);
	}
	assert_int_equal(world->note.done, 0);
	assert_int_equal(tc_loop_pending(world->loop), 300);
	run(world);
	assert_int_equal(world->note.succeeded, 300);
	assert_int_equal(tc_loop_pending(world->loop), 0);
	assert_true(tc_responder_connections(world->responder) <= tc_rig_connections(8, 300));
	start(world, &id);
	assert_int_equal(id, 301);
	run(world);
	assert_true(tc_responder_connections(world->responder) <= tc_rig_connections(8, 301));
	end_world(world);
}

/* Of what must not be done twice each had a connection of its own. */
static void what_is_sent_once_shares_connections_too(void **state)
{
	struct world *world = make_world(&fine, 1, *state);

	tc_call_free(world->call);
	world->call = tc_generated_call(world->client, TC_FAKE_OPERATION(STOP), NULL, NULL, NULL);
	for (int i = 0; i < 50; i++)
		start(world, NULL);
	run(world);
	assert_int_equal(world->note.succeeded, 50);
	assert_int_in_range(
		tc_responder_connections(world->responder), 1, tc_rig_connections(1, 50));
	for (int i = 0; i < 50; i++)
		assert_ok(tc_call_perform(world->call, NULL, &world->err), &world->err);
	assert_int_in_range(
		tc_responder_connections(world->responder), 2, tc_rig_connections(2, 100));
	end_world(world);
}

static void a_call_may_be_freed_while_it_runs(void **state)
{
	struct world *world = make_world(&fine, 1, *state);

	start(world, NULL);
	start(world, NULL);
	tc_call_free(world->call);
	world->call = NULL;
	run(world);
	assert_int_equal(world->note.succeeded, 2);
	end_world(world);
}

static void a_call_without_its_body_is_refused(void **state)
{
	struct world *world = make_world(&fine, 1, *state);
	tc_call *call =
		tc_generated_call(world->client, TC_FAKE_OPERATION(PUT_NOTE), NULL, NULL, NULL);
	uint64_t id = 7;

	tc_loop_start(world->loop, call, take_note, &world->note, &id, &world->err);
	assert_failure(&world->err, TC_ERROR_ARGUMENT, "queue.putNote: it takes a body");
	assert_int_equal(id, 0);
	assert_int_equal(tc_loop_pending(world->loop), 0);
	tc_call_free(call);
	end_world(world);
}

static void refusals_are_errors_with_all_the_server_said(void **state)
{
	static const struct tc_responder_reply refusal = { .status = 404,
		.body = "{\"code\":\"ResourceNotFound\",\"message\":\"no such task\"}" };
	struct world *world = make_world(&refusal, 4, *state);

	start(world, NULL);
	run(world);
	assert_int_equal(world->note.code, TC_ERROR_HTTP);
	assert_non_null(strstr(world->note.text, "queue.ping"));
	assert_non_null(strstr(world->note.text, "no such task"));
	end_world(world);
}

static void retries_are_timers(void **state)
{
	struct world *world = make_world(&busy, 4, *state);

	world->script = (struct script){ { busy, busy, fine }, 3 };
	start(world, NULL);
	run(world);
	assert_int_equal(world->note.succeeded, 1);
	end_world(world);
}

/* While one waits to be repeated, the others go on, even with room for only one. */
static void a_pause_holds_up_nobody(void **state)
{
	static const struct tc_responder_reply ask = {
		.status = 429, .headers = "Retry-After: 1\r\n", .body = "{}"
	};
	struct world *world = make_world(&fine, 1, *state);
	struct note first = { 0 };
	int64_t begun = tc_test_now_ms();

	/* of another client: those of one wait for the pause that a server asks of one of them */
	tc_client *other = quick_client(world->responder);
	tc_call *call = ping(other);
	world->script = (struct script){ { ask, fine }, 2 };
	tc_loop_start(world->loop, call, take_note, &first, NULL, NULL);
	tc_call_free(call);
	for (int i = 0; i < 10; i++)
		start(world, NULL);
	while (world->note.done < 10)
		assert_ok(tc_loop_poll(world->loop, -1, &world->err), &world->err);
	assert_true(tc_test_now_ms() - begun < 700);
	assert_int_equal(first.done, 0);
	run(world);
	assert_int_equal(first.succeeded, 1);
	assert_true(tc_test_now_ms() - begun >= 900);
	tc_client_free(other);
	end_world(world);
}

static void a_dead_server_is_a_network_error(void **state)
{
	static const struct tc_responder_reply closed = { .close = true };
	struct world *world = make_world(&closed, 4, *state);

	start(world, NULL);
	run(world);
	/* what stands in front of it says so */
	assert_int_equal(world->note.code, tc_rig() ? TC_ERROR_HTTP : TC_ERROR_NETWORK);
	end_world(world);
}

/* ---- canceling and time ---- */

static void runs_are_canceled_wherever_they_stand(void **state)
{
	static const struct tc_responder_reply ask = {
		.status = 429, .headers = "Retry-After: 60\r\n", .body = "{}"
	};
	struct world *world = make_world(&late, 2, *state);
	uint64_t pausing, flying[2], queued;

	world->script = (struct script){ { ask, late }, 2 };
	start(world, &pausing);
	for (int i = 0; i < 10; i++)
		tc_loop_poll(world->loop, 10, NULL);
	start(world, &flying[0]);
	start(world, &flying[1]);
	start(world, &queued);
	tc_loop_poll(world->loop, 50, NULL);
	assert_int_equal(tc_loop_pending(world->loop), 4);
	assert_int_equal(tc_loop_cancel(world->loop, pausing), TC_OK);
	assert_int_equal(tc_loop_cancel(world->loop, flying[0]), TC_OK);
	assert_int_equal(tc_loop_cancel(world->loop, flying[1]), TC_OK);
	assert_int_equal(tc_loop_cancel(world->loop, queued), TC_OK);
	assert_int_equal(tc_loop_cancel(world->loop, queued), TC_OK); /* twice is once */
	assert_int_equal(world->note.done, 0);
	run(world);
	assert_int_equal(world->note.done, 4);
	assert_int_equal(world->note.code, TC_ERROR_CANCELED);
	assert_string_equal(world->note.text, "queue.ping: canceled by tc_loop_cancel");
	assert_int_equal(tc_loop_cancel(world->loop, queued), TC_OK); /* nor afterwards */
	assert_ok(tc_loop_poll(world->loop, 0, &world->err), &world->err);
	assert_int_equal(world->note.done, 4);
	end_world(world);
}

struct helper {
	tc_loop *loop;
	uint64_t run;
};

static void *cancel_soon(void *data)
{
	struct helper *helper = data;

	nanosleep(&(struct timespec){ .tv_nsec = 30000000 }, NULL);
	tc_loop_cancel(helper->loop, helper->run);
	return NULL;
}

static void another_thread_cancels(void **state)
{
	struct world *world = make_world(&late, 2, *state);
	struct helper helper = { world->loop, 0 };
	int64_t begun = tc_test_now_ms();
	pthread_t thread;

	start(world, &helper.run);
	assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &helper), 0);
	run(world);
	pthread_join(thread, NULL);
	assert_int_equal(world->note.code, TC_ERROR_CANCELED);
	assert_true(tc_test_now_ms() - begun < 2000);
	end_world(world);
}

static void *wake_soon(void *data)
{
	nanosleep(&(struct timespec){ .tv_nsec = 30000000 }, NULL);
	tc_loop_wake(data);
	tc_loop_wake(data);
	return NULL;
}

static void another_thread_wakes(void **state)
{
	struct world *world = make_world(&fine, 2, *state);
	int64_t begun = tc_test_now_ms();
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, wake_soon, world->loop), 0);
	assert_ok(tc_loop_poll(world->loop, 5000, &world->err), &world->err);
	pthread_join(thread, NULL);
	assert_int_in_range(tc_test_now_ms() - begun, 25, 2000);
	end_world(world);
}

static void a_run_has_its_own_time(void **state)
{
	struct world *world = make_world(&late, 1, *state);
	uint64_t flying, queued, endless;
	int64_t begun = tc_test_now_ms();

	start(world, &flying);
	start(world, &queued);
	start(world, &endless);
	tc_loop_set_timeout(world->loop, flying, 600, NULL);
	tc_loop_set_timeout(world->loop, queued, 30, NULL);
	tc_loop_set_timeout(world->loop, endless, 30, NULL);
	tc_loop_set_timeout(world->loop, endless, -1, NULL);
	tc_loop_set_timeout(world->loop, 99, 1, NULL);
	while (world->note.done < 1)
		tc_loop_poll(world->loop, -1, NULL);
	assert_int_equal(world->note.run, queued);
	while (world->note.done < 2)
		tc_loop_poll(world->loop, -1, NULL);
	assert_int_equal(world->note.run, flying);
	assert_int_equal(world->note.code, TC_ERROR_TIMEOUT);
	assert_non_null(strstr(world->note.text, "not done by its deadline"));
	assert_int_in_range(tc_test_now_ms() - begun, 590, 4000);
	assert_int_equal(tc_loop_pending(world->loop), 1);
	end_world(world);
}

/* Also for the attempts that come after the one under way. */
static void a_longer_time_replaces_a_shorter_one(void **state)
{
	struct tc_responder_reply slow = { .status = 503, .body = "{}", .delay_ms = 200 };
	struct world *world = make_world(&slow, 1, *state);
	uint64_t id;

	world->script = (struct script){ { slow, fine }, 2 };
	start(world, &id);
	tc_loop_set_timeout(world->loop, id, 150, NULL);
	tc_loop_poll(world->loop, 0, NULL); /* it is under way */
	tc_loop_set_timeout(world->loop, id, 20000, NULL);
	run(world);
	assert_int_equal(world->note.code, TC_OK);
	assert_int_equal(world->note.succeeded, 1);
	end_world(world);
}

static void an_attempt_has_the_clients_time(void **state)
{
	struct world *world = make_world(&late, 1, *state);
	struct tc_options options = quick_options(world->responder);

	options.timeout_ms = 40;
	options.attempts = 2;
	tc_client *client = tc_client_new(&options, NULL);
	tc_call_free(world->call);
	world->call = ping(client);
	start(world, NULL);
	run(world);
	assert_int_equal(world->note.code, TC_ERROR_TIMEOUT);
	tc_client_free(client);
	end_world(world);
}

/* ---- callbacks ---- */

static void start_one_more(void *data, uint64_t id, tc_response *response, const tc_error *err)
{
	struct world *world = data;

	take_note(&world->note, id, response, err);
	if (world->note.done < 20)
		assert_int_equal(
			tc_loop_start(world->loop, world->call, start_one_more, world, NULL, NULL),
			TC_OK);
	if (world->note.done == 5)
		tc_loop_stop(world->loop);
	tc_loop_poll(world->loop, 0, &world->err);
	assert_failure(&world->err, TC_ERROR_ARGUMENT, "from inside one of its callbacks");
}

static void callbacks_may_start_and_stop(void **state)
{
	struct world *world = make_world(&fine, 2, *state);

	tc_loop_start(world->loop, world->call, start_one_more, world, NULL, NULL);
	run(world);
	assert_int_equal(world->note.done, 5);
	assert_int_equal(tc_loop_pending(world->loop), 1);
	run(world);
	assert_int_equal(world->note.done, 20);
	assert_int_equal(tc_loop_pending(world->loop), 0);
	end_world(world);
}

static void start_in_vain(void *data, uint64_t id, tc_response *response, const tc_error *err)
{
	struct world *world = data;

	take_note(&world->note, id, response, err);
	tc_loop_start(world->loop, world->call, take_note, &world->note, NULL, &world->err);
	assert_failure(&world->err, TC_ERROR_ARGUMENT, "loop is being freed");
	tc_loop_stop(world->loop); /* which cannot keep it from ending */
}

static void freeing_ends_what_is_left(void **state)
{
	struct world *world = make_world(&late, 2, *state);

	for (int i = 0; i < 5; i++)
		tc_loop_start(world->loop, world->call, start_in_vain, world, NULL, NULL);
	tc_loop_poll(world->loop, 10, NULL);
	tc_loop_free(world->loop);
	world->loop = NULL;
	assert_int_equal(world->note.done, 5);
	assert_int_equal(world->note.code, TC_ERROR_CANCELED);
	end_world(world);
}

static void start_and_cancel(void *data, uint64_t timer)
{
	struct world *world = data;
	uint64_t id;

	(void)timer;
	start(world, &id);
	assert_int_equal(tc_loop_cancel(world->loop, id), TC_OK);
}

static void what_is_canceled_at_once_is_not_sent(void **state)
{
	struct world *world = make_world(&fine, 1, *state);

	tc_loop_timer(world->loop, 0, start_and_cancel, world, NULL, NULL);
	run(world);
	assert_int_equal(world->note.done, 1);
	assert_int_equal(world->note.code, TC_ERROR_CANCELED);
	assert_int_equal(tc_responder_connections(world->responder), 0);
	end_world(world);
}

/* What is told of attempts, too. */
static void stop_at_attempt(void *data, const struct tc_metrics *metrics)
{
	struct world *world = data;

	(void)metrics;
	world->told++;
	tc_loop_stop(world->loop);
}

static void nothing_comes_after_a_stop(void **state)
{
	struct world *world = make_world(&fine, 4, *state);
	struct tc_options options = quick_options(world->responder);

	options.metrics = stop_at_attempt;
	options.metrics_data = world;
	tc_call_free(world->call);
	tc_client *client = tc_client_new(&options, &world->err);
	world->call = ping(client);
	for (int i = 0; i < 4; i++)
		start(world, NULL);
	for (int told = 1; told <= 4; told++) {
		run(world);
		assert_int_equal(world->told, told);
		/* answers that come meanwhile are all there in the next turn */
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	}
	run(world);
	assert_int_equal(world->note.succeeded, 4);
	tc_client_free(client);
	end_world(world);
}

/* ---- clients ---- */

static void clients_of_all_kinds_share_a_loop(void **state)
{
	struct world *world = make_world(&fine, 2, *state);
	tc_call *calls[5];

	for (int i = 0; i < 5; i++) {
		struct tc_options options = quick_options(world->responder);
		options.connect_timeout_ms = 1000 + i;
		tc_client *client = tc_client_new(&options, NULL);
		calls[i] = ping(client);
		tc_client_free(client); /* the call holds it */
	}
	for (int i = 0; i < 50; i++)
		tc_loop_start(world->loop, calls[i % 5], take_note, &world->note, NULL, NULL);
	for (int i = 0; i < 5; i++)
		tc_call_free(calls[i]);
	run(world);
	assert_int_equal(world->note.succeeded, 50);
	end_world(world);
}

static void answer_by_client_id(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	size_t *seen = data;
	const char *authorization = tc_responder_header(request, "authorization");

	reply->body = "{}";
	reply->body_length = 2;
	reply->delay_ms = 20;
	if (!authorization)
		seen[0]++;
	else if (strstr(authorization, "id=\"first\""))
		seen[1]++;
	else if (strstr(authorization, "id=\"second\""))
		seen[2]++;
	/* the first attempt of the third request fails, when "second" is about to come */
	if (request->number == 0)
		reply->status = 503;
}

/* What flies keeps the credentials it has; the next attempt of the same run has the new ones. */
static void credentials_are_replaced_under_way(void **state)
{
	size_t seen[3] = { 0 };
	struct note note = { 0 };
	tc_credentials *first = tc_credentials_new("first", "no-secret", NULL, NULL);
	tc_credentials *second = tc_credentials_new("second", "no-secret", NULL, NULL);
	struct tc_responder *responder = tc_responder_start(answer_by_client_id, seen);
	tc_client *client = quick_client(responder);
	tc_call *call = ping(client);
	tc_loop *loop = tc__loop_new(NULL, *state, NULL);

	tc_client_set_credentials(client, first);
	tc_credentials_free(first);
	tc_loop_start(loop, call, take_note, &note, NULL, NULL);
	tc_loop_poll(loop, 0, NULL);
	tc_loop_poll(loop, 5, NULL);
	tc_client_set_credentials(client, second);
	tc_credentials_free(second);
	tc_loop_run(loop, NULL);
	tc_client_set_credentials(client, NULL);
	tc_loop_start(loop, call, take_note, &note, NULL, NULL);
	tc_loop_run(loop, NULL);
	tc_loop_free(loop);
	tc_call_free(call);
	tc_client_free(client);
	tc_responder_stop(responder);
	assert_int_equal(note.succeeded, 2);
	assert_int_equal(seen[1], 1);
	assert_int_equal(seen[2], 1);
	assert_int_equal(seen[0], 1);
}

static void a_wrong_clock_is_healed(void **state)
{
	char headers[100];
	const struct tc_responder_reply stale = {
		.status = 401,
		.headers = headers,
		.body = "{\"code\":\"AuthenticationFailed\",\"message\":\"Stale timestamp\"}",
	};
	time_t later = time(NULL) + 2 * 3600;
	struct tm parts;

	strftime(headers, sizeof headers,
		"Date: %a, %d %b %Y %H:%M:%S GMT\r\nWWW-Authenticate: hawk\r\n",
		gmtime_r(&later, &parts));
	struct world *world = make_world(&stale, 2, *state);
	tc_credentials *credentials = tc_credentials_new("someone", "no-secret", NULL, NULL);

	world->script = (struct script){ { stale, fine }, 2 };
	tc_client_set_credentials(world->client, credentials);
	start(world, NULL);
	run(world);
	assert_int_equal(world->note.succeeded, 1);
	assert_true(tc_client_clock_offset_ms(world->client) > 3600000);
	tc_credentials_free(credentials);
	end_world(world);
}

/* ---- a good guest ---- */

/* A look-up that was left behind still has a pair of sockets, which go when it ends. */
static void closes_soon(int fd)
{
	for (int64_t begun = tc_test_now_ms(); fcntl(fd, F_GETFD) >= 0;) {
		if (tc_test_now_ms() - begun > 5000)
			fail_msg("descriptor %d stays open", fd);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
}

static void descriptors_do_not_survive_exec(void **state)
{
	bool before[256];

	for (int fd = 0; fd < 256; fd++)
		before[fd] = fcntl(fd, F_GETFD) >= 0;
	struct world *world = make_world(&late, 4, *state);
	start(world, NULL);
	tc_loop_poll(world->loop, 10, NULL);
	tc_loop_poll(world->loop, 10, NULL);
	for (int fd = 0; fd < 256; fd++) {
		int flags = fcntl(fd, F_GETFD);
		if (!before[fd] && flags >= 0)
			assert_true(flags & FD_CLOEXEC);
	}
	end_world(world);
	for (int fd = 0; fd < 256; fd++)
		if (!before[fd])
			closes_soon(fd);
}

static void a_child_of_fork_frees_without_a_word(void **state)
{
	struct world *world = make_world(&fine, 2, *state);
	int status;

	start(world, NULL);
	run(world);
	start(world, NULL);
	pid_t child = fork();
	if (child == 0) {
		tc_loop_free(world->loop);
		_exit(world->note.done == 1 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	run(world);
	assert_int_equal(world->note.succeeded, 2);
	assert_int_equal(tc_responder_connections(world->responder), 1);
	end_world(world);
}

/* Its bytes would go into the parent's connections. */
static void a_child_of_fork_sends_nothing(void **state)
{
	struct world *world = make_world(&fine, 2, *state);
	int status;

	start(world, NULL);
	run(world);
	assert_ok(tc_call_perform(world->call, NULL, &world->err), &world->err);
	pid_t child = fork();
	if (child == 0) {
		int rc = tc_call_perform(world->call, NULL, &world->err);
		bool told = strstr(tc_error_text(&world->err), "parent") != NULL;
		_exit(rc == TC_ERROR_ARGUMENT && told ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_ok(tc_call_perform(world->call, NULL, &world->err), &world->err);
	end_world(world);
}

static void wrong_use_is_refused(void **state)
{
	struct tc_loop_options options = { 0 };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_null(tc_loop_new(&options, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "TC_LOOP_OPTIONS_INIT");
	options = (struct tc_loop_options)TC_LOOP_OPTIONS_INIT;
	options.in_flight = 1000000;
	assert_null(tc_loop_new(&options, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "in_flight is 1000000");
	tc_loop_run(NULL, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "loop is NULL");
	tc_loop_start(NULL, NULL, take_note, NULL, NULL, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "loop is NULL");
	tc_loop *loop = tc_loop_new(NULL, &err);
	tc_loop_start(loop, NULL, NULL, NULL, NULL, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "on_done is NULL");
	tc_loop_start(loop, NULL, take_note, NULL, NULL, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "call is NULL");
	tc_loop_free(loop);
	tc_loop_free(NULL);
}

/* Each test with both ways of waiting. */
#ifdef __linux__
#define TWICE(test) \
	{ #test " (poll)", test, NULL, NULL, (void *)(uintptr_t)&tc__waiter_poll }, \
	{ \
#test " (epoll)", test, NULL, NULL, (void *)(uintptr_t)&tc__waiter_epoll \
	}
#else
#define TWICE(test) \
	{ \
#test " (poll)", test, NULL, NULL, (void *)(uintptr_t)&tc__waiter_poll \
	}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		TWICE(many_runs_share_few_connections),
		TWICE(what_is_sent_once_shares_connections_too),
		TWICE(a_call_may_be_freed_while_it_runs),
		TWICE(a_call_without_its_body_is_refused),
		TWICE(refusals_are_errors_with_all_the_server_said),
		TWICE(retries_are_timers),
		TWICE(a_pause_holds_up_nobody),
		TWICE(a_dead_server_is_a_network_error),
		TWICE(runs_are_canceled_wherever_they_stand),
		TWICE(another_thread_cancels),
		TWICE(another_thread_wakes),
		TWICE(a_run_has_its_own_time),
		TWICE(a_longer_time_replaces_a_shorter_one),
		TWICE(an_attempt_has_the_clients_time),
		TWICE(callbacks_may_start_and_stop),
		TWICE(what_is_canceled_at_once_is_not_sent),
		TWICE(nothing_comes_after_a_stop),
		TWICE(freeing_ends_what_is_left),
		TWICE(clients_of_all_kinds_share_a_loop),
		TWICE(credentials_are_replaced_under_way),
		TWICE(a_wrong_clock_is_healed),
		TWICE(descriptors_do_not_survive_exec),
		TWICE(a_child_of_fork_frees_without_a_word),
		TWICE(a_child_of_fork_sends_nothing),
		cmocka_unit_test(wrong_use_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
