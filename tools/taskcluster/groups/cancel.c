/* SPDX-License-Identifier: MPL-2.0 */

/* `group cancel`: what it is to cancel, the question, and round after round of cancelling. */

#include "tools/taskcluster/commands/group.h"
#include "tools/taskcluster/groups/each.h"
#include "tools/taskcluster/groups/groups.h"
#include "tools/taskcluster/groups/send.h"
#include "tools/taskcluster/groups/tally.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/jobs/picture.h"
#include "tools/taskcluster/jobs/question.h"
#include "tools/taskcluster/jobs/stop.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/text/plain.h"

#include <taskcluster/registry.h>

#include <string.h>
#include <unistd.h>

/* The queue is asked so often what is left; who still creates tasks then will go on. */
#define ROUNDS_MAX 10

/* So many failures are told one by one. */
#define FAILURES_TOLD 20

struct cancel {
	const char *worker_type;
	bool force, dry_run, json;
	/* what becomes of it */
	const char *group_id;
	const struct session *session;
	const struct tc_operation *operation; /* listTaskGroup */
	struct targets found;                 /* in this round */
	struct sending sending;               /* of all rounds */
	bool no_memory;
};

static int take_option(void *data, int id, const char *value)
{
	struct cancel *cancel = data;

	switch (id) {
	case 'w':
		cancel->worker_type = value;
		return 0;
	case 'f':
		cancel->force = true;
		return 0;
	case 'n':
		cancel->dry_run = true;
		return 0;
	default:
		cancel->json = true;
		return 0;
	}
}

/* ---- what is to be cancelled ---- */

static bool has_worker_type(const tc_json *item, const char *wanted)
{
	const char *member = strchr(wanted, '/') ? "/status/taskQueueId" : "/status/workerType";

	return strcmp(task_text(item, member), wanted) == 0;
}

/* Of those that can be cancelled; what failed once is not tried again. */
static bool is_wanted(const struct cancel *cancel, const tc_json *item)
{
	enum tally_state state = tally_find_state(task_text(item, "/status/state"));

	if (state != TALLY_UNSCHEDULED && state != TALLY_PENDING && state != TALLY_RUNNING)
		return false;
	if (cancel->worker_type && *cancel->worker_type &&
		!has_worker_type(item, cancel->worker_type))
		return false;
	return !targets_have(&cancel->sending.failed, task_text(item, "/status/taskId"));
}

static bool take(void *data, const tc_json *item)
{
	struct cancel *cancel = data;

	if (is_wanted(cancel, item) && !targets_add(&cancel->found, item))
		cancel->no_memory = true;
	return !cancel->no_memory;
}

/* Reads the group anew. */
static int find(struct cancel *cancel)
{
	const struct each each = { .session = cancel->session,
		.group_id = cancel->group_id,
		.cancel = cancel->sending.stop,
		.shown = true };
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	targets_free(&cancel->found);
	picture_begin(false);
	int rc = each_task(&each, take, cancel, &err);
	picture_end();
	if (cancel->no_memory)
		status = failure("memory ended");
	else if (rc != TC_OK)
		status = stop_came() ? STATUS_FAILED
				     : job_report(&err, cancel->operation, cancel->session);
	tc_error_clear(&err);
	return status;
}

/* ---- the question ---- */

static int show(const struct cancel *cancel)
{
	struct aside aside;

	if (aside_begin(&aside, cancel->json) != 0)
		return STATUS_FAILED;
	fprintf(aside.out, "The following %zu tasks %s be cancelled:\n", cancel->found.count,
		cancel->dry_run ? "would" : "will");
	for (size_t i = 0; i < cancel->found.count; i++) {
		const struct target *target = &cancel->found.all[i];
		fputs("\tTask ", aside.out);
		plain_print_name(aside.out, target->task_id, strlen(target->task_id));
		fputs(": ", aside.out);
		plain_print_name(aside.out, target->name, target->name_length);
		fputc('\n', aside.out);
	}
	aside_end(&aside);
	return 0;
}

/* The same for programs. */
static int show_json(const struct cancel *cancel)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < cancel->found.count; i++) {
		tc_json_builder *json = target_json(&cancel->found.all[i]);
		status = output_object(json);
	}
	return status;
}

static void print_question(void *data, FILE *out)
{
	(void)data;
	fputs("Are you sure you want to cancel these tasks? [y/n] ", out);
}

static int ask(const struct cancel *cancel, bool *agreed)
{
	const struct question question = { print_question, NULL, cancel->json, false };
	int status = show(cancel);

	return status == 0 ? question_ask(&question, agreed) : status;
}

/* ---- the end ---- */

/* The first line of each, and all of the first one. */
static int tell_failures(const struct cancel *cancel)
{
	const struct sending *sending = &cancel->sending;
	const struct targets *failed = &sending->failed;

	failure("%zu of %zu tasks could not be cancelled:", failed->count,
		failed->count + sending->cancelled);
	for (size_t i = 0; i < failed->count && i < FAILURES_TOLD; i++) {
		const char *error = failed->all[i].error;
		hint("%s: %.*s", failed->all[i].task_id, (int)strcspn(error, "\n"), error);
	}
	if (failed->count > FAILURES_TOLD)
		hint("and %zu more", failed->count - FAILURES_TOLD);
	job_report(&sending->first, tc_find_operation("queue", "cancelTask"), cancel->session);
	return STATUS_FAILED;
}

static int tell_growing(const struct cancel *cancel)
{
	failure("the group still grows: after %d rounds %zu tasks can be cancelled", ROUNDS_MAX,
		cancel->found.count);
	hint("`taskcluster api queue sealTaskGroup %s` lets nobody create more of them.",
		cancel->group_id);
	return STATUS_FAILED;
}

/* ---- all of it ---- */

/* Cancels what was found, and what is found then, until there is none left. */
static int cancel_rounds(struct cancel *cancel)
{
	int status = 0;

	cancel->sending.stop = stop_begin();
	for (int round = 0; status == 0 && cancel->found.count > 0 && round < ROUNDS_MAX; round++) {
		status = send_cancels(&cancel->sending, &cancel->found);
		if (status == 0)
			status = find(cancel);
	}
	if (status == 0 && cancel->found.count > 0)
		status = tell_growing(cancel);
	if (cancel->sending.failed.count > 0)
		status = tell_failures(cancel);
	if (stop_came())
		complain("%zu tasks were cancelled before it was ended", cancel->sending.cancelled);
	stop_end();
	return status;
}

static int cancel_group(struct cancel *cancel)
{
	bool agreed = true;
	int status = find(cancel);

	if (status != 0)
		return status;
	if (cancel->found.count == 0) {
		aside_line(cancel->json, "No suitable tasks found for cancellation.");
		return 0;
	}
	if (cancel->dry_run)
		return cancel->json ? show_json(cancel) : show(cancel);
	if (!cancel->force)
		status = ask(cancel, &agreed);
	if (status == 0 && !agreed)
		aside_line(cancel->json, "Cancellation of tasks aborted.");
	return status == 0 && agreed ? cancel_rounds(cancel) : status;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct cancel *cancel = data;
	struct session session = SESSION_INIT;

	if (!cancel->force && !cancel->dry_run && !isatty(STDIN_FILENO))
		return usage_error("there is no terminal to ask at: -f cancels without asking, -n "
				   "shows what it would cancel");
	cancel->group_id = words->all[0];
	cancel->session = cancel->sending.session = &session;
	cancel->sending.json = cancel->json;
	int status = job_open(&session, arguments, "queue", "listTaskGroup", &cancel->operation);
	if (status == 0)
		status = cancel_group(cancel);
	session_close(&session);
	targets_free(&cancel->found);
	targets_free(&cancel->sending.failed);
	tc_error_clear(&cancel->sending.first);
	return status;
}

int group_cancel(struct arguments *arguments)
{
	static const struct job job = { &group_cancel_command, 1, 1, take_option, perform };
	struct cancel cancel = { 0 };

	return job_run(&job, &cancel, arguments);
}
