/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A worker with a state file is killed (-9) again and again, and the network is bad: each task is
 * resolved all the same, and once. This program is the worker, too:
 *
 *	test_workflows_worker_killed ROOT_URL FOLDER
 *
 * FOLDER holds its state and its notes, a line for each thing that happens.
 */
#define _GNU_SOURCE /* prctl */

#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "tests/harness/server.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <taskcluster/date.h>
#include <taskcluster/queue.h>
#include <taskcluster/slugid.h>
#include <taskcluster/worker.h>
#include <time.h>
#include <unistd.h>

#define QUEUE "test/killed"
#define CAPACITY 16
#define TASKS 1000
#define KILLS 5

static tc_client *client_of(const char *root_url)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_new("sandbox", "sandbox-secret", NULL, &err);

	options.root_url = root_url;
	options.credentials = credentials;
	options.retry_delay_ms = 10;
	tc_client *client = tc_client_new(&options, &err);
	tc_credentials_free(credentials);
	tc_error_clear(&err);
	return client;
}

/* ---- the worker ---- */

struct life {
	tc_worker *worker;
	const char *folder;
	int notes;
	int begun;
};

static struct life life;

static void note(const char *what, const tc_task *task, long number)
{
	char line[128];
	int length = snprintf(line, sizeof line, "%s %s %s %ld\n", what, tc_task_id(task),
		tc_task_run_id(task), number);

	if (write(life.notes, line, (size_t)length) != length)
		_exit(3);
}

static void done(void *data, uint64_t timer)
{
	(void)timer;
	pid_t process = (pid_t)(intptr_t)tc_task_data(data);
	if (process) {
		kill(-process, SIGKILL);
		waitpid(process, NULL, 0);
	}
	if (tc_worker_resolve(life.worker, data, TC_TASK_COMPLETED, NULL) != TC_OK)
		_exit(4);
}

/* Waits until the worker knows of it, and ends when that has died before. */
static void be_process(const int go[2])
{
	char byte;

	setsid();
	close(go[1]);
	if (read(go[0], &byte, 1) != 1)
		_exit(0);
	for (int fd = 0; fd < 3; fd++) /* whoever reads ours waits for the end of all */
		close(fd);
	execlp("sleep", "sleep", "600", (char *)NULL);
	_exit(127);
}

/* A process as tasks have them: it would outlive the worker. */
static void spawn(tc_task *task)
{
	tc_error err = TC_ERROR_INIT;
	int go[2];

	if (pipe(go) != 0)
		_exit(5);
	pid_t process = fork();
	if (process < 0)
		_exit(5);
	if (process == 0)
		be_process(go);
	close(go[0]);
	setpgid(process, process);
	note("process", task, process);
	tc_task_set_data(task, (void *)(intptr_t)process);
	if (tc_task_note_process(task, process, &err) != TC_OK || write(go[1], "x", 1) != 1)
		_exit(6);
	close(go[1]);
}

static void begin_work(tc_task *task)
{
	if (tc_loop_timer(tc_worker_loop(life.worker), 2 + life.begun % 7 * 5, done, task, NULL,
		    NULL) != TC_OK)
		_exit(7);
	life.begun++;
}

static void start(void *data, tc_task *task)
{
	(void)data;
	note("start", task, 0);
	if (life.begun % 25 == 0)
		spawn(task);
	begin_work(task);
}

/* Whether a worker before this one had begun a process for it. */
static bool has_process(const tc_task *task)
{
	char path[256], line[128];

	snprintf(path, sizeof path, "%s/notes", life.folder);
	snprintf(line, sizeof line, "process %s %s ", tc_task_id(task), tc_task_run_id(task));
	char *text = tc_test_read_file(path, NULL);
	bool has = strstr(text, line) != NULL;
	free(text);
	return has;
}

/* Some are gone on with; the others, and what runs for them, are left to the library. */
static bool go_on(void *data, tc_task *task)
{
	(void)data;
	if (life.begun % 2 || has_process(task))
		return false;
	note("leftover", task, 0);
	begin_work(task);
	return true;
}

/* A claim that has ended, at worst: the timer does the rest. */
static void stop_work(void *data, tc_task *task, enum tc_abort why)
{
	(void)data;
	note("abort", task, why);
}

static void ended(void *data, tc_task *task, const struct tc_task_end *end)
{
	(void)data;
	note(end->reported ? "reported" : "unreported", task, end->result);
}

static void tell(void *data, enum tc_log_level level, const char *line)
{
	(void)data;
	if (level < TC_LOG_INFO)
		dprintf(life.notes, "# %s\n", line);
}

static void on_term(int number)
{
	(void)number;
	tc_worker_stop(life.worker, TC_STOP_FINISH);
}

static int be_worker(const char *root_url, const char *folder)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	char path[256];

	life.folder = folder;
	snprintf(path, sizeof path, "%s/notes", folder);
	life.notes = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	snprintf(path, sizeof path, "%s/state", folder);
	options.task_queue_id = QUEUE;
	options.worker_group = "group";
	options.worker_id = "worker";
	options.capacity = CAPACITY;
	options.start = start;
	options.abort = stop_work;
	options.ended = ended;
	options.leftover = go_on;
	options.state_path = path;
	options.log = tell;
	tc_client *client = client_of(root_url);
	life.worker = client ? tc_worker_new(NULL, client, &options, &err) : NULL;
	signal(SIGTERM, on_term);
	int rc = life.worker ? tc_worker_run(life.worker, &err) : err.code;
	if (rc != TC_OK)
		dprintf(life.notes, "# the worker: %s\n", tc_error_text(&err));
	tc_worker_free(life.worker);
	tc_client_free(client);
	tc_error_clear(&err);
	return rc == TC_OK ? 0 : 1;
}

/* ---- the test ---- */

static char own_path[512];

struct scene {
	struct tc_test_server *server;
	struct tc_folder folder;
	tc_client *client;
	char ids[TASKS][TC_SLUGID_SIZE];
	tc_error err;
};

static struct scene scene;

static pid_t begin_worker(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		execl(own_path, own_path, scene.server->root_url, scene.folder.path, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static void create_tasks(void)
{
	char now[TC_DATE_SIZE], later[TC_DATE_SIZE];
	const tc_json *payload = NULL;

	assert_ok(tc_json_parse("{}", 2, &payload, &scene.err), &scene.err);
	assert_ok(tc_from_now("", NULL, now, &scene.err), &scene.err);
	assert_ok(tc_from_now("1 hour", NULL, later, &scene.err), &scene.err);
	for (size_t i = 0; i < TASKS; i++) {
		const struct tc_queue_create_task_request task = {
			.task_queue_id = QUEUE,
			.created = now,
			.deadline = later,
			.payload = payload,
			.retries = { .present = true, .value = 20 },
			.metadata = { .name = "n",
				.description = "d",
				.owner = "o@example.com",
				.source = "https://example.com/" },
		};
		tc_slugid_nice(scene.ids[i]);
		assert_ok(tc_queue_create_task(scene.client, scene.ids[i], &task, NULL, &scene.err),
			&scene.err);
	}
	tc_release(payload);
}

/* How many lines of the notes begin with this. */
static int count_notes(const char *word)
{
	int count = 0;

	if (!tc_folder_has(&scene.folder, "notes"))
		return 0;
	char *text = tc_test_read_file(tc_folder_path(&scene.folder, "notes"), NULL);
	for (const char *at = text; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL)
		count += strncmp(at, word, strlen(word)) == 0 && at[strlen(word)] == ' ';
	free(text);
	return count;
}

static void wait_for_notes(const char *word, int count, pid_t worker)
{
	int64_t end = tc_test_now_ms() + 45000;

	while (count_notes(word) < count) {
		int status = 0;
		if (waitpid(worker, &status, WNOHANG) != 0) {
			char *text =
				tc_test_read_file(tc_folder_path(&scene.folder, "notes"), NULL);
			size_t length = strlen(text);
			fail_msg("a worker ended with status %#x; its last notes:\n%s", status,
				text + (length > 500 ? length - 500 : 0));
		}
		assert_true(tc_test_now_ms() < end);
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	}
}

/* Its runs: how many ended in this state for this reason (NULL: any). */
static int count_runs(
	const struct tc_queue_task_status *status, const char *state, const char *reason)
{
	int count = 0;

	for (size_t i = 0; i < status->runs_count; i++)
		count += strcmp(status->runs[i].state, state) == 0 &&
			(!reason ||
				(status->runs[i].reason_resolved &&
					strcmp(status->runs[i].reason_resolved, reason) == 0));
	return count;
}

static int pending_or_running(void)
{
	int left = 0;

	for (size_t i = 0; i < TASKS; i++) {
		struct tc_queue_task_status_response *reply = NULL;
		assert_ok(tc_queue_status(scene.client, scene.ids[i], &reply, &scene.err),
			&scene.err);
		left += strcmp(reply->status.state, "completed") != 0;
		tc_release(reply);
	}
	return left;
}

struct totals {
	int runs, expired, given_back;
};

/* Every task was resolved once: all of its runs but one came to nothing, for good reasons. */
static struct totals check_tasks(void)
{
	struct totals totals = { 0 };

	for (size_t i = 0; i < TASKS; i++) {
		struct tc_queue_task_status_response *reply = NULL;
		assert_ok(tc_queue_status(scene.client, scene.ids[i], &reply, &scene.err),
			&scene.err);
		const struct tc_queue_task_status *status = &reply->status;
		int expired = count_runs(status, "exception", "claim-expired");
		int given_back = count_runs(status, "exception", "worker-shutdown");
		assert_string_equal(status->state, "completed");
		assert_int_equal(count_runs(status, "completed", NULL), 1);
		assert_int_equal(status->runs_count, 1 + expired + given_back);
		totals.runs += (int)status->runs_count;
		totals.expired += expired;
		totals.given_back += given_back;
		tc_release(reply);
	}
	return totals;
}

/* Whoever was left behind has become this program's, as it asked for. */
static void check_processes(void)
{
	char *text = tc_test_read_file(tc_folder_path(&scene.folder, "notes"), NULL);

	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	for (char *at = text; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL) {
		long process = 0;
		if (sscanf(at, "process %*s %*s %ld", &process) == 1)
			assert_true(kill((pid_t)process, 0) != 0 && errno == ESRCH);
	}
	free(text);
}

/* No life reports a run that it, or another one, has reported before. */
static void check_reports(void)
{
	char *text = tc_test_read_file(tc_folder_path(&scene.folder, "notes"), NULL);

	for (char *at = text; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL) {
		char line[64] = "";
		if (sscanf(at, "%63[^\n]", line) != 1 || strncmp(line, "reported ", 9) != 0)
			continue;
		const char *again = strstr(at + strlen(line), line);
		assert_null(again);
	}
	free(text);
}

static int begin(void **state)
{
	static const char *const arguments[] = { "--claim-timeout", "4", "--poll-timeout", "200",
		"--resolver-interval", "50", "--fault",
		"status=503:rate=0.04:only=queue,lost-reply:rate=0.03:only=queue,"
		"close-early:rate=0.03:only=queue",
		NULL };

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	scene.server = tc_test_server_start_unchecked(arguments);
	tc_folder_make(&scene.folder);
	scene.client = client_of(scene.server->root_url);
	assert_non_null(scene.client);
	return 0;
}

static int end(void **state)
{
	(void)state;
	tc_client_free(scene.client);
	tc_test_server_stop(scene.server);
	if (!getenv("KEEP"))
		tc_folder_remove(&scene.folder);
	tc_error_clear(&scene.err);
	return 0;
}

static void test_tasks_are_resolved_once_though_their_worker_is_killed(void **unused)
{
	int status = 0;

	(void)unused;
	create_tasks();
	int64_t began = tc_test_now_ms();
	pid_t worker = begin_worker();
	for (int kills = 0; kills < KILLS; kills++) {
		wait_for_notes("reported", (kills + 1) * TASKS / (KILLS + 2), worker);
		kill(worker, SIGKILL);
		assert_int_equal(waitpid(worker, &status, 0), worker);
		assert_true(WIFSIGNALED(status));
		assert_true(tc_folder_has(&scene.folder, "state"));
		worker = begin_worker();
	}
	while (pending_or_running()) {
		assert_int_equal(waitpid(worker, NULL, WNOHANG), 0);
		assert_true(tc_test_now_ms() < began + 60000);
	}
	int64_t took = tc_test_now_ms() - began;
	kill(worker, SIGTERM);
	assert_int_equal(waitpid(worker, &status, 0), worker);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_false(tc_folder_has(&scene.folder, "state"));
	struct totals totals = check_tasks();
	check_reports();
	check_processes();
	assert_true(totals.given_back > 0); /* it was killed in the middle of things */
	print_message("%d tasks, %d kills: %.1f s, %d runs, %d claims that ran out, %d given back, "
		      "%d gone on with\n",
		TASKS, KILLS, (double)took / 1000, totals.runs, totals.expired, totals.given_back,
		count_notes("leftover"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_tasks_are_resolved_once_though_their_worker_is_killed, begin, end),
	};

	if (argc == 3)
		return be_worker(argv[1], argv[2]);
	ssize_t length = readlink("/proc/self/exe", own_path, sizeof own_path - 1);
	if (length <= 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
