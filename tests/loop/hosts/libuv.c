/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "residents.h"

int example(int argc, char **argv);
#define main example
#include "examples/loop_libuv.c"
#undef main

static void all_live_under_libuv(void **state)
{
	struct host host = { .uv = uv_default_loop() };
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	struct residents residents;

	(void)state;
	uv_timer_init(host.uv, &host.timer);
	host.timer.data = &host;
	options.watch = watch;
	options.timer = set_timer;
	options.data = &host;
	host.loop = tc_loop_new(&options, NULL);
	assert_non_null(host.loop);
	residents_move_in(&residents, host.loop);
	while (tc_loop_pending(host.loop))
		uv_run(host.uv, UV_RUN_ONCE);
	residents_move_out(&residents);
	tc_loop_free(host.loop);
	uv_close((uv_handle_t *)&host.timer, NULL);
	uv_run(host.uv, UV_RUN_DEFAULT); /* the handles end */
	uv_loop_close(host.uv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_live_under_libuv),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
