/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_HAWK_NONCE_H
#define TC_RUNTIME_HAWK_NONCE_H

/*
 * Nonces: ten random characters that a client draws once, and six that count. A system call for
 * each would cost more than the signature. A child of fork, which would repeat its parent's,
 * draws anew: the state lies in a page that the kernel empties in a child (MADV_WIPEONFORK), so
 * that noticing costs one read of memory; where there is no such thing the process id is compared
 * instead. For one thread at a time.
 */

#include <stdint.h>
#include <sys/types.h>
#include <taskcluster/error.h>
#include <taskcluster/seams.h>

#define TC__NONCE_SIZE 17 /* 16 characters and NUL */

struct tc__nonces {
	struct tc_seams seams;
	struct tc__nonce_state *state; /* in a mapping of its own */
	pid_t process;                 /* 0 where the kernel empties the state */
};

/* TC_ERROR_NOMEM. `seams` may be NULL. */
int tc__nonces_start(struct tc__nonces *nonces, const struct tc_seams *seams, tc_error *err);
void tc__nonces_end(struct tc__nonces *nonces); /* fine on {0} */

void tc__nonces_next(struct tc__nonces *nonces, char nonce[TC__NONCE_SIZE]);

#endif
