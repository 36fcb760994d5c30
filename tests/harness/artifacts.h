/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_ARTIFACTS_H
#define TC_TESTS_ARTIFACTS_H

/* What is signed, for tests that vary one thing of it: a row of the Hawk vectors without ext. */

#include "runtime/src/auth/hawk.h"

static inline struct tc__hawk_artifacts tc_test_artifacts(void)
{
	return (struct tc__hawk_artifacts){
		.ts = 1353832234,
		.nonce = "j4h3g2",
		.method = "GET",
		.resource = "/resource/1?b=1&a=2",
		.resource_length = 19,
		.host = "example.com",
		.host_length = 11,
		.port = 8000,
	};
}

#endif
