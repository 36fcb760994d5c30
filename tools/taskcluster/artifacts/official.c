/* SPDX-License-Identifier: MPL-2.0 */

/* `download artifact` and `download object`: the arguments and the lines of the official client,
 * https://github.com/taskcluster/taskcluster, clients/client-shell/cmds/download. */

#include "tools/taskcluster/artifacts/artifacts.h"
#include "tools/taskcluster/artifacts/fetch.h"
#include "tools/taskcluster/shared/when.h"
#include "tools/taskcluster/text/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As Go writes a duration: "41ms", "1.5s", "2m3.25s", "1h0m0s". */
static void print_duration(FILE *out, int64_t ms)
{
	int64_t minutes = ms / 60000;
	char fraction[8];

	if (ms < 1000) {
		fprintf(out, "%dms", (int)ms);
		return;
	}
	if (minutes >= 60)
		fprintf(out, "%lldh", (long long)(minutes / 60));
	if (minutes > 0)
		fprintf(out, "%dm", (int)(minutes % 60));
	snprintf(fraction, sizeof fraction, ".%03d", (int)(ms % 1000));
	for (size_t end = strlen(fraction); end > 0 && strchr(".0", fraction[end - 1]); end--)
		fraction[end - 1] = '\0';
	fprintf(out, "%d%ss", (int)(ms / 1000 % 60), fraction);
}

static void print_text(FILE *out, const char *text)
{
	plain_print_name(out, text, strlen(text));
}

static void print_begin(FILE *out, const struct fetch *fetch)
{
	fputs("Downloading `", out);
	print_text(out, fetch->artifact.name);
	fputs("`", out);
	if (!fetch->object && fetch->artifact.run_id)
		fprintf(out, " from run %s", fetch->artifact.run_id);
	else if (!fetch->object)
		fputs(" from latest run", out);
	if (!fetch->object) {
		fputs(" of task ", out);
		print_text(out, fetch->artifact.task_id);
	}
	fputs(" to `", out);
	print_text(out, fetch->output);
	fputs("`\n", out);
	fflush(out);
}

static void print_end(FILE *out, const struct tc_downloaded *result, int64_t took_ms)
{
	const char *type = *result->content_type ? result->content_type : "no told type";

	fprintf(out, "Downloaded %lld bytes of type ", (long long)result->length);
	print_text(out, type);
	fputs(" in ", out);
	print_duration(out, took_ms);
	fputs(" (including API calls)\n", out);
}

static int download(struct fetch *fetch, const struct session *session)
{
	/* where the bytes go to standard output the lines do not */
	FILE *out = strcmp(fetch->output, "-") == 0 ? stderr : stdout;
	struct tc_downloaded result = { 0 };
	int64_t began_ms = when_steady_ms();
	char *path = NULL;

	bool quiet = fetch->quiet || (out == stderr && report_is_json());
	if (!quiet)
		print_begin(out, fetch);
	int status = fetch_one(fetch, session, &result, &path);
	if (status == 0 && !quiet)
		print_end(out, &result, when_steady_ms() - began_ms);
	free(path);
	return status;
}

/* What the words are: the last is FILE, before it the artifact or object. */
static int find(struct fetch *fetch, const struct words *words, const struct command *command)
{
	size_t least = fetch->object ? 2 : 3, most = fetch->object ? 2 : 4;

	if (words->count < least || words->count > most)
		return words_usage(command->whole_name, command->synopsis);
	fetch->output = words->all[words->count - 1];
	if (!fetch->object)
		return words_artifact(words, words->count - 1, NULL, &fetch->artifact);
	fetch->artifact.name = words->all[0];
	return 0;
}

int download_artifact(struct arguments *arguments)
{
	static const struct fetch_command how = { &download_artifact_command, false, find,
		download };

	return fetch_run(&how, arguments);
}

int download_object(struct arguments *arguments)
{
	static const struct fetch_command how = { &download_object_command, true, find, download };

	return fetch_run(&how, arguments);
}
