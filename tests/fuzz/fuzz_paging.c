/* SPDX-License-Identifier: MPL-2.0 */
/* Any texts as the pages of a list, one after another, in each style: the next page is asked for at
 * the same place, by its key alone, and the list ends, fails, or goes on to a page that it has not
 * given. However a page is cut, it says the same. */
#include "tests/harness/test.h"

#include "runtime/src/flow/pages.h"
#include "tests/harness/ci.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SEPARATOR '\x1e' /* between pages */
#define PLACE CI_ROOT "/api/v1/things"

static tc_client *client;

static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool begins(const char *text, const char *part)
{
	return strncmp(text, part, strlen(part)) == 0;
}

/* Whatever a page has said, only the query changes, and of it only our two keys. */
static void check_url(const char *url, const char *token)
{
	struct tc__buffer expected = TC__BUFFER(2 * TC__URL_MAX);
	struct tc__url parts;

	require(tc__url_parse(url, &parts, NULL) == TC_OK);
	require(begins(url, PLACE "?count="));
	const char *at = strchr(url, '&');
	tc__buffer_text(&expected, token ? "&at=" : "");
	tc__url_encode(&expected, token ? token : "");
	require(strcmp(at ? at : "", tc__buffer_get(&expected)) == 0);
	int64_t count = strtoll(url + strlen(PLACE "?count="), NULL, 10);
	require(count > 0 && count <= 10);
	tc__buffer_clear(&expected);
}

/* What a page makes of the cursor: its next token, or the failure. */
static char *turn(struct tc__cursor *cursor, const char *text, size_t length, size_t piece)
{
	struct tc__page_reader *reader = malloc(sizeof *reader);
	tc_error err = TC_ERROR_INIT;
	const tc_json *item;
	bool wanted;
	int rc = TC_OK;

	require(reader != NULL);
	tc__page_open(reader, cursor, true);
	for (size_t at = 0; at < length && rc == TC_OK; at += piece) {
		rc = tc__page_push(
			reader, text + at, piece < length - at ? piece : length - at, &err);
		while (rc == TC_OK && (item = tc__page_take(reader)))
			rc = tc__cursor_item(cursor, item, &wanted, &err);
	}
	if (rc == TC_OK)
		rc = tc__page_finish(reader, &err);
	while (rc == TC_OK && (item = tc__page_take(reader)))
		rc = tc__cursor_item(cursor, item, &wanted, &err);
	if (rc == TC_OK)
		rc = tc__cursor_turn(cursor, reader, &err);
	require(rc == TC_OK || (rc == TC_ERROR_REPLY && *tc_error_text(&err)));
	const char *said = rc == TC_OK ? cursor->token : "failed";
	char *result = tc__object_text(said ? said : "ended", strlen(said ? said : "ended"));
	tc__page_close(reader);
	free(reader);
	tc_error_clear(&err);
	return result;
}

/* Page after page, in pieces of this size; returns what the last one has led to. */
static char *read_list(const struct tc_operation *operation, const char *text, size_t size,
	size_t piece, int64_t item_max)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	struct tc__cursor cursor;
	const tc_call *next;
	char *last = NULL;

	options.item_max = item_max;
	tc_call *call = tc_generated_call(client, operation, NULL, NULL, NULL);
	require(call && tc__cursor_open(&cursor, call, &options, NULL) == TC_OK);
	for (const char *end = text + size; text < end;) {
		int rc = tc__cursor_call(&cursor, &next, NULL);
		require(rc == TC_OK || rc == TC_ERROR_REPLY || rc == TC_ERROR_ARGUMENT);
		if (rc != TC_OK || !next)
			break;
		check_url(tc_call_url(next), cursor.token);
		const char *page_end = memchr(text, SEPARATOR, (size_t)(end - text));
		page_end = page_end ? page_end : end;
		tc_release(last);
		last = turn(&cursor, text, (size_t)(page_end - text), piece);
		text = page_end + 1;
		if (strcmp(last, "failed") == 0)
			break;
		require(cursor.wanted < 0 || cursor.wanted <= item_max);
	}
	tc__cursor_close(&cursor);
	tc_call_free(call);
	return last;
}

static void same(char *a, char *b)
{
	require(!a == !b && (!a || strcmp(a, b) == 0));
	tc_release(a);
	tc_release(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tc_options options = TC_OPTIONS_INIT;
	const char *text = (const char *)data;

	options.base_url = CI_ROOT;
	if (!client)
		client = tc_client_new(&options, NULL);
	require(client != NULL);
	for (size_t i = CI_BY_TOKEN; i <= CI_BY_KEY; i++) {
		same(read_list(&ci_operations[i], text, size, SIZE_MAX / 2, 0),
			read_list(&ci_operations[i], text, size, 1, 0));
		tc_release(read_list(&ci_operations[i], text, size, 7, 3));
	}
	return 0;
}
