/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_ABOUT_H
#define TC_CLI_ABOUT_H

/* Who calls and what they may, and what is called. */

#include "tools/taskcluster/shared/action.h"

extern const struct action about_actions[];

/* Of `scopes`, and of `version --server`. */
int about_scopes(struct arguments *arguments);
int about_version(struct arguments *arguments);

#endif
