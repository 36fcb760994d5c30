/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/http/events.h"
#include <string.h>

static const struct tc_event_stream stream = { .handshake = "handshake", .name = "event" };
static const struct tc_event_stream plain = { .name = "message" };

/* Takes the next event and compares it; NULL: there is none. */
static void expect(struct tc__event_reader *reader, const char *text)
{
	size_t length = 0;
	char *data = tc__events_take(reader, &length);

	if (!text) {
		assert_null(data);
		return;
	}
	assert_non_null(data);
	assert_string_equal(data, text);
	assert_int_equal(length, strlen(text));
	tc_release(data);
}

static const char text[] = ": a comment\r\nevent: handshake\r\ndata: hello\r\n\r\n"
			   "retry: 5\nevent: event\ndata: {\"a\":\ndata:1}\n\n"
			   "event: other\rdata: no\r\r"
			   "event:event\rdata: second\r\r"
			   "event: event\n\n"
			   "event: event\ndata\n\n"
			   "event: event\ndata: cut";

/* However the bytes are cut, the same events come. */
static void test_cuts(void **state)
{
	(void)state;
	for (size_t piece = 1; piece < sizeof text; piece++) {
		struct tc__event_reader reader = TC__EVENT_READER(&stream, 1000);
		tc_error err = TC_ERROR_INIT;
		for (size_t at = 0; at < sizeof text - 1; at += piece) {
			size_t left = sizeof text - 1 - at;
			assert_ok(tc__events_push(
					  &reader, text + at, left < piece ? left : piece, &err),
				&err);
		}
		assert_true(reader.standing);
		expect(&reader, "{\"a\":\n1}");
		expect(&reader, "second");
		expect(&reader, "");
		expect(&reader, NULL);
		tc__events_clear(&reader);
	}
}

static void test_names(void **state)
{
	struct tc__event_reader reader = TC__EVENT_READER(&plain, 1000);
	tc_error err = TC_ERROR_INIT;
	static const char unnamed[] = "\xef\xbb\xbf"
				      "data: x\n\nevent:\ndata: y\n\nevent: z\ndata: z\n\n";

	(void)state;
	assert_ok(tc__events_push(&reader, unnamed, sizeof unnamed - 1, &err), &err);
	expect(&reader, "x");
	expect(&reader, "y");
	expect(&reader, NULL);
	tc__events_clear(&reader);
}

/* An id counts from the end of its event, whatever that is, and time to retry at once. */
static void test_ids(void **state)
{
	static const struct {
		const char *text, *id;
		int64_t retry_ms;
	} rows[] = {
		{ "data: 1\n\n", "", -1 },
		{ "id: 7\ndata: 1\n\n", "7", -1 },
		{ "id: 7\ndata: 1\n\ndata: 2\n\n", "7", -1 },
		{ "id: 7\ndata: 1\n\nid: 8\ndata: 2\n", "7", -1 },
		{ "id:a  b \n\n", "a  b ", -1 },
		{ "id: 7\nid: 8\n\n", "8", -1 },
		{ "id: 7\n\nid\n\n", "", -1 },
		{ "id: 7\n\nid:\n\n", "", -1 },
		{ "event: other\nid: 7\n\n", "7", -1 },
		{ "id: 7\n\nid: 8\x01\n\n", "", -1 }, /* in no header */
		{ "identity: 7\n\n", "", -1 },
		{ "retry: 250\n", "", 250 },
		{ "retry: 250\nretry: x\nretry: -1\nretry:\nretry\nretry: 1 \n", "", 250 },
		{ "retry: 0\n", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tc__event_reader reader = TC__EVENT_READER(&plain, 1000);
		tc_error err = TC_ERROR_INIT;
		assert_ok(tc__events_push(&reader, rows[i].text, strlen(rows[i].text), &err), &err);
		if (strcmp(tc__buffer_get(&reader.last_id), rows[i].id) != 0)
			fail_msg("row %zu: %s", i, tc__buffer_get(&reader.last_id));
		assert_int_equal(reader.retry_ms, rows[i].retry_ms);
		tc__events_clear(&reader);
	}
}

static void test_strange_ids(void **state)
{
	struct tc__event_reader reader = TC__EVENT_READER(&plain, 10000);
	static const char nul[] = "id: 7\n\nid: 8\0 9\n\n";
	static const char later[] = "id: 9\n\nretry: 99999999999999999999\n";
	static char longest[TC__EVENT_ID_MAX + 10];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc__events_push(&reader, nul, sizeof nul - 1, &err), &err);
	assert_string_equal(tc__buffer_get(&reader.last_id), "7");
	memset(longest, 'x', sizeof longest);
	memcpy(longest, "id:", 3);
	memcpy(longest + sizeof longest - 2, "\n\n", 2);
	assert_ok(tc__events_push(&reader, longest, sizeof longest, &err), &err);
	assert_int_equal(reader.last_id.length, 0); /* too long */
	assert_ok(tc__events_push(&reader, later, sizeof later - 1, &err), &err);
	assert_string_equal(tc__buffer_get(&reader.last_id), "9");
	assert_true(reader.retry_ms > INT32_MAX);
	tc__events_clear(&reader);
}

/* Another connection: what is whole stays, what is not goes, as if it had never come. */
static void test_restart(void **state)
{
	struct tc__event_reader reader = TC__EVENT_READER(&stream, 1000);
	static const char before[] =
		"event: handshake\n\nretry: 5\nid: 1\nevent: event\ndata: a\n\n"
		"id: 2\nevent: event\ndata: b\nda";
	static const char after[] = "ta: c\n\n\nevent: event\ndata: d\n\n";
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc__events_push(&reader, before, sizeof before - 1, &err), &err);
	assert_true(reader.standing);
	tc__events_restart(&reader);
	assert_false(reader.standing);
	assert_string_equal(tc__buffer_get(&reader.last_id), "1");
	assert_int_equal(reader.retry_ms, 5);
	assert_ok(tc__events_push(&reader, after, sizeof after - 1, &err), &err);
	assert_string_equal(tc__buffer_get(&reader.last_id), "1");
	expect(&reader, "a");
	expect(&reader, "d");
	expect(&reader, NULL);
	tc__events_clear(&reader);
	assert_int_equal(reader.retry_ms, -1);
}

static void test_too_large(void **state)
{
	struct tc__event_reader reader = TC__EVENT_READER(&plain, 16);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc__events_push(&reader, "data: 1\n\ndata: 2\n\n", 18, &err), &err);
	tc__events_push(&reader, "data: 12345678901234567890", 26, &err);
	assert_failure(&err, TC_ERROR_REPLY, "an event is over 16 bytes");
	tc__events_clear(&reader);
	tc__events_push(&reader, "data: 1234567\ndata: 1234567\ndata: 1234567\n\n", 43, &err);
	assert_failure(&err, TC_ERROR_REPLY, "an event is over 16 bytes");
	tc__events_clear(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_strange_ids),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
