/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Any bytes as a message from Pulse: a line is its exchange, one its routing key, one its further
 * keys (each begins with the kind of its AMQP value, and spaces are between them), and the rest its
 * body. What comes of it fits together, whatever the body was to be read as.
 */
#include "tests/harness/test.h"

#include "workflows/src/pulse/listener/message.h"
#include <stdlib.h>
#include <string.h>

#define CC_MAX 16

/* A body is hashed, and read as three kinds. */
const unsigned fuzz_budget_ns = 20000;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* What stands before the next `end`, in memory of its own. */
static amqp_bytes_t cut(const char **at, const char *last, char end)
{
	const char *found = *at < last ? memchr(*at, end, (size_t)(last - *at)) : NULL;
	amqp_bytes_t bytes = { .len = (size_t)((found ? found : last) - *at) };

	bytes.bytes = malloc(bytes.len + 1);
	require(bytes.bytes != NULL);
	if (bytes.len)
		memcpy(bytes.bytes, *at, bytes.len);
	*at = found ? found + 1 : last;
	return bytes;
}

struct input {
	amqp_basic_deliver_t deliver;
	amqp_basic_properties_t properties;
	amqp_table_entry_t entry;
	amqp_field_value_t cc[CC_MAX];
	amqp_bytes_t line; /* of the further keys */
	const char *body;
	size_t length;
};

static void read_cc(struct input *input)
{
	static char cc[] = "CC";
	const char *at = input->line.bytes, *last = at + input->line.len;
	int count = 0;

	for (; at < last && count < CC_MAX; count++) {
		uint8_t kind = (uint8_t)*at++;
		bool text = kind == AMQP_FIELD_KIND_UTF8 || kind == AMQP_FIELD_KIND_BYTES;
		amqp_bytes_t bytes = cut(&at, last, ' ');
		input->cc[count].kind = text ? kind : AMQP_FIELD_KIND_VOID;
		input->cc[count].value.bytes = bytes;
	}
	input->entry.key = (amqp_bytes_t){ strlen(cc), cc };
	input->entry.value.kind = AMQP_FIELD_KIND_ARRAY;
	input->entry.value.value.array = (amqp_array_t){ count, input->cc };
}

static void check_words(const struct tc_pulse_message *given)
{
	const char *key = given->routing_key;

	if (!given->words)
		return;
	require(given->known && given->known->word_count > 0);
	for (size_t i = 0; i < given->known->word_count; i++) {
		size_t length = strlen(given->words[i]);
		require(strncmp(key, given->words[i], length) == 0);
		require(key[length] == (i + 1 < given->known->word_count ? '.' : '\0'));
		require(given->known->words[i].multiple_words || !strchr(given->words[i], '.'));
		key += length + 1;
	}
}

static void check_cc(const struct tc_pulse_message *given, const struct input *input)
{
	size_t texts = 0;

	for (int i = 0; i < input->entry.value.value.array.num_entries; i++)
		texts += input->cc[i].kind != AMQP_FIELD_KIND_VOID;
	require(given->cc_count == texts && !given->cc[texts]);
	for (size_t i = 0; i < texts; i++)
		require(strlen(given->cc[i]) <= 3 * input->line.len);
}

static void try(const struct input *input, enum tc_pulse_bodies bodies)
{
	const amqp_method_t method = { .id = AMQP_BASIC_DELIVER_METHOD,
		.decoded = (void *)(uintptr_t)&input->deliver };
	struct tc__amqp_content content = { &method, &input->properties, malloc(input->length + 1),
		input->length };
	tc_error fault = TC_ERROR_INIT;

	require(content.body != NULL);
	if (input->length)
		memcpy(content.body, input->body, input->length);
	content.body[input->length] = '\0';
	struct tc__message *message = tc__message_new(&content, bodies, &fault);
	require(message != NULL);
	const struct tc_pulse_message *given = &message->given;
	require(strlen(given->exchange) >= input->deliver.exchange.len);
	require(strlen(given->routing_key) >= input->deliver.routing_key.len);
	check_words(given);
	check_cc(given, input);
	int found = (given->typed != NULL) + (given->json != NULL);
	require(found == (bodies != TC_PULSE_RAW && fault.code == TC_OK));
	require(fault.code == TC_OK || fault.code == TC_ERROR_REPLY);
	require(tc_pulse_message_key(&message->given) != NULL);
	tc_error_clear(&fault);
	tc__message_free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *last = at + size;
	struct input input = { .properties._flags = AMQP_BASIC_HEADERS_FLAG };

	input.deliver.exchange = cut(&at, last, '\n');
	input.deliver.routing_key = cut(&at, last, '\n');
	input.line = cut(&at, last, '\n');
	input.body = at;
	input.length = (size_t)(last - at);
	read_cc(&input);
	input.properties.headers = (amqp_table_t){ 1, &input.entry };
	try(&input, TC_PULSE_TYPED);
	try(&input, TC_PULSE_JSON);
	try(&input, TC_PULSE_RAW);
	for (int i = 0; i < input.entry.value.value.array.num_entries; i++)
		free(input.cc[i].value.bytes.bytes);
	free(input.line.bytes);
	free(input.deliver.exchange.bytes);
	free(input.deliver.routing_key.bytes);
	return 0;
}
