/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* for prctl with a signal at the parent's end */
#include "tests/harness/test.h"

#include "tests/buildbot/master.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <taskcluster/buildbot.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 60000

/* What is stopped when the program ends, though a failed check kept it from being stopped before.
 */
static struct master *standing;

static void stop_standing(void)
{
	if (standing)
		master_stop(standing);
}

static void pause_ms(int ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
}

/* Its output goes to a file in the folder. */
static pid_t begin(const char *folder, const char *command)
{
	pid_t parent = getpid(), pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || chdir(folder) != 0)
		_exit(126);
	int fd = open("output.txt", O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static int run(const char *folder, const char *command)
{
	int status = -1;
	pid_t pid = begin(folder, command);

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void set_port(const char *name, int port)
{
	char digits[16];

	snprintf(digits, sizeof digits, "%d", port);
	setenv(name, digits, 1);
}

static void copy_config(const char *folder)
{
	char path[128];
	size_t length;
	char *text = tc_test_read_file("tests/buildbot/master.cfg", &length);

	snprintf(path, sizeof path, "%s/master/master.cfg", folder);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	fclose(file);
	free(text);
}

int master_run(const struct master *master, const char *program, const char *arguments)
{
	char command[1024];

	snprintf(command, sizeof command, "exec %s%s %s", master->programs, program, arguments);
	return run(master->folder, command);
}

void master_version(const struct master *master, char *version, size_t size)
{
	char command[512], line[128];

	*version = '\0';
	snprintf(command, sizeof command, "exec %sbuildbot --version 2>&1", master->programs);
	FILE *output = popen(command, "r");
	assert_non_null(output);
	while (fgets(line, sizeof line, output)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "Buildbot version: ", 18) == 0)
			snprintf(version, size, "%s", line + 18);
	}
	pclose(output);
}

/* Stops the test, after what the master said last. */
static void give_up(const struct master *master, const char *why)
{
	char command[256];

	snprintf(command, sizeof command,
		"tail -n 20 '%s'/*.txt '%s'/master/*.txt '%s'/master/*.log >&2", master->folder,
		master->folder, master->folder);
	if (system(command) != 0)
		fputs("it said nothing\n", stderr);
	fail_msg("%s", why);
}

static bool make(struct master *master)
{
	char arguments[128];
	int worker_port = tc_test_free_port(), http_port = tc_test_free_port();

	strcpy(master->folder, "/tmp/tc-buildbot-XXXXXX");
	assert_non_null(mkdtemp(master->folder));
	if (!standing)
		atexit(stop_standing);
	standing = master;
	set_port("BUILDBOT_HTTP_PORT", http_port);
	set_port("BUILDBOT_WORKER_PORT", worker_port);
	snprintf(master->url, sizeof master->url, "http://127.0.0.1:%d", http_port);
	master->worker_port = worker_port;
	snprintf(arguments, sizeof arguments, "create-worker worker 127.0.0.1:%d w1 pass",
		worker_port);
	int status = master_run(master, "buildbot", "create-master master");
	if (status == 127)
		return false;
	if (status != 0)
		give_up(master, "buildbot create-master failed");
	copy_config(master->folder);
	return master_run(master, "buildbot-worker", arguments) == 0;
}

/* The worker has connected when the master says so. */
static bool is_up(tc_client *client)
{
	struct tc_buildbot_worker_response *reply = NULL;
	bool up = tc_buildbot_list_workers(client, NULL, &reply, NULL) == TC_OK &&
		reply->workers_count == 1 && reply->workers[0].connected_to_count == 1;

	tc_release(reply);
	return up;
}

static void wait_until_up(const struct master *master)
{
	struct tc_options options = TC_OPTIONS_INIT;
	int left_ms = PATIENCE_MS;

	options.base_url = master->url;
	options.attempts = 1;
	tc_client *client = tc_client_new(&options, NULL);
	assert_non_null(client);
	for (; left_ms > 0 && !is_up(client); left_ms -= 50)
		pause_ms(50);
	tc_client_free(client);
	if (left_ms <= 0)
		give_up(master, "the master did not come up");
}

/* "master" or "worker" */
static pid_t begin_part(const struct master *master, const char *part)
{
	char folder[128], command[512];

	snprintf(folder, sizeof folder, "%s/%s", master->folder, part);
	snprintf(command, sizeof command, "exec %s%s --nodaemon -y buildbot.tac", master->programs,
		*master->programs ? "twistd" : "twistd3");
	return begin(folder, command);
}

void master_begin(struct master *master)
{
	master->master = begin_part(master, "master");
}

bool master_start(struct master *master)
{
	return master_start_of(master, NULL);
}

bool master_start_of(struct master *master, const char *venv)
{
	char folder[128];

	*master = (struct master){ .master = -1, .worker = -1 };
	if (venv)
		snprintf(master->programs, sizeof master->programs, "%s/bin/", venv);
	if (!make(master)) {
		master_stop(master);
		return false;
	}
	snprintf(folder, sizeof folder, "%s/master", master->folder);
	run(folder, "mkdir -p static && touch static/index.html"); /* 4 reads it at its start */
	master_begin(master);
	master->worker = begin_part(master, "worker");
	wait_until_up(master);
	return true;
}

static void end(pid_t pid)
{
	int status;

	if (pid <= 0)
		return;
	kill(pid, SIGTERM);
	for (int left_ms = 10000; left_ms > 0; left_ms -= 20) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return;
		pause_ms(20);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

void master_end(struct master *master)
{
	end(master->master);
	master->master = -1;
}

void master_stop(struct master *master)
{
	char command[128];

	standing = NULL;
	end(master->worker);
	end(master->master);
	snprintf(command, sizeof command, "rm -rf '%s'", master->folder);
	assert_int_equal(system(command), 0);
}
