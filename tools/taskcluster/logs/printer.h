/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LOGS_PRINTER_H
#define TC_CLI_LOGS_PRINTER_H

/* A log on standard output: byte by byte into a pipe or file, its text and colours alone on a
 * terminal. Whatever it is read from, and however often that is begun anew, each byte comes once.
 */

#include "tools/taskcluster/logs/place.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/text/colored.h"

struct printer {
	struct output output;
	struct place place;
	bool terminal;
	struct colored colored;
};

/* 0, or the exit status after telling. Close it in either case, and do not move it before. There is
 * one at a time: where it is on the same terminal, what is told on standard error begins a line,
 * and is not in the log's colours. */
int printer_open(struct printer *printer);

/* Another log comes, from its begin. */
void printer_begin(struct printer *printer);

/* The log, as a source has it from the byte at `position` on, which is not behind
 * place_begin(&printer->place). */
void printer_seek(struct printer *printer, int64_t position);

/* What the source has next; what was printed already is left out. 0, or the exit status after
 * telling. */
int printer_take(struct printer *printer, const void *bytes, size_t length);

/* Whether nobody will read what is printed, as with a pipe whose reader has ended. */
bool printer_is_unread(const struct printer *printer);

void printer_close(struct printer *printer);

#endif
