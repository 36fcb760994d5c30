/* SPDX-License-Identifier: MPL-2.0 */
/* What real stores of the S3 kind were seen to do (docs/artifacts-by-hand.md), from a small server.
 */
#include "tests/harness/test.h"

#include "tests/harness/depot.h"
#include <stdlib.h>

#define SIZE ((size_t)300000)
#define MIB ((size_t)1024 * 1024)

static char *others; /* of the same length */

static void change_silently_at_1(struct depot *depot, size_t number)
{
	if (number != 1)
		return;
	depot->bytes = others;
	depot->etag = NULL;
}

/* SeaweedFS and Versity's gateway are deaf to If-Range: what tells that a part is of something else
 * is its ETag alone. One without is no part of what had one. */
static void a_part_without_its_etag_is_not_taken(void **state)
{
	struct visit visit;

	(void)state;
	others = make_bytes(SIZE, 2);
	for (int face = 0; face < 2; face++) {
		visit_begin(&visit, SIZE);
		visit.on_loop = face;
		visit.depot.cut = 70000;
		visit.depot.cuts = 1;
		visit.depot.deaf = true;
		visit.depot.before = change_silently_at_1;
		visit_succeeds(&visit);
		assert_int_equal(visit.done.restarts, 1);
		visit_end(&visit);
	}
	free(others);
}

/* The state of a partial file does not have the type; the part that follows does. */
static void what_is_gone_on_with_later_has_its_type(void **state)
{
	struct visit visit;

	(void)state;
	visit_begin(&visit, SIZE);
	tc_client *patient = visit.client;
	visit.client = depot_client(&visit.depot, 1);
	visit.depot.cut = 70000;
	visit.depot.cuts = 1;
	visit_fails(&visit, TC_ERROR_NETWORK, "", 2);
	tc_client_free(visit.client);
	visit.client = patient;
	visit_succeeds(&visit);
	assert_int_equal(visit.done.received, SIZE - 70000);
	assert_string_equal(visit.done.content_type, "application/x-test");
	visit_end(&visit);
}

/* The first piece, four for each stream, and none for what is left over. */
static void pieces_are_alike(void **state)
{
	struct visit visit;

	(void)state;
	visit_begin(&visit, 9 * MIB + 5);
	visit.options.ranges = 2;
	visit_succeeds(&visit);
	assert_int_equal(visit.depot.asked, 1 + 2 * 4);
	visit_end(&visit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_part_without_its_etag_is_not_taken),
		cmocka_unit_test(what_is_gone_on_with_later_has_its_type),
		cmocka_unit_test(pieces_are_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
