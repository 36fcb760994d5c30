/* SPDX-License-Identifier: MPL-2.0 */

/* A thousand connections at once, a hundred thousand tasks in a group, requests that are meant to
 * hurt, and counts that must follow every step. */

#include "tests/harness/test.h"

#include "client.h"
#include "tests/harness/folder.h"
#include "tools/sandbox/request/sandbox.h"
#include "tools/sandbox/server/cleanup.h"
#include "tools/sandbox/store/store.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <taskcluster/slugid.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS 1000
#define TASKS 100000
#define GROUP "aaaaaaaaQaCaaaaaaaaaaA"
#define DATE "2026-01-01T00:00:00.000Z"
#define QUEUE "/api/queue/v1"
#define WORKER "{\"workerGroup\":\"g\",\"workerId\":\"w\"}"
#define PING "GET /api/queue/v1/ping HTTP/1.1\r\nHost: localhost\r\n\r\n"

static struct tc_test_server *server;
static struct tc_folder folder; /* for states; whatever fails, nothing of it is left */

static int tear_down(void **state)
{
	(void)state;
	ask_end();
	tc_test_server_stop(server);
	server = NULL;
	tc_folder_remove(&folder);
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	tc_folder_make(&folder);
	server = tc_test_server_start("--poll-timeout", "2000", NULL);
	return 0;
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
	long long before = tc_test_now_ms();
	assert_true(alive());
	assert_int_in_range(tc_test_now_ms() - before, 0, 2000);
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
	long long before = tc_test_now_ms();

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
	assert_int_in_range(tc_test_now_ms() - before, 0, 60000);
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
	char text[600];
	char token[100] = "";
	size_t total = 0;
	long long slowest = 0;

	(void)state;
	tc_test_server_stop(server);
	const char *file = tc_folder_path(&folder, "group");
	store_tasks(file);
	server = tc_test_server_start("--state", file, NULL);
	do {
		long long before = tc_test_now_ms();
		snprintf(text, sizeof text, "/api/queue/v1/task-group/" GROUP "/list%s%s",
			*token ? "?continuationToken=" : "", token);
		struct reply *reply = ask(server, "GET", text, NULL, NULL);
		assert_int_equal(reply->status, 200);
		total += tc_json_count(tc_json_get(reply->json, "tasks"));
		snprintf(token, sizeof token, "%s", reply_text(reply, "/continuationToken"));
		if (tc_test_now_ms() - before > slowest)
			slowest = tc_test_now_ms() - before;
	} while (*token);
	assert_int_equal(total, TASKS);
	print_message("the slowest page of 1000 tasks took %lld ms\n", slowest);
	assert_int_in_range(slowest, 0, 2000);
	/* and a claim goes by the index, however many wait */
	long long before = tc_test_now_ms();
	struct reply *reply = ask(server, "POST", "/api/queue/v1/claim-work/prov%2Ftype",
		"{\"workerGroup\":\"g\",\"workerId\":\"w\",\"tasks\":32}", NULL);
	assert_int_equal(tc_json_count(tc_json_get(reply->json, "tasks")), 32);
	assert_int_in_range(tc_test_now_ms() - before, 0, 1000);
}

/* ---- counts of runs ---- */

static void assert_counts(int pending, int claimed)
{
	char expected[60];

	snprintf(expected, sizeof expected, "\"pendingTasks\":%d}", pending);
	const char *body = ask(server, "GET", QUEUE "/pending/prov%2Ftype", NULL, NULL)->body;
	if (!strstr(body, expected))
		fail_msg("expected %s, got %s", expected, body);
	snprintf(expected, sizeof expected, "\"pendingTasks\":%d,\"claimedTasks\":%d}", pending,
		claimed);
	body = ask(server, "GET", QUEUE "/task-queues/prov%2Ftype/counts", NULL, NULL)->body;
	if (!strstr(body, expected))
		fail_msg("expected %s, got %s", expected, body);
}

static void on_task(const char *id, const char *rest, const char *body, const char *fault)
{
	char path[200];

	snprintf(path, sizeof path, QUEUE "/task/%s%s", id, rest);
	struct reply *reply =
		ask(server, *rest ? "POST" : "PUT", path, body, &(struct quirks){ .fault = fault });
	if (reply->status != 200)
		fail_msg("%s: %ld %s", path, reply->status, reply->body);
}

static void create(char id[TC_SLUGID_SIZE], const char *more)
{
	tc_slugid_nice(id);
	on_task(id, "", task_text(more), NULL);
}

static void claim(const char *id, const char *run_id, const char *fault)
{
	char rest[40];

	snprintf(rest, sizeof rest, "/runs/%s/claim", run_id);
	on_task(id, rest, WORKER, fault);
}

static void steps_of_one_task(void)
{
	char id[TC_SLUGID_SIZE];

	assert_counts(0, 0);
	create(id, "\"retries\":1,");
	assert_counts(1, 0);
	claim(id, "0", NULL);
	assert_counts(0, 1);
	on_task(id, "/runs/0/reclaim", NULL, NULL);
	assert_counts(0, 1);
	on_task(id, "/runs/0/exception", "{\"reason\":\"worker-shutdown\"}", NULL);
	assert_counts(1, 0); /* the retry */
	on_task(id, "/priority", "{\"newPriority\":\"high\"}", NULL);
	assert_counts(1, 0);
	claim(id, "1", NULL);
	on_task(id, "/runs/1/completed", NULL, NULL);
	assert_counts(0, 0);
	on_task(id, "/rerun", NULL, NULL);
	assert_counts(1, 0);
	claim(id, "2", NULL);
	on_task(id, "/runs/2/failed", NULL, NULL);
	assert_counts(0, 0);
	on_task(id, "/rerun", NULL, NULL);
	on_task(id, "/cancel", NULL, NULL);
	assert_counts(0, 0);
	on_task(id, "/rerun", NULL, NULL);
	claim(id, "4", NULL);
	on_task(id, "/cancel", NULL, NULL);
	assert_counts(0, 0);
}

/* A task that waits for another is no pending one; what it waited for lets it be. */
static void steps_of_two_tasks(void)
{
	char first[TC_SLUGID_SIZE];
	char second[TC_SLUGID_SIZE];
	char more[80];
	char text[1000];

	create(first, "");
	snprintf(more, sizeof more, "\"dependencies\":[\"%s\"],", first);
	create(second, more);
	assert_counts(1, 0);
	on_task(second, "/schedule", NULL, NULL);
	assert_counts(2, 0);
	claim(first, "0", NULL);
	on_task(first, "/runs/0/completed", NULL, NULL);
	on_task(second, "/cancel", NULL, NULL);
	assert_counts(0, 0);
	snprintf(text, sizeof text, "%s", task_text(more));
	tc_slugid_nice(second);
	for (int i = 0; i < 2; i++) { /* the same again changes nothing */
		on_task(second, "", text, NULL);
		assert_counts(1, 0);
	}
	on_task(second, "/cancel", NULL, NULL);
}

/* The sandbox looks for ended claims on its own, so it is waited for. */
static void claims_that_run_out(void)
{
	char id[TC_SLUGID_SIZE];
	char path[100];
	char runs[10] = "";

	create(id, "\"retries\":1,");
	claim(id, "0", "lost-claim");
	snprintf(path, sizeof path, QUEUE "/task/%s/status", id);
	for (int i = 0; i < 500 && strcmp(runs, "pending") != 0; i++) {
		snprintf(runs, sizeof runs, "%s",
			reply_text(ask(server, "GET", path, NULL, NULL), "/status/runs/1/state"));
		nanosleep(&(struct timespec){ .tv_nsec = 20 * 1000000 }, NULL);
	}
	assert_counts(1, 0);
	claim(id, "1", NULL);
	assert_counts(0, 1);
}

static void start_counting(const char *file)
{
	server = tc_test_server_start(
		"--state", file, "--faults", "--resolver-interval", "50", NULL);
}

/* Opens the state for SQL: the server has ended, and the next has not begun. */
static struct store *stop_and_open(const char *file)
{
	tc_error err = TC_ERROR_INIT;

	tc_test_server_stop(server);
	struct store *store = store_open(file, &err);
	assert_non_null(store);
	return store;
}

/* All tasks expire, and go as long after it as tasks do. */
static void remove_all_tasks(const char *file)
{
	struct sandbox sandbox = { .store = stop_and_open(file) };

	store_run(sandbox.store, "UPDATE tasks SET expires = 1", "");
	cleanup_run(&sandbox, (int64_t)2 * 24 * 60 * 60 * 1000);
	assert_int_equal(store_number(sandbox.store, -1, "SELECT count(*) FROM tasks", ""), 0);
	store_close(sandbox.store);
	start_counting(file);
}

/* As a sandbox without counts left it. */
static void forget_counts(const char *file)
{
	static const char *const statements[] = { "DROP TRIGGER runs_added",
		"DROP TRIGGER runs_left", "DROP TRIGGER runs_entered", "DROP TRIGGER runs_removed",
		"DROP TABLE run_counts" };
	struct store *store = stop_and_open(file);

	store_begin(store);
	for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
		store_run(store, statements[i], "");
	assert_true(store_commit(store));
	store_close(store);
	start_counting(file);
}

static void counts_follow_every_step(void **state)
{
	char file[100];
	char id[TC_SLUGID_SIZE];

	(void)state;
	tc_test_server_stop(server);
	snprintf(file, sizeof file, "%s", tc_folder_path(&folder, "counts"));
	start_counting(file);
	steps_of_one_task();
	steps_of_two_tasks();
	claims_that_run_out();
	create(id, "");
	assert_counts(1, 1);
	remove_all_tasks(file);
	assert_counts(0, 0);
	create(id, "");
	claim(id, "0", NULL);
	create(id, "");
	create(id, "");
	forget_counts(file);
	assert_counts(2, 1);
	claim(id, "0", NULL);
	assert_counts(1, 2);
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
		cmocka_unit_test(counts_follow_every_step),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
