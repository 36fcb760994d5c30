/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_TASK_H
#define TC_CLI_COMMANDS_TASK_H

/* Tasks, one at a time, by the official client's names. */

#include "tools/taskcluster/shared/command.h"

extern const struct command task_command;

/* Its commands. */
extern const struct command task_artifacts_command, task_cancel_command, task_complete_command,
	task_def_command, task_group_command, task_log_command, task_name_command,
	task_rerun_command, task_retrigger_command, task_run_command, task_status_command;

/* Options without a letter: of all but `task log`, */
enum {
	TASK_JSON = OPTION_OWN,
	/* and of `task run`. */
	TASK_PROVISIONER,
	TASK_WORKER_TYPE,
	TASK_NAME,
	TASK_DESCRIPTION,
	TASK_OWNER,
	TASK_SOURCE,
	TASK_DEPENDENCY,
	TASK_RETRIES
};

/* Rows of a table of options. */
#define TASK_OPTION_RUN \
	{ \
		"run", 'r', "N", "of this run; else, as with -1, of the latest" \
	}
#define TASK_OPTION_NOOP \
	{ \
		"noop", 'n', NULL, "say what would be done, and do nothing" \
	}
#define TASK_OPTION_CONFIRM \
	{ \
		"confirm", 'c', NULL, "ask first: a line, y or yes, is read from standard input" \
	}
#define TASK_OPTION_REPLY \
	{ \
		"json", TASK_JSON, NULL, "print what the queue answers, in a line" \
	}

#endif
