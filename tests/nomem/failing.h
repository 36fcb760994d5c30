/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_FAILING_H
#define TC_TESTS_FAILING_H

/*
 * A malloc that fails on demand, for the whole process: curl, OpenSSL and yajl included. Under the
 * address sanitizer, which has a malloc of its own, only the library's own calls fail (by the
 * linker's --wrap), and the leak sanitizer watches.
 */

#include <stdbool.h>

/* The n-th allocation from now on fails, once; 0 only counts. Allocations are counted on the
 * calling thread alone. */
void tc_failing_start(long n);

/* Ends it; how many allocations there were, and in *failed whether one failed. */
long tc_failing_stop(bool *failed);

/* Blocks allocated and not freed in the process; 0 where that cannot be told (sanitizer). */
long tc_live_blocks(void);

#endif
