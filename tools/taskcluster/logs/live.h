/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LOGS_LIVE_H
#define TC_CLI_LOGS_LIVE_H

/* A log while its run goes on. */

#include "tools/taskcluster/logs/following.h"

/* Prints it until the run is over, or all of it is where the rest is looked for. 0, or the exit
 * status after telling. */
int live_read(struct following *follow);

#endif
