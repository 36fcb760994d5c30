/* SPDX-License-Identifier: MPL-2.0 */
/* What a listener's user gets of a basic.deliver: no broker is there, its structs are made here. */
#include "tests/harness/test.h"

#include "workflows/src/pulse/listener/message.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/binding.h>
#include <taskcluster/queue.h>
#include <taskcluster/registry.h>

#define COMPLETED "exchange/taskcluster-queue/v1/task-completed"
#define RESOLVED "exchange/taskcluster-queue/v1/task-group-resolved"
#define PUSH "exchange/taskcluster-github/v1/push"
#define KEY "primary.TASK.0.group.worker.provisioner.type.scheduler.GROUP._"

/* The members that messages must have, of all exchanges in one: what a struct has no place for is
 * no error. */
static const char whole[] =
	"{\"version\":1,\"clientId\":\"c\",\"roleId\":\"r\",\"organization\":\"o\","
	"\"repository\":\"r\",\"action\":\"a\",\"installationId\":1,\"eventId\":\"e\",\"body\":{},"
	"\"tasks_for\":\"t\",\"branch\":\"b\",\"checkRunId\":1,\"checkSuiteId\":1,"
	"\"taskGroupId\":\"GROUP\",\"hookId\":\"h\",\"hookGroupId\":\"g\",\"message\":{},"
	"\"status\":{\"taskId\":\"TASK\",\"provisionerId\":\"p\",\"workerType\":\"w\","
	"\"taskQueueId\":\"p/"
	"w\",\"schedulerId\":\"s\",\"projectId\":\"p\",\"taskGroupId\":\"GROUP\","
	"\"deadline\":\"2026-01-01T00:00:00.000Z\",\"expires\":\"2026-01-01T00:00:00.000Z\","
	"\"retriesLeft\":5,\"state\":\"completed\",\"runs\":[]},\"runId\":0,\"workerGroup\":\"g\","
	"\"workerId\":\"i\",\"takenUntil\":\"2026-01-01T00:00:00.000Z\",\"artifact\":{"
	"\"storageType\":\"s3\",\"name\":\"n\",\"expires\":\"2026-01-01T00:00:00.000Z\","
	"\"contentType\":\"text/plain\"},\"schedulerId\":\"s\",\"expires\":"
	"\"2026-01-01T00:00:00.000Z\",\"oldPriority\":\"low\",\"newPriority\":\"high\","
	"\"tasksAffected\":1,\"workerPoolId\":\"p/w\",\"providerId\":\"p\",\"errorId\":\"e\","
	"\"kind\":\"k\",\"title\":\"t\",\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"capacity\":1,"
	"\"reason\":\"r\",\"launchConfigId\":\"l\"}";

struct sample {
	const char *exchange, *key;
	size_t exchange_length, key_length; /* 0: they end with a NUL */
	const char *body;
	size_t length; /* 0: the same */
	amqp_table_t headers;
	bool redelivered;
};

/* Bytes without an end, so that the address sanitizer sees what reads beyond. */
static amqp_bytes_t bytes_of(const char *text, size_t length)
{
	amqp_bytes_t bytes = { .len = length ? length : strlen(text) };

	bytes.bytes = malloc(bytes.len + !bytes.len);
	assert_non_null(bytes.bytes);
	memcpy(bytes.bytes, text, bytes.len);
	return bytes;
}

static struct tc__message *make(
	const struct sample *sample, enum tc_pulse_bodies bodies, tc_error *fault)
{
	amqp_basic_deliver_t deliver = {
		.delivery_tag = 7,
		.redelivered = sample->redelivered,
		.exchange = bytes_of(sample->exchange, sample->exchange_length),
		.routing_key = bytes_of(sample->key, sample->key_length),
	};
	amqp_basic_properties_t properties = { .headers = sample->headers };
	const amqp_method_t method = { .id = AMQP_BASIC_DELIVER_METHOD, .decoded = &deliver };
	struct tc__amqp_content content = {
		.method = &method,
		.properties = &properties,
		.length = sample->length ? sample->length : strlen(sample->body),
	};

	if (sample->headers.num_entries)
		properties._flags = AMQP_BASIC_HEADERS_FLAG;
	content.body = malloc(content.length + 1);
	assert_non_null(content.body);
	memcpy(content.body, sample->body, content.length);
	content.body[content.length] = '\0';
	struct tc__message *message = tc__message_new(&content, bodies, fault);
	assert_non_null(message);
	assert_null(content.body);
	free(deliver.exchange.bytes);
	free(deliver.routing_key.bytes);
	return message;
}

/* One whose body is what was asked for. */
static struct tc__message *make_good(const struct sample *sample, enum tc_pulse_bodies bodies)
{
	tc_error fault = TC_ERROR_INIT;
	struct tc__message *message = make(sample, bodies, &fault);

	assert_ok(fault.code, &fault);
	return message;
}

static struct tc__message *make_raw(const char *exchange, const char *key)
{
	return make_good(
		&(struct sample){ .exchange = exchange, .key = key, .body = "{}" }, TC_PULSE_RAW);
}

/* ---- words ---- */

/* The values of an exchange's words, of those that may have several as given. */
static size_t choose(const struct tc_exchange *exchange, const char *several, char (*values)[24],
	struct tc_pair *pairs)
{
	size_t count = 0;

	for (size_t i = 0; i < exchange->word_count; i++) {
		const struct tc_key_word *word = &exchange->words[i];
		const char *value = word->multiple_words ? several : word->name;
		snprintf(values[i], sizeof *values, "%s", word->constant ? word->constant : value);
		if (!word->constant)
			pairs[count++] = (struct tc_pair){ word->name, values[i] };
	}
	return count;
}

static void check_exchange(const struct tc_exchange *exchange, const char *several)
{
	char values[16][24];
	struct tc_pair pairs[16];
	struct tc_binding binding;
	tc_error err = TC_ERROR_INIT;

	assert_true(exchange->word_count <= 16);
	size_t count = choose(exchange, several, values, pairs);
	assert_ok(tc_binding_by_name(exchange, pairs, count, &binding, &err), &err);
	struct tc__message *message = make_good(
		&(struct sample){
			.exchange = binding.exchange, .key = binding.routing_key, .body = whole },
		TC_PULSE_TYPED);
	const struct tc_pulse_message *given = &message->given;
	assert_non_null(given->known);
	assert_string_equal(given->known->exchange, exchange->exchange);
	assert_true(given->known == exchange || given->known->message);
	assert_true(exchange->message ? given->known == exchange : true);
	assert_non_null(given->words);
	for (size_t i = 0; i < exchange->word_count; i++) {
		assert_string_equal(given->words[i], values[i]);
		assert_ptr_equal(
			tc_pulse_message_word(given, exchange->words[i].name), given->words[i]);
	}
	assert_int_equal(given->typed != NULL, given->known->message != NULL);
	assert_int_equal(given->json != NULL, given->known->message == NULL);
	tc__message_free(message);
}

static void every_exchange_is_known(void **state)
{
	size_t count, seen = 0;
	const struct tc_service *const *services = tc_services(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < services[i]->exchange_count; j++, seen++) {
			check_exchange(&services[i]->exchanges[j], "r");
			check_exchange(&services[i]->exchanges[j], "r.s..t");
		}
	}
	assert_true(seen > 40);
}

static void words_may_be_empty_or_unset(void **state)
{
	struct tc__message *message =
		make_raw(COMPLETED, "primary..0._.worker.provisioner.type.scheduler.GROUP.");

	(void)state;
	assert_string_equal(tc_pulse_message_word(&message->given, "taskId"), "");
	assert_string_equal(tc_pulse_message_word(&message->given, "workerGroup"), "_");
	assert_string_equal(tc_pulse_message_word(&message->given, "reserved"), "");
	assert_null(tc_pulse_message_word(&message->given, "workergroup"));
	assert_null(tc_pulse_message_word(&message->given, ""));
	tc__message_free(message);
}

static void keys_that_do_not_fit_have_no_words(void **state)
{
	static const struct {
		const char *exchange, *key;
		bool fits;
	} cases[] = {
		{ PUSH, "primary.org.repo", true }, { PUSH, "..", true },
		{ PUSH, "primary.org", false }, { PUSH, "primary.org.repo.more", false },
		{ PUSH, "", false }, { COMPLETED, "", false },
		{ COMPLETED, "route.index.project", false },
		{ COMPLETED, "primary.TASK.0.g.w.p.t.s.GROUP", false }, /* nothing is reserved */
		{ COMPLETED, "other.TASK.0.g.w.p.t.s.GROUP._", true },  /* as constants are not
									   checked */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tc__message *message = make_raw(cases[i].exchange, cases[i].key);
		assert_non_null(message->given.known);
		assert_string_equal(message->given.routing_key, cases[i].key);
		if ((message->given.words != NULL) != cases[i].fits)
			fail_msg("%s %s", cases[i].exchange, cases[i].key);
		assert_int_equal(tc_pulse_message_word(&message->given, "routingKeyKind") != NULL,
			cases[i].fits);
		tc__message_free(message);
	}
}

static void unknown_exchanges_have_json(void **state)
{
	static const char *const names[] = { "", "exchange/somebody/events", COMPLETED "2",
		"exchange/taskcluster-queue/v1/task-complete" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct tc__message *message = make_good(
			&(struct sample){ .exchange = names[i], .key = KEY, .body = "[1]" },
			TC_PULSE_TYPED);
		assert_string_equal(message->given.exchange, names[i]);
		assert_null(message->given.known);
		assert_null(message->given.words);
		assert_null(message->given.typed);
		assert_int_equal(tc_json_count(message->given.json), 1);
		assert_null(tc_pulse_message_word(&message->given, "taskId"));
		tc__message_free(message);
	}
}

/* AMQP's texts may hold NUL; what would be cut there might be another exchange, or another task. */
static void nul_in_a_text_cuts_nothing(void **state)
{
	struct tc__message *message = make_good(&(struct sample){ .exchange = COMPLETED "\0x",
							.exchange_length = sizeof COMPLETED + 1,
							.key = "a\0.\0",
							.key_length = 4,
							.body = "{}" },
		TC_PULSE_RAW);

	(void)state;
	assert_string_equal(message->given.exchange, COMPLETED "\xef\xbf\xbdx");
	assert_null(message->given.known);
	assert_string_equal(message->given.routing_key, "a\xef\xbf\xbd.\xef\xbf\xbd");
	tc__message_free(message);
	message = make_good(&(struct sample){ .exchange = PUSH,
				    .key = "primary.o\0.\0\0",
				    .key_length = 13,
				    .body = "{}" },
		TC_PULSE_RAW);
	assert_string_equal(
		tc_pulse_message_word(&message->given, "organization"), "o\xef\xbf\xbd");
	assert_string_equal(
		tc_pulse_message_word(&message->given, "repository"), "\xef\xbf\xbd\xef\xbf\xbd");
	tc__message_free(message);
}

/* ---- headers ---- */

static amqp_table_entry_t entry_of(const char *name, uint8_t kind)
{
	return (amqp_table_entry_t){ .key = { strlen(name), (char *)(uintptr_t)name },
		.value = { .kind = kind } };
}

static struct tc__message *make_with_headers(amqp_table_entry_t *entries, int count)
{
	return make_good(&(struct sample){ .exchange = COMPLETED,
				 .key = KEY,
				 .body = "",
				 .headers = { count, entries } },
		TC_PULSE_RAW);
}

static void further_keys_are_texts(void **state)
{
	amqp_field_value_t items[5] = {
		{ .kind = AMQP_FIELD_KIND_UTF8, .value.bytes = bytes_of("route.a", 0) },
		{ .kind = AMQP_FIELD_KIND_I32, .value.i32 = 5 },
		{ .kind = AMQP_FIELD_KIND_BYTES, .value.bytes = bytes_of("route.\0b", 8) },
		{ .kind = AMQP_FIELD_KIND_VOID },
		{ .kind = AMQP_FIELD_KIND_UTF8, .value.bytes = bytes_of("", 0) },
	};
	amqp_table_entry_t entries[] = {
		entry_of("cc", AMQP_FIELD_KIND_I8),
		entry_of("CC", AMQP_FIELD_KIND_ARRAY),
	};

	(void)state;
	entries[1].value.value.array = (amqp_array_t){ 5, items };
	struct tc__message *message = make_with_headers(entries, 2);
	assert_int_equal(message->given.cc_count, 3);
	assert_string_equal(message->given.cc[0], "route.a");
	assert_string_equal(message->given.cc[1],
		"route.\xef\xbf\xbd"
		"b");
	assert_string_equal(message->given.cc[2], "");
	assert_null(message->given.cc[3]);
	assert_string_equal(tc_pulse_message_word(&message->given, "taskId"), "TASK");
	tc__message_free(message);
	for (size_t i = 0; i < 5; i += 2)
		free(items[i].value.bytes.bytes);
}

static void no_further_keys_are_an_empty_list(void **state)
{
	amqp_table_entry_t entries[] = { entry_of("CC", AMQP_FIELD_KIND_ARRAY) };
	struct tc__message *message = make_with_headers(entries, 1);

	(void)state;
	assert_int_equal(message->given.cc_count, 0);
	assert_null(message->given.cc[0]);
	tc__message_free(message);
	entries[0] = entry_of("CC", AMQP_FIELD_KIND_UTF8);
	entries[0].value.value.bytes = bytes_of("route.a", 0);
	message = make_with_headers(entries, 1);
	assert_int_equal(message->given.cc_count, 0);
	tc__message_free(message);
	free(entries[0].value.value.bytes.bytes);
	message = make_raw(COMPLETED, KEY);
	assert_int_equal(message->given.cc_count, 0);
	assert_null(message->given.cc[0]);
	assert_int_equal(message->given.delivery_count, -1);
	tc__message_free(message);
}

static void check_count(amqp_field_value_t value, int64_t expected)
{
	amqp_table_entry_t entry = entry_of("x-delivery-count", 0);

	entry.value = value;
	struct tc__message *message = make_with_headers(&entry, 1);
	assert_int_equal(message->given.delivery_count, expected);
	tc__message_free(message);
}

static void delivery_counts_have_any_width(void **state)
{
#define COUNT(KIND, member, number) \
	(amqp_field_value_t){ .kind = AMQP_FIELD_KIND_##KIND, .value.member = (number) }
	(void)state;
	check_count(COUNT(I8, i8, 3), 3);
	check_count(COUNT(U8, u8, 200), 200);
	check_count(COUNT(I16, i16, 300), 300);
	check_count(COUNT(U16, u16, 65535), 65535);
	check_count(COUNT(I32, i32, 0), 0);
	check_count(COUNT(U32, u32, 4294967295), 4294967295);
	check_count(COUNT(I64, i64, 20), 20);
	check_count(COUNT(U64, u64, 21), 21);
	check_count(COUNT(U64, u64, UINT64_MAX), INT64_MAX);
	check_count(COUNT(I64, i64, -5), -1);
	check_count(COUNT(I8, i8, -1), -1);
	check_count(COUNT(F64, f64, 2), -1);
	check_count(COUNT(VOID, u64, 0), -1);
#undef COUNT
}

static void redelivered_and_tag_are_the_brokers(void **state)
{
	struct sample sample = { .exchange = COMPLETED, .key = KEY, .body = "{}" };
	struct tc__message *message = make_good(&sample, TC_PULSE_RAW);

	(void)state;
	assert_false(message->given.redelivered);
	assert_int_equal(message->tag, 7);
	tc__message_free(message);
	sample.redelivered = true;
	message = make_good(&sample, TC_PULSE_RAW);
	assert_true(message->given.redelivered);
	tc__message_free(message);
}

/* ---- bodies ---- */

static void bodies_come_as_asked(void **state)
{
	const struct sample sample = { .exchange = COMPLETED, .key = KEY, .body = whole };
	struct tc__message *message = make_good(&sample, TC_PULSE_TYPED);
	const struct tc_queue_task_completed_message *typed = message->given.typed;

	(void)state;
	assert_string_equal(typed->status.task_id, "TASK");
	assert_null(message->given.json);
	assert_string_equal(message->given.body, whole);
	assert_int_equal(message->given.length, strlen(whole));
	tc__message_free(message);
	message = make_good(&sample, TC_PULSE_JSON);
	assert_null(message->given.typed);
	assert_string_equal(
		tc_json_text(tc_json_at(message->given.json, "/status/state")), "completed");
	tc__message_free(message);
	message = make_good(&sample, TC_PULSE_RAW);
	assert_null(message->given.typed);
	assert_null(message->given.json);
	tc__message_free(message);
}

static void check_fault(const char *exchange, enum tc_pulse_bodies bodies, const char *body,
	const char *pointer, const char *part)
{
	tc_error fault = TC_ERROR_INIT;
	struct tc__message *message = make(
		&(struct sample){ .exchange = exchange, .key = KEY, .body = body }, bodies, &fault);

	if (!strstr(tc_error_text(&fault), exchange) || !strstr(tc_error_text(&fault), KEY))
		fail_msg("%s", tc_error_text(&fault));
	if (pointer) {
		assert_non_null(tc_error_pointer(&fault));
		assert_string_equal(tc_error_pointer(&fault), pointer);
		assert_non_null(strstr(tc_error_text(&fault), pointer));
	}
	assert_failure(&fault, TC_ERROR_REPLY, part);
	assert_null(message->given.typed);
	assert_null(message->given.json);
	assert_string_equal(message->given.body, body);
	assert_string_equal(
		tc_pulse_message_key(&message->given), tc_pulse_message_key(&message->given));
	tc__message_free(message);
}

static void bodies_that_are_not_what_they_should_be_are_told(void **state)
{
	(void)state;
	check_fault(COMPLETED, TC_PULSE_TYPED, "{\"version\":1,", NULL, "line 1");
	check_fault(COMPLETED, TC_PULSE_TYPED, "", NULL, "");
	check_fault(COMPLETED, TC_PULSE_JSON, "", NULL, "");
	check_fault(COMPLETED, TC_PULSE_JSON, "{\"a\":1,\"a\":2}", NULL, "a");
	check_fault(COMPLETED, TC_PULSE_JSON, "\"\xff\"", NULL, "line 1");
	check_fault(COMPLETED, TC_PULSE_TYPED,
		"{\"version\":1,\"runId\":0,\"status\":{\"taskId\":5}}", "/status/taskId",
		"expected");
	check_fault(COMPLETED, TC_PULSE_TYPED, "[]", "", "expected");
	check_fault(RESOLVED, TC_PULSE_TYPED, "{\"version\":1,\"taskGroupId\":null}",
		"/taskGroupId", "null");
	check_fault("exchange/unknown", TC_PULSE_TYPED, "nonsense", NULL, "line 1");
}

static void missing_members_are_named(void **state)
{
	(void)state;
	check_fault(RESOLVED, TC_PULSE_TYPED,
		"{\"version\":1,\"taskGroupId\":\"g\",\"schedulerId\":\"s\"}", NULL, "expires");
}

static void bodies_are_mended_as_replies_are(void **state)
{
	const char *body =
		"{\"version\":1,\"taskGroupId\":\"a\\u0000b\",\"schedulerId\":\"\\ud83d\","
		"\"expires\":\"2026-01-01T00:00:00.000Z\"}";
	const struct sample sample = { .exchange = RESOLVED, .key = KEY, .body = body };
	struct tc__message *message = make_good(&sample, TC_PULSE_TYPED);
	const struct tc_queue_task_group_changed_message *typed = message->given.typed;

	(void)state;
	assert_string_equal(typed->task_group_id,
		"a\xef\xbf\xbd"
		"b");
	assert_string_equal(typed->scheduler_id, "\xef\xbf\xbd");
	tc__message_free(message);
	message = make_good(&sample, TC_PULSE_JSON);
	const tc_json *group = tc_json_get(message->given.json, "taskGroupId");
	assert_int_equal(tc_json_text_length(group), 3);
	assert_memory_equal(tc_json_text(group), "a\0b", 3);
	assert_string_equal(
		tc_json_text(tc_json_get(message->given.json, "schedulerId")), "\xef\xbf\xbd");
	tc__message_free(message);
}

static void a_raw_body_is_any_bytes(void **state)
{
	struct tc__message *message = make_good(
		&(struct sample){
			.exchange = COMPLETED, .key = KEY, .body = "\0\xff{", .length = 3 },
		TC_PULSE_RAW);

	(void)state;
	assert_int_equal(message->given.length, 3);
	assert_memory_equal(message->given.body, "\0\xff{", 4);
	tc__message_free(message);
}

static void bodies_may_be_large(void **state)
{
	static const char begin[] = "{\"message\":\"", end[] = "\"}";
	size_t size = (size_t)16 << 20, length = size + sizeof begin + sizeof end - 2;
	char *body = malloc(length + 1);

	(void)state;
	assert_non_null(body);
	memset(body, 'a', length);
	memcpy(body, begin, sizeof begin - 1);
	memcpy(body + length - strlen(end), end, sizeof end);
	struct tc__message *message = make_good(
		&(struct sample){ .exchange = "exchange/unknown", .key = "k", .body = body },
		TC_PULSE_JSON);
	assert_int_equal(tc_json_text_length(tc_json_get(message->given.json, "message")), size);
	assert_int_equal(message->given.length, length);
	tc__message_free(message);
	free(body);
}

/* ---- duplicates ---- */

#define DIGEST_OF_BRACES "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
#define DIGEST_OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void check_key(const char *exchange, const char *body, const char *expected)
{
	struct tc__message *message = make_good(
		&(struct sample){ .exchange = exchange, .key = "a.b", .body = body }, TC_PULSE_RAW);
	const char *key = tc_pulse_message_key(&message->given);

	assert_string_equal(key, expected);
	assert_ptr_equal(tc_pulse_message_key(&message->given), key);
	tc__message_free(message);
}

static void keys_tell_duplicates(void **state)
{
	(void)state;
	check_key(COMPLETED, "{}", COMPLETED " a.b");
	check_key(COMPLETED, "", COMPLETED " a.b");
	check_key(RESOLVED, "{}", RESOLVED " a.b " DIGEST_OF_BRACES);
	check_key(RESOLVED, "", RESOLVED " a.b " DIGEST_OF_NOTHING);
	check_key("exchange/unknown", "{}", "exchange/unknown a.b " DIGEST_OF_BRACES);
}

/* Events that happen once to a key: what becomes of a run. */
static void exchanges_of_runs_come_once(void **state)
{
	static const char *const once[] = { "taskDefined", "taskPending", "taskRunning",
		"taskCompleted", "taskFailed", "taskException" };
	size_t count, found = 0;
	const struct tc_service *const *services = tc_services(&count);

	(void)state;
	for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
		assert_true(tc_find_exchange("queue", once[i])->once);
		assert_true(tc_find_exchange("classic-queue", once[i])->once);
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < services[i]->exchange_count; j++)
			found += services[i]->exchanges[j].once;
	}
	assert_int_equal(found, 2 * sizeof once / sizeof *once);
}

static void null_is_nothing(void **state)
{
	struct tc__message *message = make_raw(COMPLETED, KEY);

	(void)state;
	assert_null(tc_pulse_message_word(NULL, "taskId"));
	assert_null(tc_pulse_message_word(&message->given, NULL));
	assert_null(tc_pulse_message_key(NULL));
	tc__message_free(message);
	tc__message_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_exchange_is_known),
		cmocka_unit_test(words_may_be_empty_or_unset),
		cmocka_unit_test(keys_that_do_not_fit_have_no_words),
		cmocka_unit_test(unknown_exchanges_have_json),
		cmocka_unit_test(nul_in_a_text_cuts_nothing),
		cmocka_unit_test(further_keys_are_texts),
		cmocka_unit_test(no_further_keys_are_an_empty_list),
		cmocka_unit_test(delivery_counts_have_any_width),
		cmocka_unit_test(redelivered_and_tag_are_the_brokers),
		cmocka_unit_test(bodies_come_as_asked),
		cmocka_unit_test(bodies_that_are_not_what_they_should_be_are_told),
		cmocka_unit_test(missing_members_are_named),
		cmocka_unit_test(bodies_are_mended_as_replies_are),
		cmocka_unit_test(a_raw_body_is_any_bytes),
		cmocka_unit_test(bodies_may_be_large),
		cmocka_unit_test(keys_tell_duplicates),
		cmocka_unit_test(exchanges_of_runs_come_once),
		cmocka_unit_test(null_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
