/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_LOOP_POST_H
#define TC_RUNTIME_LOOP_POST_H

/* Functions that other threads want to be called on the loop's thread, in their order. */

#include "runtime/src/base/error.h"
#include <stdatomic.h>
#include <taskcluster/loop.h>

struct tc__post;

struct tc__posts {
	_Atomic(struct tc__post *) newest; /* those that were not taken yet, newest first */
	atomic_size_t left;                /* that have not been called */
	struct tc__post *first, *last;     /* taken; of the loop's thread, like the rest of it */
};

void tc__posts_init(struct tc__posts *posts);

/* Calls those that have come by now, until the loop is stopped. */
void tc__posts_call(tc_loop *loop);

/* From now on none is accepted; calls those that are left. */
void tc__posts_close(tc_loop *loop);

#endif
