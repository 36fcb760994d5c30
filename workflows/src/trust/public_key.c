/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/trust/public_key.h"

#include <sodium.h>
#include <string.h>

void tc__public_key_text(const unsigned char bytes[TC__KEY_BYTES], char text[TC_TRUST_KEY_SIZE])
{
	sodium_bin2base64(
		text, TC_TRUST_KEY_SIZE, bytes, TC__KEY_BYTES, sodium_base64_VARIANT_ORIGINAL);
}

bool tc__key_bytes(const char *text, size_t length, unsigned char bytes[TC__KEY_BYTES])
{
	size_t decoded = 0;

	return sodium_base642bin(bytes, TC__KEY_BYTES, text, length, NULL, &decoded, NULL,
		       sodium_base64_VARIANT_ORIGINAL) == 0 &&
		decoded == TC__KEY_BYTES;
}

int tc__public_keys_check(const char *const *keys, size_t count, tc_error *err)
{
	unsigned char bytes[TC__KEY_BYTES];

	if (!keys || count == 0)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"public_keys is %s: without the key of a worker that is trusted nothing "
			"can be verified",
			keys ? "empty" : "NULL");
	for (size_t i = 0; i < count; i++)
		if (!keys[i] || !tc__key_bytes(keys[i], strlen(keys[i]), bytes))
			return tc_error_set(err, TC_ERROR_ARGUMENT,
				"public_keys[%zu] is %.80s; expected the base64 of the 32 bytes of "
				"an Ed25519 public key, 44 characters",
				i, keys[i] ? keys[i] : "NULL");
	return TC_OK;
}

bool tc__public_keys_verify(const char *const *keys, size_t count, const void *text, size_t length,
	const unsigned char signature[TC_TRUST_SIGNATURE_SIZE])
{
	unsigned char bytes[TC__KEY_BYTES];

	for (size_t i = 0; i < count; i++)
		if (tc__key_bytes(keys[i], strlen(keys[i]), bytes) &&
			crypto_sign_verify_detached(signature, text, length, bytes) == 0)
			return true;
	return false;
}
