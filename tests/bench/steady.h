/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_STEADY_H
#define TC_TESTS_STEADY_H

/*
 * A world in which replies come all at once, however busy the machine is: an epoll_wait and a poll
 * in front of the system's, for the program and for libcurl. A look without a time finds nothing,
 * and an epoll_wait ends when as many descriptors are ready as are awaited, or as it has room for.
 * So the same calls take the same way through an event loop each time, and cost the same; Valgrind
 * slows the client, and otherwise many a reply would be there as soon as its request was sent. Not
 * for libcurl's easy interface, which looks without a time at what it has waited for.
 */

#include <stddef.h>

/* So many, from now on; 0: the system's own again. */
void steady_await(size_t descriptors);

#endif
