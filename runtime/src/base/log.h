/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_LOG_H
#define TC_RUNTIME_LOG_H

/* Lines for the log callback. Every line passes the redaction, so that no caller can forget it. */

#include "runtime/src/base/buffer.h"
#include <taskcluster/log.h>

/* A line is cut at this many bytes. */
#define TC__LOG_LINE_MAX 8192

/* How much of a refused reply's body is shown. */
#define TC__LOG_BODY_MAX 1000

struct tc__log {
	tc_log_fn *fn; /* NULL: off */
	void *data;
	enum tc_log_level level;
};

static inline bool tc__log_wants(const struct tc__log *log, enum tc_log_level level)
{
	return log->fn && level <= log->level;
}

/* Formats, redacts and hands over one line; control characters become blanks. Does nothing when
 * the level is not wanted, and drops the line when memory ends. */
TC_PRINTF(3, 4)
void tc__log(const struct tc__log *log, enum tc_log_level level, const char *format, ...);

#endif
