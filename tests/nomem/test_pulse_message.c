/* SPDX-License-Identifier: MPL-2.0 */
/* Messages from Pulse while memory ends: none comes, and no block is left behind. */
#include "tests/harness/test.h"

#include "tests/nomem/failing.h"
#include "workflows/src/pulse/listener/message.h"
#include <stdlib.h>
#include <string.h>

#define RESOLVED "exchange/taskcluster-queue/v1/task-group-resolved"

static amqp_bytes_t text(const char *text)
{
	return (amqp_bytes_t){ strlen(text), (char *)(uintptr_t)text };
}

struct attempt {
	const char *body;
	enum tc_pulse_bodies bodies;
	int fault; /* what is to come of the body */
	const char *pointer;
};

/* Without memory an error may lack its text, and the rest. */
static bool is_whole(const tc_error *fault, const char *pointer)
{
	const char *told = tc_error_pointer(fault);

	return strstr(tc_error_text(fault), RESOLVED) &&
		(!pointer || (told && strcmp(told, pointer) == 0));
}

static int take_key(struct tc__message *message, tc_error *err)
{
	return tc_pulse_message_key(&message->given) ? TC_OK
						     : tc_error_set(err, TC_ERROR_NOMEM, "the key");
}

static int receive(void *data, tc_error *err)
{
	const struct attempt *attempt = data;
	amqp_basic_deliver_t deliver = {
		.exchange = text(RESOLVED),
		.routing_key = text("primary.GROUP.scheduler._"),
	};
	const amqp_method_t method = { .decoded = &deliver };
	amqp_field_value_t cc = { .kind = AMQP_FIELD_KIND_UTF8, .value.bytes = text("route.a") };
	amqp_table_entry_t entry = { .key = text("CC"), .value.kind = AMQP_FIELD_KIND_ARRAY };
	const amqp_basic_properties_t properties = { ._flags = AMQP_BASIC_HEADERS_FLAG,
		.headers = { 1, &entry } };
	struct tc__amqp_content content = { &method, &properties, strdup(attempt->body),
		strlen(attempt->body) };
	tc_error fault = TC_ERROR_INIT;

	entry.value.value.array = (amqp_array_t){ 1, &cc };
	if (!content.body)
		return tc_error_set(err, TC_ERROR_NOMEM, "the body");
	struct tc__message *message = tc__message_new(&content, attempt->bodies, &fault);
	assert_int_equal(fault.code, message ? attempt->fault : TC_OK);
	int rc =
		message ? take_key(message, err) : tc_error_set(err, TC_ERROR_NOMEM, "the message");
	if (rc == TC_OK && attempt->fault && !is_whole(&fault, attempt->pointer))
		rc = tc_error_set(err, TC_ERROR_NOMEM, "the text");
	tc_error_clear(&fault);
	tc__message_free(message);
	return rc;
}

static void messages_come_whole_or_not(void **state)
{
	static struct attempt attempts[] = {
		{ "{\"version\":1,\"taskGroupId\":\"g\",\"schedulerId\":\"s\","
		  "\"expires\":\"2026-01-01T00:00:00.000Z\"}",
			TC_PULSE_TYPED, TC_OK, NULL },
		{ "{\"a\":[1,2]}", TC_PULSE_JSON, TC_OK, NULL },
		{ "{}", TC_PULSE_RAW, TC_OK, NULL },
		{ "{\"version\":1,\"taskGroupId\":5}", TC_PULSE_TYPED, TC_ERROR_REPLY,
			"/taskGroupId" },
		{ "[1,", TC_PULSE_JSON, TC_ERROR_REPLY, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
		assert_true(tc_failing_each(receive, &attempts[i]) >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_come_whole_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
