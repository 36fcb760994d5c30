/* SPDX-License-Identifier: MPL-2.0 */
/* How servers are reached, by the options of a client: proxies and what they are not for, names
 * that the caller resolved, addresses and interfaces, sockets of the file system, connections and
 * their limits, the hook for handles; and that nobody's descriptors are in the way. */
#include "world.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <taskcluster/batch.h>
#include <taskcluster/transfer.h>
#include <time.h>
#include <unistd.h>

#define NOBODY "http://127.0.0.1:1" /* a proxy that is not there */

/* What the server was last asked. */
struct seen {
	pthread_mutex_t lock;
	size_t asked;
	char head[4000];
	char body[100];
	int64_t delay_ms;
	bool redirects;
};

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct seen *seen = data;

	pthread_mutex_lock(&seen->lock);
	seen->asked++;
	snprintf(seen->head, sizeof seen->head, "%s", request->head);
	snprintf(seen->body, sizeof seen->body, "%.*s", (int)request->body_length,
		request->body_length ? request->body : "");
	pthread_mutex_unlock(&seen->lock);
	reply->body = "{}";
	reply->body_length = 2;
	reply->delay_ms = seen->delay_ms;
	if (!seen->redirects)
		return;
	reply->status = 302;
	reply->headers = "Location: /elsewhere\r\n";
}

struct scene {
	struct seen seen;
	struct tc_responder *responder;
	struct tc_options options;
	tc_error err;
};

static void begin(struct scene *scene)
{
	*scene = (struct scene){ .seen = { .lock = PTHREAD_MUTEX_INITIALIZER },
		.err = TC_ERROR_INIT };
	scene->responder = tc_responder_start(answer, &scene->seen);
	scene->options = quick_options(scene->responder);
	scene->options.attempts = 1;
}

static void end(struct scene *scene)
{
	tc_error_clear(&scene->err);
	tc_responder_stop(scene->responder);
}

/* One attempt of a new client. */
static int call_by(struct scene *scene, const struct tc_options *options)
{
	struct tc_call_options once = TC_CALL_OPTIONS_INIT;

	once.repeat = TC_REPEAT_NEVER;
	tc_error_clear(&scene->err);
	tc_client *client = tc_client_new(options, &scene->err);
	if (!client)
		return scene->err.code;
	tc_call *call = ping(client);
	int rc = tc_call_set_options(call, &once, &scene->err);
	if (rc == TC_OK)
		rc = tc_call_perform(call, NULL, &scene->err);
	tc_call_free(call);
	tc_client_free(client);
	return rc;
}

/* ---- the way ---- */

static void no_proxy_is_read_as_curl_does(void **state)
{
	static const char *const exempt[] = { "*", "127.0.0.1", "a.test, 127.0.0.1 ,b.test",
		"127.0.0.0/8" };
	static const char *const others[] = { "a.test", "127.0.0.10", "10.0.0.0/8" };
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.options.http_proxy = NOBODY;
	assert_int_equal(call_by(&scene, &scene.options), TC_ERROR_NETWORK);
	for (size_t i = 0; i < sizeof exempt / sizeof *exempt; i++) {
		scene.options.no_proxy = exempt[i];
		assert_ok(call_by(&scene, &scene.options), &scene.err);
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		scene.options.no_proxy = others[i];
		assert_int_equal(call_by(&scene, &scene.options), TC_ERROR_NETWORK);
	}
	end(&scene);
}

/* Without options that of the environment; with options never. */
static void no_proxy_of_the_environment(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	setenv("TASKCLUSTER_ROOT_URL", tc_responder_url(scene.responder), 1);
	setenv("http_proxy", NOBODY, 1);
	setenv("no_proxy", "127.0.0.1", 1);
	assert_ok(call_by(&scene, NULL), &scene.err);
	scene.options.http_proxy = NOBODY;
	assert_int_equal(call_by(&scene, &scene.options), TC_ERROR_NETWORK);
	unsetenv("no_proxy");
	assert_int_equal(call_by(&scene, NULL), TC_ERROR_NETWORK);
	unsetenv("http_proxy");
	unsetenv("TASKCLUSTER_ROOT_URL");
	end(&scene);
}

static void names_that_the_caller_resolved(void **state)
{
	char url[64], entry[64];
	const char *resolve[] = { entry, NULL };
	struct scene scene;

	(void)state;
	begin(&scene);
	snprintf(url, sizeof url, "http://none.test:%d", tc_responder_port(scene.responder));
	snprintf(entry, sizeof entry, "none.test:%d:[::1],127.0.0.1",
		tc_responder_port(scene.responder));
	scene.options.root_url = url;
	assert_int_equal(call_by(&scene, &scene.options), TC_ERROR_NETWORK);
	scene.options.resolve = resolve;
	scene.options.ip_version = TC_IP_4;
	assert_ok(call_by(&scene, &scene.options), &scene.err);
	assert_non_null(strstr(scene.seen.head, "none.test:")); /* the Host stays */
	scene.options.ip_version = TC_IP_6;
	assert_int_equal(call_by(&scene, &scene.options), TC_ERROR_NETWORK);
	end(&scene);
}

static void from_an_interface(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.options.interface = "127.0.0.1";
	assert_ok(call_by(&scene, &scene.options), &scene.err);
	scene.options.interface = "lo";
	assert_ok(call_by(&scene, &scene.options), &scene.err);
	scene.options.interface = "if!lo";
	assert_ok(call_by(&scene, &scene.options), &scene.err);
	scene.options.interface = "host!127.0.0.1";
	assert_ok(call_by(&scene, &scene.options), &scene.err);
	scene.options.interface = "192.0.2.1"; /* nobody's (RFC 5737) */
	assert_int_equal(call_by(&scene, &scene.options), TC_ERROR_NETWORK);
	assert_failure(&scene.err, TC_ERROR_NETWORK, "interface 192.0.2.1: ");
	scene.options.interface = "nobody0";
	assert_int_equal(call_by(&scene, &scene.options), TC_ERROR_NETWORK);
	assert_failure(&scene.err, TC_ERROR_NETWORK, "interface nobody0: ");
	end(&scene);
}

/* ---- a socket of the file system ---- */

struct mailbox {
	char path[64];
	int fd;
	pthread_t thread;
	char request[4000];
};

/* Answers one request. */
static void *serve(void *data)
{
	static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
				    "Content-Length: 2\r\nConnection: close\r\n\r\n{}";
	struct mailbox *mailbox = data;
	int fd = accept(mailbox->fd, NULL, NULL);
	size_t length = 0;

	while (fd >= 0 && !strstr(mailbox->request, "\r\n\r\n")) {
		ssize_t count =
			read(fd, mailbox->request + length, sizeof mailbox->request - 1 - length);
		if (count <= 0)
			break;
		length += (size_t)count;
	}
	if (fd >= 0 && write(fd, reply, sizeof reply - 1) < 0)
		perror("write");
	close(fd);
	return NULL;
}

static void open_mailbox(struct mailbox *mailbox, void *(*serve_it)(void *))
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	*mailbox = (struct mailbox){ .path = "/tmp/tc-socket-XXXXXX" };
	assert_non_null(mkdtemp(mailbox->path));
	strcat(mailbox->path, "/socket");
	strcpy(address.sun_path, mailbox->path);
	mailbox->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(mailbox->fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(mailbox->fd, 5), 0);
	assert_int_equal(pthread_create(&mailbox->thread, NULL, serve_it, mailbox), 0);
}

static void close_mailbox(struct mailbox *mailbox)
{
	pthread_join(mailbox->thread, NULL);
	close(mailbox->fd);
	unlink(mailbox->path);
	*strrchr(mailbox->path, '/') = '\0';
	rmdir(mailbox->path);
}

/* What is signed, and the Host, are those of the URL. */
static void a_unix_socket(void **state)
{
	tc_credentials *credentials = tc_credentials_new(TC_FAKE_ID, TC_FAKE_TOKEN, NULL, NULL);
	struct mailbox mailbox;
	struct scene scene;

	(void)state;
	begin(&scene);
	open_mailbox(&mailbox, serve);
	scene.options.root_url = "http://tc.example.com:8080";
	scene.options.unix_socket = mailbox.path;
	scene.options.credentials = credentials;
	assert_ok(call_by(&scene, &scene.options), &scene.err);
	pthread_mutex_lock(&scene.seen.lock);
	assert_int_equal(scene.seen.asked, 0);
	pthread_mutex_unlock(&scene.seen.lock);
	tc_credentials_free(credentials);
	close_mailbox(&mailbox);
	assert_non_null(strstr(mailbox.request, "\r\nHost: tc.example.com:8080\r\n"));
	assert_non_null(strstr(mailbox.request, "\r\nAuthorization: Hawk id="));
	end(&scene);
}

/* A file is no public address. */
static void a_unix_socket_is_not_public(void **state)
{
	struct tc_transfer_options only = TC_TRANSFER_OPTIONS_INIT;
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.options.unix_socket = "/tmp/tc-nobody";
	only.public_only = true;
	tc_client *client = tc_client_new(&scene.options, &scene.err);
	tc_call *call = tc_transfer_new(client, "GET", "http://192.0.2.1/", &only, &scene.err);
	assert_non_null(call);
	assert_int_equal(tc_call_perform(call, NULL, &scene.err), TC_ERROR_NETWORK);
	assert_failure(&scene.err, TC_ERROR_NETWORK, "public_only");
	tc_call_free(call);
	tc_client_free(client);
	end(&scene);
}

static void a_unix_socket_that_is_not_there(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.options.unix_socket = "/tmp/tc-nobody";
	assert_int_equal(call_by(&scene, &scene.options), TC_ERROR_NETWORK);
	assert_failure(&scene.err, TC_ERROR_NETWORK, "unix_socket /tmp/tc-nobody: ");
	end(&scene);
}

/* So many bytes; false when the other side is done before. */
static bool swallow(int fd, size_t length)
{
	char bytes[4096];
	ssize_t count = 1;

	while (length && count > 0) {
		count = read(fd, bytes, length < sizeof bytes ? length : sizeof bytes);
		length -= count > 0 ? (size_t)count : 0;
	}
	return length == 0;
}

static bool swallow_head(int fd)
{
	char last[5] = "";

	while (strcmp(last, "\r\n\r\n") != 0) {
		memmove(last, last + 1, 3);
		if (read(fd, last + 3, 1) != 1)
			return false;
	}
	return true;
}

static bool say(int fd, const char *text)
{
	return write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

#define FLOOD ((size_t)4 * 1024 * 1024)

/* Answers a request on a first connection, and says goodbye on it when a second one has come, which
 * takes a body. */
static void *serve_two(void *data)
{
	static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
	struct mailbox *mailbox = data;
	int first = accept(mailbox->fd, NULL, NULL);

	bool good = swallow_head(first) && say(first, reply);
	int second = accept(mailbox->fd, NULL, NULL);
	good = good && say(first, "HTTP/1.1 408 Request Timeout\r\n\r\n");
	close(first);
	if (good && swallow_head(second) && swallow(second, FLOOD))
		say(second, reply);
	close(second);
	return NULL;
}

static int read_flood(void *data, void *bytes, size_t size, size_t *length, tc_error *err)
{
	size_t *left = data;

	(void)err;
	*length = size < *left ? size : *left;
	memset(bytes, 'a', *length);
	*left -= *length;
	return TC_OK;
}

/* What is said on another connection, and that it ends, is not about this one. */
static void an_upload_knows_its_own_unix_socket(void **state)
{
	struct tc_transfer_options with = TC_TRANSFER_OPTIONS_INIT;
	struct tc_source body = TC_SOURCE_INIT;
	size_t left = FLOOD;
	struct mailbox mailbox;
	struct scene scene;

	(void)state;
	begin(&scene);
	open_mailbox(&mailbox, serve_two);
	scene.options.unix_socket = mailbox.path;
	body.length = FLOOD;
	body.read = read_flood;
	body.data = &left;
	with.body = &body;
	tc_client *client = tc_client_new(&scene.options, &scene.err);
	tc_call *get = tc_transfer_new(client, "GET", "http://tc.test/", NULL, &scene.err);
	assert_ok(tc_call_perform(get, NULL, &scene.err), &scene.err);
	tc_call *put = tc_transfer_new(client, "PUT", "http://tc.test/", &with, &scene.err);
	assert_ok(tc_call_perform(put, NULL, &scene.err), &scene.err);
	tc_call_free(get);
	tc_call_free(put);
	tc_client_free(client);
	close_mailbox(&mailbox);
	end(&scene);
}

/* ---- connections ---- */

#define CALLS 6

static void call_at_once(tc_client *client, tc_error *err)
{
	tc_call *calls[CALLS];
	struct tc_batch_result results[CALLS] = { { 0 } };

	for (size_t i = 0; i < CALLS; i++)
		calls[i] = ping(client);
	assert_ok(tc_batch_perform(calls, CALLS, NULL, results, err), err);
	tc_batch_clear(results, CALLS);
	for (size_t i = 0; i < CALLS; i++)
		tc_call_free(calls[i]);
}

static void a_host_gets_so_many_connections(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.seen.delay_ms = 30;
	scene.options.host_connections = 2;
	tc_client *client = tc_client_new(&scene.options, &scene.err);
	call_at_once(client, &scene.err);
	assert_int_equal(tc_responder_connections(scene.responder), 2);
	tc_client_free(client);
	end(&scene);
}

/* Whoever asked for the least on a loop. */
static void clients_share_the_smallest_limit(void **state)
{
	static const int limits[] = { 3, 1, 0 };
	struct note note = { 0 };
	tc_client *clients[3];
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.seen.delay_ms = 20;
	tc_loop *loop = tc_loop_new(NULL, &scene.err);
	for (size_t i = 0; i < 3; i++) {
		scene.options.host_connections = limits[i];
		clients[i] = tc_client_new(&scene.options, &scene.err);
	}
	for (size_t i = 0; i < 9; i++) {
		tc_call *call = ping(clients[i % 3]);
		tc_loop_start(loop, call, take_note, &note, NULL, &scene.err);
		tc_call_free(call);
		if (i == 2) /* all are known */
			assert_ok(tc_loop_run(loop, &scene.err), &scene.err);
	}
	size_t before = tc_responder_connections(scene.responder);
	assert_ok(tc_loop_run(loop, &scene.err), &scene.err);
	assert_int_equal(note.succeeded, 9);
	assert_true(before <= 3);
	assert_int_equal(tc_responder_connections(scene.responder), before);
	tc_loop_free(loop);
	for (size_t i = 0; i < 3; i++)
		tc_client_free(clients[i]);
	end(&scene);
}

static void idle_connections_grow_old(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.options.idle_ms = 2000;
	tc_client *client = tc_client_new(&scene.options, &scene.err);
	tc_call *call = ping(client);
	for (int i = 0; i < 3; i++)
		assert_ok(tc_call_perform(call, NULL, &scene.err), &scene.err);
	assert_int_equal(tc_responder_connections(scene.responder), 1);
	nanosleep(&(struct timespec){ .tv_sec = 2, .tv_nsec = 100000000 }, NULL);
	assert_ok(tc_call_perform(call, NULL, &scene.err), &scene.err);
	assert_int_equal(tc_responder_connections(scene.responder), 2);
	tc_call_free(call);
	tc_client_free(client);
	end(&scene);
}

/* ---- the hook ---- */

/* All that a hook may not, and a header of the proxy's that it may. */
static void meddle(void *curl, void *data)
{
	CURL *easy = curl;

	++*(int *)data;
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(easy, CURLOPT_USERPWD, "me:secret");
	curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, "secret");
	curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
	curl_easy_setopt(easy, CURLOPT_COOKIE, "secret=1");
	curl_easy_setopt(easy, CURLOPT_COOKIELIST, "Set-Cookie: secret=2; domain=127.0.0.1");
	curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "secret");
	curl_easy_setopt(easy, CURLOPT_RANGE, "0-0");
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "DELETE");
	curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(easy, CURLOPT_HEADER, 1L);
	curl_easy_setopt(easy, CURLOPT_CRLF, 1L);
	curl_easy_setopt(easy, CURLOPT_PORT, 1L);
	curl_easy_setopt(easy, CURLOPT_URL, NOBODY);
	curl_easy_setopt(easy, CURLOPT_PROXY, NOBODY);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 1L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, NULL);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, data);
}

static void the_librarys_options_win(void **state)
{
	static const char *const meddled[] = { "secret", "Authorization", "Cookie", "Range" };
	int handles = 0;
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.options.on_handle = meddle;
	scene.options.on_handle_data = &handles;
	assert_ok(call_by(&scene, &scene.options), &scene.err);
	assert_int_equal(handles, 1);
	for (size_t i = 0; i < sizeof meddled / sizeof *meddled; i++)
		assert_null(strstr(scene.seen.head, meddled[i]));
	scene.seen.redirects = true;
	assert_int_equal(call_by(&scene, &scene.options), TC_ERROR_HTTP);
	assert_int_equal(scene.seen.asked, 2);
	end(&scene);
}

/* What a hook may have a mind to do with lines, the library has none. */
static void a_hook_does_not_touch_a_body(void **state)
{
	static const char text[] = "one\ntwo\n";
	struct tc_transfer_options with = TC_TRANSFER_OPTIONS_INIT;
	struct tc_source body = TC_SOURCE_INIT;
	int handles = 0;
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.options.on_handle = meddle;
	scene.options.on_handle_data = &handles;
	tc_source_memory(&body, text, sizeof text - 1);
	with.body = &body;
	tc_client *client = tc_client_new(&scene.options, &scene.err);
	tc_call *put = tc_transfer_new(
		client, "PUT", tc_responder_url(scene.responder), &with, &scene.err);
	assert_ok(tc_call_perform(put, NULL, &scene.err), &scene.err);
	assert_string_equal(scene.seen.body, text);
	tc_call_free(put);
	tc_client_free(client);
	end(&scene);
}

static int count_lines(CURL *easy, curl_infotype kind, char *text, size_t length, void *data)
{
	(void)easy;
	(void)text;
	(void)length;
	*(size_t *)data += kind == CURLINFO_HEADER_OUT;
	return 0;
}

static void listen_in(void *curl, void *data)
{
	CURL *easy = curl;

	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, count_lines);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, data);
}

static void a_hook_adds_what_there_is_no_option_for(void **state)
{
	struct scene scene;
	size_t requests = 0;

	(void)state;
	begin(&scene);
	scene.options.on_handle = listen_in;
	scene.options.on_handle_data = &requests;
	assert_ok(call_by(&scene, &scene.options), &scene.err);
	assert_int_equal(requests, 1);
	end(&scene);
}

/* ---- where many descriptors are open ---- */

#define MANY 16000
#define SOON_US 5000

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* How long it takes to make a loop, at the best of a few times. */
static int64_t time_loops(void)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < 10; i++) {
		int64_t begun = now_us();
		tc_loop *loop = tc_loop_new(NULL, NULL);
		int64_t taken = now_us() - begun;
		assert_non_null(loop);
		tc_loop_free(loop);
		best = taken < best ? taken : best;
	}
	return best;
}

static int64_t time_first_calls(struct scene *scene)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < 5; i++) {
		int64_t begun = now_us();
		assert_ok(call_by(scene, &scene->options), &scene->err);
		int64_t taken = now_us() - begun;
		best = taken < best ? taken : best;
	}
	return best;
}

static int fill(int *fds)
{
	int count = 0;

	while (count < MANY && (fds[count] = fcntl(0, F_DUPFD_CLOEXEC, 0)) >= 0)
		count++;
	return count;
}

static void many_descriptors_are_not_looked_at(void **state)
{
	struct rlimit before, more;
	static int fds[MANY];
	struct scene scene;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	more = before;
	more.rlim_cur = MANY + 200;
	if (before.rlim_max < more.rlim_cur || setrlimit(RLIMIT_NOFILE, &more) != 0)
		skip();
	begin(&scene);
	assert_ok(call_by(&scene, &scene.options), &scene.err); /* libcurl has started */
	int count = fill(fds);
	assert_int_equal(count, MANY);
	close(fds[10]); /* the pair is far apart then */
	int64_t loop_us = time_loops(), call_us = time_first_calls(&scene);
	while (count--)
		if (count != 10)
			close(fds[count]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_in_range(loop_us, 0, SOON_US);
	assert_int_in_range(call_us, 0, 2 * SOON_US);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_proxy_is_read_as_curl_does),
		cmocka_unit_test(no_proxy_of_the_environment),
		cmocka_unit_test(names_that_the_caller_resolved),
		cmocka_unit_test(from_an_interface),
		cmocka_unit_test(a_unix_socket),
		cmocka_unit_test(a_unix_socket_is_not_public),
		cmocka_unit_test(a_unix_socket_that_is_not_there),
		cmocka_unit_test(an_upload_knows_its_own_unix_socket),
		cmocka_unit_test(a_host_gets_so_many_connections),
		cmocka_unit_test(clients_share_the_smallest_limit),
		cmocka_unit_test(idle_connections_grow_old),
		cmocka_unit_test(the_librarys_options_win),
		cmocka_unit_test(a_hook_does_not_touch_a_body),
		cmocka_unit_test(a_hook_adds_what_there_is_no_option_for),
		cmocka_unit_test(many_descriptors_are_not_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
