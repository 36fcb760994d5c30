/* SPDX-License-Identifier: MPL-2.0 */
/* A worker's life in worker-manager, by a clock that is moved, on a server that does as it is told;
 * and a whole worker on the sandbox. */
#define _XOPEN_SOURCE 700 /* gmtime_r */

#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "tests/harness/responder.h"
#include "tests/workflows/workshop.h"
#include "workflows/src/worker/manager.h"
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/worker_manager.h>

#define POOL "build/linux"
#define HOUR_MS ((int64_t)3600000)
#define START_MS ((int64_t)1900000000000) /* in 2030 */

/* What the server does, and has seen. */
struct server {
	atomic_llong now_ms;
	int64_t life_ms, ends_ms;                        /* of those given last */
	int64_t ahead_ms;                                /* its clock is so far ahead of ours */
	int register_status, renewal_status, ask_status; /* 0: 200 */
	bool lose_renewal;                               /* does it, and closes */
	int close_registers;                             /* so many, before anything is done */
	bool terminate;
	bool no_date;

	int number; /* of the last secret and client; the secret is good once */
	int registers, renewals, asks, reports;
	bool signed_register; /* by anybody */
	char signer[64];      /* of the last renewal or question */
	char body[2048];      /* of the last registration, */
	char report[2048];    /* and report */
	char path[256];       /* of the last question or report */
	char reply[1024], date[64];
};

struct scene {
	struct server server;
	struct tc_responder *responder;
	tc_loop *loop;
	tc_client *client;
	struct tc__state *state;
	struct tc__manager *manager;
	struct tc_folder folder;
	int ready, refused, answers, configs;
	bool stop;
	char reason[128], why[512], trouble[4096];
	int64_t config;
	const tc_json *proof;
	bool free_when_ready;
	tc_error err;
};

static struct scene scene;

/* ---- the server ---- */

static void write_secret(char *text, size_t size, int number)
{
	snprintf(text, size, "%044d", number);
}

static void read_signer(const struct tc_responder_request *request, char *signer, size_t size)
{
	const char *header = tc_responder_header(request, "Authorization");
	const char *id = header ? strstr(header, "id=\"") : NULL;

	snprintf(signer, size, "%.*s", id ? (int)strcspn(id + 4, "\"") : 0, id ? id + 4 : "");
}

static void grant(struct server *server, struct tc_responder_reply *reply, bool config)
{
	char date[TC_DATE_SIZE] = "", secret[64];
	int64_t expires = server->now_ms + server->ahead_ms + server->life_ms;

	server->number++;
	server->ends_ms = expires;
	write_secret(secret, sizeof secret, server->number);
	tc_date_format((struct timespec){ .tv_sec = (time_t)(expires / 1000),
			       .tv_nsec = (long)(expires % 1000 * 1000000) },
		date, NULL);
	snprintf(server->reply, sizeof server->reply,
		"{\"expires\":\"%s\",\"secret\":\"%s\",\"credentials\":{\"clientId\":\"worker/%d\","
		"\"accessToken\":\"token\"}%s}",
		server->no_date ? "soon" : date, secret, server->number,
		config ? ",\"workerConfig\":{\"number\":7}" : "");
	reply->body = server->reply;
	reply->body_length = strlen(server->reply);
}

static void refuse(struct tc_responder_reply *reply, int status)
{
	static const char body[] = "{\"code\":\"InputError\",\"message\":\"no\"}";

	reply->status = status;
	reply->body = body;
	reply->body_length = strlen(body);
}

static void answer_register(struct server *server, const struct tc_responder_request *request,
	struct tc_responder_reply *reply)
{
	server->registers++;
	server->signed_register |= tc_responder_header(request, "Authorization") != NULL;
	snprintf(server->body, sizeof server->body, "%.*s", (int)request->body_length,
		request->body);
	if (server->close_registers > 0) {
		server->close_registers--;
		reply->close = true;
	} else if (server->register_status) {
		refuse(reply, server->register_status);
	} else {
		grant(server, reply, true);
	}
}

static void answer_renewal(struct server *server, const struct tc_responder_request *request,
	struct tc_responder_reply *reply)
{
	char secret[64], body[512];

	read_signer(request, server->signer, sizeof server->signer);
	server->renewals++; /* for which the test waits */
	write_secret(secret, sizeof secret, server->number);
	snprintf(body, sizeof body, "%.*s", (int)request->body_length, request->body);
	if (server->renewal_status)
		refuse(reply, server->renewal_status);
	else if (server->now_ms + server->ahead_ms > server->ends_ms)
		refuse(reply, 401);
	else if (!strstr(body, secret))
		refuse(reply, 400);
	else
		grant(server, reply, false);
	if (server->lose_renewal) {
		server->lose_renewal = false;
		reply->close = true;
	}
}

static void answer_rest(struct server *server, const struct tc_responder_request *request,
	struct tc_responder_reply *reply)
{
	snprintf(server->path, sizeof server->path, "%s %s", request->method, request->target);
	read_signer(request, server->signer, sizeof server->signer);
	if (strstr(request->target, "should-terminate")) {
		server->asks++;
		snprintf(server->reply, sizeof server->reply,
			"{\"terminate\":%s,\"reason\":\"as it was told\"}",
			server->terminate ? "true" : "false");
	} else {
		server->reports++;
		snprintf(server->report, sizeof server->report, "%.*s", (int)request->body_length,
			request->body);
		snprintf(server->reply, sizeof server->reply, "{}");
	}
	reply->body = server->reply;
	reply->body_length = strlen(server->reply);
	if (server->ask_status)
		refuse(reply, server->ask_status);
}

static void write_date(struct server *server, struct tc_responder_reply *reply)
{
	time_t now = (time_t)((server->now_ms + server->ahead_ms) / 1000);
	struct tm parts;

	if (!server->ahead_ms)
		return;
	strftime(server->date, sizeof server->date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n",
		gmtime_r(&now, &parts));
	reply->headers = server->date;
}

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct server *server = data;

	write_date(server, reply);

	if (strstr(request->target, "/worker/register"))
		answer_register(server, request, reply);
	else if (strstr(request->target, "/worker/reregister"))
		answer_renewal(server, request, reply);
	else
		answer_rest(server, request, reply);
}

/* ---- the clocks ---- */

static struct timespec read_clock(void *data)
{
	int64_t now = ((const struct server *)data)->now_ms;

	return (struct timespec){ .tv_sec = (time_t)(now / 1000),
		.tv_nsec = (long)(now % 1000 * 1000000) };
}

static int64_t read_steady(void *data)
{
	return ((const struct server *)data)->now_ms;
}

static void pass(void *data, int64_t ms)
{
	((struct server *)data)->now_ms += ms;
}

/* ---- the scene ---- */

static void on_ready(void *data)
{
	(void)data;
	scene.ready++;
	if (scene.free_when_ready) {
		tc__manager_free(scene.manager);
		scene.manager = NULL;
	}
}

static void on_refused(void *data, const tc_error *err)
{
	(void)data;
	scene.refused++;
	snprintf(scene.why, sizeof scene.why, "%s", tc_error_text(err));
}

static void on_trouble(void *data, int level, const char *text)
{
	size_t length = strlen(scene.trouble);

	(void)data;
	assert_int_equal(level, TC_LOG_WARN);
	if (length < sizeof scene.trouble - 1)
		snprintf(scene.trouble + length, sizeof scene.trouble - length, "%s\n", text);
}

static void on_config(void *data, const tc_json *config)
{
	assert_ptr_equal(data, &scene);
	scene.configs++;
	assert_true(tc_json_int64(tc_json_get(config, "number"), &scene.config));
}

static void on_answer(void *data, bool stop, const char *reason)
{
	assert_ptr_equal(data, &scene);
	scene.answers++;
	scene.stop = stop;
	snprintf(scene.reason, sizeof scene.reason, "%s", reason ? reason : "");
}

static const struct tc__manager_worker worker_names = { POOL, "rack-1", "machine-7" };

static void open_kept(void)
{
	const struct tc__state_owner owner = { NULL, POOL, "rack-1", "machine-7" };

	assert_ok(tc__state_open(
			  &scene.state, tc_folder_path(&scene.folder, "state"), &owner, &scene.err),
		&scene.err);
}

static struct tc__manager *make_manager(void)
{
	struct tc__manager_options options = { .loop = scene.loop,
		.client = scene.client,
		.state = scene.state,
		.pool = TC_WORKER_POOL_INIT,
		.worker = worker_names,
		.pool_data = &scene,
		.ready = on_ready,
		.refused = on_refused,
		.trouble = on_trouble };

	options.pool.provider_id = "static";
	options.pool.proof = scene.proof;
	options.pool.registered = on_config;
	return tc__manager_new(&options, &scene.err);
}

static int begin(void **unused)
{
	struct tc_seams seams = TC_SEAMS_INIT;
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_loop_options of_loop = TC_LOOP_OPTIONS_INIT;
	static const char proof[] = "{\"staticSecret\":\"s\",\"more\":[1]}";

	(void)unused;
	memset(&scene, 0, sizeof scene);
	tc_folder_make(&scene.folder);
	scene.server.now_ms = START_MS;
	scene.server.life_ms = HOUR_MS;
	scene.responder = tc_responder_start(answer, &scene.server);
	seams.clock = read_clock;
	seams.steady = read_steady;
	seams.sleep = pass;
	seams.data = &scene.server;
	options.seams = of_loop.seams = &seams;
	options.root_url = tc_responder_url(scene.responder);
	options.attempts = 2;
	scene.client = tc_client_new(&options, &scene.err);
	assert_ok(scene.err.code, &scene.err);
	scene.loop = tc_loop_new(&of_loop, &scene.err);
	assert_ok(scene.err.code, &scene.err);
	assert_ok(tc_json_parse(proof, strlen(proof), &scene.proof, &scene.err), &scene.err);
	return 0;
}

static void close_all(void)
{
	tc__manager_free(scene.manager);
	tc__state_close(scene.state);
	tc_client_free(scene.client);
	tc_loop_free(scene.loop);
	scene.manager = NULL;
	scene.state = NULL;
	scene.client = NULL;
	scene.loop = NULL;
}

static int end(void **unused)
{
	(void)unused;
	close_all();
	tc_responder_stop(scene.responder);
	tc_folder_remove(&scene.folder);
	tc_release(scene.proof);
	tc_error_clear(&scene.err);
	return 0;
}

static void begin_manager(void)
{
	scene.manager = make_manager();
	assert_ok(scene.err.code, &scene.err);
	tc_release(scene.proof); /* it was borrowed for that long only */
	scene.proof = NULL;
}

/* Polls until the number is reached. */
static void until(const int *number, int least)
{
	for (int turns = 0; *number < least; turns++) {
		assert_true(turns < 20000);
		assert_ok(tc_loop_poll(scene.loop, 1000, &scene.err), &scene.err);
	}
}

/* ---- registering ---- */

static void test_it_registers_unsigned_and_signs_from_then_on(void **unused)
{
	(void)unused;
	begin_manager();
	until(&scene.ready, 1);
	assert_int_equal(scene.server.registers, 1);
	assert_false(scene.server.signed_register);
	assert_string_equal(scene.server.body,
		"{\"providerId\":\"static\",\"workerGroup\":\"rack-1\",\"workerId\":\"machine-7\","
		"\"workerIdentityProof\":{\"staticSecret\":\"s\",\"more\":[1]},"
		"\"workerPoolId\":\"build/linux\"}");
	assert_int_equal(scene.configs, 1);
	assert_int_equal(scene.config, 7);
	tc__manager_ask(scene.manager, on_answer, &scene);
	until(&scene.answers, 1);
	assert_false(scene.stop);
	assert_string_equal(scene.server.signer, "worker/1");
	assert_string_equal(scene.server.path,
		"GET /api/worker-manager/v1/workers/build%2Flinux/rack-1/machine-7/"
		"should-terminate");
	assert_string_equal(scene.trouble, "");
}

static void test_a_refusal_ends_it(void **unused)
{
	(void)unused;
	scene.server.register_status = 400;
	begin_manager();
	until(&scene.refused, 1);
	assert_int_equal(scene.server.registers, 1);
	assert_int_equal(scene.ready, 0);
	assert_non_null(strstr(scene.why, "400"));
}

static void test_a_broken_network_is_waited_for(void **unused)
{
	(void)unused;
	scene.server.close_registers = 30;
	begin_manager();
	until(&scene.ready, 1);
	assert_int_equal(scene.refused, 0);
	assert_int_equal(scene.server.registers, 31);
	/* by the minute, at last: not all the time */
	assert_int_in_range(scene.server.now_ms - START_MS, 5 * 60000, 20 * 60000);
	assert_non_null(strstr(scene.trouble, "worker-manager: registering: "));
}

static void test_a_reply_that_is_none_is_asked_for_again(void **unused)
{
	(void)unused;
	scene.server.no_date = true;
	begin_manager();
	until(&scene.server.registers, 3);
	assert_int_equal(scene.ready, 0);
	assert_non_null(strstr(scene.trouble, "\"soon\" is no date"));
	scene.server.no_date = false;
	until(&scene.ready, 1);
}

static void test_what_is_missing_is_told_at_once(void **unused)
{
	(void)unused;
	const tc_json *proof = scene.proof;
	scene.proof = NULL;
	assert_null(make_manager());
	assert_failure(&scene.err, TC_ERROR_ARGUMENT, "pool.proof is NULL");
	scene.proof = proof;
}

/* ---- renewing ---- */

static void test_it_is_renewed_for_days_in_time_with_the_last_secret(void **unused)
{
	(void)unused;
	open_kept();
	begin_manager();
	for (int i = 1; i <= 64; i++) {
		until(&scene.server.renewals, i);
		int64_t passed = scene.server.now_ms - START_MS;
		/* each at three quarters of an hour */
		assert_int_in_range(passed, i * HOUR_MS / 4 * 3, i * HOUR_MS / 4 * 3 + i * 100);
		char signer[32];
		snprintf(signer, sizeof signer, "worker/%d", i);
		assert_string_equal(scene.server.signer, signer);
	}
	assert_int_equal(scene.server.registers, 1);
	assert_int_equal(scene.ready, 1);
	assert_int_equal(scene.configs, 1);
	assert_string_equal(scene.trouble, "");
}

/* It acted, and nobody heard: the secret that we have is of no use any more. */
static void test_a_lost_reply_means_the_proof_again(void **unused)
{
	(void)unused;
	open_kept();
	begin_manager();
	until(&scene.ready, 1);
	scene.server.lose_renewal = true;
	until(&scene.server.registers, 2);
	until(&scene.configs, 2);
	assert_int_equal(scene.server.number, 3);
	until(&scene.server.renewals,
		3); /* the lost one, its repetition, and a new one that works */
	assert_int_equal(scene.server.number, 4);
	assert_int_equal(scene.refused, 0);
	assert_int_equal(scene.ready, 1);
	assert_false(scene.server.signed_register);
}

static void test_it_goes_on_while_its_credentials_are_good(void **unused)
{
	(void)unused;
	begin_manager();
	until(&scene.ready, 1);
	scene.server.renewal_status = 400;
	scene.server.register_status = 403;
	until(&scene.server.registers, 6);
	assert_int_equal(scene.refused, 0);
	assert_true(scene.server.now_ms < START_MS + HOUR_MS);
	scene.server.register_status = 0;
	until(&scene.configs, 2);
	scene.server.register_status = 403;
	until(&scene.refused, 1);
	assert_non_null(strstr(scene.why, "403"));
	assert_true(scene.server.now_ms > START_MS + HOUR_MS);
}

static void test_a_machine_that_has_slept_registers_anew(void **unused)
{
	(void)unused;
	begin_manager();
	until(&scene.ready, 1);
	scene.server.now_ms += 30 * HOUR_MS;
	until(&scene.configs, 2);
	assert_int_equal(scene.ready, 1);
}

/* What counts is how long they are good, and not which time it is here. */
static void test_a_clock_that_is_wrong_does_not_matter(void **unused)
{
	static const int64_t ahead[] = { -100 * HOUR_MS, 100 * HOUR_MS };

	for (int i = 0; i < 2; i++) {
		scene.server.ahead_ms = ahead[i];
		scene.server.now_ms = START_MS;
		scene.server.number = 0;
		begin_manager();
		for (int n = 1; n <= 20; n++)
			until(&scene.server.number, n);
		assert_int_equal(scene.server.registers, 1);
		assert_int_in_range(
			scene.server.now_ms - START_MS, 18 * HOUR_MS / 4 * 3, 20 * HOUR_MS);
		assert_int_equal(scene.refused, 0);
		end(unused);
		begin(unused);
	}
}

/* ---- the file ---- */

static void begin_next_life(void)
{
	static const char proof[] = "{\"staticSecret\":\"s\"}";

	close_all();
	struct server server = scene.server;
	tc_responder_stop(scene.responder);
	struct tc_folder folder = scene.folder;
	begin(NULL);
	tc_folder_remove(&scene.folder);
	scene.folder = folder;
	scene.server = server;
	scene.server.registers = scene.server.renewals = 0;
	tc_release(scene.proof);
	assert_ok(tc_json_parse(proof, strlen(proof), &scene.proof, &scene.err), &scene.err);
	open_kept();
}

static void test_the_next_life_goes_on_with_the_secret(void **unused)
{
	(void)unused;
	open_kept();
	begin_manager();
	until(&scene.server.renewals, 2);
	until(&scene.server.number, 3);
	assert_ok(tc_loop_poll(scene.loop, 0, &scene.err), &scene.err);
	for (int turns = 0; turns < 5; turns++)
		assert_ok(tc_loop_poll(scene.loop, 10, &scene.err), &scene.err);
	begin_next_life();
	begin_manager();
	until(&scene.ready, 1);
	assert_int_equal(scene.server.registers, 0);
	assert_true(scene.server.renewals >= 1);
	assert_int_equal(scene.configs, 0);
	assert_true(scene.server.number >= 4);
}

/* The secret was used, and its user died before he wrote the next one down. */
static void test_the_next_life_has_the_proof_when_the_secret_is_used_up(void **unused)
{
	(void)unused;
	open_kept();
	begin_manager();
	until(&scene.ready, 1);
	scene.server.number++;
	begin_next_life();
	begin_manager();
	until(&scene.ready, 1);
	assert_int_equal(scene.server.registers, 1);
	assert_int_equal(scene.configs, 1);
	assert_int_equal(scene.refused, 0);
}

static void test_the_next_life_claims_though_worker_manager_is_down(void **unused)
{
	(void)unused;
	open_kept();
	begin_manager();
	until(&scene.ready, 1);
	begin_next_life();
	scene.server.renewal_status = 503;
	begin_manager();
	until(&scene.ready, 1); /* its credentials are good */
	assert_int_equal(scene.server.registers, 0);
	scene.server.renewal_status = 0;
	until(&scene.server.number, 2);
	assert_int_equal(scene.refused, 0);
}

static void test_a_life_much_later_registers(void **unused)
{
	(void)unused;
	open_kept();
	begin_manager();
	until(&scene.ready, 1);
	begin_next_life();
	scene.server.now_ms += 2 * HOUR_MS;
	begin_manager();
	until(&scene.ready, 1);
	assert_int_equal(scene.server.registers, 1);
	assert_int_equal(scene.server.renewals, 0);
}

/* ---- questions and reports ---- */

static void test_it_is_told_to_stop(void **unused)
{
	(void)unused;
	scene.server.terminate = true;
	begin_manager();
	until(&scene.ready, 1);
	tc__manager_ask(scene.manager, on_answer, &scene);
	until(&scene.answers, 1);
	assert_true(scene.stop);
	assert_string_equal(scene.reason, "as it was told");
}

static void test_that_it_cannot_be_asked_is_no_reason_to_stop(void **unused)
{
	(void)unused;
	begin_manager();
	until(&scene.ready, 1);
	scene.server.ask_status = 500;
	scene.server.terminate = true;
	tc__manager_ask(scene.manager, on_answer, &scene);
	until(&scene.answers, 1);
	assert_false(scene.stop);
	assert_string_equal(scene.reason, "");
	assert_non_null(strstr(scene.trouble, "it cannot be asked whether to stop: "));
	assert_true(scene.server.now_ms - START_MS <= 16000);
}

static void test_a_question_waits_for_credentials(void **unused)
{
	(void)unused;
	begin_manager();
	tc__manager_ask(scene.manager, on_answer, &scene);
	until(&scene.answers, 1);
	assert_int_equal(scene.ready, 1);
	assert_string_equal(scene.server.signer, "worker/1");
}

static void on_report(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	(void)run;
	assert_null(err);
	tc_release(response);
	++*(int *)data;
}

static tc_call *report_call(const struct tc__manager_report *report)
{
	return tc__manager_report_call(scene.client, &worker_names, report, &scene.err);
}

static void test_errors_are_reported(void **unused)
{
	(void)unused;
	struct tc__manager_report report = { "disk-full", NULL, "nothing left on /" };
	int told = 0;
	assert_null(report_call(&report));
	assert_failure(&scene.err, TC_ERROR_ARGUMENT, "title is NULL");
	report.title = "The disk is full";
	report.kind = "DISK";
	assert_null(report_call(&report));
	assert_failure(&scene.err, TC_ERROR_INPUT, "kind");
	report.kind = "disk-full";
	tc_call *call = report_call(&report);
	assert_ok(scene.err.code, &scene.err);
	assert_ok(tc_loop_start(scene.loop, call, on_report, &told, NULL, &scene.err), &scene.err);
	tc_call_free(call);
	until(&told, 1);
	until(&scene.server.reports, 1);
	assert_string_equal(
		scene.server.path, "POST /api/worker-manager/v1/worker-pool-errors/build%2Flinux");
	assert_string_equal(scene.server.report,
		"{\"description\":\"nothing left on /\",\"extra\":{},\"kind\":\"disk-full\","
		"\"title\":\"The disk is "
		"full\",\"workerGroup\":\"rack-1\",\"workerId\":\"machine-7\"}");
}

/* ---- its end ---- */

static void test_it_may_be_freed_at_any_moment(void **unused)
{
	(void)unused;
	for (int turns = 0; turns < 30; turns++) {
		scene.manager = make_manager();
		assert_ok(scene.err.code, &scene.err);
		tc__manager_ask(scene.manager, on_answer, &scene);
		for (int i = 0; i < turns; i++)
			assert_ok(tc_loop_poll(scene.loop, 1, &scene.err), &scene.err);
		tc__manager_free(scene.manager);
		scene.manager = NULL;
		int ready = scene.ready, answers = scene.answers;
		for (int i = 0; i < turns % 5; i++)
			assert_ok(tc_loop_poll(scene.loop, 1, &scene.err), &scene.err);
		assert_int_equal(scene.ready, ready);
		assert_int_equal(scene.answers, answers);
	}
}

static void test_it_may_be_freed_in_a_callback(void **unused)
{
	(void)unused;
	scene.free_when_ready = true;
	begin_manager();
	tc__manager_ask(scene.manager, on_answer, &scene);
	until(&scene.ready, 1);
	for (int i = 0; i < 5; i++)
		assert_ok(tc_loop_poll(scene.loop, 1, &scene.err), &scene.err);
	assert_int_equal(scene.answers, 0);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(test_it_registers_unsigned_and_signs_from_then_on),
		CASE(test_a_refusal_ends_it),
		CASE(test_a_broken_network_is_waited_for),
		CASE(test_a_reply_that_is_none_is_asked_for_again),
		CASE(test_what_is_missing_is_told_at_once),
		CASE(test_it_is_renewed_for_days_in_time_with_the_last_secret),
		CASE(test_a_lost_reply_means_the_proof_again),
		CASE(test_it_goes_on_while_its_credentials_are_good),
		CASE(test_a_machine_that_has_slept_registers_anew),
		CASE(test_a_clock_that_is_wrong_does_not_matter),
		CASE(test_the_next_life_goes_on_with_the_secret),
		CASE(test_the_next_life_has_the_proof_when_the_secret_is_used_up),
		CASE(test_the_next_life_claims_though_worker_manager_is_down),
		CASE(test_a_life_much_later_registers),
		CASE(test_it_is_told_to_stop),
		CASE(test_that_it_cannot_be_asked_is_no_reason_to_stop),
		CASE(test_a_question_waits_for_credentials),
		CASE(test_errors_are_reported),
		CASE(test_it_may_be_freed_at_any_moment),
		CASE(test_it_may_be_freed_in_a_callback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
