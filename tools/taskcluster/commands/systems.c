/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/systems.h"

#define SERVER_OPTION(variable) \
	{ \
		"server-url", SYSTEM_SERVER, "URL", "another server than " variable "'s" \
	}
#define JSON_OPTION \
	{ \
		"json", SYSTEM_JSON, NULL, "each as a line of JSON, as the server tells it" \
	}
#define TREEHERDER_OPTION SERVER_OPTION("TREEHERDER_URL (https://treeherder.mozilla.org without)")
#define BUILDBOT_OPTION SERVER_OPTION("BUILDBOT_URL")
#define PUSH_OPTIONS \
	{ "push", PUSH_NUMBER, "ID", "of the push of this number; else of the newest" }, \
	{ \
		"revision", PUSH_REVISION, "REV", "of the push with this revision" \
	}

/* For --help. */
#define COLUMNS_HELP \
	"In a pipe there is a tab between columns, and - for what is not there; on a terminal " \
	"columns are aligned, and long ones cut."

/* ---- Treeherder ---- */

static const struct option pushes_options[] = {
	{ "author", PUSHES_AUTHOR, "EMAIL", "only those of this author; -EMAIL: all but theirs" },
	{ "revision", PUSHES_REVISION, "REV", "only the push with this revision" },
	{ "count", SYSTEM_COUNT, "N", "so many, the newest (10 without)" },
	{ "status", PUSHES_STATUS, NULL,
		"with a column that counts the jobs of each push by state and result; it takes a "
		"call for each" },
	JSON_OPTION,
	TREEHERDER_OPTION,
	{ NULL, 0, NULL, NULL },
};

const struct command treeherder_pushes_command = {
	.name = "pushes",
	.whole_name = "treeherder pushes",
	.synopsis = "REPO",
	.summary = "list the newest pushes to a repository",
	.details = "A line for each: revision, author, when it came, with --status how its jobs "
		   "stand, and the first line of its last commit's message. " COLUMNS_HELP,
	.options = pushes_options,
};

static const struct option jobs_options[] = {
	PUSH_OPTIONS,
	{ "result", JOBS_RESULT, "RESULT",
		"only those with it: success, testfailed, busted, exception, usercancel, retry" },
	{ "state", JOBS_STATE, "STATE", "only those in it: pending, running, completed" },
	{ "tier", JOBS_TIER, "N", "only those of this tier" },
	{ "name", JOBS_NAME, "PATTERN", "only those whose name is like it: * is anything" },
	JSON_OPTION,
	TREEHERDER_OPTION,
	{ NULL, 0, NULL, NULL },
};

const struct command treeherder_jobs_command = {
	.name = "jobs",
	.whole_name = "treeherder jobs",
	.synopsis = "REPO",
	.summary = "list the jobs of a push",
	.details = "A line for each: number, result (or state, until it has one), tier, platform, "
		   "how long it ran, its task, its name. The server's list has no order. "
		   "" COLUMNS_HELP,
	.options = jobs_options,
};

static const struct option failures_options[] = {
	PUSH_OPTIONS,
	{ "lines", FAILURES_LINES, "N",
		"so many lines of each log that were taken for errors, at most (5 without); 0: "
		"none, and no call for each job" },
	{ "json", SYSTEM_JSON, NULL,
		"each as a line of JSON: {\"job\", \"classification\", \"suggestions\"}" },
	TREEHERDER_OPTION,
	{ NULL, 0, NULL, NULL },
};

const struct command treeherder_failures_command = {
	.name = "failures",
	.whole_name = "treeherder failures",
	.synopsis = "REPO",
	.summary = "show what failed in a push, and why",
	.details =
		"The jobs of a push whose result is testfailed, busted or exception: each as "
		"`treeherder jobs` has it; below, behind a tab, how it was classified, and the "
		"lines of its log that were taken for errors; behind two tabs the open bugs that "
		"may be about such a line.",
	.options = failures_options,
};

static const struct command *const treeherder_parts[] = { &treeherder_pushes_command,
	&treeherder_jobs_command, &treeherder_failures_command, NULL };

const struct command treeherder_command = {
	.name = "treeherder",
	.synopsis = "pushes|jobs|failures REPO",
	.summary = "look at pushes, their jobs and failures",
	.parts = treeherder_parts,
};

/* ---- Buildbot ---- */

#define BUILD_HELP \
	"BUILD is the number that `buildbot builds` has first, or the name of a builder, "

static const struct option builds_options[] = {
	{ "count", SYSTEM_COUNT, "N", "so many, the newest (10 without)" },
	JSON_OPTION,
	BUILDBOT_OPTION,
	{ NULL, 0, NULL, NULL },
};

const struct command buildbot_builds_command = {
	.name = "builds",
	.whole_name = "buildbot builds",
	.synopsis = "[BUILDER]",
	.summary = "list the newest builds, of all builders or one",
	.details = "A line for each: its number in the whole installation, its builder, its number "
		   "there, its result (or running), when it began, how long it took, what it says "
		   "of itself. " COLUMNS_HELP,
	.options = builds_options,
};

static const struct option force_options[] = {
	{ "builder", FORCE_BUILDER, "NAME",
		"a build of this builder; again for more (without: the scheduler's, if it has but "
		"one)" },
	{ "reason", FORCE_REASON, "TEXT", "why, for others to read" },
	{ "watch", FORCE_WATCH, NULL,
		"then tell of the build until it ends: the exit status is that of `buildbot "
		"watch`" },
	{ "json", SYSTEM_JSON, NULL, "the reply as a line of JSON, as the server tells it" },
	BUILDBOT_OPTION,
	{ NULL, 0, NULL, NULL },
};

const struct command buildbot_force_command = {
	.name = "force",
	.whole_name = "buildbot force",
	.synopsis = "SCHEDULER [key=value…]",
	.summary = "ask a force scheduler for a build",
	.details =
		"Prints the number of each build request. A key is a field of the scheduler by its "
		"full name (`taskcluster api buildbot getForcescheduler SCHEDULER` has them in "
		"all_fields). Who asks is BUILDBOT_USER, with BUILDBOT_PASSWORD.",
	.options = force_options,
};

static const struct option watch_options[] = {
	JSON_OPTION,
	BUILDBOT_OPTION,
	{ NULL, 0, NULL, NULL },
};

const struct command buildbot_watch_command = {
	.name = "watch",
	.whole_name = "buildbot watch",
	.synopsis = "BUILD",
	.summary = "tell of a build's steps until it ends",
	.details = BUILD_HELP
	"whose newest is meant. A line for each step when it has ended, and for the build: "
	"name, result, how long it took, what it says of itself. " COLUMNS_HELP
	"\n\nThe exit status is 0 for success, warnings and what was skipped; else 1.",
	.options = watch_options,
};

static const struct option log_options[] = {
	{ "json", SYSTEM_JSON, NULL, "the pieces as lines of JSON, as the server tells them" },
	BUILDBOT_OPTION,
	{ NULL, 0, NULL, NULL },
};

const struct command buildbot_log_command = {
	.name = "log",
	.whole_name = "buildbot log",
	.synopsis = "BUILD [STEP [LOG]]",
	.summary = "print the logs of a build, also while it runs",
	.details = BUILD_HELP
	"whose newest is meant. STEP is a step's number or name, LOG a log's name, such as "
	"stdio: without, all are printed, in the order of the steps. Standard error says "
	"which begins. What still grows is followed to its end.",
	.options = log_options,
};

static const struct command *const buildbot_parts[] = { &buildbot_builds_command,
	&buildbot_force_command, &buildbot_watch_command, &buildbot_log_command, NULL };

const struct command buildbot_command = {
	.name = "buildbot",
	.synopsis = "builds|force|watch|log …",
	.summary = "look at builds, and begin them",
	.parts = buildbot_parts,
};
