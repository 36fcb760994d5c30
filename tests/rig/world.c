/* SPDX-License-Identifier: MPL-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct desk *desk = data;
	const char *protocol = tc_responder_header(request, "x-rig-protocol");

	atomic_fetch_add(&desk->asked, 1);
	atomic_fetch_add(&desk->body_bytes, request->body_length);
	if (protocol && strcmp(protocol, "HTTP/2.0") == 0)
		atomic_fetch_add(&desk->http2, 1);
	*reply = desk->reply;
	if (!reply->body_length && reply->body)
		reply->body_length = strlen(reply->body);
}

void desk_open(struct desk *desk, const char *json)
{
	if (!tc_rig())
		fail_msg("there is no rig; run it by tests/rig/rig.sh");
	*desk = (struct desk){ .reply = { .status = 200,
				       .headers = "Content-Type: application/json\r\n",
				       .body = json } };
	desk->responder = tc_responder_start(answer, desk);
}

void desk_close(struct desk *desk)
{
	tc_responder_stop(desk->responder);
}

void diary_write(void *data, enum tc_log_level level, const char *line)
{
	struct diary *diary = data;
	size_t room = sizeof diary->text - diary->length;
	int length = snprintf(diary->text + diary->length, room, "%d %s\n", (int)level, line);

	assert_true(length > 0 && (size_t)length < room);
	diary->length += (size_t)length;
}

struct tc_options rig_options(const char *url)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = url;
	options.timeout_ms = 5000;
	options.attempts = 1;
	return options;
}

tc_client *rig_client(const struct tc_options *options)
{
	tc_error err = TC_ERROR_INIT;
	tc_client *client = tc_client_new(options, &err);

	if (!client)
		fail_msg("%s", tc_error_text(&err));
	return client;
}

tc_client *rig_client_of(const char *kind, int port)
{
	char url[128];

	if (kind)
		tc_rig_other_url(url, sizeof url, kind, port);
	else
		tc_rig_url(url, sizeof url, port);
	struct tc_options options = rig_options(url);
	return rig_client(&options);
}

void take_ending(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct ending *ending = data;

	(void)run;
	ending->done++;
	ending->succeeded += response != NULL;
	if (err) {
		ending->code = err->code;
		snprintf(ending->text, sizeof ending->text, "%s", tc_error_text(err));
	}
	tc_release(response);
}

uint64_t start_run(tc_loop *loop, tc_call *call, struct ending *ending)
{
	tc_error err = TC_ERROR_INIT;
	uint64_t run = 0;

	assert_non_null(call);
	assert_ok(tc_loop_start(loop, call, take_ending, ending, &run, &err), &err);
	tc_call_free(call);
	return run;
}

void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("expected \"%s\" in: %s", part, text);
}

void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("not expected, \"%s\", in: %s", part, text);
}
