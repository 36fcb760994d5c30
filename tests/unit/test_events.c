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
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
