/* SPDX-License-Identifier: MPL-2.0 */
/* Who descends from a keeper, in views of /proc as a fork bomb makes them. */
#include "tests/harness/test.h"

#include "tools/worker/process/descent.h"

#define KEEPER 300
#define BEGUN 100 /* when it was */

/* One of a view; `ours` is what has to come out. */
struct seen {
	pid_t pid, parent;
	uint64_t start;
	bool ours;
};

#define assert_view(...) \
	assert_relations((const struct seen[]){ __VA_ARGS__ }, \
		sizeof((const struct seen[]){ __VA_ARGS__ }) / sizeof(struct seen))

static void assert_relations(const struct seen *view, size_t count)
{
	struct kin all[20] = { { .pid = 0 } };

	assert_in_range(count, 1, 20);
	for (size_t i = 0; i < count; i++)
		all[i] = (struct kin){
			.pid = view[i].pid, .parent = view[i].parent, .start = view[i].start
		};
	descent_relate(all, count, KEEPER, BEGUN);
	for (size_t i = 0; i < count; i++) {
		if ((all[i].relation == OURS) != view[i].ours)
			fail_msg("%d, child of %d: %s", (int)view[i].pid, (int)view[i].parent,
				view[i].ours ? "is not taken for a descendant"
					     : "is taken for a descendant");
	}
}

static void children_of_children(void **state)
{
	(void)state;
	assert_view({ 1, 0, 1, false }, { 200, 1, 50, false }, { KEEPER, 200, BEGUN, false },
		{ 301, KEEPER, 101, true }, { 302, 301, 102, true }, { 303, 302, 103, true },
		{ 400, 200, 104, false }, { 401, 400, 105, false });
}

/* A descendant's number can be below those of the keeper's ancestors, and it is asked before them:
 * that it is one says nothing of who is above the keeper. */
static void numbers_that_went_round(void **state)
{
	(void)state;
	assert_view({ 1, 0, 1, false }, { 20, KEEPER, 900, true }, { 21, 20, 901, true },
		{ 150, 1, 50, false }, { 200, 150, 60, false }, { KEEPER, 200, BEGUN, false });
}

/* The same, where they all began within one tick. */
static void ancestors_of_the_same_age(void **state)
{
	(void)state;
	assert_view({ 1, 0, 1, false }, { 20, KEEPER, BEGUN, true }, { 21, 20, BEGUN, true },
		{ 150, 1, BEGUN, false }, { 200, 150, BEGUN, false }, { KEEPER, 200, BEGUN, false },
		{ 301, KEEPER, BEGUN, true }, { 302, 200, BEGUN, false },
		{ 303, 302, BEGUN, false });
}

/* 250's parent ended when 250 had been read, and one of ours has its number since. */
static void parents_number_used_again(void **state)
{
	(void)state;
	assert_view({ 1, 0, 1, false }, { 200, 1, 50, false }, { 250, 310, 150, false },
		{ KEEPER, 200, BEGUN, false }, { 310, KEEPER, 200, true }, { 320, 310, 201, true });
}

/* Each has the number of the other's parent; nobody above them is known. */
static void rings(void **state)
{
	(void)state;
	assert_view({ 1, 0, 1, false }, { 20, 21, 500, false }, { 21, 22, 500, false },
		{ 22, 20, 500, false }, { 200, 1, 50, false }, { KEEPER, 200, BEGUN, false },
		{ 310, KEEPER, 501, true }, { 311, 999, 502, false });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(children_of_children),
		cmocka_unit_test(numbers_that_went_round),
		cmocka_unit_test(ancestors_of_the_same_age),
		cmocka_unit_test(parents_number_used_again),
		cmocka_unit_test(rings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
