/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/loop.h"

#include <stdlib.h>

static struct tc__run *run_of(struct tc__passenger *passenger)
{
	return (struct tc__run *)passenger;
}

/* Whoever waits now may be somebody else: what comes next is for the loop's own turn. */
static void on_landed(struct tc__passenger *passenger, int rc, tc_error *failure)
{
	struct tc__run *run = run_of(passenger);
	tc_loop *loop = run->loop;

	run->landed_rc = rc;
	run->err = *failure;
	run->state = TC__RUN_LANDED;
	loop->flying--;
	tc__run_list_append(&loop->landed, run);
}

static void on_unwatched(struct tc__passenger *passenger)
{
	struct tc__run *run = run_of(passenger);

	run->unwatched = true;
	tc__timers_set(&run->loop->timers, &run->timer, TC__AT_ONCE);
}

static bool is_canceled(const void *data)
{
	const struct tc__run *run = data;

	return tc__loop_has_canceled(run->loop, run->entry.id);
}

struct tc__spare {
	struct tc__spare *next;
};

static struct tc__performance *take_spare(tc_loop *loop)
{
	struct tc__spare *spare = loop->spares;

	if (!spare)
		return malloc(sizeof(struct tc__performance));
	loop->spares = spare->next;
	return (void *)spare;
}

void tc__flight_end(tc_loop *loop, struct tc__run *run)
{
	struct tc__spare *spare = (void *)run->performance;

	tc__performance_end(run->performance);
	run->performance = NULL;
	spare->next = loop->spares;
	loop->spares = spare;
}

void tc__flight_drop_spares(tc_loop *loop)
{
	while (loop->spares)
		free(take_spare(loop));
}

static int ensure_performance(struct tc__run *run, tc_error *failure)
{
	const struct tc__terms terms = { run->timeout_ms, run->deadline_ms };

	if (run->performance)
		return TC_OK;
	run->performance = take_spare(run->loop);
	if (!run->performance)
		return tc__fail_nomem(failure);
	tc__performance_begin(
		run->performance, run->call, run->sink, &terms, tc__pool_now(run->loop->pool));
	return TC_OK;
}

static int take_off(tc_loop *loop, struct tc__run *run, tc_error *failure)
{
	struct tc__delivery *delivery = &run->performance->delivery;

	int rc = tc__performance_attempt(run->performance, tc__pool_now(loop->pool), failure);
	if (rc != TC_OK)
		return rc;
	delivery->canceled = is_canceled;
	delivery->canceled_data = run;
	delivery->owner = loop;
	delivery->run = loop->is_private ? 0 : run->entry.id;
	run->passenger = (struct tc__passenger){ .delivery = delivery,
		.sink = run->sink,
		.landed = on_landed,
		.unwatched = on_unwatched };
	rc = tc__pool_send(loop->pool, run->call->client->network, &run->passenger, failure);
	if (rc != TC_OK)
		return rc;
	run->state = TC__RUN_FLYING;
	loop->flying++;
	return TC_OK;
}

void tc__flight_begin(tc_loop *loop, struct tc__run *run)
{
	tc_error failure = TC_ERROR_INIT;
	int rc = ensure_performance(run, &failure);

	if (rc == TC_OK)
		rc = take_off(loop, run, &failure);
	if (rc == TC_OK)
		return;
	loop->flying++; /* as if it had */
	on_landed(&run->passenger, rc, &failure);
}

void tc__flight_break(tc_loop *loop, struct tc__run *run)
{
	tc__pool_break(loop->pool, &run->passenger);
	loop->flying--;
}
