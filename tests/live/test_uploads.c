/* SPDX-License-Identifier: MPL-2.0 */
/* Transfers that send a body: from each kind of source, refused on the way, broken, grown, shrunk.
 */
#define _GNU_SOURCE /* strcasestr */
#include "transfers.h"

#include "tests/harness/raw.h"
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define BODY_LENGTH 300000

/* ---- a storage ---- */

enum manner {
	STORE,         /* takes all, and says so */
	THROW_AWAY,    /* the same with bytes of any kind */
	REFUSE,        /* says 403 after the first bytes, reads on, and closes */
	REFUSE_ABRUPT, /* the same without reading on */
	BREAK_ONCE,    /* the first connection breaks in the middle */
	BUSY_ONCE,     /* the first request is taken, and answered 503 */
	LOSE_SECOND,   /* the first connection ends with its second request, without a reply */
	HASTY,         /* says 200 after the first bytes, and closes */
	HEAD_ONLY,     /* says 413 by the length alone */
	STALL          /* reads nothing, and says nothing */
};

struct storage {
	enum manner manner;
	struct tc_raw *raw;
	char head[4096]; /* of the last request */
	size_t stored;   /* bytes of the last body that was whole and right */
	atomic_size_t requests;
	const char *path; /* a file that gets another length when the head has come */
	int64_t length;
};

#define EXPIRED \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code>" \
	"<Message>Request has expired</Message><Expires>2026-01-01</Expires></Error>"

static void refuse(int fd, const char *status, const char *text)
{
	char reply[1000];

	snprintf(reply, sizeof reply,
		"HTTP/1.1 %s\r\nContent-Type: application/xml\r\nConnection: close\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		status, strlen(text), text);
	tc_raw_say(fd, reply);
}

static size_t length_of(const char *head)
{
	const char *line = strstr(head, "\r\nContent-Length: ");

	return line ? strtoul(line + 18, NULL, 10) : 0;
}

/* Takes a body, and how many of its bytes are as they should be. */
static size_t take_body(int fd, size_t length)
{
	size_t at = 0;
	char byte[4096];

	while (at < length) {
		size_t left = length - at;
		ssize_t count = read(fd, byte, left < sizeof byte ? left : sizeof byte);
		if (count <= 0)
			break;
		for (ssize_t i = 0; i < count; i++)
			if (byte[i] != pattern_at((int64_t)at + i))
				return 0;
		at += (size_t)count;
	}
	return at;
}

static void serve(void *data, int fd, size_t number)
{
	struct storage *storage = data;

	while (tc_raw_head(fd, storage->head, sizeof storage->head)) {
		size_t length = length_of(storage->head);
		bool first = atomic_fetch_add(&storage->requests, 1) == 0;
		if (storage->path && truncate(storage->path, (off_t)storage->length) != 0)
			abort();
		if (storage->manner == STALL) {
			nanosleep(&(struct timespec){ .tv_sec = 4 }, NULL);
			return;
		}
		if (storage->manner == HEAD_ONLY) {
			refuse(fd, "413 Content Too Large", "too much for us");
			tc_raw_skip(fd, 100000000);
			return;
		}
		if (storage->manner == REFUSE || storage->manner == REFUSE_ABRUPT) {
			tc_raw_skip(fd, 10000);
			refuse(fd, "403 Forbidden", EXPIRED);
			if (storage->manner == REFUSE)
				tc_raw_skip(fd, length - 10000);
			return;
		}
		if (storage->manner == BREAK_ONCE && number == 0) {
			tc_raw_skip(fd, length / 2);
			return;
		}
		if (storage->manner == LOSE_SECOND && number == 0 && !first) {
			tc_raw_skip(fd, length);
			return;
		}
		if (storage->manner == HASTY) {
			tc_raw_skip(fd, 1000);
			tc_raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
			return;
		}
		storage->stored = storage->manner == THROW_AWAY ? tc_raw_skip(fd, length)
								: take_body(fd, length);
		if (storage->stored < length)
			return;
		if (storage->manner == BUSY_ONCE && first)
			tc_raw_say(fd, "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
		else
			tc_raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
	}
}

struct fixture {
	struct storage storage;
	struct tc_options options;
	tc_client *client;
	char url[200];
	tc_error err;
};

static void open_fixture(struct fixture *f, enum manner manner)
{
	*f = (struct fixture){ .storage = { .manner = manner } };
	f->storage.raw = tc_raw_start(serve, &f->storage);
	f->client = transfer_client(&f->options);
	snprintf(f->url, sizeof f->url, "%s/bucket/key?X-Amz-Expires=60&X-Amz-Signature=f00d",
		tc_raw_url(f->storage.raw));
}

static void close_fixture(struct fixture *f)
{
	tc_client_free(f->client);
	tc_raw_stop(f->storage.raw);
	tc_error_clear(&f->err);
}

static tc_call *new_upload(struct fixture *f, const char *method, const struct tc_source *body)
{
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;

	options.body = body;
	tc_call *call = tc_transfer_new(f->client, method, f->url, &options, &f->err);
	assert_ok(f->err.code, &f->err);
	return call;
}

/* ---- sources ---- */

static char *make_pattern(size_t length)
{
	char *bytes = malloc(length);

	assert_non_null(bytes);
	for (size_t i = 0; i < length; i++)
		bytes[i] = pattern_at((int64_t)i);
	return bytes;
}

/* An unlinked file with the pattern behind `skip` other bytes, at which it stands. */
static int make_file(size_t skip, size_t length, char *path)
{
	char *bytes = make_pattern(length);

	strcpy(path, "/tmp/tc-upload-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(lseek(fd, (off_t)skip, SEEK_SET), skip);
	assert_int_equal(write(fd, bytes, length), length);
	assert_int_equal(lseek(fd, (off_t)skip, SEEK_SET), skip);
	free(bytes);
	return fd;
}

/* A pipe out of which the pattern comes, from a process of its own. */
static int make_pipe(size_t length)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child > 0) {
		close(fds[1]);
		return fds[0];
	}
	close(fds[0]);
	for (size_t i = 0; i < length; i++) {
		static char bytes[5000];
		bytes[i % sizeof bytes] = pattern_at((int64_t)i);
		if (i % sizeof bytes == sizeof bytes - 1 || i == length - 1)
			if (write(fds[1], bytes, i % sizeof bytes + 1) < 0)
				break;
	}
	_exit(0);
}

static struct tc_source pipe_source(int fd, int64_t length)
{
	struct tc_source body = TC_SOURCE_INIT;

	body.fd = fd;
	body.offset = -1;
	body.length = length;
	return body;
}

static void assert_stored(
	struct fixture *f, enum face face, const char *method, const struct tc_source *body)
{
	tc_response *response = NULL;
	tc_call *call = new_upload(f, method, body);
	char line[100];

	f->storage.stored = 0;
	assert_ok(tc_call_header(call, "Content-Type", "text/x-mine; a=b", &f->err), &f->err);
	int rc = transfer_perform(face, call, &response, &f->err);
	assert_ok(rc, &f->err);
	assert_int_equal(f->storage.stored, body->length);
	assert_string_equal(tc_response_body(response, NULL), "good");
	const char *head = f->storage.head;
	snprintf(
		line, sizeof line, "%s /bucket/key?X-Amz-Expires=60&X-Amz-Signature=f00d ", method);
	assert_true(strncmp(head, line, strlen(line)) == 0);
	snprintf(line, sizeof line, "\r\nContent-Length: %lld\r\n", (long long)body->length);
	assert_non_null(strstr(head, line));
	assert_non_null(strstr(head, "\r\nContent-Type: text/x-mine; a=b\r\n"));
	assert_null(strcasestr(head, "authorization"));
	assert_null(strcasestr(head, "trace"));
	assert_null(strcasestr(head, "expect"));
	assert_null(strcasestr(head, "transfer-encoding"));
	assert_null(strcasestr(head, "cookie"));
	tc_release(response);
	tc_call_free(call);
}

static void test_every_source(void **state)
{
	static const char *const methods[] = { "PUT", "POST", "PATCH", "DELETE" };
	char path[32], *bytes = make_pattern(BODY_LENGTH);
	struct fixture f;
	struct tc_source body = TC_SOURCE_INIT;

	(void)state;
	open_fixture(&f, STORE);
	int file = make_file(70, BODY_LENGTH, path);
	unlink(path);
	for (enum face face = 0; face < FACES; face++) {
		struct flow flow = { .length = BODY_LENGTH, .piece = 777 };
		for (size_t i = 0; i < 4; i++) {
			tc_source_memory(&body, bytes, BODY_LENGTH);
			assert_stored(&f, face, methods[i], &body);
		}
		assert_ok(tc_source_fd(&body, file, &f.err), &f.err);
		assert_stored(&f, face, "PUT", &body);
		assert_int_equal(lseek(file, 0, SEEK_CUR), 70);
		flow_source(&body, &flow, false);
		assert_stored(&f, face, "PUT", &body);
		int end = make_pipe(BODY_LENGTH);
		body = pipe_source(end, BODY_LENGTH);
		assert_stored(&f, face, "PUT", &body);
		close(end);
		tc_source_memory(&body, NULL, 0);
		assert_stored(&f, face, "PUT", &body);
	}
	close(file);
	free(bytes);
	close_fixture(&f);
}

/* An API call after an upload on the same connection is an ordinary one again. */
static void test_handle_is_ordinary_again(void **state)
{
	struct fixture f;
	struct tc_source body = TC_SOURCE_INIT;

	(void)state;
	open_fixture(&f, STORE);
	for (int i = 0; i < 2; i++) {
		tc_source_memory(&body, "abc", 3);
		assert_stored(&f, BLOCKING, "PUT", &body);
		tc_call *get = tc_transfer_new(f.client, "GET", f.url, NULL, &f.err);
		assert_ok(tc_call_perform(get, NULL, &f.err), &f.err);
		assert_true(strncmp(f.storage.head, "GET ", 4) == 0);
		assert_null(strcasestr(f.storage.head, "content-length"));
		tc_call_free(get);
		tc_call *post = tc_transfer_new(f.client, "POST", f.url, NULL, &f.err);
		assert_ok(tc_call_perform(post, NULL, &f.err), &f.err);
		assert_true(strncmp(f.storage.head, "POST ", 5) == 0);
		assert_non_null(strstr(f.storage.head, "\r\nContent-Length: 0\r\n"));
		tc_call_free(post);
	}
	close_fixture(&f);
}

/* libcurl sends it again by itself, from the beginning, whatever its handle has sent before. */
static void test_dead_connection_after_another_body(void **state)
{
	struct fixture f;
	struct tc_source body = TC_SOURCE_INIT;

	(void)state;
	open_fixture(&f, LOSE_SECOND);
	tc_source_memory(&body, "a", 1);
	tc_call *post = tc_transfer_new(f.client, "POST", f.url, NULL, &f.err);
	assert_ok(tc_call_perform(post, NULL, &f.err), &f.err);
	int64_t begun = tc_test_now_ms();
	assert_stored(&f, BLOCKING, "PUT", &body);
	assert_int_in_range(tc_test_now_ms() - begun, 0, 3000);
	assert_int_equal(atomic_load(&f.storage.requests), 3);
	tc_call_free(post);
	close_fixture(&f);
}

/* ---- refused on the way ---- */

static void test_refused_on_the_way(void **state)
{
	struct fixture f;
	struct tc_source body = TC_SOURCE_INIT;
	struct flow flow = { .length = (int64_t)64 << 20 };

	(void)state;
	for (enum manner manner = REFUSE; manner <= REFUSE_ABRUPT; manner++)
		for (enum face face = 0; face < FACES; face++) {
			open_fixture(&f, manner);
			flow.at = 0;
			flow_source(&body, &flow, true);
			tc_call *call = new_upload(&f, "PUT", &body);
			transfer_perform(face, call, NULL, &f.err);
			if (f.err.http_status != 403)
				fail_msg("%d %d, after %zu requests: %s", manner, face,
					atomic_load(&f.storage.requests), tc_error_text(&f.err));
			if (face == BLOCKING) {
				assert_string_equal(tc_error_body(&f.err, NULL), EXPIRED);
				assert_string_equal(tc_error_server_code(&f.err), "AccessDenied");
			}
			assert_failure(&f.err, TC_ERROR_HTTP,
				"transfer.put: 403 AccessDenied: Request has expired");
			assert_true(flow.at < flow.length);
			tc_call_free(call);
			close_fixture(&f);
		}
}

static void test_hasty_success_is_none(void **state)
{
	struct fixture f;
	struct tc_source body = TC_SOURCE_INIT;
	struct flow flow = { .length = (int64_t)64 << 20 };

	(void)state;
	for (enum face face = 0; face < FACES; face++) {
		open_fixture(&f, HASTY);
		flow_source(&body, &flow, true);
		tc_call *call = new_upload(&f, "PUT", &body);
		assert_int_not_equal(transfer_perform(face, call, NULL, &f.err), TC_OK);
		assert_failure(&f.err, TC_ERROR_NETWORK, "transfer.put: ");
		assert_true(atomic_load(&f.storage.requests) > 1);
		tc_call_free(call);
		close_fixture(&f);
	}
}

/* ---- not what it said ---- */

/* Though much went at the beginning, as far as the system takes it. */
static void test_stalled_is_noticed(void **state)
{
	struct fixture f;
	struct tc_call_options once = TC_CALL_OPTIONS_INIT;

	(void)state;
	once.timeout_ms = 500;
	once.repeat = TC_REPEAT_NEVER;
	open_fixture(&f, STALL);
	for (enum face face = 0; face < FACES; face++) {
		struct flow flow = { .length = (int64_t)64 << 20 };
		struct tc_source body = TC_SOURCE_INIT;
		struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
		flow_source(&body, &flow, true);
		options.body = &body;
		tc_call *call = tc_transfer_new(f.client, "PUT", f.url, &options, &f.err);
		assert_ok(tc_call_set_options(call, &once, &f.err), &f.err);
		transfer_perform(face, call, NULL, &f.err);
		assert_failure(&f.err, TC_ERROR_TIMEOUT, "not a byte went for 500 ms");
		tc_call_free(call);
	}
	close_fixture(&f);
}

static void test_source_that_shrinks_or_grows(void **state)
{
	static const int64_t whole = (int64_t)64 << 20, other[] = { (int64_t)60 << 20, whole + 1 };
	char path[32];
	struct fixture f;

	(void)state;
	for (int more = 0; more < 2; more++)
		for (enum face face = 0; face < FACES; face++) {
			struct tc_source body = TC_SOURCE_INIT;
			open_fixture(&f, THROW_AWAY);
			int file = make_file(0, 10, path);
			assert_int_equal(ftruncate(file, (off_t)whole), 0);
			assert_ok(tc_source_fd(&body, file, &f.err), &f.err);
			f.storage.path = path;
			f.storage.length = other[more];
			tc_call *call = new_upload(&f, "PUT", &body);
			assert_int_not_equal(transfer_perform(face, call, NULL, &f.err), TC_OK);
			assert_failure(&f.err, TC_ERROR_INPUT,
				more ? "transfer.put: the body has more than the 67108864 bytes"
				     : "transfer.put: the body ends after 62914560 of the "
				       "67108864");
			tc_call_free(call);
			close_fixture(&f);
			assert_true(f.storage.stored < (size_t)whole);
			assert_int_equal(atomic_load(&f.storage.requests), 1);
			close(file);
			unlink(path);
		}
}

static void test_function_and_pipe_that_lie(void **state)
{
	struct fixture f;

	(void)state;
	for (int more = -1; more <= 1; more += 2)
		for (enum face face = 0; face < FACES; face++) {
			struct flow flow = { .length = 50000 + more, .piece = 900 };
			struct tc_source body = TC_SOURCE_INIT;
			open_fixture(&f, STORE);
			flow_source(&body, &flow, true);
			body.length = 50000;
			tc_call *call = new_upload(&f, "PUT", &body);
			transfer_perform(face, call, NULL, &f.err);
			assert_failure(&f.err, TC_ERROR_INPUT, more > 0 ? "more than" : "49999 of");
			tc_call_free(call);
			int end = make_pipe((size_t)(50000 + more));
			body = pipe_source(end, 50000);
			call = new_upload(&f, "PUT", &body);
			transfer_perform(face, call, NULL, &f.err);
			/* of a pipe that is still being written to, the surplus may not be seen */
			if (more < 0)
				assert_failure(&f.err, TC_ERROR_INPUT, "49999 of");
			tc_call_free(call);
			close(end);
			close_fixture(&f);
		}
}

static void test_source_that_fails(void **state)
{
	struct fixture f;

	(void)state;
	for (enum face face = 0; face < FACES; face++) {
		struct flow flow = { .length = BODY_LENGTH, .piece = 1000, .fail_at = 5000 };
		struct tc_source body = TC_SOURCE_INIT;
		open_fixture(&f, STORE);
		flow_source(&body, &flow, true);
		tc_call *call = new_upload(&f, "PUT", &body);
		transfer_perform(face, call, NULL, &f.err);
		assert_failure(&f.err, TC_ERROR_SYSTEM, "transfer.put: the disk is gone");
		assert_int_equal(flow.rewound, 0);
		tc_call_free(call);
		close_fixture(&f);
	}
}

/* ---- repeated, or not ---- */

static void test_broken_is_repeated(void **state)
{
	static const enum manner manners[] = { BREAK_ONCE, BUSY_ONCE };
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (enum face face = 0; face < FACES; face++) {
			struct flow flow = { .length = 3000000 };
			struct tc_source body = TC_SOURCE_INIT;
			open_fixture(&f, manners[i]);
			flow_source(&body, &flow, true);
			assert_stored(&f, face, "PUT", &body);
			assert_int_equal(flow.rewound, 1);
			assert_int_equal(atomic_load(&f.storage.requests), 2);
			close_fixture(&f);
		}
}

static void test_once_is_not_repeated(void **state)
{
	static const enum manner manners[] = { BREAK_ONCE, BUSY_ONCE };
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (enum face face = 0; face < FACES; face++) {
			open_fixture(&f, manners[i]);
			int end = make_pipe(3000000);
			struct tc_source body = pipe_source(end, 3000000);
			tc_call *call = new_upload(&f, "PUT", &body);
			int rc = transfer_perform(face, call, NULL, &f.err);
			assert_int_equal(rc, i ? TC_ERROR_HTTP : TC_ERROR_NETWORK);
			assert_int_equal(atomic_load(&f.storage.requests), 1);
			transfer_perform(face, call, NULL, &f.err);
			assert_failure(&f.err, TC_ERROR_ARGUMENT, "was sent already");
			tc_call_free(call);
			close(end);
			close_fixture(&f);
		}
}

static void test_post_is_not_repeated(void **state)
{
	struct fixture f;
	struct tc_source body = TC_SOURCE_INIT;
	char *bytes = make_pattern(3000000);

	(void)state;
	open_fixture(&f, BREAK_ONCE);
	tc_source_memory(&body, bytes, 3000000);
	tc_call *call = new_upload(&f, "POST", &body);
	assert_int_equal(tc_call_perform(call, NULL, &f.err), TC_ERROR_NETWORK);
	assert_int_equal(atomic_load(&f.storage.requests), 1);
	assert_ok(tc_call_perform(call, NULL, &f.err), &f.err);
	tc_call_free(call);
	free(bytes);
	close_fixture(&f);
}

/* ---- large ---- */

static void test_six_gib(void **state)
{
	struct fixture f;
	char path[32];
	struct tc_source body = TC_SOURCE_INIT;

	(void)state;
	for (enum face face = 0; face < FACES; face++) {
		open_fixture(&f, HEAD_ONLY);
		int file = make_file(0, 10, path);
		unlink(path);
		if (ftruncate(file, (off_t)6 << 30) != 0)
			skip(); /* a file system without sparse files */
		assert_ok(tc_source_fd(&body, file, &f.err), &f.err);
		assert_int_equal(body.length, (int64_t)6 << 30);
		tc_call *call = new_upload(&f, "PUT", &body);
		transfer_perform(face, call, NULL, &f.err);
		assert_failure(&f.err, TC_ERROR_HTTP, "transfer.put: 413: too much for us");
		assert_non_null(strstr(f.storage.head, "\r\nContent-Length: 6442450944\r\n"));
		tc_call_free(call);
		close(file);
		close_fixture(&f);
	}
}

static void test_memory_stays_small(void **state)
{
	struct fixture f;
	struct tc_source body = TC_SOURCE_INIT;
	struct flow flow = { .length = (int64_t)64 << 20 };
	struct rusage before, after;

	(void)state;
	open_fixture(&f, STORE);
	flow_source(&body, &flow, true);
	getrusage(RUSAGE_SELF, &before);
	for (enum face face = 0; face < FACES; face++, flow.at = 0)
		assert_stored(&f, face, "PUT", &body);
	getrusage(RUSAGE_SELF, &after);
	assert_true(after.ru_maxrss - before.ru_maxrss < 12 * 1024);
	close_fixture(&f);
}

/* ---- its options and headers ---- */

static int note_progress(void *data, const struct tc_progress *progress)
{
	int64_t *seen = data;

	if (progress->send_total >= 0)
		assert_int_equal(progress->send_total, 3000000);
	if (progress->sent > *seen)
		*seen = progress->sent;
	return 0;
}

static void test_progress(void **state)
{
	struct fixture f;
	struct tc_source body = TC_SOURCE_INIT;
	struct flow flow = { .length = 3000000 };
	int64_t seen = 0;

	(void)state;
	open_fixture(&f, STORE);
	tc_client_free(f.client);
	f.options.progress = note_progress;
	f.options.progress_data = &seen;
	f.client = transfer_client(&f.options);
	flow_source(&body, &flow, true);
	assert_stored(&f, BLOCKING, "PUT", &body);
	assert_int_equal(seen, 3000000);
	close_fixture(&f);
}

static void test_content_length_has_to_be_right(void **state)
{
	struct fixture f;
	struct tc_source body = TC_SOURCE_INIT;

	(void)state;
	open_fixture(&f, STORE);
	tc_source_memory(&body, "abc", 3);
	tc_call *call = new_upload(&f, "PUT", &body);
	assert_ok(tc_call_header(call, "content-length", "3", &f.err), &f.err);
	tc_call_header(call, "content-length", "4", &f.err);
	assert_failure(&f.err, TC_ERROR_ARGUMENT, "\"4\", but the body has 3 bytes");
	tc_call_header(call, "Host", "x", &f.err);
	assert_failure(&f.err, TC_ERROR_ARGUMENT, "set by the library");
	tc_call_body_bytes(call, "x", 1, NULL, &f.err);
	assert_failure(&f.err, TC_ERROR_ARGUMENT, "given by its options");
	assert_ok(tc_call_perform(call, NULL, &f.err), &f.err);
	const char *first = strstr(f.storage.head, "\r\nContent-Length: 3\r\n");
	assert_non_null(first);
	assert_null(strcasestr(first + 4, "content-length"));
	tc_call_free(call);
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_stays_small), /* before others have used any */
		cmocka_unit_test(test_every_source),
		cmocka_unit_test(test_handle_is_ordinary_again),
		cmocka_unit_test(test_dead_connection_after_another_body),
		cmocka_unit_test(test_refused_on_the_way),
		cmocka_unit_test(test_hasty_success_is_none),
		cmocka_unit_test(test_stalled_is_noticed),
		cmocka_unit_test(test_source_that_shrinks_or_grows),
		cmocka_unit_test(test_function_and_pipe_that_lie),
		cmocka_unit_test(test_source_that_fails),
		cmocka_unit_test(test_broken_is_repeated),
		cmocka_unit_test(test_once_is_not_repeated),
		cmocka_unit_test(test_post_is_not_repeated),
		cmocka_unit_test(test_six_gib),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_content_length_has_to_be_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
