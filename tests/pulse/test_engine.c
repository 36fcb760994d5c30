/* SPDX-License-Identifier: MPL-2.0 */
/* AMQP from the other side: brokers that cut their frames, send what nobody asked for, say nothing,
 * read nothing and close in the middle; and users that free, close and beat wherever they are. */
#include "tests/harness/test.h"

#include "tests/harness/raw.h"
#include "workflows/src/pulse/amqp/amqp.h"
#include "workflows/src/pulse/amqp/frame.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHANNEL 1
#define FRAME_MAX 131072
#define PATIENCE_MS 20000
#define HEARTBEAT_S 60

/* ---- a broker: what it does is one function of a test's, in a thread ---- */

static void say_bytes(int fd, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length) {
		ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		at += sent;
		length -= (size_t)sent;
	}
}

static void put(
	struct tc__bytes *out, unsigned channel, amqp_method_number_t method, const void *fields)
{
	assert_int_equal(tc__frame_put_method(out, channel, method, fields, NULL), TC_OK);
}

/* One method. */
static void say(int fd, unsigned channel, amqp_method_number_t method, const void *fields)
{
	struct tc__bytes out = { 0 };

	put(&out, channel, method, fields);
	say_bytes(fd, tc__bytes_first(&out), tc__bytes_length(&out));
	tc__bytes_free(&out);
}

/* Reads until this method has come; false when the other side is done. */
static bool await(int fd, amqp_method_number_t method)
{
	unsigned char head[TC__FRAME_HEAD];
	char *payload = malloc(FRAME_MAX);
	amqp_method_number_t came = 0;

	while (came != method && recv(fd, head, sizeof head, MSG_WAITALL) == sizeof head) {
		size_t length = (size_t)head[3] << 24 | (size_t)head[4] << 16 |
			(size_t)head[5] << 8 | head[6];
		const unsigned char *id = (const unsigned char *)payload;
		if (recv(fd, payload, length + 1, MSG_WAITALL) != (ssize_t)length + 1)
			break;
		if (head[0] == AMQP_FRAME_METHOD)
			came = (amqp_method_number_t)id[0] << 24 |
				(amqp_method_number_t)id[1] << 16 |
				(amqp_method_number_t)id[2] << 8 | id[3];
	}
	free(payload);
	return came == method;
}

static char plain[] = "PLAIN", locale[] = "en_US", queue[] = "q";
static const amqp_connection_start_t start = {
	.version_major = 0, .version_minor = 9, .mechanisms = { 5, plain }, .locales = { 5, locale }
};
static const amqp_connection_tune_t tune = { .frame_max = FRAME_MAX, .heartbeat = HEARTBEAT_S };
static const amqp_connection_open_ok_t open_ok = { 0 };
static const amqp_channel_open_ok_t channel_open_ok = { 0 };
static const amqp_queue_declare_ok_t queue_ok = { .queue = { 1, queue } };

static void greet(int fd)
{
	char greeting[8];

	assert_int_equal(recv(fd, greeting, sizeof greeting, MSG_WAITALL), sizeof greeting);
}

static void begin_login(int fd)
{
	greet(fd);
	say(fd, 0, AMQP_CONNECTION_START_METHOD, &start);
	await(fd, AMQP_CONNECTION_START_OK_METHOD);
}

static void let_in(int fd)
{
	begin_login(fd);
	say(fd, 0, AMQP_CONNECTION_TUNE_METHOD, &tune);
	await(fd, AMQP_CONNECTION_OPEN_METHOD);
	say(fd, 0, AMQP_CONNECTION_OPEN_OK_METHOD, &open_ok);
	await(fd, AMQP_CHANNEL_OPEN_METHOD);
	say(fd, CHANNEL, AMQP_CHANNEL_OPEN_OK_METHOD, &channel_open_ok);
}

/* Reads what comes until the other side is done. */
static void listen_to_the_end(int fd)
{
	char bytes[4096];

	while (recv(fd, bytes, sizeof bytes, 0) > 0)
		continue;
}

/* A message as the broker sends it. */
static void put_message(struct tc__bytes *out, unsigned channel, const char *body)
{
	const amqp_basic_deliver_t deliver = { .consumer_tag = amqp_cstring_bytes("c"),
		.delivery_tag = 1,
		.exchange = amqp_cstring_bytes("e"),
		.routing_key = amqp_cstring_bytes("k") };
	const amqp_basic_properties_t properties = { ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG,
		.content_type = amqp_cstring_bytes("text") };

	put(out, channel, AMQP_BASIC_DELIVER_METHOD, &deliver);
	assert_int_equal(
		tc__frame_put_content(out, channel, &properties, body, strlen(body), 4096, NULL),
		TC_OK);
}

static void deliver(int fd, const char *body)
{
	struct tc__bytes out = { 0 };

	put_message(&out, CHANNEL, body);
	say_bytes(fd, tc__bytes_first(&out), tc__bytes_length(&out));
	tc__bytes_free(&out);
}

/* ---- this side, and what it has seen ---- */

static struct {
	struct tc_raw *broker;
	tc_loop *loop;
	struct tc__amqp *amqp;
	tc_client *client;
	int64_t skipped_ms; /* of the loop's time */
	int opened, replied, refused, contents, told, drained, lost;
	char said[400]; /* the names of these, in order */
	char body[64];
	amqp_flags_t properties;            /* which there were */
	tc_error err;                       /* it was lost, or refused, with */
	const char *act_in;                 /* when this is said, */
	void (*act)(struct tc__amqp *amqp); /* this is done, */
	int acted;                          /* and was, so often */
	bool once;
	bool asks; /* a question as soon as it is open */
} seen;

static int64_t steady(void *data)
{
	struct timespec now;

	(void)data;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000 + seen.skipped_ms;
}

static void note(const char *what, int *count)
{
	size_t length = strlen(seen.said);

	++*count;
	if (length < sizeof seen.said - 20)
		snprintf(seen.said + length, sizeof seen.said - length, "%s%s", length ? " " : "",
			what);
	if (!seen.act_in || strcmp(seen.act_in, what) != 0)
		return;
	if (seen.once)
		seen.act_in = NULL;
	seen.acted++;
	seen.act(seen.amqp);
}

static void ask(struct tc__amqp *amqp)
{
	const amqp_queue_declare_t fields = { .queue = { 1, queue } };

	(void)tc__amqp_ask(amqp, AMQP_QUEUE_DECLARE_METHOD, &fields, NULL);
}

static void on_opened(void *data)
{
	(void)data;
	if (seen.asks)
		ask(seen.amqp);
	note("opened", &seen.opened);
}

static void on_replied(void *data, const amqp_method_t *method)
{
	(void)data;
	assert_int_equal(method->id, AMQP_QUEUE_DECLARE_OK_METHOD);
	note("replied", &seen.replied);
	/* what was given is there as long as the call */
	const amqp_queue_declare_ok_t *fields = method->decoded;
	assert_memory_equal(fields->queue.bytes, "q", 1);
}

static void on_refused(void *data, const tc_error *err, bool asked)
{
	(void)data;
	(void)asked;
	tc_error_copy(&seen.err, err);
	note("refused", &seen.refused);
}

static void on_content(void *data, struct tc__amqp_content *content)
{
	(void)data;
	snprintf(seen.body, sizeof seen.body, "%s", content->body);
	free(content->body);
	note("content", &seen.contents);
	const amqp_basic_deliver_t *fields = content->method->decoded;
	assert_memory_equal(fields->routing_key.bytes, "k", 1);
	seen.properties = content->properties->_flags;
	if (seen.properties & AMQP_BASIC_CONTENT_TYPE_FLAG)
		assert_memory_equal(content->properties->content_type.bytes, "text", 4);
}

static void on_told(void *data, const amqp_method_t *method)
{
	(void)data;
	(void)method;
	note("told", &seen.told);
}

static void on_drained(void *data)
{
	(void)data;
	note("drained", &seen.drained);
}

static void on_lost(void *data, const tc_error *err)
{
	(void)data;
	tc_error_clear(&seen.err);
	if (err)
		tc_error_copy(&seen.err, err);
	note("lost", &seen.lost);
}

static void begin(tc_raw_fn *broker)
{
	static const struct tc__amqp_user user = { NULL, on_opened, on_replied, on_refused,
		on_content, on_told, on_drained, on_lost };
	struct tc__amqp_target target = { .client = seen.client,
		.user = "me",
		.password = "secret",
		.vhost = "/",
		.timeout_ms = PATIENCE_MS,
		.heartbeat_s = HEARTBEAT_S };
	tc_error err = TC_ERROR_INIT;
	char url[64];

	seen.broker = tc_raw_start(broker, NULL);
	snprintf(url, sizeof url, "tcp://%s", tc_raw_url(seen.broker) + strlen("http://"));
	target.url = url;
	seen.amqp = tc__amqp_new(seen.loop, &target, &user, &err);
	assert_ok(seen.amqp ? TC_OK : err.code, &err);
}

static void turn(int64_t wait_ms)
{
	assert_int_equal(tc_loop_poll(seen.loop, wait_ms, NULL), TC_OK);
}

static void wait_for(const int *count, int enough)
{
	int64_t until = tc_test_now_ms() + PATIENCE_MS;

	while (*count < enough && tc_test_now_ms() < until)
		turn(100);
	if (*count < enough)
		fail_msg("it did not come; there were: %s", seen.said);
}

static void skip_ms(int64_t ms)
{
	seen.skipped_ms += ms;
	turn(0);
	turn(0);
}

static int set_up(void **state)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	struct tc_options of_client = TC_OPTIONS_INIT;
	struct tc_seams seams = TC_SEAMS_INIT;

	(void)state;
	memset(&seen, 0, sizeof seen);
	seams.steady = steady;
	options.seams = &seams;
	seen.client = tc_client_new(&of_client, NULL);
	seen.loop = tc_loop_new(&options, NULL);
	return seen.loop && seen.client ? 0 : -1;
}

static void end(void)
{
	tc__amqp_free(seen.amqp);
	seen.amqp = NULL;
	assert_int_equal(tc_loop_pending(seen.loop), 0);
	tc_raw_stop(seen.broker);
	seen.broker = NULL;
	tc_error_clear(&seen.err);
}

static int tear_down(void **state)
{
	(void)state;
	end();
	tc_loop_free(seen.loop);
	tc_client_free(seen.client);
	return 0;
}

static void assert_lost(int code, const char *part)
{
	wait_for(&seen.lost, 1);
	assert_int_equal(seen.lost, 1);
	assert_failure(&seen.err, code, part);
}

/* ---- logging in ---- */

/* Every byte alone. */
static void say_in_pieces(int fd, unsigned channel, amqp_method_number_t method, const void *fields)
{
	struct tc__bytes out = { 0 };

	put(&out, channel, method, fields);
	for (size_t i = 0; i < tc__bytes_length(&out); i++)
		say_bytes(fd, tc__bytes_first(&out) + i, 1);
	tc__bytes_free(&out);
}

static void be_cut(void *data, int fd, size_t number)
{
	struct tc__bytes out = { 0 };

	(void)data;
	(void)number;
	greet(fd);
	say_in_pieces(fd, 0, AMQP_CONNECTION_START_METHOD, &start);
	await(fd, AMQP_CONNECTION_START_OK_METHOD);
	say_in_pieces(fd, 0, AMQP_CONNECTION_TUNE_METHOD, &tune);
	await(fd, AMQP_CONNECTION_OPEN_METHOD);
	say_in_pieces(fd, 0, AMQP_CONNECTION_OPEN_OK_METHOD, &open_ok);
	await(fd, AMQP_CHANNEL_OPEN_METHOD);
	say_in_pieces(fd, CHANNEL, AMQP_CHANNEL_OPEN_OK_METHOD, &channel_open_ok);
	put_message(&out, CHANNEL, "whole");
	for (size_t i = 0; i < tc__bytes_length(&out); i++)
		say_bytes(fd, tc__bytes_first(&out) + i, 1);
	tc__bytes_free(&out);
	listen_to_the_end(fd);
}

static void test_frames_may_come_byte_by_byte(void **state)
{
	(void)state;
	begin(be_cut);
	wait_for(&seen.contents, 1);
	assert_string_equal(seen.said, "opened content");
	assert_string_equal(seen.body, "whole");
}

static void tune_twice(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	begin_login(fd);
	say(fd, 0, AMQP_CONNECTION_TUNE_METHOD, &tune);
	say(fd, 0, AMQP_CONNECTION_TUNE_METHOD, &tune);
	listen_to_the_end(fd);
}

static void tune_first(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	greet(fd);
	say(fd, 0, AMQP_CONNECTION_TUNE_METHOD, &tune);
	listen_to_the_end(fd);
}

static void open_at_once(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	begin_login(fd);
	say(fd, 0, AMQP_CONNECTION_OPEN_OK_METHOD, &open_ok);
	listen_to_the_end(fd);
}

static void start_twice(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	begin_login(fd);
	say(fd, 0, AMQP_CONNECTION_START_METHOD, &start);
	listen_to_the_end(fd);
}

/* A second tune left a timer behind, for a struct that was gone. */
static void test_a_login_goes_step_by_step(void **state)
{
	static const struct {
		tc_raw_fn *broker;
		const char *part;
	} rows[] = { { tune_twice, "sent AMQP_CONNECTION_TUNE_METHOD while logging in" },
		{ tune_first, "sent AMQP_CONNECTION_TUNE_METHOD while logging in" },
		{ open_at_once, "sent AMQP_CONNECTION_OPEN_OK_METHOD while logging in" },
		{ start_twice, "sent AMQP_CONNECTION_START_METHOD while logging in" } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		begin(rows[i].broker);
		assert_lost(TC_ERROR_REPLY, rows[i].part);
		end();
		seen.lost = 0;
		skip_ms(HEARTBEAT_S * 1000);
	}
}

static void close_after_start(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	greet(fd);
	say(fd, 0, AMQP_CONNECTION_START_METHOD, &start);
	await(fd, AMQP_CONNECTION_START_OK_METHOD);
}

static void refuse_for(int fd, int code, const char *text)
{
	const amqp_connection_close_t fields = { .reply_code = (uint16_t)code,
		.reply_text = amqp_cstring_bytes(text) };

	begin_login(fd);
	say(fd, 0, AMQP_CONNECTION_TUNE_METHOD, &tune);
	await(fd, AMQP_CONNECTION_OPEN_METHOD);
	say(fd, 0, AMQP_CONNECTION_CLOSE_METHOD, &fields);
	listen_to_the_end(fd);
}

static void refuse_vhost(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	refuse_for(fd, 530, "NOT_ALLOWED - vhost none not found");
}

static void refuse_one_more(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	refuse_for(fd, 530,
		"NOT_ALLOWED - access to vhost '/' refused for user 'me': connection limit (1) is "
		"reached");
}

static void test_who_is_not_let_in_knows_why(void **state)
{
	(void)state;
	begin(close_after_start);
	assert_lost(TC_ERROR_NETWORK, "while logging in: ");
	end();
	seen.lost = 0;
	begin(refuse_vhost);
	assert_lost(TC_ERROR_ARGUMENT, "vhost none not found");
	end();
	/* one that is counted yet, though it is gone, will not be soon */
	seen.lost = 0;
	begin(refuse_one_more);
	wait_for(&seen.lost, 1);
	assert_true(tc_error_may_repeat(&seen.err));
	assert_failure(&seen.err, TC_ERROR_NETWORK, "connection limit (1) is reached");
}

/* ---- what nobody asked for ---- */

static void answer_unasked(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	let_in(fd);
	say(fd, CHANNEL, AMQP_QUEUE_DECLARE_OK_METHOD, &queue_ok);
	listen_to_the_end(fd);
}

static void answer_something_else(void *data, int fd, size_t number)
{
	const amqp_basic_qos_ok_t fields = { 0 };

	(void)data;
	(void)number;
	let_in(fd);
	await(fd, AMQP_QUEUE_DECLARE_METHOD);
	say(fd, CHANNEL, AMQP_BASIC_QOS_OK_METHOD, &fields);
	listen_to_the_end(fd);
}

static void test_an_answer_answers_what_was_asked(void **state)
{
	(void)state;
	begin(answer_unasked);
	assert_lost(TC_ERROR_REPLY, "sent AMQP_QUEUE_DECLARE_OK_METHOD, for which nobody asked");
	end();
	seen.lost = 0;
	seen.asks = true;
	begin(answer_something_else);
	assert_lost(TC_ERROR_REPLY, "sent AMQP_BASIC_QOS_OK_METHOD, for which nobody asked");
	assert_int_equal(seen.replied, 0);
}

static void answer_elsewhere(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	let_in(fd);
	await(fd, AMQP_QUEUE_DECLARE_METHOD);
	say(fd, 7, AMQP_QUEUE_DECLARE_OK_METHOD, &queue_ok);
	listen_to_the_end(fd);
}

static void deliver_elsewhere(void *data, int fd, size_t number)
{
	struct tc__bytes out = { 0 };

	(void)data;
	(void)number;
	let_in(fd);
	put_message(&out, 0, "lost");
	say_bytes(fd, tc__bytes_first(&out), tc__bytes_length(&out));
	tc__bytes_free(&out);
	listen_to_the_end(fd);
}

static void test_there_is_one_channel(void **state)
{
	(void)state;
	seen.asks = true;
	begin(answer_elsewhere);
	assert_lost(TC_ERROR_REPLY, "a frame of channel 7, expected 1");
	end();
	seen.lost = 0;
	begin(deliver_elsewhere);
	assert_lost(TC_ERROR_REPLY, "a frame of channel 0, expected 1");
	assert_int_equal(seen.contents + seen.replied, 0);
}

/* Of class 50, with a table that only a client may send: it is not even read. */
static void ask_back(void *data, int fd, size_t number)
{
	const amqp_queue_declare_t fields = { .queue = { 1, queue } };

	(void)data;
	(void)number;
	let_in(fd);
	say(fd, CHANNEL, AMQP_QUEUE_DECLARE_METHOD, &fields);
	listen_to_the_end(fd);
}

static void test_a_broker_does_not_ask(void **state)
{
	(void)state;
	begin(ask_back);
	assert_lost(TC_ERROR_REPLY, "sent AMQP_QUEUE_DECLARE_METHOD, for which nobody asked");
}

static void begin_message(int fd, const char *header, size_t length)
{
	struct tc__bytes out = { 0 };

	let_in(fd);
	put_message(&out, CHANNEL, "");
	/* the method alone */
	struct tc__frame frame;
	assert_int_equal(tc__frame_read(&out, FRAME_MAX, &frame, NULL), TC_OK);
	say_bytes(fd, tc__bytes_first(&out), frame.size);
	say_bytes(fd, header, length);
	tc__bytes_free(&out);
	listen_to_the_end(fd);
}

static void deliver_huge(void *data, int fd, size_t number)
{
	static const char header[] = "\2\0\1\0\0\0\16"
				     "\0\74\0\0\177\377\377\377\377\377\377\377\0\0\316";

	(void)data;
	(void)number;
	begin_message(fd, header, sizeof header - 1);
}

static void deliver_without_header(void *data, int fd, size_t number)
{
	static const char body[] = "\3\0\1\0\0\0\1x\316";

	(void)data;
	(void)number;
	begin_message(fd, body, sizeof body - 1);
}

static void deliver_more_than_said(void *data, int fd, size_t number)
{
	static const char rest[] = "\2\0\1\0\0\0\16"
				   "\0\74\0\0\0\0\0\0\0\0\0\1\0\0\316"
				   "\3\0\1\0\0\0\2xy\316";

	(void)data;
	(void)number;
	begin_message(fd, rest, sizeof rest - 1);
}

#define DEEP 17

/* Tables within tables, behind flags that go on in a second word. */
static void deliver_deep(void *data, int fd, size_t number)
{
	char frame[7 + 16 + 6 * (DEEP + 1)] = "\2\0\1\0\0\0\0\0\74";
	size_t length = 12, at = 7 + 12;

	(void)data;
	(void)number;
	memcpy(frame + at, "\40\1\0\0", 4);
	at += 4;
	for (int left = DEEP; left >= 0; left--) {
		frame[at + 3] = (char)(6 * left);
		if (left) /* the one inside has no name */
			memcpy(frame + at + 4, "\0F", 2);
		at += left ? 6 : 4;
	}
	length = at - 7;
	frame[6] = (char)length;
	frame[at] = '\xce';
	begin_message(fd, frame, at + 1);
}

static void test_what_is_nested_too_deep_is_left_out(void **state)
{
	(void)state;
	begin(deliver_deep);
	wait_for(&seen.contents, 1);
	assert_false(seen.properties & AMQP_BASIC_HEADERS_FLAG);
}

static void send_a_frame_without_end(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	let_in(fd);
	say_bytes(fd, "\10\0\0\0\0\0\0\0", 8);
	listen_to_the_end(fd);
}

static void test_a_message_comes_in_order(void **state)
{
	static const struct {
		tc_raw_fn *broker;
		const char *part;
	} rows[] = { { deliver_huge, "a message is longer than any may be" },
		{ deliver_without_header, "a part of a message is out of turn" },
		{ deliver_more_than_said, "a message is longer than it said" },
		{ send_a_frame_without_end, "a frame has no end" } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		begin(rows[i].broker);
		assert_lost(TC_ERROR_REPLY, rows[i].part);
		assert_int_equal(seen.contents, 0);
		end();
		seen.lost = 0;
	}
}

/* ---- inside a callback ---- */

/* Everything that is told, and then refused; it goes on when it is opened again. */
static void tell_all(void *data, int fd, size_t number)
{
	const amqp_basic_ack_t ack = { .delivery_tag = 1 };
	const amqp_channel_close_t close = { .reply_code = 404,
		.reply_text = amqp_cstring_bytes("NOT_FOUND - no") };

	(void)data;
	(void)number;
	let_in(fd);
	if (!await(fd, AMQP_QUEUE_DECLARE_METHOD))
		return;
	say(fd, CHANNEL, AMQP_QUEUE_DECLARE_OK_METHOD, &queue_ok);
	deliver(fd, "one");
	say(fd, CHANNEL, AMQP_BASIC_ACK_METHOD, &ack);
	deliver(fd, "two");
	say(fd, CHANNEL, AMQP_CHANNEL_CLOSE_METHOD, &close);
	if (await(fd, AMQP_CHANNEL_CLOSE_OK_METHOD))
		shutdown(fd, SHUT_WR);
	listen_to_the_end(fd);
}

static const char *const callbacks[] = { "opened", "replied", "content", "told", "refused",
	"lost" };

#define CALLBACKS (sizeof callbacks / sizeof *callbacks)

static void act_in_each(void (*act)(struct tc__amqp *amqp), bool gone)
{
	for (size_t i = 0; i < CALLBACKS; i++) {
		seen.act_in = callbacks[i];
		seen.act = act;
		seen.once = gone;
		seen.acted = seen.lost = 0;
		seen.said[0] = '\0';
		seen.asks = true;
		begin(tell_all);
		wait_for(gone ? &seen.acted : &seen.lost, 1);
		if (gone)
			skip_ms(0);
		else
			assert_string_equal(
				seen.said, "opened replied content told content refused lost");
		end();
	}
}

static void free_it(struct tc__amqp *amqp)
{
	seen.amqp = NULL;
	tc__amqp_free(amqp);
}

static void test_it_can_be_freed_in_each_callback(void **state)
{
	(void)state;
	act_in_each(free_it, true);
}

/* What was being told would have been told again, and again. */
static void test_it_can_beat_in_each_callback(void **state)
{
	(void)state;
	act_in_each(tc__amqp_beat, false);
}

static void close_it(struct tc__amqp *amqp)
{
	tc__amqp_close(amqp);
}

static void test_it_can_be_closed_in_each_callback(void **state)
{
	(void)state;
	for (size_t i = 0; i < CALLBACKS; i++) {
		seen.act_in = callbacks[i];
		seen.act = close_it;
		seen.once = true;
		seen.acted = seen.lost = 0;
		seen.asks = true;
		begin(tell_all);
		wait_for(&seen.acted, 1);
		skip_ms(5100);
		wait_for(&seen.lost, 1);
		assert_ok(seen.err.code == TC_OK || i == CALLBACKS - 1 ? TC_OK : seen.err.code,
			&seen.err);
		end();
	}
}

/* ---- silence, and a peer that does not read ---- */

static void let_in_and_wait(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	let_in(fd);
	listen_to_the_end(fd);
}

static void test_silence_ends_it_in_time(void **state)
{
	(void)state;
	begin(let_in_and_wait);
	wait_for(&seen.opened, 1);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(seen.lost, 0);
		skip_ms(HEARTBEAT_S * 500);
	}
	skip_ms(HEARTBEAT_S * 500);
	assert_lost(TC_ERROR_NETWORK, "the broker was silent for two heartbeats, 120 s");
}

/* The loop's own sleep is no silence of the broker's. */
static void test_a_loop_that_was_kept_does_not_take_it_for_silence(void **state)
{
	(void)state;
	begin(let_in_and_wait);
	wait_for(&seen.opened, 1);
	for (int i = 0; i < 3; i++) {
		skip_ms((int64_t)HEARTBEAT_S * 3000);
		assert_int_equal(seen.lost, 0);
	}
}

static void let_in_and_read_nothing(void *data, int fd, size_t number)
{
	struct pollfd hung_up = { .fd = fd };

	(void)data;
	(void)number;
	let_in(fd);
	poll(&hung_up, 1, PATIENCE_MS);
}

/* More than the system keeps. */
static void fill(void)
{
	const amqp_basic_publish_t publish = { .exchange = amqp_cstring_bytes("e"),
		.routing_key = amqp_cstring_bytes("k") };
	const amqp_basic_properties_t properties = { 0 };
	size_t length = (size_t)1024 * 1024;
	char *body = calloc(1, length);

	for (int i = 0; i < 16; i++)
		assert_int_equal(
			tc__amqp_publish(seen.amqp, &publish, &properties, body, length, NULL),
			TC_OK);
	free(body);
	turn(0);
	turn(0);
	assert_true(tc__amqp_unsent(seen.amqp) > 0);
}

static void test_beats_do_not_pile_up(void **state)
{
	(void)state;
	begin(let_in_and_read_nothing);
	wait_for(&seen.opened, 1);
	fill();
	size_t unsent = tc__amqp_unsent(seen.amqp);
	for (int i = 0; i < 1000; i++)
		tc__amqp_beat(seen.amqp);
	assert_true(tc__amqp_unsent(seen.amqp) <= unsent);
}

static void test_goodbye_is_not_waited_for_without_end(void **state)
{
	(void)state;
	begin(let_in_and_read_nothing);
	wait_for(&seen.opened, 1);
	fill();
	tc__amqp_close(seen.amqp);
	skip_ms(4900);
	assert_int_equal(seen.lost, 0);
	skip_ms(200);
	wait_for(&seen.lost, 1);
	assert_ok(seen.err.code, &seen.err);
}

static void throw_out(void *data, int fd, size_t number)
{
	const amqp_connection_close_t fields = { .reply_code = 320,
		.reply_text = amqp_cstring_bytes("CONNECTION_FORCED - broker forced connection "
						 "closure with reason 'shutdown'") };
	struct pollfd more = { .fd = fd, .events = POLLIN };

	(void)data;
	(void)number;
	let_in(fd);
	poll(&more, 1, PATIENCE_MS); /* it is full then, and nothing of it is read */
	say(fd, 0, AMQP_CONNECTION_CLOSE_METHOD, &fields);
}

/* Whether the sending fails first, or not. */
static void test_why_it_was_thrown_out_is_told_though_it_was_sending(void **state)
{
	(void)state;
	begin(throw_out);
	wait_for(&seen.opened, 1);
	fill();
	wait_for(&seen.lost, 1);
	assert_true(tc_error_may_repeat(&seen.err));
	assert_failure(&seen.err, TC_ERROR_NETWORK, "320 CONNECTION_FORCED");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_frames_may_come_byte_by_byte),
		TEST(test_a_login_goes_step_by_step),
		TEST(test_who_is_not_let_in_knows_why),
		TEST(test_an_answer_answers_what_was_asked),
		TEST(test_there_is_one_channel),
		TEST(test_a_broker_does_not_ask),
		TEST(test_a_message_comes_in_order),
		TEST(test_what_is_nested_too_deep_is_left_out),
		TEST(test_it_can_be_freed_in_each_callback),
		TEST(test_it_can_beat_in_each_callback),
		TEST(test_it_can_be_closed_in_each_callback),
		TEST(test_silence_ends_it_in_time),
		TEST(test_a_loop_that_was_kept_does_not_take_it_for_silence),
		TEST(test_beats_do_not_pile_up),
		TEST(test_goodbye_is_not_waited_for_without_end),
		TEST(test_why_it_was_thrown_out_is_told_though_it_was_sending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
