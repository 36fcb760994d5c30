/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_FAILING_H
#define TC_TESTS_FAILING_H

/*
 * A malloc that fails on demand, for the whole process: curl, OpenSSL and yajl included. Under the
 * address sanitizer, which has a malloc of its own, only the library's own calls fail (by the
 * linker's --wrap), and the leak sanitizer watches.
 */

#include <stdbool.h>
#include <taskcluster/error.h>

/* The n-th allocation from now on fails, once; 0 only counts. Allocations are counted on the
 * calling thread alone. */
void tc_failing_start(long n);

/* The n-th fails, and so do all that follow. */
void tc_failing_start_for_good(long n);

/* Ends it; how many allocations there were, and in *failed whether one failed. */
long tc_failing_stop(bool *failed);

/* Blocks allocated and not freed in the process; 0 where that cannot be told (sanitizer). */
long tc_live_blocks(void);

/*
 * Runs the work with the first, second, third… allocation failing, alone and then for good, until
 * the work succeeds. Each failure must be TC_ERROR_NOMEM and leave no block behind. Returns how
 * many allocations the work makes.
 */
long tc_failing_each(int (*work)(void *data, tc_error *err), void *data);

/*
 * The same for work in which other libraries allocate, such as OpenSSL: they may do without, and
 * need not say that it was memory, so TC_OK and TC_ERROR_SYSTEM are fine, too. What they keep for
 * good the first time is no leak. OpenSSL must have been used before: it never recovers when its
 * own start runs out of memory.
 */
long tc_failing_each_with_libraries(int (*work)(void *data, tc_error *err), void *data);

/* Searches every block that is freed from now on for a text, which must live as long; NULL ends the
 * search. Returns whether the text was found since the last call. */
bool tc_failing_search(const char *text);

/* Whether blocks and what they hold can be seen: not under the sanitizer. */
bool tc_failing_sees_blocks(void);

#endif
