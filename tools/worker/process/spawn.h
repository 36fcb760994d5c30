/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_PROCESS_SPAWN_H
#define WORKER_PROCESS_SPAWN_H

/*
 * A task's command, and all that it starts. Between the worker and the command stands a keeper:
 * this program again, with "process-keeper" as its first argument, which has none of the worker's
 * memory, environment or descriptors. Whatever the command leaves behind, in sessions of its own
 * too, becomes the keeper's child (PR_SET_CHILD_SUBREAPER), so that it is found and killed when the
 * command ends, when it is to, and when the worker dies. Only processes that descend from the
 * keeper are killed, by descriptors of theirs (pidfd), so that a number that is used again hits
 * nobody else.
 *
 * The command has exactly the environment given, /dev/null as its input, its own session and
 * process group, no other descriptors, no blocked or ignored signals, umask 022, and the worker's
 * limits but those of `core` and `nofile`. A set-user-id program works in it (there is no
 * PR_SET_NO_NEW_PRIVS): tasks use sudo where a machine lets them. It is killed when its keeper
 * dies.
 *
 * All of this is for the loop's thread, and waits for nothing but posix_spawn.
 */

#include "tools/worker/process/user.h"
#include <sys/resource.h>
#include <taskcluster/loop.h>

/* ---- in main ---- */

/* Whether the program was started for this room (a keeper, or the files' agent): then main returns
 * process_main, before anything else. */
bool process_wanted(int argc, char **argv);
int process_main(int argc, char **argv);

/* ---- in the worker ---- */

struct process_order {
	const char *const *arguments;   /* NULL behind the last; the first is looked up in the
					   environment's PATH */
	const char *const *environment; /* NULL behind the last; exactly this */
	int folder;                     /* a descriptor: where it runs */
	int output;                     /* its stdout and stderr: a file (O_APPEND) or a pipe */
	const struct user *user;        /* NULL: as this process */
	bool alone;           /* nothing else runs as `user`: at the end whatever still does is
				 killed, even what others have started for it */
	int64_t core, nofile; /* soft limits (RLIMIT_…) that the worker has changed for itself;
				 -1: as they are */
	const char *program;  /* NULL: this one; for tests */
};

/* How it ended. The times are of the command and of those that it has waited for. */
struct process_end {
	const tc_error *err; /* it could not be started, or nobody knows how it ended; NULL */
	bool started;        /* false with `err`: the command itself cannot be run */
	int status;          /* as of waitpid: WIFEXITED, WIFSIGNALED, WCOREDUMP … */
	struct rusage usage;
	int64_t wall_ns; /* by a clock that never goes back */
	int left;        /* processes that could not be ended within 10 s; not 0 only where the
			    kernel does not let go of them */
};

struct process;

/* The command runs; `pid` leads its own group and session. */
typedef void process_started_fn(void *data, pid_t pid);
/* Once, when the command has ended and nothing of it is left: what it wrote is all there. */
typedef void process_end_fn(void *data, const struct process_end *end);

/*
 * Starts one. What the order points to is not needed any more. Callbacks come later; on_started may
 * be NULL, and does not come when the command cannot be run (on_end says why). On failure nothing
 * was started. For process_free, which may be called in on_end.
 */
int process_start(tc_loop *loop, const struct process_order *order, process_started_fn *on_started,
	process_end_fn *on_end, void *data, struct process **process, tc_error *err);

/* Kills all of it (SIGKILL); on_end comes, soon. NULL is fine. */
void process_kill(struct process *process);

/* When it has not ended, its keeper kills it all, without a word. NULL is fine. */
void process_free(struct process *process);

#endif
