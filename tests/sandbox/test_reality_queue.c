/* SPDX-License-Identifier: MPL-2.0 */

/* What the Queue of a real deployment was measured to do where a server made from its references
 * alone would do otherwise. Each row is a request; rows of a table go on from what those before
 * them left. What time brings is tried on the steps themselves, with a clock of the test's own. */

#include "tests/harness/test.h"

#include "fixture.h"
#include "rows.h"
#include "tools/sandbox/events/events.h"
#include "tools/sandbox/tasks/task.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/date.h>
#include <time.h>

#define QUEUE "/api/queue/v1"
#define TASK QUEUE "/task/$T"
#define OTHER QUEUE "/task/$U"
#define RUN TASK "/runs/0"
#define ARTIFACT RUN "/artifacts/"
#define OBJECT "/api/object/v1"
#define WORKER "{\"workerGroup\":\"g\",\"workerId\":\"w\"}"
#define METADATA \
	"\"metadata\":{\"name\":\"n\",\"description\":\"d\",\"owner\":\"o@x.org\"," \
	"\"source\":\"http://x/\"}"
#define DATED(queue, payload, created, more) \
	"{\"taskQueueId\":\"" queue "\",\"payload\":{" payload "},\"created\":\"" created \
	"\",\"deadline\":\"$+3600$\"," more METADATA "}"
#define DEFINITION(queue, more) DATED(queue, "", "$+0$", more)
#define STORED(type, more) "{\"storageType\":\"" type "\",\"expires\":\"$+600$\"" more "}"
#define TYPED(type) STORED(type, ",\"contentType\":\"a/b\"")

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--poll-timeout", "50", "--faults", NULL);
	return 0;
}

static void definitions(void **state)
{
	static const struct row rows[] = {
		{ "NUL in a payload", "PUT", TASK, DATED("q/nul", "\"a\":\"\\u0000\"", "$+0$", ""),
			500, "InternalServerError", { 0 } },
		{ "as a name", "PUT", TASK, DATED("q/nul", "\"\\u0000\":1", "$+0$", ""), 500,
			"InternalServerError", { 0 } },
		{ "half a surrogate", "PUT", TASK, DATED("q/nul", "\"a\":\"\\ud83d!\"", "$+0$", ""),
			500, "InternalServerError", { 0 } },
		{ "the other half", "PUT", TASK, DATED("q/nul", "\"a\":\"\\ude00\"", "$+0$", ""),
			500, "InternalServerError", { 0 } },
		{ "nothing was kept", "GET", TASK, NULL, 404, NULL, { 0 } },
		{ "what only looks like it", "PUT", TASK,
			DATED("q/nul", "\"a\":\"\\\\u0000\\ud83d\\ude00\"", "$+0$", ""), 200, NULL,
			{ 0 } },
		{ "refusals show what was filled in", "PUT", OTHER,
			"{\"provisionerId\":\"q\",\"workerType\":\"f\",\"payload\":{},\"created\":"
			"\"$-5000$\",\"deadline\":\"$+3600$\"," METADATA "}",
			400, "\"taskQueueId\":\"q/f\",\"taskGroupId\":\"$U\",\"expires\":\"20",
			{ 0 } },
		{ "a date that is none once it is read", "PUT", OTHER,
			DATED("q/date", "", "2026-01-01T00:00:00+00", ""), 200, NULL, { 0 } },
		{ "is 1970", "GET", OTHER, NULL, 200, "\"created\":\"1970-01-01T00:00:00.000Z\"",
			{ 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void many_at_once(void **state)
{
	/* of two ids, the second sorts first */
	static const char both[] =
		"{\"taskIds\":[\"zzzzzzzzQzCzzzzzzzzzzA\",\"aaaaaaaaQaCaaaaaaaaaaA\","
		"\"zzzzzzzzQzCzzzzzzzzzzA\",\"$U\"]}";
	static const struct row rows[] = {
		{ "a task", "PUT", QUEUE "/task/zzzzzzzzQzCzzzzzzzzzzA",
			DEFINITION("q/many", "\"taskGroupId\":\"$T\","), 200, NULL, { 0 } },
		{ "another", "PUT", QUEUE "/task/aaaaaaaaQaCaaaaaaaaaaA",
			DEFINITION("q/many", "\"taskGroupId\":\"$T\","), 200, NULL, { 0 } },
		{ "statuses in their own order", "POST", QUEUE "/tasks/status?limit=1", both, 200,
			"{\"statuses\":[{\"taskId\":\"aaaa", { .save = "/continuationToken" } },
		{ "by pages, each once", "POST", QUEUE "/tasks/status?limit=1&continuationToken=$S",
			both, 200, "{\"statuses\":[{\"taskId\":\"zzzz",
			{ .save = "/continuationToken" } },
		{ "and no third", "POST", QUEUE "/tasks/status?limit=2", both, 200,
			"!continuationToken", { 0 } },
		{ "tasks too", "POST", QUEUE "/tasks?limit=1", both, 200,
			"{\"tasks\":[{\"taskId\":\"aaaa", { .save = "/continuationToken" } },
		{ "with pages", "POST", QUEUE "/tasks?limit=1&continuationToken=$S", both, 200,
			"{\"tasks\":[{\"taskId\":\"zzzz", { 0 } },
		{ "a group is listed by taskId", "GET", QUEUE "/task-group/$T/list?limit=1", NULL,
			200, "\"taskId\":\"aaaaaaaaQaCaaaaaaaaaaA\"",
			{ .save = "/continuationToken" } },
		{ "page by page", "GET", QUEUE "/task-group/$T/list?limit=1&continuationToken=$S",
			NULL, 200, "\"taskId\":\"zzzzzzzzQzCzzzzzzzzzzA\"", { 0 } },
		{ "pending tasks oldest first, raw slash", "GET",
			QUEUE "/task-queues/q/many/pending?limit=1", NULL, 200, "zzzzzzzz",
			{ .save = "/continuationToken" } },
		{ "page by page", "GET",
			QUEUE "/task-queues/q%2Fmany/pending?limit=1&continuationToken=$S", NULL,
			200, "aaaaaaaa", { 0 } },
		{ "a raw slash in pending", "GET", QUEUE "/pending/q/many", NULL, 200,
			"\"pendingTasks\":2", { 0 } },
		{ "in counts", "GET", QUEUE "/task-queues/q/many/counts", NULL, 200,
			"\"claimedTasks\":0", { 0 } },
		{ "in claim-work", "POST", QUEUE "/claim-work/q/many", WORKER, 200, "{\"tasks\":[{",
			{ 0 } },
		{ "and nowhere else", "GET", QUEUE "/task-queues/q/many", NULL, 404,
			"{\"error\":\"Not found\"}", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void steps_of_tasks(void **state)
{
	static const struct row rows[] = {
		{ "a task", "PUT", TASK, DEFINITION("q/steps", ""), 200, NULL, { 0 } },
		{ "that waits for ever", "PUT", OTHER,
			DEFINITION("q/steps", "\"taskGroupId\":\"$T\",\"dependencies\":[\"$U\"],"),
			200, "unscheduled", { 0 } },
		{ "claimTask", "POST", RUN "/claim", WORKER, 200, "takenUntil", { 0 } },
		{ "again by the same worker", "POST", RUN "/claim", WORKER, 200, "+00:00", { 0 } },
		{ "by another", "POST", RUN "/claim", "{\"workerGroup\":\"g\",\"workerId\":\"x\"}",
			409, "RequestConflict", { 0 } },
		{ "a group that is not sealed", "POST", QUEUE "/task-group/$T/cancel", NULL, 409,
			"RequestConflict", { 0 } },
		{ "before anybody asks for scopes", "POST", QUEUE "/task-group/$T/cancel", NULL,
			409, "RequestConflict", { .unsigned_ = true } },
		{ "completed", "POST", RUN "/completed", NULL, 200, "\"takenUntil\":\"20", { 0 } },
		{ "what was taken is kept", "GET", TASK "/status", NULL, 200, "\"takenUntil\":\"20",
			{ 0 } },
		{ "cancelTask of a resolved task", "POST", TASK "/cancel", NULL, 200,
			"\"state\":\"completed\"", { 0 } },
		{ "rerunTask of an unscheduled one", "POST", OTHER "/rerun", NULL, 200,
			"\"runId\":0,\"state\":\"pending\",\"reasonCreated\":\"rerun\"", { 0 } },
		{ "claimWork", "POST", QUEUE "/claim-work/q%2Fsteps", WORKER, 200, "$U", { 0 } },
		{ "and then claimTask", "POST", OTHER "/runs/0/claim", WORKER, 409,
			"RequestConflict", { 0 } },
		{ "a worker has a quarantineUntil", "GET",
			QUEUE "/provisioners/q/worker-types/steps/workers/g/w", NULL, 200,
			"\"quarantineUntil\":\"20", { 0 } },
		{ "but is not listed with it", "GET",
			QUEUE "/provisioners/q/worker-types/steps/workers", NULL, 200,
			"!quarantineUntil", { 0 } },
		{ "seal", "POST", QUEUE "/task-group/$T/seal", NULL, 200, NULL, { 0 } },
		{ "then scopes count", "POST", QUEUE "/task-group/$T/cancel", NULL, 403, NULL,
			{ .unsigned_ = true } },
		{ "and it is canceled", "POST", QUEUE "/task-group/$T/cancel", NULL, 200,
			"\"cancelledCount\":1", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void ranks_that_the_index_cannot_keep(void **state)
{
	static const struct row rows[] = {
		{ "a task with a rank in ms", "PUT", TASK,
			DEFINITION("q/rank",
				"\"routes\":[\"index.rank.$T\"],\"extra\":{\"index\":{\"rank\":"
				"1700000000000}},"),
			200, NULL, { 0 } },
		{ "claim", "POST", RUN "/claim", WORKER, 200, NULL, { 0 } },
		{ "completed", "POST", RUN "/completed", NULL, 200, NULL, { 0 } },
		{ "is not indexed, and nobody is told", "GET", "/api/index/v1/task/rank.$T", NULL,
			404, NULL, { 0 } },
		{ "one with a good rank", "PUT", OTHER,
			DEFINITION("q/rank",
				"\"routes\":[\"index.rank.$U\",\"index.rank..$U\"],\"extra\":{"
				"\"index\":{\"rank\":-3}},"),
			200, NULL, { 0 } },
		{ "claim", "POST", OTHER "/runs/0/claim", WORKER, 200, NULL, { 0 } },
		{ "completed", "POST", OTHER "/runs/0/completed", NULL, 200, NULL, { 0 } },
		{ "is", "GET", "/api/index/v1/task/rank.$U", NULL, 200, "\"rank\":-3", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void artifacts(void **state)
{
	static const struct row rows[] = {
		{ "for no task", "POST", ARTIFACT "a", TYPED("s3"), 400, "InputError", { 0 } },
		{ "whoever asks", "POST", ARTIFACT "a", TYPED("s3"), 400, "InputError",
			{ .unsigned_ = true } },
		{ "a task", "PUT", TASK, DEFINITION("q/art", ""), 200, NULL, { 0 } },
		{ "for no run", "POST", TASK "/runs/7/artifacts/a", TYPED("s3"), 400, "InputError",
			{ 0 } },
		{ "claim", "POST", RUN "/claim", WORKER, 200, NULL, { 0 } },
		{ "without scopes", "POST", ARTIFACT "a", TYPED("s3"), 403, NULL,
			{ .unsigned_ = true } },
		{ "error artifacts have a type", "POST", ARTIFACT "e",
			STORED("error", ",\"reason\":\"file-missing-on-worker\",\"message\":\"m\""),
			200, NULL, { 0 } },
		{ "of their own", "GET", RUN "/artifact-info/e", NULL, 200,
			"\"contentType\":\"application/binary\"", { 0 } },
		{ "a name that is too long is taken", "POST", ARTIFACT "$x1025$",
			STORED("link", ",\"artifact\":\"e\""), 200, NULL, { 0 } },
		{ "and breaks the list", "GET", RUN "/artifacts", NULL, 500, "InternalServerError",
			{ 0 } },
		{ "unless the page is without it", "GET", RUN "/artifacts?limit=1", NULL, 200,
			"\"name\":\"e\"", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

#define UPLOAD \
	"{\"projectId\":\"none\",\"uploadId\":\"$S\",\"expires\":\"$+600$\"," \
	"\"proposedUploadMethods\":{\"dataInline\":{\"contentType\":\"a/b\",\"objectData\":" \
	"\"aGV5\"}}}"
#define UPLOADED "{\"projectId\":\"none\",\"uploadId\":\"$S\"}"
#define FINISH "{\"uploadId\":\"$S\"}"

static void objects(void **state)
{
	static const struct row rows[] = {
		{ "a task", "PUT", TASK, DEFINITION("q/obj", ""), 200, NULL, { 0 } },
		{ "claim", "POST", RUN "/claim", WORKER, 200, NULL, { 0 } },
		{ "credentials are named", "POST", ARTIFACT "o", TYPED("object"), 200,
			"\"clientId\":\"artifact-upload/$T/0/on/g/w\"", { .save = "/uploadId" } },
		{ "twice", "POST", ARTIFACT "o", TYPED("object"), 500,
			"\"code\":\"InternalServerError\"", { 0 } },
		{ "which does not say why", "POST", ARTIFACT "o", TYPED("object"), 500,
			"!already exists", { 0 } },
		{ "unfinished it is listed", "GET", RUN "/artifacts", NULL, 200, "\"name\":\"o\"",
			{ 0 } },
		{ "and has no information", "GET", RUN "/artifact-info/o", NULL, 404,
			"ResourceNotFound", { 0 } },
		{ "nor as the latest", "GET", TASK "/artifact-info/o", NULL, 404,
			"ResourceNotFound", { 0 } },
		{ "finished before its object is", "PUT", ARTIFACT "o", FINISH, 400, "InputError",
			{ 0 } },
		{ "upload", "PUT", OBJECT "/upload/t%2F$T%2F0%2Fo", UPLOAD, 200, NULL, { 0 } },
		{ "still", "PUT", ARTIFACT "o", FINISH, 400, "InputError", { 0 } },
		{ "uploaded", "POST", OBJECT "/finish-upload/t%2F$T%2F0%2Fo", UPLOADED, 200, NULL,
			{ 0 } },
		{ "another upload", "PUT", ARTIFACT "o", "{\"uploadId\":\"$T\"}", 400, "InputError",
			{ 0 } },
		{ "finished, in no words", "PUT", ARTIFACT "o", FINISH, 204, NULL, { 0 } },
		{ "again", "PUT", ARTIFACT "o", FINISH, 204, NULL, { 0 } },
		{ "now there is information", "GET", RUN "/artifact-info/o", NULL, 200, "object",
			{ 0 } },
		{ "credentials for the download are named", "GET", RUN "/artifact-content/o", NULL,
			200, "\"clientId\":\"artifact-download/$T/0/o\"", { 0 } },
		{ "one with a length", "POST", ARTIFACT "l",
			STORED("object", ",\"contentType\":\"a/b\",\"contentLength\":3"), 200, NULL,
			{ .save = "/uploadId" } },
		{ "upload", "PUT", OBJECT "/upload/t%2F$T%2F0%2Fl", UPLOAD, 200, NULL, { 0 } },
		{ "uploaded", "POST", OBJECT "/finish-upload/t%2F$T%2F0%2Fl", UPLOADED, 200, NULL,
			{ 0 } },
		{ "cannot be finished", "PUT", ARTIFACT "l", FINISH, 500, "InternalServerError",
			{ 0 } },
		{ "ever", "PUT", ARTIFACT "l", FINISH, 500, "InternalServerError", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

#define MINUTE_MS ((int64_t)60 * 1000)
#define BEGIN_MS ((int64_t)1000 * MINUTE_MS) /* a full interval of the looks */
#define DEADLINE_MS (BEGIN_MS + 90 * MINUTE_MS)
#define CLAIM_MS (20 * MINUTE_MS + 1)

/* A sandbox without a server, with one task that is running. */
static struct task *begin(struct sandbox *sandbox, struct step *step)
{
	struct tc__arena *memory = step->arena;

	*sandbox = (struct sandbox){ .options = { .claim_ms = CLAIM_MS,
					     .resolver_ms = 5000,
					     .deadline_delay_ms = MINUTE_MS },
		.due_ms = INT64_MAX };
	sandbox->store = store_open(NULL, NULL);
	assert_non_null(sandbox->store);
	assert_true(events_start(sandbox));
	store_run(sandbox->store,
		"INSERT INTO tasks (task_id, definition, group_id, scheduler_id, project_id, "
		"queue_id, priority, requires, retries, retries_left, created, deadline, expires, "
		"state) VALUES ('t', '{}', 'g', '-', 'none', 'p/t', 1, 'all-completed', 5, 5, "
		"1, ?, ?, 'unscheduled')",
		"ii", DEADLINE_MS, 2 * DEADLINE_MS);
	*step = (struct step){ sandbox, memory, BEGIN_MS };
	struct task *task = task_load(sandbox->store, memory, "t");
	assert_non_null(task);
	assert_true(task_add_run(step, task, "scheduled"));
	task_claim(step, task, task_last_run(task), "g", "w");
	return task;
}

static void assert_run(struct sandbox *sandbox, int64_t now, const char *state, const char *reason)
{
	struct tc__arena memory = { 0 };

	task_timers(sandbox, now);
	const struct task *task = task_load(sandbox->store, &memory, "t");
	assert_string_equal(task->runs[0].state, state);
	if (reason)
		assert_string_equal(task->runs[0].reason_resolved, reason);
	tc__arena_clear(&memory);
}

/* The resolver looks every five seconds: until then a worker may still reclaim. */
static void claims_end_when_they_are_looked_at(void **state)
{
	struct tc__arena memory = { 0 };
	struct sandbox sandbox;
	struct step step = { .arena = &memory };

	(void)state;
	begin(&sandbox, &step);
	/* a millisecond late for a look */
	assert_int_equal(sandbox.due_ms, BEGIN_MS + CLAIM_MS - 1 + 5000);
	assert_run(&sandbox, BEGIN_MS + CLAIM_MS - 1, "running", NULL);
	assert_int_equal(
		task_timers(&sandbox, BEGIN_MS + CLAIM_MS - 1), BEGIN_MS + CLAIM_MS - 1 + 5000);
	assert_run(&sandbox, sandbox.due_ms, "exception", "claim-expired");
	events_stop(&sandbox);
	store_close(sandbox.store);
	tc__arena_clear(&memory);
}

/* Until 60 to 65 seconds after the deadline: a report in that time is heard. */
static void deadlines_are_met_a_minute_late(void **state)
{
	struct tc__arena memory = { 0 };
	struct sandbox sandbox;
	struct step step = { .arena = &memory };

	(void)state;
	struct task *task = begin(&sandbox, &step);
	step.now_ms = DEADLINE_MS;
	task_reclaim(&step, task, task_last_run(task)); /* so that the claim does not end first */
	assert_run(&sandbox, DEADLINE_MS + MINUTE_MS - 1, "running", NULL);
	assert_int_equal(
		task_timers(&sandbox, DEADLINE_MS + MINUTE_MS - 1), DEADLINE_MS + MINUTE_MS);
	assert_run(&sandbox, DEADLINE_MS + MINUTE_MS, "exception", "deadline-exceeded");
	events_stop(&sandbox);
	store_close(sandbox.store);
	tc__arena_clear(&memory);
}

/* The same through the server, whose clock a fault sets. */
static void reports_after_the_deadline(void **state)
{
	static const struct row rows[] = {
		{ "a task", "PUT", TASK, DEFINITION("q/late", ""), 200, NULL, { 0 } },
		{ "claim", "POST", RUN "/claim", WORKER, 200, NULL, { 0 } },
		{ "its claim is over, and was not looked at", "POST", RUN "/reclaim", NULL, 200,
			NULL, { .fault = "clock=1203", .skew_s = 1203 } },
		{ "a reclaim after the deadline", "POST", RUN "/reclaim", NULL, 409,
			"RequestConflict", { .fault = "clock=3630", .skew_s = 3630 } },
		{ "a report in the minute after it", "POST", RUN "/completed", NULL, 200,
			"\"state\":\"completed\"", { .fault = "clock=3630", .skew_s = 3630 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

/* The certificate's date, and that in the name of the client: JavaScript's seconds. */
static void credentials_end_with_their_claim(void **state)
{
	static const struct row rows[] = {
		{ "a task", "PUT", TASK, DEFINITION("q/keys", ""), 200, NULL, { 0 } },
	};
	static const struct quirks plain = { 0 };
	char until[64], name[256];
	tc_error err = TC_ERROR_INIT;
	struct timespec when;
	const tc_json *certificate;
	int64_t start, expiry, now = (int64_t)time(NULL) * 1000;
	double seconds;

	(void)state;
	RUN_ROWS(rows);
	struct reply *reply = ask(server, "POST", QUEUE "/claim-work/q%2Fkeys", WORKER, &plain);
	snprintf(until, sizeof until, "%s", reply_text(reply, "/tasks/0/takenUntil"));
	snprintf(name, sizeof name, "%s", reply_text(reply, "/tasks/0/credentials/clientId"));
	const char *text = reply_text(reply, "/tasks/0/credentials/certificate");
	assert_ok(tc_json_parse(text, strlen(text), &certificate, &err), &err);
	assert_true(tc_json_int64(tc_json_get(certificate, "start"), &start));
	assert_true(tc_json_int64(tc_json_get(certificate, "expiry"), &expiry));
	tc_release(certificate);
	assert_ok(tc_date_parse(until, &when, &err), &err);
	assert_int_equal(expiry, (int64_t)when.tv_sec * 1000 + when.tv_nsec / 1000000);
	assert_int_in_range(start, (uint64_t)now, (uint64_t)now + 60000);
	const char *end = strstr(name, "/until/");
	assert_non_null(end);
	assert_int_equal(sscanf(end, "/until/%lf", &seconds), 1);
	assert_int_equal((int64_t)(seconds * 1000 + 0.5), expiry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definitions),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(steps_of_tasks),
		cmocka_unit_test(ranks_that_the_index_cannot_keep),
		cmocka_unit_test(artifacts),
		cmocka_unit_test(objects),
		cmocka_unit_test(claims_end_when_they_are_looked_at),
		cmocka_unit_test(deadlines_are_met_a_minute_late),
		cmocka_unit_test(reports_after_the_deadline),
		cmocka_unit_test(credentials_end_with_their_claim),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
