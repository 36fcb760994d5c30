/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_SANDBOX_LINK_H
#define TC_TESTS_SANDBOX_LINK_H

/* What the sandbox prints on standard error, for tests that read it. */

#include "tests/harness/server.h"
#include <stdbool.h>
#include <stddef.h>

/* Starts it with further arguments (NULL-ended); its standard error is kept. */
struct tc_test_server *link_start(const char *const *arguments);

/* The token of the last link that was printed; false when there is none. How many links there were
 * is stored in *count, which may be NULL. */
bool link_token(char *token, size_t size, size_t *count);

/* Removes what was kept. */
void link_end(void);

#endif
