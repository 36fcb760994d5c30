/* SPDX-License-Identifier: MPL-2.0 */

/* `artifact download`, `object download`. */

#include "tools/taskcluster/artifacts/artifacts.h"
#include "tools/taskcluster/artifacts/fetch.h"

#include <taskcluster/slugid.h>

#include <stdlib.h>
#include <string.h>

#define OPTION_OUTPUT \
	{ \
		"output", 'o', "FILE", \
			"write it there; in a folder the name's last part names the file; - is " \
			"standard output" \
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
	FETCH_OPTION_JSON,
	{ NULL, 0, NULL, NULL },
};

static const struct option object_options[] = {
	OPTION_OUTPUT,
	FETCH_OPTIONS_HOW,
	FETCH_OPTION_JSON,
	{ NULL, 0, NULL, NULL },
};

/* A word that is the form of a task's id is one; patterns have other forms. */
static bool is_task_id(const char *word)
{
	uint8_t uuid[16];

	return tc_slugid_decode(word, uuid, NULL) == TC_OK;
}

/* [TASK_ID] [PATTERN…] */
static int find_run(struct fetch *fetch, const struct words *words)
{
	size_t names = !fetch->artifact.index && words->count > 0 && is_task_id(words->all[0]);

	if (words->count > names)
		fetch->folder.patterns = words->all + names;
	return words_run(words, names, fetch->run, &fetch->artifact);
}

static int find_one(struct fetch *fetch, const struct words *words)
{
	if (fetch->folder.live || fetch->folder.in_flight)
		return usage_error("--live and --in-flight go with --all");
	return words_artifact(words, words->count, fetch->run, &fetch->artifact);
}

static bool prints_bytes(const struct fetch *fetch)
{
	return !fetch->all && fetch->output && strcmp(fetch->output, "-") == 0;
}

static int find(struct fetch *fetch, const struct words *words, const struct command *command)
{
	size_t most = fetch->object ? 1 : 3;

	if (fetch->json && prints_bytes(fetch))
		return usage_error("--json and -o - both want standard output: one of them");
	if (fetch->all)
		return find_run(fetch, words);
	if (words->count < 1 || words->count > most)
		return words_usage(command->whole_name, command->synopsis);
	if (!fetch->object)
		return find_one(fetch, words);
	fetch->artifact.name = words->all[0];
	return 0;
}

static int download_one(const struct fetch *fetch, const struct session *session)
{
	struct tc_downloaded result = { 0 };
	char *path = NULL;
	int status = fetch_one(fetch, session, &result, &path);

	if (status == 0 && !prints_bytes(fetch))
		status = fetch_tell(fetch, fetch->artifact.name, path, &result);
	free(path);
	return status;
}

static int perform(struct fetch *fetch, const struct session *session)
{
	return fetch->all ? fetch_all(fetch, session) : download_one(fetch, session);
}

static int run_artifact(struct arguments *arguments)
{
	static const struct fetch_command how = { &artifact_download_command, false, find,
		perform };

	return fetch_run(&how, arguments);
}

static int run_object(struct arguments *arguments)
{
	static const struct fetch_command how = { &object_download_command, true, find, perform };

	return fetch_run(&how, arguments);
}

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
	.run = run_artifact,
};

const struct command object_download_command = {
	.name = "download",
	.whole_name = "object download",
	.synopsis = "NAME",
	.summary = "download an object, and compare it with its hashes",
	.details = "As `taskcluster artifact download` does it.",
	.options = object_options,
	.run = run_object,
};
