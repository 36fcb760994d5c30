/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_JOBS_BARS_H
#define TC_CLI_JOBS_BARS_H

/*
 * How far jobs have come, for people: a line for each file under way on the terminal that standard
 * error is, drawn again in place ten times a second at most. Nothing where it is none. The cursor
 * stands below the lines, so that nothing is out of order however the program ends. There is one
 * such picture at a time; what is told on standard error goes above it (report_behind).
 */

#include <taskcluster/job.h>

/* `quiet`: nothing is ever drawn. */
void bars_begin(bool quiet);

/* For jobs; `data` is not used. Always 0. */
int bars_progress(void *data, const struct tc_job_progress *progress);

/* The file has ended: it has no line any more. */
void bars_drop(const char *name);

/* Takes the lines away for something to be printed; they come back by themselves. */
void bars_hide(void);

void bars_end(void);

#endif
