/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TRUST_H
#define TC_CLI_TRUST_H

/* The chain of trust: certificates of workers over their tasks' artifacts. */

#include "tools/taskcluster/shared/action.h"

extern const struct action trust_actions[];

/* Of these commands. */
int trust_verify(struct arguments *arguments);
int trust_create_key(struct arguments *arguments);

#endif
