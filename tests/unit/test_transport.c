/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/http/pool.h"
#include "runtime/src/http/transport_curl.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- a server that answers from a script, one connection after another ---- */

struct answer {
	const char *text; /* NULL: none */
	size_t length;    /* 0: of the text */
	bool close;       /* the connection ends after it */
	bool stall;       /* wait for the client to end the connection */
	bool unread;      /* do not even read the request */
	bool leave;       /* the connection stays, but nobody serves it any more */
};

#define REQUESTS_MAX 16

struct server {
	int listener;
	uint16_t port;
	pthread_t thread;
	const struct answer *answers;
	size_t answer_count, request_count, connection_count;
	int left;
	char requests[REQUESTS_MAX][4096];
};

static bool read_request(int fd, char *text, size_t size)
{
	size_t used = 0, need = 0;

	for (;;) {
		ssize_t got = read(fd, text + used, size - 1 - used);
		if (got <= 0)
			return false;
		used += (size_t)got;
		text[used] = '\0';
		char *end = strstr(text, "\r\n\r\n");
		if (!end)
			continue;
		const char *length = strstr(text, "Content-Length: ");
		need = (size_t)(end + 4 - text) + (length ? strtoul(length + 16, NULL, 10) : 0);
		if (used >= need)
			return true;
	}
}

static void send_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		bytes += sent;
		length -= (size_t)sent;
	}
}

static void serve_connection(struct server *server, int fd)
{
	char rest[100];

	for (;;) {
		size_t i = server->request_count < server->answer_count ? server->request_count
									: server->answer_count - 1;
		const struct answer *answer = &server->answers[i];
		if (!answer->unread &&
			!read_request(fd, server->requests[server->request_count],
				sizeof server->requests[0]))
			return;
		server->request_count++;
		if (answer->text)
			send_all(fd, answer->text,
				answer->length ? answer->length : strlen(answer->text));
		while (answer->stall && read(fd, rest, sizeof rest) > 0)
			continue;
		if (answer->leave)
			server->left = dup(fd);
		if (answer->close || answer->stall || answer->leave)
			return;
	}
}

static void *serve(void *data)
{
	struct server *server = data;

	for (;;) {
		int fd = accept(server->listener, NULL, NULL);
		if (fd < 0)
			return NULL;
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		server->connection_count++;
		serve_connection(server, fd);
		close(fd);
	}
}

static void start(struct server *server, const struct answer *answers, size_t count)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof address;

	memset(server, 0, sizeof *server);
	server->answers = answers;
	server->answer_count = count;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->listener = socket(AF_INET, SOCK_STREAM, 0);
	fcntl(server->listener, F_SETFD, FD_CLOEXEC);
	assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(server->listener, 8), 0);
	getsockname(server->listener, (struct sockaddr *)&address, &length);
	server->port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

/* The client's connections are closed by then, or the server would wait for them. */
static void stop(struct server *server)
{
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
	if (server->left)
		close(server->left);
}

/* ---- a client's side ---- */

struct bench {
	struct server server;
	struct tc__transport *transport;
	struct tc__attempt attempt;
	struct tc__reply reply;
	struct tc__delivery delivery;
	bool once; /* what it sends must not be sent twice */
	struct tc__pool pool;
	struct tc__network *network;
	char url[200];
	tc_error err;
};

static const struct tc__network_options plain = { .connect_timeout_ms = 5000 };

static void set_network(struct bench *bench, const struct tc__network_options *options)
{
	if (bench->transport)
		bench->transport->kind->free(bench->transport);
	tc__network_free(bench->network);
	bench->network = tc__network_new(options, &bench->err);
	assert_ok(bench->network ? TC_OK : bench->err.code, &bench->err);
	bench->transport = tc__curl_transport_new(&bench->pool, bench->network, &bench->err);
	assert_ok(bench->transport ? TC_OK : bench->err.code, &bench->err);
}

static void prepare(struct bench *bench, const struct answer *answers, size_t count)
{
	memset(bench, 0, sizeof *bench);
	tc__pool_init(&bench->pool, NULL, NULL, NULL, 8);
	bench->delivery.until_ms = INT64_MAX;
	start(&bench->server, answers, count);
	set_network(bench, &plain);
}

#define PREPARE(bench, ...) \
	static const struct answer answers[] = { __VA_ARGS__ }; \
	prepare(&(bench), answers, sizeof answers / sizeof *answers)

static void clean(struct bench *bench)
{
	tc__reply_clear(&bench->reply);
	bench->transport->kind->free(bench->transport);
	tc__pool_close(&bench->pool);
	tc__network_free(bench->network);
	stop(&bench->server);
	tc_error_clear(&bench->err);
}

static int deliver(struct bench *bench, const char *method, const char *path, const char *body)
{
	snprintf(bench->url, sizeof bench->url, "http://127.0.0.1:%d%s", bench->server.port, path);
	bench->attempt = (struct tc__attempt){
		.method = method,
		.url = bench->url,
		.lines = { "User-Agent: me", body ? "Content-Type: text/plain" : "X-A: b" },
		.line_count = 2,
		.body = body,
		.body_length = body ? strlen(body) : 0,
		.repeatable = !bench->once,
	};
	bench->delivery.attempt = &bench->attempt;
	bench->delivery.reply = &bench->reply;
	if (!bench->delivery.timeout_ms)
		bench->delivery.timeout_ms = 5000;
	tc__reply_clear(&bench->reply);
	tc__reply_init(&bench->reply, 1000, NULL);
	return bench->transport->kind->deliver(bench->transport, &bench->delivery, &bench->err);
}

static void delivers(struct bench *bench, const char *method, const char *path, const char *body)
{
	assert_ok(deliver(bench, method, path, body), &bench->err);
	assert_ok(tc__reply_finish(&bench->reply, &bench->err), &bench->err);
}

static const char *received(struct bench *bench)
{
	return tc_response_body(bench->reply.response, NULL);
}

static void was_sent(const struct bench *bench, size_t request, const char *part)
{
	if (!strstr(bench->server.requests[request], part))
		fail_msg("no \"%s\" in \"%s\"", part, bench->server.requests[request]);
}

static void was_not_sent(const struct bench *bench, size_t request, const char *part)
{
	if (strstr(bench->server.requests[request], part))
		fail_msg("\"%s\" in \"%s\"", part, bench->server.requests[request]);
}

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
#define OK_ANSWER \
	{ \
		.text = OK_HEAD "ok" \
	}

/* ---- what goes over the wire ---- */

static void test_methods_over_one_connection(void **state)
{
	struct bench b;

	(void)state;
	PREPARE(b, OK_ANSWER, { .text = OK_HEAD }, OK_ANSWER);
	delivers(&b, "GET", "/a/../b//c%2F?x=%20&y", NULL);
	assert_string_equal(received(&b), "ok");
	delivers(&b, "HEAD", "/h", NULL);
	assert_string_equal(received(&b), "");
	delivers(&b, "POST", "/p", NULL);
	assert_string_equal(received(&b), "ok");
	delivers(&b, "PUT", "/u", "body");
	delivers(&b, "DELETE", "/d", "gone");
	delivers(&b, "DELETE", "/e", NULL);
	delivers(&b, "HEAD", "/h", NULL);
	assert_int_equal(b.server.connection_count, 1);

	was_sent(&b, 0, "GET /a/../b//c%2F?x=%20&y HTTP/1.1\r\n");
	was_sent(&b, 0, "\r\nUser-Agent: me\r\nX-A: b\r\n");
	was_not_sent(&b, 0, "Accept-Encoding"); /* it would be among the lines */
	was_not_sent(&b, 0, "Content-");
	was_sent(&b, 1, "HEAD /h HTTP/1.1\r\n");
	was_sent(&b, 2, "POST /p HTTP/1.1\r\n");
	was_sent(&b, 2, "\r\nContent-Length: 0\r\n");
	was_not_sent(&b, 2, "Content-Type");
	was_sent(&b, 3, "PUT /u HTTP/1.1\r\n");
	was_sent(&b, 3, "\r\nContent-Type: text/plain\r\n");
	was_sent(&b, 3, "\r\nContent-Length: 4\r\n");
	was_sent(&b, 3, "\r\n\r\nbody");
	was_not_sent(&b, 3, "Expect");
	was_sent(&b, 4, "DELETE /d HTTP/1.1\r\n");
	was_sent(&b, 4, "\r\n\r\ngone");
	was_sent(&b, 5, "DELETE /e HTTP/1.1\r\n");
	was_not_sent(&b, 5, "Content-");
	clean(&b);
}

static void test_redirect_is_not_followed(void **state)
{
	struct bench b;

	(void)state;
	PREPARE(b,
		{ .text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 303 x\r\nLocation: /x\r\n"
			  "Content-Length: 0\r\n\r\n" });
	delivers(&b, "GET", "/", NULL);
	assert_int_equal(tc_response_status(b.reply.response), 303);
	assert_string_equal(tc_response_location(b.reply.response), "/x");
	assert_int_equal(b.server.request_count, 1);
	clean(&b);
}

/* "hello" by gzip */
#define GZIP_HEAD "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
static const char hello[] = GZIP_HEAD
	"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05"
	"\x00\x00\x00";

static void test_gzip(void **state)
{
	struct bench b;

	(void)state;
	PREPARE(b, { .text = hello, .length = sizeof hello - 1, .close = true },
		{ .text = GZIP_HEAD "garbage", .close = true });
	delivers(&b, "GET", "/", NULL);
	assert_string_equal(received(&b), "hello");
	assert_ok(deliver(&b, "GET", "/", NULL), &b.err);
	assert_int_equal(tc__reply_finish(&b.reply, &b.err), TC_ERROR_REPLY);
	assert_failure(&b.err, TC_ERROR_REPLY, "the reply's gzip is damaged");
	clean(&b);
}

/* libcurl takes each of them for whole. Where the end of the connection is that of the reply, the
 * network may have cut it; where the length fits, the server has. */
static void test_cut_gzip(void **state)
{
	static const char measured[] =
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n\r\n"
		"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff";
	struct bench b;

	(void)state;
	PREPARE(b, { .text = hello, .length = sizeof hello - 9, .close = true },
		{ .text = measured, .length = sizeof measured - 1 });
	assert_ok(deliver(&b, "GET", "/", NULL), &b.err);
	assert_int_equal(tc__reply_finish(&b.reply, &b.err), TC_ERROR_NETWORK);
	assert_failure(&b.err, TC_ERROR_NETWORK, "the reply's gzip ends early");
	assert_ok(deliver(&b, "GET", "/", NULL), &b.err);
	assert_int_equal(tc__reply_finish(&b.reply, &b.err), TC_ERROR_REPLY);
	assert_failure(&b.err, TC_ERROR_REPLY, "the reply's gzip ends early");
	clean(&b);
}

/* What comes behind the body is no header, and no other reply. */
static void test_trailers(void **state)
{
	struct bench b;

	(void)state;
	PREPARE(b,
		{ .text = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: "
			  "chunked\r\n\r\n2\r\nok\r\n0\r\nContent-Type: text/html\r\n"
			  "HTTP/1.1 500 Trailer: x\r\nX-Sum: 7\r\n\r\n" });
	delivers(&b, "GET", "/", NULL);
	assert_string_equal(received(&b), "ok");
	assert_int_equal(tc_response_status(b.reply.response), 200);
	assert_string_equal(tc_response_header(b.reply.response, "content-type"), "text/plain");
	assert_null(tc_response_header(b.reply.response, "x-sum"));
	clean(&b);
}

/* More than libcurl takes: its codes speak of memory, or of the network. */
static void test_headers_that_are_too_large(void **state)
{
	struct answer large[2] = { { .close = true }, { .close = true } };
	size_t size = (size_t)400 * 1024, at;
	char *line = malloc(size), *lines = malloc(size);
	struct bench b;

	(void)state;
	assert_non_null(line);
	assert_non_null(lines);
	at = (size_t)sprintf(line, "HTTP/1.1 200 OK\r\nX-Wide: ");
	memset(line + at, 'w', (size_t)110 * 1024);
	strcpy(line + at + (size_t)110 * 1024, "\r\nContent-Length: 0\r\n\r\n");
	at = (size_t)sprintf(lines, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 40; i++)
		at += (size_t)sprintf(lines + at, "X-%d: %08000d\r\n", i, 0);
	strcpy(lines + at, "Content-Length: 0\r\n\r\n");
	large[0].text = line;
	large[1].text = lines;
	prepare(&b, large, 2);
	assert_int_equal(deliver(&b, "GET", "/", NULL), TC_ERROR_REPLY);
	assert_failure(&b.err, TC_ERROR_REPLY, "a line of its headers is over 100 KB");
	int rc = deliver(&b, "GET", "/", NULL);
	if (rc == TC_OK) /* seen here before libcurl sees it */
		rc = tc__reply_finish(&b.reply, &b.err);
	assert_int_equal(rc, TC_ERROR_REPLY);
	assert_failure(&b.err, TC_ERROR_REPLY, "headers are over 30");
	clean(&b);
	free(line);
	free(lines);
}

static void test_limit_ends_the_transfer(void **state)
{
	static char endless[20000] = "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n";
	static const struct answer answers[] = { { .text = endless, .stall = true } };
	struct bench b;

	(void)state;
	memset(endless + strlen(endless), 'x', sizeof endless - strlen(endless) - 1);
	prepare(&b, answers, 1);
	assert_ok(deliver(&b, "GET", "/", NULL), &b.err);
	assert_int_equal(tc__reply_finish(&b.reply, &b.err), TC_ERROR_REPLY);
	assert_failure(&b.err, TC_ERROR_REPLY, "over 1000 bytes");
	clean(&b);
}

/* ---- failures ---- */

static void test_refused_connection(void **state)
{
	struct bench b;
	char text[100];

	(void)state;
	PREPARE(b, OK_ANSWER);
	uint16_t port = b.server.port;
	stop(&b.server); /* and nobody listens */
	assert_int_equal(deliver(&b, "GET", "/", NULL), TC_ERROR_NETWORK);
	assert_false(b.delivery.maybe_sent);
	assert_false(b.delivery.permanent);
	snprintf(text, sizeof text, "no reply from 127.0.0.1:%d: ", port);
	assert_failure(&b.err, TC_ERROR_NETWORK, text);
	b.transport->kind->free(b.transport);
	tc__pool_close(&b.pool);
	tc__network_free(b.network);
	tc__reply_clear(&b.reply);
}

static void test_broken_replies(void **state)
{
	struct bench b;

	(void)state;
	PREPARE(b, { .close = true },
		{ .text = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfive", .close = true },
		{ .text = "SSH-2.0-OpenSSH_9.2p1\r\n", .close = true });
	for (int i = 0; i < 3; i++) {
		assert_int_equal(deliver(&b, "GET", "/", NULL), TC_ERROR_NETWORK);
		assert_true(b.delivery.maybe_sent);
		assert_false(b.delivery.permanent);
		assert_failure(&b.err, TC_ERROR_NETWORK, "no reply from 127.0.0.1");
	}
	clean(&b);
}

/* What is said counts, however it ends. */
static void test_refusal_that_breaks_off(void **state)
{
	struct bench b;

	(void)state;
	PREPARE(b, { .text = "HTTP/1.1 404 x\r\nContent-Length: 9\r\n\r\nfive", .close = true },
		{ .text = "HTTP/1.1 302 x\r\nContent-Length: 9\r\n\r\nfive", .stall = true });
	b.delivery.timeout_ms = 200;
	for (int status = 404; status > 300; status -= 102) {
		delivers(&b, "GET", "/", NULL);
		assert_int_equal(tc__reply_status(&b.reply), status);
		assert_true(tc__reply_is_refused(&b.reply));
		assert_string_equal(received(&b), "five");
	}
	clean(&b);
}

/* curl takes that for a reply without a body */
static void test_reply_that_ends_in_its_headers(void **state)
{
	struct bench b;

	(void)state;
	PREPARE(b, { .text = "HTTP/1.1 200 OK\r\nContent-", .close = true });
	assert_ok(deliver(&b, "GET", "/", NULL), &b.err);
	assert_int_equal(tc__reply_finish(&b.reply, &b.err), TC_ERROR_NETWORK);
	assert_failure(&b.err, TC_ERROR_NETWORK, "ends within its headers");
	clean(&b);
}

static void test_timeout(void **state)
{
	struct bench b;

	(void)state;
	PREPARE(b, { .stall = true });
	b.delivery.timeout_ms = 50;
	assert_int_equal(deliver(&b, "GET", "/", NULL), TC_ERROR_TIMEOUT);
	assert_true(b.delivery.maybe_sent);
	assert_failure(&b.err, TC_ERROR_TIMEOUT, "no reply from 127.0.0.1");
	clean(&b);
}

static int cancel_soon(void *data, const struct tc_progress *progress)
{
	assert_int_equal(progress->send_total, 4);
	return ++*(int *)data > 3;
}

static void test_cancel(void **state)
{
	int asked = 0;
	struct bench b;

	(void)state;
	PREPARE(b, { .stall = true });
	b.delivery.progress = cancel_soon;
	b.delivery.progress_data = &asked;
	assert_int_equal(deliver(&b, "POST", "/", "body"), TC_ERROR_CANCELED);
	assert_failure(&b.err, TC_ERROR_CANCELED, "canceled by the progress callback");
	clean(&b);
}

static void test_unreadable_ca_file(void **state)
{
	struct tc__network_options settings = plain;
	struct bench b;

	(void)state;
	PREPARE(b, { .unread = true, .close = true });
	settings.ca_file = "/nonexistent/ca.pem";
	set_network(&b, &settings);
	snprintf(b.url, sizeof b.url, "https://127.0.0.1:%d/", b.server.port);
	b.attempt = (struct tc__attempt){ .method = "GET", .url = b.url };
	b.delivery = (struct tc__delivery){
		.attempt = &b.attempt, .reply = &b.reply, .timeout_ms = 5000, .until_ms = INT64_MAX
	};
	tc__reply_init(&b.reply, 1000, NULL);
	assert_int_equal(
		b.transport->kind->deliver(b.transport, &b.delivery, &b.err), TC_ERROR_ARGUMENT);
	assert_failure(&b.err, TC_ERROR_ARGUMENT, "ca_file: ");
	clean(&b);
}

/* ---- kept connections ---- */

static void test_dead_connection_is_replaced(void **state)
{
	struct bench b;

	(void)state;
	/* the server ends the kept connection instead of answering the second request */
	PREPARE(b, OK_ANSWER, { .close = true }, OK_ANSWER);
	delivers(&b, "GET", "/1", NULL);
	delivers(&b, "GET", "/2", NULL);
	assert_string_equal(received(&b), "ok");
	assert_int_equal(b.server.connection_count, 2);
	assert_int_equal(b.server.request_count, 3);
	was_sent(&b, 1, "GET /2 ");
	was_sent(&b, 2, "GET /2 ");
	clean(&b);
}

/* One handle, and now and then only another path: what stood in the URL before is not in it. */
static void test_urls_of_one_handle(void **state)
{
	static const char *const targets[] = { "/a", "/b?x=1", "/c", "/d%2Fe", "/f", "/?y",
		"/g/./h", "/i//j", "/" };
	const size_t count = sizeof targets / sizeof *targets;
	struct bench b;

	(void)state;
	PREPARE(b, OK_ANSWER);
	for (size_t i = 0; i < count; i++) {
		char line[64];
		delivers(&b, "GET", targets[i], NULL);
		snprintf(line, sizeof line, "GET %s HTTP/1.1\r\n", targets[i]);
		was_sent(&b, i, line);
	}
	clean(&b);
}

/* The server has read it, and ends the kept connection: curl by itself would send it again. */
static void test_what_must_not_be_repeated_is_sent_once(void **state)
{
	struct bench b;

	(void)state;
	PREPARE(b, OK_ANSWER, { .close = true }, OK_ANSWER);
	delivers(&b, "GET", "/1", NULL);
	b.once = true;
	assert_int_equal(deliver(&b, "POST", "/2", NULL), TC_ERROR_NETWORK);
	assert_failure(&b.err, TC_ERROR_NETWORK, "must not be sent twice");
	assert_true(b.delivery.maybe_sent);
	clean(&b);
	assert_int_equal(b.server.request_count, 2);
}

static void test_what_must_not_be_repeated_uses_a_kept_connection(void **state)
{
	struct bench b;

	(void)state;
	PREPARE(b, OK_ANSWER, { .text = OK_HEAD "ok", .leave = true }, OK_ANSWER);
	b.once = true;
	delivers(&b, "POST", "/1", NULL);
	delivers(&b, "POST", "/2", "body");
	assert_int_equal(b.server.connection_count, 1);
	sleep(6); /* by now a server may close it, just when the next request comes */
	delivers(&b, "POST", "/3", NULL);
	assert_int_equal(b.server.connection_count, 2);
	clean(&b);
}

/* ---- a good guest ---- */

/* How many descriptors a program would inherit. */
static int inherited(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	if (!folder)
		skip();
	for (struct dirent *entry; (entry = readdir(folder));) {
		int flags = fcntl(atoi(entry->d_name), F_GETFD);
		count += entry->d_name[0] != '.' && flags >= 0 && !(flags & FD_CLOEXEC);
	}
	closedir(folder);
	return count;
}

static void test_close_on_exec(void **state)
{
	int pair[2], before = inherited();
	struct bench b;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0); /* the host's own */
	assert_int_equal(write(pair[0], "x", 1), 1);
	PREPARE(b, OK_ANSWER);
	delivers(&b, "GET", "/", NULL);
	assert_int_equal(inherited(), before + 2);
	assert_int_equal(fcntl(pair[0], F_GETFD), 0);
	assert_int_equal(fcntl(pair[1], F_GETFD), 0);
	clean(&b);
	close(pair[0]);
	close(pair[1]);
}

static void test_child_of_fork_leaves_the_connection_alone(void **state)
{
	struct bench b;
	int status;

	(void)state;
	PREPARE(b, OK_ANSWER);
	delivers(&b, "GET", "/", NULL);
	pid_t child = fork();
	if (child == 0) {
		int before = inherited();
		b.transport->kind->free(b.transport);
		tc__pool_close(&b.pool);
		_exit(inherited() == before ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	delivers(&b, "GET", "/", NULL);
	assert_int_equal(b.server.connection_count, 1);
	clean(&b);
}

static void test_sigpipe_stays_away(void **state)
{
	static char body[4 << 20];
	struct bench b;

	(void)state;
	PREPARE(b, { .unread = true, .close = true });
	assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR); /* it would end the test */
	memset(body, 'b', sizeof body - 1);
	assert_int_equal(deliver(&b, "POST", "/", body), TC_ERROR_NETWORK);
	clean(&b);
}

/* A loop that lives for months sees many clients. */
static void test_handles_of_clients_that_are_gone_end(void **state)
{
	struct bench b;

	(void)state;
	PREPARE(b, OK_ANSWER);
	for (int i = 0; i < 6; i++) {
		set_network(&b, &plain);
		delivers(&b, "GET", "/", NULL);
		assert_true(b.pool.opened <= 2);
	}
	assert_int_equal(b.server.connection_count, 1);
	clean(&b);
}

static void test_environment_proxy_counts_only_when_asked(void **state)
{
	struct tc__network_options settings = plain;
	struct bench b;

	(void)state;
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
	PREPARE(b, OK_ANSWER);
	delivers(&b, "GET", "/", NULL);
	settings.environment_proxy = true;
	set_network(&b, &settings);
	assert_int_equal(deliver(&b, "GET", "/", NULL), TC_ERROR_NETWORK);
	assert_false(b.delivery.maybe_sent);
	unsetenv("http_proxy");
	clean(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_methods_over_one_connection),
		cmocka_unit_test(test_redirect_is_not_followed),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_cut_gzip),
		cmocka_unit_test(test_trailers),
		cmocka_unit_test(test_headers_that_are_too_large),
		cmocka_unit_test(test_limit_ends_the_transfer),
		cmocka_unit_test(test_refused_connection),
		cmocka_unit_test(test_broken_replies),
		cmocka_unit_test(test_refusal_that_breaks_off),
		cmocka_unit_test(test_reply_that_ends_in_its_headers),
		cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_unreadable_ca_file),
		cmocka_unit_test(test_dead_connection_is_replaced),
		cmocka_unit_test(test_urls_of_one_handle),
		cmocka_unit_test(test_what_must_not_be_repeated_is_sent_once),
		cmocka_unit_test(test_what_must_not_be_repeated_uses_a_kept_connection),
		cmocka_unit_test(test_close_on_exec),
		cmocka_unit_test(test_child_of_fork_leaves_the_connection_alone),
		cmocka_unit_test(test_sigpipe_stays_away),
		cmocka_unit_test(test_handles_of_clients_that_are_gone_end),
		cmocka_unit_test(test_environment_proxy_counts_only_when_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
