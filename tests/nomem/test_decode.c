/* SPDX-License-Identifier: MPL-2.0 */
/* Contents that are encoded, with each single allocation failing in turn, zlib's too. */
#include "tests/harness/test.h"

#include "runtime/src/http/response.h"
#include "tests/harness/encode.h"
#include "tests/nomem/failing.h"
#include <stdio.h>
#include <stdlib.h>

#define SIZE 200000 /* so much that zlib needs its window */

struct content {
	const char *encoding;
	char *bytes;
	size_t length;
};

static int receive(void *data, tc_error *err)
{
	const struct content *content = data;
	struct tc__reply reply;
	char line[100];
	int length = snprintf(line, sizeof line, "Content-Encoding: %s\r\n", content->encoding);

	tc__reply_init(&reply, SIZE, NULL);
	(void)tc__reply_line(&reply, "HTTP/2 200\r\n", 12);
	(void)tc__reply_line(&reply, line, (size_t)length);
	(void)tc__reply_line(&reply, "\r\n", 2);
	for (size_t at = 0; at < content->length; at += 16384) {
		size_t left = content->length - at;
		(void)tc__reply_body(&reply, content->bytes + at, left < 16384 ? left : 16384);
	}
	int rc = tc__reply_finish(&reply, err);
	assert_true(rc != TC_OK || reply.received == SIZE);
	tc__reply_clear(&reply);
	return rc;
}

static void decoding_fails_cleanly(void **state)
{
	static const char *const names[] = { "gzip", "deflate", "deflate" };
	char *text = malloc(SIZE);

	(void)state;
	assert_non_null(text);
	tc_test_fill_log(text, SIZE);
	for (int i = TC_TEST_GZIP; i <= TC_TEST_RAW; i++) {
		struct content content = { .encoding = names[i] };
		content.bytes =
			tc_test_encode((enum tc_test_encoding)i, text, SIZE, &content.length);
		assert_true(tc_failing_each(receive, &content) > 5);
		free(content.bytes);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(decoding_fails_cleanly) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
