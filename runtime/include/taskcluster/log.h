/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_LOG_H
#define TASKCLUSTER_LOG_H

/* Logging: off unless a client's options name a callback. Every secret is redacted before the
 * callback sees it: access tokens, certificates, Authorization headers, bewits. */

#include <taskcluster/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tc_log_level {
	TC_LOG_DEFAULT = 0, /* in options: TC_LOG_INFO; no line has it */
	TC_LOG_ERROR = 1,   /* a call failed for good: status, URL and body */
	TC_LOG_WARN = 2,    /* a retry, a clock that had to be corrected */
	TC_LOG_INFO = 3,    /* a line for each attempt: method, URL, status, milliseconds */
	TC_LOG_DEBUG = 4    /* headers both ways */
};

/* One line, without a line feed at its end, valid during the call only. Called on the thread that
 * drives the client, never while the library holds a lock; must not call into the same client. */
typedef void tc_log_fn(void *data, enum tc_log_level level, const char *line);

#ifdef __cplusplus
}
#endif

#endif
