/* SPDX-License-Identifier: MPL-2.0 */

/* Publishing to a real broker. Who listens knows librabbitmq only. */

#include "tests/harness/test.h"

#include "tests/harness/cutter.h"
#include "tests/harness/rabbit_peer.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <taskcluster/pulse_publisher.h>
#include <taskcluster/type_table.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_BYTES ((size_t)1 << 20) /* the broker's, for messages */
#define PATIENCE_MS 30000

static struct rabbit rabbit;
static amqp_connection_state_t peer; /* the administrator's */

/* ---- exchanges ---- */

struct pushed {
	const char *revision;
	int64_t count;
};
static const struct tc_field pushed_fields[] = {
	TC_FIELD(struct pushed, revision, "revision", &tc_type_string, TC_REQUIRED),
	TC_FIELD(struct pushed, count, "count", &tc_type_int64, TC_REQUIRED),
};
static const struct tc_type pushed_type = TC_TYPE_OF_OBJECT(struct pushed, pushed_fields, NULL);

static const struct tc_key_word pushed_words[] = { { .name = "kind", .constant = "primary" },
	{ .name = "project", .required = true }, { .name = "branch", .multiple_words = true } };
static const struct tc_exchange pushed = { .exchange = "exchange/me/v1/pushed",
	.words = pushed_words,
	.word_count = 3,
	.message = &pushed_type };
static const struct tc_exchange plain = { .exchange = "exchange/me/v1/plain" };
static const struct tc_exchange missing = { .exchange = "exchange/me/v1/missing" };
static const struct tc_exchange others = { .exchange = "exchange/other/v1/plain" };
static const struct tc_exchange direct = { .exchange = "exchange/me/v1/direct" };

/* ---- a publisher ---- */

#define MANY 1000

/* What came of its messages, by number, and of itself. */
struct heard {
	tc_pulse_publisher *publisher;
	int confirmed, failed, twice;
	int status[MANY + 1]; /* of failures: the code, or the HTTP status */
	bool told[MANY + 1];
	char last[400]; /* failure's text */
	int connected, lost, blocked, unblocked, ended;
	int end_code, end_status;
	char text[400]; /* of what ended it, or of the latest change */
	bool free_when_told;
};

static void on_changed(void *data, enum tc_pulse_change change, const tc_error *err)
{
	struct heard *heard = data;

	heard->connected += change == TC_PULSE_CONNECTED;
	heard->lost += change == TC_PULSE_LOST;
	heard->blocked += change == TC_PULSE_BLOCKED;
	heard->unblocked += change == TC_PULSE_UNBLOCKED;
	if (err)
		snprintf(heard->text, sizeof heard->text, "%s", tc_error_text(err));
	assert_int_equal(err != NULL, change == TC_PULSE_LOST || change == TC_PULSE_BLOCKED);
}

static void on_ended(void *data, const tc_error *err)
{
	struct heard *heard = data;

	heard->ended++;
	heard->end_code = err ? err->code : TC_OK;
	heard->end_status = err ? err->http_status : 0;
	snprintf(heard->text, sizeof heard->text, "%s", err ? tc_error_text(err) : "");
}

static void on_published(void *data, uint64_t number, const tc_error *err)
{
	struct heard *heard = data;

	assert_true(number >= 1 && number <= MANY);
	heard->twice += heard->told[number];
	heard->told[number] = true;
	heard->confirmed += !err;
	heard->failed += err != NULL;
	if (err) {
		heard->status[number] = err->http_status ? err->http_status : err->code;
		snprintf(heard->last, sizeof heard->last, "%s", tc_error_text(err));
	}
	if (heard->free_when_told) {
		heard->free_when_told = false;
		tc_pulse_publisher_free(heard->publisher);
	}
}

static struct tc_pulse_publisher_options options_of(
	struct heard *heard, const struct tc_exchange *const *exchanges, size_t count)
{
	static struct tc_pulse_server server;
	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;

	server = (struct tc_pulse_server)TC_PULSE_SERVER_INIT;
	server.url = rabbit_url(&rabbit, RABBIT_USER, false);
	options.server = &server;
	options.exchanges = exchanges;
	options.exchange_count = count;
	options.changed = on_changed;
	options.ended = on_ended;
	options.data = heard;
	return options;
}

static tc_pulse_publisher *begin(
	tc_loop *loop, struct heard *heard, const struct tc_pulse_publisher_options *options)
{
	tc_error err = TC_ERROR_INIT;

	heard->publisher = tc_pulse_publisher_new(loop, options, &err);
	if (!heard->publisher)
		fail_msg("%s", tc_error_text(&err));
	return heard->publisher;
}

/* The plain exchange, and whatever else. */
static tc_pulse_publisher *begin_simple(tc_loop *loop, struct heard *heard)
{
	static const struct tc_exchange *const exchanges[] = { &pushed, &plain };
	struct tc_pulse_publisher_options options = options_of(heard, exchanges, 2);

	return begin(loop, heard, &options);
}

static int publish_to(
	struct heard *heard, const struct tc_exchange *exchange, const char *key, const char *body)
{
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;

	message.exchange = exchange->exchange;
	message.routing_key = key;
	message.body = body;
	message.published = on_published;
	message.data = heard;
	return tc_pulse_publish(heard->publisher, &message, NULL, NULL);
}

static void publish_many(struct heard *heard, int count)
{
	char body[50];

	for (int i = 0; i < count; i++) {
		snprintf(body, sizeof body, "{\"number\":%d}", i);
		assert_int_equal(publish_to(heard, &plain, "many", body), TC_OK);
	}
}

static void flush(struct heard *heard)
{
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_pulse_publisher_flush(heard->publisher, PATIENCE_MS, &err), &err);
	assert_int_equal(tc_pulse_publisher_pending(heard->publisher), 0);
}

/* Goes on until the condition holds. */
#define GO_ON_UNTIL(heard, condition) \
	do { \
		int64_t until = tc_test_now_ms() + PATIENCE_MS; \
		while (!(condition)) { \
			struct timespec moment = { .tv_nsec = 5 * 1000000 }; \
			assert_int_equal( \
				tc_pulse_publisher_beat((heard)->publisher, NULL), TC_OK); \
			assert_true(tc_test_now_ms() < until); \
			nanosleep(&moment, NULL); \
		} \
	} while (0)

/* A queue that has all that comes to an exchange. */
static void declare_queue(const char *queue, const struct tc_exchange *exchange, bool quorum)
{
	rabbit_declare_exchange(peer, exchange->exchange);
	rabbit_declare_queue(peer, queue, quorum);
	rabbit_bind(peer, queue, exchange->exchange, "#");
}

static void delete_queue(const char *queue)
{
	amqp_queue_delete(peer, RABBIT_CHANNEL, amqp_cstring_bytes(queue), 0, 0);
	assert_int_equal(rabbit_refusal(peer), 0);
}

static void delete_exchange(const struct tc_exchange *exchange)
{
	amqp_exchange_delete(peer, RABBIT_CHANNEL, amqp_cstring_bytes(exchange->exchange), 0);
	assert_int_equal(rabbit_refusal(peer), 0);
}

/* ---- what arrives ---- */

/* Takes the next message of a queue; for amqp_destroy_message. */
static void get(const char *queue, char key[256], amqp_message_t *message)
{
	int64_t until = tc_test_now_ms() + PATIENCE_MS;
	amqp_rpc_reply_t reply;

	do {
		reply = amqp_basic_get(peer, RABBIT_CHANNEL, amqp_cstring_bytes(queue), 1);
		assert_int_equal(reply.reply_type, AMQP_RESPONSE_NORMAL);
		assert_true(tc_test_now_ms() < until);
	} while (reply.reply.id != AMQP_BASIC_GET_OK_METHOD);
	const amqp_basic_get_ok_t *ok = reply.reply.decoded;
	snprintf(key, 256, "%.*s", (int)ok->routing_key.len, (const char *)ok->routing_key.bytes);
	assert_int_equal(amqp_read_message(peer, RABBIT_CHANNEL, message, 0).reply_type,
		AMQP_RESPONSE_NORMAL);
}

static void assert_bytes(amqp_bytes_t bytes, const char *text)
{
	assert_int_equal(bytes.len, strlen(text));
	assert_memory_equal(bytes.bytes, text, bytes.len);
}

/* As the services' own messages have them: CC is a list, and there without further keys, too. */
static void assert_properties(
	const amqp_basic_properties_t *properties, const char *const *cc, int count)
{
	assert_int_equal(properties->_flags,
		AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_CONTENT_ENCODING_FLAG |
			AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_HEADERS_FLAG);
	assert_bytes(properties->content_type, "application/json");
	assert_bytes(properties->content_encoding, "utf-8");
	assert_int_equal(properties->delivery_mode, 2);
	assert_int_equal(properties->headers.num_entries, 1);
	assert_bytes(properties->headers.entries[0].key, "CC");
	assert_int_equal(properties->headers.entries[0].value.kind, AMQP_FIELD_KIND_ARRAY);
	const amqp_array_t *array = &properties->headers.entries[0].value.value.array;
	assert_int_equal(array->num_entries, count);
	for (int i = 0; i < count; i++) {
		assert_int_equal(array->entries[i].kind, AMQP_FIELD_KIND_UTF8);
		assert_bytes(array->entries[i].value.bytes, cc[i]);
	}
}

static void assert_arrived(const char *queue, const char *key, const char *body)
{
	amqp_message_t message;
	char came[256];

	get(queue, came, &message);
	assert_string_equal(came, key);
	assert_bytes(message.body, body);
	assert_properties(&message.properties, NULL, 0);
	amqp_destroy_message(&message);
}

static void messages_arrive_as_they_were_published(void **state)
{
	struct heard heard = { 0 };
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;
	const struct pushed typed = { "1f3a", 7 };
	uint64_t number = 0;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	declare_queue("queue/me/arrives", &pushed, false); /* a quorum queue adds headers */
	begin_simple(NULL, &heard);
	message.exchange = pushed.exchange;
	message.words = (const struct tc_pair[]){ { "project", "demo" } };
	message.word_count = 1;
	message.body = "{\"revision\":\"a\"} and more";
	message.length = strlen("{\"revision\":\"a\"}");
	assert_ok(tc_pulse_publish(heard.publisher, &message, &number, &err), &err);
	assert_int_equal(number, 1);
	message.words = NULL;
	message.word_count = 0;
	message.routing_key = "primary.demo.release.1";
	message.body = NULL;
	message.length = 0;
	message.typed = &typed;
	assert_ok(tc_pulse_publish(heard.publisher, &message, &number, &err), &err);
	assert_int_equal(number, 2);
	flush(&heard);
	assert_arrived("queue/me/arrives", "primary.demo._", "{\"revision\":\"a\"}");
	assert_arrived("queue/me/arrives", "primary.demo.release.1",
		"{\"revision\":\"1f3a\",\"count\":7}");
	assert_int_equal(heard.connected, 1);
	tc_pulse_publisher_free(heard.publisher);
	assert_int_equal(heard.ended, 0);
	delete_queue("queue/me/arrives");
}

static void further_keys_are_routed_by(void **state)
{
	struct heard heard = { 0 };
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;
	static char longest[256];
	const char *const cc[] = { "route.index.project", longest };
	amqp_message_t came;
	char key[256];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	memset(longest, 'x', 255);
	rabbit_declare_exchange(peer, plain.exchange);
	rabbit_declare_queue(peer, "queue/me/route", false);
	rabbit_bind(peer, "queue/me/route", plain.exchange, "route.index.#");
	begin_simple(NULL, &heard);
	message.exchange = plain.exchange;
	message.routing_key = "key";
	message.cc = cc;
	message.cc_count = 2;
	message.body = "[]";
	assert_ok(tc_pulse_publish(heard.publisher, &message, NULL, &err), &err);
	flush(&heard);
	get("queue/me/route", key, &came);
	assert_string_equal(key, "key");
	assert_properties(&came.properties, cc, 2);
	amqp_destroy_message(&came);
	tc_pulse_publisher_free(heard.publisher);
	delete_queue("queue/me/route");
}

/* Those without a queue are confirmed before those of a quorum queue. */
static void each_is_confirmed_once_in_whatever_order(void **state)
{
	struct heard heard = { 0 };

	(void)state;
	rabbit_declare_exchange(peer, plain.exchange);
	rabbit_declare_queue(peer, "queue/me/any", true);
	rabbit_bind(peer, "queue/me/any", plain.exchange, "kept");
	begin_simple(NULL, &heard);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(
			publish_to(&heard, &plain, i % 3 ? "kept" : "dropped", "1"), TC_OK);
	flush(&heard);
	assert_int_equal(heard.confirmed, MANY);
	assert_int_equal(heard.failed + heard.twice, 0);
	assert_int_equal(rabbit_count(peer, "queue/me/any", NULL), MANY * 2 / 3);
	tc_pulse_publisher_free(heard.publisher);
	delete_queue("queue/me/any");
}

/* ---- what is refused before it is sent ---- */

struct bad {
	struct tc_pulse_publication message;
	int code;
	const char *error;
};

static void bad_messages_are_refused_by_name(void **state)
{
	static const struct tc_pair pair[] = { { "project", "demo" } };
	static const struct pushed typed = { NULL, 0 }, good = { "a", 1 };
	static char longer[300];
	static const char *const cc[] = { "a", longer }, *const no_cc[] = { NULL };
	static const char *many_cc[257];
#define MESSAGE(...) \
	{ \
		.size = sizeof(struct tc_pulse_publication), __VA_ARGS__ \
	}
#define KEY .exchange = "exchange/me/v1/plain", .routing_key = "a"
	const struct bad cases[] = {
		{ MESSAGE(.body = "1"), TC_ERROR_ARGUMENT, "publication.exchange is NULL" },
		{ MESSAGE(.exchange = "exchange/me/v1/x", .body = "1"), TC_ERROR_ARGUMENT,
			"exchange/me/v1/x, which is not one of the publisher's" },
		{ MESSAGE(KEY, .words = pair, .word_count = 1, .body = "1"), TC_ERROR_ARGUMENT,
			"both a routing_key and words" },
		{ MESSAGE(.exchange = "exchange/me/v1/pushed", .word_count = 1, .body = "1"),
			TC_ERROR_ARGUMENT, "publication.words is NULL" },
		{ MESSAGE(.exchange = "exchange/me/v1/pushed", .body = "1"), TC_ERROR_ARGUMENT,
			"project is missing" },
		{ MESSAGE(.exchange = "exchange/me/v1/pushed", .routing_key = "primary.a",
			  .body = "1"),
			TC_ERROR_ARGUMENT, "has 2 words; expected 3 or more" },
		{ MESSAGE(KEY, .cc_count = 1, .body = "1"), TC_ERROR_ARGUMENT,
			"publication.cc is NULL" },
		{ MESSAGE(KEY, .cc = no_cc, .cc_count = 1, .body = "1"), TC_ERROR_ARGUMENT,
			"publication.cc[0] is NULL" },
		{ MESSAGE(KEY, .cc = cc, .cc_count = 2, .body = "1"), TC_ERROR_ARGUMENT,
			"publication.cc[1]" },
		{ MESSAGE(KEY, .cc = many_cc, .cc_count = 257, .body = "1"), TC_ERROR_ARGUMENT,
			"publication.cc_count is 257; expected up to 256" },
		{ MESSAGE(KEY), TC_ERROR_ARGUMENT, "neither body nor typed" },
		{ MESSAGE(.exchange = "exchange/me/v1/pushed", .words = pair, .word_count = 1,
			  .body = "1", .typed = &good),
			TC_ERROR_ARGUMENT, "both a body and a typed one" },
		{ MESSAGE(KEY, .typed = &good), TC_ERROR_ARGUMENT, "has no message type" },
		{ MESSAGE(.exchange = "exchange/me/v1/pushed", .words = pair, .word_count = 1,
			  .typed = &typed),
			TC_ERROR_INPUT, "revision" },
		{ MESSAGE(KEY, .body = "{"), TC_ERROR_INPUT, "publication.body is not JSON" },
		{ MESSAGE(KEY, .body = ""), TC_ERROR_INPUT, "publication.body is not JSON" },
		{ MESSAGE(KEY, .body = "{}", .length = (16 << 20) + 1), TC_ERROR_INPUT,
			"the body has 16777217 bytes; brokers take up to 16777216" },
		{ { .size = 3 }, TC_ERROR_ARGUMENT, "TC_PULSE_PUBLICATION_INIT" },
	};
#undef KEY
#undef MESSAGE
	struct heard heard = { 0 };
	tc_error err = TC_ERROR_INIT;
	uint64_t number;

	(void)state;
	memset(longer, 'x', sizeof longer - 1);
	begin_simple(NULL, &heard);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		number = 9;
		assert_int_equal(
			tc_pulse_publish(heard.publisher, &cases[i].message, &number, &err),
			cases[i].code);
		assert_failure(&err, cases[i].code, cases[i].error);
		assert_int_equal(number, 0);
	}
	assert_int_equal(tc_pulse_publisher_pending(heard.publisher), 0);
	tc_pulse_publisher_free(heard.publisher);
}

static void bad_options_are_refused_by_name(void **state)
{
	static const struct tc_exchange nameless = { .exchange = NULL },
					wordless = { .exchange = "e", .word_count = 1 };
	const struct {
		const struct tc_exchange *exchange;
		size_t count;
		const char *error;
	} cases[] = { { &plain, 0, "options.exchange_count is 0" },
		{ NULL, 1, "options.exchanges[0] is NULL" },
		{ &nameless, 1, "options.exchanges[0] has no `exchange`" },
		{ &wordless, 1, "`words` is NULL" } };
	struct heard heard = { 0 };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tc_pulse_publisher_options options =
			options_of(&heard, &cases[i].exchange, cases[i].count);
		assert_null(tc_pulse_publisher_new(NULL, &options, &err));
		assert_failure(&err, TC_ERROR_ARGUMENT, cases[i].error);
	}
	struct tc_pulse_publisher_options options = options_of(&heard, NULL, 1);
	assert_null(tc_pulse_publisher_new(NULL, &options, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "options.exchanges is NULL");
	const struct tc_exchange *const one = &plain;
	options = options_of(&heard, &one, 1);
	options.deadline_ms = -1;
	assert_null(tc_pulse_publisher_new(NULL, &options, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "deadline_ms is -1");
}

/* ---- what the broker refuses ---- */

static int count_status(const struct heard *heard, int status)
{
	int count = 0;

	for (int i = 0; i <= MANY; i++)
		count += heard->status[i] == status;
	return count;
}

static void a_missing_exchange_is_told_of_its_messages_only(void **state)
{
	static const struct tc_exchange *const exchanges[] = { &plain, &missing };
	struct heard heard = { 0 };
	struct tc_pulse_publisher_options options = options_of(&heard, exchanges, 2);

	(void)state;
	declare_queue("queue/me/neighbours", &plain, true);
	options.undeclared = true;
	begin(NULL, &heard, &options);
	for (int i = 1; i <= 400; i++)
		assert_int_equal(
			publish_to(&heard, i % 150 == 100 ? &missing : &plain, "a", "1"), TC_OK);
	flush(&heard);
	assert_int_equal(heard.confirmed, 397);
	assert_int_equal(count_status(&heard, 404), 3);
	assert_int_equal(heard.status[100], 404);
	assert_int_equal(heard.status[250], 404);
	assert_int_equal(heard.status[400], 404);
	assert_non_null(strstr(heard.last, missing.exchange));
	assert_int_equal(heard.twice, 0);
	assert_int_equal(heard.lost, 0);
	assert_int_equal(heard.connected, 1);
	assert_true(rabbit_count(peer, "queue/me/neighbours", NULL) >= 397);
	/* and all is as before */
	assert_int_equal(publish_to(&heard, &plain, "a", "1"), TC_OK);
	flush(&heard);
	assert_int_equal(heard.confirmed, 398);
	tc_pulse_publisher_free(heard.publisher);
	delete_queue("queue/me/neighbours");
}

static void when_all_are_refused_each_is_told(void **state)
{
	static const struct tc_exchange *const exchanges[] = { &missing };
	struct heard heard = { 0 };
	struct tc_pulse_publisher_options options = options_of(&heard, exchanges, 1);

	(void)state;
	options.undeclared = true;
	begin(NULL, &heard, &options);
	for (int i = 0; i < 50; i++)
		assert_int_equal(publish_to(&heard, &missing, "a", "1"), TC_OK);
	flush(&heard);
	assert_int_equal(count_status(&heard, 404), 50);
	assert_int_equal(heard.confirmed + heard.twice, 0);
	tc_pulse_publisher_free(heard.publisher);
}

/* Nothing is declared, and it is there; but only its owner may write to it. */
static void what_may_not_be_written_to_is_told_of_its_messages_only(void **state)
{
	static const struct tc_exchange *const exchanges[] = { &plain, &others };
	struct heard heard = { 0 };
	struct tc_pulse_publisher_options options = options_of(&heard, exchanges, 2);

	(void)state;
	rabbit_declare_exchange(peer, others.exchange);
	options.undeclared = true;
	begin(NULL, &heard, &options);
	for (int i = 1; i <= 10; i++)
		assert_int_equal(publish_to(&heard, i == 5 ? &others : &plain, "a", "1"), TC_OK);
	flush(&heard);
	assert_int_equal(heard.confirmed, 9);
	assert_int_equal(heard.status[5], 403);
	assert_int_equal(heard.twice + heard.lost, 0);
	tc_pulse_publisher_free(heard.publisher);
	delete_exchange(&others);
}

static void an_exchange_that_was_deleted_is_declared_anew(void **state)
{
	struct heard heard = { 0 };

	(void)state;
	begin_simple(NULL, &heard);
	publish_many(&heard, 1);
	flush(&heard);
	delete_exchange(&plain);
	publish_many(&heard, 20);
	flush(&heard);
	assert_int_equal(heard.confirmed, 21);
	delete_exchange(&plain);
	publish_many(&heard, 1);
	flush(&heard);
	assert_int_equal(heard.confirmed, 22);
	assert_int_equal(heard.lost, 0);
	amqp_exchange_declare(peer, RABBIT_CHANNEL, amqp_cstring_bytes(plain.exchange),
		amqp_cstring_bytes("topic"), 1, 1, 0, 0, amqp_empty_table); /* passive */
	assert_int_equal(rabbit_refusal(peer), 0);
	tc_pulse_publisher_free(heard.publisher);
}

/* JSON of so many bytes; for free(). */
static char *text_of(size_t length)
{
	char *text = malloc(length + 1);

	assert_non_null(text);
	memset(text, 'x', length);
	text[0] = text[length - 1] = '"';
	text[length] = '\0';
	return text;
}

static void what_is_too_large_is_told_of_that_only(void **state)
{
	struct heard heard = { 0 };
	char *fits = text_of(LIMIT_BYTES - 1000), *large = text_of(LIMIT_BYTES + 1000);

	(void)state;
	declare_queue("queue/me/large", &plain, false);
	begin_simple(NULL, &heard);
	publish_many(&heard, 10);
	assert_int_equal(publish_to(&heard, &plain, "a", large), TC_OK);
	assert_int_equal(publish_to(&heard, &plain, "a", fits), TC_OK);
	publish_many(&heard, 10);
	flush(&heard);
	assert_int_equal(heard.confirmed, 21);
	assert_int_equal(heard.status[11], 406);
	assert_int_equal(heard.twice, 0);
	assert_true(rabbit_count(peer, "queue/me/large", NULL) >= 21);
	tc_pulse_publisher_free(heard.publisher);
	delete_queue("queue/me/large");
	free(fits);
	free(large);
}

static void a_failure_that_nobody_was_told_of_is_told_by_the_next_flush(void **state)
{
	static const struct tc_exchange *const exchanges[] = { &plain, &missing };
	struct heard heard = { 0 };
	struct tc_pulse_publisher_options options = options_of(&heard, exchanges, 2);
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	options.undeclared = true;
	begin(NULL, &heard, &options);
	message.exchange = missing.exchange;
	message.routing_key = "a";
	message.body = "1";
	assert_ok(tc_pulse_publish(heard.publisher, &message, NULL, &err), &err);
	assert_int_equal(
		tc_pulse_publisher_flush(heard.publisher, PATIENCE_MS, &err), TC_ERROR_HTTP);
	assert_int_equal(err.http_status, 404);
	assert_non_null(tc_error_server_message(&err));
	assert_failure(&err, TC_ERROR_HTTP, missing.exchange);
	assert_ok(tc_pulse_publisher_flush(heard.publisher, PATIENCE_MS, &err), &err);
	tc_pulse_publisher_free(heard.publisher);
}

/* A queue that is full gives back what comes. */
static void what_a_queue_gives_back_is_published_again(void **state)
{
	struct heard heard = { 0 };
	amqp_table_entry_t arguments[] = {
		{ amqp_cstring_bytes("x-max-length"),
			{ .kind = AMQP_FIELD_KIND_I32, .value.i32 = 1 } },
		{ amqp_cstring_bytes("x-overflow"),
			{ .kind = AMQP_FIELD_KIND_UTF8,
				.value.bytes = amqp_cstring_bytes("reject-publish") } },
	};
	amqp_message_t message;
	char key[256];

	(void)state;
	rabbit_declare_exchange(peer, plain.exchange);
	amqp_queue_declare(peer, RABBIT_CHANNEL, amqp_cstring_bytes("queue/me/full"), 0, 1, 0, 0,
		(amqp_table_t){ 2, arguments });
	assert_int_equal(rabbit_refusal(peer), 0);
	rabbit_bind(peer, "queue/me/full", plain.exchange, "#");
	begin_simple(NULL, &heard);
	publish_many(&heard, 3);
	for (int i = 1; i <= 3; i++) {
		GO_ON_UNTIL(&heard, heard.confirmed == i);
		get("queue/me/full", key, &message);
		amqp_destroy_message(&message);
	}
	flush(&heard);
	assert_int_equal(heard.failed + heard.twice, 0);
	tc_pulse_publisher_free(heard.publisher);
	delete_queue("queue/me/full");
}

/* ---- what ends a publisher ---- */

static void assert_ends(const struct tc_exchange *exchange, int status)
{
	struct heard heard = { 0 };
	struct tc_pulse_publisher_options options = options_of(&heard, &exchange, 1);
	tc_error err = TC_ERROR_INIT;

	begin(NULL, &heard, &options);
	assert_int_equal(publish_to(&heard, exchange, "a", "1"), TC_OK);
	assert_int_equal(
		tc_pulse_publisher_flush(heard.publisher, PATIENCE_MS, &err), TC_ERROR_HTTP);
	assert_int_equal(err.http_status, status);
	assert_non_null(strstr(tc_error_text(&err), exchange->exchange));
	assert_failure(&err, TC_ERROR_HTTP, "declaring the durable topic exchange");
	assert_int_equal(heard.ended, 1);
	assert_int_equal(heard.end_code, TC_ERROR_HTTP);
	assert_int_equal(heard.end_status, status);
	assert_int_equal(heard.status[1], status);
	assert_int_equal(heard.twice, 0);
	assert_int_equal(publish_to(&heard, exchange, "a", "1"), TC_ERROR_HTTP);
	assert_int_equal(tc_pulse_publisher_beat(heard.publisher, NULL), TC_ERROR_HTTP);
	assert_int_equal(tc_pulse_publisher_pending(heard.publisher), 0);
	tc_pulse_publisher_free(heard.publisher);
	assert_int_equal(heard.ended, 1);
}

static void somebody_elses_exchange_ends_it(void **state)
{
	(void)state;
	assert_ends(&others, 403);
}

static void an_exchange_of_another_type_ends_it(void **state)
{
	(void)state;
	amqp_exchange_declare(peer, RABBIT_CHANNEL, amqp_cstring_bytes(direct.exchange),
		amqp_cstring_bytes("direct"), 0, 1, 0, 0, amqp_empty_table);
	assert_int_equal(rabbit_refusal(peer), 0);
	assert_ends(&direct, 406);
}

static void stop_finishes_what_is_pending(void **state)
{
	struct heard heard = { 0 };

	(void)state;
	begin_simple(NULL, &heard);
	publish_many(&heard, 500);
	tc_pulse_publisher_stop(heard.publisher);
	assert_int_equal(publish_to(&heard, &plain, "a", "1"), TC_ERROR_CANCELED);
	flush(&heard);
	assert_int_equal(heard.confirmed, 500);
	assert_int_equal(heard.ended, 1);
	assert_int_equal(heard.end_code, TC_OK);
	assert_int_equal(publish_to(&heard, &plain, "a", "1"), TC_ERROR_CANCELED);
	flush(&heard);
	tc_pulse_publisher_stop(heard.publisher);
	tc_pulse_publisher_free(heard.publisher);
	assert_int_equal(heard.ended, 1);
}

static void a_loop_goes_on_until_it_has_ended(void **state)
{
	struct heard heard = { 0 };
	tc_error err = TC_ERROR_INIT;
	tc_loop *loop = tc_loop_new(NULL, &err);

	(void)state;
	begin_simple(loop, &heard);
	publish_many(&heard, 100);
	assert_int_equal(tc_pulse_publisher_flush(heard.publisher, 0, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "on a loop of its caller's");
	assert_int_equal(tc_pulse_publisher_beat(heard.publisher, &err), TC_ERROR_ARGUMENT);
	tc_error_clear(&err);
	tc_pulse_publisher_stop(heard.publisher);
	assert_ok(tc_loop_run(loop, &err), &err);
	assert_int_equal(heard.confirmed, 100);
	assert_int_equal(heard.ended, 1);
	assert_int_equal(tc_loop_pending(loop), 0);
	tc_pulse_publisher_free(heard.publisher);
	tc_loop_free(loop);
}

static void on_a_loop_no_more_is_taken_than_may_be(void **state)
{
	struct heard heard = { 0 };
	static const struct tc_exchange *const exchanges[] = { &plain };
	struct tc_pulse_publisher_options options = options_of(&heard, exchanges, 1);
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_loop *loop = tc_loop_new(NULL, &err);
	char *large = text_of(5000);

	(void)state;
	options.pending_max = 10;
	options.pending_bytes_max = 4000;
	begin(loop, &heard, &options);
	message.exchange = plain.exchange;
	message.routing_key = "a";
	message.body = large; /* alone it may be larger */
	message.published = on_published;
	message.data = &heard;
	assert_ok(tc_pulse_publish(heard.publisher, &message, NULL, &err), &err);
	message.body = "1";
	assert_int_equal(tc_pulse_publish(heard.publisher, &message, NULL, &err), TC_ERROR_TIMEOUT);
	assert_failure(&err, TC_ERROR_TIMEOUT, "1 messages of");
	while (!heard.confirmed)
		assert_ok(tc_loop_poll(loop, PATIENCE_MS, &err), &err);
	for (int i = 0; i < 10; i++)
		assert_ok(tc_pulse_publish(heard.publisher, &message, NULL, &err), &err);
	assert_int_equal(tc_pulse_publish(heard.publisher, &message, NULL, &err), TC_ERROR_TIMEOUT);
	assert_failure(&err, TC_ERROR_TIMEOUT, "10 messages of");
	assert_int_equal(tc_pulse_publisher_pending(heard.publisher), 10);
	while (heard.confirmed < 11)
		assert_ok(tc_loop_poll(loop, PATIENCE_MS, &err), &err);
	tc_pulse_publisher_free(heard.publisher);
	tc_loop_free(loop);
	free(large);
}

/* ---- freeing ---- */

static void freed_in_a_callback_it_tells_the_others(void **state)
{
	struct heard heard = { .free_when_told = true };
	int published = 0;

	(void)state;
	begin_simple(NULL, &heard);
	/* logging in takes the loop some turns, of which each message is one */
	for (; published < 50 && heard.free_when_told; published++)
		assert_int_equal(publish_to(&heard, &plain, "a", "1"), TC_OK);
	if (heard.free_when_told)
		assert_int_equal(tc_pulse_publisher_flush(heard.publisher, PATIENCE_MS, NULL),
			TC_ERROR_CANCELED);
	assert_int_equal(heard.confirmed, 1);
	assert_int_equal(count_status(&heard, TC_ERROR_CANCELED), published - 1);
	assert_true(published > 1);
	assert_int_equal(heard.twice + heard.ended, 0);
}

static void freed_while_it_is_waited_for_it_says_so(void **state)
{
	struct heard heard = { 0 };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	begin_simple(NULL, &heard);
	assert_int_equal(publish_to(&heard, &plain, "a", "1"), TC_OK);
	heard.free_when_told = !heard.confirmed;
	assert_true(heard.free_when_told);
	assert_int_equal(
		tc_pulse_publisher_flush(heard.publisher, PATIENCE_MS, &err), TC_ERROR_CANCELED);
	assert_failure(&err, TC_ERROR_CANCELED, "freed");
	assert_int_equal(heard.confirmed, 1);
	assert_int_equal(heard.ended, 0);
}

static void freed_in_a_callback_of_a_loop_it_is_gone(void **state)
{
	struct heard heard = { 0 };
	tc_error err = TC_ERROR_INIT;
	tc_loop *loop = tc_loop_new(NULL, &err);

	(void)state;
	begin_simple(loop, &heard);
	publish_many(&heard, 300);
	heard.free_when_told = true;
	assert_ok(tc_loop_run(loop, &err), &err);
	assert_int_equal(heard.confirmed + heard.failed, 300);
	assert_int_equal(count_status(&heard, TC_ERROR_CANCELED), heard.failed);
	assert_int_equal(heard.twice + heard.ended, 0);
	assert_int_equal(tc_loop_pending(loop), 0);
	tc_loop_free(loop);
}

static void free_in_end(void *data, const tc_error *err)
{
	struct heard *heard = data;

	on_ended(data, err);
	tc_pulse_publisher_free(heard->publisher);
}

static void free_in_change(void *data, enum tc_pulse_change change, const tc_error *err)
{
	struct heard *heard = data;

	on_changed(data, change, err);
	tc_pulse_publisher_free(heard->publisher);
}

static void it_may_be_freed_in_its_other_callbacks(void **state)
{
	static const struct tc_exchange *const exchanges[] = { &plain };
	tc_error err = TC_ERROR_INIT;
	tc_loop *loop = tc_loop_new(NULL, &err);

	(void)state;
	for (int in_end = 0; in_end < 2; in_end++) {
		struct heard heard = { 0 };
		struct tc_pulse_publisher_options options = options_of(&heard, exchanges, 1);
		if (in_end)
			options.ended = free_in_end;
		else
			options.changed = free_in_change;
		begin(loop, &heard, &options);
		publish_many(&heard, 3);
		if (in_end)
			tc_pulse_publisher_stop(heard.publisher);
		assert_ok(tc_loop_run(loop, &err), &err);
		assert_int_equal(heard.confirmed, in_end ? 3 : 0);
		assert_int_equal(heard.ended, in_end);
		assert_int_equal(heard.connected, 1);
		assert_int_equal(count_status(&heard, TC_ERROR_CANCELED), in_end ? 0 : 3);
	}
	assert_int_equal(tc_loop_pending(loop), 0);
	tc_loop_free(loop);
}

/* A child may free what it has of its parent's. */
static void freed_in_a_child_it_goes_on_in_the_parent(void **state)
{
	struct heard heard = { 0 };
	int status = -1;

	(void)state;
	begin_simple(NULL, &heard);
	publish_many(&heard, 100);
	pid_t child = fork();
	if (child == 0) {
		tc_pulse_publisher_free(heard.publisher);
		_exit(heard.confirmed + heard.failed > 0 ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	flush(&heard);
	assert_int_equal(heard.confirmed, 100);
	assert_int_equal(heard.lost, 0);
	tc_pulse_publisher_free(heard.publisher);
	assert_int_equal(status, 0);
}

/* What a callback publishes goes out, too. */
static void on_published_once_more(void *data, uint64_t number, const tc_error *err)
{
	struct heard *heard = data;
	tc_error own = TC_ERROR_INIT;

	assert_null(err);
	heard->confirmed++;
	heard->told[number] = true;
	assert_int_equal(tc_pulse_publisher_flush(heard->publisher, 0, &own), TC_ERROR_ARGUMENT);
	assert_failure(&own, TC_ERROR_ARGUMENT, "in a callback");
	assert_int_equal(tc_pulse_publisher_beat(heard->publisher, NULL), TC_ERROR_ARGUMENT);
	if (heard->confirmed > 400)
		return;
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;
	message.exchange = plain.exchange;
	message.routing_key = "a";
	message.body = "1";
	message.published = on_published_once_more;
	message.data = heard;
	assert_int_equal(tc_pulse_publish(heard->publisher, &message, NULL, NULL), TC_OK);
}

static void callbacks_may_publish(void **state)
{
	struct heard heard = { 0 };
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;

	(void)state;
	begin_simple(NULL, &heard);
	message.exchange = plain.exchange;
	message.routing_key = "a";
	message.body = "1";
	message.published = on_published_once_more;
	message.data = &heard;
	for (int i = 0; i < 100; i++)
		assert_int_equal(tc_pulse_publish(heard.publisher, &message, NULL, NULL), TC_OK);
	flush(&heard);
	assert_int_equal(heard.confirmed, 500);
	tc_pulse_publisher_free(heard.publisher);
}

/* ---- a broker that is away ---- */

/* Nobody listens at the name server's port on another address. */
static tc_pulse_publisher *begin_nowhere(struct heard *heard, int64_t deadline_ms)
{
	static const struct tc_exchange *const exchanges[] = { &plain };
	struct tc_pulse_publisher_options options = options_of(heard, exchanges, 1);
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;
	char url[100];

	snprintf(url, sizeof url, "amqp://me:secret@127.0.0.3:%d", rabbit.epmd_port);
	server.url = url;
	options.server = &server;
	options.deadline_ms = deadline_ms;
	options.pending_max = 3;
	return begin(NULL, heard, &options);
}

static tc_pulse_publisher *to_stop;

static void on_alarm(int number)
{
	(void)number;
	tc_pulse_publisher_stop(to_stop);
}

static void whoever_waits_for_room_is_let_go_by_a_signal_that_stops(void **state)
{
	const struct itimerval soon = { .it_value.tv_usec = 50000 };
	struct sigaction action = { .sa_handler = on_alarm }, before;
	struct heard heard = { 0 };

	(void)state;
	to_stop = begin_nowhere(&heard, 0);
	publish_many(&heard, 3);
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &soon, NULL);
	assert_int_equal(publish_to(&heard, &plain, "a", "1"), TC_ERROR_CANCELED);
	sigaction(SIGALRM, &before, NULL);
	assert_int_equal(tc_pulse_publisher_pending(heard.publisher), 3);
	tc_pulse_publisher_free(heard.publisher);
	assert_int_equal(count_status(&heard, TC_ERROR_CANCELED), 3);
	assert_int_equal(heard.twice + heard.ended, 0);
}

static void a_deadline_ends_a_message_while_the_broker_is_away(void **state)
{
	struct heard heard = { 0 };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	begin_nowhere(&heard, 300);
	publish_many(&heard, 2);
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;
	message.exchange = plain.exchange;
	message.routing_key = "a";
	message.body = "1";
	assert_ok(tc_pulse_publish(heard.publisher, &message, NULL, &err), &err);
	assert_int_equal(tc_pulse_publisher_flush(heard.publisher, 0, &err), TC_ERROR_TIMEOUT);
	assert_failure(&err, TC_ERROR_TIMEOUT, "3 messages are not confirmed after 0 ms");
	assert_int_equal(
		tc_pulse_publisher_flush(heard.publisher, PATIENCE_MS, &err), TC_ERROR_TIMEOUT);
	assert_failure(&err, TC_ERROR_TIMEOUT, "message 3 to exchange/me/v1/plain within 300 ms");
	assert_int_equal(count_status(&heard, TC_ERROR_TIMEOUT), 2);
	assert_int_equal(tc_pulse_publisher_pending(heard.publisher), 0);
	assert_true(heard.lost >= 1);
	assert_int_equal(heard.connected + heard.ended, 0);
	tc_pulse_publisher_free(heard.publisher);
}

static void short_of_memory_the_broker_says_so(void **state)
{
	static const struct tc_exchange *const exchanges[] = { &plain };
	struct heard heard = { 0 }, short_lived = { 0 };
	struct tc_pulse_publisher_options options = options_of(&short_lived, exchanges, 1);

	(void)state;
	options.deadline_ms = 700;
	begin(NULL, &short_lived, &options);
	begin_simple(NULL, &heard);
	publish_many(&heard, 1);
	publish_many(&short_lived, 1);
	flush(&heard);
	flush(&short_lived);
	rabbit_ctl(&rabbit, "set_vm_memory_high_watermark", "0", NULL);
	publish_many(&heard, 5);
	publish_many(&short_lived, 5);
	GO_ON_UNTIL(&heard, heard.blocked == 1);
	assert_non_null(strstr(heard.text, "memory"));
	publish_many(&heard, 5);
	GO_ON_UNTIL(&short_lived, short_lived.failed == 5); /* their publishes are on the wire */
	assert_int_equal(count_status(&short_lived, TC_ERROR_TIMEOUT), 5);
	assert_int_equal(heard.confirmed, 1);
	rabbit_ctl(&rabbit, "set_vm_memory_high_watermark", "0.4", NULL);
	flush(&heard);
	assert_int_equal(heard.unblocked, 1);
	assert_int_equal(heard.confirmed, 11);
	publish_many(&short_lived, 5);
	flush(&short_lived);
	assert_int_equal(short_lived.confirmed, 6);
	assert_int_equal(heard.twice + short_lived.twice + heard.lost + short_lived.lost, 0);
	tc_pulse_publisher_free(heard.publisher);
	tc_pulse_publisher_free(short_lived.publisher);
}

static void closed_by_an_operator_it_comes_back(void **state)
{
	struct heard heard = { 0 };

	(void)state;
	begin_simple(NULL, &heard);
	publish_many(&heard, 1);
	flush(&heard);
	rabbit_ctl(&rabbit, "close_all_connections", "because", NULL);
	publish_many(&heard, 100);
	flush(&heard);
	assert_int_equal(heard.confirmed, 101);
	assert_int_equal(heard.lost, 1);
	assert_int_equal(heard.connected, 2);
	assert_int_equal(heard.failed + heard.twice, 0);
	tc_pulse_publisher_free(heard.publisher);
	amqp_destroy_connection(peer);
	peer = rabbit_log_in(&rabbit, "guest");
}

#define CUTS 30

static void find_all(const char *queue, bool found[MANY])
{
	for (int left = rabbit_count(peer, queue, NULL); left; left--) {
		amqp_message_t message;
		char key[256];
		get(queue, key, &message);
		found[strtol(key, NULL, 10)] = true;
		amqp_destroy_message(&message);
	}
}

/* On each some confirmations come, or none. */
static void connections_that_break_again_and_again_lose_nothing(void **state)
{
	static const struct tc_exchange *const exchanges[] = { &plain };
	static size_t after[CUTS];
	static bool found[MANY];
	struct heard heard = { 0 };
	struct tc_pulse_publisher_options options = options_of(&heard, exchanges, 1);
	struct tc_pulse_server server = *options.server;
	struct rabbit behind = rabbit;
	char key[16];

	(void)state;
	for (size_t i = 0; i < CUTS; i++)
		after[i] = 540 + i * 7919 % 250;
	struct tc_cutter *cutter = tc_cutter_start(rabbit.port, after, CUTS);
	behind.port = tc_cutter_port(cutter);
	server.url = rabbit_url(&behind, RABBIT_USER, false);
	server.reconnect_ms = 10;
	options.server = &server;
	options.pending_max = 10;
	declare_queue("queue/me/broken", &plain, false);
	begin(NULL, &heard, &options);
	for (int i = 0; i < MANY; i++) {
		snprintf(key, sizeof key, "%d", i);
		assert_int_equal(publish_to(&heard, &plain, key, "{}"), TC_OK);
	}
	flush(&heard);
	assert_int_in_range(tc_cutter_cuts(cutter), 5, CUTS);
	assert_int_in_range(heard.connected, 5, CUTS + 1);
	assert_int_equal(heard.confirmed, MANY);
	assert_int_equal(heard.failed + heard.twice, 0);
	tc_pulse_publisher_free(heard.publisher);
	tc_cutter_stop(cutter);
	find_all("queue/me/broken", found);
	assert_null(memchr(found, false, sizeof found));
	delete_queue("queue/me/broken");
}

/* ---- memory ---- */

static long resident_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long size = 0, resident = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%ld %ld", &size, &resident), 2);
	fclose(file);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void memory_does_not_grow_with_messages(void **state)
{
	struct heard heard = { 0 };
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;
	char *body = text_of(300);
	long before = 0;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	begin_simple(NULL, &heard);
	message.exchange = plain.exchange;
	message.routing_key = "to.nobody";
	message.body = body;
	for (int i = 0; i < 200000; i++) {
		if (i == 20000)
			before = resident_kib();
		assert_ok(tc_pulse_publish(heard.publisher, &message, NULL, &err), &err);
	}
	flush(&heard);
	long grown = resident_kib() - before;
	const char *sanitize = getenv("TC_SANITIZE");
	if (!sanitize || !*sanitize) /* they keep what was freed */
		assert_true(grown < 4096);
	tc_pulse_publisher_free(heard.publisher);
	free(body);
}

/* ---- a broker that dies ---- */

#define STORM 10000
#define KILLED_AT 3000

struct storm {
	atomic_int confirmed;
	atomic_bool done;
	bool sure[STORM + 1]; /* by number */
	int failed;
	char *body;
	char url[200];
};

static void on_storm(void *data, uint64_t number, const tc_error *err)
{
	struct storm *storm = data;

	storm->failed += err != NULL;
	storm->sure[number] = !err;
	if (!err)
		atomic_fetch_add(&storm->confirmed, 1);
}

/* Publishes with a thread of its own, as the broker's harness keeps the test's busy. */
static void *publish_storm(void *data)
{
	static const struct tc_exchange *const exchanges[] = { &plain };
	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;
	struct storm *storm = data;
	char body[100];

	server.url = storm->url;
	options.server = &server;
	options.exchanges = exchanges;
	options.exchange_count = 1;
	tc_pulse_publisher *publisher = tc_pulse_publisher_new(NULL, &options, NULL);
	message.exchange = plain.exchange;
	message.routing_key = "storm";
	message.body = body;
	message.published = on_storm;
	message.data = storm;
	for (int i = 1; i <= STORM; i++) {
		snprintf(body, sizeof body, "{\"number\":%d}", i);
		if (tc_pulse_publish(publisher, &message, NULL, NULL) != TC_OK)
			storm->failed++;
	}
	if (tc_pulse_publisher_flush(publisher, 120000, NULL) != TC_OK)
		storm->failed++;
	tc_pulse_publisher_free(publisher);
	atomic_store(&storm->done, true);
	return NULL;
}

static void wait_for(const struct storm *storm, int confirmed, int64_t patience_ms)
{
	int64_t until = tc_test_now_ms() + patience_ms;

	while (atomic_load(&storm->confirmed) < confirmed) {
		assert_false(atomic_load(&storm->done) && storm->failed);
		if (tc_test_now_ms() > until)
			fail_msg("%d confirmed after %d ms; expected %d",
				atomic_load(&storm->confirmed), (int)patience_ms, confirmed);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
}

static void take_storm(const struct storm *storm)
{
	static const char *const exchanges[] = { "exchange/me/v1/plain", NULL };
	static bool came[STORM + 1];
	amqp_connection_state_t listener = rabbit_listen(&rabbit, "queue/me/storm", exchanges, "#");
	struct delivery delivery = { .body = NULL };
	int number, different = 0;

	while (different < STORM && rabbit_next(listener, &delivery, PATIENCE_MS)) {
		assert_int_equal(sscanf(delivery.body, "{\"number\":%d}", &number), 1);
		different += !came[number];
		came[number] = true;
	}
	for (int i = 1; i <= STORM; i++)
		if (storm->sure[i] && !came[i])
			fail_msg("message %d was confirmed and is lost", i);
	free(delivery.body);
	amqp_destroy_connection(listener);
}

static void nothing_that_was_confirmed_is_lost_when_the_broker_dies(void **state)
{
	static struct storm storm;
	pthread_t thread;

	(void)state;
	declare_queue("queue/me/storm", &plain, false);
	snprintf(storm.url, sizeof storm.url, "%s", rabbit_url(&rabbit, RABBIT_USER, false));
	amqp_destroy_connection(peer);
	assert_int_equal(pthread_create(&thread, NULL, publish_storm, &storm), 0);
	wait_for(&storm, KILLED_AT, PATIENCE_MS);
	rabbit_kill(&rabbit);
	int before = atomic_load(&storm.confirmed);
	assert_true(before < STORM);
	rabbit_start(&rabbit);
	wait_for(&storm, before + 1, 20000);
	wait_for(&storm, STORM, 120000);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(storm.failed, 0);
	peer = rabbit_log_in(&rabbit, "guest");
	take_storm(&storm);
	delete_queue("queue/me/storm");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_arrive_as_they_were_published),
		cmocka_unit_test(further_keys_are_routed_by),
		cmocka_unit_test(each_is_confirmed_once_in_whatever_order),
		cmocka_unit_test(bad_messages_are_refused_by_name),
		cmocka_unit_test(bad_options_are_refused_by_name),
		cmocka_unit_test(a_missing_exchange_is_told_of_its_messages_only),
		cmocka_unit_test(when_all_are_refused_each_is_told),
		cmocka_unit_test(what_may_not_be_written_to_is_told_of_its_messages_only),
		cmocka_unit_test(an_exchange_that_was_deleted_is_declared_anew),
		cmocka_unit_test(what_is_too_large_is_told_of_that_only),
		cmocka_unit_test(a_failure_that_nobody_was_told_of_is_told_by_the_next_flush),
		cmocka_unit_test(what_a_queue_gives_back_is_published_again),
		cmocka_unit_test(somebody_elses_exchange_ends_it),
		cmocka_unit_test(an_exchange_of_another_type_ends_it),
		cmocka_unit_test(stop_finishes_what_is_pending),
		cmocka_unit_test(a_loop_goes_on_until_it_has_ended),
		cmocka_unit_test(on_a_loop_no_more_is_taken_than_may_be),
		cmocka_unit_test(freed_in_a_callback_it_tells_the_others),
		cmocka_unit_test(freed_while_it_is_waited_for_it_says_so),
		cmocka_unit_test(freed_in_a_callback_of_a_loop_it_is_gone),
		cmocka_unit_test(it_may_be_freed_in_its_other_callbacks),
		cmocka_unit_test(freed_in_a_child_it_goes_on_in_the_parent),
		cmocka_unit_test(callbacks_may_publish),
		cmocka_unit_test(whoever_waits_for_room_is_let_go_by_a_signal_that_stops),
		cmocka_unit_test(a_deadline_ends_a_message_while_the_broker_is_away),
		cmocka_unit_test(short_of_memory_the_broker_says_so),
		cmocka_unit_test(closed_by_an_operator_it_comes_back),
		cmocka_unit_test(connections_that_break_again_and_again_lose_nothing),
		cmocka_unit_test(memory_does_not_grow_with_messages),
		cmocka_unit_test(nothing_that_was_confirmed_is_lost_when_the_broker_dies),
	};
	const struct rabbit_options options = { .max_message_size = LIMIT_BYTES };

	if (!rabbit_prepare(&rabbit, &options))
		return 77;
	rabbit_start(&rabbit);
	peer = rabbit_log_in(&rabbit, "guest");
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	rabbit_end(&rabbit);
	return failed;
}
