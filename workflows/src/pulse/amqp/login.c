/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/amqp/session.h"

#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <string.h>

#define FRAME_MAX 131072 /* what RabbitMQ offers, and all that is taken here */
#define FRAME_MIN 4096   /* below which no broker may go */

/* ---- sending ---- */

static int send_method(struct tc__amqp *amqp, unsigned channel, amqp_method_number_t id,
	const void *fields, tc_error *err)
{
	int rc = tc__frame_put_method(&amqp->out, channel, id, fields, err);

	return rc == TC_OK ? tc__amqp_flush(amqp, err) : rc;
}

int tc__amqp_greet(struct tc__amqp *amqp, tc_error *err)
{
	static const char greeting[] = { 'A', 'M', 'Q', 'P', 0, 0, 9, 1 };

	amqp->stage = TC__AMQP_LOGIN;
	int rc = tc__amqp_await(amqp, AMQP_CONNECTION_START_METHOD, err);
	if (rc == TC_OK && !tc__bytes_add(&amqp->out, greeting, sizeof greeting))
		rc = tc__no_memory(err);
	return rc == TC_OK ? tc__amqp_flush(amqp, err) : rc;
}

/* ---- logging in ---- */

/* Whether a list of words between blanks has one. */
static bool has_word(amqp_bytes_t list, const char *word)
{
	const char *at = list.bytes, *end = at + list.len;
	size_t length = strlen(word);

	while (at < end) {
		const char *blank = memchr(at, ' ', (size_t)(end - at));
		size_t size = (size_t)((blank ? blank : end) - at);
		if (size == length && memcmp(at, word, length) == 0)
			return true;
		at += size + 1;
	}
	return false;
}

/* "\0user\0password" */
static char *plain_response(const struct tc__amqp *amqp, size_t *length)
{
	size_t name = strlen(amqp->name), password = strlen(amqp->password);
	char *response = malloc(name + password + 2);

	if (!response)
		return NULL;
	response[0] = '\0';
	memcpy(response + 1, amqp->name, name);
	response[1 + name] = '\0';
	memcpy(response + 2 + name, amqp->password, password);
	*length = name + password + 2;
	return response;
}

static amqp_table_entry_t text_entry(const char *key, const char *text)
{
	return (amqp_table_entry_t){ .key = amqp_cstring_bytes(key),
		.value = {
			.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes(text) } };
}

static amqp_table_entry_t true_entry(const char *key)
{
	return (amqp_table_entry_t){ .key = amqp_cstring_bytes(key),
		.value = { .kind = AMQP_FIELD_KIND_BOOLEAN, .value.boolean = 1 } };
}

/* What this client can do decides what the broker tells it: without these a deleted queue, and a
 * broker that takes nothing, are silence. */
static int answer_start(struct tc__amqp *amqp, size_t length, char *response, tc_error *err)
{
	amqp_table_entry_t abilities[] = { true_entry("authentication_failure_close"),
		true_entry("basic.nack"), true_entry("connection.blocked"),
		true_entry("consumer_cancel_notify"), true_entry("publisher_confirms") };
	amqp_table_entry_t properties[] = { text_entry("product", "libtaskcluster"),
		text_entry("platform", "C"), text_entry("information", "taskcluster-pulse"),
		{ .key = amqp_cstring_bytes("capabilities"),
			.value = { .kind = AMQP_FIELD_KIND_TABLE,
				.value.table = {
					sizeof abilities / sizeof *abilities, abilities } } } };
	const amqp_connection_start_ok_t fields = {
		.client_properties = { sizeof properties / sizeof *properties, properties },
		.mechanism = amqp_cstring_bytes("PLAIN"),
		.response = { length, response },
		.locale = amqp_cstring_bytes("en_US"),
	};

	amqp->secret = true;
	int rc = tc__amqp_await(amqp, AMQP_CONNECTION_TUNE_METHOD, err);
	return rc != TC_OK ? rc
			   : send_method(amqp, 0, AMQP_CONNECTION_START_OK_METHOD, &fields, err);
}

static int take_start(struct tc__amqp *amqp, const amqp_connection_start_t *start, tc_error *err)
{
	size_t length = 0;

	if (!has_word(start->mechanisms, "PLAIN"))
		return tc_error_set(err, TC_ERROR_REPLY,
			"the broker wants another way of logging in than by a password (PLAIN)");
	char *response = plain_response(amqp, &length);
	if (!response)
		return tc__no_memory(err);
	int rc = answer_start(amqp, length, response, err);
	tc__wipe_free(response, length);
	tc__wipe_free(amqp->password, strlen(amqp->password));
	amqp->password = NULL;
	return rc;
}

/* The smaller of two limits, of which 0 is none. */
static int agreed(int ours, int theirs)
{
	if (!ours || !theirs)
		return ours ? ours : theirs;
	return ours < theirs ? ours : theirs;
}

static int take_tune(struct tc__amqp *amqp, const amqp_connection_tune_t *tune, tc_error *err)
{
	uint32_t frame_max =
		tune->frame_max && tune->frame_max < FRAME_MAX ? tune->frame_max : FRAME_MAX;

	if (frame_max < FRAME_MIN)
		return tc_error_set(err, TC_ERROR_REPLY,
			"the broker wants frames of %u bytes, where AMQP has %d at least",
			frame_max, FRAME_MIN);
	amqp->frame_max = frame_max;
	/* who wants none does not get any */
	if (amqp->heartbeat_s)
		amqp->heartbeat_s = agreed(amqp->heartbeat_s, tune->heartbeat);
	const amqp_connection_tune_ok_t answer = { .channel_max = TC__AMQP_CHANNEL,
		.frame_max = frame_max,
		.heartbeat = (uint16_t)amqp->heartbeat_s };
	const amqp_connection_open_t open = { .virtual_host = amqp_cstring_bytes(amqp->vhost) };
	int rc = send_method(amqp, 0, AMQP_CONNECTION_TUNE_OK_METHOD, &answer, err);
	if (rc == TC_OK)
		rc = tc__amqp_start_beats(amqp, err);
	if (rc == TC_OK)
		rc = tc__amqp_await(amqp, AMQP_CONNECTION_OPEN_OK_METHOD, err);
	return rc == TC_OK ? send_method(amqp, 0, AMQP_CONNECTION_OPEN_METHOD, &open, err) : rc;
}

int tc__amqp_reopen(struct tc__amqp *amqp, tc_error *err)
{
	const amqp_channel_open_t fields = { .out_of_band = amqp_empty_bytes };

	if (amqp->stage != TC__AMQP_CLOSED)
		return tc_error_set(err, TC_ERROR_NETWORK, "the broker's connection is gone");
	int rc = tc__amqp_await(amqp, AMQP_CHANNEL_OPEN_OK_METHOD, err);
	if (rc == TC_OK)
		rc = tc__amqp_limit(amqp, err);
	if (rc != TC_OK)
		return rc;
	amqp->stage = TC__AMQP_OPENING;
	return send_method(amqp, TC__AMQP_CHANNEL, AMQP_CHANNEL_OPEN_METHOD, &fields, err);
}

/* ---- once it is open ---- */

static void tell_opened(struct tc__amqp *amqp)
{
	amqp->stage = TC__AMQP_OPEN;
	tc__amqp_end_limit(amqp);
	amqp->user.opened(amqp->user.data);
}

/* Without its close-ok the broker would not let the channel be opened again. */
static int take_channel_close(struct tc__amqp *amqp, const amqp_method_t *method, tc_error *err)
{
	const amqp_channel_close_ok_t answer = { 0 };
	tc_error refusal = TC_ERROR_INIT;
	size_t asked = tc__bytes_length(&amqp->awaited);

	tc__amqp_refusal(method, false, &refusal);
	tc__bytes_take(&amqp->awaited, asked, false);
	tc__amqp_end_limit(amqp);
	tc__assembly_clear(&amqp->assembly);
	int rc = send_method(amqp, TC__AMQP_CHANNEL, AMQP_CHANNEL_CLOSE_OK_METHOD, &answer, err);
	if (rc == TC_OK && amqp->stage != TC__AMQP_LEAVING) {
		amqp->stage = TC__AMQP_CLOSED;
		amqp->user.refused(amqp->user.data, &refusal, asked > 0);
	}
	tc_error_clear(&refusal);
	return rc;
}

static int take_connection_close(struct tc__amqp *amqp, const amqp_method_t *method, tc_error *err)
{
	const amqp_connection_close_ok_t answer = { 0 };

	(void)send_method(amqp, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &answer, NULL);
	return tc__amqp_refusal(method, amqp->stage == TC__AMQP_LOGIN, err);
}

/* ---- what may come ---- */

int tc__amqp_await(struct tc__amqp *amqp, amqp_method_number_t id, tc_error *err)
{
	return tc__bytes_add(&amqp->awaited, &id, sizeof id) ? TC_OK : tc__no_memory(err);
}

static bool is_awaited(const struct tc__amqp *amqp, amqp_method_number_t id)
{
	return tc__bytes_length(&amqp->awaited) &&
		memcmp(tc__bytes_first(&amqp->awaited), &id, sizeof id) == 0;
}

static bool may_come(const struct tc__amqp *amqp, amqp_method_number_t id)
{
	switch (id) {
	case AMQP_CONNECTION_CLOSE_METHOD:
		return true;
	case AMQP_CONNECTION_CLOSE_OK_METHOD:
		return amqp->stage == TC__AMQP_LEAVING;
	case AMQP_CONNECTION_BLOCKED_METHOD:
	case AMQP_CONNECTION_UNBLOCKED_METHOD:
	case AMQP_CHANNEL_CLOSE_METHOD:
		return amqp->stage > TC__AMQP_LOGIN;
	case AMQP_BASIC_ACK_METHOD:
	case AMQP_BASIC_NACK_METHOD:
	case AMQP_BASIC_CANCEL_METHOD:
	case AMQP_BASIC_DELIVER_METHOD:
	case AMQP_BASIC_RETURN_METHOD:
		return amqp->stage >= TC__AMQP_OPEN;
	default:
		return is_awaited(amqp, id);
	}
}

int tc__amqp_expect(const struct tc__amqp *amqp, amqp_method_number_t id, tc_error *err)
{
	if (may_come(amqp, id))
		return TC_OK;
	return tc_error_set(err, TC_ERROR_REPLY, "the broker sent %s%s",
		amqp_method_name(id) ? amqp_method_name(id) : "nonsense",
		amqp->stage == TC__AMQP_LOGIN ? " while logging in" : ", for which nobody asked");
}

/* The first of what is awaited has come: the next has all the time again. While logging in there is
 * one time for all of it. */
static int take_awaited(struct tc__amqp *amqp, tc_error *err)
{
	tc__bytes_take(&amqp->awaited, sizeof(amqp_method_number_t), false);
	if (amqp->stage != TC__AMQP_OPEN)
		return TC_OK;
	tc__amqp_end_limit(amqp);
	return tc__bytes_length(&amqp->awaited) ? tc__amqp_limit(amqp, err) : TC_OK;
}

/* While leaving it may have been on its way. */
static void tell(struct tc__amqp *amqp, const amqp_method_t *method, bool answers)
{
	if (amqp->stage == TC__AMQP_LEAVING)
		return;
	if (method->id == AMQP_CHANNEL_OPEN_OK_METHOD)
		tell_opened(amqp);
	else if (answers)
		amqp->user.replied(amqp->user.data, method);
	else
		amqp->user.told(amqp->user.data, method);
}

int tc__amqp_method(struct tc__amqp *amqp, const amqp_method_t *method, tc_error *err)
{
	bool answers = is_awaited(amqp, method->id);

	int rc = answers ? take_awaited(amqp, err) : TC_OK;
	if (rc != TC_OK)
		return rc;
	switch (method->id) {
	case AMQP_CONNECTION_START_METHOD:
		return take_start(amqp, method->decoded, err);
	case AMQP_CONNECTION_TUNE_METHOD:
		return take_tune(amqp, method->decoded, err);
	case AMQP_CONNECTION_OPEN_OK_METHOD:
		amqp->stage = TC__AMQP_CLOSED;
		return tc__amqp_reopen(amqp, err);
	case AMQP_CONNECTION_CLOSE_METHOD:
		return take_connection_close(amqp, method, err);
	case AMQP_CONNECTION_CLOSE_OK_METHOD:
		tc__amqp_end_soon(amqp, NULL);
		return TC_OK;
	case AMQP_CHANNEL_CLOSE_METHOD:
		return take_channel_close(amqp, method, err);
	default:
		tell(amqp, method, answers);
		return TC_OK;
	}
}
