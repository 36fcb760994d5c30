/* SPDX-License-Identifier: MPL-2.0 */
/* Every struct that a caller fills and that may grow: those of programs that were built against an
 * older version, and a newer one. */
#include "tests/harness/test.h"

#include "tests/harness/ci.h"
#include "tests/harness/sized.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/artifact_download.h>
#include <taskcluster/artifact_upload.h>
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

#define ROOT "https://tc.invalid"

/* What the functions need besides; nothing is ever sent. */
struct world {
	tc_client *client;
	tc_client *taskcluster; /* knows where its services are */
	tc_call *call, *unused, *events;
	tc_credentials *credentials;
};

static void give_client(struct world *world, const void *options, tc_error *err)
{
	(void)world;
	tc_client_free(tc_client_new(options, err));
}

static void give_call(struct world *world, const void *options, tc_error *err)
{
	tc_call_set_options(world->unused, options, err);
}

static void give_loop(struct world *world, const void *options, tc_error *err)
{
	(void)world;
	tc_loop_free(tc_loop_new(options, err));
}

static void give_seams(struct world *world, const void *seams, tc_error *err)
{
	struct tc_options options = TC_OPTIONS_INIT;

	(void)world;
	options.seams = seams;
	tc_client_free(tc_client_new(&options, err));
}

static void give_seams_to_loop(struct world *world, const void *seams, tc_error *err)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;

	(void)world;
	options.seams = seams;
	tc_loop_free(tc_loop_new(&options, err));
}

static void give_stream(struct world *world, const void *options, tc_error *err)
{
	tc_stream_free(tc_stream_new(world->events, options, err));
}

static void never_heard(void *data, uint64_t run, const tc_json *event)
{
	(void)data;
	(void)run;
	(void)event;
	fail();
}

static void end_silently(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	(void)data;
	(void)run;
	(void)response;
	assert_int_equal(err->code, TC_ERROR_CANCELED);
}

static void give_stream_to_loop(struct world *world, const void *options, tc_error *err)
{
	tc_loop *loop = tc_loop_new(NULL, NULL);

	tc_stream_start(loop, world->events, options, never_heard, end_silently, NULL, NULL, err);
	tc_loop_free(loop);
}

static void give_transfer(struct world *world, const void *options, tc_error *err)
{
	tc_call_free(tc_transfer_new(world->client, "GET", ROOT, options, err));
}

static void give_call_at(struct world *world, const void *options, tc_error *err)
{
	tc_call_free(tc_call_at(world->taskcluster, "GET", "/", options, err));
}

static void give_source(struct world *world, const void *source, tc_error *err)
{
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;

	options.body = source;
	tc_call_free(tc_transfer_new(world->client, "PUT", ROOT, &options, err));
}

static void give_pages(struct world *world, const void *options, tc_error *err)
{
	tc_pages_free(tc_pages_new(world->call, options, err));
}

static void give_items(struct world *world, const void *options, tc_error *err)
{
	tc_items_free(tc_items_new(world->call, options, err));
}

static void give_batch(struct world *world, const void *options, tc_error *err)
{
	(void)world;
	tc_batch_perform(NULL, 0, options, NULL, err);
}

static void give_sink(struct world *world, const void *sink, tc_error *err)
{
	tc_call_download(world->call, sink, NULL, err);
}

static void never_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	(void)data;
	(void)run;
	(void)response;
	(void)err;
	fail();
}

static void give_sink_to_loop(struct world *world, const void *sink, tc_error *err)
{
	tc_loop *loop = tc_loop_new(NULL, NULL);

	tc_loop_download(loop, world->call, sink, never_done, NULL, NULL, err);
	tc_loop_free(loop);
}

static void give_temporary(struct world *world, const void *temporary, tc_error *err)
{
	tc_credentials_free(tc_credentials_temporary(world->credentials, temporary, err));
}

static void give_task(struct world *world, const void *options, tc_error *err)
{
	(void)world;
	tc_wait_task(NULL, "fN1SbArXTPSVFUUvaOlinQ", options, NULL, err);
}

static void give_group(struct world *world, const void *options, tc_error *err)
{
	(void)world;
	tc_wait_group(NULL, "fN1SbArXTPSVFUUvaOlinQ", options, NULL, err);
}

static void give_news(struct world *world, const void *news, tc_error *err)
{
	struct tc_wait_options options = TC_WAIT_OPTIONS_INIT;

	options.news = news;
	give_task(world, &options, err);
}

static const struct tc_artifact artifact = {
	.task_id = "fN1SbArXTPSVFUUvaOlinQ", .run_id = "0", .name = "a"
};

static void never_uploaded(void *data, const struct tc_uploaded *result, const tc_error *err)
{
	(void)data;
	(void)result;
	assert_int_equal(err->code, TC_ERROR_CANCELED);
}

static void give_upload(struct world *world, const void *options, tc_error *err)
{
	const struct tc_source from = TC_SOURCE_INIT;
	tc_loop *loop = tc_loop_new(NULL, NULL);

	tc_loop_upload_artifact(loop, world->taskcluster, &artifact, &from, options, never_uploaded,
		NULL, NULL, err);
	tc_loop_free(loop);
}

static void give_upload_source(struct world *world, const void *from, tc_error *err)
{
	tc_loop *loop = tc_loop_new(NULL, NULL);

	tc_loop_upload_artifact(
		loop, world->taskcluster, &artifact, from, NULL, never_uploaded, NULL, NULL, err);
	tc_loop_free(loop);
}

static void give_create(struct world *world, const void *options, tc_error *err)
{
	tc_create_artifact(world->taskcluster, &artifact, options, err);
}

static void never_downloaded(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	(void)data;
	(void)result;
	assert_int_equal(err->code, TC_ERROR_CANCELED);
}

static void start_download(struct world *world, const struct tc_target *target,
	const struct tc_download_options *options, tc_error *err)
{
	tc_loop *loop = tc_loop_new(NULL, NULL);

	tc_loop_download_artifact(loop, world->taskcluster, &artifact, target, options,
		never_downloaded, NULL, NULL, err);
	tc_loop_free(loop);
}

static void give_download(struct world *world, const void *options, tc_error *err)
{
	const struct tc_target target = TC_TARGET_INIT;

	start_download(world, &target, options, err);
}

static void give_target(struct world *world, const void *target, tc_error *err)
{
	start_download(world, target, NULL, err);
}

static void give_download_sink(struct world *world, const void *sink, tc_error *err)
{
	struct tc_target target = TC_TARGET_INIT;

	target.sink = sink;
	start_download(world, &target, NULL, err);
}

static void never_saved(void *data, const struct tc_folder_counts *counts, const tc_error *err)
{
	(void)data;
	(void)counts;
	assert_int_equal(err->code, TC_ERROR_CANCELED);
}

static void give_folder(struct world *world, const void *options, tc_error *err)
{
	const struct tc_artifact all = { .task_id = artifact.task_id, .run_id = "0" };
	tc_loop *loop = tc_loop_new(NULL, NULL);

	tc_loop_download_artifacts(loop, world->taskcluster, &all, "/tmp/tc-options-never-made",
		options, never_saved, NULL, NULL, err);
	tc_loop_free(loop);
	rmdir("/tmp/tc-options-never-made");
}

static void never_begun(void *data, tc_task *task)
{
	(void)data;
	(void)task;
	fail();
}

static void never_aborted(void *data, tc_task *task, enum tc_abort why)
{
	(void)why;
	never_begun(data, task);
}

static void give_worker(struct world *world, const void *options, tc_error *err)
{
	tc_worker_free(tc_worker_new(NULL, world->taskcluster, options, err));
}

static void give_worker_pool(struct world *world, const void *pool, tc_error *err)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;

	options.task_queue_id = "p/w";
	options.worker_group = options.worker_id = "w";
	options.start = never_begun;
	options.abort = never_aborted;
	options.pool = pool;
	give_worker(world, &options, err);
}

static void give_trust(struct world *world, const void *options, tc_error *err)
{
	char *text = NULL;

	(void)world;
	tc_trust_make(options, &text, NULL, err);
}

static void give_verify(struct world *world, const void *options, tc_error *err)
{
	tc_trust_verify(world->taskcluster, options, NULL, err);
}

/* What a struct that is zero, and taken, leads to. */
#define FINE ""
#define NO_CLIENT "client is NULL"
#define NO_BEGIN "news.begin is NULL"
#define NO_WRITE "sink: write is NULL"
#define NO_WRITE_TO "target.sink->write is NULL"
#define NO_QUEUE "options.task_queue_id is NULL"
#define NO_PROVIDER "pool.provider_id is NULL"
#define NO_KIND "exactly one of options.url"
#define NO_TASK "task_id is NULL"

#define STRUCT(type) sizeof(struct type)
static const struct tc_sized_case cases[] = {
	{ give_client, STRUCT(tc_options), "options", "TC_OPTIONS_INIT", FINE },
	{ give_call, STRUCT(tc_call_options), "options", "TC_CALL_OPTIONS_INIT", FINE },
	{ give_loop, STRUCT(tc_loop_options), "options", "TC_LOOP_OPTIONS_INIT", FINE },
	{ give_seams, STRUCT(tc_seams), "seams", "TC_SEAMS_INIT", FINE },
	{ give_seams_to_loop, STRUCT(tc_seams), "seams", "TC_SEAMS_INIT", FINE },
	{ give_stream, STRUCT(tc_stream_options), "options", "TC_STREAM_OPTIONS_INIT", FINE },
	{ give_stream_to_loop, STRUCT(tc_stream_options), "options", "TC_STREAM_OPTIONS_INIT",
		FINE },
	{ give_transfer, STRUCT(tc_transfer_options), "options", "TC_TRANSFER_OPTIONS_INIT", FINE },
	{ give_call_at, STRUCT(tc_call_at_options), "options", "TC_CALL_AT_OPTIONS_INIT", FINE },
	{ give_source, STRUCT(tc_source), "body", "TC_SOURCE_INIT", FINE },
	{ give_pages, STRUCT(tc_pages_options), "options", "TC_PAGES_OPTIONS_INIT", FINE },
	{ give_items, STRUCT(tc_pages_options), "options", "TC_PAGES_OPTIONS_INIT", FINE },
	{ give_batch, STRUCT(tc_batch_options), "options", "TC_BATCH_OPTIONS_INIT", FINE },
	{ give_sink, STRUCT(tc_sink), "sink", "TC_SINK_INIT", NO_WRITE },
	{ give_sink_to_loop, STRUCT(tc_sink), "sink", "TC_SINK_INIT", NO_WRITE },
	{ give_temporary, STRUCT(tc_temporary), "temporary", "TC_TEMPORARY_INIT", FINE },
	{ give_task, STRUCT(tc_wait_options), "options", "TC_WAIT_OPTIONS_INIT", NO_CLIENT },
	{ give_group, STRUCT(tc_wait_options), "options", "TC_WAIT_OPTIONS_INIT", NO_CLIENT },
	{ give_news, STRUCT(tc_news), "news", "TC_NEWS_INIT", NO_BEGIN },
	{ give_upload, STRUCT(tc_upload_options), "options", "TC_UPLOAD_OPTIONS_INIT", FINE },
	{ give_upload_source, STRUCT(tc_source), "source", "TC_SOURCE_INIT", FINE },
	{ give_create, STRUCT(tc_create_options), "options", "TC_CREATE_OPTIONS_INIT", NO_KIND },
	{ give_download, STRUCT(tc_download_options), "options", "TC_DOWNLOAD_OPTIONS_INIT", FINE },
	{ give_target, STRUCT(tc_target), "target", "TC_TARGET_INIT", FINE },
	{ give_download_sink, STRUCT(tc_sink), "sink", "TC_SINK_INIT", NO_WRITE_TO },
	{ give_worker, STRUCT(tc_worker_options), "options", "TC_WORKER_OPTIONS_INIT", NO_QUEUE },
	{ give_worker_pool, STRUCT(tc_worker_pool), "pool", "TC_WORKER_POOL_INIT", NO_PROVIDER },
	{ give_folder, STRUCT(tc_folder_options), "options", "TC_FOLDER_OPTIONS_INIT", FINE },
	{ give_trust, STRUCT(tc_trust_options), "options", "TC_TRUST_OPTIONS_INIT", NO_TASK },
	{ give_verify, STRUCT(tc_trust_verify_options), "options", "TC_TRUST_VERIFY_OPTIONS_INIT",
		NO_TASK },
};
#define COUNT (sizeof cases / sizeof *cases)

static void older_ones_are_taken(void **state)
{
	tc_sized_older_are_taken(*state, cases, COUNT);
}

static void newer_ones_must_not_set_what_is_unknown(void **state)
{
	tc_sized_newer_must_not_set(*state, cases, COUNT);
}

static void a_size_that_was_not_set_is_told(void **state)
{
	tc_sized_unset_is_told(*state, cases, COUNT);
}

/* What fills a struct for its caller writes nothing behind the size that it was told. */
static void what_is_filled_stays_within_its_size(void **state)
{
	struct tc_source source = { .size = offsetof(struct tc_source, data), .data = &source };
	struct tc_source unset = { .length = 7 };
	struct tc_sink sink = { .size = offsetof(struct tc_sink, silence_ms), .silence_ms = 7 };
	tc_error err = TC_ERROR_INIT;
	struct tc_worker_stats stats = { .size = offsetof(struct tc_worker_stats, queued_ms),
		.queued_ms = 7,
		.last_claim_ms = 7 };
	FILE *file = tmpfile();

	(void)state;
	tc_worker_read_stats(NULL, &stats);
	assert_int_equal(stats.size, offsetof(struct tc_worker_stats, queued_ms));
	assert_int_equal(stats.queued_ms, 7);
	assert_int_equal(stats.last_claim_ms, 7);
	assert_non_null(file);
	tc_source_memory(&source, "abc", 3);
	assert_int_equal(source.length, 3);
	assert_int_equal(source.size, offsetof(struct tc_source, data));
	assert_ptr_equal(source.data, &source);
	assert_ok(tc_source_fd(&source, fileno(file), &err), &err);
	assert_int_equal(source.fd, fileno(file));
	assert_null(source.bytes);
	assert_ptr_equal(source.data, &source);
	tc_sink_fd(&sink, fileno(file));
	assert_non_null(sink.write);
	assert_int_equal(sink.size, offsetof(struct tc_sink, silence_ms));
	assert_int_equal(sink.silence_ms, 7);

	tc_source_memory(&unset, "abc", 3);
	assert_int_equal(unset.length, 7);
	assert_int_equal(tc_source_fd(&unset, fileno(file), &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "begin with TC_SOURCE_INIT");
	fclose(file);
}

static int open_world(void **state)
{
	static struct world world;
	struct tc_options options = TC_OPTIONS_INIT;

	options.base_url = ROOT "/{service}";
	world.client = tc_client_new(&options, NULL);
	options.root_url = ROOT;
	world.taskcluster = tc_client_new(&options, NULL);
	world.call = tc_generated_call(world.client, CI(BY_TOKEN), NULL, NULL, NULL);
	world.unused = tc_generated_call(world.client, CI(BY_TOKEN), NULL, NULL, NULL);
	world.events = tc_generated_call(world.client, CI(LISTEN), NULL, NULL, NULL);
	world.credentials = tc_credentials_new("me", "0123456789", NULL, NULL);
	assert_non_null(world.call);
	assert_non_null(world.credentials);
	*state = &world;
	return 0;
}

static int close_world(void **state)
{
	struct world *world = *state;

	tc_call_free(world->call);
	tc_call_free(world->unused);
	tc_call_free(world->events);
	tc_client_free(world->client);
	tc_client_free(world->taskcluster);
	tc_credentials_free(world->credentials);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_ones_are_taken),
		cmocka_unit_test(newer_ones_must_not_set_what_is_unknown),
		cmocka_unit_test(a_size_that_was_not_set_is_told),
		cmocka_unit_test(what_is_filled_stays_within_its_size),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
