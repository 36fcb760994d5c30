/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/run.h"

/*
 * The task's proxy: taskcluster-proxy as a child, as the worker's own user. It gets the claim's
 * credentials by a pipe, a line for each renewal, and ends with that pipe. What it signs with is
 * cut down to the task's scopes and making artifacts of this run: the task cannot resolve itself.
 */

#include "runtime/src/base/buffer.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_MS 60000
#define GREETING "listening on "
#define GREETING_MAX ((size_t)4096)
#define CREDENTIALS_FD 3           /* in the child */
#define LINE_MAX_SIZE (256 * 1024) /* of credentials with many scopes, as the proxy takes them */

struct run_proxy {
	pid_t pid;
	int credentials, output; /* our ends of its pipes; -1 */
	uint64_t timer;          /* till it listens */
	struct tc__buffer greeting;
	char *url; /* NULL: it does not listen yet */
};

const char *proxy_url(const struct run *run)
{
	return run->proxy ? run->proxy->url : NULL;
}

/* ---- credentials ---- */

static void add_scopes(tc_json_builder *builder, const struct run *run)
{
	char *own = NULL;

	tc_json_add_name(builder, "scopes");
	tc_json_add_array(builder);
	for (size_t i = 0; i < run->definition->scopes_count; i++)
		tc_json_add_string(builder, run->definition->scopes[i]);
	if (asprintf(&own, "queue:create-artifact:%s/%s", tc_task_id(run->task),
		    tc_task_run_id(run->task)) < 0)
		own = NULL;
	if (own)
		tc_json_add_string(builder, own);
	free(own);
	tc_json_end(builder);
}

static int make_line(const struct run *run, char **line, size_t *length, tc_error *err)
{
	tc_credentials *credentials = tc_task_credentials(run->task);
	const tc_json *secret = NULL;
	const tc_json *whole = NULL;
	tc_json_builder *builder = tc_json_builder_new();
	int rc = tc_credentials_reveal(credentials, &secret, err);

	tc_json_add_object(builder);
	for (size_t i = 0; i < tc_json_count(secret); i++) {
		tc_json_add_name(builder, tc_json_text(tc_json_name(secret, i)));
		tc_json_add_json(builder, tc_json_item(secret, i));
	}
	add_scopes(builder, run);
	tc_json_end(builder);
	if (rc == TC_OK)
		rc = tc_json_build(builder, &whole, err);
	else
		tc_json_builder_free(builder);
	if (rc == TC_OK)
		rc = tc_json_write(whole, TC_JSON_COMPACT, line, length, err);
	tc_release(whole);
	tc_release(secret);
	tc_credentials_free(credentials);
	return rc;
}

/* The pipe takes a line at once, as the proxy reads it at once. */
static int send_credentials(const struct run *run, tc_error *err)
{
	char *line = NULL;
	size_t length = 0;
	int rc = make_line(run, &line, &length, err);

	if (rc != TC_OK)
		return rc;
	if (write(run->proxy->credentials, line, length) != (ssize_t)length ||
		write(run->proxy->credentials, "\n", 1) != 1)
		rc = tc_error_set(err, TC_ERROR_SYSTEM, "the task's proxy takes no credentials: %s",
			strerror(errno));
	explicit_bzero(line, length);
	tc_release(line);
	return rc;
}

static void on_renewal(void *data, tc_task *task)
{
	struct run *run = data;
	tc_error err = TC_ERROR_INIT;

	(void)task;
	if (run->proxy && send_credentials(run, &err) != TC_OK)
		task_log_line(run->log, LOG_WARN, "%s", tc_error_text(&err));
	tc_error_clear(&err);
}

/* ---- the child ---- */

/* How it reaches the root, and where it may lay bodies down; nothing else is its business. */
static const char *const handed_on[] = { "SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy",
	"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "TMPDIR" };
#define HANDED_ON (sizeof handed_on / sizeof *handed_on)

static bool is_handed_on(const char *entry)
{
	for (size_t i = 0; i < HANDED_ON; i++) {
		size_t length = strlen(handed_on[i]);
		if (strncmp(entry, handed_on[i], length) == 0 && entry[length] == '=')
			return true;
	}
	return false;
}

static void fill_environment(char *environment[HANDED_ON + 1])
{
	size_t count = 0;

	for (char **entry = environ; *entry && count < HANDED_ON; entry++)
		if (is_handed_on(*entry))
			environment[count++] = *entry;
	environment[count] = NULL;
}

static int spawn(struct run *run, int credentials, int output, tc_error *err)
{
	char *environment[HANDED_ON + 1];
	const struct host *host = run->host;
	char port[16];
	char uid[16];
	/* on a machine with other users they are not to use the task's scopes */
	const char *const arguments[] = { host->proxy_program, "--root-url",
		host->options->root_url, "--port", port, "--credentials-fd", "3",
		host->user ? "--allow-uid" : NULL, uid, NULL };
	int64_t wanted = host->options->proxy_port;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;

	fill_environment(environment);
	snprintf(port, sizeof port, "%lld", (long long)(wanted ? wanted + run->place : 0));
	snprintf(uid, sizeof uid, "%u", host->user ? (unsigned)host->user->uid : 0);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, 1);
	posix_spawn_file_actions_adddup2(&actions, credentials, CREDENTIALS_FD);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	int problem = posix_spawn(&run->proxy->pid, host->proxy_program, &actions, &attributes,
		(char *const *)(uintptr_t)arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (!problem)
		return TC_OK;
	run->proxy->pid = 0;
	return tc_error_set(err, TC_ERROR_SYSTEM, "cannot start %s: %s", host->proxy_program,
		strerror(problem));
}

static int start_child(struct run *run, tc_error *err)
{
	int in[2] = { -1, -1 };
	int out[2] = { -1, -1 };
	int rc;

	/* ends above 3, so that taking that number closes nothing */
	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC | O_NONBLOCK) != 0) {
		rc = tc_error_set(
			err, TC_ERROR_SYSTEM, "no pipes for the task's proxy: %s", strerror(errno));
	} else {
		run->proxy->credentials = in[1];
		run->proxy->output = out[0];
		fcntl(in[1], F_SETFL, O_NONBLOCK);
		fcntl(in[1], F_SETPIPE_SZ, LINE_MAX_SIZE);
		rc = spawn(run, in[0], out[1], err);
	}
	if (in[0] >= 0)
		close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	return rc;
}

/* ---- the step ---- */

static void stop_waiting(struct run *run)
{
	struct run_proxy *proxy = run->proxy;

	if (proxy->timer)
		tc_loop_timer_cancel(run->host->loop, proxy->timer);
	proxy->timer = 0;
	if (proxy->output >= 0) {
		tc_loop_watch(run->host->loop, proxy->output, 0, NULL, NULL, NULL);
		close(proxy->output);
	}
	proxy->output = -1;
}

static void give_up(struct run *run, const char *why)
{
	stop_waiting(run);
	run_settle(run, TC_TASK_INTERNAL_ERROR, "the task's proxy: %s", why);
	run_next(run);
}

static void on_timer(void *data, uint64_t timer)
{
	struct run *run = data;

	(void)timer;
	run->proxy->timer = 0;
	give_up(run, "it does not begin to listen");
}

/* "listening on http://127.0.0.1:1234" and a line feed */
static void on_output(void *data, int fd, int events)
{
	struct run *run = data;
	struct tc__buffer *greeting = &run->proxy->greeting;
	char bytes[256];
	ssize_t length = read(fd, bytes, sizeof bytes);

	(void)events;
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length > 0)
		tc__buffer_add(greeting, bytes, (size_t)length);
	const char *text = tc__buffer_get(greeting);
	const char *feed = strchr(text, '\n');
	if (!feed && length > 0 && !tc__buffer_failed(greeting))
		return;
	if (feed && strncmp(text, GREETING, strlen(GREETING)) == 0) {
		text += strlen(GREETING);
		run->proxy->url = strndup(text, (size_t)(feed - text));
	}
	if (!run->proxy->url) {
		give_up(run, "it has ended, or says nothing that can be understood");
		return;
	}
	stop_waiting(run);
	run_next(run);
}

static bool cancel(struct run *run)
{
	stop_waiting(run);
	return true;
}

static int start(struct run *run, tc_error *err)
{
	struct run_proxy *proxy = run->proxy;
	int rc = start_child(run, err);

	if (rc == TC_OK)
		rc = send_credentials(run, err);
	if (rc == TC_OK)
		rc = tc_loop_watch(
			run->host->loop, proxy->output, TC_LOOP_READ, on_output, run, err);
	if (rc == TC_OK)
		rc = tc_loop_timer(run->host->loop, START_MS, on_timer, run, &proxy->timer, err);
	return rc;
}

bool run_start_proxy(struct run *run)
{
	tc_error err = TC_ERROR_INIT;

	if (!run->payload.proxy)
		return true;
	run->proxy = calloc(1, sizeof *run->proxy);
	if (!run->proxy) {
		run_settle(run, TC_TASK_INTERNAL_ERROR, "no memory for the task's proxy");
		return true;
	}
	run->proxy->credentials = run->proxy->output = -1;
	run->proxy->greeting = TC__BUFFER(GREETING_MAX);
	if (start(run, &err) == TC_OK) {
		run->cancel = cancel;
		tc_task_on_renewal(run->task, on_renewal, run);
		return false;
	}
	stop_waiting(run);
	run_settle(run, TC_TASK_INTERNAL_ERROR, "%s", tc_error_text(&err));
	tc_error_clear(&err);
	return true;
}

/* The commands have ended: nobody uses it any more. */
bool run_stop_proxy(struct run *run)
{
	run_free_proxy(run);
	return true;
}

void run_free_proxy(struct run *run)
{
	struct run_proxy *proxy = run->proxy;

	if (!proxy)
		return;
	stop_waiting(run);
	tc_task_on_renewal(run->task, NULL, NULL);
	if (proxy->credentials >= 0)
		close(proxy->credentials);
	if (proxy->pid > 0) {
		kill(proxy->pid, SIGKILL);
		while (waitpid(proxy->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	tc__buffer_clear(&proxy->greeting);
	free(proxy->url);
	free(proxy);
	run->proxy = NULL;
}
