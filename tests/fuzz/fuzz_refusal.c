/* SPDX-License-Identifier: MPL-2.0 */
/* Any body of a reply that may be a refusal, by each shape and as a remote procedure call's: an
 * error never passes for a success, and what a person reads of it is good text. */
#include "tests/harness/test.h"

#include "runtime/src/http/response.h"
#include "runtime/src/http/response_shape.h"
#include "runtime/src/operation/rpc.h"
#include "tests/harness/ci.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* The bytes of the character; 0: it is none, or one that a terminal may obey. */
static size_t character(const char *at)
{
	unsigned char c = (unsigned char)*at;
	size_t size = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
		return 0;
	for (size_t i = 1; i < size; i++)
		if (((unsigned char)at[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

static void check_text(const char *text)
{
	require(strlen(text) > 0 && strlen(text) <= TC__REFUSED_MAX);
	while (*text) {
		size_t size = character(text);
		require(size > 0);
		text += size;
	}
}

static void reply_of(struct tc__reply *reply, const struct tc_operation *operation,
	const char *status, const uint8_t *data, size_t size)
{
	tc__reply_init(reply, SIZE_MAX, NULL);
	reply->operation = operation;
	require(tc__reply_line(reply, status, strlen(status)) == TC_OK);
	require(tc__reply_line(reply, "\r\n", 2) == TC_OK);
	require(tc__reply_body(reply, (const char *)data, size / 2) == TC_OK);
	require(tc__reply_body(reply, (const char *)data + size / 2, size - size / 2) == TC_OK);
	require(tc__reply_finish(reply, NULL) == TC_OK);
}

static void check_refusal(const struct tc_operation *operation, const uint8_t *data, size_t size)
{
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;
	size_t length;

	reply_of(&reply, operation, "HTTP/1.1 400 Bad\r\n", data, size);
	require(tc__reply_is_refused(&reply));
	require(tc__reply_refusal(&reply, &err) == TC_ERROR_HTTP);
	require(err.http_status == 400);
	check_text(tc_error_text(&err));
	const char *body = tc_error_body(&err, &length);
	require(length == size && (!size || memcmp(body, data, size) == 0));
	tc_release(tc__reply_message(&reply));
	tc_error_clear(&err);
	tc__reply_clear(&reply);
}

/* With 200 the body alone says what it is. */
static void check_rpc(const uint8_t *data, size_t size)
{
	const struct tc_rpc strict = { .method = "stop", .result_required = true };
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;
	int64_t id = 0;

	reply_of(&reply, CI(STOP), "HTTP/1.1 200 OK\r\n", data, size);
	const tc_json *json = tc_response_json(reply.response, NULL);
	const tc_json *error = tc_json_get(json, "error");
	bool refused = tc__reply_is_refused(&reply);
	require(refused == (error && tc_json_kind(error) != TC_JSON_NULL));
	if (refused) {
		require(tc__reply_refusal(&reply, &err) == TC_ERROR_HTTP);
		check_text(tc_error_text(&err));
	} else if (tc__rpc_check(&strict, 7, json, &err) == TC_OK) {
		require(tc_json_kind(json) == TC_JSON_OBJECT);
		require(tc_json_int64(tc_json_get(json, "id"), &id) && id == 7);
		require(tc_json_kind(tc_json_get(json, "result")) > TC_JSON_NULL);
	} else {
		require(err.code == TC_ERROR_REPLY);
	}
	tc_error_clear(&err);
	tc__reply_clear(&reply);
}

static void check_shape(enum tc_error_kind kind, const tc_json *json)
{
	const struct tc_error_shape shapes[] = {
		{ .kind = (uint8_t)kind,
			.message = (const char *const[]){ "/detail", "/a/0/b", NULL },
			.code = (const char *const[]){ "/code", NULL },
			.info = "/info" },
		{ .kind = TC_ERROR_SHAPE_END },
	};
	struct tc__said said = { .info = NULL };
	bool fits = tc__said_read(&said, shapes, 400, json);
	bool text = tc_json_kind(json) == TC_JSON_STRING;

	if (kind == TC_ERROR_SHAPE_STRING)
		require(fits == text);
	if (kind != TC_ERROR_SHAPE_STRING)
		require(!fits || tc_json_kind(json) >= TC_JSON_ARRAY);
	if (fits && text)
		require(said.message.length == tc_json_text_length(json) || said.message.too_long);
	require(!said.message.no_memory && !said.code.no_memory);
	tc__said_clear(&said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const tc_json *json = NULL;

	check_refusal(CI(READ), data, size);
	check_refusal(CI(STOP), data, size);
	check_rpc(data, size);
	(void)tc_json_parse((const char *)data, size, &json, NULL);
	for (int kind = TC_ERROR_SHAPE_MEMBERS; json && kind <= TC_ERROR_SHAPE_RPC; kind++)
		check_shape((enum tc_error_kind)kind, json);
	tc_release(json);
	return 0;
}
