/* SPDX-License-Identifier: MPL-2.0 */
/* What the services' rows say of the references as a whole. */
#include "tests/harness/test.h"

#include <stdlib.h>
#include <string.h>
#include <taskcluster/json.h>
#include <taskcluster/registry.h>

#define CLASSIC "classic-"

static bool is_classic(const struct tc_service *service)
{
	return strncmp(service->name, CLASSIC, sizeof CLASSIC - 1) == 0;
}

/* It stands in one place: the tree's conventions.json. */
static void the_release_is_that_of_the_tree(void **state)
{
	size_t length = 0;
	char *text = tc_test_read_file("references/taskcluster/conventions.json", &length);
	const tc_json *conventions = NULL;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_json_parse(text, length, &conventions, &err), &err);
	const char *release = tc_json_text(tc_json_get(conventions, "release"));
	assert_non_null(release);
	assert_string_equal(tc_find_service("queue")->release, release);
	assert_string_equal(tc_find_service("worker-manager")->release, release);
	assert_null(tc_find_service("classic-queue")->release);
	assert_null(tc_find_service("treeherder")->release);
	tc_release(conventions);
	free(text);
}

/* Only those of 2015 are called otherwise at their servers. */
static void short_names_are_the_servers(void **state)
{
	size_t count = 0;
	const struct tc_service *const *services = tc_services(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		if (is_classic(services[i]))
			assert_string_equal(
				services[i]->short_name, services[i]->name + sizeof CLASSIC - 1);
		else
			assert_null(services[i]->short_name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_release_is_that_of_the_tree),
		cmocka_unit_test(short_names_are_the_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
