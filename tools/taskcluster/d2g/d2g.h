/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_H
#define TC_CLI_D2G_H

/* Tasks of docker-worker as tasks of generic-worker. */

#include "tools/taskcluster/shared/action.h"

extern const struct action d2g_actions[];

/* `d2g`. */
int d2g(struct arguments *arguments);

#endif
