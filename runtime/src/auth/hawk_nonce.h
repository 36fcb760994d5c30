/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_HAWK_NONCE_H
#define TC_RUNTIME_HAWK_NONCE_H

/*
 * Nonces: ten random characters that a client draws once, and six that count. A system call for
 * each would cost more than the signature. A child of fork, which would repeat its parent's,
 * draws anew. For one thread at a time.
 */

#include <stdint.h>
#include <taskcluster/seams.h>

#define TC__NONCE_SIZE 17 /* 16 characters and NUL */
#define TC__NONCE_PREFIX_SIZE 10

struct tc__nonces {
	struct tc_seams seams;
	uint64_t process; /* whose the rest is (tc__process_mark); 0: nobody's yet */
	uint64_t counter;
	char prefix[TC__NONCE_PREFIX_SIZE];
};

/* `seams` may be NULL. */
void tc__nonces_start(struct tc__nonces *nonces, const struct tc_seams *seams);

void tc__nonces_next(struct tc__nonces *nonces, char nonce[TC__NONCE_SIZE]);

#endif
