/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* madvise and MAP_ANONYMOUS are not in POSIX */
#include "runtime/src/auth/hawk_nonce.h"

#include "runtime/src/base/error.h"
#include "runtime/src/common/clock.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PREFIX_SIZE 10
#define COUNTER_SIZE 6
#define COUNTER_END ((uint64_t)1 << (6 * COUNTER_SIZE))

struct tc__nonce_state {
	bool drawn; /* false at the start and after fork */
	char prefix[PREFIX_SIZE];
	uint64_t counter;
};

/* `count` characters of base64url for the lowest bits of a value. */
static void put_base64url(char *text, size_t count, uint64_t value)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (size_t i = count; i-- > 0; value >>= 6)
		text[i] = alphabet[value & 63];
}

#ifdef MADV_WIPEONFORK
/* An emulator may take every advice and follow none, as qemu 7.2 does for programs: then what is no
 * advice is taken, too. */
static bool empties_in_child(void *page)
{
	const int no_advice = 0x7fff;

	return madvise(page, sizeof(struct tc__nonce_state), no_advice) != 0 &&
		madvise(page, sizeof(struct tc__nonce_state), MADV_WIPEONFORK) == 0;
}
#endif

int tc__nonces_start(struct tc__nonces *nonces, const struct tc_seams *seams, tc_error *err)
{
	void *page = mmap(NULL, sizeof(struct tc__nonce_state), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return tc__fail_nomem(err);
	*nonces = (struct tc__nonces){ .state = page, .process = getpid() };
	if (seams)
		nonces->seams = *seams;
#ifdef MADV_WIPEONFORK
	if (empties_in_child(page))
		nonces->process = 0;
#endif
	return TC_OK;
}

void tc__nonces_end(struct tc__nonces *nonces)
{
	if (nonces->state)
		munmap(nonces->state, sizeof *nonces->state);
	nonces->state = NULL;
}

static void draw(struct tc__nonces *nonces)
{
	uint64_t bits;

	tc__random(&nonces->seams, &bits, sizeof bits);
	put_base64url(nonces->state->prefix, PREFIX_SIZE, bits);
	nonces->state->counter = 0;
	nonces->state->drawn = true;
}

void tc__nonces_next(struct tc__nonces *nonces, char nonce[TC__NONCE_SIZE])
{
	struct tc__nonce_state *state = nonces->state;

	if (nonces->process != 0 && nonces->process != getpid()) {
		nonces->process = getpid();
		state->drawn = false;
	}
	if (!state->drawn || state->counter == COUNTER_END)
		draw(nonces);
	memcpy(nonce, state->prefix, PREFIX_SIZE);
	put_base64url(nonce + PREFIX_SIZE, COUNTER_SIZE, state->counter++);
	nonce[PREFIX_SIZE + COUNTER_SIZE] = '\0';
}
