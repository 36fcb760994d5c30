/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/trust/verify.h"

#include <string.h>

void tc__verify_fault(struct tc__verify *verify, const char *artifact, const char *problem)
{
	const struct tc_trust_fault fault = { .artifact = artifact, .problem = problem };

	verify->faults++;
	if (verify->options.fault)
		verify->options.fault(verify->options.data, &fault);
}

/* What the caller may not read may be as it should be. */
static bool is_about_rights(const tc_error *err)
{
	const char *code = tc_error_server_code(err);

	return code &&
		(strcmp(code, "InsufficientScopes") == 0 ||
			strcmp(code, "AuthenticationFailed") == 0);
}

bool tc__verify_is_fault(const tc_error *err)
{
	return (err->code == TC_ERROR_HTTP || err->code == TC_ERROR_REPLY ||
		       err->code == TC_ERROR_INPUT) &&
		!tc_error_may_repeat(err) && !is_about_rights(err);
}
