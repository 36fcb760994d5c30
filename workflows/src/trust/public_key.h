/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PUBLIC_KEY_H
#define TC_WORKFLOWS_PUBLIC_KEY_H

/* Keys as text: the base64 of 32 bytes. */

#include <taskcluster/chain_of_trust.h>

#define TC__KEY_BYTES 32

void tc__public_key_text(const unsigned char bytes[TC__KEY_BYTES], char text[TC_TRUST_KEY_SIZE]);

/* Whether it is one. */
bool tc__key_bytes(const char *text, size_t length, unsigned char bytes[TC__KEY_BYTES]);

/* Keys of a caller; TC_ERROR_ARGUMENT names the one that is none, or that there are none. */
int tc__public_keys_check(const char *const *keys, size_t count, tc_error *err);

/* Whether one of them (that were checked) has signed it. */
bool tc__public_keys_verify(const char *const *keys, size_t count, const void *text, size_t length,
	const unsigned char signature[TC_TRUST_SIGNATURE_SIZE]);

#endif
