/* SPDX-License-Identifier: MPL-2.0 */
/* What a worker knows after it was killed, and what it never believes. */
#define _GNU_SOURCE /* prctl, mkfifo, setrlimit */

#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "workflows/src/worker/process.h"
#include "workflows/src/worker/state.h"
#include "workflows/src/worker/state_types.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <taskcluster/json.h>
#include <taskcluster/worker_manager_types.h>
#include <unistd.h>

#define FILE_NAME "state"
#define TASK "fN1SbArXTPSVFNUvaOlinQ"
#define OTHER "aaaaaaaaQ3-aaaaaaaaaaA"

static const struct tc__state_owner owner = { .root_url = "https://tc.example.com",
	.task_queue_id = "build/linux",
	.worker_group = "rack-1",
	.worker_id = "machine-7" };

static struct tc_folder folder;
static tc_error err;

static int begin(void **state)
{
	(void)state;
	tc_folder_make(&folder);
	return 0;
}

static int end(void **state)
{
	(void)state;
	tc_folder_remove(&folder);
	tc_error_clear(&err);
	return 0;
}

static struct tc__state *open_state(void)
{
	struct tc__state *state = NULL;

	assert_ok(tc__state_open(&state, tc_folder_path(&folder, FILE_NAME), &owner, &err), &err);
	return state;
}

static void refuses(int code, const char *why)
{
	struct tc__state *state = (struct tc__state *)&folder;

	assert_int_equal(
		tc__state_open(&state, tc_folder_path(&folder, FILE_NAME), &owner, &err), code);
	assert_null(state);
	assert_failure(&err, code, why);
}

static const tc_json *parse(const char *text)
{
	const tc_json *json = NULL;

	assert_ok(tc_json_parse(text, strlen(text), &json, &err), &err);
	return json;
}

#define CREDENTIALS(token) \
	"\"credentials\":{\"clientId\":\"task-client/x\",\"accessToken\":\"" token \
	"\",\"certificate\":\"\"}"

static void write_claim(char *text, size_t size, const char *task_id, const char *run_id)
{
	snprintf(text, size,
		"{\"status\":{\"taskId\":\"%s\"},\"runId\":%s,\"workerGroup\":\"rack-1\","
		"\"takenUntil\":\"2030-01-01T00:00:00.000Z\",\"task\":{\"payload\":{\"b\":1,"
		"\"a\":\"line\\nfeed\"}}," CREDENTIALS("firstToken_0123456789") "}",
		task_id, run_id);
}

static int try_claim(struct tc__state *state, const char *task_id, const char *run_id)
{
	char claim[1024], text[1100];

	write_claim(claim, sizeof claim, task_id, run_id);
	snprintf(text, sizeof text, "[%s]", claim);
	const tc_json *claims = parse(text);
	int rc = tc__state_claims(state, claims, &err);
	tc_release(claims);
	return rc;
}

static void claim(struct tc__state *state, const char *task_id, const char *run_id)
{
	assert_ok(try_claim(state, task_id, run_id), &err);
}

static void renew(struct tc__state *state, const char *task_id, const char *run_id)
{
	const tc_json *reply =
		parse("{\"takenUntil\":\"2031-01-01T00:00:00.000Z\",\"runId\":0," CREDENTIALS(
			"secondToken_0123456789") "}");

	assert_ok(tc__state_renewed(state, task_id, run_id, reply, &err), &err);
	tc_release(reply);
}

/* So much that it is written anew, without a wait for the disk. */
static void fill(struct tc__state *state, const char *task_id, const char *run_id)
{
	for (int i = 0; i < 6000; i++)
		assert_ok(tc__state_settled(state, task_id, run_id, 1, &err), &err);
}

/* ---- the file ---- */

static void test_a_new_file_is_for_its_user_alone_and_gone_after_the_end(void **unused)
{
	(void)unused;
	mode_t before = umask(0);
	struct tc__state *state = open_state();
	assert_int_equal(tc_folder_mode(&folder, FILE_NAME), 0600);
	claim(state, TASK, "0");
	umask(0777);
	fill(state, TASK, "0");
	umask(before);
	assert_int_equal(tc_folder_mode(&folder, FILE_NAME), 0600);
	assert_int_equal(tc_folder_count(&folder), 1);
	tc__state_end(state);
	assert_int_equal(tc_folder_count(&folder), 0);
}

static void test_without_a_file_nothing_is_known(void **unused)
{
	int64_t ms = 1;
	struct tc_worker_manager_reregister_worker_response *registration = NULL;
	const tc_json *none = parse("[]");

	(void)unused;
	assert_ok(tc__state_claims(NULL, none, &err), &err);
	assert_ok(tc__state_renewed(NULL, TASK, "0", none, &err), &err);
	assert_ok(tc__state_process(NULL, TASK, "0", 7, &err), &err);
	assert_ok(tc__state_settled(NULL, TASK, "0", 1, &err), &err);
	assert_ok(tc__state_registered(NULL, none, 0, &err), &err);
	assert_ok(tc__state_registration(NULL, &registration, &ms, &err), &err);
	assert_null(registration);
	assert_int_equal(tc__state_leftovers(NULL), 0);
	assert_int_equal(tc__state_kill(NULL, TASK, "0"), 0);
	tc__state_ended(NULL, TASK, "0");
	tc__state_end(NULL);
	tc__state_close(NULL);
	tc_release(none);
}

static void test_a_second_worker_is_refused(void **unused)
{
	(void)unused;
	struct tc__state *state = open_state();
	refuses(TC_ERROR_SYSTEM, "/" FILE_NAME " is in use by another worker");
	claim(state, TASK, "0");
	fill(state, TASK, "0"); /* the lock goes with what is written anew */
	refuses(TC_ERROR_SYSTEM, "is in use by another worker");
	tc__state_close(state);
	tc__state_end(open_state());
}

static void test_of_many_that_begin_at_once_one_has_it(void **unused)
{
	enum { RACERS = 8, ROUNDS = 10 };
	(void)unused;
	for (int round = 0; round < ROUNDS; round++) {
		int won = 0, go[2];
		pid_t racers[RACERS];
		assert_int_equal(pipe(go), 0);
		for (int i = 0; i < RACERS; i++) {
			racers[i] = fork();
			assert_true(racers[i] >= 0);
			if (racers[i])
				continue;
			struct tc__state *state = NULL;
			char byte;
			close(go[1]);
			(void)!read(go[0], &byte, 1); /* until the other end is closed */
			int rc = tc__state_open(
				&state, tc_folder_path(&folder, FILE_NAME), &owner, NULL);
			if (rc == TC_OK)
				usleep(20000); /* the others have tried by then */
			_exit(rc == TC_OK ? 0 : rc == TC_ERROR_SYSTEM ? 1 : 2);
		}
		close(go[0]);
		close(go[1]);
		for (int i = 0; i < RACERS; i++) {
			int status = 0;
			assert_int_equal(waitpid(racers[i], &status, 0), racers[i]);
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
			won += WEXITSTATUS(status) == 0;
		}
		assert_true(won >= 1); /* a late one may come after the first has left */
		tc__state_end(open_state());
		assert_int_equal(tc_folder_count(&folder), 0);
	}
}

static void test_what_is_no_file_of_ours_is_refused_and_left_alone(void **unused)
{
	(void)unused;
	tc_folder_put(&folder, FILE_NAME, "# my notes\n", 0600);
	refuses(TC_ERROR_SYSTEM, "is another file");
	tc_folder_check(&folder, FILE_NAME, "# my notes\n");

	tc_folder_put(&folder, FILE_NAME, TC__STATE_MAGIC "\n", 0640);
	refuses(TC_ERROR_SYSTEM, "is open to other users");
	tc_folder_check(&folder, FILE_NAME, TC__STATE_MAGIC "\n");

	tc_folder_put(&folder, "target", "", 0600);
	assert_int_equal(unlinkat(folder.fd, FILE_NAME, 0), 0);
	assert_int_equal(symlinkat("target", folder.fd, FILE_NAME), 0);
	refuses(TC_ERROR_SYSTEM, "symbolic link");
	tc_folder_check(&folder, "target", "");

	assert_int_equal(unlinkat(folder.fd, FILE_NAME, 0), 0);
	assert_int_equal(linkat(folder.fd, "target", folder.fd, FILE_NAME, 0), 0);
	refuses(TC_ERROR_SYSTEM, "several names");
	tc_folder_check(&folder, "target", "");

	assert_int_equal(unlinkat(folder.fd, FILE_NAME, 0), 0);
	assert_int_equal(mkfifo(tc_folder_path(&folder, FILE_NAME), 0600), 0);
	refuses(TC_ERROR_SYSTEM, "is a pipe");
	assert_int_equal(unlinkat(folder.fd, FILE_NAME, 0), 0);
	assert_int_equal(mkdirat(folder.fd, FILE_NAME, 0700), 0);
	refuses(TC_ERROR_SYSTEM, "is a folder");
	assert_int_equal(unlinkat(folder.fd, FILE_NAME, AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(folder.fd, "target", 0), 0);
}

static void test_another_users_file_is_refused(void **unused)
{
	(void)unused;
	if (geteuid() != 0)
		skip();
	tc_folder_put(&folder, FILE_NAME, "", 0600);
	assert_int_equal(fchownat(folder.fd, FILE_NAME, 65534, (gid_t)-1, 0), 0);
	refuses(TC_ERROR_SYSTEM, "belongs to another user");
}

static void test_another_workers_file_is_refused_and_left_alone(void **unused)
{
	static const struct tc__state_owner others[] = {
		{ "https://tc.example.org", "build/linux", "rack-1", "machine-7" },
		{ NULL, "build/linux", "rack-1", "machine-7" },
		{ "https://tc.example.com", "build/mac", "rack-1", "machine-7" },
		{ "https://tc.example.com", "build/linux", "rack-2", "machine-7" },
		{ "https://tc.example.com", "build/linux", "rack-1", "machine-8" },
	};
	struct tc__state *state = open_state();

	(void)unused;
	claim(state, TASK, "0");
	tc__state_close(state);
	char *before = tc_test_read_file(tc_folder_path(&folder, FILE_NAME), NULL);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		assert_int_equal(tc__state_open(&state, tc_folder_path(&folder, FILE_NAME),
					 &others[i], &err),
			TC_ERROR_ARGUMENT);
		assert_failure(&err, TC_ERROR_ARGUMENT, "\"workerId\":\"machine-7\"");
		tc_folder_check(&folder, FILE_NAME, before);
	}
	free(before);
}

/* ---- what comes back ---- */

static struct tc__state_leftover take(struct tc__state *state)
{
	struct tc__state_leftover leftover;

	assert_ok(tc__state_leftover(state, &leftover, &err), &err);
	return leftover;
}

static void check_token(const tc_credentials *credentials, const char *token)
{
	const tc_json *told = NULL;

	assert_ok(tc_credentials_reveal(credentials, &told, &err), &err);
	assert_string_equal(tc_json_text(tc_json_get(told, "accessToken")), token);
	tc_release(told);
}

static void test_a_claim_comes_back_whole(void **unused)
{
	struct tc__state *state = open_state();

	(void)unused;
	claim(state, TASK, "0");
	claim(state, OTHER, "3");
	renew(state, OTHER, "3");
	assert_ok(tc__state_settled(state, OTHER, "3", 2, &err), &err);
	assert_int_equal(tc__state_leftovers(state), 0); /* they are this worker's own */
	tc__state_close(state);

	for (int life = 0; life < 3; life++) { /* until it is told to have ended */
		state = open_state();
		assert_int_equal(tc__state_leftovers(state), 2);
		struct tc__state_leftover first = take(state), second = take(state), none;
		assert_string_equal(tc_json_text(tc_json_at(first.claim, "/status/taskId")), TASK);
		assert_string_equal(
			tc_json_text(tc_json_at(first.claim, "/task/payload/a")), "line\nfeed");
		assert_null(tc_json_get(first.claim, "credentials"));
		assert_string_equal(first.taken_until, "2030-01-01T00:00:00.000Z");
		check_token(first.credentials, "firstToken_0123456789");
		assert_int_equal(first.settled, 0);
		assert_string_equal(tc_json_text(tc_json_get(second.claim, "runId")), "3");
		assert_string_equal(second.taken_until, "2031-01-01T00:00:00.000Z");
		check_token(second.credentials, "secondToken_0123456789");
		assert_int_equal(second.settled, 2);
		assert_int_equal(tc__state_leftover(state, &none, &err), TC_ERROR_ARGUMENT);
		assert_int_equal(tc__state_leftovers(state), 0);
		tc__state_leftover_clear(&first);
		tc__state_leftover_clear(&second);
		tc__state_leftover_clear(&none);
		tc__state_close(state);
	}
	state = open_state();
	tc__state_ended(state, TASK, "0");
	tc__state_close(state);
	state = open_state();
	assert_int_equal(tc__state_leftovers(state), 1);
	tc__state_end(state);
}

static void test_what_cannot_be_is_refused(void **unused)
{
	struct tc__state *state = open_state();
	const tc_json *reply = parse("{\"takenUntil\":\"x\"}");

	(void)unused;
	claim(state, TASK, "0");
	assert_int_equal(try_claim(state, TASK, "0"), TC_ERROR_ARGUMENT);
	assert_int_equal(try_claim(state, "a b", "0"), TC_ERROR_ARGUMENT);
	assert_int_equal(try_claim(state, "", "0"), TC_ERROR_ARGUMENT);
	assert_int_equal(tc__state_renewed(state, OTHER, "0", reply, &err), TC_ERROR_ARGUMENT);
	assert_int_equal(tc__state_renewed(state, TASK, "0", reply, &err), TC_ERROR_ARGUMENT);
	assert_int_equal(tc__state_settled(state, TASK, "1", 1, &err), TC_ERROR_ARGUMENT);
	assert_int_equal(tc__state_process(state, OTHER, "0", getpid(), &err), TC_ERROR_ARGUMENT);
	assert_int_equal(tc__state_process(state, TASK, "0", 0, &err), TC_ERROR_ARGUMENT);
	assert_int_equal(tc__state_process(state, TASK, "0", 0x3fffffff, &err), TC_ERROR_SYSTEM);
	tc__state_ended(state, OTHER, "0");
	tc__state_close(state);
	tc_release(reply);
	state = open_state();
	assert_int_equal(tc__state_leftovers(state), 1);
	tc__state_end(state);
}

static void test_the_registration_comes_back(void **unused)
{
	struct tc_worker_manager_reregister_worker_response *kept = NULL;
	int64_t ms = 0;
	const tc_json *reply =
		parse("{\"expires\":\"2030-01-01T00:00:00.000Z\",\"workerConfig\":{\"x\":1},"
		      "\"secret\":\"aSecretOfOneUse\"," CREDENTIALS("workersToken") "}");
	struct tc__state *state = open_state();

	(void)unused;
	assert_ok(tc__state_registration(state, &kept, &ms, &err), &err);
	assert_null(kept);
	assert_ok(tc__state_registered(state, reply, 12345, &err), &err);
	tc__state_close(state);
	tc_release(reply);
	state = open_state();
	assert_ok(tc__state_registration(state, &kept, &ms, &err), &err);
	assert_int_equal(ms, 12345);
	assert_string_equal(kept->secret, "aSecretOfOneUse");
	assert_string_equal(kept->expires, "2030-01-01T00:00:00.000Z");
	assert_string_equal(kept->credentials.access_token, "workersToken");
	tc_release(kept);
	tc__state_end(state);
}

/* ---- what was torn, or damaged ---- */

/* A file with lines of all kinds; its bytes, for free(). */
static char *make_history(size_t *length)
{
	struct tc__state *state = open_state();

	claim(state, TASK, "0");
	claim(state, OTHER, "1");
	claim(state, TASK, "2");
	renew(state, TASK, "2");
	assert_ok(tc__state_settled(state, TASK, "0", 1, &err), &err);
	tc__state_ended(state, TASK, "0");
	claim(state, OTHER, "3");
	tc__state_close(state);
	return tc_test_read_file(tc_folder_path(&folder, FILE_NAME), length);
}

static void put_bytes(const char *bytes, size_t length)
{
	unlinkat(folder.fd, FILE_NAME, 0);
	int fd = openat(folder.fd, FILE_NAME, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), (ssize_t)length);
	close(fd);
}

static void test_a_torn_end_counts_for_nothing(void **unused)
{
	size_t length = 0, last = 0;
	char *bytes = make_history(&length);

	(void)unused;
	for (size_t cut = 0; cut <= length; cut++) {
		put_bytes(bytes, cut);
		struct tc__state *state = open_state();
		size_t left = tc__state_leftovers(state);
		assert_true(left <= 3);
		assert_true(left + 1 >= last); /* one has ended on the way */
		last = left;
		tc__state_close(state);
	}
	assert_int_equal(last, 3);
	free(bytes);
}

/* The file system may have made room for what power took. */
static void test_zeros_at_the_end_count_for_nothing(void **unused)
{
	size_t length = 0;
	char *bytes = make_history(&length);

	(void)unused;
	for (size_t kept = 0; kept < length; kept += 7) {
		char *torn = calloc(1, length);
		assert_non_null(torn);
		memcpy(torn, bytes, kept);
		put_bytes(torn, length);
		if (kept == 0 || kept > strlen(TC__STATE_MAGIC)) {
			struct tc__state *state = open_state();
			assert_true(tc__state_leftovers(state) <= 3);
			claim(state, "later", "0");
			tc__state_close(state);
		}
		free(torn);
	}
	free(bytes);
}

/* A line that others rely on is never taken for one that was torn. */
static void test_damage_is_told_and_left_alone(void **unused)
{
	size_t length = 0, told = 0, whole = 0;
	char *bytes = make_history(&length);
	size_t last_line = length - 1;

	(void)unused;
	while (bytes[last_line - 1] != '\n')
		last_line--;
	size_t last_claim = last_line - 1;
	while (bytes[last_claim - 1] != '\n')
		last_claim--;
	for (size_t at = 0; at < length; at += 3) {
		struct tc__state *state = NULL;
		bytes[at] ^= 1;
		put_bytes(bytes, length);
		int rc = tc__state_open(&state, tc_folder_path(&folder, FILE_NAME), &owner, &err);
		if (rc == TC_OK) {
			assert_true(at >= last_claim - 200); /* of lines that were not synced */
			whole++;
			tc__state_close(state);
		} else {
			assert_int_equal(rc, TC_ERROR_SYSTEM);
			told++;
			char *after = tc_test_read_file(tc_folder_path(&folder, FILE_NAME), NULL);
			assert_memory_equal(after, bytes, length);
			free(after);
		}
		bytes[at] ^= 1;
	}
	assert_true(told > 100 && whole > 10);
	free(bytes);
}

/* Nobody has relied on them: their write was not through. */
static void test_lines_that_power_took_before_a_later_one_count_for_nothing(void **unused)
{
	size_t length = 0;
	struct tc__state *state = open_state();

	(void)unused;
	claim(state, TASK, "0");
	const tc_json *claims = NULL;
	char one[1024], two[1024], text[2100];
	write_claim(one, sizeof one, OTHER, "0");
	write_claim(two, sizeof two, OTHER, "1");
	snprintf(text, sizeof text, "[%s,%s]", one, two);
	claims = parse(text);
	assert_ok(tc__state_claims(state, claims, &err), &err);
	tc_release(claims);
	tc__state_close(state);
	char *bytes = tc_test_read_file(tc_folder_path(&folder, FILE_NAME), &length);
	char *first = strstr(bytes, " claim " OTHER " 0 ");
	assert_non_null(first);
	memset(first, 0, 40); /* a sector of the same write that did not arrive */
	put_bytes(bytes, length);
	state = open_state();
	assert_int_equal(tc__state_leftovers(state), 2);
	tc__state_end(state);
	free(bytes);
}

static void test_a_line_of_a_later_version_is_told(void **unused)
{
	struct tc__state *state = open_state();
	struct tc__batch batch = { 0 };
	const struct tc__piece piece = { "moon full", 9 };

	(void)unused;
	assert_ok(tc__journal_add(&state->journal, &batch, &piece, 1, NULL, &err), &err);
	assert_ok(tc__journal_append(&state->journal, &batch, true, &err), &err);
	tc__state_close(state);
	refuses(TC_ERROR_SYSTEM, "a line that this version does not know");
}

/* ---- months ---- */

static off_t file_size(void)
{
	struct stat status;

	assert_int_equal(fstatat(folder.fd, FILE_NAME, &status, 0), 0);
	return status.st_size;
}

static void test_it_stays_small(void **unused)
{
	struct tc__state *state = open_state();
	off_t most = 0;

	(void)unused;
	tc_folder_put(&folder, "." FILE_NAME ".new", "of a worker that was killed", 0600);
	claim(state, OTHER, "0");
	for (int i = 0; i < 60; i++) {
		char run[16];
		snprintf(run, sizeof run, "%d", i);
		claim(state, TASK, run);
		for (int j = 0; j < 200; j++)
			assert_ok(tc__state_settled(state, TASK, run, 1, &err), &err);
		tc__state_ended(state, TASK, run);
		off_t size = file_size();
		most = size > most ? size : most;
	}
	assert_int_in_range(most, 200 * 1024, 300 * 1024);
	assert_int_equal(tc_folder_count(&folder), 1);
	tc__state_close(state);
	state = open_state();
	assert_int_in_range(file_size(), 100, 2000);
	assert_int_equal(tc__state_leftovers(state), 1);
	tc__state_end(state);
}

/* As on a full disk: a file that may grow no more. */
static void test_without_room_nothing_is_noted_and_nothing_lost(void **unused)
{
	struct rlimit before, small;
	struct tc__state *state = open_state();

	(void)unused;
	claim(state, TASK, "0");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = (rlim_t)file_size() + 100; /* not enough for a whole claim */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	off_t size = file_size();
	assert_int_equal(try_claim(state, OTHER, "0"), TC_ERROR_SYSTEM);
	assert_int_equal(file_size(), size);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_failure(&err, TC_ERROR_SYSTEM, "/" FILE_NAME " cannot be written");
	claim(state, OTHER, "1");
	tc__state_close(state);
	state = open_state();
	assert_int_equal(tc__state_leftovers(state), 2);
	tc__state_end(state);
}

/* What was promised before a kill -9 is there after it, whenever that comes. */
static void test_it_survives_being_killed_at_any_moment(void **unused)
{
	enum { ROUNDS = 24 };
	(void)unused;
	for (int round = 0; round < ROUNDS; round++) {
		int told[2];
		assert_int_equal(pipe(told), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			struct tc__state *state = open_state();
			for (int i = 0;; i++) {
				char run[16];
				snprintf(run, sizeof run, "%d", i);
				claim(state, TASK, run);
				(void)!write(told[1], &i, sizeof i);
				if (i > 1) { /* so that it is also written anew now and then */
					snprintf(run, sizeof run, "%d", i - 1);
					tc__state_ended(state, TASK, run);
				}
				for (int j = 0; j < 1000; j++)
					assert_ok(
						tc__state_settled(state, TASK, "0", 1, &err), &err);
			}
		}
		close(told[1]);
		int last = -1;
		while (last < round % 6) /* how fast the disk is does not matter */
			assert_int_equal(read(told[0], &last, sizeof last), sizeof last);
		usleep((useconds_t)(round * 137 % 3000));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		for (int i; read(told[0], &i, sizeof i) == sizeof i;)
			last = i;
		close(told[0]);
		struct tc__state *state = open_state();
		bool seen = false, first = false;
		while (tc__state_leftovers(state)) {
			struct tc__state_leftover leftover = take(state);
			int64_t run = -1;
			assert_true(tc_json_int64(tc_json_get(leftover.claim, "runId"), &run));
			assert_true(run <= last + 1);
			seen |= run == last;
			first |= run == 0;
			tc__state_leftover_clear(&leftover);
		}
		assert_true(seen && first);
		tc__state_end(state);
	}
}

/* ---- processes ---- */

static void test_a_processs_name_is_no_trap(void **unused)
{
	char state = 0;
	int64_t group = 0, session = 0;
	uint64_t start = 0;

	(void)unused;
	assert_true(tc__process_read("7 (a) R 1 (b 2) 3) S 1 70 71 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 "
				     "123456 0 0",
		&state, &group, &session, &start));
	assert_int_equal(state, 'S');
	assert_int_equal(group, 70);
	assert_int_equal(session, 71);
	assert_int_equal(start, 123456);
	assert_false(tc__process_read("", &state, &group, &session, &start));
	assert_false(tc__process_read("7 (a) S 1 70 71 0", &state, &group, &session, &start));
	assert_int_equal(prctl(PR_SET_NAME, "x) R 1 2 (y"), 0);
	assert_ok(tc__process_start(getpid(), &start, &err), &err);
	assert_int_equal(prctl(PR_SET_NAME, "test"), 0);
	uint64_t again = 0;
	assert_ok(tc__process_start(getpid(), &again, &err), &err);
	assert_int_equal(again, start);
}

/* A leader of a group and session, with one process in it and one in a group of its own. `ready`
 * gets a byte from each; it ends with all of them. */
struct family {
	pid_t leader;
	int ready;
};

/* It ends by itself, should the test not get so far; and nobody waits for it meanwhile. */
static void member(int ready, bool apart)
{
	alarm(60);
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	if (apart)
		setpgid(0, 0);
	(void)!write(ready, "x", 1);
	for (;;)
		pause();
}

static struct family make_family(void)
{
	struct family family;
	int ready[2];
	char byte;

	assert_int_equal(pipe(ready), 0);
	family.leader = fork();
	assert_true(family.leader >= 0);
	if (family.leader == 0) {
		setsid();
		for (int i = 0; i < 2; i++)
			if (fork() == 0)
				member(ready[1], i == 1);
		member(ready[1], false);
	}
	close(ready[1]);
	family.ready = ready[0];
	for (int i = 0; i < 3; i++)
		assert_int_equal(read(family.ready, &byte, 1), 1);
	return family;
}

/* All that had the other end have ended. */
static bool all_end(const struct family *family)
{
	char byte;
	struct timeval none = { .tv_sec = 5 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(family->ready, &set);
	return select(family->ready + 1, &set, NULL, NULL, &none) == 1 &&
		read(family->ready, &byte, 1) == 0;
}

static void test_what_is_left_of_a_task_is_killed(void **unused)
{
	struct family family = make_family();
	struct tc__state *state = open_state();
	int status = 0;

	(void)unused;
	claim(state, TASK, "0");
	assert_ok(tc__state_process(state, TASK, "0", family.leader, &err), &err);
	tc__state_close(state);
	state = open_state();
	assert_int_equal(tc__state_kill(state, OTHER, "0"), 0);
	assert_int_equal(tc__state_kill(state, TASK, "0"), 3);
	assert_true(all_end(&family));
	assert_int_equal(waitpid(family.leader, &status, 0), family.leader);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(tc__state_kill(state, TASK, "0"), 0);
	close(family.ready);
	tc__state_end(state);
}

/* The number is the same, but it began at another time, or in another run of the machine. */
static void test_a_stranger_with_the_same_number_is_left_alone(void **unused)
{
	struct family family = make_family();
	struct tc__state *state = open_state();
	struct tc__batch batch = { 0 };
	uint64_t start = 0;
	char text[256];

	(void)unused;
	assert_ok(tc__process_start(family.leader, &start, &err), &err);
	claim(state, TASK, "0");
	const char *boots[] = { state->boot, "another-boot/pid:[1]" };
	for (int i = 0; i < 2; i++) {
		int length = snprintf(text, sizeof text, "process " TASK " 0 %d %" PRIu64 " %s",
			family.leader, i ? start : start - 1, boots[i]);
		const struct tc__piece piece = { text, (size_t)length };
		assert_ok(tc__journal_add(&state->journal, &batch, &piece, 1, NULL, &err), &err);
	}
	assert_ok(tc__journal_append(&state->journal, &batch, true, &err), &err);
	tc__state_close(state);
	state = open_state();
	assert_int_equal(tc__state_kill(state, TASK, "0"), 0);
	assert_int_equal(kill(family.leader, 0), 0);
	assert_int_equal(waitpid(family.leader, NULL, WNOHANG), 0);
	assert_int_equal(kill(-family.leader, 0), 0);
	tc__state_end(state);
	assert_int_equal(
		tc__process_kill(family.leader, start, "", ""), 3); /* by the right moment */
	assert_true(all_end(&family));
	assert_int_equal(waitpid(family.leader, NULL, 0), family.leader);
	close(family.ready);
}

/* Once the leader has ended its number says nothing: only who was begun for the task is killed. */
static void test_of_a_group_without_its_leader_those_of_the_task_are_killed(void **unused)
{
	(void)unused;
	for (int named = 0; named < 2; named++) {
		if (named) { /* a child's environment is that of its program's start */
			setenv("TASK_ID", TASK, 1);
			setenv("RUN_ID", "0", 1);
		}
		int ready[2];
		char byte, script[128];
		assert_int_equal(pipe(ready), 0);
		snprintf(script, sizeof script, "sleep 60 >/dev/null 2>&1 & echo >&%d; read x",
			ready[1]);
		int hold[2];
		assert_int_equal(pipe(hold), 0);
		pid_t leader = fork();
		if (leader == 0) {
			setsid();
			dup2(hold[0], 0);
			close(hold[1]);
			execl("/bin/sh", "sh", "-c", script, (char *)NULL);
			_exit(127);
		}
		close(ready[1]);
		assert_int_equal(read(ready[0], &byte, 1), 1);
		struct tc__state *state = open_state();
		claim(state, TASK, "0");
		assert_ok(tc__state_process(state, TASK, "0", leader, &err), &err);
		close(hold[1]); /* now the leader ends */
		assert_int_equal(waitpid(leader, NULL, 0), leader);
		tc__state_close(state);
		state = open_state();
		assert_int_equal(tc__state_kill(state, TASK, "0"), named ? 1 : 0);
		struct family rest = { leader, ready[0] };
		if (!named)
			assert_int_equal(kill(-leader, SIGKILL), 0);
		assert_true(all_end(&rest));
		close(ready[0]);
		close(hold[0]);
		tc__state_end(state);
	}
	unsetenv("TASK_ID");
	unsetenv("RUN_ID");
}

static void test_a_task_of_many_commands_does_not_grow(void **unused)
{
	struct tc__state *state = open_state();

	(void)unused;
	claim(state, TASK, "0");
	for (int i = 0; i < 50; i++) {
		pid_t child = fork();
		if (child == 0) {
			setpgid(0, 0);
			pause();
			_exit(0);
		}
		setpgid(child, child);
		assert_ok(tc__state_process(state, TASK, "0", child, &err), &err);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	assert_int_equal(tc__state_find(state, TASK, "0")->processes_count, 1);
	tc__state_end(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_new_file_is_for_its_user_alone_and_gone_after_the_end, begin, end),
		cmocka_unit_test(test_without_a_file_nothing_is_known),
		cmocka_unit_test_setup_teardown(test_a_second_worker_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(
			test_of_many_that_begin_at_once_one_has_it, begin, end),
		cmocka_unit_test_setup_teardown(
			test_what_is_no_file_of_ours_is_refused_and_left_alone, begin, end),
		cmocka_unit_test_setup_teardown(test_another_users_file_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(
			test_another_workers_file_is_refused_and_left_alone, begin, end),
		cmocka_unit_test_setup_teardown(test_a_claim_comes_back_whole, begin, end),
		cmocka_unit_test_setup_teardown(test_what_cannot_be_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(test_the_registration_comes_back, begin, end),
		cmocka_unit_test_setup_teardown(test_a_torn_end_counts_for_nothing, begin, end),
		cmocka_unit_test_setup_teardown(
			test_zeros_at_the_end_count_for_nothing, begin, end),
		cmocka_unit_test_setup_teardown(test_damage_is_told_and_left_alone, begin, end),
		cmocka_unit_test_setup_teardown(
			test_lines_that_power_took_before_a_later_one_count_for_nothing, begin,
			end),
		cmocka_unit_test_setup_teardown(test_a_line_of_a_later_version_is_told, begin, end),
		cmocka_unit_test_setup_teardown(test_it_stays_small, begin, end),
		cmocka_unit_test_setup_teardown(
			test_without_room_nothing_is_noted_and_nothing_lost, begin, end),
		cmocka_unit_test_setup_teardown(
			test_it_survives_being_killed_at_any_moment, begin, end),
		cmocka_unit_test(test_a_processs_name_is_no_trap),
		cmocka_unit_test_setup_teardown(test_what_is_left_of_a_task_is_killed, begin, end),
		cmocka_unit_test_setup_teardown(
			test_a_stranger_with_the_same_number_is_left_alone, begin, end),
		cmocka_unit_test_setup_teardown(
			test_of_a_group_without_its_leader_those_of_the_task_are_killed, begin,
			end),
		cmocka_unit_test_setup_teardown(
			test_a_task_of_many_commands_does_not_grow, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
