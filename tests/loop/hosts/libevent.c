/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "residents.h"

int example(int argc, char **argv);
#define main example
#include "examples/loop_libevent.c"
#undef main

static void all_live_under_libevent(void **state)
{
	struct host host = { .base = event_base_new() };
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	struct residents residents;

	(void)state;
	host.timer = evtimer_new(host.base, on_time, &host);
	options.watch = watch;
	options.timer = set_timer;
	options.data = &host;
	host.loop = tc_loop_new(&options, NULL);
	assert_non_null(host.loop);
	residents_move_in(&residents, host.loop);
	while (tc_loop_pending(host.loop))
		event_base_loop(host.base, EVLOOP_ONCE);
	residents_move_out(&residents);
	tc_loop_free(host.loop);
	event_free(host.timer);
	event_base_free(host.base);
	libevent_global_shutdown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_live_under_libevent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
