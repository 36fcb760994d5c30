/* SPDX-License-Identifier: MPL-2.0 */
/* Whatever a client does after a call goes over the connection that it has left. */
#include "world.h"

#include <taskcluster/batch.h>
#include <taskcluster/download.h>
#include <taskcluster/pages.h>

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	(void)request;
	reply->headers = "Content-Type: application/json\r\n";
	reply->body = "{\"things\":[1]}";
	reply->body_length = 14;
}

/* ---- kinds of work, each of one request ---- */

static void one_call(tc_call *call)
{
	assert_ok(tc_call_perform(call, NULL, NULL), NULL);
}

static int drop(void *data, const void *bytes, size_t length, tc_error *err)
{
	(void)data, (void)bytes, (void)length, (void)err;
	return TC_OK;
}

static void one_download(tc_call *call)
{
	struct tc_sink sink = TC_SINK_INIT;

	sink.write = drop;
	assert_ok(tc_call_download(call, &sink, NULL, NULL), NULL);
}

static void one_page(tc_call *call)
{
	tc_response *page = NULL;
	tc_pages *pages = tc_pages_new(call, NULL, NULL);

	assert_ok(tc_pages_next(pages, &page, NULL), NULL);
	assert_non_null(page);
	tc_release(page);
	assert_ok(tc_pages_next(pages, &page, NULL), NULL);
	assert_null(page);
	tc_pages_free(pages);
}

static void all_items(tc_call *call)
{
	const tc_json *item;
	tc_items *items = tc_items_new(call, NULL, NULL);

	assert_ok(tc_items_next(items, &item, NULL), NULL);
	assert_non_null(item);
	assert_ok(tc_items_next(items, &item, NULL), NULL);
	assert_null(item);
	tc_items_free(items);
}

static void one_batch(tc_call *call)
{
	struct tc_batch_result result;

	assert_ok(tc_batch_perform(&call, 1, NULL, &result, NULL), NULL);
	tc_batch_clear(&result, 1);
}

static const struct {
	const char *name;
	void (*work)(tc_call *call);
} kinds[] = { { "call", one_call }, { "page", one_page }, { "download", one_download },
	{ "items", all_items }, { "batch", one_batch } };

static void none_opens_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct tc_responder *responder = tc_responder_start(answer, NULL);
		tc_client *client = quick_client(responder);
		tc_call *call = tc_generated_call(client, &tc_fake_list_things, NULL, NULL, NULL);

		assert_non_null(call);
		one_call(call);
		assert_int_equal(tc_responder_connections(responder), 1);
		for (size_t times = 1; times <= 3; times++) {
			kinds[i].work(call);
			if (tc_responder_connections(responder) != 1)
				fail_msg("%s opened a connection", kinds[i].name);
		}
		tc_call_free(call);
		tc_client_free(client);
		tc_responder_stop(responder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(none_opens_another) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
