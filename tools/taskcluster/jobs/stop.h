/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_JOBS_STOP_H
#define TC_CLI_JOBS_STOP_H

/*
 * SIGINT, SIGTERM and SIGHUP end a download in order: what it has is kept for the next time. The
 * second one ends the program at once. Where they are ignored (nohup) they stay so.
 */

#include <taskcluster/cancel.h>

/* What is fired then; NULL without memory, and signals do what they always do. One at a time. */
tc_cancel *stop_begin(void);

/* Whether a signal came. */
bool stop_came(void);

/* When the download has ended. A signal that came now ends the program, as shells want to know. */
void stop_end(void);

#endif
