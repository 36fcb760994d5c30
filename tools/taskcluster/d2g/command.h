/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_COMMAND_H
#define TC_CLI_D2G_COMMAND_H

#include "tools/taskcluster/d2g/translation.h"

/* Adds the member `command`: `docker run`, and behind the image the task's own. */
void command_add(struct translation *translation);

#endif
