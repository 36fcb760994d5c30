/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_LOG_H
#define WORKER_LOG_H

/*
 * A task's log: what its commands write, as it comes, and the worker's own lines between. It lies
 * in a file without a name, which ends with the worker; whoever reads it reads the descriptor at
 * offsets of his own. All for the loop's thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <taskcluster/error.h>

/* The worker's lines begin "[taskcluster DATE] ", "[taskcluster:warn DATE] ", and, for what decides
 * how the task ends, "[taskcluster:error] ". */
enum log_kind { LOG_INFO = 1, LOG_WARN, LOG_ERROR };

struct task_log;

/* `folder` is where the file is made. */
struct task_log *task_log_open(const char *folder, tc_error *err);
void task_log_close(struct task_log *log); /* NULL is fine */

/* Appends bytes as they are. Where the disk is full the rest is missing: task_log_broken. */
void task_log_write(struct task_log *log, const void *bytes, size_t length);

/* Appends the worker's own line, or lines, each with its beginning. After output that does not end
 * in a line feed one is put before it. */
TC_PRINTF(3, 4)
void task_log_line(struct task_log *log, enum log_kind kind, const char *format, ...);

int task_log_fd(const struct task_log *log);
int64_t task_log_length(const struct task_log *log);
bool task_log_broken(const struct task_log *log);

/* Each append is told to one listener, such as a live log server's feeder; NULL: to none. */
void task_log_listen(struct task_log *log,
	void (*appended)(void *data, const void *bytes, size_t length), void *data);

#endif
