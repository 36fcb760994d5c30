/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/sized.h"

#include "tests/harness/test.h"
#include <stdlib.h>
#include <string.h>

/* Gives a struct whose size says `size`, in a block that is exactly so long; its last byte is
 * `last`. */
static void give(struct world *world, const struct tc_sized_case *a_case, size_t size, char last,
	tc_error *err)
{
	char *block = calloc(1, size);

	assert_non_null(block);
	memcpy(block, &size, sizeof size);
	if (last)
		block[size - 1] = last;
	a_case->give(world, block, err);
	free(block);
}

static void is_taken(struct world *world, const struct tc_sized_case *a_case, size_t size)
{
	tc_error err = TC_ERROR_INIT;

	give(world, a_case, size, 0, &err);
	if (*a_case->taken)
		assert_failure(&err, TC_ERROR_ARGUMENT, a_case->taken);
	else
		assert_ok(err.code, &err);
}

void tc_sized_older_are_taken(struct world *world, const struct tc_sized_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t size = sizeof(size_t); size <= cases[i].size; size += sizeof(size_t))
			is_taken(world, &cases[i], size);
}

void tc_sized_newer_must_not_set(
	struct world *world, const struct tc_sized_case *cases, size_t count)
{
	tc_error err = TC_ERROR_INIT;

	for (size_t i = 0; i < count; i++) {
		is_taken(world, &cases[i], cases[i].size + sizeof(size_t));
		is_taken(world, &cases[i], cases[i].size + 13 * sizeof(size_t));
		for (size_t more = sizeof more; more < 100; more += sizeof more) {
			give(world, &cases[i], cases[i].size + more, 1, &err);
			assert_failure(&err, TC_ERROR_ARGUMENT, cases[i].what);
			give(world, &cases[i], cases[i].size + more, 1, &err);
			assert_failure(&err, TC_ERROR_ARGUMENT,
				": the program was built against a newer version");
		}
	}
}

void tc_sized_unset_is_told(struct world *world, const struct tc_sized_case *cases, size_t count)
{
	static const size_t sizes[] = { 0, 4, 12, 1 + 8, SIZE_MAX };
	tc_error err = TC_ERROR_INIT;

	for (size_t i = 0; i < count; i++) {
		char *block = calloc(1, cases[i].size);
		for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
			memcpy(block, &sizes[k], sizeof sizes[k]);
			cases[i].give(world, block, &err);
			assert_failure(&err, TC_ERROR_ARGUMENT, cases[i].init);
		}
		free(block);
	}
}
