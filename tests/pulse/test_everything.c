/* SPDX-License-Identifier: MPL-2.0 */

/* Publisher and listener together, by a real broker: every exchange that the references know, and
 * which keys a pattern selects. */

#include "tests/harness/test.h"

#include "tests/harness/rabbit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pulse_listener.h>
#include <taskcluster/pulse_publisher.h>
#include <taskcluster/queue.h>
#include <taskcluster/registry.h>

#define PATIENCE_MS 60000
#define MESSAGES_MAX 100
#define WORDS_MAX 16
#define EXCHANGES_MAX 100

static struct rabbit rabbit;
static tc_loop *loop;

static int set_up(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	rabbit_start(&rabbit);
	loop = tc_loop_new(NULL, &err);
	assert_non_null(loop);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tc_loop_free(loop);
	return 0;
}

/* Lets the loop go on until `*count` is `wanted`. */
static void await(const size_t *count, size_t wanted, const char *what)
{
	int64_t until = tc_test_now_ms() + PATIENCE_MS;
	tc_error err = TC_ERROR_INIT;

	while (*count < wanted) {
		if (tc_test_now_ms() > until)
			fail_msg("%zu of %zu: %s", *count, wanted, what);
		assert_ok(tc_loop_poll(loop, 1000, &err), &err);
	}
	assert_int_equal(*count, wanted);
}

/* ---- who publishes ---- */

struct mouth {
	tc_pulse_publisher *publisher;
	size_t connected, confirmed, published;
};

static void mouth_changed(void *data, enum tc_pulse_change change, const tc_error *err)
{
	struct mouth *mouth = data;

	if (err)
		fail_msg("the publisher: %s", tc_error_text(err));
	mouth->connected += change == TC_PULSE_CONNECTED;
}

static void mouth_ended(void *data, const tc_error *err)
{
	(void)data;
	fail_msg("the publisher ended: %s", err ? tc_error_text(err) : "stopped");
}

static void on_published(void *data, uint64_t number, const tc_error *err)
{
	struct mouth *mouth = data;

	(void)number;
	if (err)
		fail_msg("a message: %s", tc_error_text(err));
	mouth->confirmed++;
}

static void open_mouth(
	struct mouth *mouth, const struct tc_exchange *const *exchanges, size_t count)
{
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;
	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	*mouth = (struct mouth){ 0 };
	server.url = rabbit_url(&rabbit, "guest", false);
	options.server = &server;
	options.exchanges = exchanges;
	options.exchange_count = count;
	options.changed = mouth_changed;
	options.ended = mouth_ended;
	options.data = mouth;
	mouth->publisher = tc_pulse_publisher_new(loop, &options, &err);
	if (!mouth->publisher)
		fail_msg("%s", tc_error_text(&err));
}

static void say(struct mouth *mouth, struct tc_pulse_publication *message)
{
	tc_error err = TC_ERROR_INIT;

	message->published = on_published;
	message->data = mouth;
	message->body = "{}";
	assert_ok(tc_pulse_publish(mouth->publisher, message, NULL, &err), &err);
	mouth->published++;
}

/* ---- who listens ---- */

struct ear {
	tc_pulse_listener *listener;
	size_t ready, count, ended; /* `ended`: the last message came, by the exchange `end` */
	char exchange[MESSAGES_MAX][256], key[MESSAGES_MAX][256];
	void (*check)(const struct tc_pulse_message *message); /* or NULL */
};

static const struct tc_exchange end = { .exchange = "exchange/guest/v1/end" };

static void on_message(void *data, struct tc_pulse_message *message)
{
	struct ear *ear = data;
	tc_error err = TC_ERROR_INIT;

	if (strcmp(message->exchange, end.exchange) == 0) {
		ear->ended++;
	} else {
		assert_true(ear->count < MESSAGES_MAX);
		snprintf(ear->exchange[ear->count], 256, "%s", message->exchange);
		snprintf(ear->key[ear->count], 256, "%s", message->routing_key);
		if (ear->check)
			ear->check(message);
		ear->count++;
	}
	assert_ok(tc_pulse_ack(message, &err), &err);
}

static void ear_changed(void *data, enum tc_pulse_change change, const tc_error *err)
{
	struct ear *ear = data;

	if (err)
		fail_msg("the listener: %s", tc_error_text(err));
	ear->ready += change == TC_PULSE_CONNECTED_NEW;
}

static void ear_ended(void *data, const tc_error *err)
{
	(void)data;
	fail_msg("the listener ended: %s", err ? tc_error_text(err) : "stopped");
}

static void open_ear(struct ear *ear, const struct tc_binding *bindings, size_t count)
{
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	server.url = rabbit_url(&rabbit, RABBIT_USER, false);
	options.server = &server;
	options.bindings = bindings;
	options.binding_count = count;
	options.bodies = TC_PULSE_RAW;
	options.handle = on_message;
	options.changed = ear_changed;
	options.ended = ear_ended;
	options.data = ear;
	ear->listener = tc_pulse_listener_new(loop, &options, &err);
	if (!ear->listener)
		fail_msg("%s", tc_error_text(&err));
}

/* ---- every exchange ---- */

/* A service, and who publishes as it does. */
struct voice {
	const struct tc_service *service;
	size_t number;
	struct mouth mouth;
};

/* What the word of this name and place has in the messages of an exchange of a service. */
static const char *value_of(
	const struct voice *voice, size_t exchange, const struct tc_key_word *word, char *value)
{
	snprintf(value, 64, "%s-%zu-%zu%s", word->name, voice->number, exchange,
		word->multiple_words ? ".two.three" : "");
	return value;
}

static void say_words(struct voice *voice, size_t at)
{
	const struct tc_exchange *exchange = &voice->service->exchanges[at];
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;
	char values[WORDS_MAX][64];
	struct tc_pair pairs[WORDS_MAX];
	size_t count = 0;

	for (size_t i = exchange->word_count; i-- > 0;) { /* in any order */
		const struct tc_key_word *word = &exchange->words[i];
		if (word->constant)
			continue;
		pairs[count].name = word->name;
		pairs[count].value = value_of(voice, at, word, values[count]);
		count++;
	}
	message.exchange = exchange->exchange;
	message.words = pairs;
	message.word_count = count;
	say(&voice->mouth, &message);
}

static struct voice voices[16];
static size_t voice_count;
static bool seen[16][EXCHANGES_MAX];

/* Whether the message is the one that a service published to this exchange of its. */
static bool is_of(const struct tc_pulse_message *message, const struct voice *voice, size_t at)
{
	const struct tc_exchange *exchange = &voice->service->exchanges[at];
	char value[64];

	if (strcmp(exchange->exchange, message->exchange) != 0)
		return false;
	for (size_t i = 0; i < exchange->word_count; i++) {
		const struct tc_key_word *word = &exchange->words[i];
		const char *got = tc_pulse_message_word(message, word->name);
		if (!got)
			fail_msg("%s has no %s", message->exchange, word->name);
		const char *expected =
			word->constant ? word->constant : value_of(voice, at, word, value);
		if (strcmp(got, expected) != 0)
			return false;
	}
	return true;
}

static void check_words(const struct tc_pulse_message *message)
{
	assert_non_null(message->known);
	assert_string_equal(message->known->exchange, message->exchange);
	assert_non_null(message->words);
	for (size_t v = 0; v < voice_count; v++) {
		for (size_t i = 0; i < voices[v].service->exchange_count; i++) {
			if (!is_of(message, &voices[v], i))
				continue;
			assert_false(seen[v][i]);
			seen[v][i] = true;
			return;
		}
	}
	fail_msg("nobody published %s to %s", message->routing_key, message->exchange);
}

/* Opens a publisher for each service that has exchanges, as two of them may have one in common. */
static size_t open_voices(struct tc_binding *bindings)
{
	size_t services, count = 0;
	const struct tc_service *const *all = tc_services(&services);
	tc_error err = TC_ERROR_INIT;

	for (size_t i = 0; i < services; i++) {
		const struct tc_exchange *tables[EXCHANGES_MAX];
		if (!all[i]->exchange_count)
			continue;
		struct voice *voice = &voices[voice_count];
		*voice = (struct voice){ .service = all[i], .number = voice_count };
		for (size_t k = 0; k < all[i]->exchange_count; k++) {
			tables[k] = &all[i]->exchanges[k];
			assert_ok(tc_binding_by_name(tables[k], NULL, 0, &bindings[count++], &err),
				&err);
		}
		open_mouth(&voice->mouth, tables, all[i]->exchange_count);
		voice_count++;
	}
	return count;
}

static void every_exchange(void **state)
{
	static struct tc_binding bindings[EXCHANGES_MAX];
	static struct ear ear = { .check = check_words };

	(void)state;
	size_t count = open_voices(bindings);
	assert_true(voice_count >= 8 && count >= 47);
	for (size_t v = 0; v < voice_count; v++)
		await(&voices[v].mouth.connected, 1, "publishers that are connected");
	open_ear(&ear, bindings, count);
	await(&ear.ready, 1, "listeners that are connected");
	for (size_t v = 0; v < voice_count; v++) {
		for (size_t i = 0; i < voices[v].service->exchange_count; i++)
			say_words(&voices[v], i);
		await(&voices[v].mouth.confirmed, voices[v].mouth.published, "confirmed");
	}
	await(&ear.count, count, "messages that arrived");
	tc_pulse_listener_free(ear.listener);
	for (size_t v = 0; v < voice_count; v++)
		tc_pulse_publisher_free(voices[v].mouth.publisher);
}

/* ---- what patterns select ---- */

static const struct tc_exchange any = { .exchange = "exchange/guest/v1/any" };

static const struct {
	const char *key;
	const char *cc; /* a further key, or NULL */
} keys[] = {
	{ "a", NULL },
	{ "b", NULL },
	{ "a.b", NULL },
	{ "a.b.c", NULL },
	{ "a.", NULL },
	{ ".b", NULL },
	{ "a..c", NULL },
	{ "x.b", NULL },
	{ "primary.x", "route.index.project.x" },
	{ "primary.y", "route.other.project.x" },
};
#define KEYS (sizeof keys / sizeof *keys)

/* What each selects, in order, with a blank behind each key. */
static const struct {
	const char *patterns[3];
	const char *selected;
} selections[] = {
	{ { "#" }, "a b a.b a.b.c a. .b a..c x.b primary.x primary.y " },
	{ { "*" }, "a b " },
	{ { "a" }, "a " },
	{ { "a.#" }, "a a.b a.b.c a. a..c " },
	{ { "#.b" }, "b a.b .b x.b " },
	{ { "a.*" }, "a.b a. " },
	{ { "*.b" }, "a.b .b x.b " },
	{ { "*.*" }, "a.b a. .b x.b primary.x primary.y " },
	{ { "a.*.c" }, "a.b.c a..c " },
	{ { "a.#.c" }, "a.b.c a..c " },
	{ { "a.#.#" }, "a a.b a.b.c a. a..c " },
	{ { "route.#" }, "primary.x primary.y " },
	{ { "route.index.*.x" }, "primary.x " },
	{ { "primary.x", "route.index.#" }, "primary.x " }, /* once */
	{ { "a.b", "*.b", "#.c" }, "a.b a.b.c .b a..c x.b " },
	{ { "route" }, "" },
	{ { "a.b.c.*" }, "" },
};
#define SELECTIONS (sizeof selections / sizeof *selections)

/* By the patterns, and to the end. */
static void listen_to(struct ear *ear, const char *const patterns[3])
{
	struct tc_binding bindings[4];
	size_t count = 0;
	tc_error err = TC_ERROR_INIT;

	for (; count < 3 && patterns[count]; count++)
		assert_ok(tc_binding_from_pattern(&any, patterns[count], &bindings[count], &err),
			&err);
	assert_ok(tc_binding_from_pattern(&end, "#", &bindings[count++], &err), &err);
	open_ear(ear, bindings, count);
}

static void say_key(struct mouth *mouth, const char *exchange, const char *key, const char *cc)
{
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;

	message.exchange = exchange;
	message.routing_key = key;
	message.cc = &cc;
	message.cc_count = cc ? 1 : 0;
	say(mouth, &message);
}

static void check_selected(const struct ear *ear, size_t row)
{
	char got[1000] = "";

	for (size_t i = 0; i < ear->count; i++) {
		strcat(got, ear->key[i]);
		strcat(got, " ");
	}
	if (strcmp(got, selections[row].selected) != 0)
		fail_msg("\"%s\" selected \"%s\", expected \"%s\"", selections[row].patterns[0],
			got, selections[row].selected);
}

static void patterns_select_what_they_should(void **state)
{
	static const struct tc_exchange *const tables[] = { &any, &end };
	static struct ear ears[SELECTIONS];
	struct mouth mouth;

	(void)state;
	open_mouth(&mouth, tables, 2);
	await(&mouth.connected, 1, "publishers that are connected");
	for (size_t i = 0; i < SELECTIONS; i++)
		listen_to(&ears[i], selections[i].patterns);
	for (size_t i = 0; i < SELECTIONS; i++)
		await(&ears[i].ready, 1, "listeners that are connected");
	for (size_t i = 0; i < KEYS; i++)
		say_key(&mouth, any.exchange, keys[i].key, keys[i].cc);
	say_key(&mouth, end.exchange, "end", NULL);
	await(&mouth.confirmed, KEYS + 1, "confirmed");
	for (size_t i = 0; i < SELECTIONS; i++) {
		await(&ears[i].ended, 1, "ends");
		check_selected(&ears[i], i);
		tc_pulse_listener_free(ears[i].listener);
	}
	tc_pulse_publisher_free(mouth.publisher);
}

/* ---- what generated functions select ---- */

static void say_task(struct mouth *mouth, const char *group, const char *run)
{
	const struct tc_pair words[] = { { "taskId", "task" }, { "runId", run },
		{ "workerGroup", "g" }, { "workerId", "w" }, { "taskGroupId", group },
		{ "provisionerId", "p" }, { "workerType", "t" }, { "schedulerId", "-" } };
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;

	message.exchange = "exchange/taskcluster-queue/v1/task-completed";
	message.words = words;
	message.word_count = sizeof words / sizeof *words;
	say(mouth, &message);
}

static const struct tc_exchange *find_exchange(const char *service, const char *exchange)
{
	size_t services;
	const struct tc_service *const *all = tc_services(&services);

	for (size_t i = 0; i < services; i++) {
		for (size_t k = 0; k < all[i]->exchange_count; k++)
			if (strcmp(all[i]->name, service) == 0 &&
				strcmp(all[i]->exchanges[k].exchange, exchange) == 0)
				return &all[i]->exchanges[k];
	}
	fail_msg("no exchange %s", exchange);
	return NULL;
}

static void generated_bindings_select_by_word(void **state)
{
	const struct tc_exchange *tables[] = {
		find_exchange("queue", "exchange/taskcluster-queue/v1/task-completed"), &end
	};
	static struct ear ear;
	struct tc_binding bindings[2];
	struct mouth mouth;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_queue_events_task_completed(
			  &(struct tc_queue_events_task_completed_key){
				  .task_group_id = "mine", .run_id = "0" },
			  &bindings[0], &err),
		&err);
	assert_ok(tc_binding_from_pattern(&end, "#", &bindings[1], &err), &err);
	open_mouth(&mouth, tables, 2);
	await(&mouth.connected, 1, "publishers that are connected");
	open_ear(&ear, bindings, 2);
	await(&ear.ready, 1, "listeners that are connected");
	say_task(&mouth, "mine", "1");
	say_task(&mouth, "mine", "0");
	say_task(&mouth, "other", "0");
	say_key(&mouth, end.exchange, "end", NULL);
	await(&ear.ended, 1, "ends");
	assert_int_equal(ear.count, 1);
	assert_string_equal(ear.key[0], "primary.task.0.g.w.p.t.-.mine._");
	tc_pulse_listener_free(ear.listener);
	tc_pulse_publisher_free(mouth.publisher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_exchange),
		cmocka_unit_test(patterns_select_what_they_should),
		cmocka_unit_test(generated_bindings_select_by_word),
	};

	if (!rabbit_prepare(&rabbit, NULL))
		return 77;
	int failed = cmocka_run_group_tests(tests, set_up, tear_down);
	rabbit_end(&rabbit);
	return failed;
}
