/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_WORKER_PROCESS_H
#define TC_WORKFLOWS_WORKER_PROCESS_H

/*
 * Processes that a program may have left behind. A number says little of whose a process is: it
 * is the same as one that was noted when it has also begun at the same moment, in the same run of
 * the machine and the same namespace. Linux only: by /proc.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <taskcluster/error.h>

#define TC__BOOT_SIZE 96

/* Which run of the machine this is, and which namespace of processes: a text without blanks;
 * "unknown" where that is not told. */
void tc__process_boot(char boot[TC__BOOT_SIZE]);

/* When a process began, in the system's ticks; TC_ERROR_SYSTEM: there is none (or no /proc). */
int tc__process_start(int64_t pid, uint64_t *start, tc_error *err);

/* The same from the text of /proc/PID/stat, in which the program's name may have blanks and
 * parentheses. */
bool tc__process_read(
	const char *stat, char *state, int64_t *group, int64_t *session, uint64_t *start);

/* Whether nothing is left of its group. */
bool tc__process_is_gone(int64_t pid);

/*
 * Kills a process, leader of its group (and maybe session), and all that are in these. When it has
 * ended its number may be another's by now: of the group only those are killed then that have
 * TASK_ID and RUN_ID in their environment. How many were found.
 */
size_t tc__process_kill(int64_t pid, uint64_t start, const char *task_id, const char *run_id);

#endif
