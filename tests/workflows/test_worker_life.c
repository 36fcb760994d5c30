/* SPDX-License-Identifier: MPL-2.0 */
/* Whole workers on the sandbox: in a pool, and one after the other with the same state file. */
#define _XOPEN_SOURCE 700 /* setrlimit, kill */

#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "tests/workflows/workshop.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <taskcluster/date.h>
#include <taskcluster/queue.h>
#include <taskcluster/worker_manager.h>
#include <unistd.h>

#define POOL "test/worker"
#define SECRET "aaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbb"

static struct workshop shop;
static struct tc_folder folder;
static int64_t config_number;

static int end(void **state)
{
	(void)state;
	shop_close(&shop);
	tc_folder_remove(&folder);
	return 0;
}

static int begin(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	tc_folder_make(&folder);
	return 0;
}

static const tc_json *parse(const char *text)
{
	const tc_json *json = NULL;

	assert_ok(tc_json_parse(text, strlen(text), &json, &shop.err), &shop.err);
	return json;
}

/* ---- in a pool ---- */

static void make_pool(const char *config)
{
	const tc_json *json = parse(config);
	const struct tc_worker_manager_create_worker_pool_request pool = { .config = json,
		.description = "d",
		.owner = "o@example.com",
		.provider_id = "static" };
	const struct tc_worker_manager_create_worker_request_provider_info info = { SECRET };
	char later[TC_DATE_SIZE];

	assert_ok(tc_from_now("1 day", NULL, later, &shop.err), &shop.err);
	const struct tc_worker_manager_create_worker_request worker = { .expires = later,
		.provider_info = &info };
	assert_ok(tc_worker_manager_create_worker_pool(shop.boss, POOL, &pool, NULL, &shop.err),
		&shop.err);
	assert_ok(tc_worker_manager_create_worker(
			  shop.boss, POOL, "group", "worker", &worker, NULL, &shop.err),
		&shop.err);
	tc_release(json);
}

static void on_config(void *data, const tc_json *config)
{
	assert_ptr_equal(data, &shop);
	assert_true(tc_json_int64(tc_json_get(config, "number"), &config_number));
}

static void begin_in_pool(const char *secret)
{
	char text[128];
	struct tc_worker_pool pool = TC_WORKER_POOL_INIT;

	snprintf(text, sizeof text, "{\"staticSecret\":\"%s\"}", secret);
	const tc_json *proof = parse(text);
	pool.provider_id = "static";
	pool.proof = proof;
	pool.registered = on_config;
	shop.options.pool = &pool;
	shop_begin(&shop);
	shop.options.pool = NULL;
	tc_release(proof);
}

static void test_a_worker_of_a_pool_works_until_it_is_removed(void **unused)
{
	(void)unused;
	make_pool("{\"workerConfig\":{\"number\":7}}");
	config_number = 0;
	/* what it claims it claims as the pool's worker */
	tc_client_set_credentials(shop.client, NULL);
	shop_tasks(&shop, 3);
	begin_in_pool(SECRET);
	shop_until_ended(&shop, 3);
	assert_int_equal(config_number, 7);
	for (size_t i = 0; i < 3; i++)
		assert_true(shop.jobs[i].reported);
	assert_ok(tc_worker_report_error(
			  shop.worker, "disk-full", "The disk is full", "really", &shop.err),
		&shop.err);
	assert_ok(tc_worker_manager_remove_worker(
			  shop.boss, POOL, "group", "worker", NULL, &shop.err),
		&shop.err);
	shop_until_end(&shop);
	assert_int_equal(shop.end, TC_END_MANAGER);
	assert_non_null(strstr(shop.log, "worker-manager wants this worker to stop: "));
}

static void test_a_wrong_proof_is_refused(void **unused)
{
	(void)unused;
	make_pool("{}");
	begin_in_pool("ccccccccccccccccccccccbbbbbbbbbbbbbbbbbbbbbb");
	shop_until_end(&shop);
	assert_int_equal(shop.end, TC_END_REFUSED);
	assert_non_null(strstr(shop.end_error, "bad staticSecret"));
}

static void test_a_short_registration_is_renewed_while_tasks_run(void **unused)
{
	(void)unused;
	make_pool("{\"workerConfig\":{\"number\":1},"
		  "\"lifecycle\":{\"reregistrationTimeout\":2}}");
	shop.on_start = job_wait;
	shop_task(&shop);
	begin_in_pool(SECRET);
	shop_until_begun(&shop, 1);
	shop_poll(&shop, 2500);
	job_complete(&shop.jobs[0]);
	shop.on_start = NULL;
	shop_task(&shop);
	shop_until_ended(&shop, 2);
	assert_int_equal(shop.ends, 0);
	assert_true(shop.jobs[1].reported);
	assert_null(strstr(shop.log, "2 "));
}

static void test_a_pools_worker_that_died_goes_on_with_its_registration(void **unused)
{
	(void)unused;
	make_pool("{\"workerConfig\":{\"number\":7}}");
	shop.options.state_path = tc_folder_path(&folder, "state");
	shop.on_start = job_wait;
	shop_task(&shop);
	begin_in_pool(SECRET);
	shop_until_begun(&shop, 1);
	tc_worker_free(shop.worker);
	assert_true(tc_folder_has(&folder, "state"));
	shop.on_start = NULL;
	config_number = 0;
	begin_in_pool("ccccccccccccccccccccccbbbbbbbbbbbbbbbbbbbbbb"); /* it is not needed */
	shop_until_ended(&shop, 1);                                    /* the task once more */
	assert_int_equal(config_number, 0);
	tc_worker_stop(shop.worker, TC_STOP_FINISH);
	shop_until_end(&shop);
	assert_int_equal(shop.end, TC_END_STOPPED);
	assert_false(tc_folder_has(&folder, "state"));
}

/* Its end waits for it. */
static void test_an_error_that_is_told_before_a_stop_arrives(void **unused)
{
	struct tc_worker_manager_worker_pool_error_list *list = NULL;

	(void)unused;
	shop_close(&shop);
	shop_open(&shop, "--fault", "stall=400:only=worker-manager.reportWorkerError", NULL);
	make_pool("{}");
	shop_begin(&shop);
	shop_poll(&shop, 50);
	assert_ok(tc_worker_report_error(
			  shop.worker, "disk-full", "The disk is full", "really", &shop.err),
		&shop.err);
	tc_worker_stop(shop.worker, TC_STOP_ABORT);
	shop_until_end(&shop);
	assert_ok(
		tc_worker_manager_list_worker_pool_errors(shop.boss, POOL, NULL, &list, &shop.err),
		&shop.err);
	assert_int_equal(list->worker_pool_errors_count, 1);
	assert_string_equal(list->worker_pool_errors[0].kind, "disk-full");
	tc_release(list);
}

/* There is nothing to sign it with when it is told. */
static void test_an_error_that_is_told_before_the_registration_arrives(void **unused)
{
	struct tc_worker_manager_worker_pool_error_list *list = NULL;

	(void)unused;
	make_pool("{\"workerConfig\":{\"number\":7}}");
	tc_client_set_credentials(shop.client, NULL);
	begin_in_pool(SECRET);
	assert_ok(tc_worker_report_error(
			  shop.worker, "disk-full", "The disk is full", "really", &shop.err),
		&shop.err);
	shop_poll(&shop, 500);
	tc_worker_stop(shop.worker, TC_STOP_ABORT);
	shop_until_end(&shop);
	assert_null(strstr(shop.log, "an error cannot be reported"));
	assert_ok(
		tc_worker_manager_list_worker_pool_errors(shop.boss, POOL, NULL, &list, &shop.err),
		&shop.err);
	assert_int_equal(list->worker_pool_errors_count, 1);
	tc_release(list);
}

static void test_an_error_of_a_worker_that_is_refused_is_told_as_lost(void **unused)
{
	(void)unused;
	make_pool("{}");
	begin_in_pool("ccccccccccccccccccccccbbbbbbbbbbbbbbbbbbbbbb");
	assert_ok(tc_worker_report_error(
			  shop.worker, "disk-full", "The disk is full", "really", &shop.err),
		&shop.err);
	shop_until_end(&shop);
	assert_int_equal(shop.end, TC_END_REFUSED);
	assert_non_null(strstr(shop.log, "an error cannot be reported"));
}

/* ---- one after the other ---- */

static void die(void)
{
	tc_worker_free(shop.worker); /* no word to the queue: as a crash for it */
	shop.worker = NULL;
	shop.count = shop.ended = 0;
	memset(shop.jobs, 0, sizeof shop.jobs);
}

/* A process of the first job's; it ends with this one at the latest. */
static pid_t begin_process(void)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpgid(0, 0);
		for (int fd = 0; fd < 1024;
			fd++) /* as exec would: the file's lock is one of them */
			close(fd);
		for (;;)
			pause();
	}
	setpgid(child, child);
	assert_ok(tc_task_note_process(shop.jobs[0].task, child, &shop.err), &shop.err);
	return child;
}

static void check_run(const char *task_id, int run, const char *expected)
{
	assert_string_equal(shop_run(&shop, task_id, run), expected);
}

static void test_a_task_of_a_dead_worker_is_given_back(void **unused)
{
	char id[TC_SLUGID_SIZE];

	(void)unused;
	shop.options.state_path = tc_folder_path(&folder, "state");
	shop.on_start = job_wait;
	snprintf(id, sizeof id, "%s", shop_task(&shop));
	shop_begin(&shop);
	shop_until_begun(&shop, 1);
	pid_t child = begin_process();
	die();
	check_run(id, 0, "running -");
	shop.on_start = NULL;
	shop_begin(&shop);
	shop_until_ended(&shop, 1);
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	check_run(id, 0, "exception worker-shutdown");
	check_run(id, 1, "completed completed");
	tc_worker_stop(shop.worker, TC_STOP_FINISH);
	shop_until_end(&shop);
	assert_int_equal(tc_folder_count(&folder), 0);
}

/* It had resolved the task, and died before the queue knew. */
static void test_what_a_dead_worker_had_decided_is_told(void **unused)
{
	char id[TC_SLUGID_SIZE];

	(void)unused;
	shop_close(&shop);
	shop_open(&shop, "--fault", "stall=3000:only=queue.reportFailed:times=1", NULL);
	shop.options.state_path = tc_folder_path(&folder, "state");
	shop.on_start = job_wait;
	snprintf(id, sizeof id, "%s", shop_task(&shop));
	shop_begin(&shop);
	shop_until_begun(&shop, 1);
	job_resolve(&shop.jobs[0], TC_TASK_FAILED);
	shop_poll(&shop, 50);
	die();
	shop_begin(&shop);
	int64_t until = tc_test_now_ms() + 6000;
	while (strcmp(shop_run(&shop, id, 0), "failed failed") != 0 && tc_test_now_ms() < until)
		shop_poll(&shop, 20);
	check_run(id, 0, "failed failed");
	check_run(id, 1, "none");
}

static bool refuse_leftover(void *data, tc_task *task)
{
	(void)data;
	(void)task;
	return false;
}

static bool take_leftover(void *data, tc_task *task)
{
	struct job *job = &shop.jobs[shop.count++];

	assert_ptr_equal(data, &shop);
	job->shop = &shop;
	job->task = task;
	job->leftovers = 1;
	snprintf(job->id, sizeof job->id, "%s", tc_task_id(task));
	snprintf(job->run_id, sizeof job->run_id, "%s", tc_task_run_id(task));
	tc_task_set_data(task, job);
	int64_t number = 0;
	assert_true(tc_json_int64(tc_json_at(tc_task_json(task), "/payload/a"), &number));
	assert_int_equal(number, 2);
	assert_non_null(tc_task_definition(task)->deadline);
	assert_true(tc_task_claim_left_ms(task) > 1000000);
	return true;
}

static void test_a_task_of_a_dead_worker_may_be_gone_on_with(void **unused)
{
	char id[TC_SLUGID_SIZE];

	(void)unused;
	shop.options.state_path = tc_folder_path(&folder, "state");
	shop.on_start = job_wait;
	snprintf(id, sizeof id, "%s", shop_task(&shop));
	shop_begin(&shop);
	shop_until_begun(&shop, 1);
	for (int life = 0; life < 3; life++) { /* also one that was taken over before */
		die();
		shop.options.leftover = take_leftover;
		shop_begin(&shop);
		shop_until_begun(&shop, 1);
		assert_string_equal(shop.jobs[0].id, id);
	}
	job_complete(&shop.jobs[0]);
	shop_until_ended(&shop, 1);
	assert_true(shop.jobs[0].reported);
	check_run(id, 0, "completed completed");
	check_run(id, 1, "none");
	tc_worker_stop(shop.worker, TC_STOP_FINISH);
	shop_until_end(&shop);
	assert_int_equal(tc_folder_count(&folder), 0);
}

static void test_a_leftover_that_nobody_wants_is_given_back(void **unused)
{
	char id[TC_SLUGID_SIZE];

	(void)unused;
	shop.options.state_path = tc_folder_path(&folder, "state");
	shop.on_start = job_wait;
	snprintf(id, sizeof id, "%s", shop_task(&shop));
	shop_begin(&shop);
	shop_until_begun(&shop, 1);
	die();
	shop.options.leftover = refuse_leftover;
	shop.on_start = NULL;
	shop_begin(&shop);
	shop_until_ended(&shop, 1);
	check_run(id, 0, "exception worker-shutdown");
	check_run(id, 1, "completed completed");
}

/* Its claim has ended meanwhile: it is the queue's, and what is left of it is killed. */
static void test_a_leftover_that_is_not_ours_any_more_is_forgotten(void **unused)
{
	char id[TC_SLUGID_SIZE];

	(void)unused;
	shop.options.state_path = tc_folder_path(&folder, "state");
	shop.on_start = job_wait;
	snprintf(id, sizeof id, "%s", shop_task(&shop));
	shop_begin(&shop);
	shop_until_begun(&shop, 1);
	pid_t child = begin_process();
	die();
	assert_ok(tc_queue_cancel_task(shop.boss, id, NULL, &shop.err), &shop.err);
	shop.options.leftover = take_leftover;
	shop_begin(&shop);
	int status = 0;
	int64_t until = tc_test_now_ms() + 6000;
	while (waitpid(child, &status, WNOHANG) == 0 && tc_test_now_ms() < until)
		shop_poll(&shop, 10);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(shop.count, 0); /* nobody was asked to go on with it */
	check_run(id, 0, "exception canceled");
	shop_poll(&shop, 100);
	tc_worker_stop(shop.worker, TC_STOP_FINISH);
	shop_until_end(&shop);
	assert_int_equal(tc_folder_count(&folder), 0);
}

static void test_a_second_worker_on_the_file_is_refused(void **unused)
{
	(void)unused;
	shop.options.state_path = tc_folder_path(&folder, "state");
	shop_begin(&shop);
	assert_null(tc_worker_new(shop.loop, shop.client, &shop.options, &shop.err));
	assert_failure(&shop.err, TC_ERROR_SYSTEM, "state is in use by another worker");
	shop_poll(&shop, 50);
	struct tc_worker_options other = shop.options;
	other.worker_id = "another";
	die();
	assert_null(tc_worker_new(shop.loop, shop.client, &other, &shop.err));
	assert_failure(&shop.err, TC_ERROR_ARGUMENT, "belongs to the worker");
	assert_true(tc_folder_has(&folder, "state"));
}

/* What cannot be noted is not begun, and others may have it; nor is it claimed again at once. */
static void test_a_full_disk_gives_tasks_back(void **unused)
{
	struct rlimit before, small;
	char id[TC_SLUGID_SIZE];

	(void)unused;
	shop.options.state_path = tc_folder_path(&folder, "state");
	shop_begin(&shop);
	shop_poll(&shop, 50);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 400;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	snprintf(id, sizeof id, "%s", shop_task(&shop));
	int64_t until = tc_test_now_ms() + 6000;
	while (strcmp(shop_run(&shop, id, 0), "exception worker-shutdown") != 0 &&
		tc_test_now_ms() < until)
		shop_poll(&shop, 20);
	shop_poll(&shop, 300);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0); /* so that failures can be told */
	signal(SIGXFSZ, SIG_DFL);
	check_run(id, 0, "exception worker-shutdown");
	check_run(id, 1, "pending -");
	assert_int_equal(shop.count, 0);
	assert_non_null(strstr(shop.log, "what was claimed cannot be kept"));
	shop_until_ended(&shop, 1); /* there is room again */
	check_run(id, 1, "completed completed");
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(test_a_worker_of_a_pool_works_until_it_is_removed),
		CASE(test_a_wrong_proof_is_refused),
		CASE(test_a_short_registration_is_renewed_while_tasks_run),
		CASE(test_a_pools_worker_that_died_goes_on_with_its_registration),
		CASE(test_an_error_that_is_told_before_a_stop_arrives),
		CASE(test_an_error_that_is_told_before_the_registration_arrives),
		CASE(test_an_error_of_a_worker_that_is_refused_is_told_as_lost),
		CASE(test_a_task_of_a_dead_worker_is_given_back),
		CASE(test_what_a_dead_worker_had_decided_is_told),
		CASE(test_a_task_of_a_dead_worker_may_be_gone_on_with),
		CASE(test_a_leftover_that_nobody_wants_is_given_back),
		CASE(test_a_leftover_that_is_not_ours_any_more_is_forgotten),
		CASE(test_a_second_worker_on_the_file_is_refused),
		CASE(test_a_full_disk_gives_tasks_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
