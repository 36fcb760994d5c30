/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_PROCESS_HELPER_H
#define WORKER_PROCESS_HELPER_H

/*
 * How the worker and its helpers, which are this program again, speak. A helper is started with
 * descriptors of fixed numbers and nothing else. A keeper's order is a file in memory, as the
 * command's words and environment are for nobody else to see in /proc.
 */

#include "tools/worker/process/spawn.h"

#define KEEPER_WORD "process-keeper"
#define AGENT_WORD "process-files"

enum helper_fd {
	HELPER_FD_TALK = 3, /* a socket: its end is the worker's end */
	HELPER_FD_FOLDER,
	HELPER_FD_ORDER,  /* a keeper's */
	HELPER_FD_OUTPUT, /* a keeper's */
	HELPER_FD_END
};

/* What a keeper says, each by one write: STARTED, ENDED; or FAILED alone. */
enum keeper_event { KEEPER_STARTED = 1, KEEPER_ENDED, KEEPER_FAILED };
struct keeper_report {
	int event;
	pid_t pid;     /* STARTED */
	int problem;   /* FAILED: an errno, */
	char step[64]; /* of what; "": of the command itself */
	int status;    /* ENDED, and so on */
	int left;
	int64_t wall_ns;
	struct rusage usage;
};

/* What it can be told; else the end of the talk says the same. */
#define KEEPER_KILL 'k'

/* A keeper's order as it reads it. All in one block, for free(). */
struct keeper_order {
	bool as_user, alone;
	uid_t uid;
	gid_t gid;
	gid_t groups[USER_GROUPS_MAX];
	size_t groups_count;
	int64_t core, nofile;
	char **arguments, **environment;
};

/* A file in memory with the order; -1 with *err. */
int keeper_order_write(const struct process_order *order, tc_error *err);

/* Reads it; NULL when it is none. Ends with the keeper. */
struct keeper_order *keeper_order_read(int fd);

/* Starts a helper with those descriptors (-1: none), which are copied; its pid, or -1 with *err.
 * Numbers of `word` and behind it, up to NULL, are its arguments. */
struct helper_fds {
	int talk, folder, order, output;
};
pid_t helper_start(
	const char *program, const char *const *words, const struct helper_fds *fds, tc_error *err);

#endif
