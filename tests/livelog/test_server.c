/* SPDX-License-Identifier: MPL-2.0 */
/* The live log as a library: what readers of a file that grows see, and what they cost. */
#include "tests/harness/folder.h"
#include "tests/harness/test.h"
#include "tests/livelog/client.h"
#include "tools/livelog/livelog.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TOKEN "a-nice.slug_id~0"

struct scene {
	struct tc_folder folder;
	int fd; /* of the log, to be written */
	struct livelog *livelog;
	int port;
};

static struct scene scene;

static void open_with(struct livelog_options options)
{
	tc_error err = TC_ERROR_INIT;

	tc_folder_make(&scene.folder);
	const char *path = tc_folder_path(&scene.folder, "log");
	scene.fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(scene.fd >= 0);
	options.file = path;
	options.token = TOKEN;
	scene.livelog = livelog_start(&options, &err);
	assert_ok(err.code, &err);
	assert_non_null(scene.livelog);
	scene.port = livelog_port(scene.livelog);
}

static void open_scene(void)
{
	open_with((struct livelog_options){ .readers_max = 0 });
}

static void close_scene(void)
{
	livelog_free(scene.livelog);
	close(scene.fd);
	tc_folder_remove(&scene.folder);
}

static void put(const char *bytes, size_t length)
{
	assert_int_equal(write(scene.fd, bytes, length), length);
	livelog_grew(scene.livelog);
}

static void say(const char *text)
{
	put(text, strlen(text));
}

static void expect(struct client *client, const char *text)
{
	char bytes[256] = "";

	client_read_all(client, bytes, strlen(text));
	assert_string_equal(bytes, text);
}

static void expect_end(struct client *client, long end)
{
	char byte;

	assert_int_equal(client_read(client, &byte, 1), end);
}

static void pause_ms(int ms)
{
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&time, NULL);
}

static void await_readers(int count)
{
	for (int i = 0; i < 2000 && livelog_readers(scene.livelog) != count; i++)
		pause_ms(5);
	assert_int_equal(livelog_readers(scene.livelog), count);
}

/* Each row: what is asked, and what the reply's head must and must not have. */
static const struct wire {
	const char *request, *status;
	const char *has[4], *lacks;
	const char *body;
} wires[] = {
	{ "GET /log/" TOKEN " HTTP/1.1", "200 OK",
		{ "Content-Type: text/plain; charset=utf-8", "Access-Control-Allow-Origin: *",
			"Access-Control-Expose-Headers: Transfer-Encoding", "Content-Length: 4" },
		"Transfer-Encoding: chunked", "log\n" },
	{ "GET /log/" TOKEN " HTTP/1.1\r\nRange: bytes=1-2", "200 OK", { "Content-Length: 4" },
		"Content-Range", "log\n" },
	{ "GET /log/" TOKEN " HTTP/1.0", "200 OK", { "Content-Length: 4" }, "Transfer-Encoding: c",
		"log\n" },
	{ "HEAD /log/" TOKEN " HTTP/1.1", "200 OK",
		{ "Content-Type: text/plain; charset=utf-8", "Content-Length: 4" }, NULL, "" },
	{ "OPTIONS /log/" TOKEN " HTTP/1.1", "204 No Content",
		{ "Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: GET, HEAD",
			"Access-Control-Allow-Headers: *" },
		NULL, "" },
	{ "POST /log/" TOKEN " HTTP/1.1\r\nContent-Length: 0", "405 Method Not Allowed",
		{ "Allow: GET, HEAD, OPTIONS" }, NULL,
		"This endpoint can only handle GET requests" },
	{ "GET /log/" TOKEN "0 HTTP/1.1", "401 Unauthorized",
		{ "Content-Type: text/plain", "Access-Control-Allow-Origin: *" }, NULL,
		"Access denied" },
	{ "GET /log/a-nice.slug_id~1 HTTP/1.1", "401 Unauthorized", { NULL }, NULL,
		"Access denied" },
	{ "GET /log/" TOKEN "?x=1 HTTP/1.1", "401 Unauthorized", { NULL }, NULL, "Access denied" },
	{ "GET /log/%61-nice.slug_id~0 HTTP/1.1", "401 Unauthorized", { NULL }, NULL,
		"Access denied" },
	{ "GET /log/ HTTP/1.1", "401 Unauthorized", { NULL }, NULL, "Access denied" },
	{ "OPTIONS /log/x HTTP/1.1", "401 Unauthorized", { NULL }, NULL, "Access denied" },
	{ "GET / HTTP/1.1", "404 Not Found", { NULL }, "Access-Control", "404 page not found\n" },
	{ "GET /log HTTP/1.1", "404 Not Found", { NULL }, NULL, "404 page not found\n" },
	{ "GET /other/" TOKEN " HTTP/1.1", "404 Not Found", { NULL }, NULL,
		"404 page not found\n" },
};

static void check_wire(const struct wire *wire)
{
	char request[300], body[64] = "";
	size_t length = 0;
	long got;

	snprintf(request, sizeof request, "%s\r\nHost: x\r\n\r\n", wire->request);
	struct client *client = client_open(scene.port, request);
	assert_non_null(strstr(client_head(client), wire->status));
	for (size_t i = 0; i < 4 && wire->has[i]; i++)
		assert_non_null(strstr(client_head(client), wire->has[i]));
	if (wire->lacks)
		assert_null(strstr(client_head(client), wire->lacks));
	if (strncmp(request, "HEAD", 4) == 0)
		client->chunk = 0;
	if (strncmp(wire->status, "204", 3) == 0)
		client->chunk = 0;
	while ((got = client_read(client, body + length, sizeof body - 1 - length)) > 0)
		length += (size_t)got;
	assert_int_equal(got, 0);
	assert_string_equal(body, wire->body);
	client_close(client);
}

static void what_is_asked_of_a_whole_log(void **state)
{
	(void)state;
	open_scene();
	say("log\n");
	livelog_end(scene.livelog, false);
	for (size_t i = 0; i < sizeof wires / sizeof *wires; i++)
		check_wire(&wires[i]);
	close_scene();
}

static void a_log_that_grows(void **state)
{
	(void)state;
	open_scene();
	say("first\n");
	struct client *early = client_get(scene.port, TOKEN);
	expect(early, "first\n");
	assert_true(early->chunked);
	assert_false(client_sees(early, 50));
	for (int i = 0; i < 20; i++) {
		int64_t begun = tc_test_now_ms();
		say("more\n");
		expect(early, "more\n");
		assert_true(tc_test_now_ms() - begun < 1000);
	}
	struct client *late = client_get(scene.port, TOKEN);
	struct client *old = client_open(scene.port, "GET /log/" TOKEN " HTTP/1.0\r\n\r\n");
	expect(late, "first\nmore\n");
	expect(old, "first\nmore\n");
	assert_false(old->chunked);
	assert_int_equal(livelog_readers(scene.livelog), 3);
	livelog_end(scene.livelog, false);
	livelog_end(scene.livelog, true); /* only the first counts */
	expect_end(early, 0);
	char rest[200];
	client_read_all(late, rest, 19 * 5);
	client_read_all(old, rest, 19 * 5);
	expect_end(late, 0);
	expect_end(old, 0);
	await_readers(0);
	client_close(early);
	client_close(late);
	client_close(old);
	close_scene();
}

/* The head comes at once, not with the first byte. */
static void a_log_that_is_empty(void **state)
{
	(void)state;
	open_scene();
	struct client *client = client_get(scene.port, TOKEN);
	assert_true(client_sees(client, 5000));
	assert_int_equal(client_status(client), 200);
	livelog_end(scene.livelog, false);
	expect_end(client, 0);
	client_close(client);
	client = client_get(scene.port, TOKEN);
	assert_non_null(strstr(client_head(client), "Content-Length: 0\n"));
	expect_end(client, 0);
	client_close(client);
	close_scene();
}

static void a_log_that_breaks(void **state)
{
	(void)state;
	open_scene();
	struct client *waits = client_get(scene.port, TOKEN);
	client_head(waits);
	say("half");
	livelog_end(scene.livelog, true);
	expect(waits, "half");
	expect_end(waits, -1);
	struct client *later = client_get(scene.port, TOKEN);
	expect(later, "half");
	expect_end(later, -1);
	client_close(waits);
	client_close(later);
	close_scene();
}

static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void readers_that_wait_cost_nothing(void **state)
{
	struct client *clients[50];

	(void)state;
	open_with((struct livelog_options){ .stuck_seconds = 1 });
	for (int i = 0; i < 50; i++)
		clients[i] = client_get(scene.port, TOKEN);
	await_readers(50);
	for (int i = 0; i < 50; i++)
		client_head(clients[i]);
	double begun = cpu_seconds();
	pause_ms(2500);
	assert_true(cpu_seconds() - begun < 0.1);
	assert_int_equal(livelog_readers(scene.livelog), 50); /* nobody was stuck */
	say("x");
	for (int i = 0; i < 50; i++) {
		expect(clients[i], "x");
		client_close(clients[i]);
	}
	await_readers(0); /* who has gone is seen, though nothing is written */
	close_scene();
}

static void fill_log(size_t size)
{
	static char bytes[65536];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7 + i / 256);
	for (size_t i = 0; i < size; i += sizeof bytes)
		put(bytes, sizeof bytes);
}

static struct client *open_stuck(void)
{
	struct client *client = client_get(scene.port, TOKEN);
	const int small = 4096;

	setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	return client;
}

static void who_is_stuck_is_cut_off(void **state)
{
	(void)state;
	open_with((struct livelog_options){ .stuck_seconds = 1 });
	fill_log((size_t)32 << 20);
	struct client *stuck = open_stuck();
	await_readers(1);
	await_readers(0);
	client_close(stuck);
	close_scene();
}

static void too_many_readers(void **state)
{
	(void)state;
	open_with((struct livelog_options){ .readers_max = 2 });
	struct client *a = client_get(scene.port, TOKEN), *b = client_get(scene.port, TOKEN);
	assert_int_equal(client_status(a), 200);
	assert_int_equal(client_status(b), 200);
	struct client *c = client_get(scene.port, TOKEN);
	assert_int_equal(client_status(c), 503);
	expect(c, "Too many readers");
	client_close(b);
	await_readers(1);
	client_close(c);
	c = client_get(scene.port, TOKEN);
	assert_int_equal(client_status(c), 200);
	client_close(a);
	client_close(c);
	close_scene();
}

struct drain {
	struct client *client;
	size_t length;
	uint64_t sum;
	int pause_ms; /* after each of its first reads */
	long end;
};

static uint64_t add_up(uint64_t sum, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sum = (sum ^ (unsigned char)bytes[i]) * 1099511628211u;
	return sum;
}

static void *drain(void *data)
{
	struct drain *drain = data;
	static const size_t piece = 32768;
	char *bytes = malloc(piece);
	long got;

	for (int i = 0; (got = client_read(drain->client, bytes, piece)) > 0; i++) {
		drain->length += (size_t)got;
		drain->sum = add_up(drain->sum, bytes, (size_t)got);
		if (drain->pause_ms && i < 100)
			pause_ms(drain->pause_ms);
	}
	drain->end = got;
	free(bytes);
	return NULL;
}

static void every_reader_gets_every_byte(void **state)
{
	enum { READERS = 6 };
	struct drain drains[READERS];
	pthread_t threads[READERS];
	const size_t size = (size_t)4 << 20;

	(void)state;
	open_scene();
	for (int i = 0; i < READERS; i++) {
		drains[i] =
			(struct drain){ .client = client_get(scene.port, TOKEN), .pause_ms = i };
		assert_int_equal(pthread_create(&threads[i], NULL, drain, &drains[i]), 0);
	}
	for (int i = 0; i < 64; i++) {
		fill_log(size / 64);
		pause_ms(i % 4);
	}
	livelog_end(scene.livelog, false);
	size_t length;
	char *log = tc_test_read_file(tc_folder_path(&scene.folder, "log"), &length);
	uint64_t sum = add_up(0, log, length);
	free(log);
	assert_int_equal(length, size);
	for (int i = 0; i < READERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(drains[i].end, 0);
		assert_int_equal(drains[i].length, size);
		assert_true(drains[i].sum == sum);
		client_close(drains[i].client);
	}
	close_scene();
}

/* CPU time of this thread alone for writing so much in pieces of 4 KiB, and its longest wait. */
static double write_log(size_t size, int64_t *longest_ms)
{
	struct timespec begun, ended;
	static char piece[4096];

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begun);
	*longest_ms = 0;
	for (size_t i = 0; i < size; i += sizeof piece) {
		int64_t from = tc_test_now_ms();
		put(piece, sizeof piece);
		int64_t took = tc_test_now_ms() - from;
		if (took > *longest_ms)
			*longest_ms = took;
	}
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ended);
	return (double)(ended.tv_sec - begun.tv_sec) +
		(double)(ended.tv_nsec - begun.tv_nsec) / 1e9;
}

static void ten_readers_one_of_them_stuck(void **state)
{
	enum { READERS = 9 };
	struct drain drains[READERS];
	pthread_t threads[READERS];
	const size_t size = (size_t)100 << 20;
	int64_t alone_ms, longest_ms;

	(void)state;
	open_scene();
	double alone = write_log(size, &alone_ms);
	close_scene();
	open_scene();
	struct client *stuck = open_stuck();
	for (int i = 0; i < READERS; i++) {
		drains[i] = (struct drain){ .client = client_get(scene.port, TOKEN) };
		assert_int_equal(pthread_create(&threads[i], NULL, drain, &drains[i]), 0);
	}
	await_readers(READERS + 1);
	int64_t begun = tc_test_now_ms();
	double beside = write_log(size, &longest_ms);
	printf("100 MiB: alone %.0f ms of CPU time, beside ten readers %.0f (%lld ms by the "
	       "clock); "
	       "the longest wait %lld and %lld ms\n",
		alone * 1e3, beside * 1e3, (long long)(tc_test_now_ms() - begun),
		(long long)alone_ms, (long long)longest_ms);
	livelog_end(scene.livelog, false);
	for (int i = 0; i < READERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(drains[i].length, size);
		assert_int_equal(drains[i].end, 0);
		client_close(drains[i].client);
	}
	assert_true(longest_ms < 2000);
	assert_true(beside < alone * 2 + 0.1);
	assert_int_equal(livelog_readers(scene.livelog), 1);
	client_close(stuck);
	close_scene();
}

static int open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	if (!folder)
		return 0;
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void await_descriptors(int count)
{
	for (int i = 0; i < 2000 && open_descriptors() != count; i++)
		pause_ms(5);
	assert_int_equal(open_descriptors(), count);
}

static long resident_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long all = 0, resident = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%ld %ld", &all, &resident) != 2)
		resident = 0;
	fclose(file);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void read_once(void)
{
	struct client *client = client_get(scene.port, TOKEN);

	expect(client, "log\n");
	client_close(client);
}

static void many_readers_leave_nothing(void **state)
{
	(void)state;
	open_scene();
	int fds = open_descriptors();
	say("log\n");
	for (int i = 0; i < 200; i++)
		read_once();
	await_readers(0);
	await_descriptors(fds);
	long before = resident_kib();
	for (int i = 0; i < 400; i++)
		read_once();
	await_readers(0);
	await_descriptors(fds);
	printf("resident: %ld KiB, %ld after 400 readers more\n", before, resident_kib());
	const char *sanitize = getenv("TC_SANITIZE");
	if (!sanitize || !*sanitize) /* which keep what is freed */
		assert_true(resident_kib() - before < 512);
	close_scene();
}

static void at_the_same_port_again(void **state)
{
	(void)state;
	open_scene();
	int fds = open_descriptors();
	say("log\n");
	read_once();
	struct client *waits = client_get(scene.port, TOKEN);
	expect(waits, "log\n");
	int port = scene.port;
	close_scene();
	expect_end(waits, -1); /* nobody takes it for the whole */
	client_close(waits);
	open_with((struct livelog_options){ .port = port });
	assert_int_equal(scene.port, port);
	say("log\n");
	read_once();
	await_descriptors(fds);

	tc_error err = TC_ERROR_INIT;
	struct livelog_options second = { .fd = scene.fd, .token = TOKEN, .port = port };
	int readable = open(tc_folder_path(&scene.folder, "log"), O_RDONLY | O_CLOEXEC);
	second.fd = readable;
	assert_null(livelog_start(&second, &err));
	assert_failure(&err, TC_ERROR_SYSTEM, "127.0.0.1 port");
	close(readable);
	assert_int_equal(open_descriptors(), fds);
	close_scene();
}

/* A program that a worker starts must not hold the readers' connections. */
static void descriptors_are_not_inherited(void **state)
{
	bool before[100];

	(void)state;
	for (int fd = 3; fd < 100; fd++)
		before[fd] = fcntl(fd, F_GETFD) >= 0;
	open_scene();
	struct client *client = client_get(scene.port, TOKEN);
	client_head(client);
	for (int fd = 3; fd < 100; fd++) {
		int flags = fcntl(fd, F_GETFD);
		if (before[fd] || flags < 0 || fd == client->fd || fd == scene.folder.fd)
			continue;
		if (!(flags & FD_CLOEXEC))
			fail_msg("descriptor %d is inherited", fd);
	}
	client_close(client);
	close_scene();
}

static void everywhere_and_by_descriptor(void **state)
{
	char path[] = "/tmp/tc-livelog-XXXXXX";
	tc_error err = TC_ERROR_INIT;
	int fd = mkstemp(path);

	(void)state;
	unlink(path);
	assert_int_equal(write(fd, "log\n", 4), 4);
	struct livelog_options options = { .fd = fd, .token = TOKEN, .address = "*" };
	scene.livelog = livelog_start(&options, &err);
	assert_ok(err.code, &err);
	scene.port = livelog_port(scene.livelog);
	close(fd);
	read_once();
	livelog_free(scene.livelog);
}

static void refusals(void **state)
{
	static const struct {
		struct livelog_options options;
		int code;
		const char *part;
	} rows[] = {
		{ { .token = NULL }, TC_ERROR_ARGUMENT, "token: " },
		{ { .token = "" }, TC_ERROR_ARGUMENT, "token: " },
		{ { .token = "secret/1" }, TC_ERROR_ARGUMENT, "token: " },
		{ { .token = "secret", .key = "k" }, TC_ERROR_ARGUMENT, "key without certificate" },
		{ { .token = "secret", .certificate = "c" }, TC_ERROR_ARGUMENT,
			"certificate without key" },
		{ { .token = "secret", .readers_max = -1 }, TC_ERROR_ARGUMENT, "readers_max" },
		{ { .token = "secret", .file = "/none/x" }, TC_ERROR_SYSTEM, "/none/x" },
		{ { .token = "secret", .file = "/" }, TC_ERROR_SYSTEM, "read the log /" },
		{ { .token = "secret", .fd = -1 }, TC_ERROR_SYSTEM, "descriptor" },
		{ { .token = "secret", .file = "/dev/null", .port = 65536 }, TC_ERROR_ARGUMENT,
			"port 65536" },
		{ { .token = "secret", .file = "/dev/null", .address = "localhost" },
			TC_ERROR_ARGUMENT, "address localhost" },
		{ { .token = "secret", .file = "/dev/null", .address = "192.0.2.1" },
			TC_ERROR_SYSTEM, "192.0.2.1 port 0" },
		{ { .token = "secret", .file = "/dev/null", .certificate = "/none/c", .key = "k" },
			TC_ERROR_SYSTEM, "/none/c" },
		{ { .token = "secret",
			  .file = "/dev/null",
			  .certificate = "LICENSE",
			  .key = "LICENSE" },
			TC_ERROR_SYSTEM, "TLS" },
	};

	(void)state;
	int fds = open_descriptors();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		tc_error err = TC_ERROR_INIT;
		assert_null(livelog_start(&rows[i].options, &err));
		assert_null(strstr(tc_error_text(&err), "secret"));
		assert_failure(&err, rows[i].code, rows[i].part);
	}
	assert_int_equal(open_descriptors(), fds);
	livelog_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_of_a_whole_log),
		cmocka_unit_test(a_log_that_grows),
		cmocka_unit_test(a_log_that_is_empty),
		cmocka_unit_test(a_log_that_breaks),
		cmocka_unit_test(readers_that_wait_cost_nothing),
		cmocka_unit_test(who_is_stuck_is_cut_off),
		cmocka_unit_test(too_many_readers),
		cmocka_unit_test(every_reader_gets_every_byte),
		cmocka_unit_test(ten_readers_one_of_them_stuck),
		cmocka_unit_test(many_readers_leave_nothing),
		cmocka_unit_test(at_the_same_port_again),
		cmocka_unit_test(descriptors_are_not_inherited),
		cmocka_unit_test(everywhere_and_by_descriptor),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
