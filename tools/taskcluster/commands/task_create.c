/* SPDX-License-Identifier: MPL-2.0 */

/* Those that create a task. */

#include "tools/taskcluster/commands/task.h"

#define OPTION_DEFINITION \
	{ \
		"noop", 'n', NULL, "print the definition that would be sent, and do nothing" \
	}

static const struct option retrigger_options[] = {
	{ "exact", 'e', NULL, "with its dependencies and routes" },
	OPTION_DEFINITION,
	TASK_OPTION_REPLY,
	{ NULL, 0, NULL, NULL },
};

const struct command task_retrigger_command = {
	.name = "retrigger",
	.whole_name = "task retrigger",
	.synopsis = "TASK_ID",
	.summary = "create a task of the same definition",
	.details =
		"In the same group, with its times moved to now; without dependencies, so that it "
		"runs at once, and without routes. With --exact it keeps both: then it may take "
		"the first one's place in the index, and others are told of it.",
	.options = retrigger_options,
};

static const struct option run_options[] = {
	{ "provisioner", TASK_PROVISIONER, "ID",
		"the first part of the task queue's id; required" },
	{ "worker-type", TASK_WORKER_TYPE, "ID", "the second part of it; required" },
	{ "env", 'e', "NAME=VALUE",
		"a variable of the command's; as often as there are any, or with commas between "
		"them" },
	{ "name", TASK_NAME, "TEXT", "\"Taskcluster-cli Task\"" },
	{ "description", TASK_DESCRIPTION, "TEXT", "\"Created by Taskcluster-cli\"" },
	{ "owner", TASK_OWNER, "EMAIL", "\"name@example.com\"" },
	{ "source", TASK_SOURCE, "URL", "\"http://taskcluster-cli/task/run\"" },
	{ "dependency", TASK_DEPENDENCY, "ID",
		"wait for this task; as often as there are any, or with commas between them" },
	{ "retries", TASK_RETRIES, "N", "run it again so often when its worker is lost; 5" },
	OPTION_DEFINITION,
	TASK_OPTION_REPLY,
	{ NULL, 0, NULL, NULL },
};

const struct command task_run_command = {
	.name = "run",
	.whole_name = "task run",
	.synopsis = "--provisioner ID --worker-type ID [OPTION…] IMAGE COMMAND…",
	.summary = "create a task that runs a command in an image",
	.details =
		"The payload is that of docker-worker: image, command, env, maxRunTime of two "
		"hours. "
		"The task has to be done within a day, and is kept for a year more.\n\n"
		"Options may stand behind IMAGE, too, so put -- before a command with options of "
		"its own: task run … ubuntu:24.04 -- bash -c 'make check'.\n\n"
		"A comma begins another variable; a value with commas is quoted as a whole: -e "
		"'\"LIST=a,b\"'.",
	.options = run_options,
};
