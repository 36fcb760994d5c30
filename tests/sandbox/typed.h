/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_SANDBOX_TYPED_H
#define TC_TESTS_SANDBOX_TYPED_H

/* The library's client against a sandbox of the tests. */

#include "tests/harness/server.h"
#include <taskcluster/client.h>

/* Stops the test when it cannot be made. NULL credentials: those of the root client. */
tc_client *typed_client(const struct tc_test_server *server, const char *id, const char *token,
	const char *certificate);

#endif
