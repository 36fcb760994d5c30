/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LOGS_FOLLOW_H
#define TC_CLI_LOGS_FOLLOW_H

/*
 * A run's log, from wherever it is: while the run goes on from its live log, to which its artifact
 * is a reference, and in the end from the backing log, to which that artifact is a link then.
 */

#include "tools/taskcluster/logs/following.h"

/* Waits until the run is running, and says so. 0, or the exit status after telling. */
int follow_begin(struct following *follow);

/* Prints the log. 0: all of it, or all that is wanted; else the exit status after telling. */
int follow_run(struct following *follow);

#endif
