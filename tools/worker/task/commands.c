/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/run.h"

/* The task's commands, one after the other until one fails. */

#include "tools/worker/log/words.h"
#include "tools/worker/process/spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_SIZE ((size_t)64 * 1024)
#define LINE_LIMIT ((size_t)1 << 20)

struct run_commands {
	char **environment;
	struct process *process; /* of the command that runs; NULL */
	int output;              /* our end of its pipe; -1 */
	size_t next;
	int64_t begun_ns;
};

static void start_next(struct run *run);

/* ---- how a command has ended ---- */

static int64_t time_ns(struct timeval time)
{
	return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
}

/* What a command used, all at one time stamp. */
static void write_usage(struct run *run, const struct process_end *end)
{
	char user[DURATION_SIZE];
	char kernel[DURATION_SIZE];
	char wall[DURATION_SIZE];
	bool good = WIFEXITED(end->status) && WEXITSTATUS(end->status) == 0;

	log_duration(user, time_ns(end->usage.ru_utime));
	log_duration(kernel, time_ns(end->usage.ru_stime));
	log_duration(wall, end->wall_ns);
	task_log_line(run->log, LOG_INFO, "%32s: %d\n%32s: %s\n%32s: %s\n%32s: %s\n%32s: %s",
		"Exit Code", WIFEXITED(end->status) ? WEXITSTATUS(end->status) : -1, "User Time",
		user, "Kernel Time", kernel, "Wall Time", wall, "Result",
		good ? "SUCCEEDED" : "FAILED");
}

static void settle_code(struct run *run, int code)
{
	if (payload_has_code(run->payload.retry_codes, code))
		run_settle_last(run, TC_TASK_INTERMITTENT,
			"task appears to have failed intermittently - exit code %d found in task "
			"payload.onExitStatus list",
			code);
	else
		run_settle_last(run, TC_TASK_FAILED, "exit status %d", code);
}

static void settle_end(struct run *run, int status)
{
	if (run->aborted)
		return; /* it did not end by itself */
	if (WIFSIGNALED(status))
		run_settle_last(run, TC_TASK_FAILED, "signal: %s", strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		settle_code(run, WEXITSTATUS(status));
	if (WIFEXITED(status) && payload_has_code(run->payload.purge_codes, WEXITSTATUS(status)))
		run->purge = true;
}

/* No command runs any more. */
static void finish(struct run *run)
{
	char duration[DURATION_SIZE];

	tc_task_limit(run->task, 0, NULL);
	log_duration(duration, run_now_ns() - run->commands->begun_ns);
	task_log_line(run->log, LOG_INFO, "=== Task Finished ===");
	task_log_line(run->log, LOG_INFO, "Task Duration: %s", duration);
}

static void settle_command(struct run *run, const struct process_end *end)
{
	if (!end->err) {
		write_usage(run, end);
		settle_end(run, end->status);
	} else if (!end->started) {
		run_settle_last(run, TC_TASK_FAILED, "%s", tc_error_text(end->err));
	} else {
		run_settle_last(run, TC_TASK_INTERNAL_ERROR, "%s", tc_error_text(end->err));
	}
	if (end->left)
		task_log_line(
			run->log, LOG_WARN, "%d processes of the task cannot be ended", end->left);
}

/* ---- its output ---- */

/* All that is there; -1 and EAGAIN: more may come. */
static ssize_t take_output(struct run *run)
{
	char bytes[OUTPUT_SIZE];
	ssize_t length;

	do {
		length = read(run->commands->output, bytes, sizeof bytes);
		if (length > 0)
			task_log_write(run->log, bytes, (size_t)length);
	} while (length < 0 && errno == EINTR);
	return length;
}

static void stop_output(struct run *run)
{
	struct run_commands *commands = run->commands;

	if (commands->output < 0)
		return;
	tc_loop_watch(run->host->loop, commands->output, 0, NULL, NULL, NULL);
	close(commands->output);
	commands->output = -1;
}

/* One piece in each turn, so that a command that writes without end leaves time to others. */
static void on_output(void *data, int fd, int events)
{
	struct run *run = data;

	(void)fd;
	(void)events;
	ssize_t length = take_output(run);
	if (length == 0 || (length < 0 && errno != EAGAIN))
		stop_output(run);
}

/* What a pipe can hold, and no more: somebody else may have got hold of its other end, and write on
 * for ever. */
static void drain_output(struct run *run)
{
	int output = run->commands->output;
	int left = output < 0 ? 0 : fcntl(output, F_GETPIPE_SZ);

	while (left > 0) {
		ssize_t length = take_output(run);
		if (length <= 0)
			return;
		left -= (int)length;
	}
}

static void on_end(void *data, const struct process_end *end)
{
	struct run *run = data;
	struct run_commands *commands = run->commands;

	drain_output(run);
	stop_output(run);
	settle_command(run, end);
	process_free(commands->process);
	commands->process = NULL;
	start_next(run);
	if (!commands->process) {
		finish(run);
		run_next(run);
	}
}

/* ---- beginning ---- */

static void write_command(struct run *run, size_t number, const char *const *words)
{
	struct tc__buffer line = TC__BUFFER(LINE_LIMIT);

	for (size_t i = 0; words[i]; i++) {
		if (i)
			tc__buffer_char(&line, ' ');
		log_quote(&line, words[i]);
	}
	task_log_line(
		run->log, LOG_INFO, "Executing command %zu: %s", number, tc__buffer_get(&line));
	tc__buffer_clear(&line);
}

/* Its words, borrowed; for free. */
static const char **command_words(const tc_json *command)
{
	size_t count = tc_json_count(command);
	const char **words = calloc(count + 1, sizeof *words);

	for (size_t i = 0; words && i < count; i++)
		words[i] = tc_json_text(tc_json_item(command, i));
	return words;
}

/* The next worker ends what is left, should this one die. */
static void on_started(void *data, pid_t pid)
{
	struct run *run = data;
	tc_error err = TC_ERROR_INIT;

	if (tc_task_note_process(run->task, pid, &err) != TC_OK)
		run->host->say(run->host->say_data, tc_error_text(&err));
	tc_error_clear(&err);
}

static int open_output(struct run *run, int *theirs, tc_error *err)
{
	struct run_commands *commands = run->commands;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "no pipe for a command's output: %s",
			strerror(errno));
	*theirs = ends[1];
	commands->output = ends[0];
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return tc_loop_watch(run->host->loop, commands->output, TC_LOOP_READ, on_output, run, err);
}

static int start(struct run *run, const char *const *words, tc_error *err)
{
	struct run_commands *commands = run->commands;
	struct process_order order = { .arguments = words,
		.environment = (const char *const *)(uintptr_t)commands->environment,
		.folder = run->folder,
		.output = -1,
		.user = run->host->user,
		.alone = run->host->user != NULL,
		.core = run->host->core_limit,
		.nofile = -1,
		.program = run->host->helper_program };
	int rc = open_output(run, &order.output, err);

	if (rc == TC_OK)
		rc = process_start(
			run->host->loop, &order, on_started, on_end, run, &commands->process, err);
	if (order.output >= 0)
		close(order.output);
	if (rc != TC_OK)
		stop_output(run);
	return rc;
}

/* Starts the next command, if there is one and the last was good. */
static void start_next(struct run *run)
{
	struct run_commands *commands = run->commands;
	size_t number = commands->next++;
	tc_error err = TC_ERROR_INIT;

	if (!run_is_good(run) || number >= tc_json_count(run->payload.commands))
		return;
	const char **words = command_words(tc_json_item(run->payload.commands, number));
	if (words)
		write_command(run, number, words);
	if (!words || start(run, words, &err) != TC_OK)
		run_settle(run, TC_TASK_INTERNAL_ERROR, "%s",
			words ? tc_error_text(&err) : "no memory for a command");
	tc_error_clear(&err);
	free((void *)(uintptr_t)words);
}

static bool cancel(struct run *run)
{
	process_kill(run->commands->process);
	return false;
}

bool run_commands(struct run *run)
{
	tc_error err = TC_ERROR_INIT;

	run->commands = calloc(1, sizeof *run->commands);
	if (run->commands)
		run->commands->output = -1;
	if (run->commands)
		run->commands->environment = environment_make(run, proxy_url(run));
	if (!run->commands || !run->commands->environment) {
		run_settle(run, TC_TASK_INTERNAL_ERROR, "no memory for the task's environment");
		return true;
	}
	task_log_line(run->log, LOG_INFO, "=== Task Starting ===");
	if (tc_task_limit(run->task, run->payload.run_s * 1000, &err) != TC_OK) {
		run_settle(run, TC_TASK_INTERNAL_ERROR, "%s", tc_error_text(&err));
		tc_error_clear(&err);
		return true;
	}
	run->begun = true;
	run->cancel = cancel;
	run->commands->begun_ns = run_now_ns();
	start_next(run);
	if (run->commands->process)
		return false;
	finish(run);
	return true;
}

void run_free_commands(struct run *run)
{
	if (!run->commands)
		return;
	stop_output(run);
	process_free(run->commands->process);
	environment_free(run->commands->environment);
	free(run->commands);
	run->commands = NULL;
}
