/* SPDX-License-Identifier: MPL-2.0 */

/* Waiting without polling, with a real broker and a sandbox that publishes to it: what waits would
 * ask again in half a minute. */

#include "tests/harness/test.h"

#include "tests/harness/rabbit_peer.h"
#include "tests/workflows/world.h"
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pulse_listener.h>
#include <taskcluster/pulse_news.h>
#include <taskcluster/wait.h>
#include <taskcluster/worker.h>
#include <unistd.h>

#define PAUSE_MS 30000
#define SOON_MS 5000 /* where the machine is slow; it takes some hundredths of a second */
#define OFFLINE_MS 120000

static struct rabbit rabbit;
static struct world world;

/* One waiting for the world's task, or its group, during which that is resolved. */
struct waiting {
	tc_client *client; /* not the world's, which resolves it meanwhile */
	tc_pulse_news *news;
	struct tc_wait_options options;
	int64_t at;          /* the answer after which it is resolved; 0: it is */
	int64_t resolved_ms; /* when */
	const char *state;   /* the last one that was told */
	tc_error err;
};

static int resolve(void *data, const struct tc_wait_progress *progress)
{
	struct waiting *waiting = data;

	if (!waiting->at || progress->asked < waiting->at)
		return 0;
	waiting->at = 0;
	world_complete(&world);
	waiting->resolved_ms = tc_test_now_ms();
	return 0;
}

static struct tc_pulse_server server_of(const char *url)
{
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;

	server.url = url;
	server.ca_file = rabbit.ca_file;
	server.reconnect_ms = 200;
	return server;
}

static void open_waiting(struct waiting *waiting, const char *url)
{
	const struct tc_pulse_server server = server_of(url);

	*waiting = (struct waiting){ .options = TC_WAIT_OPTIONS_INIT };
	waiting->client = tc_client_dup(world.client, &waiting->err);
	waiting->news = tc_pulse_news_new(&server, &waiting->err);
	assert_ok(waiting->err.code, &waiting->err);
	waiting->options.news = tc_pulse_news_source(waiting->news);
	waiting->options.delay_ms = PAUSE_MS;
	waiting->options.progress = resolve;
	waiting->options.data = waiting;
}

static void close_waiting(struct waiting *waiting)
{
	tc_pulse_news_free(waiting->news);
	tc_client_free(waiting->client);
	tc_error_clear(&waiting->err);
}

static void wait_task(struct waiting *waiting, int64_t at)
{
	struct tc_queue_task_status_response *reply = NULL;

	waiting->at = at;
	assert_ok(tc_wait_task(
			  waiting->client, world.task_id, &waiting->options, &reply, &waiting->err),
		&waiting->err);
	assert_string_equal(reply->status.state, "completed");
	tc_release(reply);
}

static void was_soon(const struct waiting *waiting, const char *what)
{
	int64_t took_ms = tc_test_now_ms() - waiting->resolved_ms;

	print_message("%s: seen after %lld ms\n", what, (long long)took_ms);
	assert_int_equal(waiting->at, 0);
	assert_int_in_range(took_ms, 0, SOON_MS);
}

/* ---- what it is for ---- */

/* The second question comes when the broker has the bindings. */
static void a_task_is_seen_at_once(void **state)
{
	struct waiting waiting;

	(void)state;
	world_new_task(&world);
	open_waiting(&waiting, rabbit_url(&rabbit, RABBIT_USER, true));
	wait_task(&waiting, 2);
	was_soon(&waiting, "a task");
	close_waiting(&waiting);
}

static void a_group_is_seen_at_once(void **state)
{
	struct waiting waiting;
	struct tc_wait_counts counts;

	(void)state;
	world_new_task(&world);
	open_waiting(&waiting, rabbit_url(&rabbit, RABBIT_USER, false));
	waiting.at = 2;
	assert_ok(tc_wait_group(
			  waiting.client, world.task_id, &waiting.options, &counts, &waiting.err),
		&waiting.err);
	was_soon(&waiting, "a group");
	assert_int_equal(counts.completed, 1);
	close_waiting(&waiting);
}

/* Resolved right after the first answer, when the broker may not have the bindings yet. */
static void one_serves_many_waitings(void **state)
{
	struct waiting waiting;

	(void)state;
	open_waiting(&waiting, rabbit_url(&rabbit, RABBIT_USER, true));
	for (int i = 0; i < 5; i++) {
		world_new_task(&world);
		wait_task(&waiting, 1);
		was_soon(&waiting, "one of many");
	}
	close_waiting(&waiting);
}

#define BROKER_MS 20000 /* its own program takes seconds to tell what it has */

/* Events of the task that was waited for before do not come any more. */
static void a_waiting_leaves_no_bindings(void **state)
{
	struct waiting waiting;

	(void)state;
	open_waiting(&waiting, rabbit_url(&rabbit, RABBIT_USER, true));
	world_new_task(&world);
	wait_task(&waiting, 2);
	for (int64_t begun = tc_test_now_ms(); tc_test_now_ms() - begun < BROKER_MS;) {
		rabbit_ctl(&rabbit, "list_bindings", "source_name", "destination_name", NULL);
		if (!strstr(rabbit.said, "exchange/taskcluster-queue/"))
			break;
	}
	assert_null(strstr(rabbit.said, "exchange/taskcluster-queue/"));
	close_waiting(&waiting);
}

/* ---- a source that is not there ---- */

/* Who waits polls; it ends as soon as an answer says so. */
static void a_refused_password_leaves_the_pauses(void **state)
{
	struct waiting waiting;
	char url[100];

	(void)state;
	snprintf(url, sizeof url, "amqp://me:wrong@127.0.0.1:%d", rabbit.port);
	open_waiting(&waiting, url);
	waiting.options.delay_ms = 20;
	waiting.options.delay_max_ms = 100;
	for (int i = 0; i < 2; i++) {
		world_new_task(&world);
		wait_task(&waiting, 20); /* by the end of which it is refused */
	}
	const struct tc_news *source = waiting.options.news;
	tc_error err = TC_ERROR_INIT;
	assert_int_equal(
		source->begin(source->data, world.task_id, NULL, &err), TC_ERROR_CREDENTIALS);
	assert_failure(&err, TC_ERROR_CREDENTIALS, "");
	close_waiting(&waiting);
}

static void a_source_serves_one_at_a_time(void **state)
{
	struct waiting waiting;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	open_waiting(&waiting, rabbit_url(&rabbit, RABBIT_USER, false));
	const struct tc_news *source = waiting.options.news;
	int fd = source->descriptor(source->data);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_ok(source->begin(source->data, world.task_id, NULL, &err), &err);
	assert_int_equal(source->begin(source->data, world.task_id, NULL, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "another waiting");
	assert_int_equal(source->descriptor(source->data), fd);
	source->end(source->data);
	assert_ok(source->begin(source->data, NULL, world.task_id, &err), &err);
	source->end(source->data);
	close_waiting(&waiting);
}

static void what_cannot_be_is_told_at_once(void **state)
{
	const struct tc_pulse_server server = server_of("http://localhost");
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_null(tc_pulse_news_new(&server, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "url");
	unsetenv("PULSE_HOSTNAME");
	assert_null(tc_pulse_news_new(NULL, &err));
	assert_non_null(strstr(tc_error_text(&err), "PULSE_HOSTNAME"));
	tc_error_clear(&err);
	assert_null(tc_pulse_news_source(NULL));
	tc_pulse_news_free(NULL);
}

/* ---- a worker ---- */

#define GROUP "pulse"
#define WORKER "w"

struct works {
	tc_worker *worker;
	tc_task *task; /* in hand */
	bool listens;
	int64_t canceled_ms;
	enum tc_abort aborted;
	char reason[40];
};

/* Once both are there. */
static void cancel(struct works *works)
{
	if (!works->task || !works->listens || works->canceled_ms)
		return;
	works->canceled_ms = tc_test_now_ms();
	assert_ok(tc_queue_cancel_task(world.client, world.task_id, NULL, &world.err), &world.err);
}

static void on_start(void *data, tc_task *task)
{
	struct works *works = data;

	works->task = task;
	cancel(works);
}

static void on_abort(void *data, tc_task *task, enum tc_abort why)
{
	struct works *works = data;

	(void)why;
	works->task = NULL;
	assert_ok(tc_worker_resolve(works->worker, task, TC_TASK_FAILED, NULL), &world.err);
}

static void on_ended(void *data, tc_task *task, const struct tc_task_end *end)
{
	struct works *works = data;

	(void)task;
	works->aborted = end->aborted;
	snprintf(works->reason, sizeof works->reason, "%s", end->reason ? end->reason : "");
}

static void on_change(void *data, enum tc_pulse_change change, const tc_error *err)
{
	struct works *works = data;

	(void)err;
	works->listens = change == TC_PULSE_CONNECTED_NEW;
	cancel(works);
}

static void on_exception(void *data, struct tc_pulse_message *message)
{
	struct works *works = data;
	const char *of = tc_pulse_message_word(message, "taskId");

	assert_non_null(of);
	if (works->task && strcmp(of, tc_task_id(works->task)) == 0)
		tc_task_check(works->task);
	assert_ok(tc_pulse_ack(message, &world.err), &world.err);
}

static tc_pulse_listener *listen_to_exceptions(struct works *works)
{
	const struct tc_queue_events_task_exception_key key = { .worker_group = GROUP,
		.worker_id = WORKER };
	const struct tc_pulse_server server = server_of(rabbit_url(&rabbit, RABBIT_USER, true));
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
	struct tc_binding binding;

	assert_ok(tc_queue_events_task_exception(&key, &binding, &world.err), &world.err);
	options.server = &server;
	options.bindings = &binding;
	options.binding_count = 1;
	options.bodies = TC_PULSE_RAW;
	options.handle = on_exception;
	options.changed = on_change;
	options.data = works;
	return tc_pulse_listener_new(tc_worker_loop(works->worker), &options, &world.err);
}

/* Nothing else would tell it for many minutes. */
static void a_worker_hears_of_a_cancel(void **state)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
	struct works works = { .task = NULL };

	(void)state;
	world_add_task(&world);
	options.task_queue_id = WORLD_QUEUE;
	options.worker_group = GROUP;
	options.worker_id = WORKER;
	options.start = on_start;
	options.abort = on_abort;
	options.ended = on_ended;
	options.data = &works;
	options.task_limit = 1;
	tc_client *client = tc_client_dup(world.client, &world.err);
	works.worker = tc_worker_new(NULL, client, &options, &world.err);
	assert_ok(world.err.code, &world.err);
	tc_pulse_listener *listener = listen_to_exceptions(&works);
	assert_ok(world.err.code, &world.err);
	assert_ok(tc_worker_run(works.worker, &world.err), &world.err);
	print_message("a cancel: seen after %lld ms\n",
		(long long)(tc_test_now_ms() - works.canceled_ms));
	assert_int_in_range(tc_test_now_ms() - works.canceled_ms, 0, SOON_MS);
	assert_int_equal(works.aborted, TC_ABORT_LOST);
	assert_string_equal(works.reason, "canceled");
	tc_pulse_listener_free(listener);
	tc_worker_free(works.worker);
	tc_client_free(client);
}

/* ---- a broker that goes away ---- */

/* Nothing to do costs nothing, also while it tries again and again. */
static void is_quiet(const struct tc_news *source, int64_t ms)
{
	struct pollfd descriptor = { .fd = source->descriptor(source->data), .events = POLLIN };
	int64_t until = tc_test_now_ms() + ms;
	int turns = 0;

	while (tc_test_now_ms() < until)
		if (poll(&descriptor, 1, 20) > 0) {
			assert_true(source->take(source->data, NULL) >= 0);
			turns++;
		}
	assert_int_in_range(turns, 0, ms);
}

static void without_a_broker_the_pauses_are_left(void **state)
{
	tc_error err = TC_ERROR_INIT;
	struct waiting waiting;

	(void)state;
	open_waiting(&waiting, rabbit_url(&rabbit, RABBIT_USER, true));
	world_new_task(&world);
	wait_task(&waiting, 2); /* it was there */
	rabbit_kill(&rabbit);
	waiting.options.delay_ms = 20;
	waiting.options.delay_max_ms = 200;
	world_new_task(&world);
	wait_task(&waiting, 10);
	const struct tc_news *source = waiting.options.news;
	assert_ok(source->begin(source->data, world.task_id, NULL, &err), &err);
	is_quiet(source, 1000);
	source->end(source->data);

	rabbit_start(&rabbit);
	waiting.options.delay_ms = OFFLINE_MS;
	waiting.options.delay_max_ms = 0;
	waiting.options.deadline_ms = OFFLINE_MS; /* news come again */
	world_new_task(&world);
	wait_task(&waiting, 2);
	close_waiting(&waiting);
}

/* ---- the world ---- */

/* A deployment has had them for long; the sandbox declares them when it has begun. */
static void declare_exchanges(void)
{
	static const char *const exchanges[] = { "defined", "pending", "running", "completed",
		"failed", "exception", "group-resolved" };
	amqp_connection_state_t peer = rabbit_log_in(&rabbit, "guest");
	char name[100];

	for (size_t i = 0; i < sizeof exchanges / sizeof *exchanges; i++) {
		snprintf(name, sizeof name, "exchange/taskcluster-queue/v1/task-%s", exchanges[i]);
		rabbit_declare_exchange(peer, name);
	}
	rabbit_leave(peer);
}

static int set_up(void **state)
{
	(void)state;
	rabbit_start(&rabbit);
	declare_exchanges();
	world_open_with(&world, "--pulse", rabbit_url(&rabbit, "guest", false));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	world_close(&world);
	rabbit_end(&rabbit);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_task_is_seen_at_once),
		cmocka_unit_test(a_group_is_seen_at_once),
		cmocka_unit_test(one_serves_many_waitings),
		cmocka_unit_test(a_waiting_leaves_no_bindings),
		cmocka_unit_test(a_refused_password_leaves_the_pauses),
		cmocka_unit_test(a_source_serves_one_at_a_time),
		cmocka_unit_test(what_cannot_be_is_told_at_once),
		cmocka_unit_test(a_worker_hears_of_a_cancel),
		cmocka_unit_test(without_a_broker_the_pauses_are_left),
	};

	if (!rabbit_prepare(&rabbit, NULL))
		return 77;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
