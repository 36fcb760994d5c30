/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/loop.h"

#include <stdlib.h>

/* A timer of the loop's user. */
struct alarm {
	struct tc__timer timer; /* first: it is what expires */
	struct tc__entry entry; /* its number */
	tc_timer_fn *on_timer;
	tc_timer_fn *on_end; /* instead, with the loop's end; NULL */
	void *data;
};

static struct alarm *alarm_of(struct tc__entry *entry)
{
	return entry ? (struct alarm *)((char *)entry - offsetof(struct alarm, entry)) : NULL;
}

static void end(tc_loop *loop, struct alarm *alarm)
{
	tc__timers_unset(&loop->timers, &alarm->timer);
	tc__table_remove(&loop->alarms, &alarm->entry);
	free(alarm);
}

static void expire(tc_loop *loop, struct tc__timer *timer, int64_t now_ms)
{
	struct alarm *alarm = (struct alarm *)timer;
	tc_timer_fn *on_timer = alarm->on_timer;
	void *data = alarm->data;
	uint64_t id = alarm->entry.id;

	(void)now_ms;
	end(loop, alarm); /* first: the callback may set another */
	on_timer(data, id);
}

static struct alarm *begin(tc_loop *loop)
{
	struct alarm *alarm = calloc(1, sizeof *alarm);

	if (!alarm)
		return NULL;
	alarm->timer.expire = expire;
	alarm->timer.id = alarm->entry.id = loop->last_id + 1;
	if (!tc__loop_reserve_timer(loop) || !tc__table_add(&loop->alarms, &alarm->entry)) {
		free(alarm);
		return NULL;
	}
	loop->last_id++;
	return alarm;
}

int tc_loop_timer_or_end(tc_loop *loop, int64_t delay_ms, tc_timer_fn *on_timer,
	tc_timer_fn *on_end, void *data, uint64_t *timer, tc_error *err)
{
	tc_error_clear(err);
	if (timer)
		*timer = 0;
	if (!loop || !on_timer)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", loop ? "on_timer" : "loop");
	if (delay_ms < 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "delay_ms is %lld", (long long)delay_ms);
	int rc = tc__loop_check_open(loop, err);
	if (rc != TC_OK)
		return rc;
	struct alarm *alarm = begin(loop);
	if (!alarm)
		return tc__fail_nomem(err);
	alarm->on_timer = on_timer;
	alarm->on_end = on_end;
	alarm->data = data;
	tc__timers_set(&loop->timers, &alarm->timer, tc__later(tc__pool_now(loop->pool), delay_ms));
	if (timer)
		*timer = alarm->entry.id;
	tc__loop_arm(loop);
	return TC_OK; /* NOLINT(clang-analyzer-unix.Malloc): the loop has the alarm */
}

int tc_loop_timer(tc_loop *loop, int64_t delay_ms, tc_timer_fn *on_timer, void *data,
	uint64_t *timer, tc_error *err)
{
	return tc_loop_timer_or_end(loop, delay_ms, on_timer, NULL, data, timer, err);
}

bool tc_loop_timer_cancel(tc_loop *loop, uint64_t timer)
{
	struct alarm *alarm = loop ? alarm_of(tc__table_find(&loop->alarms, timer)) : NULL;

	if (!alarm)
		return false;
	end(loop, alarm);
	tc__loop_arm(loop);
	return true;
}

/* Each is taken out before it is told, which may take out others. */
void tc__alarms_end(tc_loop *loop)
{
	struct tc__timer *timer;

	while ((timer = tc__timers_next(&loop->timers))) {
		struct alarm alarm = *(struct alarm *)timer;
		end(loop, (struct alarm *)timer);
		if (alarm.on_end)
			alarm.on_end(alarm.data, alarm.entry.id);
	}
}
