/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/groups/watch.h"
#include "tools/taskcluster/groups/each.h"
#include "tools/taskcluster/groups/view.h"
#include "tools/taskcluster/jobs/picture.h"
#include "tools/taskcluster/jobs/stop.h"

#include <unistd.h>

/* Between two readings: the first pause, each half as long again while nothing changes, and the
 * longest. A reading that takes long is followed by as long a pause at least. */
#define DELAY_MS 2000
#define DELAY_MAX_MS 30000

/* Times on the terminal go on so often. */
#define DRAW_MS 1000

static int64_t steady_ms(const struct watch *watch)
{
	return tc_client_steady_ms(watch->session->client);
}

/* By the queue's clock. */
static int64_t now_ms(const struct watch *watch)
{
	return tc_client_now_ms(watch->session->client) +
		tc_client_clock_offset_ms(watch->session->client);
}

/* Until --timeout; INT64_MAX without one. */
static int64_t left_ms(const struct watch *watch)
{
	if (!watch->timeout_s)
		return INT64_MAX;
	int64_t left = watch->timeout_s * 1000 - (steady_ms(watch) - watch->begun_ms);
	return left > 0 ? left : 0;
}

static void draw(struct watch *watch)
{
	if (watch->seen)
		view_draw(&watch->tally, watch->group_id, now_ms(watch));
	watch->drawn_ms = steady_ms(watch);
}

/* ---- reading ---- */

struct reading {
	struct watch *watch;
	struct tally tally;
};

static bool take(void *data, const tc_json *item)
{
	struct reading *reading = data;

	tally_add(&reading->tally, item);
	if (steady_ms(reading->watch) - reading->watch->drawn_ms >= DRAW_MS)
		draw(reading->watch);
	return left_ms(reading->watch) > 0;
}

/* The counts are others than those before, which a line tells where nothing is drawn. */
static void take_change(struct watch *watch)
{
	watch->seen = true;
	watch->delay_ms = DELAY_MS;
	if (!watch->lines)
		return;
	picture_hide();
	if (watch->json)
		watch->status = view_json(&watch->tally, watch->group_id);
	else if (tally_total(&watch->tally) > 0)
		view_line(&watch->tally);
	if (ferror(stdout))
		watch->status = STATUS_FAILED; /* which is told at the end */
}

/* A failure that may pass is told once, and is no end once the group was seen. */
static void take_failure(struct watch *watch, const tc_error *err)
{
	if (!watch->seen || !tc_error_may_repeat(err))
		watch->status = job_report(err, watch->operation, watch->session);
	else if (!watch->absent)
		complain("the group cannot be read, and it is tried again: %s", tc_error_text(err));
	watch->absent = true;
}

/* Of one reading: what is left, and 0 where there is no limit. */
static int64_t deadline_ms(const struct watch *watch)
{
	int64_t left = left_ms(watch);

	if (!watch->timeout_s)
		return 0;
	return left > 0 ? left : 1;
}

/* Reads the group anew. */
static void look(struct watch *watch)
{
	struct reading reading = { .watch = watch };
	const struct each each = { .session = watch->session,
		.group_id = watch->group_id,
		.cancel = watch->cancel,
		.deadline_ms = deadline_ms(watch) };
	tc_error err = TC_ERROR_INIT;
	int64_t begun = steady_ms(watch);

	tally_begin(&reading.tally, now_ms(watch));
	int rc = each_task(&each, take, &reading, &err);
	if (rc == TC_OK && left_ms(watch) > 0) {
		bool differs = !watch->seen || !tally_equal(&watch->tally, &reading.tally);
		watch->tally = reading.tally;
		watch->absent = false;
		if (differs)
			take_change(watch);
	} else if (rc != TC_OK && !stop_came() && left_ms(watch) > 0) {
		take_failure(watch, &err);
	}
	int64_t took = steady_ms(watch) - begun;
	if (watch->delay_ms < took)
		watch->delay_ms = took;
	tc_error_clear(&err);
}

/* ---- pausing ---- */

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The next pause, and what the one behind it will be if nothing changes. */
static int64_t next_delay(struct watch *watch)
{
	int64_t delay = watch->delay_ms;

	if (watch->interval_s)
		return watch->interval_s * 1000;
	watch->delay_ms = smaller(delay + delay / 2, DELAY_MAX_MS);
	return delay;
}

/* Whether to go on then. */
static bool pause_between(struct watch *watch)
{
	int64_t until = steady_ms(watch) + smaller(next_delay(watch), left_ms(watch));
	int rc = TC_OK;

	while (rc == TC_OK && steady_ms(watch) < until) {
		draw(watch);
		rc = tc_client_wait(watch->session->client,
			smaller(DRAW_MS, until - steady_ms(watch)), watch->cancel, NULL);
	}
	return rc == TC_OK && left_ms(watch) > 0;
}

/* ---- the end ---- */

static int end_unresolved(const struct watch *watch)
{
	if (!watch->seen)
		return failure(
			"the group could not be read within %lld s", (long long)watch->timeout_s);
	return failure("%lld of %lld tasks are not resolved after %lld s",
		(long long)tally_left(&watch->tally), (long long)tally_total(&watch->tally),
		(long long)watch->timeout_s);
}

static int end_resolved(const struct watch *watch)
{
	int64_t total = tally_total(&watch->tally), wrong = tally_wrong(&watch->tally);

	if (total == 0)
		return failure("the group %s has no tasks", watch->group_id);
	if (wrong == 0)
		return 0;
	failure("%lld of %lld tasks failed or are exceptions", (long long)wrong, (long long)total);
	hint("`taskcluster group list %s -f -e` lists them.", watch->group_id);
	return STATUS_FAILED;
}

static int end(struct watch *watch)
{
	if (watch->status != 0 || stop_came())
		return watch->status;
	if (!watch->lines)
		view_lines(&watch->tally);
	return watch->seen && tally_left(&watch->tally) == 0 ? end_resolved(watch)
							     : end_unresolved(watch);
}

static bool is_over(const struct watch *watch)
{
	if (watch->status != 0 || stop_came() || left_ms(watch) == 0)
		return true;
	return watch->seen && !watch->absent && tally_left(&watch->tally) == 0;
}

int watch_group(struct watch *watch)
{
	watch->begun_ms = steady_ms(watch);
	watch->delay_ms = DELAY_MS;
	watch->cancel = stop_begin();
	bool drawn = picture_begin(false);
	watch->lines = watch->json || !drawn || !isatty(STDOUT_FILENO);
	do
		look(watch);
	while (!is_over(watch) && pause_between(watch));
	picture_end();
	int status = end(watch);
	stop_end();
	return status;
}
