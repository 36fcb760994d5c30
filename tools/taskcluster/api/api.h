/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_API_H
#define TC_CLI_API_H

/* Any function of any service, as the references have it. */

#include "tools/taskcluster/shared/action.h"

extern const struct action api_actions[];

#endif
