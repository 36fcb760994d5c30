/* SPDX-License-Identifier: MPL-2.0 */
#include "server.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#define ARGUMENTS_MAX 40
#define PROGRAM "taskcluster-sandbox"
#define CLIENT_ID "sandbox"
#define ACCESS_TOKEN "sandbox-secret"

static bool find_program(char *path, size_t size)
{
	const char *given = getenv("TC_SANDBOX");
	static const char *const places[] = { "", "../bin/", "../../bin/", "../" };
	char self[2000];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

	if (given) {
		snprintf(path, size, "%s", given);
		return access(path, X_OK) == 0;
	}
	self[length > 0 ? length : 0] = '\0';
	char *slash = strrchr(self, '/');
	if (slash)
		slash[1] = '\0';
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		snprintf(path, size, "%s%s%s", self, places[i], PROGRAM);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/* In the child, after fork: only what is safe there. */
static void run_child(const char *program, char **arguments, int out, pid_t parent)
{
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127); /* it died before we asked */
#else
	(void)parent;
#endif
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(out, STDOUT_FILENO) >= 0)
		execv(program, arguments);
	_exit(127);
}

/* Takes the value out of "export NAME='value'". */
static bool take(const char *line, const char *name, char *value, size_t size)
{
	char start[80];

	snprintf(start, sizeof start, "export %s='", name);
	if (strncmp(line, start, strlen(start)) != 0)
		return false;
	line += strlen(start);
	size_t length = strcspn(line, "'");
	if (length >= size)
		return false;
	memcpy(value, line, length);
	value[length] = '\0';
	return true;
}

/* The three lines come when it listens; the end of file comes when it failed. */
static bool read_environment(struct tc_test_server *server, FILE *out)
{
	char line[400];
	int found = 0;

	while (found < 3 && fgets(line, sizeof line, out)) {
		found += take(
			line, "TASKCLUSTER_ROOT_URL", server->root_url, sizeof server->root_url);
		found += take(
			line, "TASKCLUSTER_CLIENT_ID", server->client_id, sizeof server->client_id);
		found += take(line, "TASKCLUSTER_ACCESS_TOKEN", server->access_token,
			sizeof server->access_token);
	}
	const char *colon = strrchr(server->root_url, ':');
	server->port = colon ? atoi(colon + 1) : 0;
	return found == 3;
}

/* What waitpid says of it. */
static int end(struct tc_test_server *server, int signal_number)
{
	int status = 0;

	kill(server->pid, signal_number);
	while (waitpid(server->pid, &status, 0) < 0 && errno == EINTR)
		;
	free(server);
	return status;
}

tc_client *tc_test_client(const char *root_url)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_new(CLIENT_ID, ACCESS_TOKEN, NULL, &err);

	options.root_url = root_url;
	options.credentials = credentials;
	tc_client *client = tc_client_new(&options, &err);
	if (!client)
		fail_msg("%s", tc_error_text(&err));
	tc_credentials_free(credentials);
	return client;
}

void tc_test_server_stop(struct tc_test_server *server)
{
	int status = server ? end(server, SIGTERM) : 0;

	/* it crashed, or a sanitizer found something at its end */
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("%s did not end well: wait status %d", PROGRAM, status);
}

void tc_test_server_kill(struct tc_test_server *server)
{
	if (server)
		end(server, SIGKILL);
}

static struct tc_test_server *start(const char *program, char **arguments)
{
	struct tc_test_server *server = calloc(1, sizeof *server);
	int pipes[2];

	if (!server || pipe(pipes) != 0)
		fail_msg("cannot make a pipe: %s", strerror(errno));
	fcntl(pipes[0], F_SETFD, FD_CLOEXEC);
	fcntl(pipes[1], F_SETFD, FD_CLOEXEC);
	pid_t parent = getpid();
	server->pid = fork();
	if (server->pid == 0)
		run_child(program, arguments, pipes[1], parent);
	close(pipes[1]);
	FILE *out = fdopen(pipes[0], "r");
	bool up = server->pid > 0 && out && read_environment(server, out);
	if (out)
		fclose(out);
	if (!up) {
		if (server->pid > 0)
			tc_test_server_kill(server);
		fail_msg("%s did not start", program);
	}
	return server;
}

static struct tc_test_server *start_with(const char *const *given, bool check_replies)
{
	static const char *const defaults[] = { "--credentials", CLIENT_ID ":" ACCESS_TOKEN,
		"--check-replies" };
	size_t default_count = sizeof defaults / sizeof *defaults - !check_replies;
	char *arguments[ARGUMENTS_MAX + 4] = { NULL };
	char program[2100];
	size_t count = 0;

	if (!find_program(program, sizeof program))
		fail_msg("%s is not built; TC_SANDBOX can say where it is", PROGRAM);
	arguments[count++] = program;
	/* execv does not write to them; the program itself parses its own copies */
	for (size_t i = 0; i < default_count; i++)
		arguments[count++] = (char *)(uintptr_t)defaults[i];
	for (size_t i = 0; given[i] && count < ARGUMENTS_MAX; i++)
		arguments[count++] = (char *)(uintptr_t)given[i];
	return start(program, arguments);
}

struct tc_test_server *tc_test_server_start_with(const char *const *arguments)
{
	return start_with(arguments, true);
}

struct tc_test_server *tc_test_server_start_unchecked(const char *const *arguments)
{
	return start_with(arguments, false);
}

struct tc_test_server *tc_test_server_start(const char *argument, ...)
{
	const char *arguments[ARGUMENTS_MAX] = { NULL };
	size_t count = 0;
	va_list rest;

	va_start(rest, argument);
	while (argument && count < ARGUMENTS_MAX - 1) {
		arguments[count++] = argument;
		argument = va_arg(rest, const char *);
	}
	va_end(rest);
	return tc_test_server_start_with(arguments);
}
