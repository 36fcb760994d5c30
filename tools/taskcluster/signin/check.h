/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SIGNIN_CHECK_H
#define TC_CLI_SIGNIN_CHECK_H

#include "tools/taskcluster/config/session.h"

/* Asks the server for the scopes that the session's credentials come to: 0 when it accepts them, or
 * the exit status after telling. *count is how many they are, or 1 where they are not told. */
int check_credentials(struct session *session, const struct tc_operation *operation, size_t *count);

#endif
