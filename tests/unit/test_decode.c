/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/base/buffer.h"
#include "runtime/src/http/decode.h"
#include "tests/harness/encode.h"
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE 100000
#define ENCODED_MAX 200000

struct encoded {
	char bytes[ENCODED_MAX];
	size_t length;
};

/* Appends what zlib makes of a text. */
static void encode(
	struct encoded *encoded, enum tc_test_encoding encoding, const char *text, size_t length)
{
	size_t size;
	char *bytes = tc_test_encode(encoding, text, length, &size);

	assert_true(size <= ENCODED_MAX - encoded->length);
	memcpy(encoded->bytes + encoded->length, bytes, size);
	encoded->length += size;
	free(bytes);
}

static int take_all(struct tc__decoding *decoding, struct tc__buffer *text, tc_error *err)
{
	const char *piece;
	size_t size;
	int rc;

	while ((rc = tc__decoding_take(decoding, SIZE_MAX, &piece, &size, err)) == TC_OK && size)
		tc__buffer_add(text, piece, size);
	return rc;
}

/* Decodes in pieces of so many bytes; the text is the caller's to clear. */
static int decode(const char *encoding, const char *bytes, size_t length, size_t piece,
	struct tc__buffer *text, tc_error *err)
{
	struct tc__decoding *decoding;

	*text = TC__BUFFER(SIZE_MAX / 2);
	int rc = tc__decoding_open(&decoding, encoding, err);
	for (size_t at = 0; at < length && rc == TC_OK; at += piece) {
		tc__decoding_give(decoding, bytes + at, length - at < piece ? length - at : piece);
		rc = take_all(decoding, text, err);
	}
	if (rc == TC_OK)
		rc = tc__decoding_finish(decoding, err);
	tc__decoding_free(decoding);
	return rc;
}

static void decodes(
	const char *encoding, const struct encoded *encoded, const char *text, size_t length)
{
	static const size_t pieces[] = { 1, 2, 7, 4096, ENCODED_MAX };
	tc_error err = TC_ERROR_INIT;
	struct tc__buffer decoded;

	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		assert_ok(decode(encoding, encoded->bytes, encoded->length, pieces[i], &decoded,
				  &err),
			&err);
		assert_int_equal(decoded.length, length);
		assert_memory_equal(tc__buffer_get(&decoded), text, length);
		tc__buffer_clear(&decoded);
	}
}

static void refuses(const char *encoding, const char *bytes, size_t length, const char *why)
{
	tc_error err = TC_ERROR_INIT;
	struct tc__buffer decoded;

	decode(encoding, bytes, length, 5, &decoded, &err);
	assert_failure(&err, TC_ERROR_REPLY, why);
	tc__buffer_clear(&decoded);
}

static char text[TEXT_SIZE];
static struct encoded encoded;

static int setup(void **state)
{
	(void)state;
	tc_test_fill_log(text, sizeof text);
	encoded.length = 0;
	return 0;
}

static void test_gzip(void **state)
{
	(void)state;
	encode(&encoded, TC_TEST_GZIP, text, sizeof text);
	decodes("gzip", &encoded, text, sizeof text);
	decodes("X-GZip", &encoded, text, sizeof text);
}

static void test_nothing_in_gzip(void **state)
{
	(void)state;
	encode(&encoded, TC_TEST_GZIP, "", 0);
	decodes("gzip", &encoded, "", 0);
}

static void test_members_follow_each_other(void **state)
{
	(void)state;
	encode(&encoded, TC_TEST_GZIP, text, 1000);
	encode(&encoded, TC_TEST_GZIP, "", 0);
	encode(&encoded, TC_TEST_GZIP, text + 1000, 40000);
	encode(&encoded, TC_TEST_GZIP, text + 41000, sizeof text - 41000);
	decodes("gzip", &encoded, text, sizeof text);
}

static void test_deflate_with_a_frame_and_without(void **state)
{
	struct encoded raw = { .length = 0 };

	(void)state;
	encode(&encoded, TC_TEST_ZLIB, text, sizeof text);
	decodes("deflate", &encoded, text, sizeof text);
	encode(&raw, TC_TEST_RAW, text, sizeof text);
	decodes("deflate", &raw, text, sizeof text);
	raw.length = 0;
	encode(&raw, TC_TEST_RAW, "", 0); /* two bytes in all */
	assert_int_equal(raw.length, 2);
	decodes("deflate", &raw, "", 0);
}

/* Also a header alone, and nothing at all. */
static void test_every_cut_is_an_error(void **state)
{
	static const struct {
		const char *encoding;
		enum tc_test_encoding kind;
		const char *why;
	} kinds[] = {
		{ "gzip", TC_TEST_GZIP, "the reply's gzip ends early" },
		{ "deflate", TC_TEST_ZLIB, "the reply's deflate ends early" },
		{ "deflate", TC_TEST_RAW, "the reply's deflate ends early" },
	};

	(void)state;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		encoded.length = 0;
		encode(&encoded, kinds[k].kind, text, 300);
		for (size_t length = 0; length < encoded.length; length++)
			refuses(kinds[k].encoding, encoded.bytes, length, kinds[k].why);
	}
}

/* A second member that is cut. */
static void test_a_cut_member_is_an_error(void **state)
{
	(void)state;
	encode(&encoded, TC_TEST_GZIP, text, 300);
	size_t first = encoded.length;
	encode(&encoded, TC_TEST_GZIP, text, 300);
	for (size_t length = first + 1; length < encoded.length; length++)
		refuses("gzip", encoded.bytes, length, "the reply's gzip ends early");
}

static void test_bytes_behind_the_end(void **state)
{
	struct encoded other = { .length = 0 };

	(void)state;
	encode(&encoded, TC_TEST_GZIP, text, 300);
	encoded.bytes[encoded.length++] = '\0';
	refuses("gzip", encoded.bytes, encoded.length, "other bytes behind the end of its gzip");
	encode(&other, TC_TEST_ZLIB, text, 300);
	other.bytes[other.length++] = '\n';
	refuses("deflate", other.bytes, other.length, "other bytes behind the end of its deflate");
}

static void test_damage(void **state)
{
	(void)state;
	encode(&encoded, TC_TEST_GZIP, text, 300);
	encoded.bytes[encoded.length - 5] ^= 1; /* of the check */
	refuses("gzip", encoded.bytes, encoded.length, "the reply's gzip is damaged: incorrect");
	refuses("gzip", "garbage", 7, "the reply's gzip is damaged: incorrect header check");
	refuses("deflate", "\x78\xbb\0\0\0\1", 6, "damaged: it needs a dictionary");
}

static void test_unknown_encodings_are_named(void **state)
{
	struct tc__decoding *decoding;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	refuses("br", "", 0,
		"the reply's Content-Encoding is \"br\"; expected gzip, deflate or none");
	refuses("gzip, gzip", "", 0, "is \"gzip, gzip\"");
	assert_ok(tc__decoding_open(&decoding, "identity", &err), &err);
	assert_null(decoding);
	assert_ok(tc__decoding_open(&decoding, "", &err), &err);
	assert_null(decoding);
}

/* Ten megabytes of nothing lie in ten kilobytes: they come one by one. */
static void test_a_bomb_comes_in_pieces(void **state)
{
	size_t size = (size_t)10 * 1024 * 1024, all = 0, length, pieces = 0;
	char *nothing = calloc(1, size);
	struct tc__decoding *decoding;
	tc_error err = TC_ERROR_INIT;
	const char *piece;

	(void)state;
	assert_non_null(nothing);
	encode(&encoded, TC_TEST_GZIP, nothing, size);
	free(nothing);
	assert_int_in_range(encoded.length, 1, 20000);
	assert_ok(tc__decoding_open(&decoding, "gzip", &err), &err);
	tc__decoding_give(decoding, encoded.bytes, encoded.length);
	assert_ok(tc__decoding_take(decoding, 7, &piece, &length, &err), &err);
	assert_int_equal(length, 7);
	assert_true(tc__decoding_has_more(decoding));
	assert_true(tc__decoding_left(decoding) > encoded.length / 2);
	while (length) {
		assert_int_in_range(length, 1, 98304);
		pieces++;
		all += length;
		assert_ok(tc__decoding_take(decoding, SIZE_MAX, &piece, &length, &err), &err);
	}
	assert_ok(tc__decoding_finish(decoding, &err), &err);
	assert_false(tc__decoding_has_more(decoding));
	assert_int_equal(all, size);
	assert_true(pieces >= size / 98304);
	tc__decoding_free(decoding);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_gzip, setup),
		cmocka_unit_test_setup(test_nothing_in_gzip, setup),
		cmocka_unit_test_setup(test_members_follow_each_other, setup),
		cmocka_unit_test_setup(test_deflate_with_a_frame_and_without, setup),
		cmocka_unit_test_setup(test_every_cut_is_an_error, setup),
		cmocka_unit_test_setup(test_a_cut_member_is_an_error, setup),
		cmocka_unit_test_setup(test_bytes_behind_the_end, setup),
		cmocka_unit_test_setup(test_damage, setup),
		cmocka_unit_test_setup(test_unknown_encodings_are_named, setup),
		cmocka_unit_test_setup(test_a_bomb_comes_in_pieces, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
