/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_GROWTH_H
#define TC_TESTS_GROWTH_H

/* Whether work grows no faster than what it is given: a text that is chosen to be slow must not be
 * slower than its length. bench_growth measures exactly; here a machine may be busy. */

#include <stddef.h>

/* Does the work once for an input of this size; what it prepares is not measured when it is done
 * before growth_begin(). */
typedef void growth_work(size_t size);

/* The measure begins here; without it, at the beginning. */
void growth_begin(void);

/* Stops the test unless 8 times the size takes less than 24 times the CPU time (with the square it
 * would be 64). `size` is the smaller one, at which the work should take some milliseconds. */
#define assert_linear(work, size) growth_assert((work), (size), #work, __FILE__, __LINE__)
void growth_assert(growth_work *work, size_t size, const char *what, const char *file, int line);

#endif
