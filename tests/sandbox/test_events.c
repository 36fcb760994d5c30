/* SPDX-License-Identifier: MPL-2.0 */

/* The stream of events: what is told, to whom, and when. */

#include "tests/harness/test.h"

#include "events.h"
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARTIFACT \
	"{\"storageType\":\"error\",\"reason\":\"file-missing-on-worker\",\"message\":\"m\"," \
	"\"expires\":\"%s\"}"

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--private", "--poll-timeout", "0", "--faults", "--fault",
		"stall=1:only=secrets", NULL);
	return 0;
}

/* ---- each kind ---- */

static void a_stream_begins_with_how_things_are(void **state)
{
	char id[TC_SLUGID_SIZE];
	struct stream *stream;

	(void)state;
	create(id, "");
	stream = stream_open_bewit(server, "overview");
	const tc_json *hello = stream_next(stream, "hello");
	assert_text(hello, "/rootUrl", server->root_url);
	assert_non_null(tc_json_get(hello, "now"));
	const tc_json *tasks = stream_next(stream, "tasks");
	assert_text(tasks, "/tasks/0/status/taskId", id);
	assert_text(tasks, "/tasks/0/task/metadata/name", "n");
	const tc_json *queues = stream_next(stream, "queues");
	assert_text(queues, "/queues/0/taskQueueId", "prov/type");
	assert_text(stream_next(stream, "faults"), "/faults/0", "stall=1:only=secrets");
	stream_silent(stream, 300);
	stream_close(stream);
}

static void steps_of_a_task_are_told_to_all_who_look_at_it(void **state)
{
	static const char *const states[] = { "pending", "running", "completed" };
	char id[TC_SLUGID_SIZE];
	struct stream *streams[3];

	(void)state;
	tc_slugid_nice(id);
	streams[0] = overview(NULL);
	stream_next(streams[0], "faults");
	streams[1] = open_group(id);
	streams[2] = open_task(id);
	create_as(id, "prov/type", "");
	claim(id);
	complete(id);
	for (size_t i = 0; i < 3; i++) {
		for (size_t step = 0; step < 3; step++) {
			const tc_json *data = stream_find(streams[i], "task");
			assert_text(data, "/status/taskId", id);
			assert_text(data, "/status/state", states[step]);
			assert_int_equal(tc_json_get(data, "task") != NULL, step == 0);
		}
	}
	for (size_t i = 0; i < 3; i++)
		stream_close(streams[i]);
}

static void artifacts_are_told(void **state)
{
	char id[TC_SLUGID_SIZE];
	char body[300];
	char date[25];

	(void)state;
	create(id, "");
	claim(id);
	struct stream *stream = open_task(id);
	snprintf(body, sizeof body, ARTIFACT, date_text(3600, date));
	must(call("POST", path_of(id, "/runs/0/artifacts/public%2Fa"), body, NULL));
	snprintf(body, sizeof body,
		"{\"storageType\":\"s3\",\"contentType\":\"text/plain\",\"expires\":\"%s\"}", date);
	must(call("POST", path_of(id, "/runs/0/artifacts/public%2Fb"), body, NULL));
	const tc_json *data = stream_next(stream, "artifact");
	assert_text(data, "/taskId", id);
	assert_int(data, "/runId", 0);
	assert_text(data, "/artifact/name", "public/a");
	assert_text(data, "/artifact/storageType", "error");
	data = stream_next(stream, "artifact");
	assert_text(data, "/artifact/name", "public/b");
	assert_text(data, "/artifact/contentType", "text/plain");
	stream_close(stream);
}

static void a_group_is_sealed_resolved_and_opened_again(void **state)
{
	char id[TC_SLUGID_SIZE];
	char path[200];

	(void)state;
	create(id, "");
	struct stream *stream = stream_open(server, about("group", id), NULL);
	stream_next(stream, "hello");
	const tc_json *group = stream_next(stream, "group");
	assert_text(group, "/taskGroupId", id);
	assert_null_at(group, "/sealed");
	assert_true(tc_json_kind(tc_json_get(group, "resolved")) == TC_JSON_BOOL);
	assert_false(tc_json_true(tc_json_get(group, "resolved")));
	snprintf(path, sizeof path, QUEUE "/task-group/%s/priority", id);
	must(call("POST", path, "{\"newPriority\":\"high\"}", NULL));
	assert_text(stream_next(stream, "group"), "/priority", "high");
	claim(id);
	stream_next(stream, "task");
	complete(id);
	assert_text(stream_next(stream, "task"), "/status/state", "completed");
	group = stream_next(stream, "group");
	assert_true(tc_json_true(tc_json_get(group, "resolved")));
	assert_null(tc_json_get(group, "priority"));
	must(call("POST", path_of(id, "/rerun"), NULL, NULL));
	assert_text(stream_next(stream, "task"), "/status/state", "pending");
	assert_false(tc_json_true(tc_json_get(stream_next(stream, "group"), "resolved")));
	snprintf(path, sizeof path, QUEUE "/task-group/%s/seal", id);
	must(call("POST", path, NULL, NULL));
	assert_non_null(tc_json_text(tc_json_get(stream_next(stream, "group"), "sealed")));
	stream_close(stream);
}

static void a_priority_is_told(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	create(id, "");
	struct stream *stream = open_task(id);
	must(call("POST", path_of(id, "/priority"), "{\"newPriority\":\"high\"}", NULL));
	assert_text(stream_find(stream, "task"), "/status/priority", "high");
	stream_close(stream);
}

/* The counts of one queue, once they are told. */
static const tc_json *find_queue(struct stream *stream, const char *queue)
{
	for (;;) {
		const tc_json *queues = tc_json_get(stream_find(stream, "queues"), "queues");
		for (size_t i = 0; i < tc_json_count(queues); i++) {
			const tc_json *one = tc_json_item(queues, i);
			if (strcmp(tc_json_text(tc_json_get(one, "taskQueueId")), queue) == 0)
				return one;
		}
	}
}

static void assert_counts(
	const tc_json *queue, int64_t pending, int64_t running, int64_t resolved, int64_t workers)
{
	assert_int(queue, "/pending", pending);
	assert_int(queue, "/running", running);
	assert_int(queue, "/resolved", resolved);
	assert_int(queue, "/workers", workers);
}

static void counts_of_queues_are_gathered(void **state)
{
	char ids[2][TC_SLUGID_SIZE];

	(void)state;
	struct stream *stream = overview(NULL);
	for (int i = 0; i < 2; i++) {
		tc_slugid_nice(ids[i]);
		create_as(ids[i], "prov/coun", "");
	}
	const tc_json *queue = find_queue(stream, "prov/coun");
	assert_counts(queue, 2, 0, 0, 0);
	assert_null_at(queue, "/lastClaimed");
	claim(ids[0]);
	claim(ids[1]);
	queue = find_queue(stream, "prov/coun");
	assert_counts(queue, 0, 2, 0, 1);
	assert_non_null(tc_json_text(tc_json_get(queue, "lastClaimed")));
	complete(ids[0]);
	complete(ids[1]);
	assert_counts(find_queue(stream, "prov/coun"), 0, 0, 2, 1);
	must(call("POST", path_of(ids[0], "/rerun"), NULL, NULL));
	assert_counts(find_queue(stream, "prov/coun"), 1, 0, 1, 1);
	stream_silent(stream, 0);
	stream_close(stream);
}

static void why_a_task_does_not_run(void **state)
{
	char first[TC_SLUGID_SIZE];
	char second[TC_SLUGID_SIZE];
	char more[100];

	(void)state;
	tc_slugid_nice(first);
	create_as(first, "prov/free", "");
	snprintf(more, sizeof more, "\"dependencies\":[\"%s\"],", first);
	create(second, more);
	struct stream *stream = open_task(second);
	const tc_json *why = stream_next(stream, "why");
	assert_int(why, "/dependencies", 1);
	assert_int(why, "/unmet", 1);
	assert_text(why, "/waitsFor/0", first);
	assert_text(why, "/queue/taskQueueId", "prov/type");
	assert_null_at(why, "/queue/refused");
	claim(first);
	complete(first);
	assert_text(stream_next(stream, "task"), "/status/state", "pending");
	why = stream_next(stream, "why");
	assert_int(why, "/unmet", 0);
	assert_int_equal(tc_json_count(tc_json_get(why, "waitsFor")), 0);
	claim(second);
	assert_text(stream_next(stream, "task"), "/status/state", "running");
	stream_silent(stream, 400);
	stream_close(stream);
}

static void a_refused_claim_is_remembered(void **state)
{
	char id[TC_SLUGID_SIZE];
	const struct quirks *worker = new_client("poor", "\"queue:claim-work:prov/other\"", 3600);

	(void)state;
	tc_slugid_nice(id);
	create_as(id, "prov/lack", "");
	struct stream *stream = open_task(id);
	assert_null_at(stream_next(stream, "why"), "/queue/refused");
	assert_int_equal(
		call("POST", QUEUE "/claim-work/prov%2Flack", WORKER, worker)->status, 403);
	const tc_json *why = stream_next(stream, "why");
	assert_text(why, "/queue/refused/clientId", "poor");
	assert_non_null(strstr(tc_json_text(tc_json_at(why, "/queue/refused/message")),
		"queue:claim-work:prov/lack"));
	assert_int_equal(call("POST", path_of(id, "/runs/0/claim"), WORKER,
				 &(struct quirks){ .unsigned_ = true })
				 ->status,
		403);
	assert_null_at(stream_next(stream, "why"), "/queue/refused/clientId");
	stream_close(stream);
}

static void what_is_to_be_loaded_anew(void **state)
{
	static const char hook[] =
		"{\"metadata\":{\"name\":\"n\",\"description\":\"d\",\"owner\":\"o@x.com\"},"
		"\"task\":{},\"triggerSchema\":{}}";
	char body[300];
	char date[25];

	(void)state;
	snprintf(body, sizeof body,
		"{\"taskId\":\"AAAAAAAAQGCAAAAAAAAAAA\",\"rank\":1,\"data\":{},\"expires\":\"%s\"}",
		date_text(3600, date));
	struct stream *stream = overview(NULL);
	must(call("PUT", "/api/index/v1/task/project.x.latest", body, NULL));
	const tc_json *data = stream_find(stream, "changed");
	assert_text(data, "/what", "index");
	assert_text(data, "/id", "project.x.latest");
	must(call("DELETE", "/api/index/v1/task/project.x.latest", NULL, NULL));
	assert_text(stream_find(stream, "changed"), "/what", "index");
	must(call("PUT", "/api/hooks/v1/hooks/group/hook", hook, NULL));
	data = stream_find(stream, "changed");
	assert_text(data, "/what", "hooks");
	assert_text(data, "/id", "group/hook");
	must(call("POST", QUEUE "/claim-work/prov%2Fnews", WORKER, NULL));
	data = stream_find(stream, "changed");
	assert_text(data, "/what", "workers");
	assert_text(data, "/id", "prov/news");
	must(call("POST", QUEUE "/claim-work/prov%2Fnews", WORKER, NULL));
	stream_find(stream, "queues");
	stream_silent(stream, 300);
	stream_close(stream);
}

static void other_faults_are_told(void **state)
{
	struct stream *stream = overview(NULL);
	const struct quirks quirks = { .origin = server->root_url };

	(void)state;
	stream_next(stream, "faults");
	must(call("PUT", "/sandbox/faults", "{\"faults\":[\"stall=2:only=secrets\"]}", &quirks));
	assert_text(stream_find(stream, "faults"), "/faults/0", "stall=2:only=secrets");
	stream_close(stream);
}

/* ---- what is not told ---- */

static void what_was_refused_is_not_told(void **state)
{
	char id[TC_SLUGID_SIZE];
	char path[200];
	char body[200];
	char date[25];

	(void)state;
	must(call("POST", QUEUE "/claim-work/prov%2Fquar", WORKER, NULL));
	snprintf(path, sizeof path, QUEUE "/provisioners/prov/worker-types/quar/workers/g/w");
	snprintf(body, sizeof body, "{\"quarantineUntil\":\"%s\"}", date_text(3600, date));
	must(call("PUT", path, body, NULL));
	tc_slugid_nice(id);
	create_as(id, "prov/quar", "");
	struct stream *stream = overview(NULL);
	stream_calm(stream, 400);
	/* a claim by a worker in quarantine is undone: it was seen before, but not this time */
	struct reply *reply = call("POST", path_of(id, "/runs/0/claim"), WORKER, NULL);
	assert_int_equal(reply->status, 500);
	stream_silent(stream, 500);
	/* and whatever comes after is told */
	must(call("POST", path_of(id, "/cancel"), NULL, NULL));
	assert_text(stream_next(stream, "task"), "/status/state", "exception");
	stream_close(stream);
}

static void work_whose_reply_is_lost_is_told(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	create(id, "");
	struct stream *stream = open_task(id);
	const struct quirks quirks = { .fault = "lost-reply" };
	assert_int_equal(call("POST", path_of(id, "/runs/0/claim"), WORKER, &quirks)->curl,
		CURLE_GOT_NOTHING);
	assert_text(stream_find(stream, "task"), "/status/state", "running");
	stream_close(stream);
}

static void bad_requests_are_refused(void **state)
{
	static const char *const wrong[] = { "", "?about=", "?about=everything",
		"?about=task:short", "?about=group:", "?aboutx=overview" };
	char path[400];

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		snprintf(path, sizeof path, "/sandbox/events%s", wrong[i]);
		struct reply *reply = call("GET", path, NULL, NULL);
		assert_int_equal(reply->status, 400);
		assert_non_null(strstr(reply->body, "expected overview, group:<taskGroupId>"));
	}
	snprintf(path, sizeof path, "%sx", bewit_url(server, "/sandbox/events?about=overview", 60));
	const struct quirks nobody = { .unsigned_ = true };
	assert_int_equal(call("GET", path, NULL, &nobody)->status, 401);
	snprintf(path, sizeof path, "%s", bewit_url(server, "/sandbox/events?about=overview", -60));
	assert_int_equal(call("GET", path, NULL, &nobody)->status, 401);
	assert_int_equal(call("POST", "/sandbox/events?about=overview", "", NULL)->status, 404);
}

static void heads_have_no_body(void **state)
{
	char type[60];
	struct reply *reply = call(
		"HEAD", "/sandbox/events?about=overview", NULL, &(struct quirks){ .head = true });

	(void)state;
	assert_int_equal(reply->status, 200);
	assert_non_null(reply_header(reply, "content-type", type, sizeof type));
	assert_string_equal(type, "text/event-stream");
	assert_int_equal(reply->body_length, 0);
}

/* ---- who may read ---- */

static void a_client_sees_what_its_scopes_let_it(void **state)
{
	char seen[TC_SLUGID_SIZE];
	char hidden[TC_SLUGID_SIZE];
	char scopes[300];

	(void)state;
	tc_slugid_nice(seen);
	tc_slugid_nice(hidden);
	snprintf(scopes, sizeof scopes,
		"\"queue:pending-count:prov/mine\",\"queue:claimed-count:prov/mine\","
		"\"queue:status:%s\"",
		seen);
	struct stream *stream = stream_open(server, "overview", new_client("one", scopes, 3600));
	stream_next(stream, "hello");
	assert_int_equal(tc_json_count(tc_json_get(stream_next(stream, "tasks"), "tasks")), 0);
	assert_int_equal(tc_json_count(tc_json_get(stream_next(stream, "queues"), "queues")), 0);
	create_as(hidden, "prov/your", "");
	create_as(seen, "prov/mine", "");
	claim(hidden);
	const tc_json *task = stream_next(stream, "task");
	assert_text(task, "/status/taskId", seen);
	assert_null(tc_json_get(task, "task"));
	const tc_json *queues = stream_next(stream, "queues");
	assert_int_equal(tc_json_count(tc_json_get(queues, "queues")), 1);
	assert_text(queues, "/queues/0/taskQueueId", "prov/mine");
	assert_int(queues, "/queues/0/pending", 1);
	assert_null_at(queues, "/queues/0/workers");
	assert_null_at(queues, "/queues/0/lastClaimed");
	stream_silent(stream, 300);
	stream_close(stream);
}

static void nobody_sees_nothing(void **state)
{
	char id[TC_SLUGID_SIZE];
	struct stream *streams[3];

	(void)state;
	tc_slugid_nice(id);
	const struct quirks nobody = { .unsigned_ = true };
	streams[0] = stream_open(server, "overview", &nobody);
	streams[1] = stream_open(server, about("group", id), &nobody);
	streams[2] = stream_open(server, about("task", id), &nobody);
	for (size_t i = 0; i < 3; i++)
		stream_next(streams[i], "hello");
	assert_int_equal(tc_json_count(tc_json_get(stream_next(streams[0], "tasks"), "tasks")), 0);
	assert_int_equal(
		tc_json_count(tc_json_get(stream_next(streams[0], "queues"), "queues")), 0);
	create_as(id, "prov/type", "");
	claim(id);
	complete(id);
	for (size_t i = 0; i < 3; i++) {
		stream_silent(streams[i], i ? 0 : 400);
		stream_close(streams[i]);
	}
}

static void a_stream_ends_with_its_credentials(void **state)
{
	struct stream *stream =
		stream_open(server, "overview", new_client("brief", "\"queue:status:*\"", 2));

	(void)state;
	stream_next(stream, "hello");
	stream_ends(stream, 4000);
	stream_close(stream);
}

static void streams_end_when_roles_or_clients_change(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	create(id, "");
	for (int i = 0; i < 2; i++) {
		struct stream *first = overview(NULL);
		struct stream *second = open_group(id);
		if (i)
			create_client("another", "", 3600);
		else
			must(call("PUT", "/api/auth/v1/roles/some",
				"{\"description\":\"d\",\"scopes\":[]}", NULL));
		const tc_json *data = stream_find(first, "changed");
		assert_text(data, "/what", "auth");
		assert_text(data, "/id", i ? "another" : "some");
		stream_ends(first, 1000);
		stream_ends(second, 1000);
		stream_close(first);
		stream_close(second);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_begins_with_how_things_are),
		cmocka_unit_test(steps_of_a_task_are_told_to_all_who_look_at_it),
		cmocka_unit_test(artifacts_are_told),
		cmocka_unit_test(a_group_is_sealed_resolved_and_opened_again),
		cmocka_unit_test(a_priority_is_told),
		cmocka_unit_test(counts_of_queues_are_gathered),
		cmocka_unit_test(why_a_task_does_not_run),
		cmocka_unit_test(a_refused_claim_is_remembered),
		cmocka_unit_test(what_is_to_be_loaded_anew),
		cmocka_unit_test(other_faults_are_told),
		cmocka_unit_test(what_was_refused_is_not_told),
		cmocka_unit_test(work_whose_reply_is_lost_is_told),
		cmocka_unit_test(bad_requests_are_refused),
		cmocka_unit_test(heads_have_no_body),
		cmocka_unit_test(a_client_sees_what_its_scopes_let_it),
		cmocka_unit_test(nobody_sees_nothing),
		cmocka_unit_test(a_stream_ends_with_its_credentials),
		cmocka_unit_test(streams_end_when_roles_or_clients_change),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
