/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A task's 2,000 small artifacts into a folder, 10 at a time, beside a loop of calls: as many in
 * flight, and for each artifact the same two requests and the same file, which is written, hashed
 * and renamed with no care at all. At the sandbox, alone and, in the rig, as in production; and at
 * a server that costs next to nothing, where all that a file costs shows, also beside calls whose
 * bytes stay in memory.
 */
#include "tests/harness/test.h"

#include "tests/bench/bare_file.h"
#include "tests/bench/measure.h"
#include "tests/bench/scratch.h"
#include "tests/bench/store.h"
#include "tests/harness/rig.h"
#include "tests/workflows/world.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <taskcluster/queue.h>
#include <taskcluster/transfer.h>

#define FILES ((size_t)2000)
#define SIZE 10240
#define IN_FLIGHT 10
#define LIMIT 1.50 /* CPU of this process */

struct sides {
	tc_client *client;
	tc_loop *loop; /* of the calls */
	struct tc_artifact run;
	const char *folder;
	size_t folders;   /* that were made */
	bool writes;      /* the calls write files, too: */
	char target[300]; /* a folder */
	size_t next;
	size_t got; /* whole artifacts */
};

/* Each run has a folder of its own; all are removed at the end. */
static void name_folder(struct sides *sides)
{
	snprintf(sides->target, sizeof sides->target, "%s/%zu", sides->folder, sides->folders++);
}

/* ---- the folder ---- */

static void download_folder(void *data)
{
	struct sides *sides = data;
	struct tc_folder_options options = TC_FOLDER_OPTIONS_INIT;
	struct tc_folder_counts counts;
	tc_error err = TC_ERROR_INIT;

	name_folder(sides);
	options.in_flight = IN_FLIGHT;
	assert_ok(tc_download_artifacts(
			  sides->client, &sides->run, sides->target, &options, &counts, &err),
		&err);
	assert_int_equal(counts.saved, FILES);
	assert_int_equal(counts.bytes, FILES * SIZE);
}

/* ---- the calls ---- */

static void start_next(struct sides *sides);

static void start(struct sides *sides, tc_call *call, tc_done_fn *then, tc_error *err)
{
	assert_ok(err->code, err);
	assert_ok(tc_loop_start(sides->loop, call, then, sides, NULL, err), err);
	tc_call_free(call);
}

static void took_bytes(void *data, uint64_t id, tc_response *response, const tc_error *failure)
{
	struct sides *sides = data;
	size_t length = 0;

	(void)id;
	const char *bytes = failure ? NULL : tc_response_body(response, &length);
	if (sides->writes)
		bare_file_write(sides->target, sides->got, bytes, length);
	sides->got += length == SIZE;
	tc_release(response);
	start_next(sides);
}

static void took_place(void *data, uint64_t id, tc_response *response, const tc_error *failure)
{
	struct sides *sides = data;
	tc_error err = TC_ERROR_INIT;

	(void)id;
	assert_null(failure);
	struct tc_queue_artifact_content_response *content =
		tc_queue_artifact_reply(response, &err);
	tc_release(response);
	assert_ok(err.code, &err);
	tc_call *call = tc_transfer_new(sides->client, "GET", content->s3.url, NULL, &err);
	start(sides, call, took_bytes, &err);
	tc_release(content);
}

static void start_next(struct sides *sides)
{
	tc_error err = TC_ERROR_INIT;
	char name[32];

	if (sides->next == FILES)
		return;
	snprintf(name, sizeof name, "public/%05zu", sides->next++);
	tc_call *call = tc_queue_artifact_call(
		sides->client, sides->run.task_id, sides->run.run_id, name, &err);
	start(sides, call, took_place, &err);
}

static void run_calls(void *data)
{
	struct sides *sides = data;
	tc_error err = TC_ERROR_INIT;

	sides->next = sides->got = 0;
	name_folder(sides);
	if (sides->writes && mkdir(sides->target, 0700) != 0)
		fail_msg("%s cannot be made", sides->target);
	for (int i = 0; i < IN_FLIGHT; i++)
		start_next(sides);
	assert_ok(tc_loop_run(sides->loop, &err), &err);
	assert_int_equal(sides->got, FILES);
}

/* ---- measuring ---- */

static bool measure(const char *label, struct sides *sides, double limit)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	const struct measure_side ours = { "folder", download_folder, sides };
	const struct measure_side bare = { "calls", run_calls, sides };
	tc_error err = TC_ERROR_INIT;

	options.in_flight = IN_FLIGHT;
	sides->loop = tc_loop_new(&options, &err);
	assert_ok(err.code, &err);
	struct measure_result result = measure_pair(&ours, &bare, FILES);
	bool ok = measure_print(label, &result, limit);
	printf("%-28s %.0f requests a second, the calls %.0f\n", label, 2e9 / result.ours_ns,
		2e9 / result.bare_ns);
	fflush(stdout);
	tc_loop_free(sides->loop);
	return ok;
}

static tc_client *new_client(const char *root_url, const char *id, const char *token)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_new(id, token, NULL, &err);

	options.root_url = root_url;
	options.credentials = credentials;
	tc_client *client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	tc_credentials_free(credentials);
	return client;
}

/* A server that keeps its bytes in memory, as the files are. */
static void open_world(struct world *world, const struct scratch *scratch)
{
	char stored[300], bytes[SIZE], name[32];
	const char *arguments[] = { "--data", stored, NULL };

	snprintf(stored, sizeof stored, "%s/stored", scratch->folder);
	assert_int_equal(mkdir(stored, 0700), 0);
	*world = (struct world){ .server = tc_test_server_start_unchecked(arguments) };
	world->client = new_client(
		world->server->root_url, world->server->client_id, world->server->access_token);
	world_new_task(world);
	scratch_read(scratch, bytes, sizeof bytes);
	for (size_t i = 0; i < FILES; i++) {
		snprintf(name, sizeof name, "public/%05zu", i);
		world_upload(world, name, TC_STORAGE_S3, bytes, sizeof bytes);
	}
	world_complete(world);
}

static bool measure_sandbox(const struct scratch *scratch)
{
	struct world world;

	open_world(&world, scratch);
	struct sides sides = { .client = world.client,
		.run = { .task_id = world.task_id, .run_id = world.run_id },
		.folder = scratch->folder,
		.writes = true };
	bool ok = measure(tc_rig() ? "folder.rig" : "folder.sandbox", &sides, LIMIT);
	tc_client_free(world.client);
	tc_test_server_stop(world.server);
	return ok;
}

static bool measure_store(const struct scratch *scratch)
{
	const struct tc_store_options options = {
		.fd = scratch->fd, .size = SIZE, .listed = FILES
	};
	struct tc_store *store = tc_store_fork(&options);
	struct sides sides = { .client =
				       new_client(tc_store_url(store), "project/worker", "secret"),
		.run = { .task_id = TC_STORE_TASK, .run_id = "0" },
		.folder = scratch->folder,
		.folders = 1000 };

	measure("folder.store, no files", &sides, 0);
	sides.writes = true;
	bool ok = measure("folder.store", &sides, LIMIT);
	tc_client_free(sides.client);
	tc_store_stop(store);
	return ok;
}

int main(void)
{
	static struct scratch scratch; /* for exit() */

	scratch_open(&scratch, SIZE);
	scratch_cut(&scratch, SIZE);
	bool ok = measure_sandbox(&scratch);
	if (!tc_rig())
		ok = measure_store(&scratch) && ok;
	return !ok;
}
