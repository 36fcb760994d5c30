/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_CANCEL_H
#define TASKCLUSTER_CANCEL_H

/*
 * A way to end calls from elsewhere: another thread, or a signal handler. Name it in the options of
 * a client (then it is for all of its calls) or of a call; fired, it ends what waits with
 * TC_ERROR_CANCELED: calls, and lists, streams and batches of them, at once (within a tenth of a
 * second those of a batch that name another one than its first), and what begins later at its
 * beginning, until it is reset.
 *
 *	static tc_cancel *stop;
 *	static void on_sigint(int number) { (void)number; tc_cancel_fire(stop); }
 *
 *	stop = tc_cancel_new(&err);
 *	options.cancel = stop;
 *	signal(SIGINT, on_sigint);
 *
 * It belongs to whoever made it, and must outlive the clients and calls that name it, and what was
 * made of these calls. Runs on a loop of tc_loop_new are canceled by tc_loop_cancel, which can be
 * called from any thread as well; they look at a tc_cancel only when they begin and before each
 * attempt. One of tc_loop_on is ended as lists and batches are.
 */

#include <taskcluster/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_cancel tc_cancel;

/* Holds one descriptor (two where there is no eventfd). */
TC_API tc_cancel *tc_cancel_new(tc_error *err);

/* From any thread, and from a signal handler: it is one write, and leaves errno alone. */
TC_API void tc_cancel_fire(tc_cancel *cancel);
TC_API bool tc_cancel_fired(const tc_cancel *cancel);

/* As if it had never been fired. From any thread, while nothing waits on it. */
TC_API void tc_cancel_reset(tc_cancel *cancel);

TC_API void tc_cancel_free(tc_cancel *cancel); /* NULL is fine */

#ifdef __cplusplus
}
#endif

#endif
