/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/amqp/session.h"

#include <stdio.h>
#include <string.h>

/* Codes of AMQP that are a refusal of what was asked, and not the broker's trouble; the names are
 * RabbitMQ's, too. */
static const struct {
	int code;
	const char *name;
} refusals[] = { { 403, "ACCESS_REFUSED" }, { 404, "NOT_FOUND" }, { 405, "RESOURCE_LOCKED" },
	{ 406, "PRECONDITION_FAILED" }, { 530, "NOT_ALLOWED" } };

#define NOT_ALLOWED 530

static const char *name_of(int code)
{
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		if (refusals[i].code == code)
			return refusals[i].name;
	return NULL;
}

/* RabbitMQ says the same of a vhost that is not there and of one that has enough connections, among
 * which is for a while also one that was just lost; only the text differs. */
static bool is_full(int code, const char *message)
{
	return code == NOT_ALLOWED && strstr(message, "connection limit");
}

static int code_for(int code, const char *message, bool in_login)
{
	if (is_full(code, message))
		return TC_ERROR_NETWORK;
	if (in_login && code == 403)
		return TC_ERROR_CREDENTIALS;
	if (code == NOT_ALLOWED) /* a vhost; in HTTP it would be worth another try */
		return TC_ERROR_ARGUMENT;
	return name_of(code) ? TC_ERROR_HTTP : TC_ERROR_NETWORK;
}

int tc__amqp_refusal(const amqp_method_t *method, bool in_login, tc_error *err)
{
	/* the two are laid out alike, but that is librabbitmq's affair */
	const amqp_channel_close_t *channel = method->decoded;
	const amqp_connection_close_t *connection = method->decoded;
	bool of_channel = method->id == AMQP_CHANNEL_CLOSE_METHOD;
	int code = of_channel ? channel->reply_code : connection->reply_code;
	amqp_bytes_t text = of_channel ? channel->reply_text : connection->reply_text;
	char message[256]; /* a short string of AMQP */

	snprintf(message, sizeof message, "%.*s", (int)text.len, (const char *)text.bytes);
	int rc = code_for(code, message, in_login);
	tc_error_set(err, rc, "the broker %s: %d %s",
		rc == TC_ERROR_NETWORK ? "has closed the connection" : "refuses", code, message);
	if (rc != TC_ERROR_NETWORK)
		tc_error_set_server(err, code, name_of(code), message);
	return rc;
}
