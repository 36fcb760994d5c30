/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/auth/hawk_nonce.h"

#include "runtime/src/base/process.h"
#include "runtime/src/common/clock.h"
#include <string.h>

#define COUNTER_SIZE (TC__NONCE_SIZE - 1 - TC__NONCE_PREFIX_SIZE)
#define COUNTER_END ((uint64_t)1 << (6 * COUNTER_SIZE))

/* `count` characters of base64url for the lowest bits of a value. */
static void put_base64url(char *text, size_t count, uint64_t value)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (size_t i = count; i-- > 0; value >>= 6)
		text[i] = alphabet[value & 63];
}

void tc__nonces_start(struct tc__nonces *nonces, const struct tc_seams *seams)
{
	*nonces = (struct tc__nonces){ 0 };
	if (seams)
		nonces->seams = *seams;
}

static void draw(struct tc__nonces *nonces, uint64_t process)
{
	uint64_t bits;

	tc__random(&nonces->seams, &bits, sizeof bits);
	put_base64url(nonces->prefix, sizeof nonces->prefix, bits);
	nonces->counter = 0;
	nonces->process = process;
}

void tc__nonces_next(struct tc__nonces *nonces, char nonce[TC__NONCE_SIZE])
{
	uint64_t process = tc__process_mark();

	if (nonces->process != process || nonces->counter == COUNTER_END)
		draw(nonces, process);
	memcpy(nonce, nonces->prefix, sizeof nonces->prefix);
	put_base64url(nonce + sizeof nonces->prefix, COUNTER_SIZE, nonces->counter++);
	nonce[TC__NONCE_SIZE - 1] = '\0';
}
