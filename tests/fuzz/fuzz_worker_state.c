/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Any bytes as a worker's state file: what is taken out of it is what lines say that are there. The
 * bytes are tried as they are, and as texts of lines (one to a line of the input) with the
 * checksums that they should have, which are read back as they were written.
 */
#include "tests/harness/test.h"

#include "workflows/src/worker/state_types.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static char owner[] = "{\"rootUrl\":null,\"taskQueueId\":\"q\"}";

static struct tc__state *begin(void)
{
	struct tc__state *state = calloc(1, sizeof *state);

	require(state != NULL);
	state->journal = (struct tc__journal)TC__JOURNAL_NONE;
	state->journal.magic = TC__STATE_MAGIC;
	state->journal.place.path = strdup("state");
	state->owner_text = strdup(owner);
	strcpy(state->boot, "boot");
	require(state->journal.place.path && state->owner_text);
	return state;
}

static void check_span(const struct tc__state *state, const struct tc__span *span)
{
	require(!span->length || span->at > 0);
	require(span->at + (off_t)span->length < state->journal.size);
}

static void check(const struct tc__state *state, size_t size)
{
	require(state->journal.size <= (off_t)size);
	if (!state->journal.size)
		require(!state->count && !state->owner.length);
	for (size_t i = 0; i < state->count; i++) {
		const struct tc__state_task *task = &state->tasks[i];
		require(task->left && *task->id && *task->run && task->claim.length > 0);
		check_span(state, &task->claim);
		check_span(state, &task->until);
		check_span(state, &task->settled);
		require(!task->result == !task->settled.length);
		for (size_t j = 0; j < task->processes_count; j++)
			require(task->processes[j].pid > 1);
	}
}

static void end(struct tc__state *state)
{
	free(state->journal.place.path);
	state->journal.place.path = NULL;
	tc__state_close(state);
}

static void try_bytes(const char *bytes, size_t size)
{
	struct tc__state *state = begin();
	char *copy = malloc(size + 1); /* which is written into */
	tc_error err = TC_ERROR_INIT;

	require(copy != NULL);
	memcpy(copy, bytes, size);
	if (tc__journal_parse(&state->journal, copy, size, tc__state_take_line, state, &err) ==
		TC_OK)
		check(state, size);
	else
		require(err.code == TC_ERROR_SYSTEM || err.code == TC_ERROR_ARGUMENT);
	tc_error_clear(&err);
	free(copy);
	end(state);
}

/* Whether it can be a line's text. */
static bool is_text(const char *line, size_t length)
{
	return length > 0 && !memchr(line, '\0', length);
}

static void try_lines(const char *text, size_t size)
{
	struct tc__journal journal = TC__JOURNAL_NONE;
	struct tc__batch batch = { 0 };
	const struct tc__piece first[] = { { "worker ", 7 }, { owner, strlen(owner) } };
	size_t magic = strlen(TC__STATE_MAGIC);

	journal.size = (off_t)magic + 1;
	require(tc__journal_add(&journal, &batch, first, 2, NULL, NULL) == TC_OK);
	for (const char *at = text, *end = text + size; at < end;) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((feed ? feed : end) - at);
		const struct tc__piece piece = { at, length };
		if (is_text(at, length))
			require(tc__journal_add(&journal, &batch, &piece, 1, NULL, NULL) == TC_OK);
		at += length + 1;
	}
	char *whole = malloc(magic + 1 + batch.length);
	require(whole != NULL);
	memcpy(whole, TC__STATE_MAGIC "\n", magic + 1);
	memcpy(whole + magic + 1, batch.bytes, batch.length);
	try_bytes(whole, magic + 1 + batch.length);
	free(whole);
	tc__batch_drop(&batch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_bytes((const char *)data, size);
	try_lines((const char *)data, size);
	return 0;
}
