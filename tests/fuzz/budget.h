/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_FUZZ_BUDGET_H
#define TC_TESTS_FUZZ_BUDGET_H

/*
 * Every input has its budget of CPU time: a quarter of a second, and so many nanoseconds for each
 * of its bytes. One that takes more fails its target. The linker puts budget.c in front of every
 * target (--wrap), so that none can do without.
 *
 * A target whose work is more than a few readings of its input sets its own figure; what is linear
 * takes some 10 to 50 ns a byte for each reading, and 10 times that with sanitizers.
 */
extern const unsigned fuzz_budget_ns; /* 5,000 when a target does not define it */

#endif
