/* SPDX-License-Identifier: MPL-2.0 */
/* Whole uploads while each single allocation fails in turn: what is told as done is done, a failure
 * is clean, and no temporary file is left. */
#include "tests/harness/test.h"

#include "runtime/src/base/error.h"
#include "tests/harness/folder.h"
#include "tests/harness/responder.h"
#include "tests/nomem/failing.h"
#include <stdio.h>
#include <string.h>
#include <taskcluster/artifact_upload.h>

#define TASK "fN1SbArXTPSVFNUvaOlinQ"
#define ID "Y2sVpQSpRc-Bs5rJIiIPTw"
#define EXPIRES "2031-01-01T00:00:00.000Z"
/* printf 0123456789 | sha256sum */
#define SHA256 "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"

static const char text[] = "0123456789";
static char url[100]; /* of the responder, as it was asked */

static const char *say(
	const char *target, const char *method, const char *body, char *reply, size_t size)
{
	bool object = strstr(body, "\"object\"") != NULL;

	if (strstr(target, "/storage"))
		return "";
	if (strstr(target, "/artifacts/") && *method == 'P' && method[1] == 'U')
		return "";
	else if (strstr(target, "/artifacts/") && object)
		snprintf(reply, size,
			"{\"storageType\":\"object\",\"name\":\"o\",\"projectId\":\"p\","
			"\"uploadId\":\"" ID "\",\"expires\":\"" EXPIRES
			"\",\"credentials\":{\"clientId\":\"x\",\"accessToken\":\"their-token\","
			"\"certificate\":\"\"}}");
	else if (strstr(target, "/artifacts/"))
		snprintf(reply, size,
			"{\"storageType\":\"s3\",\"putUrl\":\"%s/"
			"storage?sig=1\",\"expires\":\"" EXPIRES
			"\",\"contentType\":\"text/plain\"}",
			url);
	else if (strstr(target, "/v1/upload/"))
		snprintf(reply, size,
			"{\"projectId\":\"p\",\"uploadId\":\"" ID "\",\"expires\":\"" EXPIRES
			"\",\"uploadMethod\":{\"putUrl\":{\"url\":\"%s/storage?sig=2\",\"expires\":"
			"\"" EXPIRES "\",\"headers\":{\"Content-Type\":\"text/plain\"}}}}",
			url);
	else if (strstr(target, "/status"))
		snprintf(reply, size,
			"{\"status\":{\"taskId\":\"" TASK
			"\",\"provisionerId\":\"p\",\"workerType\":\"w\",\"taskQueueId\":\"p/w\","
			"\"schedulerId\":\"s\",\"projectId\":\"none\",\"taskGroupId\":\"" TASK
			"\",\"deadline\":\"" EXPIRES "\",\"expires\":\"" EXPIRES
			"\",\"retriesLeft\":5,\"state\":\"running\",\"runs\":[]}}");
	else
		snprintf(reply, size, "{}");
	return reply;
}

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	static char said[2000], body[2000];

	(void)data;
	snprintf(body, sizeof body, "%.*s", (int)request->body_length, request->body);
	snprintf(url, sizeof url, "http://%s", tc_responder_header(request, "host"));
	reply->body = say(request->target, request->method, body, said, sizeof said);
	reply->body_length = strlen(reply->body);
	reply->headers = strstr(request->target, "/storage") ? "ETag: \"a\"\r\n"
							     : "Content-Type: application/json\r\n";
	if (!reply->body_length && !strstr(request->target, "/storage"))
		reply->status = 204;
}

struct world {
	struct tc_responder *responder;
	tc_client *client;
	struct tc_folder folder;
	enum tc_storage storage;
	bool by_name;
};

static const struct tc_artifact artifact = { .task_id = TASK, .run_id = "0", .name = "public/x" };

/* Through a temporary file, as it is compressed, or as an object, whose function rewinds not. */
static int upload(void *data, tc_error *err)
{
	const struct world *world = data;
	struct tc_source from = TC_SOURCE_INIT;
	struct tc_upload_options options = TC_UPLOAD_OPTIONS_INIT;
	struct tc_uploaded result;

	tc_source_memory(&from, text, strlen(text));
	options.storage = world->storage;
	options.folder = world->folder.path;
	if (world->by_name) {
		options.project_id = "p";
		options.expires = EXPIRES;
	}
	int rc = world->by_name
		? tc_upload_object(world->client, "o", &from, &options, &result, err)
		: tc_upload_artifact(world->client, &artifact, &from, &options, &result, err);
	assert_int_equal(result.length, rc == TC_OK ? strlen(text) : 0);
	if (rc == TC_OK)
		assert_string_equal(result.sha256, SHA256);
	return rc;
}

static int create(void *data, tc_error *err)
{
	const struct world *world = data;
	struct tc_create_options options = TC_CREATE_OPTIONS_INIT;

	options.link = "public/y";
	return tc_create_artifact(world->client, &artifact, &options, err);
}

struct end {
	int count, code;
};

static void on_uploaded(void *data, const struct tc_uploaded *result, const tc_error *err)
{
	struct end *end = data;

	assert_true(!result != !err);
	end->count++;
	end->code = err ? err->code : TC_OK;
}

static int upload_on_loop(void *data, tc_error *err)
{
	const struct world *world = data;
	struct tc_source from = TC_SOURCE_INIT;
	struct end end = { 0, TC_OK };
	tc_loop *loop = tc_loop_new(NULL, err);
	int rc = loop ? TC_OK : err->code;

	tc_source_memory(&from, text, strlen(text));
	if (rc == TC_OK)
		rc = tc_loop_upload_artifact(
			loop, world->client, &artifact, &from, NULL, on_uploaded, &end, NULL, err);
	bool started = rc == TC_OK;
	if (started)
		rc = tc_loop_run(loop, err);
	tc_loop_free(loop);
	assert_int_equal(end.count, started);
	if (rc == TC_OK && end.code != TC_OK)
		return tc_error_set(err, end.code, "as told by the job");
	return rc;
}

static void each_fails(int (*work)(void *data, tc_error *err), struct world *world)
{
	assert_true(tc_failing_each_with_libraries(work, world) > 5);
	assert_int_equal(tc_folder_count(&world->folder), 0);
}

static void uploads(void **state)
{
	struct world *world = *state;

	world->by_name = false;
	world->storage = TC_STORAGE_S3;
	each_fails(upload, world);
	each_fails(upload_on_loop, world);
	world->storage = TC_STORAGE_OBJECT;
	each_fails(upload, world);
	world->by_name = true;
	each_fails(upload, world);
	each_fails(create, world);
}

static int setup(void **state)
{
	static struct world world;
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	tc_folder_make(&world.folder);
	world.responder = tc_responder_fork(answer, NULL); /* its memory is not ours */
	tc_credentials *me = tc_credentials_new("me", "secret", NULL, &err);
	options.root_url = tc_responder_url(world.responder);
	options.credentials = me;
	options.retry_delay_ms = 1;
	options.timeout_ms = 1000; /* old versions of libcurl can forget a transfer */
	world.client = tc_client_new(&options, &err);
	tc_credentials_free(me);
	assert_ok(err.code, &err);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	tc_client_free(world->client);
	tc_responder_stop(world->responder);
	tc_folder_remove(&world->folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(uploads) };

	return cmocka_run_group_tests(tests, setup, teardown);
}
