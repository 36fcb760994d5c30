/* SPDX-License-Identifier: MPL-2.0 */

/* `task log`. */

#include "tools/taskcluster/commands/task_log.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/jobs/stop.h"
#include "tools/taskcluster/logs/follow.h"
#include "tools/taskcluster/logs/logs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct wanted {
	const char *name;
	int run; /* -1: the latest */
	bool follow, now_only;
};

static int take_option(void *data, int id, const char *value)
{
	struct wanted *wanted = data;
	int64_t number = 0;
	int status = 0;

	switch (id) {
	case 'r':
		status = arguments_number("--run", value, 0, INT32_MAX, &number);
		wanted->run = (int)number;
		break;
	case 'f':
		wanted->follow = true;
		break;
	case LOG_NO_FOLLOW:
		wanted->now_only = true;
		break;
	default:
		wanted->name = value;
	}
	return status;
}

/* ---- a run after the other ---- */

static int refuse_waiting(const struct run *run)
{
	failure("could not fetch the logs of task %s because it's in a %s state", run->task_id,
		run->state);
	hint("-f waits until it runs%s.",
		run->number > 0 ? "; --run names the run of an earlier log" : "");
	return STATUS_FAILED;
}

static int begin(struct following *follow, const struct wanted *wanted)
{
	const struct run *run = &follow->run;

	if (run_is_waiting(run))
		return wanted->follow ? follow_begin(follow) : refuse_waiting(run);
	if (run->number < 0)
		return failure("task %s is %s without ever having run: it has no log", run->task_id,
			run->state);
	return 0;
}

static int print_run(struct following *follow, const struct wanted *wanted)
{
	int status = begin(follow, wanted);

	return status == 0 ? follow_run(follow) : status;
}

/* What ended as an exception may be tried again by the queue. */
static bool has_another(const struct following *follow, const struct wanted *wanted)
{
	const struct run *run = &follow->run;

	return wanted->follow && wanted->run < 0 && !follow->over &&
		strcmp(run->state, "exception") == 0 && run->count > run->number + 1;
}

/* 0, or the exit status of the last run whose log was not whole. */
static int print_runs(struct following *follow, const struct wanted *wanted)
{
	int status = print_run(follow, wanted);

	while (has_another(follow, wanted)) {
		struct run next = follow->run;
		complain("run %s ended as exception '%s': run %d follows", next.id, next.reason,
			next.number + 1);
		int found = run_find(&next, follow->access, next.task_id, next.number + 1);
		if (found != 0)
			return found;
		*follow = (struct following){ .access = follow->access,
			.printer = follow->printer,
			.run = next,
			.name = follow->name };
		printer_begin(follow->printer);
		int latest = print_run(follow, wanted);
		status = latest ? latest : status;
	}
	return status;
}

/* ---- how it ended ---- */

static const char *advice(const struct run *run)
{
	if (run_is_running(run) || run_is_waiting(run))
		return "log";
	return strcmp(run->state, "completed") == 0 ? "artifacts" : "rerun";
}

/* For people. */
static void tell_end(const struct run *run)
{
	char line[256], text[RUN_TEXT_SIZE];

	if (!isatty(STDERR_FILENO))
		return;
	snprintf(line, sizeof line, "run %s: %s", run->id, run_describe(run, text));
	tell(line);
	hint("Next: taskcluster task %s %s", advice(run), run->task_id);
}

static int print_log(struct access *access, const struct wanted *wanted, const char *task_id)
{
	struct printer printer;
	struct following follow = { .access = access,
		.printer = &printer,
		.name = wanted->name,
		.now_only = wanted->now_only };
	int status = printer_open(&printer);

	if (status == 0)
		status = run_find(&follow.run, access, task_id, wanted->run);
	if (status == 0)
		status = print_runs(&follow, wanted);
	if (follow.printer->place.passed > 0 && !follow.over)
		tell_end(&follow.run);
	printer_close(&printer);
	return status;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	const struct wanted *wanted = data;
	struct access access = ACCESS_INIT;

	if (wanted->follow && wanted->now_only)
		return usage_error("--follow and --no-follow: one of them");
	int status = access_open(&access, arguments, stop_begin());
	if (status == 0)
		status = print_log(&access, wanted, words->all[0]);
	access_close(&access);
	stop_end();
	return status;
}

int task_log(struct arguments *arguments)
{
	static const struct job job = { &task_log_command, 1, 1, take_option, perform };
	struct wanted wanted = { .run = -1 };

	return job_run(&job, &wanted, arguments);
}
