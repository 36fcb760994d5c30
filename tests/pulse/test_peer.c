/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A server that does what no broker should: frames that are cut, too large or have no end, methods
 * out of turn or unknown, messages in pieces that do not fit, silence. None of it crashes, hangs or
 * is taken for success: the connection is given up for a reason that is told, another is made, and
 * there all is well.
 */
#include "tests/harness/test.h"

#include "tests/harness/fake_amqp.h"
#include <string.h>
#include <taskcluster/pulse_listener.h>
#include <taskcluster/pulse_publisher.h>

#define PATIENCE_MS 30000
#define LOGIN_MS 400 /* until silence is one */
#define HEARTBEAT_S 1

/* Frames: of a method on a channel, with so many bytes behind its number; of a message's header,
 * with the length of its body; of such a body. */
#define FRAME(type, channel, length, payload) type channel "\0\0" length payload "\xce"
#define METHOD(channel, length, number, fields) FRAME("\1", channel, length, number fields)
#define CONNECTION "\0\0"
#define CHANNEL "\0\1"
#define DELIVER METHOD(CHANNEL, "\0\23", "\0\74\0\74", "\1c\0\0\0\0\0\0\0\1\0\1e\1k")
#define HEADER(size) FRAME("\2", CHANNEL, "\0\16", "\0\74\0\0\0\0\0\0\0\0\0" size "\0\0")
#define BODY_OF_4 FRAME("\3", CHANNEL, "\0\4", "{  }")
#define UNKNOWN(channel) METHOD(channel, "\0\4", "\0\143\0\143", "")

#define BYTES(text) .bytes = text, .length = sizeof(text) - 1
#define CLOSED .then = FAKE_AMQP_CLOSE
#define SILENT .then = FAKE_AMQP_SILENCE

static const struct peer {
	const char *what;
	struct fake_amqp_fault fault;
	int code;
	const char *said; /* in the error */
} peers[] = {
	{ "hangs up at once", { 0, BYTES(""), CLOSED }, TC_ERROR_NETWORK, "while logging in" },
	{ "says nothing", { 0, BYTES(""), SILENT }, TC_ERROR_TIMEOUT, "did not let us in within" },
	{ "is no broker", { 0, BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"), CLOSED }, TC_ERROR_REPLY,
		"no AMQP: a frame is longer" },
	{ "speaks another version", { FAKE_AMQP_START, BYTES("AMQP\0\0\11\1"), CLOSED },
		TC_ERROR_REPLY, "another version of the protocol" },
	{ "begins with a frame that is cut",
		{ FAKE_AMQP_START, BYTES("\1\0\0\0\0\0\x7e\0\12\0\12\0\11"), CLOSED },
		TC_ERROR_NETWORK, "while logging in" },
	{ "begins with tune",
		{ FAKE_AMQP_START,
			BYTES(METHOD(CONNECTION, "\0\14", "\0\12\0\36", "\7\xff\0\2\0\0\0\74")),
			SILENT },
		TC_ERROR_REPLY, "sent AMQP_CONNECTION_TUNE_METHOD while logging in" },
	{ "begins with properties that cannot be read",
		{ FAKE_AMQP_START,
			BYTES(METHOD(CONNECTION, "\0\20", "\0\12\0\12", "\0\11\0\0\0\4\1ax\1\0\0")),
			SILENT },
		TC_ERROR_REPLY, "" },
	{ "knows a method of its own", { FAKE_AMQP_TUNE, BYTES(UNKNOWN(CONNECTION)), SILENT },
		TC_ERROR_REPLY, "" },
	{ "says nothing more after the login", { FAKE_AMQP_CHANNEL_OPEN_OK, BYTES(""), SILENT },
		TC_ERROR_TIMEOUT, "within 400 ms" },
	{ "opens the channel twice",
		{ FAKE_AMQP_QUEUE_DECLARE_OK,
			BYTES(METHOD(CHANNEL, "\0\10", "\0\24\0\13", "\0\0\0\0")), SILENT },
		TC_ERROR_REPLY, "sent AMQP_CHANNEL_OPEN_OK_METHOD, for which nobody asked" },
	{ "ends a frame too late",
		{ FAKE_AMQP_QUEUE_DECLARE_OK, BYTES("\1\0\1\0\0\0\4\0\62\0\13\0"), SILENT },
		TC_ERROR_REPLY, "a frame has no end" },
	{ "has a frame of 2 GiB",
		{ FAKE_AMQP_DELIVER, BYTES("\1\0\1\x7f\xff\xff\xff\0\74\0\74"), SILENT },
		TC_ERROR_REPLY, "a frame is longer" },
	{ "cuts a method short",
		{ FAKE_AMQP_DELIVER, BYTES(METHOD(CHANNEL, "\0\6", "\0\74\0\74", "\1c")), SILENT },
		TC_ERROR_REPLY, "" },
	{ "has a method of two bytes",
		{ FAKE_AMQP_DELIVER, BYTES(FRAME("\1", CHANNEL, "\0\2", "\0\74")), SILENT },
		TC_ERROR_REPLY, "a method is cut short" },
	{ "invents a method", { FAKE_AMQP_DELIVER, BYTES(UNKNOWN(CHANNEL)), SILENT },
		TC_ERROR_REPLY, "" },
	{ "answers what was not asked",
		{ FAKE_AMQP_DELIVER, BYTES(METHOD(CHANNEL, "\0\4", "\0\74\0\13", "")), SILENT },
		TC_ERROR_REPLY, "" },
	{ "has a header without a message", { FAKE_AMQP_DELIVER, BYTES(HEADER("\4")), SILENT },
		TC_ERROR_REPLY, "out of turn" },
	{ "has a body without a header", { FAKE_AMQP_DELIVER, BYTES(DELIVER BODY_OF_4), SILENT },
		TC_ERROR_REPLY, "out of turn" },
	{ "begins a message inside another",
		{ FAKE_AMQP_DELIVER, BYTES(DELIVER HEADER("\4") DELIVER), SILENT }, TC_ERROR_REPLY,
		"inside another one" },
	{ "has two headers",
		{ FAKE_AMQP_DELIVER, BYTES(DELIVER HEADER("\4") HEADER("\4")), SILENT },
		TC_ERROR_REPLY, "out of turn" },
	{ "says less than there is",
		{ FAKE_AMQP_DELIVER, BYTES(DELIVER HEADER("\2") BODY_OF_4), SILENT },
		TC_ERROR_REPLY, "longer than it said" },
	{ "says that there is more than can be",
		{ FAKE_AMQP_DELIVER,
			BYTES(DELIVER FRAME("\2", CHANNEL, "\0\16",
				"\0\74\0\0\x7f\xff\xff\xff\xff\xff\xff\xff\0\0")),
			SILENT },
		TC_ERROR_REPLY, "longer than any may be" },
	{ "hangs up in the middle of a message",
		{ FAKE_AMQP_DELIVER, BYTES(DELIVER HEADER("\10") BODY_OF_4), CLOSED },
		TC_ERROR_NETWORK, "" },
	{ "falls silent in the middle of one",
		{ FAKE_AMQP_DELIVER, BYTES(DELIVER HEADER("\10") BODY_OF_4), SILENT },
		TC_ERROR_NETWORK, "silent for two heartbeats" },
	{ "has deleted the queue",
		{ FAKE_AMQP_DELIVER, BYTES(METHOD(CHANNEL, "\0\7", "\0\74\0\36", "\1c\0")),
			SILENT },
		TC_ERROR_NETWORK, "" },
};
#define COUNT (sizeof peers / sizeof *peers)

struct seen {
	int code;
	char said[500];
	int lost;
};

static void note(void *data, enum tc_pulse_change change, const tc_error *err)
{
	struct seen *seen = data;

	if (change != TC_PULSE_LOST)
		return;
	seen->lost++;
	seen->code = err->code;
	strncpy(seen->said, tc_error_text(err), sizeof seen->said - 1);
}

static void start(struct fake_amqp *broker, struct fake_amqp_plan *plan,
	const struct fake_amqp_fault *fault, struct tc_pulse_server *server)
{
	*plan = (struct fake_amqp_plan){ .faults = fault,
		.fault_count = 1,
		.messages = 1,
		.exchange = "e",
		.routing_key = "k",
		.body = "{}" };
	fake_amqp_start(broker, plan);
	*server = (struct tc_pulse_server)TC_PULSE_SERVER_INIT;
	server->url = broker->url;
	server->reconnect_ms = 5;
	server->connect_timeout_ms = LOGIN_MS;
	server->heartbeat_s = HEARTBEAT_S;
	server->offline_max_ms = PATIENCE_MS;
}

/* It is told of the first connection's end, and takes a message by the second. */
static void listen_to(const struct peer *peer)
{
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
	struct tc_pulse_message *message = NULL;
	struct tc_pulse_server server;
	struct fake_amqp_plan plan;
	struct fake_amqp broker;
	struct seen seen = { 0 };
	tc_error err = TC_ERROR_INIT;

	start(&broker, &plan, &peer->fault, &server);
	options.server = &server;
	options.queue = "a";
	options.changed = note;
	options.data = &seen;
	tc_pulse_listener *listener = tc_pulse_listener_new(NULL, &options, &err);
	assert_non_null(listener);
	int rc = tc_pulse_listener_next(listener, PATIENCE_MS, &message, &err);
	if (rc != TC_OK || !message)
		fail_msg("a peer that %s: %s", peer->what, tc_error_text(&err));
	assert_string_equal(message->body, "{}");
	assert_int_equal(message->length, 2);
	assert_ok(tc_pulse_ack(message, &err), &err);
	if (seen.lost != 1 || seen.code != peer->code || !strstr(seen.said, peer->said))
		fail_msg("a peer that %s: lost %d times, at last by %s: %s", peer->what, seen.lost,
			tc_code_name(seen.code), seen.said);
	assert_int_equal(broker.seen->connections, 2);
	tc_pulse_listener_free(listener);
	fake_amqp_stop(&broker);
}

static void a_listener_leaves_a_peer_that_misbehaves(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		listen_to(&peers[i]);
}

/* What is of a kind that nobody knows, is skipped (4.2.3 of the specification's frame types). */
static void frames_of_unknown_types_are_skipped(void **state)
{
	static const struct peer peer = { "has frames of its own",
		{ FAKE_AMQP_QUEUE_DECLARE_OK,
			BYTES(FRAME("\5", CHANNEL, "\0\4", "{  }") METHOD(
				CHANNEL, "\0\16", "\0\62\0\13", "\1a\0\0\0\0\0\0\0\0")),
			.then = FAKE_AMQP_GO_ON },
		TC_OK, "" };
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
	struct tc_pulse_message *message = NULL;
	struct tc_pulse_server server;
	struct fake_amqp_plan plan;
	struct fake_amqp broker;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	start(&broker, &plan, &peer.fault, &server);
	options.server = &server;
	options.queue = "a";
	tc_pulse_listener *listener = tc_pulse_listener_new(NULL, &options, &err);
	assert_ok(tc_pulse_listener_next(listener, PATIENCE_MS, &message, &err), &err);
	assert_non_null(message);
	assert_ok(tc_pulse_ack(message, &err), &err);
	assert_int_equal(broker.seen->connections, 1);
	tc_pulse_listener_free(listener);
	fake_amqp_stop(&broker);
}

/* ---- publishing ---- */

#define CONFIRM(tag, multiple) \
	METHOD(CHANNEL, "\0\15", "\0\74\0\120", "\0\0\0\0\0\0\0" tag multiple)

static const struct peer confirmers[] = {
	{ "hangs up instead of a confirmation", { FAKE_AMQP_ACK, BYTES(""), CLOSED }, 0, "" },
	{ "falls silent instead", { FAKE_AMQP_ACK, BYTES(""), SILENT }, 0, "" },
	{ "confirms what was not published",
		{ FAKE_AMQP_ACK, BYTES(CONFIRM("\143", "\0")), SILENT }, 0, "" },
	{ "confirms nothing", { FAKE_AMQP_ACK, BYTES(CONFIRM("\0", "\0")), SILENT }, 0, "" },
	{ "refuses it without a word",
		{ FAKE_AMQP_ACK,
			BYTES(METHOD(CHANNEL, "\0\15", "\0\74\0\170", "\0\0\0\0\0\0\0\1\0")),
			FAKE_AMQP_GO_ON },
		0, "" },
	{ "cuts the confirmation", { FAKE_AMQP_ACK, BYTES("\1\0\1\0\0\0\15\0\74"), CLOSED }, 0,
		"" },
	{ "declares nothing", { FAKE_AMQP_EXCHANGE_DECLARE_OK, BYTES(""), SILENT }, 0, "" },
};
#define CONFIRMERS (sizeof confirmers / sizeof *confirmers)

/* The first connection's publication was not confirmed, so it is made again. */
static void publish_to(const struct peer *peer)
{
	static const struct tc_exchange table = { .exchange = "exchange/guest/v1/a" };
	static const struct tc_exchange *const tables[] = { &table };
	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;
	struct tc_pulse_publication publication = TC_PULSE_PUBLICATION_INIT;
	struct tc_pulse_server server;
	struct fake_amqp_plan plan;
	struct fake_amqp broker;
	tc_error err = TC_ERROR_INIT;
	bool declares = peer->fault.instead_of == FAKE_AMQP_EXCHANGE_DECLARE_OK;

	start(&broker, &plan, &peer->fault, &server);
	options.server = &server;
	options.exchanges = tables;
	options.exchange_count = 1;
	tc_pulse_publisher *publisher = tc_pulse_publisher_new(NULL, &options, &err);
	assert_non_null(publisher);
	publication.exchange = table.exchange;
	publication.routing_key = "a";
	publication.body = "{}";
	assert_ok(tc_pulse_publish(publisher, &publication, NULL, &err), &err);
	if (tc_pulse_publisher_flush(publisher, PATIENCE_MS, &err) != TC_OK)
		fail_msg("a peer that %s: %s", peer->what, tc_error_text(&err));
	if (broker.seen->published != (declares ? 1 : 2))
		fail_msg("a peer that %s: published %u times", peer->what, broker.seen->published);
	tc_pulse_publisher_free(publisher);
	fake_amqp_stop(&broker);
}

static void a_publisher_goes_by_confirmations_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < CONFIRMERS; i++)
		publish_to(&confirmers[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listener_leaves_a_peer_that_misbehaves),
		cmocka_unit_test(frames_of_unknown_types_are_skipped),
		cmocka_unit_test(a_publisher_goes_by_confirmations_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
