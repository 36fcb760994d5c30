/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/groups/tally.h"
#include "tools/taskcluster/groups/each.h"
#include "tools/taskcluster/shared/when.h"

#include <stdio.h>
#include <string.h>

static const char *const names[TALLY_STATES] = { "unscheduled", "pending", "running", "completed",
	"failed", "exception", "other" };

void tally_begin(struct tally *tally, int64_t now_ms)
{
	*tally = (struct tally){ .now_ms = now_ms, .started_ms = now_ms };
}

const char *tally_state_name(enum tally_state state)
{
	return names[state];
}

enum tally_state tally_find_state(const char *name)
{
	int state = 0;

	while (state < TALLY_OTHER && strcmp(names[state], name) != 0)
		state++;
	return (enum tally_state)state;
}

static bool is_resolved(enum tally_state state)
{
	return state == TALLY_COMPLETED || state == TALLY_FAILED || state == TALLY_EXCEPTION;
}

/* The time that a member of a run says; INT64_MAX where it says none. */
static int64_t time_of(const tc_json *run, const char *name)
{
	int64_t ms = INT64_MAX;

	when_ms(tc_json_get(run, name), &ms);
	return ms;
}

/* Keeps it if it runs longer than one of those that are kept. */
static void note_running(struct tally *tally, const tc_json *item, int64_t started_ms)
{
	size_t at = tally->slow_count;

	while (at > 0 && started_ms < tally->slow[at - 1].started_ms)
		at--;
	if (at == TALLY_SLOW_MAX)
		return;
	if (tally->slow_count < TALLY_SLOW_MAX)
		tally->slow_count++;
	memmove(&tally->slow[at + 1], &tally->slow[at],
		(tally->slow_count - at - 1) * sizeof *tally->slow);
	tally->slow[at].started_ms = started_ms;
	snprintf(tally->slow[at].name, sizeof tally->slow[at].name, "%s",
		task_text(item, "/task/metadata/name"));
}

void tally_add(struct tally *tally, const tc_json *item)
{
	enum tally_state state = tally_find_state(task_text(item, "/status/state"));
	const tc_json *runs = tc_json_at(item, "/status/runs");
	size_t count = tc_json_count(runs);
	const tc_json *last = count ? tc_json_item(runs, count - 1) : NULL;
	int64_t first_ms = time_of(tc_json_item(runs, 0), "started");
	int64_t resolved_ms = time_of(last, "resolved");

	tally->counts[state]++;
	if (first_ms < tally->started_ms)
		tally->started_ms = first_ms;
	if (state == TALLY_RUNNING)
		note_running(tally, item, time_of(last, "started"));
	if (is_resolved(state) && resolved_ms != INT64_MAX &&
		resolved_ms >= tally->now_ms - TALLY_RECENT_MS)
		tally->recent++;
}

int64_t tally_total(const struct tally *tally)
{
	int64_t total = 0;

	for (int state = 0; state < TALLY_STATES; state++)
		total += tally->counts[state];
	return total;
}

int64_t tally_left(const struct tally *tally)
{
	int64_t left = 0;

	for (int state = 0; state < TALLY_STATES; state++)
		if (!is_resolved((enum tally_state)state))
			left += tally->counts[state];
	return left;
}

int64_t tally_wrong(const struct tally *tally)
{
	return tally->counts[TALLY_FAILED] + tally->counts[TALLY_EXCEPTION];
}

int64_t tally_left_ms(const struct tally *tally)
{
	int64_t took_ms = tally->now_ms - tally->started_ms;

	if (tally->recent == 0 || took_ms <= 0)
		return -1;
	if (took_ms > TALLY_RECENT_MS)
		took_ms = TALLY_RECENT_MS;
	return tally_left(tally) * took_ms / tally->recent;
}

bool tally_equal(const struct tally *a, const struct tally *b)
{
	return memcmp(a->counts, b->counts, sizeof a->counts) == 0;
}
