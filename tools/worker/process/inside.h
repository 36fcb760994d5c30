/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_PROCESS_INSIDE_H
#define WORKER_PROCESS_INSIDE_H

/* Opening things inside a folder, as whoever this process is: what both the agent and the worker
 * without an agent do. Paths are relative to the folder. */

#include "tools/worker/process/files.h"

/* A plain file, blocking; else *problem is an errno, or INSIDE_… */
enum { INSIDE_FOLDER = -1, INSIDE_SPECIAL = -2, INSIDE_NO_FOLDER = -3 };
int inside_open_file(int folder, const char *path, int *problem);

/* Calls `each` for what task_files_list tells; false when it ended that. *problem 0, an errno, or
 * INSIDE_NO_FOLDER: there is something else at `path`. */
bool inside_list(int folder, const char *path, task_files_fn *each, void *data, int *problem);

#endif
