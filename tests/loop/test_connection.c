/* SPDX-License-Identifier: MPL-2.0 */

/* Connections on a loop, for protocols other than HTTP: bytes both ways, as many as one likes, over
 * plain sockets, TLS and proxies; and what becomes of them when the other side, the caller or the
 * loop is done. */

#include "host.h"
#include "world.h"

#include "tests/harness/raw.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <taskcluster/connection.h>
#include <time.h>
#include <unistd.h>

#define LARGE ((size_t)3 * 1024 * 1024)
#define LINE ((size_t)1024)
#define HUGE (LINE * 16 * 1024) /* more than the system keeps between two programs */

static tc_client *client;
static tc_loop *loop;

/* What a test does with a connection, and what became of it. */
struct talk {
	tc_connection *connection;
	const char *said;
	size_t length, sent, received;
	char *heard; /* of `length` bytes */
	bool stood, closed, frees, stops;
	bool stuck; /* the other side did not take all at once */
	tc_error err;
};

static int set_up(void **state)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	loop = tc_loop_new(NULL, &err);
	assert_ok(err.code, &err);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tc_loop_free(loop);
	tc_client_free(client);
	return 0;
}

/* ---- the other side ---- */

static void echo(void *data, int fd, size_t number)
{
	char bytes[4096];
	ssize_t got;

	(void)data;
	(void)number;
	while ((got = recv(fd, bytes, sizeof bytes, 0)) > 0)
		if (send(fd, bytes, (size_t)got, MSG_NOSIGNAL) != got)
			return;
}

static void say_and_close(void *data, int fd, size_t number)
{
	(void)data;
	(void)number;
	tc_raw_say(fd, "bye");
}

static void wait_for_the_end(void *data, int fd, size_t number)
{
	char byte;

	(void)data;
	(void)number;
	while (recv(fd, &byte, 1, 0) > 0)
		continue;
}

static void be_a_proxy(void *data, int fd, size_t number)
{
	char *head = data;

	if (!tc_raw_head(fd, head, 1000))
		return;
	tc_raw_say(fd, "HTTP/1.1 200 Connection established\r\n\r\n");
	echo(NULL, fd, number);
}

static void refuse_as_proxy(void *data, int fd, size_t number)
{
	char head[1000];

	(void)data;
	(void)number;
	if (tc_raw_head(fd, head, sizeof head))
		tc_raw_say(fd, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
}

static void url_of(const struct tc_raw *raw, char url[64])
{
	snprintf(url, 64, "tcp://%s", tc_raw_url(raw) + strlen("http://"));
}

/* ---- this side ---- */

static void finish(struct talk *talk)
{
	if (talk->frees)
		tc_connection_free(talk->connection);
	if (talk->frees)
		talk->connection = NULL;
	if (talk->stops)
		tc_loop_stop(loop);
}

static void send_more(struct talk *talk)
{
	size_t sent = 1;

	while (sent && talk->sent < talk->length) {
		assert_ok(tc_connection_send(talk->connection, talk->said + talk->sent,
				  talk->length - talk->sent, &sent, &talk->err),
			&talk->err);
		talk->sent += sent;
	}
	talk->stuck |= talk->sent < talk->length;
	int events = TC_LOOP_READ | (talk->sent < talk->length ? TC_LOOP_WRITE : 0);
	assert_ok(tc_connection_watch(talk->connection, events, &talk->err), &talk->err);
}

static void receive_more(struct talk *talk)
{
	size_t received = 1;

	while (received) {
		char rest[8];
		size_t left = talk->length - talk->received;
		int rc = tc_connection_receive(talk->connection,
			left ? talk->heard + talk->received : rest, left ? left : sizeof rest,
			&received, &talk->err);
		if (rc != TC_OK) {
			talk->closed = true;
			finish(talk);
			return;
		}
		talk->received += received;
	}
	if (talk->received == talk->length && talk->length)
		finish(talk);
}

static void on_events(void *data, tc_connection *connection, int events, const tc_error *err)
{
	struct talk *talk = data;

	if (err) {
		tc_error_copy(&talk->err, err);
		finish(talk);
		return;
	}
	assert_ptr_equal(connection, talk->connection);
	if (!events)
		talk->stood = true;
	if (!events || events & TC_LOOP_WRITE)
		send_more(talk);
	if (events & (TC_LOOP_READ | TC_LOOP_ERROR))
		receive_more(talk);
}

static void begin(struct talk *talk, const char *url, const char *said, size_t length)
{
	tc_error err = TC_ERROR_INIT;

	talk->said = said;
	talk->length = length;
	talk->heard = calloc(1, length + 1);
	talk->connection = tc_connection_new(loop, client, url, 5000, on_events, talk, &err);
	assert_ok(err.code, &err);
}

static void end(struct talk *talk)
{
	tc_connection_free(talk->connection);
	free(talk->heard);
	tc_error_clear(&talk->err);
}

static void run(void)
{
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_loop_run(loop, &err), &err);
}

/* From here on the loop is one that a host waits for. */
static void host_loop(struct host *host)
{
	tc_loop_free(loop);
	host_open(host, 0, NULL);
	loop = host->loop;
}

static void bytes_go_both_ways(void **state)
{
	struct tc_raw *raw = tc_raw_start(echo, NULL);
	struct talk talk = { .frees = true };
	char url[64];

	(void)state;
	url_of(raw, url);
	begin(&talk, url, "hello", 5);
	assert_int_equal(tc_loop_pending(loop), 1);
	run();
	assert_true(talk.stood);
	assert_string_equal(talk.heard, "hello");
	assert_int_equal(tc_loop_pending(loop), 0);
	end(&talk);
	tc_raw_stop(raw);
}

static void as_many_as_one_likes(void **state)
{
	struct tc_raw *raw = tc_raw_start(echo, NULL);
	struct talk talk = { .frees = true };
	char *said = malloc(LARGE);
	char url[64];

	(void)state;
	for (size_t i = 0; i < LARGE; i++)
		said[i] = (char)(i * 31 + i / 251);
	url_of(raw, url);
	begin(&talk, url, said, LARGE);
	run();
	assert_memory_equal(talk.heard, said, LARGE);
	end(&talk);
	free(said);
	tc_raw_stop(raw);
}

static void two_on_one_loop(void **state)
{
	struct tc_raw *raw = tc_raw_start(echo, NULL);
	struct talk talks[2] = { { .frees = true }, { .frees = true } };
	char url[64];

	(void)state;
	url_of(raw, url);
	begin(&talks[0], url, "one", 3);
	begin(&talks[1], url, "two", 3);
	run();
	assert_string_equal(talks[0].heard, "one");
	assert_string_equal(talks[1].heard, "two");
	end(&talks[0]);
	end(&talks[1]);
	tc_raw_stop(raw);
}

static void the_other_side_closes(void **state)
{
	struct tc_raw *raw = tc_raw_start(say_and_close, NULL);
	struct talk talk = { .frees = true };
	char url[64];

	(void)state;
	url_of(raw, url);
	begin(&talk, url, "123456", 6);
	talk.sent = talk.length; /* only listens */
	run();
	assert_true(talk.closed);
	assert_string_equal(talk.heard, "bye");
	assert_failure(&talk.err, TC_ERROR_NETWORK, "has closed the connection");
	end(&talk);
	tc_raw_stop(raw);
}

static void nobody_is_there(void **state)
{
	struct talk talk = { .frees = true };

	(void)state;
	begin(&talk, "tcp://127.0.0.1:1", "x", 1);
	run();
	assert_false(talk.stood);
	assert_true(tc_error_may_repeat(&talk.err));
	/* the same each time: how long it took would differ */
	assert_null(strstr(tc_error_text(&talk.err), " after "));
	assert_failure(&talk.err, TC_ERROR_NETWORK, "no connection to 127.0.0.1:1");
	end(&talk);
}

/* Over TLS, where nobody greets. */
static void begin_in_vain(struct talk *talk, const struct tc_raw *raw)
{
	tc_error err = TC_ERROR_INIT;
	char url[64];

	talk->frees = true;
	snprintf(url, sizeof url, "tls://%s", tc_raw_url(raw) + strlen("http://"));
	talk->connection = tc_connection_new(loop, client, url, 200, on_events, talk, &err);
	assert_ok(err.code, &err);
}

static void who_does_not_answer_is_given_up(void **state)
{
	struct tc_raw *raw = tc_raw_start(wait_for_the_end, NULL);
	static struct host host;
	struct talk talks[2] = { { 0 } };

	(void)state;
	begin_in_vain(&talks[0], raw);
	run();
	host_loop(&host);
	begin_in_vain(&talks[1], raw);
	int64_t until = tc_test_now_ms() + 10000;
	while (tc_loop_pending(loop) && tc_test_now_ms() < until)
		host_turn(&host);
	for (size_t i = 0; i < 2; i++) {
		assert_false(talks[i].stood);
		assert_true(tc_error_may_repeat(&talks[i].err));
		assert_null(strstr(tc_error_text(&talks[i].err), " after "));
		assert_failure(&talks[i].err, TC_ERROR_TIMEOUT, "no connection to 127.0.0.1");
		end(&talks[i]);
	}
	tc_raw_stop(raw);
}

static void it_is_freed_before_it_stands(void **state)
{
	struct tc_raw *raw = tc_raw_start(echo, NULL);
	struct talk talk = { 0 };
	char url[64];

	(void)state;
	url_of(raw, url);
	begin(&talk, url, "x", 1);
	end(&talk);
	assert_int_equal(tc_loop_pending(loop), 0);
	run();
	assert_false(talk.stood);
	tc_raw_stop(raw);
}

static void wait_for(const bool *what)
{
	int64_t until = tc_test_now_ms() + 10000;

	while (!*what && tc_test_now_ms() < until)
		assert_int_equal(tc_loop_poll(loop, 1000, NULL), TC_OK);
	assert_true(*what);
}

static void it_outlives_its_loop_harmlessly(void **state)
{
	struct tc_raw *raw = tc_raw_start(echo, NULL);
	struct talk talk = { .stops = true };
	tc_error err = TC_ERROR_INIT;
	size_t sent;
	char url[64];

	(void)state;
	url_of(raw, url);
	begin(&talk, url, "hello", 5);
	run();
	tc_loop_free(loop);
	loop = tc_loop_new(NULL, &err);
	int rc = tc_connection_send(talk.connection, "x", 1, &sent, &err);
	assert_int_equal(rc, TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "loop was freed");
	end(&talk);
	tc_raw_stop(raw);
}

static void bad_urls_are_refused(void **state)
{
	static const char *const urls[] = { "http://h:1", "tcp://h", "tcp://", "tcp://h:0",
		"tcp://h:70000", "tls://u:p@h:1", "tcp://h:1/x", "tcp://a b:1", "" };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		tc_connection *connection =
			tc_connection_new(loop, client, urls[i], 0, on_events, NULL, &err);
		if (connection)
			fail_msg("%s was taken", urls[i]);
		assert_failure(&err, TC_ERROR_ARGUMENT, "");
	}
	assert_int_equal(tc_loop_pending(loop), 0);
}

static void use_proxy(const struct tc_raw *proxy)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.http_proxy = tc_raw_url(proxy);
	tc_client_free(client);
	client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
}

static void through_a_proxy(void **state)
{
	char head[1000] = "";
	struct tc_raw *raw = tc_raw_start(be_a_proxy, head);
	struct talk talk = { .frees = true };

	(void)state;
	use_proxy(raw);
	begin(&talk, "tcp://broker.invalid:5671", "hello", 5);
	run();
	assert_string_equal(talk.heard, "hello");
	assert_int_equal(strncmp(head, "CONNECT broker.invalid:5671 ", 28), 0);
	end(&talk);
	tc_raw_stop(raw);
}

static void a_proxy_that_refuses_goes_on_refusing(void **state)
{
	struct tc_raw *raw = tc_raw_start(refuse_as_proxy, NULL);
	struct talk talk = { .frees = true };

	(void)state;
	use_proxy(raw);
	begin(&talk, "tcp://broker.invalid:5671", "x", 1);
	run();
	assert_false(tc_error_may_repeat(&talk.err));
	assert_failure(&talk.err, TC_ERROR_NETWORK, "403");
	end(&talk);
	tc_raw_stop(raw);
}

/* ---- with others on one loop ---- */

/* libcurl closes what lay idle for longer than a call wants to find when it makes a connection. */
static void calls_beside_it_leave_it_alone(void **state)
{
	struct tc_raw *raw = tc_raw_start(echo, NULL);
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	struct tc_options options = quick_options(responder);
	struct talk talk = { .frees = true };
	struct note note = { 0 };
	char url[64];

	(void)state;
	options.idle_ms = 2000;
	tc_client_free(client);
	client = tc_client_new(&options, NULL);
	url_of(raw, url);
	begin(&talk, url, "hello", 5);
	talk.sent = 5;
	wait_for(&talk.stood);
	int64_t until = tc_test_now_ms() + 3100;
	while (tc_test_now_ms() < until)
		assert_int_equal(tc_loop_poll(loop, 100, NULL), TC_OK);
	tc_call *call = ping(client);
	assert_int_equal(tc_loop_start(loop, call, take_note, &note, NULL, NULL), TC_OK);
	while (!note.done)
		assert_int_equal(tc_loop_poll(loop, 1000, NULL), TC_OK);
	assert_false(talk.closed);
	talk.sent = 0;
	send_more(&talk);
	run();
	assert_string_equal(talk.heard, "hello");
	tc_call_free(call);
	end(&talk);
	tc_responder_stop(responder);
	tc_raw_stop(raw);
}

/* ---- on a loop that a host waits for ---- */

static void a_host_waits_for_it(void **state)
{
	struct tc_raw *raw = tc_raw_start(echo, NULL);
	struct talk talk = { .frees = true };
	static struct host host;
	char *said = calloc(1, LARGE + 1);
	char url[64];

	(void)state;
	host_loop(&host);
	memset(said, 'x', LARGE);
	url_of(raw, url);
	begin(&talk, url, said, LARGE);
	int64_t until = tc_test_now_ms() + 10000;
	while (tc_loop_pending(loop) && tc_test_now_ms() < until)
		host_turn(&host);
	assert_string_equal(talk.heard, said);
	assert_int_equal(host.count, 1); /* the loop's own */
	end(&talk);
	free(said);
	tc_raw_stop(raw);
}

static void a_host_that_will_not_watch_is_told_of(void **state)
{
	struct tc_raw *raw = tc_raw_start(echo, NULL);
	static struct host host = { .refuses = true }; /* until the loop is freed */
	struct talk talk = { .frees = true };
	char url[64];

	(void)state;
	host_loop(&host);
	url_of(raw, url);
	begin(&talk, url, "x", 1);
	int64_t until = tc_test_now_ms() + 10000;
	while (talk.err.code == TC_OK && tc_test_now_ms() < until)
		host_turn(&host);
	assert_false(talk.stood);
	assert_failure(&talk.err, TC_ERROR_SYSTEM, "cannot be watched");
	end(&talk);
	tc_raw_stop(raw);
}

/* What a client's calls are limited to, and the names that it knows, are no others' affair. */
static void clients_that_differ_have_some_on_one_loop(void **state)
{
	static const char *const resolve[] = { "broker.invalid:1:127.0.0.1", NULL };
	struct tc_raw *raw = tc_raw_start(echo, NULL);
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	struct tc_options options = quick_options(responder);
	struct talk talks[2] = { { 0 }, { 0 } };
	struct note note = { 0 };
	char url[64];

	(void)state;
	options.host_connections = 1;
	tc_client *limited = tc_client_new(&options, NULL);
	tc_call *call = ping(limited);
	assert_int_equal(tc_loop_start(loop, call, take_note, &note, NULL, NULL), TC_OK);
	while (!note.done)
		assert_int_equal(tc_loop_poll(loop, 1000, NULL), TC_OK);
	options.resolve = resolve;
	tc_client_free(client);
	client = tc_client_new(&options, NULL);
	url_of(raw, url);
	for (size_t i = 0; i < 2; i++) {
		begin(&talks[i], url, "hello", 5);
		wait_for(&talks[i].stood);
	}
	for (size_t i = 0; i < 2; i++)
		end(&talks[i]);
	tc_call_free(call);
	tc_client_free(limited);
	tc_responder_stop(responder);
	tc_raw_stop(raw);
}

struct descriptors {
	size_t count, survive_exec; /* some are the runner's */
};

static struct descriptors count_descriptors(void)
{
	struct descriptors here = { 0 };

	for (int fd = 3; fd < 1024; fd++) {
		int flags = fcntl(fd, F_GETFD);
		here.count += flags >= 0;
		here.survive_exec += flags >= 0 && !(flags & FD_CLOEXEC);
	}
	return here;
}

#define MANY 100

/* More than are kept of calls. */
static void a_hundred_leave_nothing_behind(void **state)
{
	const struct descriptors before = count_descriptors();
	struct tc_raw *raw = tc_raw_start(wait_for_the_end, NULL);
	static struct talk talks[MANY];
	char url[64];

	(void)state;
	url_of(raw, url);
	for (size_t i = 0; i < MANY; i++)
		begin(&talks[i], url, "", 0);
	for (size_t i = 0; i < MANY; i++)
		wait_for(&talks[i].stood);
	assert_int_equal(count_descriptors().survive_exec, before.survive_exec);
	assert_int_equal(tc_loop_pending(loop), 2 * MANY); /* each is watched, too */
	for (size_t i = 0; i < MANY; i++)
		end(&talks[i]);
	assert_int_equal(tc_loop_pending(loop), 0);
	tc_raw_stop(raw);
	assert_int_equal(count_descriptors().count, before.count);
}

/* ---- TLS ---- */

struct tls {
	char folder[64], certificate[100];
	int port;
	pid_t pid;
};

/* Says back each line from its end. */
static void start_tls(struct tls *tls)
{
	char command[500], port[32];

	strcpy(tls->folder, "/tmp/tc-connection-XXXXXX");
	assert_non_null(mkdtemp(tls->folder));
	snprintf(tls->certificate, sizeof tls->certificate, "%s/cert.pem", tls->folder);
	snprintf(command, sizeof command,
		"cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
		"-keyout key.pem -out cert.pem -days 2 -subj /CN=localhost -addext "
		"subjectAltName=DNS:localhost 2>/dev/null",
		tls->folder);
	assert_int_equal(system(command), 0);
	tls->port = tc_test_free_port();
	snprintf(port, sizeof port, "127.0.0.1:%d", tls->port);
	tls->pid = fork();
	if (tls->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (chdir(tls->folder) == 0 && freopen("/dev/null", "w", stderr))
		execlp("openssl", "openssl", "s_server", "-accept", port, "-cert", "cert.pem",
			"-key", "key.pem", "-quiet", "-rev", (char *)NULL);
	_exit(127);
}

static void stop_tls(struct tls *tls)
{
	char command[100];

	kill(tls->pid, SIGKILL);
	waitpid(tls->pid, NULL, 0);
	snprintf(command, sizeof command, "rm -rf '%s'", tls->folder);
	assert_int_equal(system(command), 0);
}

static void trust(const char *file)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.ca_file = file;
	tc_client_free(client);
	client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
}

static void begin_tls(struct talk *talk, const struct tls *tls, const char *said, size_t length)
{
	char url[64];

	*talk = (struct talk){ .frees = true };
	snprintf(url, sizeof url, "tls://localhost:%d", tls->port);
	begin(talk, url, said, length);
}

/* The server may still be starting. */
static void talk_tls(struct talk *talk, const struct tls *tls)
{
	for (int64_t until = tc_test_now_ms() + 10000; tc_test_now_ms() < until;) {
		begin_tls(talk, tls, "hello\n", 6);
		run();
		if (talk->stood || !strstr(tc_error_text(&talk->err), "connect"))
			return;
		if (!tc_error_may_repeat(&talk->err))
			return;
		end(talk);
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	}
	fail_msg("openssl s_server did not start");
}

static void over_tls(void **state)
{
	struct talk talk;
	struct tls tls;

	(void)state;
	start_tls(&tls);
	trust(tls.certificate);
	talk_tls(&talk, &tls);
	assert_string_equal(talk.heard, "olleh\n");
	end(&talk);
	stop_tls(&tls);
}

/* The child's copy: nothing of it may reach the other side, or the host. */
static void free_in_child(struct talk *talk, const struct host *host)
{
	const size_t watches = host->watches, timers = host->timers;
	tc_error err = TC_ERROR_INIT;
	size_t sent;

	int rc = tc_connection_send(talk->connection, "child\n", 6, &sent, &err);
	if (rc != TC_ERROR_ARGUMENT)
		_exit(1);
	rc = tc_connection_watch(talk->connection, 0, &err);
	if (rc != TC_ERROR_ARGUMENT)
		_exit(2);
	tc_connection_free(talk->connection);
	tc_loop_free(loop);
	tc_client_free(client);
	_exit(host->watches == watches && host->timers == timers ? 0 : 3);
}

static void a_child_of_fork_leaves_it_alone(void **state)
{
	static struct host host;
	struct talk talk;
	struct tls tls;
	int status;

	(void)state;
	start_tls(&tls);
	trust(tls.certificate);
	talk_tls(&talk, &tls); /* it is there */
	end(&talk);
	host_loop(&host);
	begin_tls(&talk, &tls, "", 0);
	while (!talk.stood && talk.err.code == TC_OK)
		host_turn(&host);
	assert_ok(talk.err.code, &talk.err);
	pid_t child = fork();
	if (!child)
		free_in_child(&talk, &host);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	talk.said = "hello\n";
	talk.length = 6;
	talk.heard = realloc(talk.heard, 7);
	send_more(&talk);
	int64_t until = tc_test_now_ms() + 10000;
	while (tc_loop_pending(loop) && tc_test_now_ms() < until)
		host_turn(&host);
	assert_memory_equal(talk.heard, "olleh\n", 6);
	end(&talk);
	stop_tls(&tls);
}

/* What waits to be sent may be moved in memory meanwhile. OpenSSL by itself would not have it. */
static void over_tls_to_one_who_is_slow(void **state)
{
	char *said = malloc(HUGE), *moved = malloc(HUGE), *turned = malloc(HUGE + 1);
	struct talk talk;
	struct tls tls;

	(void)state;
	for (size_t i = 0; i < HUGE; i++) {
		said[i] = i % LINE == LINE - 1 ? '\n' : (char)('!' + (i * 31 + i / 251) % 90);
		turned[i % LINE == LINE - 1 ? i : i / LINE * LINE + LINE - 2 - i % LINE] = said[i];
	}
	start_tls(&tls);
	trust(tls.certificate);
	talk_tls(&talk, &tls); /* it is there */
	end(&talk);
	begin_tls(&talk, &tls, NULL, 0);
	wait_for(&talk.stood);
	kill(tls.pid, SIGSTOP);
	talk.said = said;
	talk.length = HUGE;
	talk.heard = realloc(talk.heard, HUGE + 1);
	send_more(&talk);
	assert_true(talk.stuck);
	memcpy(moved, said, HUGE);
	memset(said, '?', HUGE);
	talk.said = moved;
	kill(tls.pid, SIGCONT);
	run();
	assert_memory_equal(talk.heard, turned, HUGE);
	end(&talk);
	stop_tls(&tls);
	free(said);
	free(moved);
	free(turned);
}

static void who_is_not_trusted_is_no_server(void **state)
{
	struct talk talk;
	struct tls tls;

	(void)state;
	start_tls(&tls);
	talk_tls(&talk, &tls);
	assert_false(talk.stood);
	assert_false(tc_error_may_repeat(&talk.err));
	assert_failure(&talk.err, TC_ERROR_NETWORK, "certificate");
	end(&talk);
	stop_tls(&tls);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(bytes_go_both_ways),
		CASE(as_many_as_one_likes),
		CASE(two_on_one_loop),
		CASE(the_other_side_closes),
		CASE(nobody_is_there),
		CASE(who_does_not_answer_is_given_up),
		CASE(it_is_freed_before_it_stands),
		CASE(it_outlives_its_loop_harmlessly),
		CASE(bad_urls_are_refused),
		CASE(through_a_proxy),
		CASE(a_proxy_that_refuses_goes_on_refusing),
		CASE(calls_beside_it_leave_it_alone),
		CASE(a_host_waits_for_it),
		CASE(a_host_that_will_not_watch_is_told_of),
		CASE(clients_that_differ_have_some_on_one_loop),
		CASE(a_hundred_leave_nothing_behind),
		CASE(over_tls),
		CASE(a_child_of_fork_leaves_it_alone),
		CASE(over_tls_to_one_who_is_slow),
		CASE(who_is_not_trusted_is_no_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
