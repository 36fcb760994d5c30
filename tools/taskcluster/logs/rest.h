/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LOGS_REST_H
#define TC_CLI_LOGS_REST_H

/* A log whose run is over, or what was not printed of it. */

#include "tools/taskcluster/logs/following.h"

/* Prints it, and waits for it for a while where the run has only ended now. 0 when all of the log
 * was printed, or the exit status after telling. */
int rest_read(struct following *follow);

#endif
