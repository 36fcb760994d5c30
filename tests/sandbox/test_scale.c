/* SPDX-License-Identifier: MPL-2.0 */

/* A thousand connections at once, a hundred thousand tasks in a group, and requests that are meant
 * to hurt. */

#include "tests/harness/test.h"

#include "client.h"
#include "tools/sandbox/store/store.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS 1000
#define TASKS 100000
#define GROUP "aaaaaaaaQaCaaaaaaaaaaA"
#define DATE "2026-01-01T00:00:00.000Z"
#define PING "GET /api/queue/v1/ping HTTP/1.1\r\nHost: localhost\r\n\r\n"

static struct tc_test_server *server;

static int tear_down(void **state)
{
	(void)state;
	ask_end();
	tc_test_server_stop(server);
	server = NULL;
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--poll-timeout", "2000", NULL);
	return 0;
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int dial(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)server->port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		fail_msg("cannot connect");
	return fd;
}

static void put(int fd, const char *bytes, size_t length)
{
	/* the server may have closed it already, which is an answer too */
	if (send(fd, bytes, length, MSG_NOSIGNAL) < 0)
		return;
}

static bool alive(void)
{
	return ask(server, "GET", "/api/queue/v1/ping", NULL, NULL)->status == 200;
}

/* Reads until the connection has given `wanted`, or ends, or the time is over. */
static bool gives(int fd, const char *wanted, int timeout_ms)
{
	char text[4096] = "";
	size_t used = 0;
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	while (used < sizeof text - 1 && poll(&wait, 1, timeout_ms) > 0) {
		ssize_t length = recv(fd, text + used, sizeof text - 1 - used, 0);
		if (length <= 0)
			break;
		used += (size_t)length;
		text[used] = '\0';
		if (strstr(text, wanted))
			return true;
	}
	return false;
}

static void a_thousand_connections(void **state)
{
	struct rlimit limit;
	int *fds = calloc(CONNECTIONS, sizeof *fds);

	(void)state;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	/* a third idle, a third in the middle of a request, a third between two */
	for (int i = 0; i < CONNECTIONS; i++) {
		fds[i] = dial();
		if (i % 3 == 1)
			put(fds[i], PING, 20);
		if (i % 3 == 2)
			put(fds[i], PING, strlen(PING));
	}
	long long before = now_ms();
	assert_true(alive());
	assert_in_range(now_ms() - before, 0, 2000);
	for (int i = 0; i < CONNECTIONS; i++) {
		if (i % 3 == 1)
			put(fds[i], &PING[20], strlen(PING) - 20);
		if (i % 3 != 1)
			put(fds[i], PING, strlen(PING));
	}
	for (int i = 0; i < CONNECTIONS; i++) {
		assert_true(gives(fds[i], "\"alive\":true", 5000));
		close(fds[i]);
	}
	free(fds);
	assert_true(alive());
}

/* Workers that wait are woken when work comes, one that has gone is not given any. */
static void who_has_gone_gets_no_work(void **state)
{
	char path[200];

	(void)state;
	ask(server, "PUT", "/api/auth/v1/roles/anonymous",
		"{\"description\":\"d\",\"scopes\":[\"*\"]}", NULL);
	ask(server, "POST", "/api/auth/v1/roles/anonymous",
		"{\"description\":\"d\",\"scopes\":[\"*\"]}", NULL);
	static const char claim[] =
		"POST /api/queue/v1/claim-work/prov%2Ftype HTTP/1.1\r\nHost: localhost\r\n"
		"Content-Type: application/json\r\nContent-Length: 36\r\n\r\n"
		"{\"workerGroup\":\"g\",\"workerId\":\"gone\"}";
	int fd = dial();
	put(fd, claim, strlen(claim));
	nanosleep(&(struct timespec){ .tv_nsec = 100 * 1000000 }, NULL);
	struct linger reset = { .l_onoff = 1 };
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	close(fd);
	snprintf(path, sizeof path, "/api/queue/v1/task/%s", GROUP);
	assert_int_equal(ask(server, "PUT", path, task_text(""), NULL)->status, 200);
	snprintf(path, sizeof path, "/api/queue/v1/task/%s/status", GROUP);
	assert_string_equal(
		reply_text(ask(server, "GET", path, NULL, NULL), "/status/state"), "pending");
}

static void hostile_bytes(void **state)
{
	static const char *const texts[] = {
		"\r\n\r\n\r\n",
		"GET\r\n\r\n",
		"GET / HTTP/9.9\r\n\r\n",
		"GET /\x01\x02 HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /api/queue/v1/task/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /api/queue/v1/task/%ff%fe%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /api/queue/v1/ping?%=&&==&a HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET http://x/api/queue/v1/ping HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /references/%2e%2e/%2e%2e/CMakeLists.txt HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /storage/../x?expires=1&signature=2 HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /storage/?expires=99999999999999999999&signature= HTTP/1.1\r\nHost: "
		"localhost\r\n\r\n",
		"GET /azure//messages?expires=&sig= HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /azure/a/messages&sig=x?expires=1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"PUT /api/queue/v1/task/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
		"-5\r\n\r\n",
		"PUT /api/queue/v1/task/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
		"99999999999999999999\r\n\r\n",
		"POST /api/auth/v1/scopes/expand HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
		"chunked\r\n\r\nzzz\r\n",
		"POST /api/auth/v1/scopes/expand HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
		"chunked\r\n\r\nffffffffffffffff\r\n",
		"GET /api/auth/v1/scopes/current HTTP/1.1\r\nHost: [::1\r\nAuthorization: Hawk "
		"id=\"sandbox\", ts=\"1\", nonce=\"n\", mac=\"m\"\r\n\r\n",
		"GET /api/auth/v1/scopes/current HTTP/1.1\r\nAuthorization: Hawk id=\"\r\n\r\n",
		"GET /api/auth/v1/scopes/current?bewit= HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /api/auth/v1/scopes/current?bewit=XFxcXFxc HTTP/1.1\r\nHost: "
		"localhost\r\n\r\n",
		"\x16\x03\x01\x02",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		int fd = dial();
		put(fd, texts[i], strlen(texts[i]));
		assert_false(gives(fd, "root:x:", 30));
		close(fd);
		if (!alive())
			fail_msg("it did not survive %s", texts[i]);
	}
}

/* Random bytes in a request's head, from a fixed seed. */
static void random_bytes(void **state)
{
	uint64_t x = 1;
	char bytes[400];

	(void)state;
	for (int i = 0; i < 300; i++) {
		size_t length = 0;
		length += (size_t)snprintf(bytes, sizeof bytes, "%s",
			i % 2 ? "GET /api/queue/v1/task/"
			      : "PUT /api/auth/v1/clients/a HTTP/1.1\r\n");
		while (length < 300) {
			x = x * 6364136223846793005ULL + 1442695040888963407ULL;
			bytes[length++] = (char)(x >> 56);
		}
		int fd = dial();
		put(fd, bytes, length);
		close(fd);
	}
	assert_true(alive());
}

/* Bodies that are cheap to send and dear to check. */
static void bodies_that_cost(void **state)
{
	size_t size = 9 << 20;
	char *body = malloc(size + 100);
	size_t length = (size_t)sprintf(body, "{\"scopes\":[\"a\"");
	long long before = now_ms();

	(void)state;
	for (int i = 0; length < size - 20; i++)
		length += (size_t)sprintf(body + length, ",\"s%x\"", i);
	strcpy(body + length, "],\"description\":\"d\"}");
	assert_int_equal(ask(server, "PUT", "/api/auth/v1/roles/big", body, NULL)->status, 400);
	length = (size_t)sprintf(body, "{\"scopes\":");
	memset(body + length, '[', 500);
	strcpy(body + length + 500, "");
	assert_int_equal(ask(server, "PUT", "/api/auth/v1/roles/deep", body, NULL)->status, 400);
	free(body);
	assert_true(alive());
	/* with the square of its length it would be days; a busy machine under sanitizers is slow
	 */
	assert_in_range(now_ms() - before, 0, 60000);
}

/* The tasks come by SQL: it is the listing that is measured. */
static void store_tasks(const char *path)
{
	tc_error err = TC_ERROR_INIT;
	struct store *store = store_open(path, &err);
	int64_t later = ((int64_t)time(NULL) + 100000) * 1000;

	assert_non_null(store);
	store_begin(store);
	store_run(store,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
		"INSERT INTO tasks (task_id, definition, group_id, scheduler_id, project_id, "
		"queue_id, priority, requires, retries, retries_left, created, deadline, expires, "
		"state) SELECT printf('%08dQaC%010dA', i, i), "
		"json_object('provisionerId', 'prov', 'workerType', 'type', 'taskQueueId', "
		"'prov/type', 'schedulerId', '-', 'projectId', 'none', 'taskGroupId', '" GROUP
		"', 'dependencies', json('[]'), 'requires', 'all-completed', 'routes', json('[]'), "
		"'priority', 'lowest', 'retries', 5, 'created', '" DATE "', 'deadline', '" DATE
		"', 'expires', '" DATE "', 'scopes', json('[]'), 'payload', json('{}'), "
		"'metadata', json_object('name', printf('%0200d', i), 'description', 'd', 'owner', "
		"'o', 'source', 'http://x/'), 'tags', json('{}'), 'extra', json('{}')), ?, '-', "
		"'none', "
		"'prov/type', 1, 'all-completed', 5, 5, 1, ?, ?, 'pending' FROM n",
		"tii", GROUP, later, later);
	store_run(store,
		"INSERT INTO runs (task_id, run_id, queue_id, priority, state, reason_created, "
		"scheduled) SELECT task_id, 0, queue_id, 1, 'pending', 'scheduled', 1 FROM tasks",
		"");
	store_run(store, "INSERT INTO groups (group_id, scheduler_id, expires) VALUES (?, '-', ?)",
		"ti", GROUP, later);
	if (!store_commit(store))
		fail_msg("%s", store_problem(store));
	store_close(store);
}

static void a_group_of_a_hundred_thousand(void **state)
{
	char folder[] = "/tmp/tc-scale-XXXXXX";
	char text[600];
	char token[100] = "";
	size_t total = 0;
	long long slowest = 0;

	(void)state;
	tc_test_server_stop(server);
	assert_non_null(mkdtemp(folder));
	snprintf(text, sizeof text, "%s/state", folder);
	store_tasks(text);
	server = tc_test_server_start("--state", text, NULL);
	do {
		long long before = now_ms();
		snprintf(text, sizeof text, "/api/queue/v1/task-group/" GROUP "/list%s%s",
			*token ? "?continuationToken=" : "", token);
		struct reply *reply = ask(server, "GET", text, NULL, NULL);
		assert_int_equal(reply->status, 200);
		total += tc_json_count(tc_json_get(reply->json, "tasks"));
		snprintf(token, sizeof token, "%s", reply_text(reply, "/continuationToken"));
		if (now_ms() - before > slowest)
			slowest = now_ms() - before;
	} while (*token);
	assert_int_equal(total, TASKS);
	print_message("the slowest page of 1000 tasks took %lld ms\n", slowest);
	assert_in_range(slowest, 0, 2000);
	/* and a claim goes by the index, however many wait */
	long long before = now_ms();
	struct reply *reply = ask(server, "POST", "/api/queue/v1/claim-work/prov%2Ftype",
		"{\"workerGroup\":\"g\",\"workerId\":\"w\",\"tasks\":32}", NULL);
	assert_int_equal(tc_json_count(tc_json_get(reply->json, "tasks")), 32);
	assert_in_range(now_ms() - before, 0, 1000);
	snprintf(text, sizeof text, "rm -r '%s'", folder);
	assert_int_equal(system(text), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand_connections),
		cmocka_unit_test(who_has_gone_gets_no_work),
		cmocka_unit_test(hostile_bytes),
		cmocka_unit_test(random_bytes),
		cmocka_unit_test(bodies_that_cost),
		cmocka_unit_test(a_group_of_a_hundred_thousand),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
