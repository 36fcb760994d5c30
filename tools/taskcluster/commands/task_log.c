/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/task_log.h"

static const struct option options[] = {
	{ "run", 'r', "N", "the log of this run; else of the latest" },
	{ "follow", 'f', NULL,
		"also wait for a task that does not run yet, and go on with the run that follows "
		"one that ended as an exception" },
	{ "no-follow", LOG_NO_FOLLOW, NULL, "of a log that still grows print what there is" },
	{ "name", LOG_NAME, "NAME", "the artifact that is the log; else public/logs/live.log" },
	{ NULL, 0, NULL, NULL },
};

const struct command task_log_command = {
	.name = "log",
	.whole_name = "task log",
	.synopsis = "TASK_ID",
	.summary = "print a task's log, and follow it while it grows",
	.details =
		"The log of a run that has ended is printed; that of one that goes on is followed "
		"until its end, from the worker as long as it can be reached there, and then from "
		"the log that the worker leaves: each byte once. Artifacts are asked for without "
		"credentials, and with them only where that is refused.\n\n"
		"On a terminal a log shows its text and its colours (not with NO_COLOR), and "
		"nothing in it steers the terminal; elsewhere it is written byte by byte. The exit "
		"status is 0 when the whole log was printed, however the run ended: `taskcluster "
		"task status` tells that.",
	.options = options,
};
