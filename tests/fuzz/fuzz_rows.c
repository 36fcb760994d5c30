/* SPDX-License-Identifier: MPL-2.0 */
/* Any text as a list of rows: read as objects it says what it says when those objects are written
 * out and read again, as a tree and as structs. */
#include "runtime/src/call/reshape.h"
#include "tests/harness/row_types.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static char *encode(const struct tc_operation *operation, const void *value)
{
	char *text = NULL;

	if (value)
		tc_encode(operation->output, value, TC_ENCODE_UNCHECKED, &text, NULL, NULL);
	return text;
}

static void check_names(const tc_json *json)
{
	for (size_t i = 0; i < tc_json_count(json); i++) {
		const tc_json *name = tc_json_name(json, i), *item = tc_json_item(json, i);
		require(!name ||
			tc_json_get_n(json, tc_json_text(name), tc_json_text_length(name)) == item);
		check_names(item);
	}
}

/* The structs of the reply are those of its objects. */
static void check_structs(const struct tc_operation *operation, const tc_json *reply,
	const char *objects, unsigned flags)
{
	void *rows = tc__decode_reshaped(operation, reply, flags, NULL);
	void *plain = tc_decode(operation->output, objects, strlen(objects), flags, NULL);
	char *a = encode(operation, rows), *b = encode(operation, plain);

	require(!rows == !plain && !a == !b && (!a || strcmp(a, b) == 0));
	tc_release(a);
	tc_release(b);
	tc_release(rows);
	tc_release(plain);
}

static void check_page(const tc_json *page, const tc_json *reply)
{
	static const struct tc_operation *const operations[] = { &row_list_open, &row_list_closed,
		&row_list_free };
	const tc_json *again = NULL;
	char *text = NULL;
	size_t length = 0;

	require(tc_json_write(page, TC_JSON_COMPACT, &text, &length, NULL) == TC_OK);
	require(tc_json_parse(text, length, &again, NULL) == TC_OK);
	require(tc_json_equal(page, again) && tc_json_equal(again, page));
	check_names(page);
	for (size_t i = 0; i < 3; i++) {
		check_structs(operations[i], reply, text, TC_DECODE_MEND);
		check_structs(operations[i], reply, text, TC_DECODE_MEND | TC_DECODE_LENIENT);
	}
	tc_release(again);
	tc_release(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const tc_json *page = NULL, *reply = NULL;
	int rc = tc__page_of_objects(&row_list_open, (const char *)data, size, &page, NULL);

	require((rc == TC_OK) == (page != NULL));
	if (page && tc_json_read((const char *)data, size, TC_JSON_MEND, &reply, NULL) == TC_OK)
		check_page(page, reply);
	tc_release(reply);
	tc_release(page);
	return 0;
}
