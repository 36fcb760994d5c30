/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include "workflows/src/pulse/publisher/key.h"
#include "workflows/src/pulse/publisher/publisher.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/type.h>

#define BODY_MAX ((size_t)16 << 20)
#define CC_MAX 256

/* What a message is made of; all borrowed but `encoded`. */
struct parts {
	const struct tc_exchange *exchange;
	char key[TC__KEY_MAX + 1];
	size_t key_length, cc_length;
	const char *body;
	size_t length;
	char *encoded; /* the body, where it was typed; for tc_release */
};

static int find_exchange(const tc_pulse_publisher *publisher, const char *name,
	const struct tc_exchange **exchange, tc_error *err)
{
	const struct tc_pulse_publisher_options *options = &publisher->options;

	if (!name)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "publication.exchange is NULL");
	for (size_t i = 0; i < options->exchange_count; i++) {
		*exchange = options->exchanges[i];
		if (strcmp((*exchange)->exchange, name) == 0)
			return TC_OK;
	}
	return tc_error_set(err, TC_ERROR_ARGUMENT,
		"publication.exchange is %.255s, which is not one of the publisher's "
		"options.exchanges",
		name);
}

static int read_key(struct parts *parts, const struct tc_pulse_publication *given, tc_error *err)
{
	int rc;

	if (given->routing_key && given->word_count)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"publication has both a routing_key and words; expected one of them");
	if (given->word_count && !given->words)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "publication.words is NULL");
	if (!given->routing_key)
		rc = tc__key_make(
			parts->exchange, given->words, given->word_count, parts->key, err);
	else
		rc = tc__key_check(parts->exchange, given->routing_key, err);
	if (rc == TC_OK && given->routing_key)
		memcpy(parts->key, given->routing_key, strlen(given->routing_key) + 1);
	parts->key_length = strlen(parts->key);
	return rc;
}

static int read_cc(struct parts *parts, const struct tc_pulse_publication *given, tc_error *err)
{
	if (given->cc_count && !given->cc)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "publication.cc is NULL");
	if (given->cc_count > CC_MAX)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"publication.cc_count is %zu; expected up to %d", given->cc_count, CC_MAX);
	for (size_t i = 0; i < given->cc_count; i++) {
		const char *key = given->cc[i];
		size_t length = key ? strnlen(key, TC__KEY_MAX + 1) : 0;
		if (!key)
			return tc_error_set(
				err, TC_ERROR_ARGUMENT, "publication.cc[%zu] is NULL", i);
		if (length > TC__KEY_MAX)
			return tc_error_set(err, TC_ERROR_ARGUMENT,
				"publication.cc[%zu] is \"%.100s…\", over 255 bytes, which AMQP "
				"does "
				"not allow",
				i, key);
		parts->cc_length += 1 + length;
	}
	return TC_OK;
}

/* JSON that its readers would refuse is refused here. */
static int read_json(struct parts *parts, const struct tc_pulse_publication *given, tc_error *err)
{
	const tc_json *json = NULL;

	parts->body = given->body;
	parts->length = given->length ? given->length : strlen(given->body);
	if (parts->length > BODY_MAX)
		return TC_OK; /* is told of both kinds */
	int rc = tc_json_parse(parts->body, parts->length, &json, err);
	if (rc == TC_ERROR_INPUT)
		tc_error_prefix(err, "publication.body is not JSON");
	tc_release(json);
	return rc;
}

static int read_typed(struct parts *parts, const struct tc_pulse_publication *given, tc_error *err)
{
	const struct tc_type *type = parts->exchange->message;

	if (!type)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"publication.typed is given, but the table of %.255s has no message type; "
			"expected a body",
			parts->exchange->exchange);
	int rc = tc_encode(type, given->typed, 0, &parts->encoded, &parts->length, err);
	parts->body = parts->encoded;
	if (rc == TC_ERROR_INPUT)
		tc_error_prefix(err, "publication.typed");
	return rc;
}

static int read_body(struct parts *parts, const struct tc_pulse_publication *given, tc_error *err)
{
	if (!given->body == !given->typed)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"publication has %s; expected one of them",
			given->body ? "both a body and a typed one" : "neither body nor typed");
	int rc = given->body ? read_json(parts, given, err) : read_typed(parts, given, err);
	if (rc == TC_OK && parts->length > BODY_MAX)
		rc = tc_error_set(err, TC_ERROR_INPUT,
			"the body has %zu bytes; brokers take up to %zu", parts->length, BODY_MAX);
	return rc;
}

static int assemble(const struct parts *parts, const struct tc_pulse_publication *given,
	struct tc__publication **to_message, tc_error *err)
{
	size_t texts = parts->key_length + parts->cc_length + parts->length;
	struct tc__publication *message = malloc(sizeof *message + texts);

	if (!message)
		return tc__no_memory(err);
	*message = (struct tc__publication){ .exchange = parts->exchange,
		.published = given->published,
		.data = given->data,
		.size = sizeof *message + texts,
		.length = parts->length,
		.cc_count = given->cc_count,
		.key_length = parts->key_length };
	char *to = message->text;
	memcpy(to, parts->key, parts->key_length);
	to += parts->key_length;
	for (size_t i = 0; i < given->cc_count; i++) {
		size_t length = strlen(given->cc[i]);
		*to++ = (char)(unsigned char)length;
		memcpy(to, given->cc[i], length);
		to += length;
	}
	memcpy(to, parts->body, parts->length);
	*to_message = message;
	return TC_OK;
}

int tc__publication_new(tc_pulse_publisher *publisher, const struct tc_pulse_publication *given,
	struct tc__publication **message, tc_error *err)
{
	struct tc_pulse_publication known;
	struct parts parts = { .exchange = NULL };

	int rc = tc__workflow_struct(
		"publication", given, &known, sizeof known, "TC_PULSE_PUBLICATION_INIT", err);
	if (rc == TC_OK)
		rc = find_exchange(publisher, known.exchange, &parts.exchange, err);
	if (rc == TC_OK)
		rc = read_key(&parts, &known, err);
	if (rc == TC_OK)
		rc = read_cc(&parts, &known, err);
	if (rc == TC_OK)
		rc = read_body(&parts, &known, err);
	if (rc == TC_OK)
		rc = assemble(&parts, &known, message, err);
	if (rc == TC_OK)
		(*message)->publisher = publisher;
	tc_release(parts.encoded);
	return rc;
}
