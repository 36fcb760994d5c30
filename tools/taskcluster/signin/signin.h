/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SIGNIN_H
#define TC_CLI_SIGNIN_H

/* Credentials, by way of a browser. */

#include "tools/taskcluster/shared/action.h"

extern const struct action signin_actions[];

#endif
