/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/run.h"

/* The task's commands, one after the other until one fails. */

#include "tools/worker/log/words.h"
#include "tools/worker/task/spawn_tmp.h"
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define LINE_LIMIT ((size_t)1 << 20)

struct run_commands {
	char **environment;
	struct spawned *process; /* of the command that runs; NULL */
	size_t next;
	int64_t begun_ns, all_begun_ns;
};

static void start_next(struct run *run);

/* ---- how a command has ended ---- */

static int64_t time_ns(struct timeval time)
{
	return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
}

/* What a command used, all at one time stamp. */
static void write_usage(struct run *run, const struct spawn_end *end, int64_t wall_ns)
{
	char user[DURATION_SIZE];
	char kernel[DURATION_SIZE];
	char wall[DURATION_SIZE];
	bool good = WIFEXITED(end->status) && WEXITSTATUS(end->status) == 0;

	log_duration(user, time_ns(end->usage.ru_utime));
	log_duration(kernel, time_ns(end->usage.ru_stime));
	log_duration(wall, wall_ns);
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
	log_duration(duration, run_now_ns() - run->commands->all_begun_ns);
	task_log_line(run->log, LOG_INFO, "=== Task Finished ===");
	task_log_line(run->log, LOG_INFO, "Task Duration: %s", duration);
}

static void on_end(void *data, const struct spawn_end *end)
{
	struct run *run = data;
	struct run_commands *commands = run->commands;

	write_usage(run, end, run_now_ns() - commands->begun_ns);
	settle_end(run, end->status);
	spawn_free(commands->process);
	commands->process = NULL;
	start_next(run);
	if (!commands->process) {
		finish(run);
		run_next(run);
	}
}

/* ---- beginning ---- */

static void on_output(void *data, const void *bytes, size_t length)
{
	struct run *run = data;

	task_log_write(run->log, bytes, length);
}

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

static void start(struct run *run, size_t number, const char *const *words)
{
	struct run_commands *commands = run->commands;
	tc_error err = TC_ERROR_INIT;
	long pid = 0;

	write_command(run, number, words);
	commands->begun_ns = run_now_ns();
	commands->process = spawn_start(run->host->loop, words, commands->environment,
		run->folder_path, on_output, on_end, run, &pid, &err);
	if (!commands->process)
		run_settle_last(run, TC_TASK_FAILED, "%s", tc_error_text(&err));
	else if (tc_task_note_process(run->task, pid, &err) != TC_OK)
		run->host->say(run->host->say_data, tc_error_text(&err));
	tc_error_clear(&err);
}

/* Starts the next command, if there is one and the last was good. */
static void start_next(struct run *run)
{
	struct run_commands *commands = run->commands;
	size_t number = commands->next++;

	if (!run_is_good(run) || number >= tc_json_count(run->payload.commands))
		return;
	const char **words = command_words(tc_json_item(run->payload.commands, number));
	if (words)
		start(run, number, words);
	else
		run_settle(run, TC_TASK_INTERNAL_ERROR, "no memory for a command");
	free((void *)(uintptr_t)words);
}

static bool cancel(struct run *run)
{
	spawn_kill(run->commands->process);
	return false;
}

bool run_commands(struct run *run)
{
	tc_error err = TC_ERROR_INIT;

	run->commands = calloc(1, sizeof *run->commands);
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
	run->commands->all_begun_ns = run_now_ns();
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
	spawn_free(run->commands->process);
	environment_free(run->commands->environment);
	free(run->commands);
	run->commands = NULL;
}
