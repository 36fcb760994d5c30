/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/auth/credentials_token.h"

#include "runtime/src/base/error.h"
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct tc__token {
	atomic_size_t references;
	pthread_mutex_t reading; /* the protection of the block is everybody's */
	struct tc__hmac_key *key;
	char *text; /* guarded */
	size_t length;
};

static bool fill(struct tc__token *token, const char *text, tc_error *err)
{
	token->key = tc__hmac_key_new(text, token->length, err);
	if (!token->key)
		return false;
	token->text = sodium_malloc(token->length);
	if (!token->text) {
		tc__fail_nomem(err);
		return false;
	}
	memcpy(token->text, text, token->length);
	if (sodium_mprotect_noaccess(token->text) == 0)
		return true;
	tc__fail(err, TC_ERROR_SYSTEM, "the access token's memory cannot be guarded");
	return false;
}

struct tc__token *tc__token_new(const char *text, size_t length, tc_error *err)
{
	struct tc__token *token = calloc(1, sizeof *token);

	if (!token || pthread_mutex_init(&token->reading, NULL) != 0) {
		free(token);
		tc__fail_nomem(err);
		return NULL;
	}
	atomic_init(&token->references, 1);
	token->length = length;
	if (fill(token, text, err))
		return token;
	tc__token_free(token);
	return NULL;
}

struct tc__token *tc__token_ref(struct tc__token *token)
{
	atomic_fetch_add_explicit(&token->references, 1, memory_order_relaxed);
	return token;
}

void tc__token_free(struct tc__token *token)
{
	if (!token || atomic_fetch_sub_explicit(&token->references, 1, memory_order_acq_rel) != 1)
		return;
	tc__hmac_key_free(token->key);
	sodium_free(token->text); /* wipes */
	pthread_mutex_destroy(&token->reading);
	free(token);
}

const struct tc__hmac_key *tc__token_key(const struct tc__token *token)
{
	return token->key;
}

int tc__token_read(struct tc__token *token,
	void (*use)(void *data, const char *text, size_t length), void *data, tc_error *err)
{
	int rc = TC_OK;

	pthread_mutex_lock(&token->reading);
	if (sodium_mprotect_readonly(token->text) != 0)
		rc = tc__fail(err, TC_ERROR_SYSTEM, "the access token's memory cannot be read");
	else
		use(data, token->text, token->length);
	if (sodium_mprotect_noaccess(token->text) != 0 && rc == TC_OK)
		rc = tc__fail(err, TC_ERROR_SYSTEM, "the access token's memory cannot be guarded");
	pthread_mutex_unlock(&token->reading);
	return rc;
}
