/* SPDX-License-Identifier: MPL-2.0 */
/* Uploads to a sandbox: what was uploaded is what readers get. */
#include "tests/workflows/uploads.h"

#include "tests/harness/rig.h"
#include "tests/harness/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/object.h>
#include <taskcluster/queue.h>
#include <taskcluster/slugid.h>
#include <taskcluster/transfer.h>

struct world {
	struct tc_test_server *server;
	tc_client *client;
	char task_id[TC_SLUGID_SIZE];
	char expires[TC_DATE_SIZE];
	tc_error err;
};

static void begin_world(struct world *w, const char *const *arguments)
{
	struct tc_options options = TC_OPTIONS_INIT;

	*w = (struct world){ .server = tc_test_server_start_with(arguments) };
	tc_credentials *credentials =
		tc_credentials_new(w->server->client_id, w->server->access_token, NULL, &w->err);
	options.root_url = w->server->root_url;
	options.credentials = credentials;
	options.retry_delay_ms = 1;
	options.attempts = 12;
	w->client = tc_client_new(&options, &w->err);
	assert_ok(w->err.code, &w->err);
	tc_credentials_free(credentials);
}

/* A task whose run 0 goes on. */
static void make_task(struct world *w)
{
	char now[TC_DATE_SIZE], deadline[TC_DATE_SIZE];
	struct tc_queue_create_task_request task = { .task_queue_id = "tests/uploads",
		.created = now,
		.deadline = deadline,
		.expires = w->expires,
		.metadata = { "uploads", "uploads", "me@localhost", "https://localhost" } };
	struct tc_queue_task_claim_request worker = { "tests", "uploads" };

	tc_slugid_nice(w->task_id);
	assert_ok(tc_from_now("", NULL, now, &w->err), &w->err);
	assert_ok(tc_from_now("1 hour", NULL, deadline, &w->err), &w->err);
	assert_ok(tc_from_now("2 days", NULL, w->expires, &w->err), &w->err);
	assert_ok(tc_json_read("{}", 2, 0, &task.payload, &w->err), &w->err);
	assert_ok(tc_queue_create_task(w->client, w->task_id, &task, NULL, &w->err), &w->err);
	assert_ok(tc_queue_claim_task(w->client, w->task_id, "0", &worker, NULL, &w->err), &w->err);
	tc_release(task.payload);
}

static void end_world(struct world *w)
{
	tc_client_free(w->client);
	tc_error_clear(&w->err);
	tc_test_server_stop(w->server);
}

/* What a reader gets, by its final URL. */
static tc_response *get(struct world *w, const char *url, bool encoded)
{
	tc_response *response = NULL;
	tc_call *call = tc_transfer_new(w->client, "GET", url, NULL, &w->err);

	assert_non_null(call);
	assert_ok(tc_call_header(call, "Accept-Encoding", encoded ? "gzip" : "identity", &w->err),
		&w->err);
	assert_ok(tc_call_perform(call, &response, &w->err), &w->err);
	tc_call_free(call);
	return response;
}

static tc_response *get_artifact(struct world *w, const char *name)
{
	tc_response *found = NULL;
	tc_call *call = tc_queue_get_artifact_call(w->client, w->task_id, "0", name, &w->err);

	assert_ok(tc_call_perform(call, &found, &w->err), &w->err);
	tc_response *response = get(w, tc_response_location(found), true);
	tc_release(found);
	tc_call_free(call);
	return response;
}

static void assert_pattern(tc_response *response, size_t expected)
{
	size_t length = 0;
	const char *body = tc_response_body(response, &length);

	assert_int_equal(length, expected);
	pattern_check(body, length);
	tc_release(response);
}

/* Each kind of source, both faces, as s3 with and without gzip and as an object. */
static void what_was_uploaded_is_read(void **state)
{
	static const size_t lengths[] = { 0, 8191, 8192, 8193, 300000 };
	struct world *w = *state;

	for (size_t i = 0; i < 3 * KINDS; i++) {
		size_t way = i / KINDS, length = lengths[i % 5];
		enum kind kind = i % KINDS;
		char name[60];
		struct given given;
		if (kind == PIPE_SLOW)
			length /= 10;
		snprintf(name, sizeof name, "public/%zu%s", i, i % 2 ? ".log" : "/a b?c#d%.bin");
		struct upload upload = upload_of(name, NULL);
		given_open(&given, kind, length);
		given_to(&given, &upload);
		upload.task_id = w->task_id;
		upload.options.storage = way == 2 ? TC_STORAGE_OBJECT : TC_STORAGE_S3;
		upload.options.encoding = way == 1 ? TC_ENCODING_IDENTITY : TC_ENCODING_DEFAULT;
		assert_ok(upload_do(&upload, face_of(i % 2), w->client, &w->err), &w->err);
		tc_response *response = get_artifact(w, name);
		const char *encoding = tc_response_header(response, "content-encoding");
		assert_int_equal(encoding != NULL && strcmp(encoding, "gzip") == 0,
			way == 0 || (tc_rig() && encoding));
		if (way < 2)
			assert_string_equal(tc_response_header(response, "content-type"),
				upload.result.content_type);
		assert_int_equal(upload.result.length, length);
		assert_pattern(response, length);
		given_close(&given);
	}
}

static void objects_are_read_by_name(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 4; i++) {
		struct given given;
		struct upload upload =
			upload_object_of(i % 2 ? "tests/large" : "tests/small", NULL);
		char name[60], sha256[65], sha512[129];
		size_t length = i % 2 ? 50000 : 5000;
		struct tc_object_download_object_request request = {
			.accept_download_methods = { .simple = { true, true } }
		};
		struct tc_object_download_object_response *found = NULL;
		snprintf(name, sizeof name, "%s/%d", upload.name, i);
		upload.name = name;
		upload.options.expires = w->expires;
		given_open(&given, FUNCTION_UNKNOWN, length);
		given_to(&given, &upload);
		assert_ok(upload_do(&upload, face_of(i / 2), w->client, &w->err), &w->err);
		pattern_hashes(length, sha256, sha512);
		assert_string_equal(upload.result.sha256, sha256);
		assert_ok(tc_object_start_download(w->client, name, &request, &found, &w->err),
			&w->err);
		assert_int_equal(found->tag, TC_OBJECT_DOWNLOAD_OBJECT_RESPONSE_SIMPLE);
		assert_pattern(get(w, found->simple.url, false), length);
		tc_release(found);
		given_close(&given);
	}
}

/* The same upload again is fine, as after a failure; not of an object artifact. */
static void an_upload_can_be_repeated(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 4; i++) {
		struct given given;
		struct upload upload = upload_of(i / 2 ? "public/twice-o" : "public/twice", NULL);
		given_open(&given, MEMORY, 9000);
		given_to(&given, &upload);
		upload.task_id = w->task_id;
		upload.options.storage = i / 2 ? TC_STORAGE_OBJECT : TC_STORAGE_S3;
		int rc = upload_do(&upload, face_of(i % 2), w->client, &w->err);
		if (i == 3)
			assert_failure(
				&w->err, TC_ERROR_HTTP, "when the artifact is there already");
		else
			assert_ok(rc, &w->err);
		given_close(&given);
	}
	assert_pattern(get_artifact(w, "public/twice"), 9000);
}

static void other_artifacts_are_there(void **state)
{
	struct world *w = *state;
	struct tc_artifact artifact = { .task_id = w->task_id, .run_id = "0" };
	struct tc_queue_list_artifacts_response *list = NULL;
	size_t found = 0;

	for (enum face face = 0; face < FACES; face++) {
		struct tc_create_options options = TC_CREATE_OPTIONS_INIT;
		options.reason = "file-missing-on-worker";
		options.message = "no such file";
		artifact.name = face ? "public/e1" : "public/e0";
		assert_ok(create_do(face, w->client, &artifact, &options, &w->err), &w->err);
		options.reason = options.message = NULL;
		options.link = "public/twice";
		artifact.name = face ? "public/l1" : "public/l0";
		assert_ok(create_do(face, w->client, &artifact, &options, &w->err), &w->err);
		options.link = NULL;
		options.url = "https://x.example.com/";
		artifact.name = face ? "public/r1" : "public/r0";
		assert_ok(create_do(face, w->client, &artifact, &options, &w->err), &w->err);
		options.url = "https://x.example.com/other"; /* may be made again */
		assert_ok(create_do(face, w->client, &artifact, &options, &w->err), &w->err);
	}
	assert_ok(
		tc_queue_list_artifacts(w->client, w->task_id, "0", NULL, &list, &w->err), &w->err);
	for (size_t i = 0; i < list->artifacts_count; i++) {
		assert_string_equal(list->artifacts[i].expires, w->expires); /* the task's */
		found += strchr("elr", list->artifacts[i].name[7]) &&
			list->artifacts[i].name[9] == '\0';
	}
	assert_int_equal(found, 6);
	tc_release(list);
	assert_pattern(get_artifact(w, "public/l1"), 9000);
}

static int open_world(void **state)
{
	static const char *const none[] = { NULL };
	static struct world world;

	begin_world(&world, none);
	make_task(&world);
	*state = &world;
	return 0;
}

static int close_world(void **state)
{
	end_world(*state);
	return 0;
}

/* ---- servers that fail now and then ---- */

static void faults_are_survived(void **state)
{
	static const char *const faults[] = { "status=503:rate=0.3",
		"truncate:rate=0.3:only=object", "lost-reply:rate=0.3:only=object",
		"close-early:rate=0.3", "html-error=502:rate=0.3:only=object",
		"status=500:rate=0.3:only=queue.finishArtifact",
		"lost-reply:rate=0.4:only=queue.status" };

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		const char *const arguments[] = { "--faults", "--fault", faults[i], NULL };
		struct world w;
		size_t good = 0;
		begin_world(&w, arguments);
		make_task(&w);
		for (int n = 0; n < 10; n++) {
			char name[40];
			struct given given;
			snprintf(name, sizeof name, "public/%d", n);
			struct upload upload = upload_of(name, NULL);
			given_open(&given, n % 3 ? MEMORY : FUNCTION_ONCE, n % 2 ? 30000 : 3000);
			given_to(&given, &upload);
			upload.task_id = w.task_id;
			upload.options.storage = n % 2 ? TC_STORAGE_OBJECT : TC_STORAGE_S3;
			int rc = upload_do(&upload, face_of(n / 2 % 2), w.client, &w.err);
			if (rc == TC_OK)
				assert_pattern(get_artifact(&w, name), n % 2 ? 30000 : 3000);
			else /* what must not be done twice may have been done */
				assert_non_null(strstr(tc_error_text(&w.err), ": createArtifact "));
			good += rc == TC_OK;
			tc_error_clear(&w.err);
			given_close(&given);
		}
		assert_int_in_range(good, 5, 10);
		end_world(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_uploaded_is_read),
		cmocka_unit_test(objects_are_read_by_name),
		cmocka_unit_test(an_upload_can_be_repeated),
		cmocka_unit_test(other_artifacts_are_there),
		cmocka_unit_test(faults_are_survived),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
