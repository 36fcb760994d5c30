/* SPDX-License-Identifier: MPL-2.0 */

/* `artifact download`, `object download`. */

#include "tools/taskcluster/artifacts/artifacts.h"
#include "tools/taskcluster/artifacts/fetch.h"

#include <taskcluster/slugid.h>

#include <stdlib.h>
#include <string.h>

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

int artifact_download(struct arguments *arguments)
{
	static const struct fetch_command how = { &artifact_download_command, false, find,
		perform };

	return fetch_run(&how, arguments);
}

int object_download(struct arguments *arguments)
{
	static const struct fetch_command how = { &object_download_command, true, find, perform };

	return fetch_run(&how, arguments);
}
