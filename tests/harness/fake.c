/* SPDX-License-Identifier: MPL-2.0 */
#include "test.h"

#include "fake.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- the tables ---- */

static const struct tc_parameter task_run_name[] = { { "taskId" }, { "runId" }, { "name" } };
static const struct tc_parameter paging[] = { { "continuationToken" }, { "limit" } };
static const struct tc_parameter task_queue[] = { { "taskQueueId" } };

#define TASK "/task/<taskId>"
#define ARTIFACTS TASK "/runs/<runId>/artifacts"

const struct tc_operation tc_fake_queue_operations[] = {
	[TC_FAKE_PING] = { .service = &tc_fake_queue,
		.name = "ping",
		.method = "GET",
		.route = "/ping" },
	[TC_FAKE_STATUS] = { .service = &tc_fake_queue,
		.name = "status",
		.method = "GET",
		.route = TASK "/status",
		.arguments = task_run_name,
		.argument_count = 1,
		.has_output = true },
	[TC_FAKE_LIST_ARTIFACTS] = { .service = &tc_fake_queue,
		.name = "listArtifacts",
		.method = "GET",
		.route = ARTIFACTS,
		.arguments = task_run_name,
		.argument_count = 2,
		.query = paging,
		.query_count = 2,
		.has_output = true },
	[TC_FAKE_GET_ARTIFACT] = { .service = &tc_fake_queue,
		.name = "getArtifact",
		.method = "GET",
		.route = ARTIFACTS "/<name>",
		.arguments = task_run_name,
		.argument_count = 3,
		.success = (const uint16_t[]){ 303, 0 } },
	[TC_FAKE_CREATE_ARTIFACT] = { .service = &tc_fake_queue,
		.name = "createArtifact",
		.method = "POST",
		.route = ARTIFACTS "/<name>",
		.arguments = task_run_name,
		.argument_count = 3,
		.retry = TC_RETRY_UNSENT,
		.unsafe_member = "storageType",
		.unsafe_value = "object",
		.has_input = true,
		.has_output = true },
	[TC_FAKE_SCHEDULE_TASK] = { .service = &tc_fake_queue,
		.name = "scheduleTask",
		.method = "POST",
		.route = TASK "/schedule",
		.arguments = task_run_name,
		.argument_count = 1,
		.has_output = true },
	[TC_FAKE_CLAIM_WORK] = { .service = &tc_fake_queue,
		.name = "claimWork",
		.method = "POST",
		.route = "/claim-work/<taskQueueId>",
		.arguments = task_queue,
		.argument_count = 1,
		.wait_ms = 25000,
		.has_input = true,
		.has_output = true },
	[TC_FAKE_PUT_NOTE] = { .service = &tc_fake_queue,
		.name = "putNote",
		.method = "PUT",
		.route = "/note/",
		.has_input = true },
	[TC_FAKE_DELETE_NOTE] = { .service = &tc_fake_queue,
		.name = "deleteNote",
		.method = "DELETE",
		.route = "/note/",
		.has_input = true },
	[TC_FAKE_STOP] = { .service = &tc_fake_queue,
		.name = "stop",
		.method = "POST",
		.route = "/stop",
		.retry = TC_RETRY_NEVER },
	[TC_FAKE_READ_BYTES] = { .service = &tc_fake_queue,
		.name = "readBytes",
		.method = "GET",
		.route = "/bytes",
		.blob_output = true,
		.success = (const uint16_t[]){ 200, 303, 0 } },
};

static const struct tc_key_word words[] = {
	{ .name = "routingKeyKind", .constant = "primary", .required = true },
	{ .name = "taskId", .required = true },
	{ .name = "runId" },
	{ .name = "reserved", .multiple_words = true },
};

static const struct tc_exchange exchanges[] = {
	{ .service = &tc_fake_queue,
		.name = "taskCompleted",
		.exchange = "exchange/taskcluster-queue/v1/task-completed",
		.words = words,
		.word_count = 4 },
};

const struct tc_service tc_fake_queue = {
	.name = "queue",
	.version = "v1",
	.operations = tc_fake_queue_operations,
	.operation_count = TC_FAKE_OPERATIONS,
	.exchanges = exchanges,
	.exchange_count = 1,
};

static const struct tc_operation auth_operations[] = {
	{ .service = &tc_fake_auth, .name = "listClients", .method = "GET", .route = "/clients/" },
};

static const struct tc_service lists = { .name = "lists", .version = "v1" };
const struct tc_operation tc_fake_list_things = { .service = &lists,
	.name = "listThings",
	.method = "GET",
	.route = "/things",
	.query = paging,
	.query_count = 2,
	.has_output = true,
	.pages = true };
const struct tc_operation tc_fake_find_things = { .service = &lists,
	.name = "findThings",
	.method = "POST",
	.route = "/find",
	.query = paging,
	.query_count = 2,
	.has_input = true,
	.has_output = true,
	.pages = true };

const struct tc_service tc_fake_auth = {
	.name = "auth", .version = "v1", .operations = auth_operations, .operation_count = 1
};

static const struct tc_operation classic_operations[] = {
	{ .service = &tc_fake_classic,
		.name = "getTask",
		.method = "GET",
		.route = TASK,
		.arguments = task_run_name,
		.argument_count = 1 },
};

const struct tc_service tc_fake_classic = {
	.name = "classic-queue",
	.short_name = "queue",
	.version = "v1",
	.base_url = "https://queue.taskcluster.net/v1",
	.operations = classic_operations,
	.operation_count = 1,
};

/* ---- the transport ---- */

static char *copy(const char *text, size_t length)
{
	char *copied = malloc(length + 1);

	assert_non_null(copied);
	if (length)
		memcpy(copied, text, length);
	copied[length] = '\0';
	return copied;
}

static char *join(const struct tc__attempt *attempt)
{
	size_t length = 0;

	for (size_t i = 0; i < attempt->line_count; i++)
		length += strlen(attempt->lines[i]) + 1;
	char *text = copy("", 0);
	text = realloc(text, length + 1);
	assert_non_null(text);
	for (size_t i = 0; i < attempt->line_count; i++) {
		strcat(text, attempt->lines[i]);
		strcat(text, "\n");
	}
	return text;
}

static void record(struct tc_fake *fake, const struct tc__delivery *delivery)
{
	const struct tc__attempt *attempt = delivery->attempt;

	assert_true(fake->attempt_count < TC_FAKE_ATTEMPTS);
	fake->attempts[fake->attempt_count++] = (struct tc_fake_attempt){
		.method = copy(attempt->method, strlen(attempt->method)),
		.url = copy(attempt->url, strlen(attempt->url)),
		.body = copy(attempt->body, attempt->body ? attempt->body_length : 0),
		.body_length = attempt->body_length,
		.has_body = attempt->body != NULL,
		.repeatable = attempt->repeatable,
		.lines = join(attempt),
		.timeout_ms = delivery->timeout_ms,
		.at_ms = fake->steady_ms,
	};
}

static void answer(struct tc__reply *into, const struct tc_fake_reply *reply)
{
	size_t length = reply->body_length;

	for (const char *line = reply->head; *line;) {
		size_t line_length = strcspn(line, "\n") + 1;
		if (tc__reply_line(into, line, line_length) != TC_OK)
			return;
		line += line_length;
	}
	if (!length && reply->body)
		length = strlen(reply->body);
	for (size_t at = 0, piece; at < length; at += piece) { /* in pieces, as from a network */
		piece = length - at < 7 ? length - at : 7;
		if (tc__reply_body(into, reply->body + at, piece) != TC_OK)
			return;
	}
}

static int deliver(struct tc__transport *transport, struct tc__delivery *delivery, tc_error *err)
{
	struct tc_fake *fake = (struct tc_fake *)transport;
	size_t position = fake->attempt_count;

	if (position >= fake->reply_count)
		position = fake->reply_count - 1;
	const struct tc_fake_reply *reply = &fake->replies[position];
	record(fake, delivery);
	fake->wall_ms += 12;
	fake->steady_ms += 12;
	if (fake->during)
		fake->during(fake);
	delivery->maybe_sent = reply->maybe_sent;
	delivery->permanent = reply->permanent;
	if (delivery->timing)
		*delivery->timing = fake->timing;
	if (!reply->head)
		return tc__fail(err, reply->code, "no reply from the fake");
	answer(delivery->reply, reply);
	return TC_OK;
}

static void pass(void *data, int64_t ms)
{
	struct tc_fake *fake = data;

	fake->wall_ms += ms;
	fake->steady_ms += ms;
}

static bool wait_for(struct tc__transport *transport, int64_t ms, const tc_cancel *cancel,
	struct tc__awaited *awaited)
{
	(void)awaited;
	pass(transport, ms);
	((struct tc_fake *)transport)->waits++;
	return !tc_cancel_fired(cancel);
}

static void end(struct tc__transport *transport)
{
	((struct tc_fake *)transport)->freed = true;
}

/* ---- the rest of the world ---- */

static int64_t steady_ms(void *data)
{
	return ((const struct tc_fake *)data)->steady_ms;
}

static struct timespec clock_now(void *data)
{
	const struct tc_fake *fake = data;

	return (struct timespec){ .tv_sec = (time_t)(fake->wall_ms / 1000),
		.tv_nsec = (long)(fake->wall_ms % 1000) * 1000000 };
}

/* Bytes that make tc__random_fraction give the fraction that is wanted. */
static void random_bytes(void *data, void *bytes, size_t length)
{
	const struct tc_fake *fake = data;
	uint64_t bits = (uint64_t)(fake->fraction * 0x1p53) << 11;

	memset(bytes, 0x5a, length);
	if (length == sizeof bits)
		memcpy(bytes, &bits, sizeof bits);
}

void tc_fake_init(struct tc_fake *fake, const struct tc_fake_reply *replies, size_t count)
{
	static const struct tc__transport_kind kind = { deliver, wait_for, end };

	*fake = (struct tc_fake){
		.transport = { &kind },
		.seams = { sizeof fake->seams, clock_now, random_bytes, steady_ms, pass, fake },
		.replies = replies,
		.reply_count = count,
		.wall_ms = TC_FAKE_EPOCH_MS,
		.steady_ms = 5000,
		.fraction = 0.5,
	};
}

struct tc_options tc_fake_options(struct tc_fake *fake)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = "https://tc.example.com";
	options.seams = &fake->seams;
	return options;
}

tc_client *tc_fake_client(struct tc_fake *fake, const struct tc_options *options)
{
	tc_error err = TC_ERROR_INIT;
	tc_client *client = tc_client_new(options, &err);

	if (!client)
		fail_msg("no client: %s", tc_error_text(&err));
	tc__client_set_transport(client, &fake->transport);
	return client;
}

const char *tc_fake_header(const struct tc_fake *fake, size_t attempt, const char *name)
{
	static char value[8192];
	size_t length = strlen(name);

	assert_true(attempt < fake->attempt_count);
	for (const char *line = fake->attempts[attempt].lines; *line;) {
		size_t line_length = strcspn(line, "\n");
		if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
			snprintf(value, sizeof value, "%.*s", (int)(line_length - length - 2),
				line + length + 2);
			return value;
		}
		line += line_length + 1;
	}
	return NULL;
}

void tc_fake_clear(struct tc_fake *fake)
{
	for (size_t i = 0; i < fake->attempt_count; i++) {
		free(fake->attempts[i].method);
		free(fake->attempts[i].url);
		free(fake->attempts[i].body);
		free(fake->attempts[i].lines);
	}
	fake->attempt_count = 0;
}
