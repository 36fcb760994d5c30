/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/common/crypto.h"
#include <pthread.h>
#include <sodium.h>
#include <string.h>

static void assert_hex(const uint8_t *bytes, const char *hex)
{
	char text[2 * TC__SHA256_SIZE + 1];

	sodium_bin2hex(text, sizeof text, bytes, TC__SHA256_SIZE);
	assert_string_equal(text, hex);
}

static void check_hmac(
	const void *key, size_t key_length, const void *text, size_t length, const char *expected)
{
	uint8_t mac[TC__SHA256_SIZE];
	tc_error err = TC_ERROR_INIT;
	struct tc__hmac_key *made = tc__hmac_key_new(key, key_length, &err);

	assert_non_null(made);
	for (int i = 0; i < 3; i++) { /* the key stays usable */
		assert_ok(tc__hmac(made, text, length, mac, &err), &err);
		assert_hex(mac, expected);
	}
	tc__hmac_key_free(made);
}

/* Test cases 1 to 4, 6 and 7 of RFC 4231: keys shorter and longer than a block. */
static void test_hmac_of_rfc_4231(void **state)
{
	uint8_t key[131], data[50];

	(void)state;
	memset(key, 0x0b, 20);
	check_hmac(key, 20, "Hi There", 8,
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	check_hmac("Jefe", 4, "what do ya want for nothing?", 28,
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, 20);
	memset(data, 0xdd, 50);
	check_hmac(key, 20, data, 50,
		"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	for (int i = 0; i < 25; i++)
		key[i] = (uint8_t)(i + 1);
	memset(data, 0xcd, 50);
	check_hmac(key, 25, data, 50,
		"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
	memset(key, 0xaa, sizeof key);
	check_hmac(key, 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54,
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	check_hmac(key, 131,
		"This is a test using a larger than block-size key and a larger than block-size "
		"data. The key needs to be hashed before being used by the HMAC algorithm.",
		152, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
	check_hmac(
		"", 0, "", 0, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void test_sha256_of_pieces(void **state)
{
	const struct tc__piece pieces[] = { { "a", 1 }, { NULL, 0 }, { "bc", 2 } };
	uint8_t hash[TC__SHA256_SIZE];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc__sha256(pieces, 3, hash, &err), &err);
	assert_hex(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_ok(tc__sha256(NULL, 0, hash, &err), &err);
	assert_hex(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_base64(void **state)
{
	uint8_t mac[TC__SHA256_SIZE];
	char text[TC__MAC_SIZE];

	(void)state;
	memset(mac, 0xff, sizeof mac);
	tc__mac_base64(mac, text);
	assert_string_equal(text, "//////////////////////////////////////////8=");
	memset(mac, 0xfb, sizeof mac);
	tc__mac_base64(mac, text);
	assert_string_equal(text, "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=");
}

static void test_same_secret(void **state)
{
	(void)state;
	assert_true(tc__same_secret("abc", "abc"));
	assert_true(tc__same_secret("", ""));
	assert_false(tc__same_secret("abc", "abd"));
	assert_false(tc__same_secret("abc", "ab"));
	assert_false(tc__same_secret("ab", "abc"));
	assert_false(tc__same_secret("", "a"));
}

static void *compute_often(void *data)
{
	const struct tc__hmac_key *key = data;
	uint8_t mac[TC__SHA256_SIZE], first[TC__SHA256_SIZE];
	uintptr_t wrong = 0;

	for (int i = 0; i < 2000 && !wrong; i++) {
		wrong |= tc__hmac(key, "x", 1, mac, NULL) != TC_OK;
		if (i == 0)
			memcpy(first, mac, sizeof mac);
		wrong |= memcmp(first, mac, sizeof mac) != 0;
	}
	return (void *)wrong;
}

static void test_a_key_serves_several_threads(void **state)
{
	struct tc__hmac_key *key = tc__hmac_key_new("key", 3, NULL);
	pthread_t threads[4];
	void *wrong;

	(void)state;
	assert_non_null(key);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, compute_often, key), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	tc__hmac_key_free(key);
}

static void test_null_is_fine_to_free(void **state)
{
	(void)state;
	tc__hmac_key_free(NULL);
	assert_ok(tc__crypto_start(NULL), NULL);
	assert_ok(tc__crypto_start(NULL), NULL); /* again: no harm */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hmac_of_rfc_4231),
		cmocka_unit_test(test_sha256_of_pieces),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_same_secret),
		cmocka_unit_test(test_a_key_serves_several_threads),
		cmocka_unit_test(test_null_is_fine_to_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
