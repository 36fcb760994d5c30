/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE

/* What a task of any user can see of the worker: this program, started once more, is one. */

#include "tests/harness/test.h"

#include "tests/worker/commands.h"
#include "tools/worker/process/seclude.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKEN "token-of-the-test-that-must-not-be-seen"

/* ---- the worker: it has the uid given, if any, and says when it is secluded ---- */

static int worker_main(char **argv)
{
	unsigned uid = (unsigned)strtoul(argv[2], NULL, 10);
	const char *const wanted = getenv("TASKCLUSTER_ACCESS_TOKEN");
	int64_t core = -1;

	if (!wanted || strcmp(wanted, TOKEN) != 0)
		return 1;
	if (uid && user_become(uid, uid, NULL, 0) != 0)
		return 2;
	if (seclude(&core, NULL) != TC_OK || core < 0)
		return 3;
	seclude_environment();
	if (getenv("TASKCLUSTER_ACCESS_TOKEN") || getenv("TASKCLUSTER_ROOT_URL") ||
		!getenv("OTHER") || !getenv("TASKCLUSTERISH"))
		return 4;
	if (write(STDOUT_FILENO, "ready", 5) != 5)
		return 5;
	alarm(30); /* a test that failed has not ended it */
	pause();
	return 6;
}

static pid_t start_worker(uid_t uid)
{
	static const char *const environment[] = { "OTHER=1", "TASKCLUSTER_ACCESS_TOKEN=" TOKEN,
		"TASKCLUSTER_ROOT_URL=http://127.0.0.1:1", "TASKCLUSTERISH=2", NULL };
	char number[24];
	char ready[5];
	int ends[2];

	snprintf(number, sizeof(number), "%u", (unsigned)uid);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(STDERR_FILENO);
		execle("/proc/self/exe", "test", "secluded", number, NULL, environment);
		_exit(9);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], ready, sizeof(ready)), 5);
	close(ends[0]);
	return pid;
}

static void end_worker(pid_t pid)
{
	assert_true(pid > 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- what others see ---- */

/* Root may look, and finds nothing. */
static void test_nothing_is_left_in_the_environment(void **state)
{
	char path[64];
	char text[4096];

	(void)state;
	pid_t pid = start_worker(0);
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	if (geteuid() != 0) {
		end_worker(pid);
		skip();
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = read(fd, text, sizeof(text)); /* its size is told as 0 */
	close(fd);
	assert_true(got > 0);
	size_t length = (size_t)got;
	assert_null(memmem(text, length, TOKEN, strlen(TOKEN)));
	assert_null(memmem(text, length, "127.0.0.1", 9));
	assert_non_null(memmem(text, length, "OTHER=1", 7));
	end_worker(pid);
}

static void check_shut(const struct user *user, pid_t pid, const char *name)
{
	char path[64];
	bool can = true;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	assert_int_equal(user_can_read(user, path, &can, NULL), TC_OK);
	if (can)
		print_message("%s can be read\n", path);
	assert_false(can);
}

static void check_all_shut(const struct user *user, pid_t pid)
{
	check_shut(user, pid, "environ");
	check_shut(user, pid, "mem");
	check_shut(user, pid, "maps");
	check_shut(user, pid, "fd");
	check_shut(user, pid, "cwd/");
}

/* A task of the worker's own user. */
static void test_the_same_user_sees_nothing(void **state)
{
	struct user user;
	char name[] = "test";

	(void)state;
	commands_make_user(&user, name);
	pid_t pid = start_worker(user.uid);
	check_all_shut(&user, pid);
	end_worker(pid);
}

static void test_another_user_sees_nothing(void **state)
{
	struct user user;
	char name[] = "test";

	(void)state;
	commands_make_user(&user, name);
	pid_t pid = start_worker(0);
	check_all_shut(&user, pid);
	end_worker(pid);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "secluded") == 0)
		return worker_main(argv);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_left_in_the_environment),
		cmocka_unit_test(test_the_same_user_sees_nothing),
		cmocka_unit_test(test_another_user_sees_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
