/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/artifacts.h"

#define OPTION_OUTPUT \
	{ \
		"output", 'o', "FILE", \
			"write it there; in a folder the name's last part names the file; - is " \
			"standard output" \
	}

#define OPTION_JSON \
	{ \
		"json", FETCH_JSON, NULL, "print what was done as JSON, a line for each file" \
	}

static const struct option artifact_options[] = {
	OPTION_OUTPUT,
	{ "run", FETCH_RUN, "N", "of this run; else of the latest" },
	{ "index", FETCH_INDEX, "PATH", "of the task that the index has at this path" },
	{ "all", FETCH_ALL, NULL,
		"all artifacts of the run, or all that match a PATTERN, into a folder" },
	{ "in-flight", FETCH_IN_FLIGHT, "N", "with --all: so many at the same time; 10" },
	{ "live", FETCH_LIVE, NULL, "with --all: also the log of a run that goes on" },
	FETCH_OPTIONS_HOW,
	OPTION_JSON,
	{ NULL, 0, NULL, NULL },
};

static const struct option object_options[] = {
	OPTION_OUTPUT,
	FETCH_OPTIONS_HOW,
	OPTION_JSON,
	{ NULL, 0, NULL, NULL },
};

const struct command artifact_download_command = {
	.name = "download",
	.whole_name = "artifact download",
	.synopsis = "[TASK_ID [RUN_ID]] NAME, or [TASK_ID] --all [PATTERN…]",
	.summary = "download an artifact of a task, or many of them",
	.details =
		"Without TASK_ID the variables TASK_ID and RUN_ID say whose, as they do inside a "
		"task; without a run it is the latest. The file gets the last part of the "
		"artifact's name, in the current folder, if -o does not say otherwise, and "
		"replaces what is there.\n\n"
		"A file appears when all of it is there and its length and hashes are right. Until "
		"then it is .NAME.tc-part; the same command again goes on where it was, also after "
		"Ctrl-C. With --all each artifact gets its whole name below the folder, and "
		"nothing is written outside it; one that fails is told of at the end, and the "
		"others go on. In a PATTERN, * is any part of a name: 'public/*.zip'.\n\n"
		"The exit status is 0; 1 when something was not downloaded; 2 when the command "
		"line or the configuration is wrong.",
	.options = artifact_options,
};

const struct command object_download_command = {
	.name = "download",
	.whole_name = "object download",
	.synopsis = "NAME",
	.summary = "download an object, and compare it with its hashes",
	.details = "As `taskcluster artifact download` does it.",
	.options = object_options,
};
