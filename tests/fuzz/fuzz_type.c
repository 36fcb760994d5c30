/* SPDX-License-Identifier: MPL-2.0 */
/* Any bytes as a value of a type with every kind of member: they are read or refused, whole, in
 * pieces and from a tree alike; what was read is written, and read again it is written the same. */
#include "runtime/src/type/type.h"
#include "tests/harness/kinds.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* In pieces of 1, 2, 3 … bytes, each alone in its memory */
static void *decode_pieces(const uint8_t *data, size_t size, unsigned flags)
{
	struct tc__decoder *d = tc__decoder_new(&kinds_type, flags, TC_ERROR_REPLY, NULL);
	void *value = NULL;
	int rc = TC_OK;

	require(d);
	for (size_t at = 0, length = 1; at < size && rc == TC_OK; at += length, length++) {
		if (length > size - at)
			length = size - at;
		char *piece = malloc(length);
		require(piece);
		memcpy(piece, data + at, length);
		rc = tc__decoder_feed(d, piece, length, NULL);
		free(piece);
	}
	if (rc == TC_OK)
		value = tc__decoder_finish(d, NULL);
	tc__decoder_free(d);
	return value;
}

/* NULL when it cannot be written, as a union in a lenient value that stayed unset */
static char *encode(const void *value, size_t *length)
{
	char *text = NULL;

	if (value)
		tc_encode(&kinds_type, value, TC_ENCODE_UNCHECKED, &text, length, NULL);
	return text;
}

static void same_text(char *a, char *b)
{
	require(!a == !b && (!a || strcmp(a, b) == 0));
	tc_release(a);
	tc_release(b);
}

static void run(const uint8_t *data, size_t size, unsigned flags)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *tree = NULL;
	size_t length = 0;
	void *value = tc_decode(&kinds_type, (const char *)data, size, flags, &err);
	void *pieces = decode_pieces(data, size, flags);
	char *text = encode(value, &length);

	require(value || (err.code == TC_ERROR_INPUT && *tc_error_text(&err)));
	require(!value == !pieces);
	same_text(encode(value, &length), encode(pieces, &length));
	/* a tree knows no name twice, not even in what a decoder skips */
	unsigned mends = flags & TC_DECODE_MEND ? TC_JSON_MEND : 0;
	if (tc_json_read((const char *)data, size, mends, &tree, NULL) == TC_OK) {
		void *again = tc_decode_json(&kinds_type, tree, flags, NULL);
		require(!value == !again);
		same_text(encode(value, &length), encode(again, &length));
		tc_release(again);
	}
	if (text) {
		void *again = tc_decode(&kinds_type, text, length, flags, NULL);
		require(again);
		same_text(encode(value, &length), encode(again, &length));
		tc_release(again);
	}
	tc_release(tree);
	tc_release(text);
	tc_release(pieces);
	tc_release(value);
	tc_error_clear(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	run(data, size, 0);
	run(data, size, TC_DECODE_LENIENT);
	run(data, size, TC_DECODE_MEND);
	return 0;
}
