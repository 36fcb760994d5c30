/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_WORKER_COMMANDS_H
#define TC_TESTS_WORKER_COMMANDS_H

/* Commands of tasks, run by the worker's own program as their keeper, in a folder of the test's. */

#include "tools/worker/process/spawn.h"

struct commands {
	tc_loop *loop;
	char folder_path[64];
	int folder;
	const char *program;
	struct user *user; /* of those that follow; NULL */
	bool alone;
	const char *const *environment; /* NULL: PATH alone */
	int64_t core, nofile;

	/* of the last one */
	struct process *process;
	char *words[8];
	pid_t pid;
	bool ended;
	struct process_end end; /* its err is in `error` */
	tc_error error;
	char *output; /* for free */
};

void commands_begin(struct commands *commands);
void commands_finish(struct commands *commands); /* the folder, too */

/* Starts /bin/sh -c TEXT with its output to the file "output"; */
void commands_start(struct commands *commands, const char *text);
/* polls until it has ended, 20 s at most, frees it, and reads its output. */
void commands_wait(struct commands *commands);
void commands_run(struct commands *commands, const char *text);
/* Polls until a file is in the folder. */
void commands_await_file(struct commands *commands, const char *name);
/* A number that is in a file there. */
pid_t commands_read_pid(struct commands *commands, const char *name);

/* A user that nobody else is, without a name in the system's tables. Skips the test unless this is
 * root. */
void commands_make_user(struct user *user, char *name);

/* Whether a process is there, and no zombie. */
bool commands_is_alive(pid_t pid);
/* The same, when it has had 5 s to go. */
bool commands_stays(pid_t pid);

#endif
