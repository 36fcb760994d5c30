/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/workflows/uploads.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <taskcluster/json.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

/* ---- the stage ---- */

static void note(struct stage *stage, const struct tc_responder_request *request)
{
	assert_true(stage->count < SEEN_MAX);
	struct seen *seen = &stage->seen[stage->count];

	snprintf(seen->line, sizeof seen->line, "%s %s", request->method, request->target);
	snprintf(seen->head, sizeof seen->head, "%s", request->head);
	seen->body = malloc(request->body_length + 1);
	if (!seen->body)
		abort();
	memcpy(seen->body, request->body, request->body_length);
	seen->body[request->body_length] = '\0';
	seen->length = request->body_length;
	stage->count++;
}

static bool has(const struct tc_responder_request *request, const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i + length <= request->body_length; i++)
		if (memcmp(request->body + i, text, length) == 0)
			return true;
	return false;
}

/* The value of a text member in a request's body; "" without one. */
static void copy_member(
	const struct tc_responder_request *request, const char *pointer, char *value, size_t size)
{
	const tc_json *body = NULL;

	tc_json_read(request->body, request->body_length, 0, &body, NULL);
	const char *text = tc_json_text(tc_json_at(body, pointer));
	snprintf(value, size, "%s", text ? text : "");
	tc_release(body);
}

static void say_status(struct stage *stage)
{
	snprintf(stage->text, sizeof stage->text,
		"{\"status\":{\"taskId\":\"" UPLOADS_TASK
		"\",\"provisionerId\":\"p\",\"workerType\":\"w\",\"taskQueueId\":\"p/w\","
		"\"schedulerId\":\"s\",\"projectId\":\"none\",\"taskGroupId\":\"" UPLOADS_TASK
		"\",\"deadline\":\"2030-01-01T00:00:00.000Z\",\"expires\":\"" UPLOADS_EXPIRES
		"\",\"retriesLeft\":5,\"state\":\"running\",\"runs\":[]}}");
}

static void say_artifact(struct stage *stage, const struct tc_responder_request *request)
{
	char kind[40], type[300];
	long long now_ms = (long long)time(NULL) * 1000;

	copy_member(request, "/storageType", kind, sizeof kind);
	copy_member(request, "/contentType", type, sizeof type);
	if (strcmp(kind, "s3") == 0)
		snprintf(stage->text, sizeof stage->text,
			"{\"storageType\":\"s3\",\"putUrl\":\"%s/storage/%d?X-Amz-Signature=f00d\","
			"\"expires\":\"" UPLOADS_EXPIRES "\",\"contentType\":\"%s\"}",
			tc_responder_url(stage->responder), stage->urls++, type);
	else if (strcmp(kind, "object") == 0)
		snprintf(stage->text, sizeof stage->text,
			"{\"storageType\":\"object\",\"name\":\"t/one/0/a "
			"b\",\"projectId\":\"proj\","
			"\"uploadId\":\"" UPLOADS_ID "\",\"expires\":\"2029-01-01T00:00:00.000Z\","
			"\"credentials\":{\"clientId\":\"upload-of-one\",\"accessToken\":\"their-"
			"token\","
			"\"certificate\":\"{\\\"version\\\":1,\\\"scopes\\\":[\\\"object:*\\\"],"
			"\\\"start\\\":%lld,\\\"expiry\\\":%lld,\\\"seed\\\":"
			"\\\"JYR4wzMCTG6XeDS2cDUCMwH0RFUXGfQjK7LgqD-e6lSQ\\\",\\\"signature\\\":"
			"\\\"45AlB/hKZZZz4Tf3NaidutasfgBnr4t2AxwBiGDQF9Q=\\\"}\"}}",
			now_ms - 60000, now_ms + 3600000);
	else
		snprintf(stage->text, sizeof stage->text, "{\"storageType\":\"%s\"}", kind);
}

static void say_upload(struct stage *stage, const struct tc_responder_request *request)
{
	char id[40], project[100], method[1000];

	copy_member(request, "/uploadId", id, sizeof id);
	copy_member(request, "/projectId", project, sizeof project);
	if (has(request, "\"dataInline\""))
		snprintf(method, sizeof method, "\"dataInline\":true");
	else
		snprintf(method, sizeof method,
			"\"putUrl\":{\"url\":\"%s/storage/%d?sig=1\",\"expires\":\"" UPLOADS_EXPIRES
			"\",\"headers\":{%s}}",
			tc_responder_url(stage->responder), stage->urls++,
			stage->put_headers ? stage->put_headers
					   : "\"Content-Type\":\"text/x-theirs\"");
	snprintf(stage->text, sizeof stage->text,
		"{\"projectId\":\"%s\",\"uploadId\":\"%s\",\"expires\":\"" UPLOADS_EXPIRES
		"\",\"uploadMethod\":{%s}}",
		project, id, method);
}

static void play(struct stage *stage, const struct tc_responder_request *request)
{
	bool put = strcmp(request->method, "PUT") == 0;

	stage->text[0] = '\0';
	if (strstr(request->target, "/artifacts/") && !put)
		say_artifact(stage, request);
	else if (strstr(request->target, "/object/v1/upload/"))
		say_upload(stage, request);
	else if (strstr(request->target, "/queue/v1/task/") && !put)
		say_status(stage);
	else if (strstr(request->target, "finish-upload"))
		snprintf(stage->text, sizeof stage->text, "{}");
}

static struct rule *rule_for(struct stage *stage, const char *line)
{
	for (struct rule *rule = stage->rules; rule < stage->rules + RULES_MAX; rule++) {
		if (!rule->part || rule->times < 0 || !strstr(line, rule->part))
			continue;
		if (rule->times && --rule->times == 0)
			rule->times = -1; /* that was the last one */
		return rule;
	}
	return NULL;
}

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct stage *stage = data;

	pthread_mutex_lock(&stage->lock);
	note(stage, request);
	play(stage, request);
	const struct rule *rule = rule_for(stage, stage->seen[stage->count - 1].line);
	reply->headers = "Content-Type: application/json\r\n";
	reply->body = stage->text;
	if (rule && rule->status) {
		reply->status = rule->status;
		reply->body = rule->body ? rule->body : "";
		reply->headers = rule->headers;
	}
	reply->body_length = strlen(reply->body);
	if (rule) {
		reply->close = rule->lost;
		reply->delay_ms = rule->late ? 60000 : 0;
	}
	if (!*reply->body && reply->status == 200 && strstr(request->target, "/api/"))
		reply->status = 204;
	pthread_mutex_unlock(&stage->lock);
}

void stage_begin(struct stage *stage, const struct tc_options *given)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	*stage = (struct stage){ 0 };
	pthread_mutex_init(&stage->lock, NULL);
	stage->responder = tc_responder_start(answer, stage);
	tc_credentials *me = tc_credentials_new("me", "my-token", NULL, &err);
	if (given)
		options = *given;
	options.root_url = options.root_url ? options.root_url : tc_responder_url(stage->responder);
	options.credentials = me;
	options.retry_delay_ms = options.retry_delay_ms ? options.retry_delay_ms : 1;
	stage->client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	tc_credentials_free(me);
}

void stage_clear(struct stage *stage)
{
	pthread_mutex_lock(&stage->lock);
	for (size_t i = 0; i < stage->count; i++)
		free(stage->seen[i].body);
	stage->count = 0;
	memset(stage->rules, 0, sizeof stage->rules);
	pthread_mutex_unlock(&stage->lock);
}

void stage_end(struct stage *stage)
{
	tc_client_free(stage->client);
	tc_responder_stop(stage->responder);
	stage_clear(stage);
	pthread_mutex_destroy(&stage->lock);
}

const struct seen *stage_seen(struct stage *stage, const char *part, size_t n)
{
	const struct seen *found = NULL;

	pthread_mutex_lock(&stage->lock);
	for (size_t i = 0; !found && i < stage->count; i++)
		if (strstr(stage->seen[i].line, part) && n-- == 0)
			found = &stage->seen[i];
	pthread_mutex_unlock(&stage->lock);
	return found;
}

size_t stage_count(struct stage *stage, const char *part)
{
	size_t count = 0;

	while (stage_seen(stage, part, count))
		count++;
	return count;
}

const char *seen_header(const struct seen *seen, const char *name)
{
	const struct tc_responder_request request = { .head = seen->head };

	return tc_responder_header(&request, name);
}

void seen_has(const struct seen *seen, const char *pointer, const char *text)
{
	const tc_json *body = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_non_null(seen);
	assert_ok(tc_json_read(seen->body, seen->length, 0, &body, &err), &err);
	const char *found = tc_json_text(tc_json_at(body, pointer));
	if (!text)
		assert_null(tc_json_at(body, pointer));
	else if (!found || strcmp(found, text) != 0)
		fail_msg("%s: %s is %s, not %s", seen->line, pointer, found ? found : "absent",
			text);
	tc_release(body);
}

/* ---- an upload ---- */

struct upload upload_of(const char *name, const struct tc_source *from)
{
	return (struct upload){ .name = name, .from = from, .options = TC_UPLOAD_OPTIONS_INIT };
}

struct upload upload_object_of(const char *name, const struct tc_source *from)
{
	struct upload upload = upload_of(name, from);

	upload.object = true;
	upload.options.project_id = "mine";
	upload.options.expires = UPLOADS_EXPIRES;
	return upload;
}

struct end {
	struct tc_uploaded *result;
	tc_error *err;
	int count;
};

static void on_created(void *data, const tc_error *err)
{
	struct end *end = data;

	end->count++;
	if (err)
		tc_error_copy(end->err, err);
}

static void on_uploaded(void *data, const struct tc_uploaded *result, const tc_error *err)
{
	struct end *end = data;

	assert_true(!result != !err);
	if (result)
		*end->result = *result;
	on_created(data, err);
}

static int run(tc_loop *loop, struct end *end, int rc)
{
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(end->count, 0); /* never from inside the start */
	if (rc == TC_OK) {
		assert_ok(tc_loop_run(loop, &err), &err);
		assert_int_equal(tc_loop_pending(loop), 0);
		assert_int_equal(end->count, 1);
		rc = end->err->code;
	}
	tc_loop_free(loop);
	assert_int_equal(end->count, end->count ? 1 : 0);
	return rc;
}

static int upload_on_loop(
	struct upload *upload, tc_client *client, const struct tc_artifact *artifact, tc_error *err)
{
	struct end end = { &upload->result, err, 0 };
	tc_loop *loop = tc_loop_new(NULL, err);

	assert_non_null(loop);
	int rc = upload->object ? tc_loop_upload_object(loop, client, upload->name, upload->from,
					  &upload->options, on_uploaded, &end, NULL, err)
				: tc_loop_upload_artifact(loop, client, artifact, upload->from,
					  &upload->options, on_uploaded, &end, NULL, err);
	return run(loop, &end, rc);
}

int upload_do(struct upload *upload, enum face face, tc_client *client, tc_error *err)
{
	const struct tc_artifact artifact = { .task_id = upload->task_id ? upload->task_id
									 : UPLOADS_TASK,
		.run_id = "0",
		.name = upload->name };

	tc_error_clear(err);
	if (face == ON_LOOP)
		return upload_on_loop(upload, client, &artifact, err);
	return upload->object ? tc_upload_object(client, upload->name, upload->from,
					&upload->options, &upload->result, err)
			      : tc_upload_artifact(client, &artifact, upload->from,
					&upload->options, &upload->result, err);
}

int create_do(enum face face, tc_client *client, const struct tc_artifact *artifact,
	const struct tc_create_options *options, tc_error *err)
{
	struct end end = { NULL, err, 0 };

	tc_error_clear(err);
	if (face == BLOCKING)
		return tc_create_artifact(client, artifact, options, err);
	tc_loop *loop = tc_loop_new(NULL, err);
	assert_non_null(loop);
	return run(loop, &end,
		tc_loop_create_artifact(
			loop, client, artifact, options, on_created, &end, NULL, err));
}

/* ---- bodies ---- */

char pattern_at(size_t place)
{
	return (char)('a' + place % 23 + place / 65536 % 3);
}

char *pattern_make(size_t length)
{
	char *bytes = malloc(length + 1);

	assert_non_null(bytes);
	for (size_t i = 0; i < length; i++)
		bytes[i] = pattern_at(i);
	return bytes;
}

void pattern_check(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != pattern_at(i))
			fail_msg("byte %zu is 0x%02x", i, (unsigned char)bytes[i]);
}

static int read_flow(void *data, void *bytes, size_t size, size_t *length, tc_error *err)
{
	struct flow *flow = data;
	int64_t left = flow->length - flow->at;
	char *at = bytes;

	if (flow->fail_at && flow->at >= flow->fail_at)
		return tc_error_set(err, TC_ERROR_SYSTEM, "the disk is gone");
	if (flow->piece && size > flow->piece)
		size = flow->piece;
	*length = (int64_t)size < left ? size : (size_t)left;
	for (size_t i = 0; i < *length; i++)
		at[i] = pattern_at((size_t)flow->at + i);
	flow->at += (int64_t)*length;
	return TC_OK;
}

static int rewind_flow(void *data, tc_error *err)
{
	struct flow *flow = data;

	(void)err;
	flow->at = 0;
	flow->rewound++;
	return TC_OK;
}

void flow_source(struct tc_source *source, struct flow *flow, int64_t length, bool rewinds)
{
	*source = (struct tc_source)TC_SOURCE_INIT;
	source->length = length;
	source->read = read_flow;
	source->rewind = rewinds ? rewind_flow : NULL;
	source->data = flow;
}

/* ---- each kind of source ---- */

static struct pouring {
	pthread_t thread;
	int fd;
	size_t length;
	int pause_ms;
} pouring; /* one at a time */

static void *pour(void *data)
{
	const struct pouring *all = data;
	char piece[5000];
	sigset_t broken;

	sigemptyset(&broken);
	sigaddset(&broken, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &broken, NULL);
	for (size_t at = 0; at < all->length;) {
		size_t count = all->length - at < sizeof piece ? all->length - at : sizeof piece;
		for (size_t i = 0; i < count; i++)
			piece[i] = pattern_at(at + i);
		if (write(all->fd, piece, count) != (ssize_t)count)
			break;
		at += count;
		nanosleep(&(struct timespec){ .tv_nsec = all->pause_ms * 1000000L }, NULL);
	}
	close(all->fd);
	return NULL;
}

static int pipe_of(size_t length, int pause_ms)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	if (pause_ms)
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
	pouring = (struct pouring){ .fd = ends[1], .length = length, .pause_ms = pause_ms };
	assert_int_equal(pthread_create(&pouring.thread, NULL, pour, &pouring), 0);
	return ends[0];
}

/* Behind `skip` other bytes. */
static int file_of(size_t skip, size_t length, char path[40])
{
	char *bytes = pattern_make(length);

	strcpy(path, "/tmp/tc-upload-test-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, length, (off_t)skip), length);
	free(bytes);
	return fd;
}

static bool is_once(enum kind kind)
{
	return kind == FUNCTION_ONCE || kind == FUNCTION_UNKNOWN;
}

void given_open(struct given *given, enum kind kind, size_t length)
{
	struct tc_source *source = &given->source;

	*given = (struct given){ .source = TC_SOURCE_INIT, .fd = -1 };
	given->from = source;
	given->flow = (struct flow){ .length = (int64_t)length, .piece = 1777 };
	if (kind == MEMORY) {
		given->bytes = pattern_make(length);
		tc_source_memory(source, given->bytes, length);
	} else if (kind == PATH || kind == DESCRIPTOR) {
		size_t skip = kind == PATH ? 0 : 77;
		given->fd = file_of(skip, length, given->path);
		source->fd = given->fd;
		source->offset = (int64_t)skip;
		source->length = (int64_t)length;
	} else if (kind <= PIPE_SLOW) {
		given->is_pipe = true;
		source->fd = given->fd = pipe_of(length, kind == PIPE_SLOW ? 3 : 0);
		source->offset = -1;
		source->length = kind == PIPE ? (int64_t)length : -1;
	} else {
		flow_source(source, &given->flow, kind == FUNCTION_UNKNOWN ? -1 : (int64_t)length,
			!is_once(kind));
	}
	if (kind == PATH)
		given->from = NULL;
}

void given_to(const struct given *given, struct upload *upload)
{
	upload->from = given->from;
	upload->options.path = given->from ? NULL : given->path;
}

void given_close(struct given *given)
{
	if (given->fd >= 0)
		close(given->fd);
	if (given->is_pipe)
		pthread_join(pouring.thread, NULL);
	if (given->path[0])
		unlink(given->path);
	free(given->bytes);
}

bool kind_is_spooled(enum kind kind)
{
	return (kind >= PIPE && kind <= PIPE_SLOW) || is_once(kind);
}

void gzip_check(const char *bytes, size_t length, size_t plain)
{
	z_stream stream = { 0 };
	char *out = malloc(plain + 1);

	assert_non_null(out);
	assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
	stream.next_in = (Bytef *)(uintptr_t)bytes;
	stream.avail_in = (uInt)length;
	stream.next_out = (Bytef *)out;
	stream.avail_out = (uInt)plain + 1;
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.avail_in, 0); /* one member, and nothing behind it */
	assert_int_equal(stream.total_out, plain);
	pattern_check(out, plain);
	inflateEnd(&stream);
	free(out);
}

static void hash(const EVP_MD *kind, const char *bytes, size_t length, char *text)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	assert_int_equal(EVP_Digest(bytes, length, digest, &size, kind, NULL), 1);
	for (unsigned int i = 0; i < size; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

void pattern_hashes(size_t length, char sha256[65], char sha512[129])
{
	char *bytes = pattern_make(length);

	hash(EVP_sha256(), bytes, length, sha256);
	hash(EVP_sha512(), bytes, length, sha512);
	free(bytes);
}
