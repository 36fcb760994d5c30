/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_LOOP_LOOKUP_H
#define TC_TESTS_LOOP_LOOKUP_H

/*
 * The process's getaddrinfo, libcurl's included: names of the tests are answered by a table, all
 * else by the system's. 127.0.0.1 needs no look-up; only a name shows what they do to a loop.
 *
 *	name.test       127.0.0.1, after 30 ms
 *	two.test        127.0.0.9, where nobody listens, and then 127.0.0.1
 *	slow.test       127.0.0.1, after lookup_slow_ms
 *	none.test       no such name
 */

#include <stddef.h>
#include <stdint.h>

extern _Atomic int64_t lookup_slow_ms; /* 8,000 */

/* Look-ups of names of the tests so far, and those that are under way. */
size_t lookup_count(void);
size_t lookup_under_way(void);

/* The URL with the name in the place of 127.0.0.1, in a buffer that the next call reuses. */
const char *lookup_url(const char *url, const char *name);

#endif
