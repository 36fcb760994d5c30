/* SPDX-License-Identifier: MPL-2.0 */
/*
 * How references and manifests name their schema: by a path, by the URL of a deployment, or, as
 * until March 2019, by the URL of a host that had nothing but schemas.
 */
#include "program.h"

#include <string.h>

static struct program_result list(const char *folder, const char *host, const char *end)
{
	const char *path = format("%s/bundle.json", folder);

	write_file(path,
		format("[{\"filename\":\"references/manifest.json\",\"content\":{\"$schema\":"
		       "\"%s/common/manifest-v2.json%s\",\"services\":[{\"serviceName\":\"demo\","
		       "\"apis\":[{\"version\":\"v1\",\"reference\":\"/references/demo/v1/"
		       "api.json\"}],\"pulse\":[{\"version\":\"v1\",\"reference\":"
		       "\"/references/demo/v1/exchanges.json\"}]}]}},"
		       "{\"filename\":\"references/demo/v1/api.json\",\"content\":{\"$schema\":"
		       "\"%s/common/api-reference-v0.json%s\",\"serviceName\":\"demo\","
		       "\"apiVersion\":\"v1\",\"entries\":[{\"type\":\"function\",\"name\":"
		       "\"thing\",\"method\":\"get\",\"route\":\"/thing\",\"args\":[]}]}},"
		       "{\"filename\":\"references/demo/v1/exchanges.json\",\"content\":"
		       "{\"$schema\":\"%s/common/exchanges-reference-v0.json%s\",\"serviceName\":"
		       "\"demo\",\"apiVersion\":\"v1\",\"exchangePrefix\":\"exchange/demo/v1/\","
		       "\"entries\":[]}}]",
			host, end, host, end, host, end));
	return program_codegen((const char *[]){ "--references", path, "--list", NULL });
}

static void every_name_of_a_schema_is_known(void **state)
{
	static const char *const hosts[] = { "/schemas", "https://tc.example.com/schemas",
		"http://localhost:8080/schemas", "https://schemas.taskcluster.net" };
	static const char *const ends[] = { "#", "" };

	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		for (size_t j = 0; j < sizeof ends / sizeof *ends; j++) {
			struct program_result result = list(*state, hosts[i], ends[j]);
			if (result.status != 0)
				fail_msg("%s: %s", hosts[i], result.err);
			assert_string_equal(result.out, "demo\tthing\tGET\t/thing\t-\n");
			program_clear(&result);
		}
	}
}

static void others_are_refused(void **state)
{
	static const char *const hosts[] = { "", "/other", "https://tc.example.com/other",
		"https:/" };

	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		struct program_result result = list(*state, hosts[i], "#");
		assert_int_equal(result.status, 1);
		if (!strstr(result.err, "/$schema: is \""))
			fail_msg("%s: %s", hosts[i], result.err);
		program_clear(&result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_name_of_a_schema_is_known, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(others_are_refused, folder_make, folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
