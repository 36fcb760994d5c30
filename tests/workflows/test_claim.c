/* SPDX-License-Identifier: MPL-2.0 */
/* Credentials out of replies, as a worker gets them from the types' own readers. */
#include "tests/harness/test.h"

#include <string.h>
#include <taskcluster/claim.h>
#include <taskcluster/type.h>

#define SEED "JYR4wzMCTG6XeDS2cDUCMwH0RFUXGfQjK7LgqD-e6lSQ"
#define CERTIFICATE \
	"{\"version\":1,\"scopes\":[\"queue:*\"],\"start\":1438964811744,\"expiry\":" \
	"1439051211744," \
	"\"seed\":\"" SEED "\",\"signature\":\"45AlB/hKZZZz4Tf3NaidutasfgBnr4t2AxwBiGDQF9Q=\"}"

/* Whatever they were made of, they are of this client, and reveal the rest. */
static void are_of(tc_credentials *credentials, const char *certificate, const tc_error *err)
{
	const tc_json *json = NULL;

	if (!credentials)
		fail_msg("%s", tc_error_text(err));
	assert_ok(tc_credentials_reveal(credentials, &json, NULL), NULL);
	assert_string_equal(tc_json_text(tc_json_get(json, "clientId")), "task/1");
	assert_string_equal(tc_json_text(tc_json_get(json, "accessToken")), "no-secret");
	const char *told = tc_json_text(tc_json_get(json, "certificate"));
	assert_true((told == NULL) == (certificate == NULL));
	if (certificate)
		assert_string_equal(told, certificate);
	tc_release(json);
	tc_credentials_free(credentials);
}

static void test_each_kind(void **state)
{
	const struct tc_queue_task_credentials task = { "no-secret", CERTIFICATE, "task/1" };
	const struct tc_queue_object_credentials object = { "no-secret", CERTIFICATE, "task/1" };
	struct tc_worker_manager_register_worker_response_credentials worker = { "no-secret",
		CERTIFICATE, "task/1" };
	struct tc_worker_manager_reregister_worker_response_credentials renewed = { "no-secret",
		CERTIFICATE, "task/1" };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	are_of(tc_claim_credentials(&task, &err), CERTIFICATE, &err);
	are_of(tc_claim_object_credentials(&object, &err), CERTIFICATE, &err);
	are_of(tc_claim_worker_credentials(&worker, &err), CERTIFICATE, &err);
	are_of(tc_claim_worker_renewal(&renewed, &err), CERTIFICATE, &err);
	worker.certificate = renewed.certificate = NULL; /* those of static workers */
	are_of(tc_claim_worker_credentials(&worker, &err), NULL, &err);
	are_of(tc_claim_worker_renewal(&renewed, &err), NULL, &err);
}

static void test_what_is_wrong_is_told(void **state)
{
	struct tc_queue_task_credentials task = { "no-secret", "{}", "task/1" };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_null(tc_claim_credentials(NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "credentials is NULL");
	assert_null(tc_claim_object_credentials(NULL, NULL));
	assert_null(tc_claim_worker_credentials(NULL, NULL));
	assert_null(tc_claim_worker_renewal(NULL, NULL));
	assert_null(tc_claim_credentials(&task, &err));
	assert_int_equal(err.code, TC_ERROR_CREDENTIALS);
	task.client_id = NULL;
	assert_null(tc_claim_credentials(&task, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "client_id is NULL");
	tc_error_clear(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_each_kind),
		cmocka_unit_test(test_what_is_wrong_is_told) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
