/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "tests/harness/test.h"

#include "tests/worker/commands.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_MS 20000

void commands_begin(struct commands *commands)
{
	static char program[4096];

	memset(commands, 0, sizeof(*commands));
	snprintf(program, sizeof(program), "%s/taskcluster-worker", getenv("TC_EXAMPLES"));
	commands->program = program;
	commands->core = commands->nofile = -1;
	commands->loop = tc_loop_new(NULL, NULL);
	assert_non_null(commands->loop);
	strcpy(commands->folder_path, "/tmp/tc-commands-XXXXXX");
	assert_non_null(mkdtemp(commands->folder_path));
	assert_int_equal(chmod(commands->folder_path, 0777), 0);
	commands->folder = open(commands->folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(commands->folder >= 0);
}

void commands_finish(struct commands *commands)
{
	char command[128];

	process_free(commands->process);
	tc_loop_free(commands->loop);
	close(commands->folder);
	free(commands->output);
	tc_error_clear(&commands->error);
	snprintf(command, sizeof(command), "rm -rf '%s'", commands->folder_path);
	assert_int_equal(system(command), 0);
}

static void on_started(void *data, pid_t pid)
{
	struct commands *commands = data;

	commands->pid = pid;
}

static void on_end(void *data, const struct process_end *end)
{
	struct commands *commands = data;

	assert_false(commands->ended);
	commands->ended = true;
	commands->end = *end;
	commands->end.err = NULL;
	tc_error_clear(&commands->error);
	if (end->err)
		tc_error_copy(&commands->error, end->err);
}

void commands_start(struct commands *commands, const char *text)
{
	static const char *const plain[] = { "PATH=/usr/bin:/bin", NULL };
	const char *const words[] = { "/bin/sh", "-c", text, NULL };
	tc_error err = TC_ERROR_INIT;
	int output = openat(commands->folder, "output",
		O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	const struct process_order order = {
		.arguments = words,
		.environment = commands->environment ? commands->environment : plain,
		.folder = commands->folder,
		.output = output,
		.user = commands->user,
		.alone = commands->alone,
		.core = commands->core,
		.nofile = commands->nofile,
		.program = commands->program,
	};

	commands->ended = false;
	commands->pid = 0;
	assert_true(output >= 0);
	assert_ok(process_start(commands->loop, &order, on_started, on_end, commands,
			  &commands->process, &err),
		&err);
	close(output);
}

void commands_wait(struct commands *commands)
{
	char path[128];
	int64_t end = tc_test_now_ms() + WAIT_MS;

	while (!commands->ended) {
		assert_true(tc_test_now_ms() < end);
		assert_int_equal(tc_loop_poll(commands->loop, 100, NULL), TC_OK);
	}
	process_free(commands->process);
	commands->process = NULL;
	free(commands->output);
	snprintf(path, sizeof(path), "%s/output", commands->folder_path);
	commands->output = tc_test_read_file(path, NULL);
}

void commands_run(struct commands *commands, const char *text)
{
	commands_start(commands, text);
	commands_wait(commands);
}

void commands_await_file(struct commands *commands, const char *name)
{
	int64_t end = tc_test_now_ms() + WAIT_MS;

	while (faccessat(commands->folder, name, F_OK, 0) != 0) {
		assert_true(tc_test_now_ms() < end);
		assert_int_equal(tc_loop_poll(commands->loop, 10, NULL), TC_OK);
	}
}

pid_t commands_read_pid(struct commands *commands, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", commands->folder_path, name);
	char *text = tc_test_read_file(path, NULL);
	pid_t pid = (pid_t)strtol(text, NULL, 10);
	free(text);
	assert_true(pid > 1);
	return pid;
}

void commands_make_user(struct user *user, char *name)
{
	if (geteuid() != 0) {
		print_message("not root: what runs as another user is not tested\n");
		skip();
	}
	memset(user, 0, sizeof(*user));
	user->uid = (uid_t)(700000000 + getpid());
	user->gid = (gid_t)user->uid;
	user->groups[0] = user->gid;
	user->groups_count = 1;
	user->name = name;
}

bool commands_is_alive(pid_t pid)
{
	char path[64];
	char text[512] = "";

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	size_t length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	const char *state = length ? strrchr(text, ')') : NULL;
	return state && state[2] != 'Z' && state[2] != 'X';
}

bool commands_stays(pid_t pid)
{
	int64_t end = tc_test_now_ms() + 5000;

	while (commands_is_alive(pid) && tc_test_now_ms() < end)
		poll(NULL, 0, 5);
	return commands_is_alive(pid);
}
