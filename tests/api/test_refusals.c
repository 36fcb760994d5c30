/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What servers fail over is refused before it is sent, with the rule and its reason, and sent all
 * the same where a client asks for that. Each rule of the references has its case here, and beside
 * it what is just allowed.
 */
#include "tests/harness/test.h"

#include "tests/harness/fake.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/conventions.h>
#include <taskcluster/index.h>
#include <taskcluster/queue.h>
#include <taskcluster/registry.h>

#define TASK_ID "AAAAAAAAQACAAAAAAAAAAA"
#define WHEN "2026-01-01T00:00:00.000Z"
#define PATH \
	"the server takes parts of letters, digits and _!~*'()%-, joined by dots (seen in " \
	"release " \
	"106; the client option unchecked_bodies sends it)"

#define INDEXED(rank) \
	"{\"taskId\":\"" TASK_ID "\",\"rank\":" rank ",\"data\":{},\"expires\":\"" WHEN "\"}"
#define TASK(more) \
	"{\"created\":\"" WHEN "\",\"deadline\":\"" WHEN "\",\"metadata\":{\"name\":\"n\"," \
	"\"description\":\"d\",\"owner\":\"o\",\"source\":\"https://a/\"}" more "}"
#define ARTIFACT(storage, type) \
	"{\"storageType\":\"" storage "\",\"expires\":\"" WHEN "\",\"contentType\":\"" type "\"}"
#define UPLOAD(method, type) \
	"{\"projectId\":\"p\",\"uploadId\":\"" TASK_ID "\",\"expires\":\"" WHEN "\"," \
	"\"proposedUploadMethods\":{\"" method "\":{\"contentType\":\"" type "\"}}}"

/* A text of `length` times the letter a, or two bytes of one character. */
struct long_text {
	const char *letter;
	size_t length;
};

struct refused {
	const char *service, *name;
	const char *value;         /* of the argument that it is about, */
	struct long_text value_of; /* or one that is made */
	const char *body;          /* JSON; NULL: none */
	const char *pointer;       /* NULL: about an argument */
	const char *says;          /* NULL: it is fine */
};

static const struct refused cases[] = {
	{ "index", "findTask", "a.b-c_d!~*'()%.0", { 0 }, NULL, NULL, NULL },
	{ "index", "findTask", "a..b", { 0 }, NULL, NULL,
		"indexPath is \"a..b\"; expected what matches" },
	{ "index", "findTask", "a.b", { 0 }, NULL, NULL, NULL },
	{ "index", "findTask", "a.", { 0 }, NULL, NULL, PATH },
	{ "index", "findTask", ".a", { 0 }, NULL, NULL, PATH },
	{ "index", "findTask", "a/b", { 0 }, NULL, NULL, PATH },
	{ "index", "findTask", "a b", { 0 }, NULL, NULL, PATH },
	{ "index", "findTask", "\xc3\xa4", { 0 }, NULL, NULL, PATH },
	{ "index", "findTask", "a\n", { 0 }, NULL, NULL, PATH },
	{ "index", "findArtifactFromTask", "a..b", { 0 }, NULL, NULL, PATH },
	{ "index", "listNamespaces", "a b", { 0 }, NULL, NULL, PATH },
	{ "index", "listTasks", "a/b", { 0 }, NULL, NULL, PATH },
	/* the top level is no namespace */
	{ "index", "listNamespaces", "", { 0 }, NULL, NULL, NULL },
	{ "index", "listTasks", "", { 0 }, NULL, NULL, NULL },
	{ "index", "deleteTask", "a.", { 0 }, NULL, NULL, PATH },
	/* what is too long can be there, and has to go */
	{ "index", "deleteTask", NULL, { "a", 256 }, NULL, NULL, NULL },
	{ "index", "insertTask", "a..b", { 0 }, INDEXED("0"), NULL, PATH },
	{ "index", "insertTask", NULL, { "a", 255 }, INDEXED("0"), NULL, NULL },
	{ "index", "insertTask", NULL, { "a", 256 }, INDEXED("0"), NULL,
		"namespace has 256 characters; expected at most 255: the server answers 500, "
		"inserts it all the same" },
	{ "index", "insertTask", "a", { 0 }, INDEXED("-2147483648"), "/rank", NULL },
	{ "index", "insertTask", "a", { 0 }, INDEXED("2147483647.0"), "/rank", NULL },
	{ "index", "insertTask", "a", { 0 }, INDEXED("2147483648"), "/rank",
		"/rank: is 2147483648; expected an integer from -2147483648 up to 2147483647: the "
		"database keeps a rank in 32 bits" },
	{ "index", "insertTask", "a", { 0 }, INDEXED("-2147483649"), "/rank", "keeps a rank" },
	{ "index", "insertTask", "a", { 0 }, INDEXED("1.5"), "/rank", "keeps a rank" },
	{ "index", "insertTask", "a", { 0 }, INDEXED("1e300"), "/rank", "keeps a rank" },
	{ "index", "findTasksAtIndex", NULL, { 0 }, "{\"indexes\":[\"a\",\"b\",\"A\"]}", "/indexes",
		NULL },
	{ "index", "findTasksAtIndex", NULL, { 0 }, "{\"indexes\":[\"a\",\"b\",\"a\"]}", "/indexes",
		"/indexes: has \"a\" at 0 and 2; expected it once: the server answers 500 to a "
		"path" },
	{ "index", "findTasksAtIndex", NULL, { 0 }, "{}", "/indexes", NULL },
	{ "queue", "createArtifact", NULL, { "a", 1024 }, ARTIFACT("s3", "x"), NULL, NULL },
	{ "queue", "createArtifact", NULL, { "\xc3\xa4", 1024 }, ARTIFACT("s3", "x"), NULL, NULL },
	{ "queue", "createArtifact", NULL, { "a", 1025 }, ARTIFACT("s3", "x"), NULL,
		"name has 1025 characters; expected at most 1024: the server takes a longer name" },
	{ "queue", "createArtifact", "a", { 0 }, ARTIFACT("object", "text/plain"), "/contentType",
		NULL },
	{ "queue", "createArtifact", "a", { 0 }, ARTIFACT("object", "text"), "/contentType",
		"/contentType: is \"text\"; expected what matches /: the upload that follows" },
	{ "queue", "createTask", NULL, { 0 }, TASK(",\"payload\":{}"), "/payload", NULL },
	{ "queue", "createTask", NULL, { 0 }, TASK(""), "/payload",
		"/payload: is missing: the server answers 500 to a task without one" },
	{ "queue", "createTask", NULL, { 0 },
		TASK(",\"payload\":{\"env\":[{},{\"a/b\":\"x\\u0000\"}]}"), "/payload/env/1/a~1b",
		"/payload/env/1/a~1b: has U+0000 in it; expected none: the database keeps no "
		"such" },
	{ "queue", "createTask", NULL, { 0 }, TASK(",\"payload\":{\"a\\u0000\":1}"), "/payload",
		"has U+0000 in it" },
	{ "queue", "createTask", NULL, { 0 }, TASK(",\"payload\":{},\"extra\":{\"x\":\"\\u0000\"}"),
		"/extra/x", "has U+0000 in it" },
	{ "object", "createUpload", NULL, { 0 }, UPLOAD("putUrl", "a/b"), NULL, NULL },
	{ "object", "createUpload", NULL, { 0 }, UPLOAD("putUrl", "ab"),
		"/proposedUploadMethods/putUrl/contentType", "500 to a type without a slash" },
	{ "object", "createUpload", NULL, { 0 }, UPLOAD("dataInline", "ab"),
		"/proposedUploadMethods/dataInline/contentType", "500 to a type without a slash" },
};
#define COUNT (sizeof cases / sizeof *cases)

static const struct tc_fake_reply reply = { .head = "HTTP/1.1 200 OK\n\n", .body = "" };

/* The argument that the case is about: the one that a rule names, else the last. */
static bool is_subject(const struct tc_operation *operation, size_t position)
{
	const char *name = operation->arguments[position].name;

	for (const struct tc_refusal *rule = operation->refusals; rule && rule->reason; rule++)
		if (rule->argument)
			return strcmp(rule->argument, name) == 0;
	return position + 1u == operation->argument_count;
}

static char *value_of(const struct refused *c)
{
	size_t width = c->value_of.letter ? strlen(c->value_of.letter) : 0;
	const char *plain = c->value ? c->value : TASK_ID;
	char *text = calloc(1, width * c->value_of.length + strlen(plain) + 1);

	assert_non_null(text);
	for (size_t i = 0; i < c->value_of.length; i++)
		memcpy(text + i * width, c->value_of.letter, width);
	return width ? text : strcpy(text, plain);
}

static tc_call *make(tc_client *client, const struct refused *c, tc_error *err)
{
	const struct tc_operation *operation = tc_find_operation(c->service, c->name);
	const tc_json *body = NULL;
	struct tc_pair pairs[4];
	char *value = value_of(c);

	assert_non_null(operation);
	for (size_t i = 0; i < operation->argument_count; i++)
		pairs[i] = (struct tc_pair){ operation->arguments[i].name,
			is_subject(operation, i) ? value : "0" };
	if (c->body)
		assert_ok(tc_json_parse(c->body, strlen(c->body), &body, err), err);
	tc_call *call =
		tc_call_by_name(client, operation, pairs, operation->argument_count, body, err);
	tc_release(body);
	free(value);
	return call;
}

static tc_client *client_of(struct tc_fake *fake, bool unchecked)
{
	tc_fake_init(fake, &reply, 1);
	struct tc_options options = tc_fake_options(fake);
	options.unchecked_bodies = unchecked;
	return tc_fake_client(fake, &options);
}

static void check_refused(const struct refused *c, const tc_call *call, tc_error *err)
{
	char begin[100];

	if (!c->says) {
		if (!call)
			fail_msg("%s: %s", c->name, tc_error_text(err));
		return;
	}
	snprintf(begin, sizeof begin, "%s.%s: ", c->service, c->name);
	if (call || strncmp(tc_error_text(err), begin, strlen(begin)) != 0)
		fail_msg("%s: %s; expected \"%s\"", c->name, call ? "taken" : tc_error_text(err),
			c->says);
	if (c->pointer)
		assert_string_equal(tc_error_pointer(err), c->pointer);
	assert_failure(err, c->pointer ? TC_ERROR_INPUT : TC_ERROR_ARGUMENT, c->says);
}

static void each_is_refused(void **state)
{
	struct tc_fake fake;
	tc_client *client = client_of(&fake, false);

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		tc_error err = TC_ERROR_INIT;
		tc_call *call = make(client, &cases[i], &err);
		check_refused(&cases[i], call, &err);
		tc_call_free(call);
		tc_error_clear(&err);
	}
	tc_client_free(client);
	tc_fake_clear(&fake);
}

static void each_is_sent_unchecked(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		struct tc_fake fake;
		tc_client *client = client_of(&fake, true);
		tc_error err = TC_ERROR_INIT;
		tc_call *call = make(client, &cases[i], &err);
		if (!call)
			fail_msg("%s: %s", cases[i].name, tc_error_text(&err));
		(void)tc_call_perform(call, NULL, &err); /* whatever the fake's reply is for it */
		assert_int_equal(fake.attempt_count, 1);
		tc_error_clear(&err);
		tc_call_free(call);
		tc_client_free(client);
		tc_fake_clear(&fake);
	}
}

static bool has_case(const struct tc_operation *operation, const struct tc_refusal *rule)
{
	struct tc_fake fake;
	tc_client *client = client_of(&fake, false);
	bool found = false;

	for (size_t i = 0; i < COUNT && !found; i++) {
		const struct refused *c = &cases[i];
		tc_error err = TC_ERROR_INIT;
		if (strcmp(c->service, operation->service->name) != 0 ||
			strcmp(c->name, operation->name) != 0)
			continue;
		tc_call_free(make(client, c, &err));
		bool place = rule->argument || strstr(tc_error_text(&err), rule->pointer);
		found = place && strstr(tc_error_text(&err), rule->reason);
		tc_error_clear(&err);
	}
	tc_client_free(client);
	tc_fake_clear(&fake);
	return found;
}

static void every_rule_has_its_case(void **state)
{
	size_t services, rules = 0;
	const struct tc_service *const *service = tc_services(&services);

	(void)state;
	for (size_t s = 0; s < services; s++) {
		for (size_t o = 0; o < service[s]->operation_count; o++) {
			const struct tc_operation *operation = &service[s]->operations[o];
			const struct tc_refusal *rule = operation->refusals;
			for (; rule && rule->reason; rule++, rules++) {
				if (!has_case(operation, rule))
					fail_msg("no case for %s.%s: %s", service[s]->name,
						operation->name, rule->reason);
			}
		}
	}
	assert_true(rules >= 14);
}

/* Structs and bytes say the same as JSON does. */
static void bodies_of_every_kind_are_read(void **state)
{
	static const char twice[] = "{\"indexes\":[\"a\",\"a\"]}";
	const struct tc_index_insert_task_request body = {
		.task_id = TASK_ID, .rank = 1.5, .expires = WHEN
	};
	const struct tc_operation *find = tc_find_operation("index", "findTasksAtIndex");
	tc_error err = TC_ERROR_INIT;
	struct tc_fake fake;
	tc_client *client = client_of(&fake, false);
	const tc_json *data = NULL;

	(void)state;
	struct tc_index_insert_task_request insert = body;
	assert_ok(tc_json_parse("{}", 2, &data, &err), &err);
	insert.data = data;
	assert_int_equal(tc_index_insert_task(client, "a", &insert, NULL, &err), TC_ERROR_INPUT);
	assert_string_equal(tc_error_pointer(&err), "/rank");
	assert_failure(&err, TC_ERROR_INPUT, "index.insertTask: /rank: is 1.5");
	tc_call *call = tc_index_find_tasks_at_index_call(client, NULL, &err);
	assert_non_null(call);
	assert_int_equal(
		tc_call_body_bytes(call, twice, sizeof twice - 1, NULL, &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "/indexes: has \"a\" at 0 and 1");
	/* the call keeps what it had, and what is no JSON is the server's to refuse */
	assert_ok(tc_call_body_bytes(call, "no JSON", 7, NULL, &err), &err);
	assert_ptr_equal(tc_call_operation(call), find);
	tc_call_free(call);
	tc_release(data);
	assert_int_equal(fake.attempt_count, 0);
	tc_client_free(client);
	tc_fake_clear(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_refused),
		cmocka_unit_test(each_is_sent_unchecked),
		cmocka_unit_test(every_rule_has_its_case),
		cmocka_unit_test(bodies_of_every_kind_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
