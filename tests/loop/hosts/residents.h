/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_LOOP_RESIDENTS_H
#define TC_TESTS_LOOP_RESIDENTS_H

/* Who lives on a loop beside runs: timers, a descriptor, and another thread that posts. Here under
 * the hosts of the examples, whose main is not called. */

#include <pthread.h>
#include <taskcluster/loop.h>

struct residents {
	tc_loop *loop;
	int pipe[2];
	pthread_t thread;
	int timers, bytes, posts;
};

void residents_move_in(struct residents *residents, tc_loop *loop);

/* When nothing is left on the loop: each has come as often as it should. */
void residents_move_out(struct residents *residents);

#endif
