/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_DIFFERENCES_H
#define TC_CLI_DIFFERENCES_H

#include "tools/taskcluster/shared/action.h"

/* `api diff` */
extern const struct action difference_actions[];

#endif
