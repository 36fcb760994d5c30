/* SPDX-License-Identifier: MPL-2.0 */
/* A real Buildbot 3.7, from a forced build to its log. */
#include "tests/harness/test.h"

#include "tests/buildbot/master.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <taskcluster/buildbot.h>
#include <taskcluster/conventions.h>
#include <taskcluster/decimal.h>
#include <taskcluster/download.h>
#include <taskcluster/pages.h>
#include <taskcluster/query.h>
#include <taskcluster/registry.h>
#include <taskcluster/stream.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 30000

static struct master master;
static bool started;

static tc_client *client_of(const char *secret)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials =
		secret ? tc_credentials_password("tester", secret, &err) : NULL;

	options.base_url = master.url;
	options.credentials = credentials;
	tc_client *client = tc_client_new(&options, &err);
	assert_non_null(client);
	tc_credentials_free(credentials);
	return client;
}

static int setup(void **state)
{
	(void)state;
	started = master_start(&master);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (started)
		master_stop(&master);
	return 0;
}

static int force(tc_client *client, const char *builder,
	struct tc_buildbot_requested_builds **requested, tc_error *err)
{
	const struct tc_buildbot_force_params params = {
		.builder_names = (const char *const[]){ builder },
		.builder_names_count = 1,
		.reason = "because",
	};

	return tc_buildbot_force_build(client, "force", &params, requested, err);
}

/* ---- what there is ---- */

/* A path without its first slash, and with each argument ("<build>" here, "n:build" there) as "*".
 */
static void normalize(char *path, const char *from)
{
	while (*from) {
		from += *from == '/';
		size_t length = strcspn(from, "/");
		bool argument = strcspn(from, "<:") < length;
		memcpy(path, argument ? "*" : from, argument ? 1 : length);
		path += argument ? 1 : length;
		from += length;
		if (*from)
			*path++ = '/';
	}
	*path = '\0';
}

static bool spec_has(const struct tc_buildbot_spec_response *specs, const char *route)
{
	char path[256];

	for (size_t i = 0; i < specs->specs_count; i++) {
		normalize(path, specs->specs[i].path);
		if (strcmp(path, route) == 0)
			return true;
	}
	return false;
}

static bool references_have(const struct tc_service *service, const char *path)
{
	char route[256];

	if (!*path) /* the base URL itself, without a slash: the one function that has another */
		return tc_find_operation("buildbot", "listRootLinks") != NULL;
	for (size_t i = 0; i < service->operation_count; i++) {
		normalize(route, service->operations[i].route);
		if (strcmp(route, path) == 0)
			return true;
	}
	return false;
}

/* Both ways: what 3.7 has and the references lack, and the reverse. */
static void test_specification(void **state)
{
	const struct tc_service *service = tc_find_service("buildbot");
	struct tc_buildbot_spec_response *specs = NULL;
	tc_error err = TC_ERROR_INIT;
	char path[256];
	size_t lacking = 0;

	(void)state;
	if (!started)
		skip();
	tc_client *client = client_of(NULL);
	assert_ok(tc_buildbot_get_application_spec(client, NULL, &specs, &err), &err);
	assert_true(specs->specs_count > 100);
	struct tc_buildbot_rootlink_response *links = NULL;
	assert_ok(tc_buildbot_list_root_links(client, NULL, &links, &err), &err);
	assert_true(links->rootlinks_count > 5);
	tc_release(links);
	for (size_t i = 0; i < specs->specs_count; i++) {
		normalize(path, specs->specs[i].path);
		if (references_have(service, path))
			continue;
		print_error("the references lack %s\n", specs->specs[i].path);
		lacking++;
	}
	for (size_t i = 0; i < service->operation_count; i++) {
		const struct tc_operation *operation = &service->operations[i];
		const struct tc_operation_conventions *rules = operation->conventions;
		if (strcmp(operation->method, "GET") != 0 || rules->base || rules->since)
			continue;
		normalize(path, operation->route);
		if (spec_has(specs, path))
			continue;
		print_error("the master lacks %s\n", operation->route);
		lacking++;
	}
	assert_int_equal(lacking, 0);
	tc_release(specs);
	tc_client_free(client);
}

/* ---- builds ---- */

/* The next event whose key ends so. */
static int64_t wait_for(tc_stream *events, const char *what)
{
	const tc_json *event;
	tc_error err = TC_ERROR_INIT;
	int64_t build = 0;

	do {
		assert_ok(tc_stream_next(events, PATIENCE_MS, &event, &err), &err);
		assert_non_null(event);
	} while (strcmp(tc_json_text(tc_json_at(event, "/key/2")), what) != 0);
	assert_true(tc_json_int64(tc_json_at(event, "/message/buildid"), &build));
	return build;
}

static tc_stream *listen_to_builds(tc_client *client)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_buildbot_listen_events_call(client, "builds/*/*", &err);

	assert_non_null(call);
	tc_stream *events = tc_stream_new(call, NULL, &err);
	assert_non_null(events);
	assert_ok(tc_stream_wait(events, PATIENCE_MS, &err), &err);
	tc_call_free(call);
	return events;
}

static void check_name(tc_response *response)
{
	const char *name = tc_response_file_name(response);

	assert_non_null(name);
	assert_null(strchr(name, '/'));
}

/* As a whole, and into a file while it comes. */
static void read_log(tc_client *client, const char *build)
{
	tc_response *response = NULL, *head = NULL;
	tc_error err = TC_ERROR_INIT;
	FILE *file = tmpfile();
	char text[4096];
	size_t length;

	assert_ok(tc_buildbot_get_build_step_log_raw(client, build, "1", "stdio", &response, &err),
		&err);
	assert_non_null(strstr(tc_response_body(response, &length), "hello world"));
	check_name(response);

	tc_call *call = tc_buildbot_get_build_step_log_raw_call(client, build, "1", "stdio", &err);
	assert_non_null(call);
	assert_non_null(file);
	struct tc_sink sink = TC_SINK_INIT;
	tc_sink_fd(&sink, fileno(file));
	assert_ok(tc_call_download(call, &sink, &head, &err), &err);
	check_name(head);
	assert_int_equal(pread(fileno(file), text, sizeof text, 0), length);
	assert_memory_equal(text, tc_response_body(response, NULL), length);
	fclose(file);
	tc_call_free(call);
	tc_release(head);
	tc_release(response);
}

static void test_build(void **state)
{
	struct tc_buildbot_requested_builds *requested = NULL;
	struct tc_buildbot_build_response *builds = NULL;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	if (!started)
		skip();
	tc_client *client = client_of("no-secret");
	tc_stream *events = listen_to_builds(client);
	assert_ok(force(client, "b1", &requested, &err), &err);
	assert_true(requested->bsid > 0);
	assert_int_equal(requested->buildrequests_count, 1);
	int64_t begun = wait_for(events, "new");
	assert_int_equal(wait_for(events, "finished"), begun);
	tc_stream_free(events);

	const char *build = TC_DECIMAL(begun);
	assert_ok(tc_buildbot_get_build(client, build, NULL, &builds, &err), &err);
	assert_int_equal(builds->builds_count, 1);
	assert_true(builds->builds[0].complete);
	assert_true(builds->builds[0].results.present && builds->builds[0].results.value == 0);
	read_log(client, build);
	tc_release(builds);
	tc_release(requested);
	tc_client_free(client);
}

static void test_stop(void **state)
{
	struct tc_buildbot_build_response *builds = NULL;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	if (!started)
		skip();
	tc_client *client = client_of("no-secret");
	tc_stream *events = listen_to_builds(client);
	assert_ok(force(client, "slow", NULL, &err), &err);
	int64_t begun = wait_for(events, "new");
	const char *build = TC_DECIMAL(begun);
	const struct tc_buildbot_reason_params why = { .reason = "too slow" };
	assert_ok(tc_buildbot_stop_build(client, build, &why, NULL, &err), &err);
	assert_int_equal(wait_for(events, "finished"), begun);
	tc_stream_free(events);
	assert_ok(tc_buildbot_get_build(client, build, NULL, &builds, &err), &err);
	assert_int_equal(builds->builds[0].results.value, 6); /* cancelled */
	tc_release(builds);
	tc_client_free(client);
}

/* ---- a restart ---- */

static void count_missed(void *data)
{
	++*(int *)data;
}

/* Builds are forced by another client, again and again: a scheduler takes its time to be there. */
static void force_when_up(void)
{
	tc_client *client = client_of("no-secret");
	tc_error err = TC_ERROR_INIT;

	for (int left = 300; left > 0 && force(client, "b1", NULL, &err) != TC_OK; left--) {
		tc_error_clear(&err);
		nanosleep(&(struct timespec){ .tv_nsec = 100 * 1000 * 1000 }, NULL);
	}
	assert_ok(err.code, &err);
	tc_client_free(client);
}

/* The master ends and is there again: one stream goes through it, and says that events may lack, as
 * a master gives them no ids. */
static void test_restart(void **state)
{
	struct tc_stream_options options = TC_STREAM_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	const tc_json *event = NULL;
	int missed = 0;

	(void)state;
	if (!started)
		skip();
	tc_client *client = client_of("no-secret");
	tc_call *call = tc_buildbot_listen_events_call(client, "builds/*/*", &err);
	options.missed = count_missed;
	options.data = &missed;
	tc_stream *events = tc_stream_new(call, &options, &err);
	assert_ok(tc_stream_wait(events, PATIENCE_MS, &err), &err);
	force_when_up();
	wait_for(events, "finished");
	assert_int_equal(missed, 0);
	master_end(&master);
	assert_ok(tc_stream_next(events, 500, &event, &err), &err); /* nobody is there */
	assert_null(event);
	master_begin(&master);
	assert_ok(tc_stream_wait(events, PATIENCE_MS, &err), &err);
	assert_int_equal(missed, 1);
	force_when_up();
	wait_for(events, "new");
	wait_for(events, "finished");
	assert_int_equal(missed, 1);
	tc_stream_free(events);
	tc_call_free(call);
	tc_client_free(client);
}

/* ---- lists ---- */

struct seen {
	tc_loop *loop;
	uint64_t run;
	size_t events;
	int code;
	const tc_call *call; /* what is to be watched */
};

static void on_forced(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	(void)data;
	(void)run;
	assert_null(err);
	tc_release(response);
}

static void on_event(void *data, uint64_t run, const tc_json *event)
{
	struct seen *seen = data;
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(run, seen->run);
	if (!event) { /* it stands: nothing of what begins now is missed */
		assert_ok(tc_loop_start(seen->loop, seen->call, on_forced, NULL, NULL, &err), &err);
		return;
	}
	assert_non_null(tc_json_at(event, "/key/0"));
	if (++seen->events == 2)
		tc_loop_cancel(seen->loop, run);
}

static void on_end(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct seen *seen = data;

	(void)run;
	assert_null(response);
	seen->code = err->code;
}

/* Events and calls on one loop; there the client logs in by itself, too. */
static void test_loop(void **state)
{
	tc_error err = TC_ERROR_INIT;
	struct seen seen = { .events = 0 };

	(void)state;
	if (!started)
		skip();
	tc_client *client = client_of("no-secret");
	const struct tc_buildbot_force_params params = {
		.builder_names = (const char *const[]){ "b1" },
		.builder_names_count = 1,
	};
	tc_call *listen = tc_buildbot_listen_events_call(client, "builds/*/*", &err);
	tc_call *call = tc_buildbot_force_build_call(client, "force", &err);
	assert_ok(tc_buildbot_force_build_body(call, &params, &err), &err);
	seen.loop = tc_loop_new(NULL, &err);
	assert_ok(
		tc_stream_start(seen.loop, listen, NULL, on_event, on_end, &seen, &seen.run, &err),
		&err);
	seen.call = call;
	assert_ok(tc_loop_run(seen.loop, &err), &err);
	assert_int_equal(seen.events, 2);
	assert_int_equal(seen.code, TC_ERROR_CANCELED);
	tc_loop_free(seen.loop);
	tc_call_free(listen);
	tc_call_free(call);
	tc_client_free(client);
}

static void count(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	size_t *done = data;

	(void)run;
	assert_null(err);
	++*done;
	tc_release(response);
}

static void start_reads(tc_loop *loop, tc_client *client, size_t *done)
{
	tc_error err = TC_ERROR_INIT;

	for (int i = 0; i < 10; i++) {
		tc_call *read = tc_buildbot_list_builds_call(client, NULL, &err);
		assert_ok(tc_loop_start(loop, read, count, done, NULL, &err), &err);
		tc_call_free(read);
	}
}

/* The master gives a session to everybody who comes without one. Reads that were sent before the
 * login, and answered after it, must not take ours away. */
static void test_session_among_reads(void **state)
{
	tc_error err = TC_ERROR_INIT;
	size_t done = 0;

	(void)state;
	if (!started)
		skip();
	tc_client *client = client_of("no-secret");
	tc_loop *loop = tc_loop_new(NULL, &err);
	tc_call *stop = tc_buildbot_stop_build_call(client, "1", &err);
	start_reads(loop, client, &done);
	for (size_t i = 0; i < 3; i++) {
		assert_ok(tc_loop_start(loop, stop, count, &done, NULL, &err), &err);
		start_reads(loop, client, &done);
		assert_ok(tc_loop_run(loop, &err), &err);
	}
	assert_int_equal(done, 43);
	tc_loop_free(loop);
	tc_call_free(stop);
	tc_client_free(client);
}

/* The example starts a build, sees its end, and saves the logs of its steps where it stands. */
static void test_example(void **state)
{
	char folder[80], command[1024], line[512], name[600] = "";
	bool succeeded = false;

	(void)state;
	if (!started)
		skip();
	snprintf(folder, sizeof folder, "%s/logs", master.folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	setenv("BUILDBOT_URL", master.url, 1);
	setenv("BUILDBOT_USER", "tester", 1);
	setenv("BUILDBOT_PASSWORD", "no-secret", 1);
	snprintf(command, sizeof command,
		"program=$(realpath '%s/bin/example-buildbot_build') && cd %s && exec \"$program\" "
		"force b1",
		getenv("TC_BUILD_DIR") ? getenv("TC_BUILD_DIR") : "build", folder);
	FILE *output = popen(command, "r");
	assert_non_null(output);
	while (fgets(line, sizeof line, output)) {
		line[strcspn(line, "\n")] = '\0';
		succeeded |= strstr(line, "build successful") != NULL;
		snprintf(name, sizeof name, "%s/%s", folder, line);
	}
	assert_int_equal(pclose(output), 0);
	assert_true(succeeded);
	char *log = tc_test_read_file(name, NULL); /* the last line named it */
	assert_non_null(strstr(log, "hello world"));
	free(log);
}

/* There are three builds by now, and the example's. */
static void test_pages(void **state)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	const tc_json *item;
	int64_t number, count = 0, last = 0;

	(void)state;
	if (!started)
		skip();
	tc_client *client = client_of(NULL);
	tc_call *call = tc_buildbot_list_builds_call(
		client, &(struct tc_buildbot_list_builds_query){ .limit = "1" }, &err);
	assert_non_null(call);
	assert_ok(tc_call_query_list(call, "field", NULL,
			  (const char *const[]){ "buildid", "complete" }, 2, &err),
		&err);
	assert_ok(tc_call_query(call, "order", NULL, "-buildid", &err), &err);
	tc_items *items = tc_items_new(call, &options, &err);
	while (tc_items_next(items, &item, &err) == TC_OK && item) {
		assert_true(tc_json_int64(tc_json_get(item, "buildid"), &number));
		assert_null(tc_json_get(item, "number"));
		assert_true(last == 0 || number == last - 1);
		last = number;
		count++;
	}
	assert_ok(err.code, &err);
	assert_int_equal(count, 4);
	assert_int_equal(last, 1);
	tc_items_free(items);
	tc_call_free(call);

	call = tc_buildbot_list_builds_call(client, NULL, &err);
	assert_ok(tc_call_query_int64(call, "buildid", "ge", 3, &err), &err);
	const tc_json *json;
	assert_ok(tc_call_perform_json(call, &json, &err), &err);
	assert_int_equal(tc_json_count(tc_json_get(json, "builds")), 2);
	tc_release(json);
	tc_call_free(call);
	tc_client_free(client);
}

/* What the master ignores, answering as if there was no filter, cannot be asked of it. */
static void test_ignored_filters(void **state)
{
	static const struct {
		const char *function, *key, *comparison;
		const char *values[2];
	} rows[] = {
		{ "listBuilds", "buildrequestid", NULL, { "1", "2" } },
		{ "listBuilds", "buildrequestid", "eq", { "1", "2" } },
		{ "listBuilds", "complete", "ne", { "true", "false" } },
		{ "listBuilds", "locks_duration_s", "gt", { "1", NULL } },
		{ "listBuilds", "number", "lt", { "1", "2" } },
		{ "listBuildrequests", "buildsetid", NULL, { "1", "2" } },
		{ "listBuildrequests", "claimed_by_masterid", "ne", { "1", NULL } },
		{ "listBuilders", "projectid", "eq", { "77", NULL } },
		{ "listWorkers", "paused", NULL, { "true", "false" } },
	};
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_client *client = client_of(NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct tc_operation *operation =
			tc_find_operation("buildbot", rows[i].function);
		assert_non_null(operation);
		tc_call *call = tc_call_by_name(client, operation, NULL, 0, NULL, &err);
		assert_non_null(call);
		assert_int_equal(tc_call_query_list(call, rows[i].key, rows[i].comparison,
					 rows[i].values, rows[i].values[1] ? 2 : 1, &err),
			TC_ERROR_ARGUMENT);
		tc_error_clear(&err);
		tc_call_free(call);
	}
	tc_call *call = tc_buildbot_list_builds_call(
		client, &(struct tc_buildbot_list_builds_query){ .property = "*" }, &err);
	assert_ok(tc_call_query(call, "field", NULL, "buildid", &err), &err);
	assert_int_equal(tc_call_perform(call, NULL, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "properties is asked for, but not among");
	tc_call_free(call);
	tc_client_free(client);
}

static size_t count_builds(
	tc_client *client, const char *key, const char *comparison, const char *value)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *json;
	tc_call *call = tc_buildbot_list_builds_call(client, NULL, &err);

	assert_ok(tc_call_query(call, key, comparison, value, &err), &err);
	assert_ok(tc_call_perform_json(call, &json, &err), &err);
	size_t count = tc_json_count(tc_json_get(json, "builds"));
	tc_release(json);
	tc_call_free(call);
	return count;
}

/* What it does not ignore does what it says. */
static void test_filters(void **state)
{
	static const struct {
		const char *key, *comparison, *value;
		size_t count;
	} rows[] = {
		{ "complete", "ne", "true", 0 },
		{ "complete", "in", "false", 0 },
		{ "buildrequestid", NULL, "1", 1 },
		{ "buildrequestid", "ne", "1", 3 },
		{ "buildid", "ge", "2", 3 },
		{ "state_string", "contains", "nowhere to be found", 0 },
	};
	struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };

	(void)state;
	if (!started)
		skip();
	tc_client *client = client_of(NULL);
	for (int i = 0; i < 100 && count_builds(client, "complete", NULL, "yes") < 4; i++)
		nanosleep(&pause, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t count = count_builds(client, rows[i].key, rows[i].comparison, rows[i].value);
		if (count != rows[i].count)
			fail_msg("%s %s %s: %zu builds", rows[i].key,
				rows[i].comparison ? rows[i].comparison : "", rows[i].value, count);
	}
	tc_client_free(client);
}

/* ---- who may ---- */

static void test_refused(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	if (!started)
		skip();
	tc_client *anonymous = client_of(NULL);
	force(anonymous, "b1", NULL, &err);
	assert_int_equal(err.http_status, 403);
	assert_string_equal(tc_error_server_code(&err), "-32600");
	assert_failure(&err, TC_ERROR_HTTP, "admins");
	tc_client_free(anonymous);

	tc_client *wrong = client_of("wrong");
	force(wrong, "b1", NULL, &err);
	assert_failure(&err, TC_ERROR_CREDENTIALS, "buildbot.login: 401");
	tc_client_free(wrong);

	tc_client *client = client_of("no-secret");
	tc_buildbot_force_build(
		client, "force", &(struct tc_buildbot_force_params){ 0 }, NULL, &err);
	assert_failure(&err, TC_ERROR_INPUT, "needs builderid, or builderNames");
	force(client, "no-such-builder", NULL, &err);
	assert_failure(&err, TC_ERROR_HTTP, "buildbot.forceBuild");
	tc_buildbot_get_build(client, "999", NULL, NULL, &err);
	assert_int_equal(err.http_status, 404);
	assert_failure(&err, TC_ERROR_HTTP, "buildbot.getBuild: 404");
	tc_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_specification),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_build),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_session_among_reads),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_ignored_filters),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_restart),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
