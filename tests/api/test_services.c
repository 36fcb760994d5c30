/* SPDX-License-Identifier: MPL-2.0 */
/* What the services' rows say of the references as a whole. */
#include "tests/harness/test.h"

#include <stdlib.h>
#include <string.h>
#include <taskcluster/conventions.h>
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

/* ---- what only some releases have ---- */

struct life {
	const char *service, *name, *since, *removed_in;
};

static const struct life lives[] = {
	{ "auth", "azureAccounts", NULL, "109" },
	{ "auth", "azureContainerSAS", NULL, "109" },
	{ "auth", "azureContainers", NULL, "109" },
	{ "auth", "azureTableSAS", NULL, "109" },
	{ "auth", "azureTables", NULL, "109" },
	{ "queue", "taskQueueCountsBatch", "109", NULL },
};

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static const struct life *find_life(const struct tc_operation *operation)
{
	static const struct life always = { NULL, NULL, NULL, NULL };

	for (size_t i = 0; i < sizeof lives / sizeof *lives; i++)
		if (strcmp(lives[i].service, operation->service->name) == 0 &&
			strcmp(lives[i].name, operation->name) == 0)
			return &lives[i];
	return &always;
}

static void what_some_releases_lack_is_known(void **state)
{
	size_t service_count = 0, count = 0;
	const struct tc_service *const *services = tc_services(&service_count);

	(void)state;
	for (size_t i = 0; i < service_count; i++) {
		if (services[i]->conventions)
			continue;
		for (size_t k = 0; k < services[i]->operation_count; k++) {
			const struct tc_operation *operation = &services[i]->operations[k];
			const struct tc_operation_conventions *rules = operation->conventions;
			const struct life *life = find_life(operation);
			if (!is_same(life->since, rules ? rules->since : NULL) ||
				!is_same(life->removed_in, rules ? rules->removed_in : NULL))
				fail_msg("%s.%s", services[i]->name, operation->name);
			count += life->name != NULL;
		}
	}
	assert_int_equal(count, sizeof lives / sizeof *lives);
	assert_string_equal(tc_find_exchange("github", "taskclusterYmlUpdate")->since, "108.1");
	assert_null(tc_find_exchange("github", "push")->since);
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

/* ---- what replies are not as most: a success from 200 to 299, JSON or nothing ---- */

struct promise {
	const char *service, *name;
	int statuses[2];
	const char *types[2];
};

static const struct promise promises[] = {
	{ "buildbot", "login", { 302 }, { NULL } },
	{ "buildbot", "logout", { 302 }, { NULL } },
	{ "classic-queue", "getArtifact", { 302, 303 }, { NULL } },
	{ "classic-queue", "getLatestArtifact", { 302, 303 }, { NULL } },
	{ "github", "badge", { 0 }, { "image/svg+xml" } },
	{ "github", "latest", { 302 }, { NULL } },
	{ "index", "findArtifactFromTask", { 303 }, { NULL } },
	{ "notify", "addDenylistAddress", { 0 }, { "text/plain" } },
	{ "notify", "deleteDenylistAddress", { 0 }, { "text/plain" } },
	{ "notify", "email", { 0 }, { "text/plain" } },
	{ "notify", "matrix", { 0 }, { "text/plain" } },
	{ "notify", "pulse", { 0 }, { "text/plain" } },
	{ "notify", "slack", { 0 }, { "text/plain" } },
	{ "object", "download", { 303 }, { NULL } },
	{ "queue", "getArtifact", { 303 }, { NULL } },
	{ "queue", "getLatestArtifact", { 303 }, { NULL } },
	{ "treeherder", "getSchema", { 0 },
		{ "application/vnd.oai.openapi+json", "application/json" } },
};

static const struct promise *find_promise(const struct tc_operation *operation)
{
	for (size_t i = 0; i < sizeof promises / sizeof *promises; i++)
		if (strcmp(promises[i].service, operation->service->name) == 0 &&
			strcmp(promises[i].name, operation->name) == 0)
			return &promises[i];
	return NULL;
}

static bool is_as_promised(const struct tc_operation *operation, const struct promise *promise)
{
	const uint16_t *status = operation->success;
	const char *const *type = operation->reply_types;

	for (size_t i = 0; i < 2 && promise->statuses[i]; i++)
		if (!status || *status++ != promise->statuses[i])
			return false;
	for (size_t i = 0; i < 2 && promise->types[i]; i++)
		if (!type || !*type || strcmp(*type++, promise->types[i]) != 0)
			return false;
	return (!status || !*status) && (!type || !*type);
}

static void successes_are_what_is_known(void **state)
{
	static const struct promise most = { NULL, NULL, { 0 }, { NULL } };
	size_t service_count = 0, count = 0;
	const struct tc_service *const *services = tc_services(&service_count);

	(void)state;
	for (size_t i = 0; i < service_count; i++) {
		for (size_t k = 0; k < services[i]->operation_count; k++) {
			const struct tc_operation *operation = &services[i]->operations[k];
			const struct promise *promise = find_promise(operation);
			count += promise != NULL;
			if (!is_as_promised(operation, promise ? promise : &most))
				fail_msg("%s.%s", services[i]->name, operation->name);
		}
	}
	assert_int_equal(count, sizeof promises / sizeof *promises);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_release_is_that_of_the_tree),
		cmocka_unit_test(what_some_releases_lack_is_known),
		cmocka_unit_test(short_names_are_the_servers),
		cmocka_unit_test(successes_are_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
