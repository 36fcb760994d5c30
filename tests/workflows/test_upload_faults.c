/* SPDX-License-Identifier: MPL-2.0 */
/* Uploads, request by request: queue, object service and storage are played by a responder, which
 * answers well, or by a script. */
#define _GNU_SOURCE /* strcasestr */
#include "tests/workflows/uploads.h"

#include "tests/harness/folder.h"
#include "tests/harness/raw.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LENGTH 100000

static struct stage stage;
static tc_error err;

/* Requests by their lines, in this order and no others. */
static void assert_requests(const char *const *parts)
{
	size_t count = 0;

	for (; parts[count]; count++)
		if (count >= stage.count || !strstr(stage.seen[count].line, parts[count]))
			fail_msg("request %zu should be %s, and is %s", count, parts[count],
				count < stage.count ? stage.seen[count].line : "absent");
	if (stage.count != count)
		fail_msg("there is a request more: %s", stage.seen[count].line);
}

#define ARTIFACTS "/api/queue/v1/task/" UPLOADS_TASK "/runs/0/artifacts/"
#define ASK "GET /api/queue/v1/task/" UPLOADS_TASK "/status"
#define CREATE "POST " ARTIFACTS
#define FINISH "PUT " ARTIFACTS
#define PUT "PUT /storage/"
#define UPLOAD "PUT /api/object/v1/upload/"
#define DONE "POST /api/object/v1/finish-upload/"

/* Nothing is signed for storage, and the length is told beforehand. */
static void assert_plain_put(const struct seen *put, size_t length)
{
	char text[30];

	assert_non_null(put);
	snprintf(text, sizeof text, "%zu", length);
	assert_string_equal(seen_header(put, "content-length"), text);
	assert_int_equal(put->length, length);
	assert_null(seen_header(put, "transfer-encoding"));
	assert_null(seen_header(put, "authorization"));
	assert_null(seen_header(put, "cookie"));
	assert_null(strcasestr(put->head, "trace-id"));
}

static void assert_result(const struct tc_uploaded *result, size_t length, size_t stored)
{
	char sha256[65], sha512[129];

	pattern_hashes(length, sha256, sha512);
	assert_int_equal(result->length, length);
	assert_int_equal(result->stored_length, stored);
	assert_string_equal(result->sha256, sha256);
	assert_string_equal(result->sha512, sha512);
}

static struct tc_source memory(const char *bytes, size_t length)
{
	struct tc_source source = TC_SOURCE_INIT;

	tc_source_memory(&source, bytes, length);
	return source;
}

/* ---- s3 ---- */

static void an_s3_artifact_is_made_and_put(void **state)
{
	static const char *const requests[] = { ASK, CREATE, PUT, NULL };
	char *bytes = pattern_make(LENGTH);
	struct tc_source source = memory(bytes, LENGTH);

	(void)state;
	for (enum face face = 0; face < FACES; face++) {
		struct upload upload = upload_of("public/a b.log", &source);
		upload.options.encoding = TC_ENCODING_IDENTITY;
		assert_ok(upload_do(&upload, face, stage.client, &err), &err);
		assert_requests(requests);
		const struct seen *made = stage_seen(&stage, CREATE "public%2Fa%20b.log", 0);
		seen_has(made, "/storageType", "s3");
		seen_has(made, "/contentType", "text/plain; charset=utf-8");
		seen_has(made, "/expires", UPLOADS_EXPIRES);
		assert_non_null(strstr(made->body, "\"contentLength\":100000"));
		assert_non_null(strstr(seen_header(made, "authorization"), "id=\"me\""));
		const struct seen *put = stage_seen(&stage, PUT, 0);
		assert_plain_put(put, LENGTH);
		pattern_check(put->body, LENGTH);
		assert_string_equal(seen_header(put, "content-type"), "text/plain; charset=utf-8");
		assert_null(seen_header(put, "content-encoding"));
		assert_result(&upload.result, LENGTH, LENGTH);
		assert_string_equal(upload.result.content_type, "text/plain; charset=utf-8");
		assert_false(upload.result.gzip);
		assert_false(upload.result.is_private);
		stage_clear(&stage);
	}
	free(bytes);
}

static void gzip_is_what_it_was(void **state)
{
	static const size_t lengths[] = { 0, 1, LENGTH, 3000000 };
	static const enum tc_encoding encodings[] = { TC_ENCODING_DEFAULT, TC_ENCODING_GZIP };

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		size_t length = lengths[i / 2];
		char text[60], *bytes = pattern_make(length);
		struct tc_source source = memory(bytes, length);
		struct upload upload = upload_of(i % 2 ? "private/x.zip" : "private/x", &source);
		upload.options.encoding = encodings[i % 2];
		upload.options.expires = "2030-05-05T00:00:00.000Z";
		assert_ok(upload_do(&upload, i / 2 % 2 ? ON_LOOP : BLOCKING, stage.client, &err),
			&err);
		const struct seen *made = stage_seen(&stage, CREATE, 0);
		assert_null(stage_seen(&stage, ASK, 0));
		snprintf(text, sizeof text, "\"contentLength\":%zu", length);
		assert_non_null(strstr(made->body, text));
		seen_has(made, "/expires", upload.options.expires);
		const struct seen *put = stage_seen(&stage, PUT, 0);
		assert_string_equal(seen_header(put, "content-encoding"), "gzip");
		assert_plain_put(put, (size_t)upload.result.stored_length);
		gzip_check(put->body, put->length, length);
		assert_result(&upload.result, length, put->length);
		assert_true(upload.result.gzip);
		assert_true(upload.result.is_private);
		free(bytes);
		stage_clear(&stage);
	}
}

/* One length and more than a read of a pipe, from each source, through a temporary file and not. */
static void each_source_is_read_whole(void **state)
{
	static const size_t lengths[] = { 0, 40000, 700000 };

	(void)state;
	for (size_t i = 0; i < 3 * 2 * KINDS; i++) {
		enum kind kind = i % KINDS;
		size_t length =
			kind == PIPE_SLOW ? lengths[i / KINDS % 3] / 10 : lengths[i / KINDS % 3];
		struct upload upload = upload_of("public/x", NULL);
		struct given given;
		upload.options.encoding = i / KINDS / 3 ? TC_ENCODING_GZIP : TC_ENCODING_IDENTITY;
		given_open(&given, kind, length);
		given_to(&given, &upload);
		int rc = upload_do(&upload, i % 2 ? ON_LOOP : BLOCKING, stage.client, &err);
		if (rc != TC_OK)
			fail_msg("kind %d, %zu bytes: %s", (int)kind, length, tc_error_text(&err));
		const struct seen *put = stage_seen(&stage, PUT, 0);
		assert_plain_put(put, (size_t)upload.result.stored_length);
		if (upload.result.gzip)
			gzip_check(put->body, put->length, length);
		else
			pattern_check(put->body, length);
		assert_result(&upload.result, length, put->length);
		if (given.fd >= 0 && !given.is_pipe) /* read at offsets: it stands where it stood */
			assert_int_equal(lseek(given.fd, 0, SEEK_CUR), 0);
		given_close(&given);
		stage_clear(&stage);
	}
}

static void a_source_that_was_only_begun_is_empty(void **state)
{
	struct tc_source source = TC_SOURCE_INIT;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct upload upload =
			i / 2 ? upload_object_of("o", &source) : upload_of("public/x.zip", &source);
		assert_ok(upload_do(&upload, face_of(i % 2), stage.client, &err), &err);
		assert_result(&upload.result, 0, 0);
		stage_clear(&stage);
	}
}

/* Its size is only known when it is read. */
static void a_file_of_the_kernel_is_read(void **state)
{
	static char text[10000];
	FILE *file = fopen("/proc/self/limits", "r");

	(void)state;
	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = 0;
	fclose(file);
	for (int i = 0; i < 6; i++) {
		struct tc_source source = TC_SOURCE_INIT;
		struct upload upload =
			i / 2 == 1 ? upload_object_of("o", NULL) : upload_of("x", NULL);
		upload.options.encoding = TC_ENCODING_IDENTITY;
		upload.options.path = "/proc/self/limits";
		if (i / 2 == 2) {
			source.fd = open(upload.options.path, O_RDONLY | O_CLOEXEC);
			source.length = -1; /* at its offset */
			upload.from = &source;
			upload.options.path = NULL;
		}
		assert_ok(upload_do(&upload, face_of(i % 2), stage.client, &err), &err);
		assert_int_equal(upload.result.length, strlen(text));
		if (i / 2 != 1)
			assert_string_equal(stage_seen(&stage, PUT, 0)->body, text);
		if (source.fd)
			close(source.fd);
		stage_clear(&stage);
	}
}

/* ---- objects ---- */

static void an_object_artifact_goes_its_way(void **state)
{
	static const char *const requests[] = { CREATE, UPLOAD, PUT, DONE, FINISH, NULL };
	char sha256[65], sha512[129], *bytes = pattern_make(LENGTH);
	struct tc_source source = memory(bytes, LENGTH);

	(void)state;
	pattern_hashes(LENGTH, sha256, sha512);
	stage.put_headers = "\"Content-Type\":\"text/x-theirs; a=\\\"b\\\"\",\"x-amz-acl\":\"\","
			    "\"X-Odd\":\"a  b\"";
	for (enum face face = 0; face < FACES; face++) {
		struct upload upload = upload_of("private/x.json", &source);
		upload.options.storage = TC_STORAGE_OBJECT;
		upload.options.expires = UPLOADS_EXPIRES;
		assert_ok(upload_do(&upload, face, stage.client, &err), &err);
		assert_requests(requests);
		const struct seen *made = stage_seen(&stage, CREATE, 0);
		seen_has(made, "/storageType", "object");
		seen_has(made, "/contentType", "application/json");
		seen_has(made, "/contentLength", NULL);
		const struct seen *begun = stage_seen(&stage, UPLOAD "t%2Fone%2F0%2Fa%20b", 0);
		seen_has(begun, "/uploadId", UPLOADS_ID);
		seen_has(begun, "/projectId", "proj");
		seen_has(begun, "/expires", "2029-01-01T00:00:00.000Z"); /* the queue's */
		seen_has(begun, "/proposedUploadMethods/putUrl/contentType", "application/json");
		seen_has(begun, "/proposedUploadMethods/dataInline", NULL);
		assert_non_null(
			strstr(seen_header(begun, "authorization"), "id=\"upload-of-one\""));
		const struct seen *put = stage_seen(&stage, PUT, 0);
		assert_plain_put(put, LENGTH);
		pattern_check(put->body, LENGTH);
		assert_string_equal(seen_header(put, "content-type"), "text/x-theirs; a=\"b\"");
		assert_string_equal(seen_header(put, "x-amz-acl"), "");
		assert_string_equal(seen_header(put, "x-odd"), "a  b");
		const struct seen *done = stage_seen(&stage, DONE "t%2Fone%2F0%2Fa%20b", 0);
		seen_has(done, "/uploadId", UPLOADS_ID);
		seen_has(done, "/projectId", "proj");
		seen_has(done, "/hashes/sha256", sha256);
		seen_has(done, "/hashes/sha512", sha512);
		assert_non_null(strstr(seen_header(done, "authorization"), "id=\"upload-of-one\""));
		const struct seen *end = stage_seen(&stage, FINISH "private%2Fx.json", 0);
		seen_has(end, "/uploadId", UPLOADS_ID);
		assert_non_null(strstr(seen_header(end, "authorization"), "id=\"me\""));
		assert_result(&upload.result, LENGTH, LENGTH);
		assert_false(upload.result.gzip);
		assert_true(upload.result.is_private);
		stage_clear(&stage);
	}
	stage.put_headers = NULL;
	free(bytes);
}

/* Under 8 KiB inside the request, if the service likes that. */
static void small_objects_go_inside(void **state)
{
	static const size_t lengths[] = { 0, 1, 8191, 8192, 8193 };

	(void)state;
	for (size_t i = 0; i < 5 * KINDS; i++) {
		size_t length = lengths[i / KINDS];
		enum kind kind = i % KINDS;
		struct upload upload = upload_object_of("a/b", NULL);
		struct given given;
		given_open(&given, kind, length);
		given_to(&given, &upload);
		assert_ok(upload_do(&upload, face_of(i % 2), stage.client, &err), &err);
		assert_result(&upload.result, length, length);
		const struct seen *begun = stage_seen(&stage, UPLOAD "a%2Fb", 0);
		seen_has(begun, "/projectId", "mine");
		assert_non_null(strstr(seen_header(begun, "authorization"), "id=\"me\""));
		assert_non_null(strstr(begun->body, "\"putUrl\""));
		assert_int_equal(strstr(begun->body, "dataInline") != NULL, length < 8192);
		assert_int_equal(stage_count(&stage, PUT), length >= 8192);
		if (length >= 8192)
			pattern_check(stage_seen(&stage, PUT, 0)->body, length);
		assert_int_equal(stage_count(&stage, DONE), 1);
		assert_int_equal(stage_count(&stage, "queue"), 0);
		given_close(&given);
		stage_clear(&stage);
	}
}

#define THEIR_PUT \
	"{\"projectId\":\"mine\",\"uploadId\":\"" UPLOADS_ID "\",\"expires\":\"" UPLOADS_EXPIRES \
	"\",\"uploadMethod\":{%s}}"

/* A service may refuse what is inside, and may take nothing at all. */
static void the_service_chooses(void **state)
{
	char place[600], method[300], none[300];
	struct tc_source source = memory("abc", 3);
	struct upload upload = upload_object_of("o", &source);

	(void)state;
	snprintf(method, sizeof method,
		"\"putUrl\":{\"url\":\"%s/storage/9\",\"expires\":\"" UPLOADS_EXPIRES
		"\",\"headers\":{}}",
		tc_responder_url(stage.responder));
	snprintf(place, sizeof place, THEIR_PUT, method);
	snprintf(none, sizeof none, THEIR_PUT, "");
	for (enum face face = 0; face < FACES; face++) {
		stage.rules[0] = (struct rule){ UPLOAD, .status = 200, .body = place };
		assert_ok(upload_do(&upload, face, stage.client, &err), &err);
		assert_string_equal(stage_seen(&stage, PUT, 0)->body, "abc");
		assert_int_equal(upload.result.length, 3);
		stage_clear(&stage);
		stage.rules[0] = (struct rule){ UPLOAD, .status = 200, .body = none };
		upload_do(&upload, face, stage.client, &err);
		assert_failure(&err, TC_ERROR_REPLY, "object o: object.createUpload: ");
		assert_int_equal(stage_count(&stage, DONE), 0);
		stage_clear(&stage);
	}
}

/* The task's proxy would sign the object's calls as the task. */
static void objects_are_not_uploaded_through_the_proxy(void **state)
{
	static struct stage proxy;
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_source source = memory("abc", 3);

	(void)state;
	stage_begin(&proxy, NULL);
	options.root_url = tc_responder_url(stage.responder);
	options.proxy_url = tc_responder_url(proxy.responder);
	tc_client *client = tc_client_new(&options, &err);
	assert_non_null(client);
	for (enum face face = 0; face < FACES; face++) {
		struct upload upload = upload_of("public/x", &source);
		upload.options.storage = TC_STORAGE_OBJECT;
		assert_ok(upload_do(&upload, face, client, &err), &err);
		assert_int_equal(stage_count(&proxy, "/api/queue/v1/"), 3);
		assert_int_equal(proxy.count, 3);
		assert_int_equal(stage_count(&stage, "/api/object/v1/"), 2);
		assert_int_equal(stage.count, 2);
		for (size_t i = 0; i < 2; i++)
			assert_non_null(strstr(seen_header(&stage.seen[i], "authorization"),
				"id=\"upload-of-one\""));
		for (size_t i = 0; i < 3; i++)
			assert_null(seen_header(&proxy.seen[i], "authorization"));
		stage_clear(&stage);
		stage_clear(&proxy);
	}
	tc_client_free(client);
	stage_end(&proxy);
}

/* ---- other artifacts ---- */

static void artifacts_without_bytes(void **state)
{
	const struct tc_artifact artifact = {
		.task_id = UPLOADS_TASK, .run_id = "0", .name = "public/x.png"
	};

	(void)state;
	for (enum face face = 0; face < FACES; face++) {
		struct tc_create_options options = TC_CREATE_OPTIONS_INIT;
		options.url = "https://x.example.com/a?b";
		assert_ok(create_do(face, stage.client, &artifact, &options, &err), &err);
		seen_has(stage_seen(&stage, CREATE, 0), "/storageType", "reference");
		seen_has(stage_seen(&stage, CREATE, 0), "/url", options.url);
		seen_has(stage_seen(&stage, CREATE, 0), "/contentType", "image/png");
		seen_has(stage_seen(&stage, CREATE, 0), "/expires", UPLOADS_EXPIRES);
		options.url = NULL;
		options.link = "public/y";
		options.content_type = "a/b";
		options.expires = "2030-05-05T00:00:00.000Z";
		assert_ok(create_do(face, stage.client, &artifact, &options, &err), &err);
		seen_has(stage_seen(&stage, CREATE, 1), "/storageType", "link");
		seen_has(stage_seen(&stage, CREATE, 1), "/artifact", "public/y");
		seen_has(stage_seen(&stage, CREATE, 1), "/contentType", "a/b");
		seen_has(stage_seen(&stage, CREATE, 1), "/expires", options.expires);
		options.link = NULL;
		options.reason = "file-missing-on-worker";
		options.message = "no such file";
		assert_ok(create_do(face, stage.client, &artifact, &options, &err), &err);
		seen_has(stage_seen(&stage, CREATE, 2), "/storageType", "error");
		seen_has(stage_seen(&stage, CREATE, 2), "/reason", options.reason);
		seen_has(stage_seen(&stage, CREATE, 2), "/message", options.message);
		seen_has(stage_seen(&stage, CREATE, 2), "/contentType", NULL);
		assert_int_equal(stage_count(&stage, ASK), 1);
		stage_clear(&stage);
	}
}

/* At a character's end. */
static void long_messages_are_cut(void **state)
{
	const struct tc_artifact artifact = { .task_id = UPLOADS_TASK, .run_id = "0", .name = "x" };
	static char message[9001], cut[5000];

	(void)state;
	for (size_t shift = 0; shift < 5; shift++) {
		struct tc_create_options options = TC_CREATE_OPTIONS_INIT;
		memset(message, 'a', 4093 + shift);
		for (size_t at = 4093 + shift; at + 4 < 9000; at += 4)
			strcpy(message + at, "\xf0\x9f\x98\x80");
		options.reason = "file-missing-on-worker";
		options.message = message;
		options.expires = UPLOADS_EXPIRES;
		assert_ok(create_do(face_of(shift % 2), stage.client, &artifact, &options, &err),
			&err);
		size_t length = shift == 4 ? 4096 : 4093 + shift;
		snprintf(cut, sizeof cut, "%.*s", (int)length, message);
		if (shift == 3)
			cut[4096] = '\0';
		seen_has(stage_seen(&stage, CREATE, 0), "/message", cut);
		stage_clear(&stage);
	}
}

static void creating_is_refused(void **state)
{
	struct tc_artifact artifact = { .task_id = UPLOADS_TASK, .run_id = "0", .name = "x" };
	struct tc_create_options options = TC_CREATE_OPTIONS_INIT;

	(void)state;
	create_do(face_of(0), stage.client, &artifact, &options, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "exactly one of options.url, link and reason");
	options.url = "https://x.example.com/";
	options.link = "y";
	create_do(face_of(1), stage.client, &artifact, &options, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "exactly one of options.url, link and reason");
	options.link = NULL;
	options.deadline_ms = -1;
	create_do(face_of(0), stage.client, &artifact, &options, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "deadline_ms is -1");
	options.deadline_ms = 0;
	artifact.index = "a.b";
	create_do(face_of(0), stage.client, &artifact, &options, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "artifact->index is set");
	artifact.index = NULL;
	artifact.name = "";
	create_do(face_of(1), stage.client, &artifact, &options, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "name is empty");
	artifact.name = "x";
	options.url = NULL;
	options.reason = "file-missing-on-worker";
	options.content_type = "a\n";
	create_do(face_of(1), stage.client, &artifact, &options, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "content_type has a byte 0x0a at 1");
	options.content_type = NULL;
	create_do(face_of(1), stage.client, &artifact, &options, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "options.message is NULL");
	options.message = "a";
	stage.rules[0] = (struct rule){ CREATE, .status = 403,
		.body = "{\"code\":\"InsufficientScopes\",\"message\":\"no\"}" };
	options.expires = UPLOADS_EXPIRES;
	create_do(face_of(1), stage.client, &artifact, &options, &err);
	assert_failure(&err, TC_ERROR_HTTP,
		"artifact x of task " UPLOADS_TASK ", run 0: queue.createArtifact: 403 "
		"InsufficientScopes");
	stage_clear(&stage);
}

/* ---- what passes ---- */

#define ENDED \
	"<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired" \
	"</Message></Error>"
#define IDLE \
	"<Error><Code>RequestTimeout</Code><Message>Your socket connection to the server was not " \
	"read from or written to within the timeout period.</Message></Error>"

/* The same request again, and all bytes from the first on. */
static void assert_renewed(const char *request, size_t times, size_t plain, bool gzip)
{
	assert_int_equal(stage_count(&stage, request), times);
	assert_int_equal(stage_count(&stage, PUT), times);
	for (size_t i = 0; i < times; i++) {
		char line[40];
		assert_string_equal(
			stage_seen(&stage, request, i)->body, stage_seen(&stage, request, 0)->body);
		const struct seen *put = stage_seen(&stage, PUT, i);
		snprintf(line, sizeof line, PUT "%d?", stage.urls - (int)(times - i));
		assert_non_null(strstr(put->line, line));
		if (gzip)
			gzip_check(put->body, put->length, plain);
		else
			pattern_check(put->body, plain);
		assert_plain_put(put, gzip ? put->length : plain);
	}
}

static void urls_that_have_ended_are_renewed(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3 * KINDS; i++) {
		enum kind kind = i % KINDS;
		struct upload upload = upload_of("public/x", NULL);
		struct given given;
		bool object = i / KINDS == 2, gzip = i / KINDS == 1;
		given_open(&given, kind, 20000);
		given_to(&given, &upload);
		upload.options.storage = object ? TC_STORAGE_OBJECT : TC_STORAGE_S3;
		upload.options.encoding = gzip ? TC_ENCODING_GZIP : TC_ENCODING_IDENTITY;
		stage.rules[0] = (struct rule){ PUT, .status = 403, .body = ENDED, .times = 3 };
		assert_ok(upload_do(&upload, face_of(i % 2), stage.client, &err), &err);
		assert_renewed(object ? UPLOAD : CREATE, 4, 20000, gzip);
		if (object)
			assert_int_equal(stage_count(&stage, CREATE), 1);
		assert_result(&upload.result, 20000, stage_seen(&stage, PUT, 3)->length);
		given_close(&given);
		stage_clear(&stage);
	}
}

static void what_storage_refuses_is_told_in_its_words(void **state)
{
	static const struct {
		int status;
		const char *body, *text;
		size_t puts;
	} rows[] = {
		{ 403, ENDED, "transfer.put: 403 AccessDenied: Request has expired", 4 },
		{ 400, "<Error><Code>BadDigest</Code><Message>not these</Message></Error>",
			"transfer.put: 400 BadDigest: not these", 1 },
		{ 400, IDLE, "transfer.put: 400 RequestTimeout: Your socket", 6 },
		{ 503, "busy", "transfer.put: 503", 6 },
		{ 307, "elsewhere", "transfer.put: 307", 1 },
	};
	char *bytes = pattern_make(LENGTH);
	struct tc_source source = memory(bytes, LENGTH);

	(void)state;
	for (size_t i = 0; i < 4 * sizeof rows / sizeof *rows; i++) {
		struct upload upload = upload_of("public/x.zip", &source);
		bool object = i % 4 / 2;
		upload.options.storage = object ? TC_STORAGE_OBJECT : TC_STORAGE_S3;
		stage.rules[0] = (struct rule){ PUT, .status = rows[i / 4].status,
			.body = rows[i / 4].body };
		upload_do(&upload, face_of(i % 2), stage.client, &err);
		assert_int_equal(err.http_status, rows[i / 4].status);
		assert_string_equal(tc_error_body(&err, NULL), rows[i / 4].body);
		assert_int_equal(
			strstr(tc_error_text(&err), "made, but not finished") != NULL, object);
		assert_non_null(strstr(tc_error_text(&err),
			"artifact public/x.zip of task " UPLOADS_TASK ", run 0: "));
		assert_failure(&err, TC_ERROR_HTTP, rows[i / 4].text);
		assert_int_equal(stage_count(&stage, PUT), rows[i / 4].puts);
		stage_clear(&stage);
	}
	free(bytes);
}

static void idle_connections_are_followed_by_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * KINDS; i++) {
		struct upload upload = upload_of("public/x.zip", NULL);
		struct given given;
		given_open(&given, i % KINDS, 20000);
		given_to(&given, &upload);
		upload.options.encoding = TC_ENCODING_IDENTITY;
		stage.rules[0] = (struct rule){ PUT, .status = 400, .body = IDLE, .times = 4 };
		assert_ok(upload_do(&upload, face_of(i / KINDS), stage.client, &err), &err);
		assert_renewed(CREATE, 5, 20000, false);
		given_close(&given);
		stage_clear(&stage);
	}
}

static void what_breaks_is_repeated(void **state)
{
	static const char *const parts[] = { ASK, CREATE, PUT, UPLOAD, DONE, FINISH };

	(void)state;
	for (size_t i = 0; i < 6 * 4; i++) {
		struct upload upload = upload_of("public/x", NULL);
		struct given given;
		const char *part = parts[i / 4];
		bool object = i / 4 >= 3;
		given_open(&given, i % 2 ? FUNCTION : PIPE_UNKNOWN, 20000);
		given_to(&given, &upload);
		upload.options.storage = object ? TC_STORAGE_OBJECT : TC_STORAGE_S3;
		stage.rules[0] =
			(struct rule){ part, .lost = i % 2, .status = i % 2 ? 0 : 503, .times = 2 };
		assert_ok(upload_do(&upload, face_of(i / 2 % 2), stage.client, &err), &err);
		assert_int_equal(stage_count(&stage, part), 3);
		assert_result(&upload.result, 20000,
			stage_seen(&stage, PUT, stage_count(&stage, PUT) - 1)->length);
		given_close(&given);
		stage_clear(&stage);
	}
}

/* ---- what is lost ---- */

/* A second createArtifact of an object would be refused, and its upload id is in the reply. */
static void a_lost_reply_to_create_artifact_is_told(void **state)
{
	struct tc_source source = memory("abc", 3);

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct upload upload = upload_of("public/x", &source);
		upload.options.storage = TC_STORAGE_OBJECT;
		upload.options.expires = UPLOADS_EXPIRES;
		stage.rules[0] =
			(struct rule){ CREATE, .lost = i / 2 == 0, .status = i / 2 == 1 ? 500 : 0 };
		if (i / 2 == 2)
			stage.rules[0] = (struct rule){ CREATE, .status = 200, .body = "{\"sto" };
		upload_do(&upload, face_of(i % 2), stage.client, &err);
		assert_non_null(strstr(tc_error_text(&err),
			"artifact public/x of task " UPLOADS_TASK ", run 0: "));
		assert_non_null(strstr(tc_error_text(&err),
			i / 2 == 1
				? "createArtifact failed inside the queue"
				: "createArtifact got no usable reply: if the artifact was made, "
				  "its upload id is lost"));
		assert_int_equal(stage_count(&stage, CREATE), 1);
		assert_int_equal(stage.count, 1);
		tc_error_clear(&err);
		stage_clear(&stage);
	}
}

/* Nothing was made when the queue refuses it. */
static void a_refused_artifact_is_not_told_as_lost(void **state)
{
	struct tc_source source = memory("abc", 3);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct upload upload = upload_of("public/x", &source);
		upload.options.storage = TC_STORAGE_OBJECT;
		upload.options.expires = UPLOADS_EXPIRES;
		stage.rules[0] = (struct rule){ CREATE, .status = 403, .body = "{}" };
		upload_do(&upload, face_of(i % 2), stage.client, &err);
		assert_int_equal(err.code, TC_ERROR_HTTP);
		assert_null(strstr(tc_error_text(&err), "lost"));
		assert_null(strstr(tc_error_text(&err), "cannot be made again"));
		tc_error_clear(&err);
		stage_clear(&stage);
	}
}

static int never_go_on(void *data, const struct tc_job_progress *progress)
{
	const enum tc_job_step *step = data;

	return progress->step == *step;
}

/* Whatever fails then. */
static void an_artifact_that_was_begun_is_told(void **state)
{
	static enum tc_job_step sending = TC_JOB_SENDING;
	static const char *const parts[] = { UPLOAD, PUT, DONE, FINISH, "nothing" };
	char *bytes = pattern_make(LENGTH);
	struct tc_source source = memory(bytes, LENGTH);

	(void)state;
	for (size_t i = 0; i < 4 * 5; i++) {
		struct upload upload = upload_of("public/x", &source);
		upload.options.storage = TC_STORAGE_OBJECT;
		if (i / 4 == 4) {
			upload.options.progress = never_go_on;
			upload.options.progress_data = &sending;
		}
		stage.rules[0] = (struct rule){ parts[i / 4], .status = i / 2 % 2 ? 400 : 0,
			.body = "{}", .lost = i / 2 % 2 == 0 };
		assert_int_not_equal(upload_do(&upload, face_of(i % 2), stage.client, &err), TC_OK);
		assert_non_null(strstr(tc_error_text(&err),
			"artifact public/x of task " UPLOADS_TASK
			", run 0: the artifact is made, but not finished, and cannot be made again "
			"in this run: "));
		assert_int_equal(stage_count(&stage, CREATE), 1);
		tc_error_clear(&err);
		stage_clear(&stage);
	}
	free(bytes);
}

static void an_expiry_that_cannot_be_asked_is_told(void **state)
{
	struct tc_source source = memory("abc", 3);

	(void)state;
	for (enum face face = 0; face < FACES; face++) {
		struct upload upload = upload_of("public/x", &source);
		stage.rules[0] = (struct rule){ ASK, .status = 403,
			.body = "{\"code\":\"InsufficientScopes\",\"message\":\"no\"}" };
		upload_do(&upload, face, stage.client, &err);
		assert_non_null(strstr(tc_error_text(&err), "artifact public/x of task "));
		assert_non_null(strstr(tc_error_text(&err), "InsufficientScopes"));
		assert_failure(&err, TC_ERROR_HTTP, "(expires can be given)");
		assert_int_equal(stage.count, 1);
		stage_clear(&stage);
	}
}

/* ---- storage that speaks too early ---- */

#define LARGE ((int64_t)64 << 20)

/* Refuses after the first bytes: reads on, or not. */
static void refuse_early(void *data, int fd, size_t number)
{
	const bool *abrupt = data;
	char head[4096], reply[600];

	(void)number;
	if (!tc_raw_head(fd, head, sizeof head))
		return;
	tc_raw_skip(fd, 10000);
	snprintf(reply, sizeof reply,
		"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
		strlen(ENDED), ENDED);
	tc_raw_say(fd, reply);
	if (!*abrupt)
		tc_raw_skip(fd, LARGE);
}

/* The head of a request and the beginning of its body. */
static bool take_some(int fd)
{
	char head[4096];

	if (!tc_raw_head(fd, head, sizeof head))
		return false;
	tc_raw_skip(fd, 10000);
	return true;
}

/* Says that all is well before it has everything. */
static void hurry(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	if (!take_some(fd))
		return;
	tc_raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

/* Says so in the middle, and some more at the end, which nobody waits for. */
static void hurry_and_talk(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	if (!take_some(fd))
		return;
	tc_raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
	tc_raw_skip(fd, 200000); /* the head was read by then */
	tc_raw_say(fd, "{}, and goodbye");
	shutdown(fd, SHUT_WR);
	tc_raw_skip(fd, LARGE);
}

static void upload_to(const struct tc_raw *raw, enum face face)
{
	struct flow flow = { .length = LARGE };
	struct tc_source source;
	char place[600];

	flow_source(&source, &flow, LARGE, true);
	struct upload upload = upload_of("public/x.zip", &source);
	snprintf(place, sizeof place,
		"{\"storageType\":\"s3\",\"putUrl\":\"%s/?sig=1\",\"expires\":\"" UPLOADS_EXPIRES
		"\",\"contentType\":\"a/b\"}",
		tc_raw_url(raw));
	stage.rules[0] = (struct rule){ CREATE, .status = 200, .body = place };
	upload_do(&upload, face, stage.client, &err);
	stage_clear(&stage);
}

static void a_refusal_on_the_way_is_told(void **state)
{
	static bool abrupt;

	(void)state;
	for (int i = 0; i < 4; i++) {
		abrupt = i / 2;
		struct tc_raw *raw = tc_raw_start(refuse_early, &abrupt);
		upload_to(raw, face_of(i % 2));
		assert_string_equal(tc_error_body(&err, NULL), ENDED);
		assert_failure(&err, TC_ERROR_HTTP, "413 AccessDenied: Request has expired");
		tc_raw_stop(raw);
	}
}

static void a_hasty_success_is_none(void **state)
{
	struct tc_raw *raw = tc_raw_start(hurry, NULL);

	(void)state;
	upload_to(raw, ON_LOOP);
	assert_failure(&err, TC_ERROR_NETWORK, "transfer.put: ");
	tc_raw_stop(raw);
}

static void a_success_in_the_middle_is_none(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct tc_raw *raw = tc_raw_start(hurry_and_talk, NULL);
		upload_to(raw, face_of(i)); /* each attempt takes a second */
		assert_failure(&err, TC_ERROR_NETWORK, "transfer.put: ");
		tc_raw_stop(raw);
	}
}

/* ---- sources that are not what they say ---- */

static void a_source_of_another_length_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS * 12; i++) {
		enum kind kind = i % KINDS;
		int more = i / KINDS % 2 ? 1 : -1;
		bool gzip = i / KINDS / 2 % 3 == 1, object = i / KINDS / 2 % 3 == 2;
		size_t length = i / KINDS / 6 ? 40000 : 5000;
		struct upload upload = upload_of("public/x.zip", NULL);
		struct given given;
		if (kind == MEMORY || kind == PATH || kind == PIPE_UNKNOWN || kind == PIPE_SLOW ||
			kind == FUNCTION_UNKNOWN)
			continue;
		given_open(&given, kind, length);
		given_to(&given, &upload);
		given.source.length -= more;
		upload.options.encoding = gzip ? TC_ENCODING_GZIP : TC_ENCODING_DEFAULT;
		upload.options.storage = object ? TC_STORAGE_OBJECT : TC_STORAGE_S3;
		upload_do(&upload, face_of(i % 2), stage.client, &err);
		if (err.code != TC_ERROR_INPUT)
			fail_msg("kind %d, %zu bytes, %d: %s", kind, length, more,
				tc_error_text(&err));
		assert_int_equal(stage_count(&stage, DONE), 0);
		if (kind_is_spooled(kind) || gzip || (object && length < 8192))
			assert_int_equal(stage_count(&stage, CREATE), 0); /* known before */
		tc_error_clear(&err);
		given_close(&given);
		stage_clear(&stage);
	}
}

/* A file whose end moves when storage begins to read. */
static void move_end(void *data, int fd, size_t number)
{
	const struct given *given = data;
	char head[4096];

	(void)number;
	if (tc_raw_head(fd, head, sizeof head) && ftruncate(given->fd, given->flow.fail_at) == 0)
		tc_raw_skip(fd, LARGE);
}

static void a_file_that_changes_is_refused(void **state)
{
	static const int64_t ends[] = { LARGE - 5000000, LARGE + 1 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct given given;
		char place[600];
		given_open(&given, PATH, 10);
		assert_int_equal(ftruncate(given.fd, LARGE), 0);
		given.flow.fail_at = ends[i / 2];
		struct tc_raw *raw = tc_raw_start(move_end, &given);
		struct upload upload = upload_of("public/x.zip", NULL);
		given_to(&given, &upload);
		snprintf(place, sizeof place,
			"{\"storageType\":\"s3\",\"putUrl\":\"%s/\",\"expires\":\"" UPLOADS_EXPIRES
			"\",\"contentType\":\"a/b\"}",
			tc_raw_url(raw));
		stage.rules[0] = (struct rule){ CREATE, .status = 200, .body = place };
		upload.options.encoding = TC_ENCODING_IDENTITY;
		upload_do(&upload, face_of(i % 2), stage.client, &err);
		assert_failure(&err, TC_ERROR_INPUT,
			i / 2 ? "more than the 67108864 bytes" : "of the 67108864 bytes");
		tc_raw_stop(raw);
		given_close(&given);
		stage_clear(&stage);
	}
}

static void a_source_that_fails_is_told(void **state)
{
	(void)state;
	for (int i = 0; i < 12; i++) {
		struct flow flow = {
			.length = LENGTH, .piece = 1000, .fail_at = i / 6 ? 5000 : 60000
		};
		struct tc_source source;
		struct upload upload = upload_of("public/x.zip", &source);
		flow_source(&source, &flow, i / 6 ? 6000 : LENGTH, i % 2);
		upload.options.encoding = i / 2 % 3 == 1 ? TC_ENCODING_GZIP : TC_ENCODING_DEFAULT;
		upload.options.storage = i / 2 % 3 == 2 ? TC_STORAGE_OBJECT : TC_STORAGE_S3;
		upload_do(&upload, face_of(i % 2), stage.client, &err);
		assert_failure(&err, TC_ERROR_SYSTEM, "the disk is gone");
		assert_int_in_range(stage_count(&stage, PUT), 0, 1);
		assert_int_equal(flow.rewound, 0);
		stage_clear(&stage);
	}
}

static int overflow(void *data, void *bytes, size_t size, size_t *length, tc_error *problem)
{
	(void)data;
	(void)bytes;
	(void)problem;
	*length = size + 1;
	return TC_OK;
}

static int fail_silently(void *data, void *bytes, size_t size, size_t *length, tc_error *problem)
{
	(void)data;
	(void)bytes;
	(void)size;
	(void)length;
	(void)problem;
	return 77; /* no code of ours */
}

static void strange_functions_are_survived(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		struct tc_source source = TC_SOURCE_INIT;
		struct upload upload = upload_of("public/x.zip", &source);
		source.read = i / 4 ? overflow : fail_silently;
		source.length = i / 2 % 2 ? -1 : 10;
		upload_do(&upload, face_of(i % 2), stage.client, &err);
		assert_int_equal(err.code, i / 4 ? TC_ERROR_INPUT : TC_ERROR_CANCELED);
		tc_error_clear(&err);
		stage_clear(&stage);
	}
}

static void a_source_that_cannot_be_used_is_refused(void **state)
{
	int ends[2];
	struct tc_source source = TC_SOURCE_INIT;
	struct upload upload = upload_of("public/x.zip", NULL);

	(void)state;
	upload_do(&upload, BLOCKING, stage.client, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "neither a source nor options.path is given");
	upload.from = &source;
	upload.options.path = "/tmp/x";
	upload_do(&upload, ON_LOOP, stage.client, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "both a source and options.path are given");
	upload.from = NULL;
	upload.options.path = "/tmp";
	upload_do(&upload, ON_LOOP, stage.client, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "/tmp is a folder");
	upload.options.path = "/tmp/there/is/no/such";
	upload_do(&upload, BLOCKING, stage.client, &err);
	assert_failure(&err, TC_ERROR_SYSTEM, "/tmp/there/is/no/such");
	upload.options.path = NULL;
	upload.from = &source;
	source.size = 3;
	upload_do(&upload, BLOCKING, stage.client, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "source: size is not set (it is 3)");
	source = (struct tc_source)TC_SOURCE_INIT;
	tc_source_memory(&source, "abc", 3);
	source.length = -1;
	upload_do(&upload, BLOCKING, stage.client, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "source: length is -1");
	source = (struct tc_source)TC_SOURCE_INIT;
	source.fd = 9999;
	source.length = 5;
	upload_do(&upload, BLOCKING, stage.client, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "descriptor 9999 is not open");
	assert_int_equal(pipe(ends), 0);
	source.fd = ends[0];
	upload_do(&upload, BLOCKING, stage.client, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "set offset to -1");
	close(ends[0]);
	close(ends[1]);
	source.fd = 9999;
	source.offset = -1;
	upload_do(&upload, BLOCKING, stage.client, &err);
	assert_int_not_equal(err.code, TC_OK);
	tc_error_clear(&err);
	source.offset = -2;
	upload_do(&upload, BLOCKING, stage.client, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "source: offset is -2");
	assert_int_equal(stage_count(&stage, CREATE), 0);
}

/* What cannot be sent is refused before anything was made. */
static void options_that_cannot_be_are_refused(void **state)
{
	static const struct {
		const char *type, *text;
		int storage, encoding;
		int64_t deadline_ms;
	} rows[] = {
		{ "a/b\r\nX: y", "content_type has a byte 0x0d at 3", 0, 0, 0 },
		{ "a/\xc3\xa4", "content_type has a byte 0xc3 at 2", 1, 0, 0 },
		{ "", "content_type is empty", 0, 0, 0 },
		{ NULL, "storage is 2", 2, 0, 0 },
		{ NULL, "encoding is 3", 0, 3, 0 },
		{ NULL, "objects are stored as they are", 1, TC_ENCODING_GZIP, 0 },
		{ NULL, "deadline_ms is -1", 0, 0, -1 },
	};
	struct tc_source source = memory("abc", 3);
	char type[258];

	(void)state;
	for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
		struct upload upload = upload_of("public/x", &source);
		upload.options.content_type = rows[i / 2].type;
		upload.options.storage = (enum tc_storage)rows[i / 2].storage;
		upload.options.encoding = (enum tc_encoding)rows[i / 2].encoding;
		upload.options.deadline_ms = rows[i / 2].deadline_ms;
		upload_do(&upload, face_of(i % 2), stage.client, &err);
		assert_failure(&err, TC_ERROR_ARGUMENT, rows[i / 2].text);
	}
	for (size_t length = 255; length <= 256; length++) {
		struct upload upload = upload_of("public/x", &source);
		memset(type, 'a', length);
		type[1] = '/';
		type[length] = '\0';
		upload.options.content_type = type;
		int rc = upload_do(&upload, BLOCKING, stage.client, &err);
		if (length == 255) {
			assert_ok(rc, &err);
			assert_string_equal(upload.result.content_type, type);
			stage_clear(&stage);
		} else {
			assert_failure(&err, TC_ERROR_ARGUMENT, "content_type has 256 characters");
		}
	}
	assert_int_equal(stage.count, 0);
}

static void names_that_cannot_be_are_refused(void **state)
{
	static const char *const rows[][2] = { { "", "name is empty" },
		{ "a\nb", "name has a byte 0x0a at 1" },
		{ "\xc3\xa4", "name has a byte 0xc3 at 0" } };
	struct tc_source source = memory("abc", 3);
	char name[1026];

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct upload upload = i / 3 ? upload_object_of(rows[i % 3][0], &source)
					     : upload_of(rows[i % 3][0], &source);
		upload_do(&upload, face_of(i % 2), stage.client, &err);
		assert_failure(&err, TC_ERROR_ARGUMENT, rows[i % 3][1]);
	}
	memset(name, 'a', 1025);
	name[1025] = '\0';
	struct upload upload = upload_of(name, &source);
	upload_do(&upload, BLOCKING, stage.client, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "name has 1025 characters");
	assert_int_equal(stage.count, 0);
	name[1024] = '\0';
	assert_ok(upload_do(&upload, BLOCKING, stage.client, &err), &err);
}

/* A length among the headers of a putUrl is sent once, and has to be the body's. */
static void a_length_among_the_headers_is_sent_once(void **state)
{
	char *bytes = pattern_make(LENGTH);
	struct tc_source source = memory(bytes, LENGTH);

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct upload upload = upload_object_of("o", &source);
		stage.put_headers = i / 2
			? "\"Content-Length\":\"99999\""
			: "\"content-length\":\"100000\",\"Content-Type\":\"a/b\"";
		int rc = upload_do(&upload, face_of(i % 2), stage.client, &err);
		if (i / 2) {
			assert_int_not_equal(rc, TC_OK);
			assert_int_equal(stage_count(&stage, PUT), 0);
		} else {
			assert_ok(rc, &err);
			const struct seen *put = stage_seen(&stage, PUT, 0);
			assert_plain_put(put, LENGTH);
			const char *first = strcasestr(put->head, "content-length:");
			assert_null(strcasestr(first + 1, "content-length:"));
		}
		tc_error_clear(&err);
		stage_clear(&stage);
	}
	free(bytes);
}

/* ---- the temporary file ---- */

/* Where the process has descriptors of files in a folder. */
static size_t count_open(const char *folder, bool named)
{
	DIR *all = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(all);
	for (struct dirent *entry; (entry = readdir(all)) != NULL;) {
		char path[300], target[600];
		snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
		ssize_t length = readlink(path, target, sizeof target - 1);
		if (length <= 0)
			continue;
		target[length] = '\0';
		bool gone = strstr(target, " (deleted)") != NULL;
		count += strstr(target, folder) != NULL && gone != named;
	}
	closedir(all);
	return count;
}

struct look {
	const struct tc_folder *folder;
	int times;
};

static int look_for_names(void *data, const struct tc_job_progress *progress)
{
	struct look *look = data;

	if (progress->step == TC_JOB_READING) {
		assert_int_equal(tc_folder_count(look->folder), 0);
		assert_int_equal(count_open(look->folder->path, false), 1);
		look->times++;
	}
	return 0;
}

static void the_temporary_file_has_no_name(void **state)
{
	struct tc_folder folder;
	struct look look = { &folder, 0 };
	char *tmpdir = getenv("TMPDIR") ? strdup(getenv("TMPDIR")) : NULL;

	(void)state;
	tc_folder_make(&folder);
	for (int i = 0; i < 4; i++) {
		struct given given;
		struct upload upload = upload_of("public/x", NULL);
		given_open(&given, PIPE_UNKNOWN, 300000);
		given_to(&given, &upload);
		upload.options.folder = i / 2 ? NULL : folder.path;
		upload.options.progress = look_for_names;
		upload.options.progress_data = &look;
		setenv("TMPDIR", i / 2 ? folder.path : "/there/is/none", 1);
		look.times = 0;
		assert_ok(upload_do(&upload, face_of(i % 2), stage.client, &err), &err);
		assert_int_in_range(look.times, 2, 1000);
		assert_int_equal(count_open(folder.path, false), 0);
		given_close(&given);
		stage_clear(&stage);
	}
	if (tmpdir)
		setenv("TMPDIR", tmpdir, 1);
	else
		unsetenv("TMPDIR");
	free(tmpdir);
	tc_folder_remove(&folder);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct tc_source source = memory("abc", 3);
		struct upload upload = upload_of("public/x", &source);
		upload.options.folder = i / 2 ? "/proc" : "/there/is/none";
		upload_do(&upload, face_of(i % 2), stage.client, &err);
		assert_failure(&err, TC_ERROR_SYSTEM,
			i / 2 ? "no temporary file can be made in /proc: "
			      : "no temporary file can be made in /there/is/none: No such file");
		assert_int_equal(stage_count(&stage, CREATE), 0);
		stage_clear(&stage);
	}
}

static void a_full_disk_is_told(void **state)
{
	struct rlimit before, small;
	struct tc_folder folder;
	char text[200];

	(void)state;
	tc_folder_make(&folder);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 20000;
	for (int i = 0; i < 4; i++) {
		struct upload upload = upload_of("public/x", NULL);
		struct given given;
		given_open(&given, i / 2 ? FUNCTION : PIPE_UNKNOWN, 40000000);
		given_to(&given, &upload);
		upload.options.folder = folder.path;
		upload.options.encoding = i / 2 ? TC_ENCODING_GZIP : TC_ENCODING_IDENTITY;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		upload_do(&upload, face_of(i % 2), stage.client, &err);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		snprintf(text, sizeof text,
			"the temporary file in %s cannot be written after 20000 bytes: File too "
			"large",
			folder.path);
		assert_failure(&err, TC_ERROR_SYSTEM, text);
		assert_int_equal(stage_count(&stage, CREATE), 0);
		assert_int_equal(tc_folder_count(&folder), 0);
		given_close(&given);
		stage_clear(&stage);
	}
	tc_folder_remove(&folder);
}

/* ---- progress ---- */

struct told {
	char steps[400]; /* a letter for each change: A, R, S, P */
	int64_t done, total, most;
	size_t calls;
	enum tc_job_step stop_at; /* 0: never */
};

static int take_down(void *data, const struct tc_job_progress *progress)
{
	struct told *told = data;
	char letter = "?ARSTP"[progress->step];
	size_t length = strlen(told->steps);

	assert_string_equal(progress->name, "public/x");
	assert_int_equal(progress->files_total, 1);
	assert_int_equal(progress->begun_at, 0);
	assert_true(progress->total < 0 || progress->done <= progress->total);
	if (!length || told->steps[length - 1] != letter) {
		assert_true(length + 2 < sizeof told->steps);
		told->steps[length] = letter;
	} else {
		assert_true(progress->done >= told->done);
	}
	told->calls++;
	told->done = progress->done;
	told->total = progress->total;
	return progress->step == told->stop_at;
}

static void progress_is_told(void **state)
{
	static const struct {
		bool object, gzip;
		int refused;
		const char *steps;
	} rows[] = {
		{ false, true, 0, "ARAS" },
		{ false, false, 0, "AS" },
		{ true, false, 0, "AS" },
		{ false, false, 1, "ASPAS" },
	};
	char *bytes = pattern_make(3000000);
	struct tc_source source = memory(bytes, 3000000);

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct told told = { 0 };
		struct upload upload = upload_of("public/x", &source);
		upload.options.encoding = rows[i / 2].gzip || rows[i / 2].object
			? TC_ENCODING_DEFAULT
			: TC_ENCODING_IDENTITY;
		upload.options.storage = rows[i / 2].object ? TC_STORAGE_OBJECT : TC_STORAGE_S3;
		upload.options.progress = take_down;
		upload.options.progress_data = &told;
		if (rows[i / 2].refused)
			stage.rules[0] = (struct rule){ PUT, .status = 403, .times = 1 };
		assert_ok(upload_do(&upload, face_of(i % 2), stage.client, &err), &err);
		assert_string_equal(told.steps, rows[i / 2].steps);
		assert_int_equal(told.done, upload.result.stored_length);
		assert_int_equal(told.total, upload.result.stored_length);
		stage_clear(&stage);
	}
	free(bytes);
}

static void progress_ends_it_at_each_step(void **state)
{
	static const enum tc_job_step steps[] = { TC_JOB_ASKING, TC_JOB_READING, TC_JOB_SENDING,
		TC_JOB_PAUSING };
	char *bytes = pattern_make(3000000);
	struct tc_source source = memory(bytes, 3000000);

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct told told = { .stop_at = steps[i / 2] };
		struct upload upload = upload_of("public/x", &source);
		upload.options.progress = take_down;
		upload.options.progress_data = &told;
		stage.rules[0] = (struct rule){ PUT, .status = 403 };
		upload_do(&upload, face_of(i % 2), stage.client, &err);
		assert_failure(&err, TC_ERROR_CANCELED, "progress callback");
		stage_clear(&stage);
	}
	free(bytes);
}

static int open_stage(void **state)
{
	(void)state;
	stage_begin(&stage, NULL);
	return 0;
}

static int close_stage(void **state)
{
	(void)state;
	stage_end(&stage);
	tc_error_clear(&err);
	return 0;
}

static int clear_stage(void **state)
{
	(void)state;
	stage_clear(&stage);
	stage.put_headers = NULL;
	tc_error_clear(&err);
	return 0;
}

#define EACH(test) cmocka_unit_test_teardown(test, clear_stage)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(an_s3_artifact_is_made_and_put),
		EACH(gzip_is_what_it_was),
		EACH(each_source_is_read_whole),
		EACH(a_source_that_was_only_begun_is_empty),
		EACH(a_file_of_the_kernel_is_read),
		EACH(an_object_artifact_goes_its_way),
		EACH(small_objects_go_inside),
		EACH(the_service_chooses),
		EACH(objects_are_not_uploaded_through_the_proxy),
		EACH(artifacts_without_bytes),
		EACH(long_messages_are_cut),
		EACH(creating_is_refused),
		EACH(urls_that_have_ended_are_renewed),
		EACH(what_storage_refuses_is_told_in_its_words),
		EACH(idle_connections_are_followed_by_others),
		EACH(what_breaks_is_repeated),
		EACH(a_lost_reply_to_create_artifact_is_told),
		EACH(a_refused_artifact_is_not_told_as_lost),
		EACH(an_artifact_that_was_begun_is_told),
		EACH(an_expiry_that_cannot_be_asked_is_told),
		EACH(a_refusal_on_the_way_is_told),
		EACH(a_hasty_success_is_none),
		EACH(a_success_in_the_middle_is_none),
		EACH(a_source_of_another_length_is_refused),
		EACH(a_file_that_changes_is_refused),
		EACH(a_source_that_fails_is_told),
		EACH(strange_functions_are_survived),
		EACH(a_source_that_cannot_be_used_is_refused),
		EACH(options_that_cannot_be_are_refused),
		EACH(names_that_cannot_be_are_refused),
		EACH(a_length_among_the_headers_is_sent_once),
		EACH(the_temporary_file_has_no_name),
		EACH(a_folder_that_is_not_there_is_told),
		EACH(a_full_disk_is_told),
		EACH(progress_is_told),
		EACH(progress_ends_it_at_each_step),
	};

	return cmocka_run_group_tests(tests, open_stage, close_stage);
}
