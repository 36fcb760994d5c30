/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "tests/buildbot/master.h"
#include "tests/buildbot/versions.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/buildbot.h>
#include <taskcluster/conventions.h>
#include <taskcluster/generated.h>
#include <taskcluster/query.h>
#include <taskcluster/registry.h>
#include <taskcluster/seams.h>
#include <taskcluster/stream.h>
#include <taskcluster/type.h>
#include <time.h>

#define PATIENCE_MS 60000
#define STEP_MS 100
#define SESSION_S "3"

struct trial {
	struct master master;
	tc_client *client;
	const struct tc_service *service;
	struct version *version;
	bool by_name; /* arguments that may be a number or a name are names */
	char build[24], number[24], builder[24], request[24];
	char results[24];           /* of the last build */
	char step[24], step_id[24]; /* one with a log */
};

/* ---- what is expected ---- */

/* 4.3.0 is 4003 */
static int64_t number_of(const char *version)
{
	char *end;
	long major = strtol(version, &end, 10);

	return major * 1000 + (*end == '.' ? strtol(end + 1, NULL, 10) : 0);
}

/* What versions fail over by their own fault: the references say it where people read it. */
static const struct {
	const char *function, *from, *until;
	bool sometimes; /* with some versions of what the master stands on */
} faults[] = {
	{ "getLogchunks", "3.4", "4.3", false },
	{ "listChangeProperties", "3.4", "4.3", false },
	{ "setBuildrequestPriority", "3.9", "4.3", true },
};

static bool is_fault(const struct trial *trial, const char *function, bool sometimes)
{
	int64_t here = number_of(trial->version->name);

	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (strcmp(faults[i].function, function) == 0 && faults[i].sometimes == sometimes &&
			here >= number_of(faults[i].from) && here <= number_of(faults[i].until))
			return true;
	return false;
}

static enum outcome expected(const struct trial *trial, const struct tc_operation *operation)
{
	const char *since = operation->conventions ? operation->conventions->since : NULL;

	if (since && number_of(since) > number_of(trial->version->name))
		return OUTCOME_LACKS;
	return is_fault(trial, operation->name, false) ? OUTCOME_FAILS : OUTCOME_WORKS;
}

static void judge(struct trial *trial, const struct tc_operation *operation, enum outcome outcome,
	const tc_error *err)
{
	static const char *const words[] = { "is untried", "works", "is lacking", "fails" };
	enum outcome wanted = expected(trial, operation);

	trial->version->outcomes[operation - trial->service->operations] = outcome;
	if (outcome == wanted ||
		(outcome == OUTCOME_FAILS && is_fault(trial, operation->name, true)))
		return;
	trial->version->wrong++;
	print_error("%s%s: %s %s; expected that it %s: %s\n", trial->version->name,
		trial->by_name ? " by name" : "", operation->name, words[outcome], words[wanted],
		err->code ? tc_error_text(err) : "");
}

/* ---- arguments ---- */

/* A master that is new has number 1 of everything. */
static const char *value_of(const struct trial *trial, const char *name)
{
	const struct {
		const char *name, *value, *called;
	} values[] = {
		{ "buildId", trial->build, NULL },
		{ "buildNumber", trial->number, NULL },
		{ "builderId", trial->builder, NULL },
		{ "builder", trial->builder, "b1" },
		{ "worker", "1", "w1" },
		{ "step", trial->step, NULL },
		{ "stepId", trial->step_id, NULL },
		{ "project", "1", "p1" },
		{ "codebase", "cb1", NULL },
		{ "revision", "r1", NULL },
		{ "dataName", "data1", NULL },
		{ "logSlug", "stdio", NULL },
		{ "forcescheduler", "force", NULL },
		{ "buildrequestId", trial->request, NULL },
	};

	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		if (strcmp(values[i].name, name) == 0)
			return trial->by_name && values[i].called ? values[i].called
								  : values[i].value;
	return "1";
}

static tc_call *call_of(struct trial *trial, const struct tc_operation *operation,
	const char *payload, tc_error *err)
{
	struct tc_pair pairs[8];
	const tc_json *json = NULL;

	assert_int_in_range(operation->argument_count, 0, 8);
	for (size_t i = 0; i < operation->argument_count; i++) {
		const char *name = operation->arguments[i].name;
		pairs[i] = (struct tc_pair){ name, value_of(trial, name) };
	}
	if (payload)
		assert_ok(tc_json_parse(payload, strlen(payload), &json, err), err);
	tc_call *call = tc_call_by_name(
		trial->client, operation, pairs, operation->argument_count, json, err);
	tc_release(json);
	assert_ok(err->code, err);
	return call;
}

/* ---- what is sent, and what a struct holds ---- */

static bool same(const tc_json *a, const tc_json *b)
{
	enum tc_json_kind kind = tc_json_kind(a);
	double x, y;

	if (kind != tc_json_kind(b) || tc_json_count(a) != tc_json_count(b))
		return false;
	if (kind == TC_JSON_NUMBER)
		return tc_json_double(a, &x) && tc_json_double(b, &y) && x >= y && x <= y;
	if (kind == TC_JSON_BOOL)
		return tc_json_true(a) == tc_json_true(b);
	if (kind == TC_JSON_STRING)
		return tc_json_text_length(a) == tc_json_text_length(b) &&
			memcmp(tc_json_text(a), tc_json_text(b), tc_json_text_length(a)) == 0;
	for (size_t i = 0; i < tc_json_count(a); i++) {
		const tc_json *other = kind == TC_JSON_OBJECT
			? tc_json_get(b, tc_json_text(tc_json_name(a, i)))
			: tc_json_item(b, i);
		if (!other || !same(tc_json_item(a, i), other))
			return false;
	}
	return true;
}

/* Whether the reply as a struct is the reply as JSON. */
static bool is_typed(const struct tc_operation *operation, tc_response *response, tc_error *err)
{
	const tc_json *typed = NULL, *raw = tc_response_json(response, NULL);
	size_t length;
	char *text;
	void *value = tc_generated_reply(operation, response, err);

	if (!value || operation->conventions->rpc)
		return value ? (tc_release(value), true) : false;
	int rc = tc_encode(operation->output, value, TC_ENCODE_UNCHECKED, &text, &length, err);
	tc_release(value);
	if (rc != TC_OK)
		return false;
	assert_ok(tc_json_parse(text, length, &typed, err), err);
	bool fine = same(raw, typed);
	if (!fine)
		print_error("sent  %s\ntyped %s\n", tc_response_body(response, NULL), text);
	tc_release(text);
	tc_release(typed);
	return fine;
}

/* ---- reads ---- */

/* What no configuration makes: there the path is known, and nothing is behind it. */
static bool may_be_nothing(const char *function)
{
	static const char *const names[] = { "getBranch", "getCommit",
		"getCodebaseCommitByRevision", "getCodebaseCommonParent", "getChangesource",
		"getMasterChangesource" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], function) == 0)
			return true;
	return false;
}

static enum outcome outcome_of(const struct tc_operation *operation, const tc_error *err)
{
	bool path = strstr(tc_error_text(err), "nvalid path") != NULL;

	if (err->http_status == 404 && path)
		return OUTCOME_LACKS;
	if (err->http_status == 404 && may_be_nothing(operation->name))
		return OUTCOME_WORKS;
	/* an action that a version does not know */
	if (strstr(tc_error_text(err), "is not supported"))
		return OUTCOME_LACKS;
	return OUTCOME_FAILS;
}

static void try(struct trial *trial, const struct tc_operation *operation, const char *payload)
{
	tc_response *response = NULL;
	tc_error err = TC_ERROR_INIT;
	enum outcome outcome = OUTCOME_WORKS;

	tc_call *call = call_of(trial, operation, payload, &err);
	if (tc_call_perform(call, &response, &err) != TC_OK)
		outcome = outcome_of(operation, &err);
	else if (operation->output && !is_typed(operation, response, &err))
		outcome = OUTCOME_FAILS;
	judge(trial, operation, outcome, &err);
	tc_release(response);
	tc_call_free(call);
	tc_error_clear(&err);
}

static bool has_names(const struct tc_operation *operation)
{
	const struct tc_argument_rule *kinds = operation->conventions->arguments;

	for (size_t i = 0; kinds && i < operation->argument_count; i++)
		if (kinds[i].kind == TC_ARGUMENT_EITHER)
			return true;
	return false;
}

static void try_reads(struct trial *trial)
{
	for (size_t i = 0; i < trial->service->operation_count; i++) {
		const struct tc_operation *operation = &trial->service->operations[i];
		bool session = strncmp(operation->name, "log", 3) == 0;
		if (strcmp(operation->method, "GET") != 0 || operation->conventions->events ||
			session)
			continue;
		trial->by_name = false;
		try(trial, operation, NULL);
		trial->by_name = true;
		if (has_names(operation))
			try(trial, operation, NULL);
		trial->by_name = false;
	}
}

/* ---- actions ---- */

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

static void act(struct trial *trial, const char *function, const char *payload)
{
	const struct tc_operation *operation = tc_find_operation("buildbot", function);

	assert_non_null(operation);
	try(trial, operation, payload);
}

/* The newest item of a list, and how many there are; the list is released by the caller. */
static const tc_json *newest(tc_call *call, const char *list, const tc_json **reply, size_t *count)
{
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_call_perform_json(call, reply, &err), &err);
	tc_call_free(call);
	const tc_json *items = tc_json_get(*reply, list);
	*count = tc_json_count(items);
	return *count ? tc_json_item(items, *count - 1) : NULL;
}

static void keep(char text[24], const tc_json *item, const char *member)
{
	const char *value = tc_json_text(tc_json_get(item, member));

	snprintf(text, 24, "%s", value ? value : "");
}

/* Waits until as many builds are there, of which so many run, and remembers the last one. */
static void wait_for_builds(struct trial *trial, size_t wanted, size_t running)
{
	const tc_json *reply = NULL;
	size_t count = 0, complete = 0;

	for (int left_ms = PATIENCE_MS; left_ms > 0; left_ms -= STEP_MS, pause_ms(STEP_MS)) {
		const tc_json *build = newest(
			tc_buildbot_list_builds_call(trial->client,
				&(struct tc_buildbot_list_builds_query){ .order = "buildid" },
				NULL),
			"builds", &reply, &count);
		complete = 0;
		for (size_t i = 0; i < count; i++)
			complete += tc_json_true(tc_json_get(
				tc_json_item(tc_json_get(reply, "builds"), i), "complete"));
		if (count == wanted && count - complete == running) {
			keep(trial->build, build, "buildid");
			keep(trial->number, build, "number");
			keep(trial->builder, build, "builderid");
			keep(trial->results, build, "results");
			tc_release(reply);
			return;
		}
		tc_release(reply);
	}
	fail_msg("%s: there are %zu builds, %zu complete; expected %zu, of which %zu run",
		trial->version->name, count, complete, wanted, running);
}

static void remember_request(struct trial *trial)
{
	const tc_json *reply = NULL;
	size_t count;
	struct tc_buildbot_list_buildrequests_query query = { .order = "buildrequestid" };

	const tc_json *request =
		newest(tc_buildbot_list_buildrequests_call(trial->client, &query, NULL),
			"buildrequests", &reply, &count);
	keep(trial->request, request, "buildrequestid");
	tc_release(reply);
}

/* Which step has a log depends on how many a version puts in front; a name with a blank in it is
 * none that servers filter by. */
static void remember_step(struct trial *trial)
{
	const tc_json *reply = NULL;
	size_t count;
	tc_call *call = tc_buildbot_list_build_steps_call(trial->client, trial->build, NULL, NULL);

	newest(call, "steps", &reply, &count);
	for (size_t i = 0; i < count; i++) {
		const tc_json *step = tc_json_item(tc_json_get(reply, "steps"), i);
		if (strcmp(tc_json_text(tc_json_get(step, "name")), "say hello") != 0)
			continue;
		keep(trial->step, step, "number");
		keep(trial->step_id, step, "stepid");
	}
	tc_release(reply);
	assert_true(*trial->step);
}

/* A change, and the build that it leads to; one that is forced; and those two again. */
static void make_builds(struct trial *trial)
{
	char arguments[512], payload[64];

	snprintf(arguments, sizeof arguments,
		"sendchange --master 127.0.0.1:%d --auth change:changepw --who me --branch main "
		"--revision r1 --comments because --property flavor:sweet --repository r a.c",
		trial->master.worker_port);
	assert_int_equal(master_run(&trial->master, "buildbot", arguments), 0);
	wait_for_builds(trial, 1, 0);
	assert_string_equal(trial->results, "0");
	snprintf(payload, sizeof payload, "{\"builderid\":%s,\"reason\":\"because\"}",
		trial->builder);
	act(trial, "forceBuild", payload);
	wait_for_builds(trial, 2, 0);
	act(trial, "rebuildBuild", NULL);
	wait_for_builds(trial, 3, 0);
	act(trial, "rebuildBuilderBuild", NULL);
	wait_for_builds(trial, 4, 0);
}

static void stop_builds(struct trial *trial)
{
	act(trial, "forceBuild", "{\"builderNames\":[\"slow\"]}");
	wait_for_builds(trial, 5, 1);
	act(trial, "stopBuild", "{\"reason\":\"too slow\"}");
	wait_for_builds(trial, 5, 0);
	act(trial, "forceBuild", "{\"builderNames\":[\"slow\"]}");
	wait_for_builds(trial, 6, 1);
	act(trial, "stopBuilderBuild", "{}");
	wait_for_builds(trial, 6, 0);
}

/* A paused worker leaves a request that can be canceled. */
static void cancel_request(struct trial *trial)
{
	act(trial, "pauseWorker", "{\"reason\":\"a pause\"}");
	act(trial, "forceBuild", "{\"builderNames\":[\"b1\"]}");
	remember_request(trial);
	act(trial, "setBuildrequestPriority", "{\"priority\":3}");
	act(trial, "cancelBuildrequest", "{\"reason\":\"too late\"}");
	act(trial, "unpauseWorker", "{}");
}

/* On every path; they end the worker in the end. */
static void end_workers(struct trial *trial)
{
	static const char *const actions[] = { "pauseBuilderWorker", "unpauseBuilderWorker",
		"pauseMasterWorker", "unpauseMasterWorker", "pauseMasterBuilderWorker",
		"unpauseMasterBuilderWorker", "stopWorker", "stopBuilderWorker", "stopMasterWorker",
		"stopMasterBuilderWorker", "killWorker", "killBuilderWorker", "killMasterWorker",
		"killMasterBuilderWorker" };

	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		act(trial, actions[i], "{}");
}

static void enable_schedulers(struct trial *trial)
{
	act(trial, "enableScheduler", "{\"enabled\":false}");
	act(trial, "enableMasterScheduler", "{\"enabled\":true}");
}

/* ---- a restart, and sessions ---- */

static int64_t ahead_ms; /* how far our clock is */

static int64_t steady(void *data)
{
	struct timespec now;

	(void)data;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + ahead_ms;
}

static void count_logins(void *data, enum tc_log_level level, const char *line)
{
	(void)level;
	*(size_t *)data +=
		strstr(line, "GET ") && strstr(line, "/auth/login") && strstr(line, "302");
}

static tc_client *client_of(const struct trial *trial, size_t *logins)
{
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_seams seams = TC_SEAMS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_password("tester", "no-secret", &err);

	seams.steady = steady;
	options.seams = &seams;
	options.base_url = trial->master.url;
	options.credentials = credentials;
	options.attempts = 1;
	options.log = logins ? count_logins : NULL;
	options.log_data = logins;
	options.log_level = TC_LOG_DEBUG;
	tc_client *client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	tc_credentials_free(credentials);
	return client;
}

static void count_missed(void *data)
{
	++*(int *)data;
}

/* A stream goes through it; what it missed is told. */
static void restart(struct trial *trial)
{
	struct tc_stream_options options = TC_STREAM_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	const tc_json *event;
	int missed = 0;

	tc_client *listener = client_of(trial, NULL);
	tc_call *call = tc_buildbot_listen_events_call(listener, "builds/*/*", &err);
	options.missed = count_missed;
	options.data = &missed;
	tc_stream *events = tc_stream_new(call, &options, &err);
	assert_ok(tc_stream_wait(events, PATIENCE_MS, &err), &err);
	master_end(&trial->master);
	assert_ok(tc_stream_next(events, 300, &event, &err), &err);
	setenv("BUILDBOT_SESSION_S", SESSION_S, 1);
	master_begin(&trial->master);
	unsetenv("BUILDBOT_SESSION_S");
	assert_ok(tc_stream_wait(events, PATIENCE_MS, &err), &err);
	assert_int_equal(missed, 1);
	tc_stream_free(events);
	tc_call_free(call);
	tc_client_free(listener);
}

/* The server forgets a session, and the client, which takes it for a good one, logs in again. */
static void outlive_session(struct trial *trial)
{
	const struct tc_buildbot_reason_params why = { .reason = "because" };
	tc_error err = TC_ERROR_INIT;
	size_t logins = 0;

	tc_client *client = client_of(trial, &logins);
	assert_ok(tc_buildbot_pause_worker(client, "1", &why, NULL, &err), &err);
	assert_int_equal(logins, 1);
	pause_ms((atoi(SESSION_S) + 1) * 1000L);
	ahead_ms += 120000;
	assert_ok(tc_buildbot_unpause_worker(client, "1", &why, NULL, &err), &err);
	assert_int_equal(logins, 2);
	assert_ok(tc_buildbot_logout(client, NULL, &err), &err);
	tc_client_free(client);
}

/* ---- a version ---- */

static void mark(struct trial *trial, const char *function)
{
	trial->version
		->outcomes[tc_find_operation("buildbot", function) - trial->service->operations] =
		OUTCOME_WORKS;
}

static void try_all(struct trial *trial)
{
	make_builds(trial);
	remember_request(trial);
	remember_step(trial);
	try_reads(trial);
	stop_builds(trial);
	cancel_request(trial);
	enable_schedulers(trial);
	restart(trial);
	mark(trial, "listenEvents");
	outlive_session(trial);
	mark(trial, "login");
	mark(trial, "logout");
	end_workers(trial);
	for (size_t i = 0; i < trial->service->operation_count; i++) {
		if (trial->version->outcomes[i])
			continue;
		print_error("%s is untried\n", trial->service->operations[i].name);
		trial->version->wrong++;
	}
}

bool version_try(const char *venv, struct version *version)
{
	struct trial trial = { .version = version, .service = tc_find_service("buildbot") };

	*version = (struct version){ .wrong = 0 };
	setenv("BUILDBOT_RICH", "1", 1);
	bool started = master_start_of(&trial.master, venv);
	if (started) {
		master_version(&trial.master, version->name, sizeof version->name);
		version->outcomes =
			calloc(trial.service->operation_count, sizeof *version->outcomes);
		assert_non_null(version->outcomes);
		trial.client = client_of(&trial, NULL);
		try_all(&trial);
		tc_client_free(trial.client);
		master_stop(&trial.master);
	}
	unsetenv("BUILDBOT_RICH");
	return started;
}

void version_clear(struct version *version)
{
	free(version->outcomes);
	*version = (struct version){ .wrong = 0 };
}
