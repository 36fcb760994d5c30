/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/pulse/message.h"
#include "tools/taskcluster/shared/advice.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/plain.h"

#include <stdlib.h>
#include <string.h>

/* Keys and bodies are bytes to AMQP; what is no UTF-8 cannot be in JSON. */
static void add_text(tc_json_builder *json, const char *text, size_t length)
{
	char *mended = plain_utf8(text, length);

	tc_json_add_string_n(json, mended, length);
	free(mended);
}

static void add_member(tc_json_builder *json, const char *name, const char *text)
{
	tc_json_add_name(json, name);
	add_text(json, text, strlen(text));
}

static void add_words(tc_json_builder *json, const struct tc_pulse_message *message)
{
	if (!message->known || !message->words)
		return;
	tc_json_add_name(json, "words");
	tc_json_add_object(json);
	for (size_t i = 0; i < message->known->word_count; i++)
		add_member(json, message->known->words[i].name, message->words[i]);
	tc_json_end(json);
}

/* `payload` NULL: the body as a text. */
static int build(const struct tc_pulse_message *message, const tc_json *payload,
	const tc_json **line, tc_error *err)
{
	tc_json_builder *json = tc_json_builder_new();

	tc_json_add_object(json);
	add_member(json, "exchange", message->exchange);
	add_member(json, "routingKey", message->routing_key);
	tc_json_add_name(json, "cc");
	tc_json_add_array(json);
	for (size_t i = 0; i < message->cc_count; i++)
		add_text(json, message->cc[i], strlen(message->cc[i]));
	tc_json_end(json);
	tc_json_add_name(json, "redelivered");
	tc_json_add_bool(json, message->redelivered);
	add_words(json, message);
	tc_json_add_name(json, payload ? "payload" : "body");
	if (payload)
		tc_json_add_json(json, payload);
	else
		add_text(json, message->body, message->length);
	tc_json_end(json);
	return tc_json_build(json, line, err);
}

static int build_text(const struct tc_pulse_message *message, const tc_json **line, tc_error *err)
{
	complain("a message of %s with the key %s cannot be read as JSON, and is printed as a "
		 "text: %s",
		message->exchange, message->routing_key, tc_error_text(err));
	tc_error_clear(err);
	return build(message, NULL, line, err);
}

int message_print(struct output *output, const struct tc_pulse_message *message)
{
	const tc_json *payload = NULL, *line = NULL;
	tc_error err = TC_ERROR_INIT;

	int rc = tc_json_read(message->body, message->length, TC_JSON_MEND, &payload, &err);
	if (rc == TC_OK)
		rc = build(message, payload, &line, &err);
	if (rc == TC_ERROR_INPUT) /* or nested so deeply that it cannot be in a member */
		rc = build_text(message, &line, &err);
	int status = rc == TC_OK ? output_line(output, line) : report(&err, NULL, NULL);
	tc_release(payload);
	tc_release(line);
	tc_error_clear(&err);
	return status;
}
