/* SPDX-License-Identifier: MPL-2.0 */
#include "transfers.h"

#include <taskcluster/loop.h>

tc_client *transfer_client(struct tc_options *options)
{
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_new("me", "my-token", NULL, &err);

	options->size = sizeof *options;
	options->root_url = "https://tc.example.com";
	options->credentials = credentials;
	options->trace_id = "my-trace";
	options->retry_delay_ms = options->retry_delay_ms ? options->retry_delay_ms : 1;
	options->timeout_ms = options->timeout_ms ? options->timeout_ms : 5000;
	tc_client *client = tc_client_new(options, &err);
	assert_ok(err.code, &err);
	tc_credentials_free(credentials);
	return client;
}

/* ---- faces ---- */

struct end {
	tc_response *response;
	tc_error *err;
	bool ended;
};

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct end *end = data;

	(void)run;
	assert_false(end->ended);
	end->ended = true;
	end->response = response;
	if (!err)
		return;
	/* all that a test looks at */
	tc_error_set(end->err, err->code, "%s", tc_error_text(err));
	end->err->http_status = err->http_status;
}

static int run_loop(tc_loop *loop, struct end *end, int rc, tc_response **response, tc_error *err)
{
	if (rc == TC_OK) {
		assert_ok(tc_loop_run(loop, err), err);
		assert_true(end->ended);
		rc = end->err->code;
	}
	if (response && rc == TC_OK)
		*response = end->response;
	else
		tc_release(end->response);
	tc_loop_free(loop);
	return rc;
}

int transfer_perform(enum face face, tc_call *call, tc_response **response, tc_error *err)
{
	struct end end = { .err = err };

	tc_error_clear(err);
	if (face == BLOCKING)
		return tc_call_perform(call, response, err);
	tc_loop *loop = tc_loop_new(NULL, err);
	assert_non_null(loop);
	int rc = tc_loop_start(loop, call, on_done, &end, NULL, err);
	return run_loop(loop, &end, rc, response, err);
}

int transfer_download(enum face face, tc_call *call, const struct tc_sink *sink, tc_error *err)
{
	struct end end = { .err = err };

	tc_error_clear(err);
	if (face == BLOCKING)
		return tc_call_download(call, sink, NULL, err);
	tc_loop *loop = tc_loop_new(NULL, err);
	assert_non_null(loop);
	int rc = tc_loop_download(loop, call, sink, on_done, &end, NULL, err);
	return run_loop(loop, &end, rc, NULL, err);
}

/* ---- a body ---- */

char pattern_at(int64_t place)
{
	return (char)('a' + place % 23 + place / 65536 % 3);
}

static int read_flow(void *data, void *bytes, size_t size, size_t *length, tc_error *err)
{
	struct flow *flow = data;
	char *at = bytes;

	if (flow->fail_at && flow->at >= flow->fail_at)
		return tc_error_set(err, TC_ERROR_SYSTEM, "the disk is gone");
	if (flow->piece && size > flow->piece)
		size = flow->piece;
	if ((int64_t)size > flow->length - flow->at)
		size = (size_t)(flow->length - flow->at);
	for (size_t i = 0; i < size; i++)
		at[i] = pattern_at(flow->at + (int64_t)i);
	flow->at += (int64_t)size;
	*length = size;
	return TC_OK;
}

static int rewind_flow(void *data, tc_error *err)
{
	struct flow *flow = data;

	(void)err;
	flow->at = 0;
	flow->rewound++;
	return TC_OK;
}

void flow_source(struct tc_source *source, struct flow *flow, bool rewinds)
{
	*source = (struct tc_source)TC_SOURCE_INIT;
	source->length = flow->length;
	source->read = read_flow;
	source->rewind = rewinds ? rewind_flow : NULL;
	source->data = flow;
}
