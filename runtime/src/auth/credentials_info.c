/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/auth/credentials.h"

#include "runtime/src/auth/credentials_make.h"
#include "runtime/src/base/error.h"
#include "runtime/src/common/clock.h"

int tc_credentials_info(
	const tc_credentials *credentials, const struct tc_credentials_facts **info, tc_error *err)
{
	struct tc__arena arena = { 0 };

	tc_error_clear(err);
	if (info)
		*info = NULL;
	if (!credentials || !info)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "%s is NULL", credentials ? "info" : "credentials");
	struct tc_credentials_facts *told = tc__arena_object(&arena, sizeof *told);
	const char *issuer = credentials->certificate.issuer;
	if (told) {
		told->temporary = credentials->certificate_text != NULL;
		told->start_ms = credentials->certificate.start_ms;
		told->expiry_ms = credentials->certificate.expiry_ms;
		told->expired = told->temporary && tc__clock_now_ms(NULL) >= told->expiry_ms;
		told->authorized = credentials->authorized;
		told->client_id = tc__arena_string(&arena, credentials->client_id);
		told->issuer = issuer ? tc__arena_string(&arena, issuer) : NULL;
	}
	if (!told || !told->client_id || (issuer && !told->issuer) ||
		!tc__credentials_copy_scopes(
			&arena, &credentials->certificate.scopes, &told->scopes) ||
		!tc__credentials_copy_scopes(
			&arena, &credentials->authorized_scopes, &told->authorized_scopes)) {
		tc__arena_clear(&arena);
		return tc__fail_nomem(err);
	}
	tc__arena_seal(&arena, told);
	*info = told;
	return TC_OK;
}
