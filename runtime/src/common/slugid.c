/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/slugid.h>

#include "runtime/src/base/error.h"
#include "runtime/src/common/clock.h"
#include <sodium.h>
#include <string.h>

#define UUID_SIZE 16

void tc_slugid_encode(const uint8_t uuid[UUID_SIZE], char slugid[TC_SLUGID_SIZE])
{
	sodium_bin2base64(
		slugid, TC_SLUGID_SIZE, uuid, UUID_SIZE, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Version and variant of RFC 4122, section 4.4. */
static void make(char slugid[TC_SLUGID_SIZE], uint8_t first_byte_mask)
{
	uint8_t uuid[UUID_SIZE];

	tc__random(NULL, uuid, sizeof uuid);
	uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40);
	uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
	uuid[0] &= first_byte_mask;
	tc_slugid_encode(uuid, slugid);
}

void tc_slugid_nice(char slugid[TC_SLUGID_SIZE])
{
	make(slugid, 0x7f); /* a dash is 62, six bits that begin with a one */
}

void tc_slugid_v4(char slugid[TC_SLUGID_SIZE])
{
	make(slugid, 0xff);
}

int tc_slugid_decode(const char *slugid, uint8_t uuid[UUID_SIZE], tc_error *err)
{
	tc_error_clear(err);
	uint8_t bytes[UUID_SIZE];

	if (!slugid || !uuid)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", slugid ? "uuid" : "slugid");
	size_t length = strlen(slugid);
	if (length != TC_SLUGID_SIZE - 1)
		return tc__fail(err, TC_ERROR_INPUT,
			"a slugid has %d characters, this has %zu: \"%.40s\"", TC_SLUGID_SIZE - 1,
			length, slugid);
	if (sodium_base642bin(bytes, sizeof bytes, slugid, length, NULL, NULL, NULL,
		    sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return tc__fail(err, TC_ERROR_INPUT,
			"not a slugid: \"%s\" (22 characters of A-Z a-z 0-9 - _, the last of "
			"them A, Q, g or w)",
			slugid);
	memcpy(uuid, bytes, sizeof bytes);
	return TC_OK;
}
