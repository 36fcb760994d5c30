/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/worker/state_types.h"

#include "workflows/src/base/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of a line that its checksum says is as it was written. */
static int refuse(const struct tc__state *state, const char *what, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_SYSTEM,
		"%s has a line that this version does not know: %s; once nothing of it is needed "
		"it can be removed",
		state->journal.place.path, what);
}

/* ---- words ---- */

/* The next word of the line, which is cut out of it; NULL: there is none. */
static char *take_word(char **rest)
{
	char *word = *rest;

	if (!word)
		return NULL;
	char *blank = strchr(word, ' ');
	*rest = blank ? blank + 1 : NULL;
	if (blank)
		*blank = '\0';
	return *word ? word : NULL;
}

static bool take_number(char **rest, int64_t *number)
{
	const char *word = take_word(rest);
	char *end = NULL;

	if (!word)
		return false;
	errno = 0;
	*number = strtoll(word, &end, 10);
	return errno == 0 && !*end && *word >= '0' && *word <= '9';
}

static bool fits(const char *word)
{
	return word && strlen(word) < TC__STATE_ID_MAX;
}

struct key {
	const char *task_id, *run_id;
};

static bool take_key(char **rest, struct key *key)
{
	key->task_id = take_word(rest);
	key->run_id = take_word(rest);
	return fits(key->task_id) && fits(key->run_id);
}

/* ---- lines ---- */

/* The texts are compared: the same owner is always written in the same way. */
static int take_worker(
	struct tc__state *state, char *rest, const struct tc__span *span, tc_error *err)
{
	if (!rest)
		return refuse(state, "worker", err);
	if (strcmp(rest, state->owner_text) != 0)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"%s belongs to the worker %s; expected that of %s",
			state->journal.place.path, rest, state->owner_text);
	state->owner = *span;
	return TC_OK;
}

static int take_claim(
	struct tc__state *state, char *rest, const struct tc__span *span, tc_error *err)
{
	struct key key;

	if (!take_key(&rest, &key) || !rest || tc__state_find(state, key.task_id, key.run_id))
		return refuse(state, "claim", err);
	struct tc__state_task *task = tc__state_add(state, key.task_id, key.run_id, err);
	if (!task)
		return TC_ERROR_NOMEM;
	task->claim = *span;
	task->left = true;
	return TC_OK;
}

static int take_until(struct tc__state_task *task, char *rest, const struct tc__span *span)
{
	if (!rest)
		return TC_ERROR_SYSTEM;
	task->until = *span;
	return TC_OK;
}

static int take_process(const struct tc__state *state, struct tc__state_task *task, char *rest,
	const struct tc__span *span, tc_error *err)
{
	int64_t pid = 0, start = 0;

	if (!take_number(&rest, &pid) || !take_number(&rest, &start) || pid < 2 || !rest)
		return TC_ERROR_SYSTEM;
	if (tc__state_process_room(task, err) != TC_OK)
		return TC_ERROR_NOMEM;
	task->processes[task->processes_count++] = (struct tc__state_process){ .pid = pid,
		.start = (uint64_t)start,
		.same_boot = strcmp(rest, state->boot) == 0,
		.line = *span };
	return TC_OK;
}

static int take_settled(struct tc__state_task *task, char *rest, const struct tc__span *span)
{
	int64_t result = 0;

	if (!take_number(&rest, &result) || rest || result < 1 || result > 100)
		return TC_ERROR_SYSTEM;
	task->result = (int)result;
	task->settled = *span;
	return TC_OK;
}

static int take_registered(
	struct tc__state *state, char *rest, const struct tc__span *span, tc_error *err)
{
	int64_t ms = 0;

	if (!take_number(&rest, &ms) || !rest)
		return refuse(state, "registered", err);
	state->registered = *span;
	state->registered_ms = ms;
	return TC_OK;
}

/* What is said of a task that was claimed. One that is not known has ended: power may have taken
 * its claim, and not what came right after it. */
static int take_of_task(struct tc__state *state, const char *word, char *rest,
	const struct tc__span *span, tc_error *err)
{
	struct key key;
	int rc = TC_ERROR_SYSTEM;

	if (!take_key(&rest, &key))
		return refuse(state, word, err);
	struct tc__state_task *task = tc__state_find(state, key.task_id, key.run_id);
	if (!task)
		return TC_OK;
	if (strcmp(word, "until") == 0)
		rc = take_until(task, rest, span);
	else if (strcmp(word, "process") == 0)
		rc = take_process(state, task, rest, span, err);
	else if (strcmp(word, "settled") == 0)
		rc = take_settled(task, rest, span);
	else if (strcmp(word, "ended") == 0 && !rest) {
		tc__state_forget(state, task);
		rc = TC_OK;
	}
	return rc == TC_ERROR_SYSTEM ? refuse(state, word, err) : rc;
}

int tc__state_take_line(void *data, char *text, const struct tc__span *span, tc_error *err)
{
	struct tc__state *state = data;
	char *rest = text;
	const char *word = take_word(&rest);

	if (!word)
		return refuse(state, "", err);
	if (strcmp(word, "worker") == 0)
		return take_worker(state, rest, span, err);
	if (!state->owner.length) /* it is the first of all, and written with them */
		return refuse(state, word, err);
	if (strcmp(word, "registered") == 0)
		return take_registered(state, rest, span, err);
	if (strcmp(word, "claim") == 0)
		return take_claim(state, rest, span, err);
	return take_of_task(state, word, rest, span, err);
}
