/* SPDX-License-Identifier: MPL-2.0 */

/* `buildbot log`. */

#include "tools/taskcluster/commands/systems.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/logs/printer.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/systems/buildbot.h"
#include "tools/taskcluster/systems/systems.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES "1000" /* of a piece */
#define PAUSE_MS 1000

struct log {
	struct remote remote;
	char id[BUILD_ID_SIZE];
	const char *step, *name; /* which; NULL: all */
	struct printer printer;  /* of what is no JSON */
	size_t printed;          /* logs */
	size_t steps;            /* that have ended, and whose logs were printed */
	size_t of_steps;         /* logs of the step behind these that were printed */
	bool step_found, over;   /* of the step that was asked for */
};

static int take_option(void *data, int id, const char *value)
{
	struct log *log = data;

	remote_take_option(&log->remote, id, value);
	return 0;
}

/* ---- lines ---- */

/* Puts the lines one behind the other; `skipped`: without the letter in front, which says of which
 * stream a line is. Returns how many they are; *length is what they take. */
static int64_t copy_lines(const tc_json *content, bool skipped, char *out, size_t *length)
{
	const char *at = tc_json_text(content), *end = at + tc_json_text_length(content);
	int64_t lines = 0;

	for (*length = 0; at < end; lines++) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));
		const char *stop = feed ? feed : end;
		if (skipped && at < stop)
			at++;
		memcpy(out + *length, at, (size_t)(stop - at));
		*length += (size_t)(stop - at);
		out[(*length)++] = '\n';
		at = stop + 1;
	}
	return lines;
}

/* A piece of a log; *lines grows by what it has. */
static int print_piece(struct log *log, const tc_json *piece, bool skipped, int64_t *lines)
{
	const tc_json *content = tc_json_get(piece, "content");
	size_t length;
	int status = 0;

	if (tc_json_kind(content) != TC_JSON_STRING)
		return 0;
	char *text = malloc(tc_json_text_length(content) + 1);
	if (!text)
		return failure("memory ended");
	*lines += copy_lines(content, skipped, text, &length);
	if (log->remote.json)
		status = remote_print(&log->remote, piece);
	else
		status = printer_take(&log->printer, text, length);
	free(text);
	return status;
}

/* What there is from a line on, to the end that it has now. */
static int print_lines(struct log *log, const char *id, bool skipped, int64_t *line)
{
	int64_t before;
	int status = 0;

	do {
		struct ask ask = { .function = "getLogContents" };
		const tc_json *reply = NULL;
		char from[24];
		before = *line;
		snprintf(from, sizeof from, "%" PRId64, before);
		ask_with(&ask, "logId", id);
		ask_with(&ask, "offset", from);
		ask_with(&ask, "limit", LINES);
		status = remote_look(&log->remote, &ask, &reply);
		const tc_json *pieces = tc_json_get(reply, "logchunks");
		for (size_t i = 0; status == 0 && i < tc_json_count(pieces); i++)
			status = print_piece(log, tc_json_item(pieces, i), skipped, line);
		tc_release(reply);
	} while (status == 0 && *line > before);
	return status;
}

/* A log by its number, to its end, however long that takes, while somebody reads. */
static int print_log(struct log *log, const tc_json *about)
{
	const char *id = tc_json_text(tc_json_get(about, "logid"));
	const char *type = tc_json_text(tc_json_get(about, "type"));
	struct ask ask = { .function = "getLog" };
	bool over = tc_json_true(tc_json_get(about, "complete"));
	bool skipped = type && strcmp(type, "s") == 0;
	int64_t line = 0;
	int status = print_lines(log, id, skipped, &line);

	ask_with(&ask, "logId", id);
	while (status == 0 && !over && !printer_is_unread(&log->printer)) {
		const tc_json *reply = NULL;
		buildbot_pause(PAUSE_MS);
		status = remote_get(&log->remote, &ask, NULL, &reply);
		over = tc_json_true(tc_json_at(reply, "/logs/0/complete"));
		tc_release(reply);
		if (status == 0)
			status = print_lines(log, id, skipped, &line);
	}
	return status;
}

/* ---- logs of steps ---- */

static bool is_wanted(const struct log *log, const tc_json *about)
{
	const char *name = tc_json_text(tc_json_get(about, "name"));
	const char *slug = tc_json_text(tc_json_get(about, "slug"));

	return !log->name || (name && strcmp(name, log->name) == 0) ||
		(slug && strcmp(slug, log->name) == 0);
}

/* Those of a step that were not printed yet. */
static int print_logs(struct log *log, const tc_json *step)
{
	struct ask ask = { .function = "listBuildStepLogs" };
	const tc_json *reply = NULL;

	ask_with(&ask, "buildId", log->id);
	ask_with(&ask, "step", tc_json_text(tc_json_get(step, "number")));
	int status = remote_get(&log->remote, &ask, NULL, &reply);
	const tc_json *logs = tc_json_get(reply, "logs");
	for (; status == 0 && log->of_steps < tc_json_count(logs); log->of_steps++) {
		const tc_json *about = tc_json_item(logs, log->of_steps);
		if (!is_wanted(log, about))
			continue;
		if (!log->remote.json)
			complain("step %s %s: %s", remote_text(tc_json_get(step, "number")),
				remote_text(tc_json_get(step, "name")),
				remote_text(tc_json_get(about, "name")));
		log->printed++;
		printer_begin(&log->printer);
		status = print_log(log, about);
	}
	tc_release(reply);
	return status;
}

static bool is_step(const struct log *log, const tc_json *step)
{
	const char *name = tc_json_text(tc_json_get(step, "name"));
	const char *number = tc_json_text(tc_json_get(step, "number"));

	return !log->step || (name && strcmp(name, log->step) == 0) ||
		(number && strcmp(number, log->step) == 0);
}

/* Goes on where it was: at the first step that had not ended. */
static int print_steps(struct log *log, const tc_json *steps)
{
	int status = 0;

	for (; status == 0 && !log->over && log->steps < tc_json_count(steps);
		log->steps++, log->of_steps = 0) {
		const tc_json *step = tc_json_item(steps, log->steps);
		/* whether it has ended is what was told before its logs were looked for */
		if (is_step(log, step)) {
			log->step_found = log->step != NULL;
			status = print_logs(log, step);
			log->over = log->step_found && tc_json_true(tc_json_get(step, "complete"));
		}
		if (!tc_json_true(tc_json_get(step, "complete")))
			break;
	}
	return status;
}

/* Until the build has ended, or the step that was asked for. */
static int look(struct log *log, bool *over)
{
	const tc_json *reply = NULL, *build, *more = NULL, *steps = NULL;
	int status = buildbot_get(&log->remote, log->id, &reply, &build);

	if (status == 0)
		status = buildbot_steps(&log->remote, log->id, &more, &steps);
	if (status == 0)
		status = print_steps(log, steps);
	*over = log->over || tc_json_true(tc_json_get(build, "complete"));
	tc_release(reply);
	tc_release(more);
	return status;
}

static int print_build(struct log *log)
{
	bool over = false;
	int status = look(log, &over);

	while (status == 0 && !over && !printer_is_unread(&log->printer)) {
		buildbot_pause(PAUSE_MS);
		status = look(log, &over);
	}
	if (status != 0 || log->printed > 0)
		return status;
	if (log->step && !log->step_found)
		return failure("the build %s has no step %s", log->id, log->step);
	if (log->name)
		return failure("the build %s has no log %s there", log->id, log->name);
	complain("there is no log");
	return 0;
}

static int print_chosen(struct log *log, const char *word)
{
	int status = printer_open(&log->printer);

	if (status == 0)
		status = buildbot_choose(&log->remote, word, log->id);
	if (status == 0)
		status = print_build(log);
	printer_close(&log->printer);
	return status;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct log *log = data;
	int status = remote_open(&log->remote, arguments, "getLogContents");

	log->step = words->count > 1 ? words->all[1] : NULL;
	log->name = words->count > 2 ? words->all[2] : NULL;
	if (status == 0)
		status = print_chosen(log, words->all[0]);
	remote_close(&log->remote);
	return status;
}

int buildbot_log(struct arguments *arguments)
{
	static const struct job job = { &buildbot_log_command, 1, 3, take_option, perform };
	struct log log = { .remote.service = "buildbot" };

	return job_run(&job, &log, arguments);
}
