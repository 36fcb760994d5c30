/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_CUTTER_H
#define TC_TESTS_CUTTER_H

/* A way to a server on loopback on which connections break: the first so many of them after a
 * number of bytes that came from the server, heads included. */

#include <stddef.h>

struct tc_cutter;

/* To the server at a port; after[n] is what comes by connection n (0: all of it), and all comes by
 * those behind the last. `after` must live as long. Stops the test when it cannot. */
struct tc_cutter *tc_cutter_start(int port, const size_t *after, size_t count);
int tc_cutter_port(const struct tc_cutter *cutter);
size_t tc_cutter_cuts(struct tc_cutter *cutter); /* so far */
void tc_cutter_stop(struct tc_cutter *cutter);   /* NULL is fine */

#endif
