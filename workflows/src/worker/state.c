/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/worker/state.h"

#include "workflows/src/base/text.h"
#include "workflows/src/worker/state_types.h"
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/claim.h>
#include <taskcluster/type.h>

/* The file is written anew when so many bytes of it tell nothing any more, or half of it. */
#define DEAD_MAX ((off_t)256 * 1024)

/* ---- writing it anew ---- */

/* Every line that still counts; NULL: memory ended. */
static struct tc__span **gather(struct tc__state *state, size_t *count, off_t *bytes)
{
	size_t most = 2;

	for (size_t i = 0; i < state->count; i++)
		most += 3 + state->tasks[i].processes_count;
	struct tc__span **spans = malloc(most * sizeof(*spans));
	if (!spans)
		return NULL;
	*count = 0;
	spans[(*count)++] = &state->owner;
	spans[(*count)++] = &state->registered;
	for (size_t i = 0; i < state->count; i++) {
		struct tc__state_task *task = &state->tasks[i];
		spans[(*count)++] = &task->claim;
		spans[(*count)++] = &task->until;
		spans[(*count)++] = &task->settled;
		for (size_t j = 0; j < task->processes_count; j++)
			spans[(*count)++] = &task->processes[j].line;
	}
	*bytes = 0;
	for (size_t i = 0; i < *count; i++)
		*bytes += (off_t)spans[i]->length;
	return spans;
}

static int rewrite(struct tc__state *state, tc_error *err)
{
	size_t count = 0;
	off_t bytes = 0;
	struct tc__span **spans = gather(state, &count, &bytes);

	if (!spans)
		return tc__no_memory(err);
	int rc = tc__journal_rewrite(&state->journal, spans, count, err);
	free(spans);
	state->rewrite_at = state->journal.size + bytes + DEAD_MAX;
	return rc;
}

/* What fails here is told when there is no room for a line. */
static void keep_small(struct tc__state *state)
{
	if (state->journal.size > state->rewrite_at)
		rewrite(state, NULL);
}

/* ---- lines ---- */

#define PIECE(text) \
	{ \
		(text), strlen(text) \
	}

/* "WORD TASK RUN " and what follows. */
static int add_line(const struct tc__state *state, struct tc__batch *batch, const char *word,
	const char *task_id, const char *run_id, const char *rest, struct tc__span *span,
	tc_error *err)
{
	const struct tc__piece pieces[] = { PIECE(word), PIECE(" "), PIECE(task_id), PIECE(" "),
		PIECE(run_id), PIECE(*rest ? " " : ""), PIECE(rest) };

	return tc__journal_add(
		&state->journal, batch, pieces, sizeof pieces / sizeof *pieces, span, err);
}

/* A value's JSON text, which may be secret. */
struct value {
	char *text;
	size_t length;
};

static int write_value(struct value *value, const tc_json *json, tc_error *err)
{
	*value = (struct value){ NULL, 0 };
	if (!json)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "a member of the reply is missing");
	return tc_json_write(json, TC_JSON_COMPACT, &value->text, &value->length, err);
}

static void drop_value(struct value *value)
{
	if (value->text)
		sodium_memzero(value->text, value->length);
	tc_release(value->text);
	*value = (struct value){ NULL, 0 };
}

#define MEMBERS_MAX 3

/* An object of these members of another one, as the JSON at the end of a line that begins with
 * `head`. */
static int add_members(const struct tc__state *state, struct tc__batch *batch, const char *head,
	const tc_json *from, const char *const names[], size_t count, struct tc__span *span,
	tc_error *err)
{
	struct value values[MEMBERS_MAX] = { { NULL, 0 } };
	struct tc__piece pieces[2 + 4 * MEMBERS_MAX];
	size_t used = 0;
	int rc = TC_OK;

	pieces[used++] = (struct tc__piece)PIECE(head);
	for (size_t i = 0; rc == TC_OK && i < count; i++) {
		rc = write_value(&values[i], tc_json_get(from, names[i]), err);
		pieces[used++] = (struct tc__piece)PIECE(i ? ",\"" : "{\"");
		pieces[used++] = (struct tc__piece)PIECE(names[i]);
		pieces[used++] = (struct tc__piece)PIECE("\":");
		pieces[used++] = (struct tc__piece){ values[i].text, values[i].length };
	}
	pieces[used++] = (struct tc__piece)PIECE("}");
	if (rc == TC_OK)
		rc = tc__journal_add(&state->journal, batch, pieces, used, span, err);
	else
		tc__batch_drop(batch);
	for (size_t i = 0; i < count; i++)
		drop_value(&values[i]);
	return rc;
}

#define HEAD_SIZE (2 * TC__STATE_ID_MAX + 32)

static int add_until(const struct tc__state *state, struct tc__batch *batch, const char *task_id,
	const char *run_id, const tc_json *reply, struct tc__span *span, tc_error *err)
{
	static const char *const names[] = { "takenUntil", "credentials" };
	char head[HEAD_SIZE];

	snprintf(head, sizeof head, "until %s %s ", task_id, run_id);
	return add_members(state, batch, head, reply, names, 2, span, err);
}

/* ---- a worker's ---- */

static char *describe(const struct tc__state_owner *owner, tc_error *err)
{
	tc_json_builder *b = tc_json_builder_new();
	const tc_json *json = NULL;
	char *text = NULL, *copy = NULL;

	tc_json_add_object(b);
	tc_json_add_name(b, "rootUrl");
	tc_json_add_string(b, owner->root_url);
	tc_json_add_name(b, "taskQueueId");
	tc_json_add_string(b, owner->task_queue_id);
	tc_json_add_name(b, "workerGroup");
	tc_json_add_string(b, owner->worker_group);
	tc_json_add_name(b, "workerId");
	tc_json_add_string(b, owner->worker_id);
	tc_json_end(b);
	if (tc_json_build(b, &json, err) == TC_OK &&
		tc_json_write(json, TC_JSON_COMPACT, &text, NULL, err) == TC_OK)
		tc__text_copy(&copy, text, err);
	tc_release(text);
	tc_release(json);
	return copy;
}

/* A claim whose second line is not there was never told to anybody. */
static void drop_unfinished(struct tc__state *state)
{
	for (size_t i = state->count; i > 0; i--)
		if (!state->tasks[i - 1].until.length)
			tc__state_forget(state, &state->tasks[i - 1]);
}

static int add_owner(struct tc__state *state, tc_error *err)
{
	struct tc__batch batch = { 0 };
	struct tc__span span;
	const struct tc__piece pieces[] = { PIECE("worker "), PIECE(state->owner_text) };
	int rc = tc__journal_add(&state->journal, &batch, pieces, 2, &span, err);

	if (rc == TC_OK)
		rc = tc__journal_append(&state->journal, &batch, true, err);
	if (rc == TC_OK)
		state->owner = span;
	return rc;
}

static int load(struct tc__state *state, tc_error *err)
{
	int rc = tc__journal_read(&state->journal, tc__state_take_line, state, err);

	if (rc != TC_OK)
		return rc;
	drop_unfinished(state);
	rc = rewrite(state, err);
	return rc == TC_OK && !state->owner.length ? add_owner(state, err) : rc;
}

int tc__state_open(struct tc__state **state, const char *path, const struct tc__state_owner *owner,
	tc_error *err)
{
	struct tc__state *opened = calloc(1, sizeof *opened);

	*state = NULL;
	if (!opened)
		return tc__no_memory(err);
	opened->journal = (struct tc__journal)TC__JOURNAL_NONE;
	tc__process_boot(opened->boot);
	opened->owner_text = describe(owner, err);
	int rc = opened->owner_text ? TC_OK : TC_ERROR_NOMEM;
	if (rc == TC_OK)
		rc = tc__journal_open(&opened->journal, path, TC__STATE_MAGIC, err);
	if (rc == TC_OK)
		rc = load(opened, err);
	if (rc == TC_OK)
		*state = opened;
	else
		tc__state_close(opened);
	return rc;
}

void tc__state_close(struct tc__state *state)
{
	if (!state)
		return;
	tc__journal_close(&state->journal);
	while (state->count > 0)
		tc__state_forget(state, &state->tasks[state->count - 1]);
	free(state->tasks);
	free(state->owner_text);
	free(state);
}

void tc__state_end(struct tc__state *state)
{
	if (state)
		tc__journal_remove(&state->journal);
	tc__state_close(state);
}

/* ---- what was left ---- */

/* Where the JSON of a line begins, behind so many words. */
static const char *after_words(const char *text, int words)
{
	while (words-- > 0 && text) {
		text = strchr(text, ' ');
		if (text)
			text++;
	}
	return text ? text : "";
}

static int read_claim(
	struct tc__state *state, const struct tc__span *span, const tc_json **claim, tc_error *err)
{
	char *text = tc__journal_text(&state->journal, span, err);

	if (!text)
		return err->code;
	const char *json = after_words(text, 3);
	int rc = tc_json_parse(json, strlen(json), claim, err);
	tc__wipe_free(text, span->length);
	return rc;
}

/* What a line ends in, as this type, for tc_release, which wipes it. */
static void *read_secret(struct tc__state *state, const struct tc__span *span, int words,
	const struct tc_type *type, tc_error *err)
{
	char *text = tc__journal_text(&state->journal, span, err);

	if (!text)
		return NULL;
	const char *json = after_words(text, words);
	void *value =
		tc_decode(type, json, strlen(json), TC_DECODE_LENIENT | TC_DECODE_SECRET, err);
	tc__wipe_free(text, span->length);
	return value;
}

static int read_until(struct tc__state *state, const struct tc__span *span,
	struct tc__state_leftover *leftover, tc_error *err)
{
	struct tc_queue_task_reclaim_response *until =
		read_secret(state, span, 3, &tc_queue_task_reclaim_response_type, err);

	if (!until)
		return err->code;
	int rc = tc__text_copy(
		&leftover->taken_until, until->taken_until ? until->taken_until : "", err);
	if (rc == TC_OK)
		leftover->credentials = tc_claim_credentials(&until->credentials, err);
	tc_release(until);
	return rc != TC_OK || leftover->credentials ? rc : err->code;
}

void tc__state_leftover_clear(struct tc__state_leftover *leftover)
{
	tc_release(leftover->claim);
	free(leftover->taken_until);
	tc_credentials_free(leftover->credentials);
	*leftover = (struct tc__state_leftover){ .claim = NULL };
}

size_t tc__state_leftovers(const struct tc__state *state)
{
	size_t count = 0;

	for (size_t i = 0; state && i < state->count; i++)
		count += state->tasks[i].left;
	return count;
}

static struct tc__state_task *first_left(const struct tc__state *state)
{
	for (size_t i = 0; state && i < state->count; i++)
		if (state->tasks[i].left)
			return &state->tasks[i];
	return NULL;
}

int tc__state_leftover(struct tc__state *state, struct tc__state_leftover *leftover, tc_error *err)
{
	struct tc__state_task *task = first_left(state);
	tc_error why = TC_ERROR_INIT;

	*leftover = (struct tc__state_leftover){ .claim = NULL };
	if (!task)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "no task is left of an earlier worker");
	int rc = read_claim(state, &task->claim, &leftover->claim, &why);
	if (rc == TC_OK)
		rc = read_until(state, &task->until, leftover, &why);
	leftover->settled = task->result;
	if (rc == TC_OK)
		task->left = false;
	else
		tc__state_leftover_clear(leftover);
	tc_error_copy(err, &why);
	tc_error_clear(&why);
	return rc;
}

size_t tc__state_kill(struct tc__state *state, const char *task_id, const char *run_id)
{
	const struct tc__state_task *task = state ? tc__state_find(state, task_id, run_id) : NULL;
	size_t killed = 0;

	for (size_t i = 0; task && i < task->processes_count; i++)
		if (task->processes[i].same_boot)
			killed += tc__process_kill(
				task->processes[i].pid, task->processes[i].start, task_id, run_id);
	return killed;
}

/* ---- what happens now ---- */

static int refuse_task(const char *task_id, const char *run_id, const char *what, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_ARGUMENT, "the task %s, run %s, %s",
		task_id ? task_id : "(NULL)", run_id ? run_id : "(NULL)", what);
}

/* Words of a line have no blank; the Queue's ids neither. */
static bool is_id(const char *text)
{
	static const char known[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t length = text ? strlen(text) : 0;

	return length > 0 && length < TC__STATE_ID_MAX && strspn(text, known) == length;
}

/* The claim without what changes, and is secret. */
static int write_claim(struct value *value, const tc_json *claim, tc_error *err)
{
	tc_json_builder *b = tc_json_builder_new();
	const tc_json *kept = NULL;

	tc_json_add_object(b);
	for (size_t i = 0; i < tc_json_count(claim); i++) {
		const char *name = tc_json_text(tc_json_name(claim, i));
		if (strcmp(name, "takenUntil") == 0 || strcmp(name, "credentials") == 0)
			continue;
		tc_json_add_name(b, name);
		tc_json_add_json(b, tc_json_item(claim, i));
	}
	tc_json_end(b);
	int rc = tc_json_build(b, &kept, err);
	if (rc == TC_OK)
		rc = write_value(value, kept, err);
	tc_release(kept);
	return rc;
}

/* The two lines of a claim; *task is filled, and known when they are there. */
static int add_claim(const struct tc__state *state, struct tc__batch *batch, const tc_json *claim,
	struct tc__state_task *task, tc_error *err)
{
	const char *task_id = tc_json_text(tc_json_at(claim, "/status/taskId"));
	const char *run_id = tc_json_text(tc_json_get(claim, "runId"));
	struct value value = { NULL, 0 };

	if (!is_id(task_id) || !is_id(run_id) || tc__state_find(state, task_id, run_id)) {
		tc__batch_drop(batch);
		return refuse_task(task_id, run_id, "cannot be claimed", err);
	}
	*task = (struct tc__state_task){ .left = false };
	snprintf(task->id, sizeof task->id, "%s", task_id);
	snprintf(task->run, sizeof task->run, "%s", run_id);
	int rc = write_claim(&value, claim, err);
	if (rc == TC_OK)
		rc = add_line(
			state, batch, "claim", task_id, run_id, value.text, &task->claim, err);
	else
		tc__batch_drop(batch);
	if (rc == TC_OK)
		rc = add_until(state, batch, task_id, run_id, claim, &task->until, err);
	drop_value(&value);
	return rc;
}

int tc__state_claims(struct tc__state *state, const tc_json *claims, tc_error *err)
{
	size_t count = tc_json_count(claims);
	struct tc__batch batch = { 0 };

	if (!state || !count)
		return TC_OK;
	int rc = tc__state_room(state, count, err);
	for (size_t i = 0; rc == TC_OK && i < count; i++)
		rc = add_claim(state, &batch, tc_json_item(claims, i),
			&state->tasks[state->count + i], err);
	if (rc == TC_OK)
		rc = tc__journal_append(&state->journal, &batch, true, err);
	if (rc != TC_OK)
		return rc;
	state->count += count;
	keep_small(state);
	return TC_OK;
}

int tc__state_renewed(struct tc__state *state, const char *task_id, const char *run_id,
	const tc_json *reply, tc_error *err)
{
	struct tc__batch batch = { 0 };
	struct tc__span span;

	if (!state)
		return TC_OK;
	struct tc__state_task *task = tc__state_find(state, task_id, run_id);
	if (!task)
		return refuse_task(task_id, run_id, "is not known", err);
	int rc = add_until(state, &batch, task_id, run_id, reply, &span, err);
	if (rc == TC_OK)
		rc = tc__journal_append(&state->journal, &batch, true, err);
	if (rc != TC_OK)
		return rc;
	task->until = span;
	keep_small(state);
	return TC_OK;
}

/* The process itself, or others of its group. */
static bool is_there(const struct tc__state_process *process)
{
	uint64_t start = 0;

	return !tc__process_is_gone(process->pid) ||
		(tc__process_start(process->pid, &start, NULL) == TC_OK && start == process->start);
}

/* Forgets those of which nothing is left, so that a task of many commands does not grow. */
static void drop_gone(struct tc__state_task *task)
{
	size_t kept = 0;

	for (size_t i = 0; i < task->processes_count; i++)
		if (task->processes[i].same_boot && is_there(&task->processes[i]))
			task->processes[kept++] = task->processes[i];
	task->processes_count = kept;
}

int tc__state_process(struct tc__state *state, const char *task_id, const char *run_id, int64_t pid,
	tc_error *err)
{
	struct tc__state_process process = { .pid = pid, .same_boot = true };
	struct tc__batch batch = { 0 };
	char rest[64 + TC__BOOT_SIZE];

	if (!state)
		return TC_OK;
	struct tc__state_task *task = tc__state_find(state, task_id, run_id);
	if (!task)
		return refuse_task(task_id, run_id, "is not known", err);
	int rc = tc__process_start(pid, &process.start, err);
	if (rc != TC_OK)
		return rc;
	drop_gone(task);
	rc = tc__state_process_room(task, err);
	if (rc != TC_OK)
		return rc;
	snprintf(rest, sizeof rest, "%" PRId64 " %" PRIu64 " %s", pid, process.start, state->boot);
	rc = add_line(state, &batch, "process", task_id, run_id, rest, &process.line, err);
	if (rc == TC_OK)
		rc = tc__journal_append(&state->journal, &batch, true, err);
	if (rc != TC_OK)
		return rc;
	task->processes[task->processes_count++] = process;
	keep_small(state);
	return TC_OK;
}

int tc__state_settled(
	struct tc__state *state, const char *task_id, const char *run_id, int result, tc_error *err)
{
	struct tc__batch batch = { 0 };
	struct tc__span span;
	char rest[16];

	if (!state)
		return TC_OK;
	struct tc__state_task *task = tc__state_find(state, task_id, run_id);
	if (!task)
		return refuse_task(task_id, run_id, "is not known", err);
	snprintf(rest, sizeof rest, "%d", result);
	int rc = add_line(state, &batch, "settled", task_id, run_id, rest, &span, err);
	if (rc == TC_OK)
		rc = tc__journal_append(&state->journal, &batch, false, err);
	if (rc != TC_OK)
		return rc;
	task->settled = span;
	task->result = result;
	keep_small(state);
	return TC_OK;
}

void tc__state_ended(struct tc__state *state, const char *task_id, const char *run_id)
{
	struct tc__batch batch = { 0 };
	struct tc__state_task *task = state ? tc__state_find(state, task_id, run_id) : NULL;

	if (!task)
		return;
	if (add_line(state, &batch, "ended", task_id, run_id, "", NULL, NULL) == TC_OK)
		tc__journal_append(&state->journal, &batch, false, NULL);
	tc__state_forget(state, task);
	keep_small(state);
}

/* ---- the registration ---- */

int tc__state_registered(
	struct tc__state *state, const tc_json *reply, int64_t now_ms, tc_error *err)
{
	static const char *const names[] = { "credentials", "expires", "secret" };
	struct tc__batch batch = { 0 };
	struct tc__span span;
	char head[48];

	if (!state)
		return TC_OK;
	snprintf(head, sizeof head, "registered %" PRId64 " ", now_ms > 0 ? now_ms : 0);
	int rc = add_members(state, &batch, head, reply, names, 3, &span, err);
	if (rc == TC_OK)
		rc = tc__journal_append(&state->journal, &batch, true, err);
	if (rc != TC_OK)
		return rc;
	state->registered = span;
	state->registered_ms = now_ms;
	keep_small(state);
	return TC_OK;
}

int tc__state_registration(struct tc__state *state,
	struct tc_worker_manager_reregister_worker_response **registration, int64_t *registered_ms,
	tc_error *err)
{
	tc_error why = TC_ERROR_INIT;

	*registration = NULL;
	*registered_ms = 0;
	if (!state || !state->registered.length)
		return TC_OK;
	*registered_ms = state->registered_ms;
	*registration = read_secret(state, &state->registered, 2,
		&tc_worker_manager_reregister_worker_response_type, &why);
	int rc = tc_error_copy(err, &why);
	tc_error_clear(&why);
	return rc;
}
