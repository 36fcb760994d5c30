/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_JOBS_STOP_H
#define TC_CLI_JOBS_STOP_H

/*
 * SIGINT, SIGTERM and SIGHUP end a job in order: what a download has is kept for the next time. The
 * second one ends the program at once. Where they are ignored (nohup) they stay so. One job at a
 * time.
 */

#include <taskcluster/cancel.h>

/* What is fired then; NULL without memory, and signals do what they always do. */
tc_cancel *stop_begin(void);

/* The same with what a signal handler may call in place of a cancel. */
void stop_begin_by(void (*stop)(void));

/* Whether a signal came. */
bool stop_came(void);

/* When the job has ended. A signal that came ends the program now, as shells want to know. */
void stop_end(void);

/* When a job has ended that has no other end than a signal: the program goes on. */
void stop_end_well(void);

#endif
