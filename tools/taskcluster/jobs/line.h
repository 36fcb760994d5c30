/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_JOBS_LINE_H
#define TC_CLI_JOBS_LINE_H

/* What a line of progress says of one file: its name, a bar, bytes, rate, time left. */

#include <taskcluster/job.h>

#include <stdio.h>

struct line {
	char *name; /* of the file; whoever made the line frees it */
	enum tc_job_step step;
	int64_t done, total;
	int64_t updated_ms;
	/* The rate is that of the last seconds: since the mark before the last one. */
	int64_t since_ms, since_done, mark_ms, mark_done;
};

/* Takes in how far the job is; `now_ms` is of a clock that never goes back. */
void line_update(struct line *line, const struct tc_job_progress *progress, int64_t now_ms);

/* Prints it without a line end, at most so many columns wide. */
void line_print(FILE *out, const struct line *line, int columns, int64_t now_ms);

/* "0:12", "1:02:03"; "-:--" for what is negative (not known) or beyond all patience. Returns
 * `text`. */
#define LINE_CLOCK_SIZE 16
#define LINE_CLOCK_HOURS 100
const char *line_clock(int64_t seconds, char text[LINE_CLOCK_SIZE]);

/* A name in so many columns, all of which it fills: its end, which tells more than its begin. It
 * does not steer the terminal. */
void line_print_name(FILE *out, const char *name, int room);

#endif
