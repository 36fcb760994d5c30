/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_PROCESS_DESCENT_H
#define WORKER_PROCESS_DESCENT_H

/* Who descends from a process, by what was counted of all: a view of /proc that was never true at
 * one moment, since processes begin and end while it is read, and their numbers are given out
 * again. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum relation { UNKNOWN, OURS, FOREIGN };

struct kin {
	pid_t pid, parent, session;
	uint64_t start; /* the kernel's ticks */
	enum relation relation;
};

/* Finds out for each whether it descends from `self`, begun at `self_start`, which itself does not.
 * They are in the order of their numbers, and UNKNOWN. */
void descent_relate(struct kin *all, size_t count, pid_t self, uint64_t self_start);

#endif
