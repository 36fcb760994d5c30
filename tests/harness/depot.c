/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/depot.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *make_bytes(size_t length, unsigned seed)
{
	uint64_t state = seed + UINT64_C(0x9e3779b97f4a7c15);
	char *bytes = malloc(length + 1);

	assert_non_null(bytes);
	for (size_t i = 0; i < length; i++) {
		state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
		bytes[i] = (char)(state >> 56);
	}
	bytes[length] = '\0';
	return bytes;
}

const char *sha256_of(const char *bytes, size_t length)
{
	static char hex[65];
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)bytes, length, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return hex;
}

/* ---- the services ---- */

/* As who asks knows us: who answers in a process of its own does not know its URL. */
static void write_base(char *base, size_t size, const struct tc_responder_request *request)
{
	char host[100];
	const char *value = tc_responder_header(request, "Host");

	snprintf(host, sizeof host, "%s", value ? value : "");
	value = tc_responder_header(request, "X-Forwarded-Proto");
	snprintf(base, size, "%s://%s", value ? value : "http", host);
}

static void locate(struct depot *depot, const struct tc_responder_request *request,
	struct tc_responder_reply *reply)
{
	static const char zeros[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	size_t number = atomic_fetch_add(&depot->located, 1) + 1;
	char base[120], url[160];

	write_base(base, sizeof base, request);
	snprintf(url, sizeof url, "%s/storage/%zu", base, number);
	if (strstr(request->target, "/start-download/"))
		snprintf(depot->text, sizeof depot->text,
			"{\"method\":\"getUrl\",\"url\":\"%s\",\"expires\":"
			"\"2040-01-01T00:00:00.000Z\",\"hashes\":{\"%s\":\"%s\"}}",
			url, depot->sha512 ? "sha512" : "sha256",
			depot->sha512           ? depot->sha512
				: depot->sha256 ? depot->sha256
						: zeros);
	else
		snprintf(depot->text, sizeof depot->text, "{\"storageType\":\"%s\",\"url\":\"%s\"}",
			depot->storage ? depot->storage : "s3", url);
	reply->headers = "Content-Type: application/json\r\n";
	reply->body = depot->text;
	reply->body_length = strlen(depot->text);
	reply->delay_ms = depot->late_ms;
}

/* Its task has one run, which goes on, and these artifacts. */
static void describe(struct tc_responder_reply *reply, const char *target)
{
	static const char status[] =
		"{\"status\":{\"taskId\":\"" DEPOT_TASK "\",\"provisionerId\":\"p\","
		"\"workerType\":\"w\",\"taskQueueId\":\"p/w\",\"schedulerId\":\"s\","
		"\"projectId\":\"none\",\"taskGroupId\":\"" DEPOT_TASK "\","
		"\"deadline\":\"2040-01-01T00:00:00.000Z\","
		"\"expires\":\"2041-01-01T00:00:00.000Z\",\"retriesLeft\":5,"
		"\"state\":\"running\",\"runs\":[{\"runId\":0,\"state\":\"running\","
		"\"reasonCreated\":\"scheduled\","
		"\"scheduled\":\"2024-01-01T00:00:00.000Z\"}]}}";
#define ARTIFACT(name, type) \
	"{\"storageType\":\"" type "\",\"name\":\"" name "\"," \
	"\"expires\":\"2041-01-01T00:00:00.000Z\",\"contentType\":\"text/plain\"}"
	static const char artifacts[] =
		"{\"artifacts\":[" ARTIFACT("a", "s3") "," ARTIFACT("deep/b", "s3") "," ARTIFACT(
			"c", "link") "," ARTIFACT("live.log", "reference") "]}";
#undef ARTIFACT

	reply->headers = "Content-Type: application/json\r\n";
	reply->body = strstr(target, "/status") ? status : artifacts;
	reply->body_length = strlen(reply->body);
}

/* ---- the storage ---- */

static void note(char to[64], const struct tc_responder_request *request, const char *name)
{
	const char *value = tc_responder_header(request, name);

	snprintf(to, 64, "%s", value ? value : "");
}

static bool is_used_up(struct depot *depot, const char *target)
{
	size_t url = strtoul(strrchr(target, '/') + 1, NULL, 10);

	return depot->lives && ++depot->used[url % DEPOT_SEEN] > depot->lives;
}

/* [*first, *end) of the bytes, as asked; the status. */
static int choose(
	const struct depot *depot, const struct depot_asked *asked, size_t *first, size_t *end)
{
	bool part = !depot->no_ranges && strncmp(asked->range, "bytes=", 6) == 0;
	char *rest;

	*first = 0;
	*end = depot->length;
	if (depot->has_304 && depot->etag && strcmp(asked->if_none_match, depot->etag) == 0)
		return 304;
	if (part && *asked->if_range && !depot->deaf)
		part = depot->etag && strcmp(asked->if_range, depot->etag) == 0;
	if (!part)
		return 200;
	*first = strtoul(asked->range + 6, &rest, 10);
	if (rest[1] && strtoul(rest + 1, NULL, 10) + 1 < *end)
		*end = strtoul(rest + 1, NULL, 10) + 1;
	if (*first >= depot->length)
		return 416;
	return 206;
}

static void write_lines(struct depot *depot, int status, size_t first, size_t end)
{
	int used = snprintf(depot->lines, sizeof depot->lines, "%s",
		depot->headers ? depot->headers : "Content-Type: application/x-test\r\n");

	if (depot->etag)
		used += snprintf(depot->lines + used, sizeof depot->lines - (size_t)used,
			"ETag: %s\r\n", depot->etag);
	if (status == 206)
		snprintf(depot->lines + used, sizeof depot->lines - (size_t)used,
			"Content-Range: bytes %zu-%zu/%zu\r\n", first + (depot->wrong_part ? 1 : 0),
			end - 1, depot->length);
	else if (status == 416)
		snprintf(depot->lines + used, sizeof depot->lines - (size_t)used,
			"Content-Range: bytes */%zu\r\n", depot->length);
}

static void serve(struct depot *depot, size_t first, size_t end, struct tc_responder_reply *reply)
{
	reply->body = depot->bytes + first;
	reply->body_length = end - first;
	reply->chunked = depot->no_length;
	reply->drip = depot->drip;
	reply->drip_ms = depot->drip_ms;
	/* in chunks also what has all of it can lack its end */
	if (depot->cuts > 0 && depot->cut && depot->cut < end - first + depot->no_length) {
		depot->cuts--;
		reply->cut = depot->cut;
		reply->silent = depot->silent;
	}
	atomic_fetch_add(&depot->sent, reply->cut ? reply->cut : end - first);
}

static void store(struct depot *depot, const struct tc_responder_request *request,
	struct tc_responder_reply *reply)
{
	size_t number = atomic_fetch_add(&depot->asked, 1), first, end;
	struct depot_asked *asked = &depot->seen[number % DEPOT_SEEN];

	if (depot->before)
		depot->before(depot, number);
	note(asked->range, request, "Range");
	note(asked->if_range, request, "If-Range");
	note(asked->if_none_match, request, "If-None-Match");
	note(asked->accept_encoding, request, "Accept-Encoding");
	note(asked->authorization, request, "Authorization");
	reply->status = choose(depot, asked, &first, &end);
	if (depot->refusals > 0) {
		depot->refusals--;
		reply->status = depot->status;
	} else if (is_used_up(depot, request->target)) {
		reply->status = 403;
	}
	asked->status = reply->status;
	write_lines(depot, reply->status, first, end);
	reply->headers = depot->lines;
	if (reply->status == 200 || reply->status == 206)
		serve(depot, first, end, reply);
}

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct depot *depot = data;

	if (strncmp(request->target, "/storage/", 9) == 0)
		store(depot, request, reply);
	else if (strstr(request->target, "/status") || strstr(request->target, "/artifacts"))
		describe(reply, request->target);
	else
		locate(depot, request, reply);
}

/* ---- from beginning to end ---- */

void depot_open(struct depot *depot)
{
	depot->responder = depot->forked ? tc_responder_fork(answer, depot)
					 : tc_responder_start(answer, depot);
}

void depot_close(struct depot *depot)
{
	tc_responder_stop(depot->responder);
}

tc_client *depot_client(const struct depot *depot, int attempts)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.root_url = tc_responder_url(depot->responder);
	options.retry_delay_ms = 1;
	options.timeout_ms = 5000;
	options.attempts = attempts;
	tc_client *client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	return client;
}

/* ---- visits ---- */

void visit_begin(struct visit *visit, size_t length)
{
	*visit = (struct visit){ .length = length, .options = TC_DOWNLOAD_OPTIONS_INIT };
	visit->bytes = make_bytes(length, 1);
	visit->depot.bytes = visit->bytes;
	visit->depot.length = length;
	visit->depot.etag = "\"one\"";
	depot_open(&visit->depot);
	visit->client = depot_client(&visit->depot, 0);
	tc_folder_make(&visit->folder);
}

void visit_end(struct visit *visit)
{
	tc_client_free(visit->client);
	depot_close(&visit->depot);
	tc_folder_remove(&visit->folder);
	tc_release(visit->done.bytes);
	tc_error_clear(&visit->err);
	free(visit->bytes);
}

struct ending {
	struct visit *visit;
	bool ended;
};

static void take_end(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	struct ending *ending = data;

	assert_false(ending->ended);
	assert_true((result != NULL) != (err != NULL));
	ending->ended = true;
	if (result)
		ending->visit->done = *result;
	else
		tc_error_copy(&ending->visit->err, err);
}

static int start(
	struct visit *visit, tc_loop *loop, const struct tc_target *target, struct ending *ending)
{
	const struct tc_artifact artifact = { .task_id = DEPOT_TASK, .name = "public/x" };

	if (visit->object)
		return tc_loop_download_object(loop, visit->client, "x", target, &visit->options,
			take_end, ending, NULL, &visit->err);
	return tc_loop_download_artifact(loop, visit->client, &artifact, target, &visit->options,
		take_end, ending, NULL, &visit->err);
}

static int download_on_loop(struct visit *visit, const struct tc_target *target)
{
	struct ending ending = { .visit = visit };
	tc_error err = TC_ERROR_INIT;
	tc_loop *loop = tc_loop_new(NULL, &err);

	assert_non_null(loop);
	int rc = start(visit, loop, target, &ending);
	assert_false(ending.ended);
	if (rc == TC_OK) {
		assert_ok(tc_loop_run(loop, &err), &err);
		assert_true(ending.ended);
	}
	tc_loop_free(loop);
	return visit->err.code;
}

int visit_download_to(struct visit *visit, const struct tc_target *target)
{
	const struct tc_artifact artifact = { .task_id = DEPOT_TASK, .name = "public/x" };

	tc_release(visit->done.bytes);
	visit->done = (struct tc_downloaded){ 0 };
	tc_error_clear(&visit->err);
	if (visit->on_loop)
		return download_on_loop(visit, target);
	if (visit->object)
		return tc_download_object(
			visit->client, "x", target, &visit->options, &visit->done, &visit->err);
	return tc_download_artifact(
		visit->client, &artifact, target, &visit->options, &visit->done, &visit->err);
}

int visit_download(struct visit *visit)
{
	struct tc_target target = TC_TARGET_INIT;

	target.path = tc_folder_path(&visit->folder, "x");
	return visit_download_to(visit, &target);
}

void visit_check(struct visit *visit)
{
	size_t length = 0;
	char *bytes = tc_test_read_file(tc_folder_path(&visit->folder, "x"), &length);

	assert_int_equal(length, visit->depot.length);
	assert_memory_equal(bytes, visit->depot.bytes, length);
	free(bytes);
	assert_int_equal(visit->done.length, length);
	assert_string_equal(visit->done.sha256, sha256_of(visit->depot.bytes, length));
}

void visit_succeeds(struct visit *visit)
{
	assert_ok(visit_download(visit), &visit->err);
	visit_check(visit);
	assert_int_equal(tc_folder_count(&visit->folder), 1);
}

void visit_fails(struct visit *visit, int code, const char *part, int names)
{
	assert_int_equal(visit_download(visit), code);
	assert_failure(&visit->err, code, part);
	assert_int_equal(tc_folder_count(&visit->folder), names);
}
