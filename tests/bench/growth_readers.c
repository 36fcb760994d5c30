/* SPDX-License-Identifier: MPL-2.0 */
/* Readers, of texts that were chosen to be slow where there are such. */
#include "tests/bench/growth.h"

#include "runtime/src/call/reshape.h"
#include "runtime/src/flow/pages.h"
#include "runtime/src/http/events.h"
#include "runtime/src/http/request.h"
#include "runtime/src/http/response.h"
#include "runtime/src/json/json.h"
#include "tests/harness/ci.h"
#include "tests/harness/encode.h"
#include "tests/harness/kinds.h"
#include "tests/harness/task_group.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/credentials.h>

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "growth: %s\n", what);
	abort();
}

/* `begin`, as many times `part` as give the size, `end` */
static void repeat(struct growth_input *input, const char *begin, const char *part, const char *end)
{
	tc__buffer_text(&input->text, begin);
	while (input->text.length < input->size)
		tc__buffer_text(&input->text, part);
	tc__buffer_text(&input->text, end);
}

/* ---- JSON ---- */

static void make_group(struct growth_input *input)
{
	size_t length;
	char *text = tt_task_group_text(input->size, &length);

	tc__buffer_add(&input->text, text, length);
	tc_release(text);
}

static void parse(struct growth_input *input)
{
	const tc_json *json = NULL;

	require(tc_json_parse(input->text.data, input->text.length, &json, NULL) == TC_OK, "JSON");
	tc_release(json);
}

#define KINDS "{\"whole\":0,\"number\":0,\"flag\":false,\"point\":{\"x\":0},"

static void make_map(struct growth_input *input)
{
	tc__buffer_text(&input->text, KINDS "\"counts\":{\"a\":0");
	for (unsigned i = 0; input->text.length < input->size; i++)
		tc__buffer_printf(
			&input->text, ",\"name %08x\":1", i * 2654435761U); /* in no order */
	tc__buffer_text(&input->text, "}}");
}

static void make_backslashes(struct growth_input *input)
{
	repeat(input, "[1 \"", "\\\\", "\"]");
}

static void make_quotes(struct growth_input *input)
{
	repeat(input, "[1 \"", "\\\"", "\"]");
}

static void refuse(struct growth_input *input)
{
	const tc_json *json = NULL;

	require(tc_json_parse(input->text.data, input->text.length, &json, NULL) != TC_OK,
		"malformed JSON");
}

static void make_halves(struct growth_input *input)
{
	repeat(input, "[\"", "cut \\ud83d. ", "\"]");
}

static void mend(struct growth_input *input)
{
	const tc_json *json = NULL;
	int rc = tc_json_read(input->text.data, input->text.length, TC_JSON_MEND, &json, NULL);

	require(rc == TC_OK, "JSON with halves");
	tc_release(json);
}

/* ---- typed ---- */

static void decode(struct growth_input *input)
{
	void *value = tc_decode(&tt_task_group_type, input->text.data, input->text.length, 0, NULL);

	require(value != NULL, "a typed reply");
	tc_release(value);
}

static void decode_map(struct growth_input *input)
{
	void *value = tc_decode(&kinds_type, input->text.data, input->text.length, 0, NULL);

	require(value != NULL, "a map");
	tc_release(value);
}

static const struct tc_count_rules unique = { .unique = true };
static const struct tc_type unique_type =
	TC_TYPE_OF_ARRAY(const char *, &tc_type_string, 0, &unique);

static void make_unique(struct growth_input *input)
{
	const size_t count = input->size / 16;

	for (size_t i = 0; i < count; i++)
		tc__buffer_printf(&input->text, "item %09zu%c", i, '\0');
}

static void check_unique(struct growth_input *input)
{
	struct {
		const char **items;
		size_t count;
	} list = { NULL, input->text.length / 15 };

	list.items = malloc(list.count * sizeof *list.items);
	require(list.items != NULL, "memory");
	for (size_t i = 0; i < list.count; i++)
		list.items[i] = input->text.data + 15 * i;
	require(tc_check(&unique_type, &list, NULL) == TC_OK, "items that differ");
	free(list.items);
}

/* ---- rows ---- */

/* Half of it is the names of columns, some of them long. */
static void make_rows(struct growth_input *input)
{
	const size_t half = input->size / 2;

	tc__buffer_text(&input->text, "{\"names\":[\"id\",\"name\",\"");
	while (input->text.length < half / 2)
		tc__buffer_text(&input->text, "a long name ");
	tc__buffer_char(&input->text, '"');
	for (unsigned i = 0; input->text.length < half; i++)
		tc__buffer_printf(&input->text, ",\"column %08u\"", i);
	tc__buffer_text(&input->text, "],\"things\":[[1,\"a\"]");
	while (input->text.length < input->size)
		tc__buffer_text(&input->text, ",[2],[3,\"b\",4,5,6]");
	tc__buffer_text(&input->text, "]}");
}

static void read_rows(struct growth_input *input)
{
	const tc_json *page = NULL;
	int rc = tc__page_of_objects(CI(ROWS), input->text.data, input->text.length, &page, NULL);

	require(rc == TC_OK && tc_json_kind(tc_json_at(page, "/things/0")) == TC_JSON_OBJECT,
		"rows");
	tc_release(page);
}

static void read_typed_rows(struct growth_input *input)
{
	const tc_json *reply = NULL;

	require(tc_json_parse(input->text.data, input->text.length, &reply, NULL) == TC_OK, "JSON");
	void *value = tc__decode_reshaped(CI(ROWS), reply, 0, NULL);
	require(value != NULL, "typed rows");
	tc_release(value);
	tc_release(reply);
}

/* ---- queries, pages ---- */

static void make_nothing(struct growth_input *input)
{
	(void)input;
}

static void build_query(struct growth_input *input)
{
	const struct tc__site site = { .server = CI_ROOT };
	struct tc__request request;
	int rc = tc__request_init(&request, &site, CI(FIND), NULL, NULL, NULL);

	for (size_t i = 0; i < input->size / 100 && rc == TC_OK; i++)
		rc = tc__request_query_sent(&request, "tag", "12345678", NULL);
	require(rc == TC_OK, "a query");
	tc__request_clear(&request);
}

static const struct tc_paging by_key = {
	.style = TC_PAGING_KEYSET, .query = "before", .key = "/time", .unique = "/id", .add = 1
};

/* Half of the items share a time. */
static void make_keyset(struct growth_input *input)
{
	tc__buffer_text(&input->text, "{\"items\":[{\"time\":90000000,\"id\":\"first\"}");
	for (unsigned i = 0; input->text.length < input->size; i++)
		tc__buffer_printf(&input->text, ",{\"time\":%08u,\"id\":\"number %08u\"}",
			(unsigned)(2 * input->text.length < input->size ? 80000000 - i : 10000000),
			i);
	tc__buffer_text(&input->text, "]}");
}

static void read_keyset(struct growth_input *input)
{
	struct tc__cursor cursor = { .paging = &by_key, .wanted = -1 };
	struct tc__page_reader *reader = malloc(sizeof *reader);
	const tc_json *item;
	bool wanted;

	require(reader != NULL, "memory");
	tc__page_open(reader, &cursor, true);
	int rc = tc__page_push(reader, input->text.data, input->text.length, NULL);
	while (rc == TC_OK && (item = tc__page_take(reader)))
		rc = tc__cursor_item(&cursor, item, &wanted, NULL);
	require(rc == TC_OK && tc__page_finish(reader, NULL) == TC_OK, "a page by a key");
	tc__style_forget_above(&cursor);
	tc__style_forget(&cursor);
	tc__page_close(reader);
	free(reader);
}

/* ---- events ---- */

#define PIECE 1000

static void make_events(struct growth_input *input)
{
	repeat(input, "", "event: message\ndata: {\"a\":1,\ndata: \"b\":[2]}\r\n: more\r\r",
		"\n\n");
}

static void make_event(struct growth_input *input)
{
	repeat(input, "", "data: a line of one long event\n", "\n\n");
}

static void read_events(struct growth_input *input)
{
	static const struct tc_event_stream stream = { .name = "message" };
	struct tc__event_reader reader = TC__EVENT_READER(&stream, SIZE_MAX / 4);
	size_t length, count = 0;
	char *data;

	for (size_t at = 0; at < input->text.length; at += PIECE) {
		size_t rest = input->text.length - at;
		int rc = tc__events_push(
			&reader, input->text.data + at, rest < PIECE ? rest : PIECE, NULL);
		require(rc == TC_OK, "events");
		for (; (data = tc__events_take(&reader, &length)); count++)
			tc_release(data);
	}
	require(count > 0, "an event");
	tc__events_clear(&reader);
}

/* ---- certificates ---- */

static void make_certificate(struct growth_input *input)
{
	repeat(input,
		"{\"version\":1,\"seed\":\"0123456789012345678901234567890123456789012=\","
		"\"signature\":\"01234567890123456789012345678901234567890123\","
		"\"start\":1000,\"expiry\":2000,\"scopes\":[\"a:b\"",
		",\"queue:create-task:low:proj/worker\"", "]}");
}

static void read_certificate(struct growth_input *input)
{
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_new(
		"id", "kEY012345678901234567890123456789012345678901", input->text.data, &err);

	require(credentials != NULL, tc_error_text(&err));
	tc_credentials_free(credentials);
}

/* ---- replies ---- */

/* A message of many lines, as of missing scopes; it is told whole up to 64 KiB. */
static void make_refusal(struct growth_input *input)
{
	repeat(input, "{\"code\":\"InsufficientScopes\",\"message\":\"you lack",
		"\\n---\\nqueue:token:x", "\"}");
}

static void read_refusal(struct growth_input *input)
{
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;

	tc__reply_init(&reply, 1 << 20, NULL);
	reply.operation = CI(READ);
	(void)tc__reply_line(&reply, "HTTP/1.1 403 x\r\n", 16);
	(void)tc__reply_line(&reply, "\r\n", 2);
	(void)tc__reply_body(&reply, input->text.data, input->text.length);
	require(tc__reply_finish(&reply, &err) == TC_OK, tc_error_text(&err));
	tc__reply_refusal(&reply, &err);
	require(strstr(tc_error_text(&err), "you lack") != NULL, tc_error_text(&err));
	tc_error_clear(&err);
	tc__reply_clear(&reply);
}

static void make_packed(struct growth_input *input)
{
	size_t length;
	struct growth_input plain = { .text = TC__BUFFER(SIZE_MAX / 4), .size = input->size };

	make_group(&plain);
	char *bytes = tc_test_encode(TC_TEST_GZIP, plain.text.data, plain.text.length, &length);
	tc__buffer_add(&input->text, bytes, length);
	tc__buffer_clear(&plain.text);
	free(bytes);
}

static void unpack(struct growth_input *input)
{
	struct tc__decoding *decoding;
	const char *piece;
	size_t size = 1;

	require(tc__decoding_open(&decoding, "gzip", NULL) == TC_OK, "no decoder");
	tc__decoding_give(decoding, input->text.data, input->text.length);
	while (size)
		require(tc__decoding_take(decoding, SIZE_MAX, &piece, &size, NULL) == TC_OK,
			"it cannot be decoded");
	require(tc__decoding_finish(decoding, NULL) == TC_OK, "it is not whole");
	tc__decoding_free(decoding);
}

const struct growth_work growth_readers[] = {
	{ "json", make_group, parse, .large = 40000, .quick = 40000 },
	{ "json.names", make_map, parse, .large = 40000 },
	{ "json.backslashes", make_backslashes, refuse, .large = 100000 },
	{ "json.quotes", make_quotes, refuse, .large = 100000 },
	{ "json.halves", make_halves, mend,
		.large = 200000 }, /* beyond what is held back at once */
	{ "type", make_group, decode, .large = 40000, .quick = 40000 },
	{ "type.map", make_map, decode_map, .large = 40000 },
	{ "type.unique", make_unique, check_unique, .large = 40000 },
	{ "rows", make_rows, read_rows, .large = 40000 },
	{ "rows.typed", make_rows, read_typed_rows, .large = 40000 },
	{ "query", make_nothing, build_query, .large = 50000 },
	{ "pages.keyset", make_keyset, read_keyset, .large = 40000 },
	{ "events", make_events, read_events, .large = 40000 },
	{ "events.one", make_event, read_events, .large = 40000 },
	{ "certificate", make_certificate, read_certificate, .large = 20000 },
	{ "refusal", make_refusal, read_refusal, .large = 10000 },
	{ "gzip", make_packed, unpack, .large = 400000 },
};
const size_t growth_readers_count = sizeof growth_readers / sizeof *growth_readers;
