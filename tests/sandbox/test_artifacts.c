/* SPDX-License-Identifier: MPL-2.0 */

/* Artifacts of every storage type, and the object service under them. */

#include "tests/harness/test.h"

#include "client.h"
#include "fixture.h"
#include "tools/sandbox/base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/slugid.h>

static char task_id[TC_SLUGID_SIZE];

static const struct quirks bare = { .unsigned_ = true };

static const char *path_of(const char *name)
{
	static char path[400];

	snprintf(path, sizeof path, "/api/queue/v1/task/%s/runs/0/artifacts%s%s", task_id,
		*name ? "/" : "", name);
	return path;
}

static struct reply *create(const char *name, const char *storage, const char *more)
{
	char body[1000];
	char expires[25];

	snprintf(body, sizeof body, "{\"storageType\":\"%s\",\"expires\":\"%s\"%s}", storage,
		date_text(3600, expires), more);
	return ask(server, "POST", path_of(name), body, NULL);
}

static struct reply *get(const char *name)
{
	return ask(server, "GET", path_of(name), NULL, NULL);
}

/* A request to a URL of the server's storage. */
static struct reply *storage(
	const char *method, const char *url, const char *body, const struct quirks *quirks)
{
	static char path[600];

	snprintf(path, sizeof path, "%s", url + strlen(server->root_url));
	return ask(server, method, path, body, quirks ? quirks : &bare);
}

static int set_up(void **state)
{
	char path[200];

	(void)state;
	server = tc_test_server_start(NULL);
	tc_slugid_nice(task_id);
	snprintf(path, sizeof path, "/api/queue/v1/task/%s", task_id);
	if (ask(server, "PUT", path, task_text("\"retries\":0,"), NULL)->status != 200)
		return -1;
	return ask(server, "POST", "/api/queue/v1/claim-work/prov%2Ftype",
		       "{\"workerGroup\":\"g\",\"workerId\":\"w\"}", NULL)
				->status == 200
		? 0
		: -1;
}

static void s3_bytes_come_back(void **state)
{
	static const struct quirks text = { .unsigned_ = true, .type = "text/plain" };
	char put[300];
	char location[300];
	char value[100];

	(void)state;
	struct reply *reply = create("public/log.txt", "s3", ",\"contentType\":\"text/plain\"");
	assert_int_equal(reply->status, 200);
	snprintf(put, sizeof put, "%s", reply_text(reply, "/putUrl"));
	assert_int_equal(storage("PUT", put, "x", NULL)->status, 403); /* another type */
	assert_int_equal(storage("PUT", put, "hello world", &text)->status, 200);
	/* public/ needs no credentials, and a raw slash is fine */
	reply = ask(server, "GET", path_of("public/log.txt"), NULL, &bare);
	assert_int_equal(reply->status, 303);
	assert_string_equal(
		reply_header(reply, "x-taskcluster-artifact-storage-type", value, sizeof value),
		"s3");
	assert_non_null(reply_header(reply, "location", location, sizeof location));
	assert_string_equal(reply_text(reply, "/url"), location);
	reply = storage("GET", location, NULL, NULL);
	assert_string_equal(reply->body, "hello world");
	assert_string_equal(reply_header(reply, "content-type", value, sizeof value), "text/plain");
	assert_int_equal(ask(server, "HEAD", path_of("public/log.txt"), NULL,
				 &(struct quirks){ .unsigned_ = true, .head = true })
				 ->status,
		303);
	/* a PUT URL does not read, and a signature fits one blob */
	assert_int_equal(storage("GET", put, NULL, NULL)->status, 403);
	location[strlen(location) - 1] ^= 1;
	assert_int_equal(storage("GET", location, NULL, NULL)->status, 403);
}

/* What a task made may be a page: of no origin, and for any page to read. */
static void bytes_are_no_page_of_ours(void **state)
{
	static const struct quirks html = { .unsigned_ = true, .type = "text/html" };
	static const struct quirks foreign = { .unsigned_ = true, .origin = "http://evil.example" };
	static const char *const headers[][2] = {
		{ "content-type", "text/html" },
		{ "content-security-policy", "sandbox allow-scripts" },
		{ "x-content-type-options", "nosniff" },
		{ "access-control-allow-origin", "*" },
	};
	char location[300], value[100];

	(void)state;
	struct reply *reply = create("public/page.html", "s3", ",\"contentType\":\"text/html\"");
	snprintf(location, sizeof location, "%s", reply_text(reply, "/putUrl"));
	assert_int_equal(storage("PUT", location, "<script>1</script>", &html)->status, 200);
	snprintf(location, sizeof location, "%s", reply_text(get("public/page.html"), "/url"));
	reply = storage("GET", location, NULL, &foreign);
	assert_int_equal(reply->status, 200);
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		assert_non_null(reply_header(reply, headers[i][0], value, sizeof value));
		assert_string_equal(value, headers[i][1]);
	}
}

static void ranges(void **state)
{
	static const struct {
		const char *header;
		long status;
		const char *body, *content_range;
	} rows[] = {
		{ "Range: bytes=0-3", 206, "0123", "bytes 0-3/10" },
		{ "Range: bytes=7-", 206, "789", "bytes 7-9/10" },
		{ "Range: bytes=-2", 206, "89", "bytes 8-9/10" },
		{ "Range: bytes=5-100", 206, "56789", "bytes 5-9/10" },
		{ "Range: bytes=10-", 416, NULL, "bytes */10" },
		{ "Range: lines=1-2", 200, "0123456789", NULL },
	};
	static const struct quirks text = { .unsigned_ = true, .type = "text/plain" };
	char location[300];
	char value[100];

	(void)state;
	struct reply *reply = create("ranges", "s3", ",\"contentType\":\"text/plain\"");
	snprintf(location, sizeof location, "%s", reply_text(reply, "/putUrl"));
	storage("PUT", location, "0123456789", &text);
	snprintf(location, sizeof location, "%s", reply_text(get("ranges"), "/url"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct quirks quirks = { .unsigned_ = true, .header = rows[i].header };
		reply = storage("GET", location, NULL, &quirks);
		assert_int_equal(reply->status, rows[i].status);
		if (rows[i].body)
			assert_string_equal(reply->body, rows[i].body);
		const char *range = reply_header(reply, "content-range", value, sizeof value);
		if (rows[i].content_range)
			assert_string_equal(range, rows[i].content_range);
		else
			assert_null(range);
	}
}

static void redirects_links_and_errors(void **state)
{
	(void)state;
	assert_int_equal(create("ref", "reference",
				 ",\"contentType\":\"a/b\",\"url\":\"http://example.com/\"")
				 ->status,
		200);
	struct reply *reply = get("ref");
	assert_int_equal(reply->status, 303);
	assert_string_equal(reply_text(reply, "/url"), "http://example.com/");
	assert_int_equal(create("link", "link", ",\"artifact\":\"ref\"")->status, 200);
	assert_string_equal(reply_text(get("link"), "/url"), "http://example.com/");
	create("circle", "link", ",\"artifact\":\"circle\"");
	assert_int_equal(get("circle")->status, 400);
	create("bad", "error", ",\"reason\":\"file-missing-on-worker\",\"message\":\"gone\"");
	reply = get("bad");
	assert_int_equal(reply->status, 424);
	assert_string_equal(reply_text(reply, "/reason"), "file-missing-on-worker");
	assert_string_equal(reply_text(reply, "/message"), "gone");
	assert_string_equal(reply_text(reply, "/code"), "");
	assert_int_equal(get("nothing")->status, 404);
	/* a reference may become a link, and never the other way */
	assert_int_equal(create("ref", "link", ",\"artifact\":\"bad\"")->status, 200);
	assert_int_equal(
		create("ref", "reference", ",\"contentType\":\"a/b\",\"url\":\"http://x/\"")
			->status,
		409);
}

static void creating_again(void **state)
{
	char body[300];
	char expires[25];

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(create("twice", "s3", ",\"contentType\":\"a/b\"")->status, 200);
	assert_int_equal(create("twice", "s3", ",\"contentType\":\"a/c\"")->status, 409);
	snprintf(body, sizeof body,
		"{\"storageType\":\"s3\",\"contentType\":\"a/b\",\"expires\":\"%s\"}",
		date_text(1000, expires));
	assert_int_equal(ask(server, "POST", path_of("twice"), body, NULL)->status, 409);
	snprintf(body, sizeof body,
		"{\"storageType\":\"s3\",\"contentType\":\"a/b\",\"expires\":\"%s\"}",
		date_text(40000000, expires));
	assert_int_equal(ask(server, "POST", path_of("late"), body, NULL)->status, 400);
	assert_int_equal(ask(server, "PUT", path_of("twice"),
				 "{\"uploadId\":\"aaaaaaaaQaCaaaaaaaaaaA\"}", NULL)
				 ->status,
		400);
}

/* What createArtifact says about an object. */
struct upload {
	char name[200], upload_id[30], expires[40], client_id[100], token[100], ext[2000];
};

static void begin_object(const char *name, struct upload *upload)
{
	char certificate[1400];
	struct reply *reply = create(name, "object", ",\"contentType\":\"text/plain\"");

	assert_int_equal(reply->status, 200);
	snprintf(upload->name, sizeof upload->name, "%s", reply_text(reply, "/name"));
	snprintf(upload->upload_id, sizeof upload->upload_id, "%s", reply_text(reply, "/uploadId"));
	snprintf(upload->expires, sizeof upload->expires, "%s", reply_text(reply, "/expires"));
	snprintf(upload->client_id, sizeof upload->client_id, "%s",
		reply_text(reply, "/credentials/clientId"));
	snprintf(upload->token, sizeof upload->token, "%s",
		reply_text(reply, "/credentials/accessToken"));
	snprintf(certificate, sizeof certificate, "{\"certificate\":%s}",
		reply_text(reply, "/credentials/certificate"));
	digest_base64(certificate, strlen(certificate), upload->ext);
}

static struct reply *call_object(
	const struct upload *upload, const char *method, const char *function, const char *members)
{
	struct quirks quirks = {
		.id = upload->client_id, .key = upload->token, .ext = upload->ext
	};
	char path[300];
	char body[1000];

	snprintf(path, sizeof path, "/api/object/v1/%s/", function);
	/* a raw slash would be another route */
	for (const char *c = upload->name; *c; c++)
		snprintf(path + strlen(path), sizeof path - strlen(path), *c == '/' ? "%%2F" : "%c",
			*c);
	snprintf(body, sizeof body, "{\"uploadId\":\"%s\",\"projectId\":\"none\"%s}",
		upload->upload_id, members);
	return ask(server, method, path, body, &quirks);
}

static void objects_are_uploaded_and_finished(void **state)
{
	static const struct quirks text = { .unsigned_ = true, .type = "text/plain" };
	struct upload upload;
	char members[400];
	char url[300];
	char finish[100];

	(void)state;
	begin_object("object", &upload);
	assert_int_equal(
		create("object", "object", ",\"contentType\":\"text/plain\"")->status, 500);
	assert_int_equal(get("object")->status, 404);
	snprintf(members, sizeof members,
		",\"expires\":\"%s\",\"proposedUploadMethods\":{\"putUrl\":{\"contentType\":"
		"\"text/plain\",\"contentLength\":5}}",
		upload.expires);
	struct reply *reply = call_object(&upload, "PUT", "upload", members);
	assert_int_equal(reply->status, 200);
	assert_string_equal(reply_text(reply, "/uploadMethod/putUrl/headers/Content-Length"), "5");
	snprintf(url, sizeof url, "%s", reply_text(reply, "/uploadMethod/putUrl/url"));
	assert_int_equal(storage("PUT", url, "1234", &text)->status, 400); /* too short */
	assert_int_equal(storage("PUT", url, "12345", &text)->status, 200);
	assert_int_equal(
		call_object(&upload, "POST", "finish-upload",
			",\"hashes\":{\"sha256\":"
			"\"5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5"
			"\"}")
			->status,
		200);
	snprintf(finish, sizeof finish, "{\"uploadId\":\"%s\"}", upload.upload_id);
	assert_int_equal(ask(server, "PUT", path_of("object"), finish, NULL)->status, 204);
	reply = get("object");
	assert_int_equal(reply->status, 303);
	snprintf(url, sizeof url, "%s", reply_text(reply, "/url"));
	assert_string_equal(storage("GET", url, NULL, NULL)->body, "12345");
	snprintf(url, sizeof url, "/api/object/v1/start-download/%s", upload.name);
	reply = ask(server, "PUT", url, "{\"acceptDownloadMethods\":{\"getUrl\":true}}", NULL);
	assert_string_equal(reply_text(reply, "/method"), "getUrl");
	assert_memory_equal(reply_text(reply, "/hashes/sha256"), "5994471a", 8);
}

static void small_objects_come_with_the_call(void **state)
{
	struct upload upload;
	char members[400];
	char url[300];

	(void)state;
	begin_object("inline", &upload);
	snprintf(members, sizeof members,
		",\"expires\":\"%s\",\"proposedUploadMethods\":{\"dataInline\":{\"contentType\":"
		"\"text/plain\",\"objectData\":\"aGV5\"}}",
		upload.expires);
	struct reply *reply = call_object(&upload, "PUT", "upload", members);
	assert_true(tc_json_true(tc_json_at(reply->json, "/uploadMethod/dataInline")));
	call_object(&upload, "POST", "finish-upload", "");
	snprintf(url, sizeof url, "/api/object/v1/download/%s", upload.name);
	reply = ask(server, "GET", url, NULL, NULL);
	assert_int_equal(reply->status, 303);
	assert_non_null(reply_header(reply, "location", url, sizeof url));
	assert_string_equal(storage("GET", url, NULL, NULL)->body, "hey");
	/* another upload cannot take the name, and the credentials fit one name */
	upload.upload_id[0] = upload.upload_id[0] == 'A' ? 'B' : 'A';
	assert_int_equal(call_object(&upload, "PUT", "upload", members)->status, 409);
	strcat(upload.name, "x");
	assert_int_equal(call_object(&upload, "PUT", "upload", members)->status, 403);
}

static void lists_go_by_pages(void **state)
{
	char path[600];
	char token[100] = "";
	size_t total = 0;
	int pages = 0;

	(void)state;
	create("page/1", "link", ",\"artifact\":\"x\"");
	create("page/2", "link", ",\"artifact\":\"x\"");
	create("page/3", "link", ",\"artifact\":\"x\"");
	do {
		snprintf(path, sizeof path, "%s?limit=2%s%s", path_of(""),
			*token ? "&continuationToken=" : "", token);
		struct reply *reply = ask(server, "GET", path, NULL, NULL);
		assert_int_equal(reply->status, 200);
		total += tc_json_count(tc_json_get(reply->json, "artifacts"));
		snprintf(token, sizeof token, "%s", reply_text(reply, "/continuationToken"));
		pages++;
	} while (*token && pages < 20);
	assert_true(total >= 3);
	assert_int_equal(pages, (total + 1) / 2);
}

static void resolved_runs_take_no_artifacts(void **state)
{
	char path[200];

	(void)state;
	snprintf(path, sizeof path, "/api/queue/v1/task/%s/cancel", task_id);
	assert_int_equal(ask(server, "POST", path, NULL, NULL)->status, 200);
	/* after an exception for a while, */
	assert_int_equal(create("after", "link", ",\"artifact\":\"x\"")->status, 200);
	/* after a rerun that completed never */
	snprintf(path, sizeof path, "/api/queue/v1/task/%s/rerun", task_id);
	ask(server, "POST", path, NULL, NULL);
	snprintf(path, sizeof path, "/api/queue/v1/task/%s/runs/1/claim", task_id);
	ask(server, "POST", path, "{\"workerGroup\":\"g\",\"workerId\":\"w\"}", NULL);
	snprintf(path, sizeof path, "/api/queue/v1/task/%s/runs/1/completed", task_id);
	assert_int_equal(ask(server, "POST", path, NULL, NULL)->status, 200);
	snprintf(path, sizeof path, "/api/queue/v1/task/%s/runs/1/artifacts/x", task_id);
	assert_int_equal(ask(server, "POST", path,
				 "{\"storageType\":\"link\",\"artifact\":\"x\","
				 "\"expires\":\"2100-01-01T00:00:00Z\"}",
				 NULL)
				 ->status,
		400);
	char body[200];
	char expires[25];
	snprintf(body, sizeof body,
		"{\"storageType\":\"link\",\"artifact\":\"x\",\"expires\":\"%s\"}",
		date_text(100, expires));
	assert_int_equal(ask(server, "POST", path, body, NULL)->status, 409);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(s3_bytes_come_back),
		cmocka_unit_test(bytes_are_no_page_of_ours),
		cmocka_unit_test(ranges),
		cmocka_unit_test(redirects_links_and_errors),
		cmocka_unit_test(creating_again),
		cmocka_unit_test(objects_are_uploaded_and_finished),
		cmocka_unit_test(small_objects_come_with_the_call),
		cmocka_unit_test(lists_go_by_pages),
		cmocka_unit_test(resolved_runs_take_no_artifacts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
