/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/artifacts.h"

#define OPTION_CONTENT_TYPE \
	{ \
		"content-type", UPLOAD_CONTENT_TYPE, "TYPE", \
			"what the bytes are; else by the name" \
	}
#define OPTION_EXPIRES(otherwise) \
	{ \
		"expires", UPLOAD_EXPIRES, "WHEN", "a date, or how long: \"2 days\"" otherwise \
	}
#define OPTIONS_OF_ALL \
	{ "quiet", 'q', NULL, "no progress, and nothing about what was done" }, \
	{ \
		"json", UPLOAD_JSON, NULL, "print what was uploaded as JSON" \
	}

static const struct option artifact_options[] = {
	OPTION_CONTENT_TYPE,
	{ "content-encoding", UPLOAD_ENCODING, "ENCODING",
		"gzip or identity; by default gzip what is not compressed by its name" },
	OPTION_EXPIRES("; by default as the task"),
	{ "run", UPLOAD_RUN, "N", "of this run" },
	{ "storage", UPLOAD_STORAGE, "STORAGE", "s3 (the default) or object" },
	{ "link", UPLOAD_LINK, "NAME", "no FILE: another name of this artifact of the run" },
	{ "url", UPLOAD_URL, "URL", "no FILE: readers are sent there" },
	{ "error", UPLOAD_ERROR, "REASON",
		"no FILE: why there is none, such as file-missing-on-worker" },
	{ "message", UPLOAD_MESSAGE, "TEXT", "with --error: the same for people" },
	OPTIONS_OF_ALL,
	{ NULL, 0, NULL, NULL },
};

static const struct option object_options[] = {
	{ "project", UPLOAD_PROJECT, "ID", "whom it is counted under; has to be given" },
	OPTION_EXPIRES("; has to be given"),
	OPTION_CONTENT_TYPE,
	OPTIONS_OF_ALL,
	{ NULL, 0, NULL, NULL },
};

const struct command artifact_upload_command = {
	.name = "upload",
	.whole_name = "artifact upload",
	.synopsis = "[TASK_ID [RUN_ID]] NAME FILE",
	.summary = "upload a file as an artifact of a run",
	.details =
		"Without TASK_ID the variables TASK_ID and RUN_ID say whose, as they do inside a "
		"task. FILE may be - for standard input, which may be a pipe: then it goes through "
		"a temporary file in TMPDIR first. With --link, --url or --error there is no FILE, "
		"and the artifact has no bytes of its own.\n\n"
		"A line tells how many bytes were uploaded and as what. Artifacts that do not "
		"begin with public/ are private: reading them takes the scope "
		"queue:get-artifact:NAME.\n\n"
		"The exit status is 0; 1 when it was not uploaded; 2 when the command line or the "
		"configuration is wrong.",
	.takes_file = true,
	.options = artifact_options,
};

const struct command object_upload_command = {
	.name = "upload",
	.whole_name = "object upload",
	.synopsis = "NAME FILE --project ID --expires WHEN",
	.summary = "upload a file as an object, with its hashes",
	.details = "FILE may be - for standard input, which may be a pipe: then it goes through a "
		   "temporary file in TMPDIR first.",
	.takes_file = true,
	.options = object_options,
};
