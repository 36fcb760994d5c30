/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_FOLDERS_H
#define WORKER_FOLDERS_H

/* The tasks' folders, each "task_…" in tasksDir. */

#include "tools/worker/task/host.h"

/* Opens tasksDir, which is made if need be; -1. */
int folders_open(const char *path, tc_error *err);

/* Removes what an earlier worker has left, in the background; mounts of it are not taken. */
void folders_clean(struct host *host);

/* Makes one, empty, and gives it to the tasks' user; its descriptor, or -1. */
int folders_make(const struct host *host, const char *name, tc_error *err);

/* Removes one with all that is in it, in the background. */
void folders_remove(struct host *host, const char *name);

#endif
