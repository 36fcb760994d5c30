/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_SIZED_H
#define TC_TESTS_SIZED_H

/* Structs that begin with their size, given to what reads them: as versions of before had them, as
 * later ones may, and without a size. */

#include <stddef.h>
#include <taskcluster/error.h>

struct world; /* the test's own */

struct tc_sized_case {
	void (*give)(struct world *world, const void *given, tc_error *err);
	size_t size;
	const char *what, *init; /* names, of the argument and of its INIT macro */
	const char *taken;       /* in the TC_ERROR_ARGUMENT of one that is taken, and zero; ""
				    when that is fine */
};

/* From a time when the struct had no member but its size, and each later one. */
void tc_sized_older_are_taken(struct world *world, const struct tc_sized_case *cases, size_t count);

void tc_sized_newer_must_not_set(
	struct world *world, const struct tc_sized_case *cases, size_t count);

void tc_sized_unset_is_told(struct world *world, const struct tc_sized_case *cases, size_t count);

#endif
