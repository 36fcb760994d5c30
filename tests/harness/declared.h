/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_DECLARED_H
#define TC_TESTS_DECLARED_H

/* The public functions as their headers declare them, for tests that must not forget one. */

#include <stdbool.h>

struct tc_declared {
	const char *path; /* the header */
	char name[100];   /* the function */
	const char *text; /* the declaration, without comments */
};

typedef void tc_declared_fn(void *data, const struct tc_declared *declared);

/* Calls `each` for every public function of the library, or of a component ("pulse"); NULL: of the
 * library. */
void tc_declared_each(const char *component, tc_declared_fn *each, void *data);

/* Whether it takes an error to be filled in. */
bool tc_declared_takes_error(const struct tc_declared *declared);

#endif
