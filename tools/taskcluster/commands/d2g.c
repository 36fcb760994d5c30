/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/d2g.h"

static const struct option options[] = {
	{ "file", 'f', "FILE", "what is translated; else standard input" },
	{ "task-def", 't', NULL, "it is a whole task definition, and no payload" },
	{ "json", D2G_JSON, NULL, "in one line" },
	{ NULL, 0, NULL, NULL },
};

const struct command d2g_command = {
	.name = "d2g",
	.synopsis = "[-f FILE] [-t]",
	.summary = "translate a payload of docker-worker to one of generic-worker",
	.details =
		"Prints the payload that generic-worker makes of one of docker-worker before it "
		"works on it: `docker run` in place of the command, with folders of the task for "
		"caches and for artifacts that are volumes. Of a task definition scopes are "
		"translated, too: it must hold those that its payload takes, and scopes that "
		"begin with assume: are expanded by the auth service; nothing else is asked of a "
		"server.\n\n"
		"The worker itself adds what it alone knows: places such as __TASK_DIR__, and "
		"env.list, the file with the variables. A worker that is given the translation "
		"in place of the task has neither.\n\n"
		"The exit status is 2 when it is no such payload, or cannot be translated.",
	.options = options,
};
