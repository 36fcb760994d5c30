/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A program with each struct that may grow, built by test_versions.sh against headers of other
 * versions and run with this library, on a sandbox. Against older ones (OLDER is defined) it has no
 * way to be given news, which came with the last members. Against newer headers (NEWER is defined)
 * it also sets what this library cannot know, when it is told "wish".
 */
#include "versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/artifact_download.h>
#include <taskcluster/artifact_upload.h>
#include <taskcluster/auth.h>
#include <taskcluster/batch.h>
#include <taskcluster/call_at.h>
#include <taskcluster/chain_of_trust.h>
#include <taskcluster/download.h>
#include <taskcluster/pages.h>
#include <taskcluster/stream.h>
#include <taskcluster/transfer.h>
#include <taskcluster/wait.h>
#include <taskcluster/worker.h>
#include <unistd.h>

static tc_client *client;

static tc_call *ping(void)
{
	return tc_auth_ping_call(client, NULL);
}

static void use_temporary(const tc_credentials *issuer)
{
	struct tc_temporary temporary = TC_TEMPORARY_INIT;
	const struct tc_credentials_facts *facts = NULL;
	tc_error err = TC_ERROR_INIT;

	temporary.client_id = "tester/of-versions";
	WISH(temporary);
	tc_credentials *made = tc_credentials_temporary(issuer, &temporary, &err);
	if (works("tc_temporary", &err)) {
		tc_credentials_info(made, &facts, NULL);
		expect(facts && facts->expiry_ms - facts->start_ms == 15 * 60 * 1000,
			"a quarter of an hour");
		expect(facts && strcmp(facts->client_id, "tester/of-versions") == 0, "the name");
	}
	tc_release(facts);
	tc_release(made);
}

static void use_options(const tc_credentials *credentials)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.root_url = getenv("TASKCLUSTER_ROOT_URL");
	options.credentials = credentials;
	options.attempts = 2;
	WISH(options);
	tc_client *made = tc_client_new(&options, &err);
	if (works("tc_options", &err))
		tc_auth_ping(made, NULL, &err);
	if (!wishes)
		works("a call", &err);
	tc_release(made);
}

static void use_seams(void)
{
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_seams seams = TC_SEAMS_INIT;
	tc_error err = TC_ERROR_INIT;

	WISH(seams);
	options.root_url = getenv("TASKCLUSTER_ROOT_URL");
	options.seams = &seams;
	tc_client *made = tc_client_new(&options, &err);
	if (works("tc_seams", &err)) {
		tc_auth_ping(made, NULL, &err);
		works("a call by the system's clock", &err);
	}
	tc_release(made);
}

/* The sandbox's ping by its URL, and a body that ping does not take. */
static void use_transfer(void)
{
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_call *call = ping();

	WISH(options);
	tc_call *transfer = tc_transfer_new(client, "GET", tc_call_url(call), &options, &err);
	if (works("tc_transfer_options", &err)) {
		tc_call_perform(transfer, NULL, &err);
		works("the transfer", &err);
	}
	tc_release(transfer);
	tc_release(call);
}

static void use_call_at(void)
{
	struct tc_call_at_options options = TC_CALL_AT_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	WISH(options);
	tc_call *call = tc_call_at(client, "GET", "/api/auth/v1/ping", &options, &err);
	if (works("tc_call_at_options", &err)) {
		tc_call_perform(call, NULL, &err);
		works("the call to a path", &err);
	}
	tc_release(call);
}

static void use_source(void)
{
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	struct tc_source body = TC_SOURCE_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_call *call = ping();

	tc_source_memory(&body, "text", 4);
	WISH(body);
	options.body = &body;
	tc_call *transfer = tc_transfer_new(client, "PUT", tc_call_url(call), &options, &err);
	if (works("tc_source", &err)) {
		tc_call_perform(transfer, NULL, &err);
		expect(err.http_status == 404, "nothing can be put there");
		tc_error_clear(&err);
	}
	tc_release(transfer);
	tc_release(call);
}

/* Of an operation that has no events: what is wrong with the options is told first. */
static void use_stream_options(void)
{
	struct tc_stream_options options = TC_STREAM_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_call *call = ping();

	WISH(options);
	tc_stream *stream = tc_stream_new(call, &options, &err);
	if (!wishes) {
		expect(err.code == TC_ERROR_ARGUMENT && strstr(tc_error_text(&err), "stream"),
			"ping is no stream");
		tc_error_clear(&err);
	}
	works("tc_stream_options", &err);
	tc_release(stream);
	tc_release(call);
}

static void use_call_options(void)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_call *call = ping();

	options.timeout_ms = 20000;
	WISH(options);
	tc_call_set_options(call, &options, &err);
	if (works("tc_call_options", &err)) {
		tc_call_perform(call, NULL, &err);
		works("the call", &err);
	}
	tc_release(call);
}

static void count(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	(void)run;
	*(int *)data += err == NULL;
	tc_release(response);
}

static void use_loop_options(void)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_call *call = ping();
	int done = 0;

	options.in_flight = 2;
	WISH(options);
	tc_loop *loop = tc_loop_new(&options, &err);
	if (works("tc_loop_options", &err)) {
		for (int i = 0; i < 5; i++)
			tc_loop_start(loop, call, count, &done, NULL, NULL);
		tc_loop_run(loop, &err);
		works("the loop", &err);
		expect(done == 5, "five runs");
	}
	tc_release(loop);
	tc_release(call);
}

static void use_pages_options(void)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_auth_list_clients_call(client, NULL, NULL);
	const tc_json *item = NULL;

	options.page_max = 1;
	WISH(options);
	tc_items *items = tc_items_new(call, &options, &err);
	if (works("tc_pages_options", &err)) {
		tc_items_next(items, &item, &err);
		works("the list", &err);
		expect(item != NULL, "there is a client");
	}
	tc_release(items);
	tc_release(call);
}

static void use_batch_options(void)
{
	struct tc_batch_options options = TC_BATCH_OPTIONS_INIT;
	struct tc_batch_result results[2];
	tc_call *calls[] = { ping(), ping() };
	tc_error err = TC_ERROR_INIT;

	options.in_flight = 2;
	WISH(options);
	tc_batch_perform(calls, 2, &options, results, &err);
	if (works("tc_batch_options", &err))
		expect(results[0].response && results[1].response, "two responses");
	tc_batch_clear(results, 2);
	tc_release(calls[0]);
	tc_release(calls[1]);
}

static void use_sink(void)
{
	struct tc_sink sink = TC_SINK_INIT;
	tc_error err = TC_ERROR_INIT;
	FILE *file = tmpfile();
	tc_call *call = ping();
	char first = '\0';

	tc_sink_fd(&sink, fileno(file));
	WISH(sink);
	tc_call_download(call, &sink, NULL, &err);
	if (works("tc_sink", &err))
		expect(pread(fileno(file), &first, 1, 0) == 1 && first == '{', "an object");
	tc_release(call);
	fclose(file);
}

/* The queue is asked for a task that is not there. */
static void use_wait_options(void)
{
	struct tc_wait_options options = TC_WAIT_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.timeout_ms = 20000;
	WISH(options);
	tc_wait_task(client, "fN1SbArXTPSVFUUvaOlinQ", &options, NULL, &err);
	if (!wishes) {
		expect(err.http_status == 404, "the task is not there");
		tc_error_clear(&err);
	}
	works("tc_wait_options", &err);
}

#define TASK "fN1SbArXTPSVFUUvaOlinQ" /* is not there */

/* Without a wish the struct is taken, and the task is missed. */
static void misses_the_task(const char *what, tc_error *err)
{
	if (!wishes) {
		expect(err->http_status == 404, "the task is not there");
		if (err->http_status != 404)
			fprintf(stderr, "%s: %s\n", what, tc_error_text(err));
		tc_error_clear(err);
	}
	works(what, err);
}

static int no_news(void *data, const char *task_id, const char *task_group_id, tc_error *err)
{
	++*(int *)data;
	expect(strcmp(task_id, TASK) == 0 && !task_group_id, "news are wanted of the task");
	return tc_error_set(err, TC_ERROR_NETWORK, "there are none");
}

static int no_descriptor(void *data)
{
	(void)data;
	return -1;
}

static int take_nothing(void *data, tc_error *err)
{
	(void)data;
	(void)err;
	return 0;
}

static void end_nothing(void *data)
{
	(void)data;
}

#ifdef OLDER
static void use_news(void)
{
	struct tc_news news = TC_NEWS_INIT;

	news.begin = no_news;
	news.descriptor = no_descriptor;
	news.take = take_nothing;
	end_nothing(&news);
	expect(news.size == sizeof news, "the size of the news that it knows");
}
#else
static void use_news(void)
{
	struct tc_wait_options options = TC_WAIT_OPTIONS_INIT;
	struct tc_news news = TC_NEWS_INIT;
	tc_error err = TC_ERROR_INIT;
	int begun = 0;

	news.data = &begun;
	news.begin = no_news;
	news.descriptor = no_descriptor;
	news.take = take_nothing;
	news.end = end_nothing;
	options.news = &news;
	WISH(news);
	tc_wait_task(client, TASK, &options, NULL, &err);
	misses_the_task("tc_news", &err);
	expect(begun == !wishes, "news are asked for once");
}
#endif

static void use_upload_options(void)
{
	const struct tc_artifact artifact = { .task_id = TASK, .run_id = "0", .name = "a" };
	struct tc_upload_options options = TC_UPLOAD_OPTIONS_INIT;
	struct tc_source from = TC_SOURCE_INIT;
	tc_error err = TC_ERROR_INIT;

	options.deadline_ms = 20000;
	WISH(options);
	tc_upload_artifact(client, &artifact, &from, &options, NULL, &err);
	misses_the_task("tc_upload_options", &err);
	options = (struct tc_upload_options)TC_UPLOAD_OPTIONS_INIT;
	WISH(from);
	tc_upload_artifact(client, &artifact, &from, &options, NULL, &err);
	misses_the_task("tc_source of an upload", &err);
}

static void use_create_options(void)
{
	const struct tc_artifact artifact = { .task_id = TASK, .run_id = "0", .name = "a" };
	struct tc_create_options options = TC_CREATE_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.link = "b";
	options.deadline_ms = 20000;
	WISH(options);
	tc_create_artifact(client, &artifact, &options, &err);
	misses_the_task("tc_create_options", &err);
}

static void use_download_options(void)
{
	const struct tc_artifact artifact = { .task_id = TASK, .run_id = "0", .name = "a" };
	struct tc_download_options options = TC_DOWNLOAD_OPTIONS_INIT;
	struct tc_target target = TC_TARGET_INIT;
	tc_error err = TC_ERROR_INIT;

	options.deadline_ms = 20000;
	WISH(options);
	tc_download_artifact(client, &artifact, &target, &options, NULL, &err);
	misses_the_task("tc_download_options", &err);
	WISH(target);
	tc_download_artifact(client, &artifact, &target, NULL, NULL, &err);
	misses_the_task("tc_target", &err);
}

static void use_folder_options(void)
{
	const struct tc_artifact artifact = { .task_id = TASK, .run_id = "0" };
	struct tc_folder_options options = TC_FOLDER_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.in_flight = 2;
	WISH(options);
	tc_download_artifacts(client, &artifact, "artifacts", &options, NULL, &err);
	misses_the_task("tc_folder_options", &err);
	rmdir("artifacts");
}

static void never_begun(void *data, tc_task *task)
{
	(void)data;
	(void)task;
	expect(false, "no task");
}

static void never_aborted(void *data, tc_task *task, enum tc_abort why)
{
	(void)why;
	never_begun(data, task);
}

/* Nothing is claimed: it is stopped before it begins. */
static void use_worker_options(void)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
	struct tc_worker_stats stats = TC_WORKER_STATS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.task_queue_id = "versions/none";
	options.worker_group = options.worker_id = "versions";
	options.start = never_begun;
	options.abort = never_aborted;
	options.stop_wait_ms = 1;
	WISH(options);
	tc_worker *worker = tc_worker_new(NULL, client, &options, &err);
	if (works("tc_worker_options", &err)) {
		tc_worker_stop(worker, TC_STOP_FINISH);
		tc_worker_run(worker, &err);
		tc_worker_read_stats(worker, &stats);
		expect(stats.claimed == 0 && stats.busy == 0, "a worker without a task");
		works("tc_worker_stats", &err);
	}
	tc_worker_free(worker);
}

/* Its proof is refused, which it is told when it runs. */
static void use_worker_pool(void)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
	struct tc_worker_pool pool = TC_WORKER_POOL_INIT;
	tc_error err = TC_ERROR_INIT;

	tc_json_parse("{\"staticSecret\":\"none\"}", 23, &pool.proof, &err);
	pool.provider_id = "static";
	options.task_queue_id = "versions/none";
	options.worker_group = options.worker_id = "versions";
	options.start = never_begun;
	options.abort = never_aborted;
	options.pool = &pool;
	WISH(pool);
	tc_worker *worker = tc_worker_new(NULL, client, &options, &err);
	works("tc_worker_pool", &err);
	tc_worker_free(worker);
	tc_release(pool.proof);
}

static void use_trust_options(void)
{
	struct tc_trust_options options = TC_TRUST_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	char *text = NULL;

	tc_json_parse("{}", 2, &options.task, &err);
	options.task_id = TASK;
	options.worker_group = options.worker_id = "w";
	WISH(options);
	tc_trust_make(&options, &text, NULL, &err);
	works("tc_trust_options", &err);
	tc_release(text);
	tc_release(options.task);
}

static void use_trust_verify_options(void)
{
	static const char *const keys[] = { "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" };
	struct tc_trust_verify_options options = TC_TRUST_VERIFY_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.task_id = TASK;
	options.run_id = "0";
	options.public_keys = keys;
	options.public_keys_count = 1;
	WISH(options);
	tc_trust_verify(client, &options, NULL, &err);
	if (!wishes) {
		expect(err.code == TC_ERROR_INPUT, "there is no certificate");
		tc_error_clear(&err);
	}
	works("tc_trust_verify_options", &err);
}

int main(int argc, char **argv)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_from_environment(&err);

	options.root_url = getenv("TASKCLUSTER_ROOT_URL");
	options.credentials = credentials;
	client = tc_client_new(&options, &err);
	if (!credentials || !client) {
		fprintf(stderr, "%s\n", tc_error_text(&err));
		return 1;
	}
	wishes = argc > 1 && strcmp(argv[1], "wish") == 0;
	use_options(credentials);
	use_seams();
	use_transfer();
	use_call_at();
	use_source();
	use_stream_options();
	use_call_options();
	use_loop_options();
	use_pages_options();
	use_batch_options();
	use_sink();
	use_temporary(credentials);
	use_wait_options();
	use_news();
	use_upload_options();
	use_create_options();
	use_download_options();
	use_folder_options();
	use_worker_options();
	use_worker_pool();
	use_trust_options();
	use_trust_verify_options();
	tc_release(client);
	tc_release(credentials);
	return failures != 0;
}
