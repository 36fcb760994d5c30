/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LOGS_FEED_H
#define TC_CLI_LOGS_FEED_H

/* What stands at a URL goes to the printer, from where that is on. */

#include "tools/taskcluster/logs/access.h"
#include "tools/taskcluster/logs/printer.h"

/*
 * How it ended. TC_OK: all of it came. Else the error says what was in the way: TC_ERROR_REPLY
 * where it is not the log that was printed before. *status, which begins with 0, is the exit status
 * after telling where nothing can be printed any more.
 */

/* The rest of a log that has ended: only what is wanted of it is sent, where its server can. */
int feed_rest(const struct access *access, const char *url, struct printer *printer, int *status,
	tc_error *err);

/* Asked now and then while nothing comes, for so long; anything but TC_OK ends the transfer. */
typedef int feed_idle_fn(void *data, int64_t silent_ms, tc_error *err);

/* A log that is still written, until its end. */
int feed_live(const struct access *access, const char *url, struct printer *printer,
	feed_idle_fn *idle, void *data, int *status, tc_error *err);

#endif
