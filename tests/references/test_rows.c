/* SPDX-License-Identifier: MPL-2.0 */
/* The release's own references, read at run time, say what the generated rows say: each function,
 * exchange, word, rule of a type, and where its values lie in a struct. */
#include "tests/references/bundle.h"
#include "tests/references/same.h"

#include "tests/harness/test.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/references.h>
#include <taskcluster/registry.h>

/* Of the services that the tree is of, nothing is missing, and nothing is there besides. */
static void check_all(const tc_references *references)
{
	struct same_counts counts = { 0 };
	size_t count = 0, builtin = 0, own = 0;
	const struct tc_service *const *services = tc_references_services(references, &count);
	const struct tc_service *const *all = tc_services(&builtin);

	for (size_t i = 0; i < count; i++) {
		const struct tc_service *known = tc_find_service(services[i]->name);
		assert_non_null(known);
		same_service(known, services[i], &counts);
		assert_true(i == 0 || strcmp(services[i - 1]->name, services[i]->name) < 0);
	}
	for (size_t i = 0; i < builtin; i++)
		own += !all[i]->base_url && !all[i]->conventions;
	assert_int_equal(counts.services, own);
	assert_true(counts.operations > 150 && counts.exchanges > 15 && counts.types > 800);
	print_message("%zu services, %zu functions, %zu exchanges, %zu types\n", counts.services,
		counts.operations, counts.exchanges, counts.types);
}

static void a_tree_gives_the_rows_of_the_library(void **state)
{
	tc_error err = TC_ERROR_INIT;
	tc_references *references = NULL;

	(void)state;
	assert_ok(tc_references_read(BUNDLE_TREE, NULL, &references, &err), &err);
	check_all(references);
	assert_string_equal(tc_references_release(references), tc_find_service("queue")->release);
	tc_references_free(references);
}

static void a_bundle_gives_them_too(void **state)
{
	tc_error err = TC_ERROR_INIT;
	tc_references *references = NULL;
	size_t length;
	char *text = bundle_tree(BUNDLE_TREE, &length);

	(void)state;
	assert_ok(tc_references_read_text(text, length, "bundle", NULL, &references, &err), &err);
	memset(text, 'x', length); /* nothing of it is needed */
	free(text);
	check_all(references);
	tc_references_free(references);
}

static void rows_are_found_by_name(void **state)
{
	tc_error err = TC_ERROR_INIT;
	tc_references *references = NULL;

	(void)state;
	assert_ok(tc_references_read(
			  BUNDLE_TREE "/references/queue/v1/api.json", NULL, &references, &err),
		&err);
	const struct tc_operation *status =
		tc_references_find_operation(references, "queue", "status");
	assert_string_equal(status->route, "/task/<taskId>/status");
	assert_ptr_equal(status->service, tc_references_find_service(references, "queue"));
	assert_null(tc_references_find_operation(references, "queue", "Status"));
	assert_null(tc_references_find_operation(references, "hooks", "status"));
	assert_null(tc_references_find_exchange(references, "queue", "taskCompleted"));
	assert_null(tc_references_find_service(references, "hooks"));
	assert_null(tc_references_release(references)); /* a single file has no conventions */
	tc_references_free(references);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_gives_the_rows_of_the_library),
		cmocka_unit_test(a_bundle_gives_them_too),
		cmocka_unit_test(rows_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
