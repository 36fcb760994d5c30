/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE

/* A task's commands: how they end, what they have, and that nothing of them stays. */

#include "tests/harness/test.h"

#include "tests/worker/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int set_up(void **state)
{
	struct commands *commands = malloc(sizeof(*commands));

	commands_begin(commands);
	*state = commands;
	return 0;
}

static int tear_down(void **state)
{
	commands_finish(*state);
	free(*state);
	return 0;
}

/* ---- how it ends ---- */

static void test_exit_codes(void **state)
{
	struct commands *commands = *state;

	commands_run(commands, "exit 0");
	assert_true(commands->end.started);
	assert_int_equal(commands->end.status, 0);
	assert_true(commands->pid > 0);
	commands_run(commands, "echo good; echo bad >&2; exit 3");
	assert_true(WIFEXITED(commands->end.status));
	assert_int_equal(WEXITSTATUS(commands->end.status), 3);
	assert_string_equal(commands->output, "good\nbad\n");
	commands_run(commands, "kill -TERM $$");
	assert_true(WIFSIGNALED(commands->end.status));
	assert_int_equal(WTERMSIG(commands->end.status), SIGTERM);
	assert_int_equal(commands->error.code, TC_OK);
}

static void test_times(void **state)
{
	struct commands *commands = *state;

	commands_run(commands,
		"sleep 0.2; i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; (i=0; while [ $i -lt "
		"30000 ]; do i=$((i+1)); done)");
	assert_true(commands->end.wall_ns >= 200000000);
	assert_true(commands->end.wall_ns < (int64_t)20000000000);
	assert_true(commands->end.usage.ru_utime.tv_sec * 1000000 +
			commands->end.usage.ru_utime.tv_usec >
		0);
}

struct failure {
	bool ended, started;
	tc_error err;
};

static void on_failure(void *data, const struct process_end *end)
{
	struct failure *failure = data;

	failure->ended = true;
	failure->started = end->started;
	assert_non_null(end->err);
	tc_error_copy(&failure->err, end->err);
}

static const char *const plain[] = { "PATH=/usr/bin:/bin", NULL };

static void check_unstartable(struct commands *commands, const char *word, const char *why)
{
	const char *const words[] = { word, NULL };
	struct failure failure = { 0 };
	struct process *process;
	const struct process_order order = { .arguments = words,
		.environment = plain,
		.folder = commands->folder,
		.output = STDERR_FILENO,
		.core = -1,
		.nofile = -1,
		.program = commands->program };

	assert_int_equal(
		process_start(commands->loop, &order, NULL, on_failure, &failure, &process, NULL),
		TC_OK);
	while (!failure.ended)
		assert_int_equal(tc_loop_poll(commands->loop, 1000, NULL), TC_OK);
	process_free(process);
	assert_false(failure.started);
	assert_non_null(strstr(tc_error_text(&failure.err), word));
	assert_failure(&failure.err, TC_ERROR_SYSTEM, why);
}

static void test_a_command_that_cannot_start(void **state)
{
	struct commands *commands = *state;

	check_unstartable(commands, "/nowhere/at-all", "cannot be started: No such file");
	check_unstartable(commands, "no-such-command-in-path", "No such file");
	check_unstartable(commands, "/etc/passwd", "Permission denied");
	check_unstartable(commands, "/", "Permission denied");
}

static void test_a_keeper_that_cannot_start(void **state)
{
	struct commands *commands = *state;

	const char *const words[] = { "true", NULL };
	tc_error err = TC_ERROR_INIT;
	const struct process_order order = { .arguments = words,
		.environment = plain,
		.folder = commands->folder,
		.output = STDERR_FILENO,
		.program = "/nowhere/keeper" };

	assert_int_equal(process_start(commands->loop, &order, NULL, on_failure, NULL,
				 &commands->process, &err),
		TC_ERROR_SYSTEM);
	assert_failure(&err, TC_ERROR_SYSTEM, "/nowhere/keeper cannot be started");
	assert_null(commands->process);
}

/* A program that is no keeper at all. */
static void test_a_keeper_that_says_nothing(void **state)
{
	struct commands *commands = *state;

	commands->program = "/bin/false";
	commands_run(commands, "exit 0");
	assert_false(commands->end.started);
	assert_failure(&commands->error, TC_ERROR_SYSTEM, "its keeper has died (status 1)");
}

/* ---- what it has ---- */

static void test_exactly_its_environment(void **state)
{
	static const char *const environment[] = { "Z=1", "A=two words",
		"EMPTY=", "LD_PRELOAD=/nowhere/evil.so", "PATH=/usr/bin:/bin", NULL };
	struct commands *commands = *state;

	setenv("TASKCLUSTER_ACCESS_TOKEN", "none-of-its-business", 1);
	commands->environment = environment;
	commands_run(commands, "tr '\\0' '\\n' </proc/$$/environ 2>&1; :");
	unsetenv("TASKCLUSTER_ACCESS_TOKEN");
	assert_non_null(strstr(commands->output,
		"Z=1\nA=two words\nEMPTY=\nLD_PRELOAD=/nowhere/evil.so\nPATH=/usr/bin:/bin\n"));
	assert_null(strstr(commands->output, "TASKCLUSTER"));
}

static void test_no_descriptors_of_others(void **state)
{
	struct commands *commands = *state;
	int leak = open("/etc/passwd", O_RDONLY); /* without close-on-exec */

	commands_run(commands, "cd /proc/$$/fd; for f in *; do echo $f $(readlink $f); done");
	close(leak);
	assert_non_null(strstr(commands->output, "0 /dev/null\n"));
	assert_null(strstr(commands->output, "passwd"));
	assert_null(strstr(commands->output, "socket:"));
	assert_null(strstr(commands->output, "signalfd"));
	assert_null(strstr(commands->output, "memfd"));
}

static void test_plain_signals_and_umask(void **state)
{
	struct commands *commands = *state;
	sigset_t blocked, before;

	sigfillset(&blocked);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	signal(SIGHUP, SIG_IGN);
	mode_t umask_before = umask(0077);
	commands_run(commands, "grep -E 'SigBlk|SigIgn' /proc/self/status; umask; pwd");
	umask(umask_before);
	signal(SIGHUP, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	char wanted[256];
	snprintf(wanted, sizeof(wanted),
		"SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n0022\n%s\n",
		commands->folder_path);
	assert_string_equal(commands->output, wanted);
}

static void test_its_own_session(void **state)
{
	struct commands *commands = *state;
	char wanted[64];

	commands_run(commands, "cut -d' ' -f1,5,6 /proc/$$/stat");
	snprintf(wanted, sizeof(wanted), "%d %d %d\n", (int)commands->pid, (int)commands->pid,
		(int)commands->pid);
	assert_string_equal(commands->output, wanted);
}

static void test_limits(void **state)
{
	struct commands *commands = *state;

	commands->core = 0;
	commands->nofile = 100;
	commands_run(commands, "ulimit -S -c; ulimit -S -n");
	assert_string_equal(commands->output, "0\n100\n");
}

static void test_large_commands(void **state)
{
	struct commands *commands = *state;
	const size_t length = 100000; /* the system's limit of one word is 131072 */
	char *text = malloc(length + 1);

	memset(text, 'x', length);
	memcpy(text, "exit 7 #", 8);
	text[length] = '\0';
	commands_run(commands, text);
	free(text);
	assert_int_equal(WEXITSTATUS(commands->end.status), 7);
}

static void test_as_another_user(void **state)
{
	struct commands *commands = *state;
	struct user user;
	char name[] = "test";
	char wanted[128];

	commands_make_user(&user, name);
	commands->user = &user;
	commands_run(commands,
		"grep -E '^(Uid|Gid|Groups|CapEff|CapPrm|CapAmb):' /proc/self/status | tr -s ' "
		"\\t' ' "
		"'; kill -0 $PPID && echo reached the keeper");
	unsigned uid = (unsigned)user.uid;
	snprintf(wanted, sizeof(wanted), "Uid: %u %u %u %u\nGid: %u %u %u %u\nGroups: %u", uid, uid,
		uid, uid, uid, uid, uid, uid, uid);
	assert_non_null(strstr(commands->output, wanted));
	assert_non_null(strstr(commands->output,
		"CapPrm: 0000000000000000\nCapEff: 0000000000000000\nCapAmb: 0000000000000000\n"));
	assert_null(strstr(commands->output, "reached"));
}

/* A folder that its user may not enter. */
static void test_a_folder_of_somebody_else(void **state)
{
	struct commands *commands = *state;
	struct user user;
	char name[] = "test";

	commands_make_user(&user, name);
	commands->user = &user;
	assert_int_equal(fchmod(commands->folder, 0700), 0);
	commands_run(commands, "exit 0");
	assert_false(commands->end.started);
	assert_failure(
		&commands->error, TC_ERROR_SYSTEM, "it cannot enter its folder: Permission denied");
}

/* ---- what it leaves behind ---- */

static void test_a_child_in_the_background(void **state)
{
	struct commands *commands = *state;

	commands_run(commands, "sleep 600 & echo $! >child; exit 4");
	assert_int_equal(WEXITSTATUS(commands->end.status), 4);
	assert_int_equal(commands->end.left, 0);
	assert_false(commands_is_alive(commands_read_pid(commands, "child")));
	assert_true(commands->end.wall_ns < (int64_t)10000000000);
}

static void test_daemons(void **state)
{
	struct commands *commands = *state;

	commands_run(commands,
		"setsid sh -c 'echo $$ >a; trap \"\" TERM HUP INT; while :; do sleep 0.1; done' &\n"
		"(setsid setsid -f sh -c 'echo $$ >b; exec sleep 600' </dev/null >/dev/null 2>&1 "
		"&)\n"
		"while [ ! -s a ] || [ ! -s b ]; do sleep 0.01; done");
	assert_int_equal(commands->end.status, 0);
	assert_false(commands_is_alive(commands_read_pid(commands, "a")));
	assert_false(commands_is_alive(commands_read_pid(commands, "b")));
}

static void test_a_kill(void **state)
{
	struct commands *commands = *state;

	commands_start(commands,
		"trap '' TERM INT HUP; setsid sleep 600 & echo $! >child; echo >ready; while :; do "
		"sleep 0.05; done");
	commands_await_file(commands, "ready");
	int64_t before = tc_test_now_ms();
	process_kill(commands->process);
	process_kill(commands->process);
	commands_wait(commands);
	assert_true(tc_test_now_ms() - before < 5000);
	assert_true(WIFSIGNALED(commands->end.status));
	assert_int_equal(WTERMSIG(commands->end.status), SIGKILL);
	assert_false(commands_is_alive(commands->pid));
	assert_false(commands_is_alive(commands_read_pid(commands, "child")));
}

static void test_200_children(void **state)
{
	struct commands *commands = *state;

	commands_start(commands,
		"i=0; while [ $i -lt 100 ]; do sleep 600 & setsid sleep 600 & i=$((i+1)); done; "
		"echo "
		">ready; wait");
	commands_await_file(commands, "ready");
	int64_t before = tc_test_now_ms();
	process_kill(commands->process);
	commands_wait(commands);
	assert_true(tc_test_now_ms() - before < 8000);
	assert_int_equal(commands->end.left, 0);
}

/* It has orphans that end while it runs: they do not stay as zombies. */
static void test_orphans_are_buried(void **state)
{
	struct commands *commands = *state;

	commands_run(commands,
		"i=0; while [ $i -lt 20 ]; do (true &); i=$((i+1)); done; sleep 0.3\n"
		"grep -l \"^PPid:.$PPID\\$\" /proc/[0-9]*/status 2>/dev/null | wc -l");
	assert_string_equal(commands->output, "1\n"); /* itself */
}

static void test_a_fork_bomb(void **state)
{
	struct commands *commands = *state;
	struct user user;
	char name[] = "test";

	commands_make_user(&user, name);
	commands->user = &user;
	commands->alone = true;
	commands_start(commands,
		/* dash knows no ulimit -u: without the limit this would take the machine along */
		"prlimit --pid $$ --nproc=150:150 && [ \"$(prlimit --pid $$ --nproc -o SOFT "
		"--noheadings)\" "
		"-eq 150 ] || exit 9; "
		"exec 2>/dev/null; f() { f & f & echo >>grown; wait; f; }; f & "
		"sleep 1; "
		"echo >ready; wait");
	commands_await_file(commands, "grown");
	poll(NULL, 0, 300);
	process_kill(commands->process);
	commands_wait(commands);
	assert_int_equal(commands->end.left, 0);
	commands->alone = false;
	commands_run(
		commands, "grep -l \"^Uid:.$(id -u)\" /proc/[0-9]*/status 2>/dev/null | wc -l");
	assert_true(atoi(commands->output) <= 4); /* the shell, its pipe, and what it asks with */
}

/* As if somebody else had started it for the task: not of its kin. */
static pid_t start_stranger(const struct user *user)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (user_become(user->uid, user->gid, user->groups, user->groups_count) == 0)
			execl("/bin/sleep", "sleep", "600", NULL);
		_exit(1);
	}
	return pid;
}

static void test_a_user_that_is_alone(void **state)
{
	struct commands *commands = *state;
	struct user user;
	char name[] = "test";

	commands_make_user(&user, name);
	commands->user = &user;
	pid_t stranger = start_stranger(&user);
	commands_run(commands, "exit 0");
	assert_true(commands_is_alive(stranger)); /* another task's, perhaps */
	commands->alone = true;
	commands_run(commands, "exit 0");
	assert_false(commands_stays(stranger));
	waitpid(stranger, NULL, 0);
}

static void test_others_are_not_touched(void **state)
{
	struct commands *commands = *state;
	pid_t bystander = fork();

	assert_true(bystander >= 0);
	if (bystander == 0) {
		execl("/bin/sleep", "sleep", "600", NULL);
		_exit(1);
	}
	commands_start(commands, "sleep 600 & echo >ready; wait");
	commands_await_file(commands, "ready");
	process_kill(commands->process);
	commands_wait(commands);
	assert_true(commands_is_alive(bystander));
	kill(bystander, SIGKILL);
	waitpid(bystander, NULL, 0);
}

/* ---- deaths of others ---- */

#define LASTING \
	"setsid sleep 600 & echo $! >child.new; mv child.new child; echo $$ >self.new; mv " \
	"self.new " \
	"self; sleep 600"

static void check_all_gone(struct commands *commands)
{
	assert_false(commands_stays(commands_read_pid(commands, "self")));
	assert_false(commands_stays(commands_read_pid(commands, "child")));
}

static void test_the_worker_dies(void **state)
{
	struct commands *commands = *state;
	pid_t worker = fork();

	assert_true(worker >= 0);
	if (worker == 0) {
		/* a loop of its own: one does not survive fork */
		struct commands own = *commands;
		own.loop = tc_loop_new(NULL, NULL);
		commands_start(&own, LASTING);
		tc_loop_run(own.loop, NULL);
		_exit(1);
	}
	commands_await_file(commands, "self");
	kill(worker, SIGKILL);
	waitpid(worker, NULL, 0);
	check_all_gone(commands);
}

static pid_t parent_of(pid_t pid)
{
	char path[64];
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d (%*[^)]) %*c %d", &parent), 1);
	fclose(file);
	return parent;
}

static void test_the_keeper_is_killed(void **state)
{
	struct commands *commands = *state;

	commands_start(
		commands, "sleep 600 & echo $! >child; echo $$ >self.new; mv self.new self; wait");
	commands_await_file(commands, "self");
	while (!commands->pid)
		tc_loop_poll(commands->loop, 100, NULL);
	pid_t keeper = parent_of(commands->pid);
	assert_int_equal(parent_of(keeper), getpid()); /* and nobody else */
	kill(keeper, SIGKILL);
	commands_wait(commands);
	assert_true(commands->end.started);
	assert_failure(&commands->error, TC_ERROR_SYSTEM, "its keeper has died (signal 9)");
	check_all_gone(commands);
}

static void test_freed_before_its_end(void **state)
{
	struct commands *commands = *state;

	commands_start(commands, LASTING);
	commands_await_file(commands, "self");
	process_free(commands->process);
	commands->process = NULL;
	check_all_gone(commands);
	for (int i = 0; i < 100 && tc_loop_pending(commands->loop); i++)
		tc_loop_poll(commands->loop, 100, NULL);
	assert_int_equal(tc_loop_pending(commands->loop), 0);
	assert_false(commands->ended);
}

static void test_the_loop_ends_before(void **state)
{
	struct commands *commands = *state;

	commands_start(commands, LASTING);
	commands_await_file(commands, "self");
	process_free(commands->process);
	commands->process = NULL;
	tc_loop_free(commands->loop);
	commands->loop = NULL;
	check_all_gone(commands);
}

static void test_many_at_once(void **state)
{
	struct commands *commands = *state;
	struct commands each[8];

	for (int i = 0; i < 8; i++) {
		each[i] = *commands;
		each[i].output = NULL;
		commands_start(&each[i], "sleep 0.1; exit 5");
	}
	for (int i = 0; i < 8; i++) {
		commands_wait(&each[i]);
		assert_int_equal(WEXITSTATUS(each[i].end.status), 5);
		free(each[i].output);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_exit_codes),
		CASE(test_times),
		CASE(test_a_command_that_cannot_start),
		CASE(test_a_keeper_that_cannot_start),
		CASE(test_a_keeper_that_says_nothing),
		CASE(test_exactly_its_environment),
		CASE(test_no_descriptors_of_others),
		CASE(test_plain_signals_and_umask),
		CASE(test_its_own_session),
		CASE(test_limits),
		CASE(test_large_commands),
		CASE(test_as_another_user),
		CASE(test_a_folder_of_somebody_else),
		CASE(test_a_child_in_the_background),
		CASE(test_daemons),
		CASE(test_a_kill),
		CASE(test_200_children),
		CASE(test_orphans_are_buried),
		CASE(test_a_fork_bomb),
		CASE(test_a_user_that_is_alone),
		CASE(test_others_are_not_touched),
		CASE(test_the_worker_dies),
		CASE(test_the_keeper_is_killed),
		CASE(test_freed_before_its_end),
		CASE(test_the_loop_ends_before),
		CASE(test_many_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
