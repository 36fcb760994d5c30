/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "residents.h"

int example(int argc, char **argv);
#define main example
#include "examples/loop_epoll.c"
#undef main

static void all_live_under_epoll(void **state)
{
	struct host host = { .epoll = epoll_create1(EPOLL_CLOEXEC), .due_ms = -1 };
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	struct residents residents;

	(void)state;
	options.watch = watch;
	options.timer = set_timer;
	options.data = &host;
	tc_loop *loop = tc_loop_new(&options, NULL);
	assert_non_null(loop);
	residents_move_in(&residents, loop);
	run(&host, loop);
	residents_move_out(&residents);
	tc_loop_free(loop);
	close(host.epoll);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_live_under_epoll),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
