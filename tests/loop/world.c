/* SPDX-License-Identifier: MPL-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* To find the descriptors that curl leaves open across exec, those near to them are looked at,
 * among them such that another thread has just opened. Nothing is changed about these; but as
 * descriptors have no locks, ThreadSanitizer takes the look for a race. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LOOKS_AT_DESCRIPTORS
#endif
#elif defined(__SANITIZE_THREAD__)
#define LOOKS_AT_DESCRIPTORS
#endif
#ifdef LOOKS_AT_DESCRIPTORS
TC_API const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "race:close_on_exec\n";
}
#endif

void answer_by_script(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	const struct script *script = data;

	if (!script) {
		reply->body = "{}";
		reply->body_length = 2;
		return;
	}
	size_t last = script->count - 1;
	*reply = script->replies[request->number < last ? request->number : last];
	if (reply->body && !reply->body_length)
		reply->body_length = strlen(reply->body);
}

struct tc_options quick_options(const struct tc_responder *responder)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = tc_responder_url(responder);
	options.retry_delay_ms = 5;
	options.timeout_ms = 5000;
	return options;
}

tc_client *quick_client(const struct tc_responder *responder)
{
	struct tc_options options = quick_options(responder);
	tc_client *client = tc_client_new(&options, NULL);

	assert_non_null(client);
	return client;
}

tc_call *ping(tc_client *client)
{
	tc_call *call = tc_generated_call(client, TC_FAKE_OPERATION(PING), NULL, NULL, NULL);

	assert_non_null(call);
	return call;
}

void take_note(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct note *note = data;

	note->done++;
	note->run = run;
	if (response)
		note->status = tc_response_status(response);
	note->succeeded += response != NULL;
	assert_true((response == NULL) != (err == NULL));
	if (err) {
		note->code = err->code;
		snprintf(note->text, sizeof note->text, "%s", tc_error_text(err));
	}
	tc_release(response);
}
