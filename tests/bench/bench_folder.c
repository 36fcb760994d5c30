/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A task's 2,000 small artifacts into a folder, 10 at a time, beside a bare loop of calls: as many
 * in flight, and for each artifact the same two requests, whose bytes stay in memory.
 */
#include "tests/harness/test.h"

#include "tests/bench/measure.h"
#include "tests/bench/scratch.h"
#include "tests/bench/store.h"
#include <stdio.h>
#include <taskcluster/artifact_download.h>
#include <taskcluster/queue.h>
#include <taskcluster/transfer.h>

#define FILES ((size_t)2000)
#define SIZE 10240
#define IN_FLIGHT 10
#define LIMIT 1.25 /* 80 % of the requests a second */

static const struct tc_artifact run = { .task_id = TC_STORE_TASK, .run_id = "0" };

struct sides {
	tc_client *client;
	tc_loop *loop; /* of the calls */
	const char *folder;
	size_t folders; /* that were made */
	size_t next, ended;
	size_t got; /* whole artifacts */
};

/* ---- the folder ---- */

/* Into a new one each time; all are removed at the end. */
static void download_folder(void *data)
{
	struct sides *sides = data;
	struct tc_folder_options options = TC_FOLDER_OPTIONS_INIT;
	struct tc_folder_counts counts;
	tc_error err = TC_ERROR_INIT;
	char folder[300];

	snprintf(folder, sizeof folder, "%s/%zu", sides->folder, sides->folders++);
	options.in_flight = IN_FLIGHT;
	assert_ok(
		tc_download_artifacts(sides->client, &run, folder, &options, &counts, &err), &err);
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
	if (!failure)
		tc_response_body(response, &length);
	sides->got += length == SIZE;
	sides->ended++;
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
	tc_call *call = tc_queue_artifact_call(sides->client, run.task_id, run.run_id, name, &err);
	start(sides, call, took_place, &err);
}

static void run_calls(void *data)
{
	struct sides *sides = data;
	tc_error err = TC_ERROR_INIT;

	sides->next = sides->ended = sides->got = 0;
	for (int i = 0; i < IN_FLIGHT; i++)
		start_next(sides);
	assert_ok(tc_loop_run(sides->loop, &err), &err);
	assert_int_equal(sides->got, FILES);
}

int main(void)
{
	static struct scratch scratch; /* for exit() */
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_loop_options loop_options = TC_LOOP_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_new("project/a-worker", "secret", NULL, NULL);

	scratch_open(&scratch, SIZE);
	scratch_cut(&scratch, SIZE);
	const struct tc_store_options store_options = {
		.fd = scratch.fd, .size = SIZE, .listed = FILES
	};
	struct tc_store *store = tc_store_fork(&store_options);
	options.root_url = tc_store_url(store);
	options.credentials = credentials;
	struct sides sides = { .client = tc_client_new(&options, &err), .folder = scratch.folder };
	loop_options.in_flight = IN_FLIGHT;
	sides.loop = tc_loop_new(&loop_options, &err);
	assert_ok(err.code, &err);
	const struct measure_side ours = { "folder", download_folder, &sides };
	const struct measure_side bare = { "calls", run_calls, &sides };
	struct measure_result result = measure_pair(&ours, &bare, FILES);
	bool ok = measure_print("folder.file", &result, LIMIT, false);
	printf("%-28s %.0f requests a second, calls alone %.0f\n", "folder.requests",
		2e9 / result.ours_ns, 2e9 / result.bare_ns);
	tc_loop_free(sides.loop);
	tc_client_free(sides.client);
	tc_credentials_free(credentials);
	tc_store_stop(store);
	return !ok;
}
