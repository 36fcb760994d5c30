/* SPDX-License-Identifier: MPL-2.0 */

/* Killed in the middle of a load and started again, the sandbox has everything it acknowledged. */

#include "tests/harness/test.h"

#include "client.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/slugid.h>
#include <time.h>

#define ROUNDS 4
#define ACKED_MAX 20000
#define WORKER "{\"workerGroup\":\"g\",\"workerId\":\"w\"}"
#define SECRET "{\"secret\":{\"a\":1},\"expires\":\"2100-01-01T00:00:00Z\"}"

/* What a task was acknowledged to be. */
enum known { CREATED, CLAIMED, COMPLETED };

struct acked {
	char id[TC_SLUGID_SIZE];
	enum known known;
	bool secret; /* one of its name was stored */
};

static struct tc_test_server *server;
static struct acked acked[ACKED_MAX];
static size_t count;
static char folder[] = "/tmp/tc-survival-XXXXXX";
static char state_file[100];

static void start(void)
{
	server = tc_test_server_start("--state", state_file, NULL);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(state_file, sizeof state_file, "%s/state", folder);
	return 0;
}

static int tear_down(void **state)
{
	char command[100];

	(void)state;
	ask_end();
	snprintf(command, sizeof command, "rm -r '%s'", folder);
	return system(command);
}

struct killer {
	pid_t pid;
	long after_ms;
};

static void *kill_later(void *data)
{
	const struct killer *killer = data;

	nanosleep(&(struct timespec){ .tv_sec = killer->after_ms / 1000,
			  .tv_nsec = killer->after_ms % 1000 * 1000000 },
		NULL);
	kill(killer->pid, SIGKILL);
	return NULL;
}

static bool done(const char *method, const char *path, const char *body)
{
	struct reply *reply = ask(server, method, path, body, NULL);

	return reply->curl == CURLE_OK && reply->status == 200;
}

/* One task on its way, until the server is gone. */
static bool load_one(struct acked *task, size_t number)
{
	char path[200];

	tc_slugid_nice(task->id);
	snprintf(path, sizeof path, "/api/queue/v1/task/%s", task->id);
	if (!done("PUT", path, task_text("")))
		return false;
	count = number + 1;
	snprintf(path, sizeof path, "/api/queue/v1/task/%s/runs/0/claim", task->id);
	if (!done("POST", path, WORKER))
		return false;
	task->known = CLAIMED;
	snprintf(path, sizeof path, "/api/secrets/v1/secret/%s", task->id);
	if (!done("PUT", path, SECRET))
		return false;
	task->secret = true;
	snprintf(path, sizeof path, "/api/queue/v1/task/%s/runs/0/completed", task->id);
	if (!done("POST", path, NULL))
		return false;
	task->known = COMPLETED;
	return true;
}

/* What was under way may be there or not; what was acknowledged must be. */
static void check(const struct acked *task)
{
	char path[200];

	snprintf(path, sizeof path, "/api/queue/v1/task/%s/status", task->id);
	struct reply *reply = ask(server, "GET", path, NULL, NULL);
	if (reply->status != 200)
		fail_msg("task %s is lost: %s", task->id, reply->body);
	const char *task_state = reply_text(reply, "/status/state");
	bool good = strcmp(task_state, "completed") == 0;
	if (task->known <= CLAIMED)
		good = good || strcmp(task_state, "running") == 0;
	if (task->known <= CREATED)
		good = good || strcmp(task_state, "pending") == 0;
	if (!good)
		fail_msg("task %s is %s", task->id, task_state);
	if (!task->secret)
		return;
	snprintf(path, sizeof path, "/api/secrets/v1/secret/%s", task->id);
	assert_int_equal(ask(server, "GET", path, NULL, NULL)->status, 200);
}

static void nothing_acknowledged_is_lost(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		start();
		for (size_t i = 0; i < count; i++)
			check(&acked[i]);
		size_t before = count;
		struct killer killer = { server->pid, 150 + 137 * round };
		pthread_t thread;
		assert_int_equal(pthread_create(&thread, NULL, kill_later, &killer), 0);
		size_t number = count;
		while (number < ACKED_MAX && load_one(&acked[number], number))
			number++;
		pthread_join(thread, NULL);
		tc_test_server_kill(server);
		assert_true(count > before);
	}
	start();
	for (size_t i = 0; i < count; i++)
		check(&acked[i]);
	tc_test_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_acknowledged_is_lost),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
