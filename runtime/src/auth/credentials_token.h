/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CREDENTIALS_TOKEN_H
#define TC_RUNTIME_CREDENTIALS_TOKEN_H

/* An access token: the text in one guarded block, which nobody can read but during
 * tc__token_read, and the key made of it. Immutable and counted, for any thread. */

#include "runtime/src/common/crypto.h"

struct tc__token;

/* Copies the text; NULL on failure. */
struct tc__token *tc__token_new(const char *text, size_t length, tc_error *err);
struct tc__token *tc__token_ref(struct tc__token *token);
void tc__token_free(struct tc__token *token); /* NULL is fine */

const struct tc__hmac_key *tc__token_key(const struct tc__token *token);

/* Calls `use` with the text, which is readable during that call only, also for all other threads.
 */
int tc__token_read(struct tc__token *token,
	void (*use)(void *data, const char *text, size_t length), void *data, tc_error *err);

#endif
