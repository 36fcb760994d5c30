/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_TRANSFER_H
#define TC_RUNTIME_TRANSFER_H

/* What a performance does otherwise when its call is a transfer; all of it is nothing for other
 * calls. */

#include "runtime/src/call/call.h"

/* When it begins: whence its body comes, and what its reply may be. */
void tc__transfer_begin(struct tc__performance *performance);

/* Before an attempt: nobody signs it, and its body is at its beginning. */
int tc__transfer_prepare(
	struct tc__performance *performance, struct tc__signer *signer, tc_error *failure);

/* The attempt is filled: it goes where redirects have led. */
void tc__transfer_aim(struct tc__performance *performance);

/* A whole reply has come: true when it is a redirect that the next attempt follows, at once.
 * *failure, whose code is TC_OK before, is that memory ended. */
bool tc__transfer_turns(struct tc__performance *performance, tc_error *failure);

/* Says of a refusal why it is a redirect that was not followed. */
void tc__transfer_tell(const struct tc__performance *performance, tc_error *failure);

/* Another attempt begins at the call's own URL: where it was led may be signed for a short time. */
void tc__transfer_restart(struct tc__performance *performance);

/* Whether its body is gone, so that no other attempt can send it. */
bool tc__transfer_is_spent(const struct tc__performance *performance);

void tc__transfer_end(struct tc__performance *performance);

#endif
