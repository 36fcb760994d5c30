/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_PROCESS_KIN_H
#define WORKER_PROCESS_KIN_H

/* Finding and killing processes by what /proc says of them. A process is named by its number and
 * the time when it began, and killed by a descriptor (before Linux 5.3: by its number), so that one
 * that has got the number meanwhile is not hit. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* When a process began, in the kernel's ticks; 0: there is none. */
uint64_t kin_start(pid_t pid);

/* Sends a signal to all that descend from this process; their number, or -1: /proc cannot be read.
 */
int kin_signal_descendants(int number);

/* Kills a session that `leader`, begun at `start`, has made; whether or not the leader is still
 * there. */
void kin_kill_session(pid_t leader, uint64_t start);

#endif
