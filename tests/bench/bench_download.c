/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A large body through a sink, beside a bare libcurl easy call that only counts its bytes; and how
 * much memory it takes.
 */
#include "tests/harness/test.h"

#include "tests/bench/bare_call.h"
#include "tests/bench/measure.h"
#include "tests/harness/fake.h"
#include "tests/harness/responder.h"
#include <stdio.h>
#include <stdlib.h>
#include <taskcluster/download.h>

#define SIZE ((size_t)32 * 1024 * 1024)
#define LIMIT 1.15
#define PEAK_KIB 16384

static char *large;

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	(void)request;
	reply->body = large;
	reply->body_length = SIZE;
}

struct sides {
	tc_call *call;
	struct bare_call *bare;
	size_t received;
};

static int count(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct sides *sides = data;

	(void)bytes;
	(void)err;
	sides->received += length;
	return TC_OK;
}

static void run_ours(void *data)
{
	struct sides *sides = data;
	struct tc_sink sink = TC_SINK_INIT;
	tc_error err = TC_ERROR_INIT;

	sink.write = count;
	sink.data = sides;
	sides->received = 0;
	if (tc_call_download(sides->call, &sink, NULL, &err) != TC_OK || sides->received != SIZE)
		fail_msg("%zu bytes: %s", sides->received, tc_error_text(&err));
}

static void run_bare(void *data)
{
	const struct sides *sides = data;
	size_t before = bare_call_bytes(sides->bare);

	bare_call_perform(sides->bare);
	assert_int_equal(bare_call_bytes(sides->bare) - before, SIZE);
}

int main(void)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	/* the body is the responder's alone */
	large = calloc(1, SIZE);
	struct tc_responder *responder = tc_responder_fork(answer, NULL);
	free(large);
	options.root_url = tc_responder_url(responder);
	tc_client *client = tc_client_new(&options, &err);
	tc_call *call = tc_generated_call(client, TC_FAKE_OPERATION(READ_BYTES), NULL, NULL, &err);
	assert_ok(err.code, &err);
	struct sides sides = { .call = call };
	sides.bare = bare_call_new(tc_call_url(call), "Accept: */*", NULL);
	const struct measure_side ours = { "ours", run_ours, &sides };
	const struct measure_side bare = { "bare", run_bare, &sides };
	struct measure_result result = measure_pair(&ours, &bare, SIZE / (1024 * 1024));
	bool ok = measure_print("download.MiB", &result, LIMIT);
	ok = measure_value(
		     "download.memory", (double)measure_peak_kib(), "KiB at the peak", PEAK_KIB) &&
		ok;

	bare_call_free(sides.bare);
	tc_call_free(call);
	tc_client_free(client);
	tc_responder_stop(responder);
	return !ok;
}
