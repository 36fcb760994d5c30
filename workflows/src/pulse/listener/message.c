/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/listener/message.h"

#include "workflows/src/base/text.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/registry.h>
#include <taskcluster/type.h>

/* ---- what AMQP gives ---- */

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static size_t text_room(amqp_bytes_t text)
{
	const char *bytes = text.bytes;
	size_t room = text.len + 1;

	for (size_t i = 0; i < text.len; i++)
		room += bytes[i] ? 0 : strlen(REPLACEMENT) - 1;
	return room;
}

/* A text at *place, which goes on behind it. */
static char *put_text(char **place, amqp_bytes_t text)
{
	const char *bytes = text.bytes;
	char *begin = *place, *to = begin;

	for (size_t i = 0; i < text.len; i++) {
		if (bytes[i])
			*to++ = bytes[i];
		else
			to = (char *)memcpy(to, REPLACEMENT, strlen(REPLACEMENT)) +
				strlen(REPLACEMENT);
	}
	*to++ = '\0';
	*place = to;
	return begin;
}

/* NULL: there is none. */
static const amqp_field_value_t *find_header(
	const amqp_basic_properties_t *properties, const char *name)
{
	size_t length = strlen(name);

	if (!(properties->_flags & AMQP_BASIC_HEADERS_FLAG))
		return NULL;
	for (int i = 0; i < properties->headers.num_entries; i++) {
		const amqp_table_entry_t *entry = &properties->headers.entries[i];
		if (entry->key.len == length && memcmp(entry->key.bytes, name, length) == 0)
			return &entry->value;
	}
	return NULL;
}

/* -1: it is no integer, or below zero. */
static int64_t read_count(const amqp_field_value_t *field)
{
	int64_t value = -1;

	switch (field ? field->kind : 0) {
	case AMQP_FIELD_KIND_I8:
		value = field->value.i8;
		break;
	case AMQP_FIELD_KIND_U8:
		value = field->value.u8;
		break;
	case AMQP_FIELD_KIND_I16:
		value = field->value.i16;
		break;
	case AMQP_FIELD_KIND_U16:
		value = field->value.u16;
		break;
	case AMQP_FIELD_KIND_I32:
		value = field->value.i32;
		break;
	case AMQP_FIELD_KIND_U32:
		value = field->value.u32;
		break;
	case AMQP_FIELD_KIND_I64:
		value = field->value.i64;
		break;
	case AMQP_FIELD_KIND_U64:
		value = field->value.u64 < INT64_MAX ? (int64_t)field->value.u64 : INT64_MAX;
		break;
	default:
		break;
	}
	return value < 0 ? -1 : value;
}

/* The further keys; there may be none. */
static amqp_array_t find_cc(const amqp_basic_properties_t *properties)
{
	const amqp_field_value_t *field = find_header(properties, "CC");

	return field && field->kind == AMQP_FIELD_KIND_ARRAY ? field->value.array
							     : (amqp_array_t){ 0 };
}

/* NULL: the entry is no text. */
static const amqp_bytes_t *text_of(const amqp_field_value_t *entry)
{
	bool is_text = entry->kind == AMQP_FIELD_KIND_UTF8 || entry->kind == AMQP_FIELD_KIND_BYTES;

	return is_text ? &entry->value.bytes : NULL;
}

/* ---- the references ---- */

/* An exchange by its whole name. Generations of a service have it in common: then it is the one
 * whose messages have a struct. */
static const struct tc_exchange *find_exchange(const char *name)
{
	const struct tc_exchange *found = NULL;
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	for (size_t i = 0; i < count; i++) {
		const struct tc_exchange *exchange = services[i]->exchanges;
		for (size_t left = services[i]->exchange_count; left; left--, exchange++) {
			if (strcmp(exchange->exchange, name) != 0)
				continue;
			if (exchange->message)
				return exchange;
			found = found ? found : exchange;
		}
	}
	return found;
}

static size_t count_words(amqp_bytes_t key)
{
	const char *bytes = key.bytes;
	size_t count = 1;

	for (size_t i = 0; i < key.len; i++)
		count += bytes[i] == '.';
	return count;
}

/* Ends a word behind so many dots of its own; what follows it. */
static char *end_word(char *word, size_t dots)
{
	char *dot = strchr(word, '.');

	for (; dot && dots; dots--)
		dot = strchr(dot + 1, '.');
	if (!dot)
		return word + strlen(word);
	*dot = '\0';
	return dot + 1;
}

/* Splits a key of `count` words in its place; false when it does not fit. */
static bool split_key(
	const struct tc_exchange *exchange, char *key, size_t count, const char **words)
{
	size_t expected = exchange->word_count, several = expected;

	for (size_t i = 0; i < expected; i++)
		several = exchange->words[i].multiple_words ? i : several;
	if (count < expected || (count > expected && several == expected))
		return false;
	for (size_t i = 0; i < expected; i++) {
		words[i] = key;
		key = end_word(key, i == several ? count - expected : 0);
	}
	return true;
}

/* ---- messages ---- */

/* Where a message's lists and texts lie, behind it. */
struct room {
	const char **words, **cc;
	char *texts;
	size_t word_count;
};

static struct tc__message *make_room(
	const amqp_basic_deliver_t *deliver, amqp_array_t cc, struct room *room)
{
	size_t words = count_words(deliver->routing_key);
	size_t pointers = words + (size_t)cc.num_entries + 1;
	size_t bytes = text_room(deliver->exchange) + 2 * text_room(deliver->routing_key);

	for (int i = 0; i < cc.num_entries; i++) {
		const amqp_bytes_t *text = text_of(&cc.entries[i]);
		bytes += text ? text_room(*text) : 0;
	}
	struct tc__message *message =
		calloc(1, sizeof *message + pointers * sizeof(char *) + bytes);
	if (!message)
		return NULL;
	room->words = (const char **)(message + 1);
	room->cc = room->words + words;
	room->texts = (char *)(room->cc + cc.num_entries + 1);
	room->word_count = words;
	return message;
}

static void take_keys(struct tc_pulse_message *given, const amqp_basic_deliver_t *deliver,
	amqp_array_t cc, struct room *room)
{
	given->exchange = put_text(&room->texts, deliver->exchange);
	given->routing_key = put_text(&room->texts, deliver->routing_key);
	given->known = find_exchange(given->exchange);
	char *key = put_text(&room->texts, deliver->routing_key);
	if (given->known && split_key(given->known, key, room->word_count, room->words))
		given->words = room->words;
	for (int i = 0; i < cc.num_entries; i++) {
		const amqp_bytes_t *text = text_of(&cc.entries[i]);
		if (text)
			room->cc[given->cc_count++] = put_text(&room->texts, *text);
	}
	given->cc = room->cc;
}

static int read_body(struct tc_pulse_message *given, enum tc_pulse_bodies bodies, tc_error *fault)
{
	const struct tc_type *type =
		bodies == TC_PULSE_TYPED && given->known ? given->known->message : NULL;

	if (bodies == TC_PULSE_RAW)
		return TC_OK;
	if (!type)
		return tc_json_read(given->body, given->length, TC_JSON_MEND, &given->json, fault);
	given->typed = tc_decode(type, given->body, given->length, TC_DECODE_MEND, fault);
	return fault->code;
}

struct tc__message *tc__message_new(
	struct tc__amqp_content *content, enum tc_pulse_bodies bodies, tc_error *fault)
{
	const amqp_basic_deliver_t *deliver = content->method->decoded;
	amqp_array_t cc = find_cc(content->properties);
	char *body = content->body;
	struct room room;

	tc_error_clear(fault);
	content->body = NULL;
	struct tc__message *message = make_room(deliver, cc, &room);
	if (!message) {
		free(body);
		return NULL;
	}
	struct tc_pulse_message *given = &message->given;
	message->tag = deliver->delivery_tag;
	given->body = message->body = body;
	given->length = content->length;
	given->redelivered = deliver->redelivered;
	given->delivery_count = read_count(find_header(content->properties, "x-delivery-count"));
	take_keys(given, deliver, cc, &room);
	int rc = read_body(given, bodies, fault);
	if (rc == TC_ERROR_NOMEM) {
		tc_error_clear(fault);
		tc__message_free(message);
		return NULL;
	}
	if (rc != TC_OK) {
		fault->code = TC_ERROR_REPLY; /* the sender's, and no fault of whoever listens */
		tc_error_prefix(fault, "message of %s with the key \"%s\"", given->exchange,
			given->routing_key);
	}
	return message;
}

void tc__message_free(struct tc__message *message)
{
	if (!message)
		return;
	tc_release(message->given.typed);
	tc_release(message->given.json);
	free(message->body);
	free(message->key);
	free(message);
}

const char *tc_pulse_message_word(const struct tc_pulse_message *message, const char *name)
{
	if (!message || !message->words || !name)
		return NULL;
	for (size_t i = 0; i < message->known->word_count; i++) {
		if (strcmp(message->known->words[i].name, name) == 0)
			return message->words[i];
	}
	return NULL;
}

/* ---- duplicates ---- */

static char *make_key(const struct tc_pulse_message *given)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof digest + 1];

	if (given->known && given->known->once)
		return tc__text(NULL, "%s %s", given->exchange, given->routing_key);
	crypto_hash_sha256(digest, (const unsigned char *)given->body, given->length);
	return tc__text(NULL, "%s %s %s", given->exchange, given->routing_key,
		sodium_bin2hex(hex, sizeof hex, digest, sizeof digest));
}

const char *tc_pulse_message_key(struct tc_pulse_message *message)
{
	struct tc__message *whole = (struct tc__message *)message; /* its first member */

	if (!whole)
		return NULL;
	if (!whole->key)
		whole->key = make_key(message);
	return whole->key;
}
