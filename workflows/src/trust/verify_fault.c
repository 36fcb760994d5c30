/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/trust/verify.h"

void tc__verify_fault(struct tc__verify *verify, const char *artifact, const char *problem)
{
	const struct tc_trust_fault fault = { .artifact = artifact, .problem = problem };

	verify->faults++;
	if (verify->options.fault)
		verify->options.fault(verify->options.data, &fault);
}

bool tc__verify_is_fault(const tc_error *err)
{
	return (err->code == TC_ERROR_HTTP || err->code == TC_ERROR_REPLY ||
		       err->code == TC_ERROR_INPUT) &&
		!tc_error_may_repeat(err);
}
