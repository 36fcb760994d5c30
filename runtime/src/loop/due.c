/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/loop.h"

/* Whether the loop's own thread has left something that a bell would tell of, if there was one. */
static bool has_mail(const tc_loop *loop)
{
	return loop->client &&
		(atomic_load(&loop->posts.left) != 0 || atomic_load(&loop->wake.wishes));
}

/* By the loop's own clock. */
static int64_t due(const tc_loop *loop)
{
	const struct tc__timer *timer = tc__timers_next(&loop->timers);

	if (loop->landed.first || loop->ended.first || loop->posts.first ||
		atomic_load(&loop->wake.asked) || has_mail(loop) || tc__loop_may_launch(loop))
		return TC__AT_ONCE;
	return timer ? timer->due_ms : TC__NEVER;
}

int64_t tc__loop_delay(const tc_loop *loop)
{
	int64_t due_ms = due(loop);

	if (due_ms == TC__NEVER || due_ms == TC__AT_ONCE)
		return due_ms == TC__NEVER ? -1 : 0;
	int64_t now = tc__pool_now(loop->pool);
	return due_ms > now ? due_ms - now : 0;
}

/* With curl's wishes, for a host, whose time may not be that of the seams. */
static int64_t host_delay(const tc_loop *loop)
{
	int64_t own = tc__loop_delay(loop), curl = tc__pool_due(loop->pool);

	if (own > INT32_MAX) /* many a host has an int */
		own = INT32_MAX;
	if (own > TC__SLICE_MS && tc__time_is_seamed(loop->pool->seams))
		own = TC__SLICE_MS;
	return own < 0 || (curl >= 0 && curl < own) ? curl : own;
}

void tc__loop_arm(tc_loop *loop)
{
	int64_t due_ms = due(loop), curl_ms = tc__pool_due_ms(loop->pool);

	if (!loop->options.timer || loop->inside)
		return;
	if (loop->armed.due_ms == due_ms && loop->armed.curl_ms == curl_ms)
		return;
	loop->armed.due_ms = due_ms;
	loop->armed.curl_ms = curl_ms;
	loop->options.timer(loop->options.data, host_delay(loop));
}

int tc__loop_check_open(const tc_loop *loop, tc_error *err)
{
	if (loop->ending || loop->doomed)
		return tc__fail(err, TC_ERROR_ARGUMENT, "loop is being freed");
	return TC_OK;
}
