/* SPDX-License-Identifier: MPL-2.0 */
/* Typed bodies and replies: what generated functions with structs stand on. */
#include <taskcluster/generated.h>

#include "runtime/src/call/call.h"
#include "runtime/src/call/reshape.h"
#include "runtime/src/type/type.h"
#include <string.h>

/* Stores a pointer in a variable of the caller's whose type only the caller knows. */
static void store(void *variable, const void *pointer)
{
	if (variable)
		memcpy(variable, &pointer, sizeof pointer);
}

/* ---- bodies ---- */

static int take_struct(tc_call *call, const void *body, tc_error *err)
{
	const struct tc_operation *operation = call->request.operation;
	unsigned flags = call->client->options.unchecked_bodies ? TC_ENCODE_UNCHECKED : 0;
	size_t length;
	char *text;

	int rc = tc_encode(operation->input, body, flags, &text, &length, err);
	if (rc != TC_OK)
		return tc__operation_prefix(operation, rc, err);
	rc = tc__call_take_body(call, text, length, NULL, NULL, err);
	if (rc != TC_OK)
		tc_release(text);
	return rc;
}

int tc_generated_body(
	tc_call *call, const struct tc_operation *operation, const void *body, tc_error *err)
{
	tc_error_clear(err);
	if (!call)
		return tc__fail(err, TC_ERROR_ARGUMENT, "call is NULL");
	const struct tc_operation *own = call->request.operation;
	if (own != operation)
		return tc__operation_prefix(operation,
			tc__fail(err, TC_ERROR_ARGUMENT,
				"call is one of %s.%s; expected one of the same function",
				own->service->name, own->name),
			err);
	if (!body && tc__rpc_of(operation))
		return TC_OK; /* whether it may do without is seen when it is sent */
	if (!body)
		return tc__operation_prefix(
			operation, tc__fail(err, TC_ERROR_ARGUMENT, "body is NULL"), err);
	if (!operation->input)
		return tc_call_body_json(call, body, err);
	if (call->state->used) /* tells why that is too late */
		return tc_call_body_bytes(call, "", 0, NULL, err);
	return take_struct(call, body, err);
}

/* ---- replies ---- */

static unsigned reply_flags(const struct tc_operation *operation, bool lenient)
{
	return TC_DECODE_MEND | (lenient ? TC_DECODE_LENIENT : 0) |
		(operation->secret_reply ? TC_DECODE_SECRET : 0);
}

/* Decodes a reply while its bytes arrive. */
struct typed_sink {
	struct tc__sink sink; /* first: it is what the functions get */
	const struct tc_type *type;
	unsigned flags;
	struct tc__decoder *decoder;
	void *value;
};

static void clear_sink(struct typed_sink *typed)
{
	tc__decoder_free(typed->decoder);
	typed->decoder = NULL;
	tc_release(typed->value);
	typed->value = NULL;
}

static int begin_reply(struct tc__sink *sink, tc_response *head, tc_error *err)
{
	struct typed_sink *typed = (struct typed_sink *)sink;

	(void)head;
	clear_sink(typed);
	typed->decoder = tc__decoder_new(typed->type, typed->flags, TC_ERROR_REPLY, err);
	return typed->decoder ? TC_OK : TC_ERROR_NOMEM;
}

static int feed_reply(struct tc__sink *sink, const char *bytes, size_t length, tc_error *err)
{
	struct typed_sink *typed = (struct typed_sink *)sink;

	return tc__decoder_feed(typed->decoder, bytes, length, err);
}

static int finish_reply(struct tc__sink *sink, tc_error *err)
{
	struct typed_sink *typed = (struct typed_sink *)sink;
	tc_error reason = TC_ERROR_INIT;

	typed->value = tc__decoder_finish(typed->decoder, &reason);
	return typed->value ? TC_OK : tc__fail_with(err, &reason);
}

static int perform_typed(const tc_call *call, void *reply, tc_error *err)
{
	const struct tc_operation *operation = call->request.operation;
	struct typed_sink typed = {
		.sink = { .begin = begin_reply, .feed = feed_reply, .finish = finish_reply },
		.type = operation->output,
		.flags = reply_flags(operation,
			call->client->options.lenient_replies ||
				tc__query_is_selective(&call->request.query)),
	};

	int rc = tc__call_check_ready(call, err);
	if (rc == TC_OK)
		rc = tc__call_perform(call, &typed.sink, NULL, NULL, err);
	if (rc == TC_OK) {
		store(reply, typed.value);
		typed.value = NULL;
	}
	clear_sink(&typed);
	return rc;
}

/* A reply that has to be whole before it can be decoded. */
static int perform_reshaped(const tc_call *call, void *reply, tc_error *err)
{
	tc_response *response = NULL;
	tc_error failure = TC_ERROR_INIT;

	int rc = tc_call_perform(call, &response, err);
	if (rc != TC_OK)
		return rc;
	void *value = tc_generated_reply(call->request.operation, response, &failure);
	if (!value)
		tc__call_fail_reading(call, response, &failure);
	tc_release(response);
	store(reply, value);
	return value ? TC_OK : tc__fail_with(err, &failure);
}

static int perform(const tc_call *call, void *reply, tc_error *err)
{
	const struct tc_operation *operation = call->request.operation;
	const tc_json *json = NULL;
	tc_response *response = NULL;
	int rc;

	if (!reply)
		return tc_call_perform(call, NULL, err);
	if (operation->output)
		return tc__is_reshaped(operation) ? perform_reshaped(call, reply, err)
						  : perform_typed(call, reply, err);
	if (operation->has_output) {
		rc = tc_call_perform_json(call, &json, err);
		store(reply, json);
	} else {
		rc = tc_call_perform(call, &response, err);
		store(reply, response);
	}
	return rc;
}

int tc_generated_perform(tc_client *client, const struct tc_operation *operation,
	const char *const *arguments, const void *query, const void *body, void *reply,
	tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;

	tc_error_clear(err);
	store(reply, NULL);
	tc_call *call = tc_generated_call(client, operation, arguments, query, &failure);
	int rc = failure.code;
	if (call && operation->has_input)
		rc = tc_generated_body(call, operation, body, &failure);
	if (call && rc == TC_OK)
		rc = perform(call, reply, &failure);
	tc_call_free(call);
	return rc == TC_OK ? TC_OK : tc__fail_with(err, &failure);
}

static void *decode_reshaped(const struct tc_operation *operation, const tc_response *response,
	unsigned flags, tc_error *err)
{
	const tc_json *json = NULL;
	size_t length;
	const char *body = tc_response_body(response, &length);
	void *value = NULL;

	if (tc_json_read(body, length, TC_JSON_MEND, &json, err) == TC_OK)
		value = tc__decode_reshaped(operation, json, flags, err);
	tc_release(json);
	return value;
}

static void *decode(const struct tc_operation *operation, const tc_response *response,
	unsigned flags, tc_error *err)
{
	size_t length;
	const char *body = tc_response_body(response, &length);
	void *value = NULL;

	if (tc__is_reshaped(operation))
		return decode_reshaped(operation, response, flags, err);
	struct tc__decoder *decoder =
		tc__decoder_new(operation->output, flags, TC_ERROR_REPLY, err);
	if (decoder && tc__decoder_feed(decoder, body, length, err) == TC_OK)
		value = tc__decoder_finish(decoder, err);
	tc__decoder_free(decoder);
	return value;
}

void *tc_generated_reply(
	const struct tc_operation *operation, const tc_response *response, tc_error *err)
{
	tc_error reason = TC_ERROR_INIT;

	tc_error_clear(err);
	if (!response) {
		tc__operation_prefix(
			operation, tc__fail(err, TC_ERROR_ARGUMENT, "response is NULL"), err);
		return NULL;
	}
	unsigned flags = reply_flags(operation, tc__response_is_lenient(response));
	void *value = decode(operation, response, flags, &reason);
	if (!value) {
		tc__operation_prefix(operation, reason.code, &reason);
		tc__fail_with(err, &reason);
	}
	return value;
}
