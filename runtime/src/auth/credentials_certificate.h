/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CREDENTIALS_CERTIFICATE_H
#define TC_RUNTIME_CREDENTIALS_CERTIFICATE_H

/* The certificate of temporary credentials: how it is read, signed and written. */

#include "runtime/src/base/buffer.h"
#include <taskcluster/credentials.h>

#define TC__SEED_LENGTH 44 /* two slugids */

/* Servers refuse a longer life. */
#define TC__TEMPORARY_MAX_MS ((int64_t)31 * 24 * 60 * 60 * 1000)

struct tc__certificate {
	const char *seed;
	const char *signature;
	const char *issuer; /* of named credentials only */
	int64_t start_ms, expiry_ms;
	struct tc_scopes scopes;
};

/* Reads a certificate that belongs to `client_id`. The texts lie in `json`, the list of scopes in
 * the arena. TC_ERROR_CREDENTIALS, naming the member, for what no server would accept whenever it
 * is used; having ended is not that. */
int tc__certificate_read(const tc_json *json, const char *client_id, struct tc__arena *arena,
	struct tc__certificate *certificate, tc_error *err);

/* The rules for start and expiry, here and for new ones: start before or at the expiry, and no more
 * than 31 days. `code` is the error's. */
int tc__certificate_check_span(int64_t start_ms, int64_t expiry_ms, int code, tc_error *err);

/* Appends the text that the issuer signs: lines with a line feed between them and none at the end,
 * so that without scopes it ends in "scopes:" (the auth service joins the same list). `client_id`
 * is the name of named credentials, else it is not used. */
void tc__certificate_to_sign(
	struct tc__buffer *text, const struct tc__certificate *certificate, const char *client_id);

/* As JSON text, for tc_release(). */
int tc__certificate_write(const struct tc__certificate *certificate, char **text, tc_error *err);

#endif
