/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_PROCESS_SECLUDE_H
#define WORKER_PROCESS_SECLUDE_H

#include <stdint.h>
#include <taskcluster/error.h>

/*
 * Keeps the worker's secrets from tasks, those of the same user too: it is not dumpable, so that
 * /proc/PID/environ, mem, fd and ptrace are closed to all but root; a core dump is not written. For
 * main, once, before other threads. *core is the soft limit for tasks (process_order).
 */
int seclude(int64_t *core, tc_error *err);

/* Takes TASKCLUSTER_* out of the environment, when they have been read. They are wiped where the
 * kernel shows them, too. Not beside threads that read the environment; pointers into it end. */
void seclude_environment(void);

#endif
