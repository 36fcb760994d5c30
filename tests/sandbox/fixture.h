/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_SANDBOX_FIXTURE_H
#define TC_TESTS_SANDBOX_FIXTURE_H

/* The one sandbox of a test program, which its group's set-up starts as it needs it. */

#include "tests/harness/server.h"

extern struct tc_test_server *server;

/* A group's tear-down: ends what the small client holds, and the sandbox. */
int tear_down(void **state);

#endif
