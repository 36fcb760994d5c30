/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/jobs/words.h"
#include "tools/taskcluster/config/variable.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/shared/uuid.h"

#include <taskcluster/slugid.h>

#include <stdlib.h>

int words_read(
	struct words *words, struct arguments *arguments, words_option_fn *option, void *data)
{
	size_t room = 1;
	int id, status = 0;

	while (arguments->words[room - 1])
		room++;
	*words = (struct words){ .all = calloc(room, sizeof *words->all) };
	if (!words->all)
		return failure("memory ended");
	while (status == 0 && (id = arguments_next(arguments)) != OPTION_END) {
		if (id == 'h')
			words->help = true;
		if (words->help)
			return 0;
		if (id == OPTION_BAD)
			return STATUS_USAGE;
		if (id == OPTION_WORD)
			words->all[words->count++] = arguments->value;
		else
			status = option(data, id, arguments->value);
	}
	return status;
}

void words_free(struct words *words)
{
	free(words->all);
	*words = (struct words){ 0 };
}

int words_usage(const char *command, const char *synopsis)
{
	return usage_error("expected `taskcluster %s%s%s`: see `taskcluster %s --help`", command,
		*synopsis ? " " : "", synopsis, command);
}

/* The environment's task, and of that the run. */
static int of_environment(struct tc_artifact *artifact)
{
	artifact->task_id = variable("TASK_ID");
	if (!artifact->task_id)
		return usage_error("which task? Name it in front, or set TASK_ID, as it is inside "
				   "a task");
	if (!artifact->run_id)
		artifact->run_id = variable("RUN_ID");
	return 0;
}

static int check_run(const char *run)
{
	int64_t number;

	return run ? arguments_number("the run", run, 0, INT32_MAX, &number) : 0;
}

int words_run(
	const struct words *words, size_t names, const char *run, struct tc_artifact *artifact)
{
	int status = 0;

	artifact->run_id = run;
	if (names > 0 && artifact->index)
		return usage_error(
			"--index names the task, and so does \"%s\": one of them", words->all[0]);
	if (names > 1 && run)
		return usage_error(
			"--run names the run, and so does \"%s\": one of them", words->all[1]);
	if (names > 0)
		artifact->task_id = words->all[0];
	else if (!artifact->index)
		status = of_environment(artifact);
	if (names > 1)
		artifact->run_id = words->all[1];
	return status == 0 ? check_run(artifact->run_id) : status;
}

int words_artifact(
	const struct words *words, size_t names, const char *run, struct tc_artifact *artifact)
{
	artifact->name = words->all[names - 1];
	if (!*artifact->name)
		return usage_error("the artifact's name is empty");
	return words_run(words, names - 1, run, artifact);
}

int words_task_id(const char *what, const char *text)
{
	uint8_t uuid[16];

	if (tc_slugid_decode(text, uuid, NULL) == TC_OK && uuid_is_v4(uuid))
		return 0;
	return usage_error("%s is \"%s\"; expected an id of 22 characters, such as "
			   "fN1SbArXTPSVFNUvaOlinQ",
		what, text);
}

int words_expires(const char *text, char date[TC_DATE_SIZE], const char **expires)
{
	struct timespec when;
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	*expires = text;
	if (!text || tc_date_parse(text, &when, NULL) == TC_OK)
		return 0;
	if (!*text || tc_from_now(text, NULL, date, &err) != TC_OK)
		status = usage_error("--expires is \"%s\"; expected a date, such as "
				     "2026-01-31T23:59:59Z, or how long from now, such as \"2 "
				     "days\"",
			text);
	*expires = date;
	tc_error_clear(&err);
	return status;
}
