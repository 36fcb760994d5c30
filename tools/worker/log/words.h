/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_LOG_WORDS_H
#define WORKER_LOG_WORDS_H

/* How the production worker writes what stands in its logs. */

#include "runtime/src/base/buffer.h"
#include <stdint.h>

/* A duration as Go prints it: "156.975ms", "14.640815195s", "1h0m3.5s", "0s". */
#define DURATION_SIZE 40
void log_duration(char text[DURATION_SIZE], int64_t ns);

/* An argument as a shell would take it: bare, or in single quotes. */
void log_quote(struct tc__buffer *text, const char *argument);

#endif
