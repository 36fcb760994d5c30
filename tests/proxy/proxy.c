/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* strcasestr, pipe2 */
#include "tests/proxy/proxy.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 40
#define FEED_FD 9

/* ---- the child ---- */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static char **arguments_of(const char *program, const char *const *given, bool fed)
{
	static const char *arguments[ARGUMENTS_MAX];
	size_t count = 0;

	arguments[count++] = program;
	if (fed) {
		arguments[count++] = "--credentials-fd";
		arguments[count++] = "9";
	}
	for (; *given && count < ARGUMENTS_MAX - 1; given++)
		arguments[count++] = *given;
	arguments[count] = NULL;
	return (char **)(uintptr_t)arguments; /* execve does not write to them */
}

static char **environment_of(const char *const *given)
{
	static char texts[10][300];
	static char *environment[13];
	static const char *const kept[] = { "ASAN_OPTIONS", "UBSAN_OPTIONS" };
	size_t count = 0;

	for (size_t i = 0; i < 2; i++) {
		snprintf(texts[count], sizeof *texts, "%s=%s", kept[i],
			getenv(kept[i]) ? getenv(kept[i]) : "");
		environment[count] = texts[count];
		count++;
	}
	for (; *given && count < 10; given += 2) {
		snprintf(texts[count], sizeof *texts, "%s=%s", given[0], given[1]);
		environment[count] = texts[count];
		count++;
	}
	environment[count] = NULL;
	return environment;
}

static pid_t spawn(
	const char *const *given, const char *const *environment, int out, int said, int feed)
{
	char program[2000];

	snprintf(program, sizeof program, "%s/bin/taskcluster-proxy", getenv("TC_BUILD_DIR"));
	char **arguments = arguments_of(program, given, feed >= 0);
	char **variables = environment_of(environment);
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	if (said >= 0)
		dup2(said, STDERR_FILENO);
	if (feed >= 0)
		dup2(feed, FEED_FD);
	execve(program, arguments, variables);
	_exit(127);
}

void child_feed(const struct child *child, const char *line)
{
	size_t length = strlen(line);

	assert_int_equal(write(child->feed, line, length), length);
	assert_int_equal(write(child->feed, "\n", 1), 1);
}

static int begin_feed(struct child *child, const char *line)
{
	int pipes[2] = { -1, -1 };

	child->feed = -1;
	if (!line)
		return -1;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	child->feed = pipes[1];
	child_feed(child, line);
	return pipes[0];
}

void child_start(struct child *child, const char *const *arguments, const char *const *environment,
	const char *line)
{
	char text[200] = "";
	int out[2];
	int feed = begin_feed(child, line);

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	child->pid = spawn(arguments, environment, out[1], -1, feed);
	close(out[1]);
	close_fd(&feed);
	FILE *file = fdopen(out[0], "r");
	if (!file || !fgets(text, sizeof text, file) ||
		sscanf(text, "listening on %79s", child->url) != 1)
		fail_msg("the proxy did not start: \"%s\"", text);
	fclose(file);
	child->port = atoi(strrchr(child->url, ':') + 1);
}

int child_wait(struct child *child)
{
	int status = 0;

	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	close_fd(&child->feed);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

void child_stop(struct child *child)
{
	int64_t begun = tc_test_now_ms();

	kill(child->pid, SIGTERM);
	assert_int_equal(child_wait(child), 0);
	assert_true(tc_test_now_ms() - begun < 5000); /* a machine may be busy */
}

int child_refused(const char *const *arguments, const char *const *environment, const char *line,
	char *said, size_t size)
{
	struct child child;
	int err[2];
	int feed = begin_feed(&child, line);
	size_t length = 0;
	ssize_t count;

	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	child.pid = spawn(arguments, environment, -1, err[1], feed);
	close(err[1]);
	close_fd(&feed);
	close_fd(&child.feed);
	while ((count = read(err[0], said + length, size - 1 - length)) > 0)
		length += (size_t)count;
	said[length] = '\0';
	close(err[0]);
	return child_wait(&child);
}

/* What is not dumpable tells its own status only to root. */
long child_peak_kib(const struct child *child)
{
	char path[60], line[200];
	long peak = -1;

	snprintf(path, sizeof path, "/proc/%d/status", (int)child->pid);
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "VmHWM: %ld", &peak) == 1)
			break;
	if (file)
		fclose(file);
	return peak;
}

long child_cpu_ms(const struct child *child)
{
	char path[60];
	unsigned long user = 0, system = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)child->pid);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(
		fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			&user, &system),
		2);
	fclose(file);
	return (long)((user + system) * 1000) / sysconf(_SC_CLK_TCK);
}

/* ---- who asks ---- */

static size_t on_line(char *line, size_t size, size_t count, void *data)
{
	struct answer *answer = data;
	size_t used = strlen(answer->head), length = size * count;

	if (length > 5 && memcmp(line, "HTTP/", 5) == 0)
		used = 0; /* what came before was a 100 */
	if (used + length < sizeof answer->head) {
		memcpy(answer->head + used, line, length);
		answer->head[used + length] = '\0';
	}
	return length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *data)
{
	struct answer *answer = data;
	size_t length = size * count;
	char *grown = realloc(answer->body, answer->length + length + 1);

	assert_non_null(grown);
	answer->body = grown;
	memcpy(grown + answer->length, bytes, length);
	answer->length += length;
	grown[answer->length] = '\0';
	return length;
}

static void set_body(CURL *easy, const char *method, const char *body, size_t length)
{
	if (body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
	if (strcmp(method, "HEAD") == 0)
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
}

void ask(struct answer *answer, const char *method, const char *url, const char *path,
	const char *const *headers, const char *body, size_t length)
{
	struct curl_slist *lines = NULL;
	CURL *easy = curl_easy_init();
	char whole[4000];
	long status = 0;

	*answer = (struct answer){ .body = calloc(1, 1) };
	snprintf(whole, sizeof whole, "%s%s", url, path);
	for (; headers && *headers; headers++)
		lines = curl_slist_append(lines, *headers);
	curl_easy_setopt(easy, CURLOPT_URL, whole);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lines);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_line);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, answer);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
	set_body(easy, method, body, length);
	answer->whole = curl_easy_perform(easy) == CURLE_OK;
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (int)status;
	curl_easy_cleanup(easy);
	curl_slist_free_all(lines);
}

void answer_clear(struct answer *answer)
{
	free(answer->body);
	answer->body = NULL;
}

const char *answer_header(const struct answer *answer, const char *name)
{
	static char value[9000];
	char start[100];

	snprintf(start, sizeof start, "\r\n%s:", name);
	const char *at = strcasestr(answer->head, start);
	if (!at)
		return NULL;
	at += strlen(start);
	at += strspn(at, " ");
	snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r\n"), at);
	return value;
}

int dial(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}
