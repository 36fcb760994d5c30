/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/group.h"

static const struct option status_options[] = {
	{ "watch", GROUP_WATCH, NULL,
		"go on until all tasks are resolved; the exit status tells how they ended" },
	{ "interval", GROUP_INTERVAL, "SECONDS",
		"ask the queue so often, in place of every 2 to 30 seconds" },
	{ "timeout", GROUP_TIMEOUT, "SECONDS", "give up watching after so long" },
	{ "json", GROUP_JSON, NULL, "the counts as a line of JSON" },
	{ NULL, 0, NULL, NULL },
};

const struct command group_status_command = {
	.name = "status",
	.whole_name = "group status",
	.synopsis = "TASK_GROUP_ID",
	.summary = "count the tasks of a group by their state",
	.details =
		"A line for each state that there is, in the order in which tasks go through "
		"them.\n\n"
		"With --watch a terminal shows the group as it moves: counts, a bar, what runs "
		"longest, and the time that is left if tasks end as fast as in the last ten "
		"minutes. Elsewhere a line is printed whenever the counts have changed. A queue "
		"that cannot be reached meanwhile is told of, and asked again. The exit status is "
		"0 when all tasks are completed; 1 when one failed or is an exception, when the "
		"group has no tasks, and when --timeout ended it; Ctrl-C ends it by the signal.",
	.options = status_options,
};

static const struct option list_options[] = {
	{ "all", 'a', NULL, "all tasks, whatever else is said; so it is without any of these" },
	{ "running", 'r', NULL, "tasks that run" },
	{ "failed", 'f', NULL, "tasks that failed" },
	{ "exception", 'e', NULL, "tasks that are exceptions" },
	{ "completed", 'c', NULL, "tasks that are completed" },
	{ "unscheduled", 'u', NULL, "tasks that wait for others" },
	{ "pending", 'p', NULL, "tasks that wait for a worker" },
	{ "format-string", GROUP_FORMAT, "TEMPLATE", "what is printed of each task" },
	{ "json", GROUP_JSON, NULL, "each as a line of JSON, as the queue tells it" },
	{ NULL, 0, NULL, NULL },
};

const struct command group_list_command = {
	.name = "list",
	.whole_name = "group list",
	.synopsis = "TASK_GROUP_ID",
	.summary = "list the tasks of a group",
	.details =
		"A line for each, as the queue gives them: id, name and state, which is the "
		"template\n\n"
		"    {{ .Status.TaskID }} {{ .Task.Metadata.Name }} {{ .Status.State }}\n\n"
		"Of Go's templates --format-string takes fields of .Status and .Task, by Go's "
		"names or those of the JSON (.Status.TaskID, .task.metadata.owner, "
		".Task.Tags.kind), quoted texts ({{ \"\\t\" }}), and the marks {{- and -}}, which "
		"take away the white space beside them. Lists are printed as [a b], objects as "
		"JSON, and what is absent as nothing. For more there is --json.",
	.options = list_options,
};

static const struct option cancel_options[] = {
	{ "worker-type", 'w', "TYPE",
		"only tasks of this worker type, or task queue: PROVISIONER/TYPE" },
	{ "force", 'f', NULL, "do not ask" },
	{ "dry-run", 'n', NULL, "only show what would be cancelled" },
	{ "json", GROUP_JSON, NULL, "what became of each task as a line of JSON" },
	{ NULL, 0, NULL, NULL },
};

const struct command group_cancel_command = {
	.name = "cancel",
	.whole_name = "group cancel",
	.synopsis = "TASK_GROUP_ID",
	.summary = "cancel the tasks of a group that are not resolved",
	.details =
		"It lists them and asks; where there is no terminal to ask at, it does nothing "
		"without --force. Each is cancelled by itself, several at a time, for which the "
		"scope of a task is enough. Then the queue is asked again, until there is none "
		"left: tasks that were created meanwhile are cancelled, too. A group whose tasks "
		"create others can be closed first: `taskcluster api queue sealTaskGroup "
		"TASK_GROUP_ID`; of a sealed group `api queue cancelTaskGroup` cancels all tasks "
		"in one call, and takes a scope of its own.\n\n"
		"The exit status is 0 also when nothing was to be cancelled, or the answer was no; "
		"1 when a task could not be cancelled: it is listed at the end.",
	.options = cancel_options,
};

static const struct command *const parts[] = { &group_cancel_command, &group_list_command,
	&group_status_command, NULL };

const struct command group_command = {
	.name = "group",
	.synopsis = "cancel|list|status …",
	.summary = "look at task groups, and cancel them",
	.parts = parts,
};
