/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CREDENTIALS_MAKE_H
#define TC_RUNTIME_CREDENTIALS_MAKE_H

/* How credentials look inside, for the files of their own room only. */

#include "runtime/src/auth/credentials_certificate.h"
#include "runtime/src/auth/credentials_token.h"
#include <stdatomic.h>

#define TC__BULK_SIZE 64

/* All texts and lists lie in the arena. */
struct tc_credentials {
	atomic_size_t references;
	struct tc__arena arena;
	struct tc__token *token; /* shared with those that were narrowed from these */
	const char *client_id;
	const char *certificate_text;       /* NULL for permanent ones */
	struct tc__certificate certificate; /* what the text says */
	bool authorized;
	struct tc_scopes authorized_scopes;
	const char *ext;
	char bulk[TC__BULK_SIZE];
};

/* What credentials are made of. */
struct tc__origin {
	const char *client_id;
	struct tc__token *token;            /* the new ones take a reference of their own */
	const char *certificate;            /* NULL: permanent */
	const struct tc_scopes *authorized; /* NULL: not narrowed */
};

/* All credentials are made here. */
tc_credentials *tc__credentials_make(const struct tc__origin *origin, tc_error *err);

/* The same with a token that is yet to be guarded; the origin's is not used. */
tc_credentials *tc__credentials_make_with(
	const struct tc__origin *origin, const char *access_token, tc_error *err);

/* TC_OK when every text of the list can be a scope; `what` names the list for the message. */
int tc__credentials_check_scopes(const char *what, const struct tc_scopes *scopes, tc_error *err);

/* A copy of the list and its texts; false when memory ends. */
bool tc__credentials_copy_scopes(
	struct tc__arena *arena, const struct tc_scopes *from, struct tc_scopes *to);

#endif
