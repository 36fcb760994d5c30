/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TASKS_TASK_H
#define TC_CLI_TASKS_TASK_H

/*
 * What the commands about one task have in common: TASK_ID, their options, and the queue. Functions
 * that return int give 0, or the exit status after telling what is wrong.
 */

#include "tools/taskcluster/config/session.h"
#include "tools/taskcluster/shared/command.h"

#include <taskcluster/call.h>

#include <stdio.h>

#define TASK_LATEST (-1)

struct task {
	const char *id;
	int64_t run; /* --run, or TASK_LATEST */
	bool all_runs, exact, noop, confirm, force, json;
	struct session session;
	const tc_json *told;               /* what task_ask_status got; NULL: it has not asked */
	const tc_json *status;             /* its member "status" */
	int (*perform)(struct task *task); /* with a session that is open */
};
#define TASK_INIT(function) \
	{ \
		.run = TASK_LATEST, .session = SESSION_INIT, .perform = (function) \
	}

/* Reads the command line, and performs the task's command or prints its help. The exit status. */
int task_command_run(struct task *task, const struct command *command, struct arguments *arguments);

/* Asks for the status of the task, once. */
int task_ask_status(struct task *task);

/* The same for its definition, each time; release it. */
int task_ask_definition(const struct task *task, const tc_json **definition);

/* Refuses an answer of the queue's without what has to be there: "state". STATUS_FAILED. */
int task_refuse_answer(const char *what);

/* Whether a person sees what is printed, and may like to be told what to do next. */
bool task_has_reader(void);

/* Tells such a person how to follow a task that runs, or soon will. */
void task_tell_log(const char *id);

/* A text of the queue's: on a terminal it does not steer that, elsewhere byte by byte. */
void task_print_text(FILE *out, const tc_json *text);

#endif
