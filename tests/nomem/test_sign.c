/* SPDX-License-Identifier: MPL-2.0 */
/* Signing and checking with every allocation failing in turn: a clean error, no leak, nothing
 * half-written, and nothing left in OpenSSL's queue of errors, which is the host's. */
#include "tests/harness/test.h"

#include "runtime/src/auth/hawk.h"
#include "tests/harness/artifacts.h"
#include "tests/nomem/failing.h"
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#define HOSTS_REASON 77

static tc_credentials *credentials;
static struct tc__hawk *hawk;

static int make_credentials(tc_error *err)
{
	tc_credentials *made = tc_credentials_new("me", "a-token", NULL, err);
	int rc = made ? TC_OK : err->code;

	tc_credentials_free(made);
	return rc;
}

static int make_temporary(tc_error *err)
{
	static const char *const list[] = { "queue:create-task:*" };
	struct tc_temporary temporary = TC_TEMPORARY_INIT;

	temporary.client_id = "me/too";
	temporary.scopes = (struct tc_scopes){ list, 1 };
	tc_credentials *made = tc_credentials_temporary(credentials, &temporary, err);
	int rc = made ? TC_OK : err->code;
	tc_credentials_free(made);
	return rc;
}

static int sign_with_new_state(tc_error *err)
{
	const struct tc__hawk_artifacts artifacts = tc_test_artifacts();
	struct tc__buffer header = TC__BUFFER(TC__HAWK_MAX);
	struct tc__hawk *made = tc__hawk_new(NULL, err);
	int rc = made ? tc__hawk_header(made, credentials, &artifacts, &header, err) : err->code;

	assert_int_equal(header.length > 0, rc == TC_OK);
	tc__buffer_clear(&header);
	tc__hawk_free(made);
	return rc;
}

static int sign_url(tc_error *err)
{
	struct tc__buffer url = TC__BUFFER(2 * TC__HAWK_MAX);
	int rc = tc__hawk_signed_url(
		hawk, credentials, "https://tc.example.com/a?b=c", 1700000900, &url, err);

	tc__buffer_clear(&url);
	return rc;
}

static int hash_payload(tc_error *err)
{
	char hash[TC__MAC_SIZE];

	return tc__hawk_payload_hash("text/plain", "payload", 7, hash, err);
}

/* What cannot be computed is not taken for a forgery. */
static int verify_reply(tc_error *err)
{
	const struct tc__hawk_artifacts request = tc_test_artifacts();
	const struct tc__hmac_key *key = tc__credentials_key(credentials);
	struct tc__hawk_artifacts reply = request;
	char header[200], hash[TC__MAC_SIZE], mac[TC__MAC_SIZE];

	int rc = tc__hawk_payload_hash("text/plain", "reply", 5, hash, err);
	reply.hash = hash;
	if (rc == TC_OK)
		rc = tc__hawk_mac(hawk, key, "response", &reply, mac, err);
	if (rc != TC_OK)
		return rc;
	snprintf(header, sizeof header, "Hawk mac=\"%s\", hash=\"%s\"", mac, hash);
	return tc__hawk_verify_reply(hawk, key, &request, header, "text/plain", "reply", 5, err);
}

/* The host's own error stays in the queue, and ours do not join it. */
static int run(void *data, tc_error *err)
{
	int (*const *work)(tc_error * err) = data;
	int rc = (*work)(err);

	assert_int_equal(ERR_GET_REASON(ERR_peek_error()), HOSTS_REASON);
	assert_int_equal(ERR_GET_REASON(ERR_peek_last_error()), HOSTS_REASON);
	return rc;
}

static void test_signing(void **state)
{
	static int (*works[])(tc_error * err) = { make_credentials, make_temporary,
		sign_with_new_state, sign_url, hash_payload, verify_reply };

	(void)state;
	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, HOSTS_REASON);
	for (size_t i = 0; i < sizeof works / sizeof *works; i++)
		assert_true(tc_failing_each_with_libraries(run, &works[i]) > 0);
	ERR_clear_error();
}

/* What OpenSSL would put on its own heap nobody guards: a key there, or a copy of it. */
static void test_a_mac_takes_nothing_from_the_heap(void **state)
{
	uint8_t mac[TC__SHA256_SIZE];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_failing_start(0);
	struct tc__hmac_key *key = tc__hmac_key_new("a-token", 7, &err);
	int rc = key ? tc__hmac(key, "text", 4, mac, &err) : err.code;
	tc__hmac_key_free(key);
	assert_int_equal(tc_failing_stop(NULL), 0);
	assert_ok(rc, &err);
}

static int set_up(void **state)
{
	(void)state;
	credentials = tc_credentials_new("me", "a-token", NULL, NULL);
	hawk = tc__hawk_new(NULL, NULL);
	return credentials && hawk ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	tc__hawk_free(hawk);
	tc_credentials_free(credentials);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
						    test_a_mac_takes_nothing_from_the_heap),
		cmocka_unit_test(test_signing) };

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
