/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_WORKER_STATE_TYPES_H
#define TC_WORKFLOWS_WORKER_STATE_TYPES_H

/*
 * What the parts of the state share (state_tasks.c, what is remembered; state_read.c, the lines
 *that are read; state.c, the rest): the lines of the journal, and what is remembered of them. A
 * line is a word and its values, one blank between them; JSON is always the last.
 *
 *	worker {"rootUrl":…,"taskQueueId":…,"workerGroup":…,"workerId":…}
 *	claim TASK RUN {…}               of claimWork, without the next two members
 *	until TASK RUN {"takenUntil":…,"credentials":{…}}
 *	process TASK RUN PID START BOOT
 *	settled TASK RUN RESULT
 *	ended TASK RUN
 *	registered MS {"credentials":{…},"expires":…,"secret":…}
 *
 * In memory is where the lines are, and nothing of what is secret in them.
 */

#include "workflows/src/disk/journal.h"
#include "workflows/src/worker/process.h"
#include "workflows/src/worker/state.h"

#define TC__STATE_MAGIC "taskcluster-worker-state 1"
#define TC__STATE_ID_MAX ((size_t)64) /* bytes of a task's id, and of a run's */

struct tc__state_process {
	int64_t pid;
	uint64_t start;
	bool same_boot; /* noted in this run of the machine */
	struct tc__span line;
};

struct tc__state_task {
	char id[TC__STATE_ID_MAX], run[TC__STATE_ID_MAX];
	struct tc__span claim, until, settled;
	int result; /* 0: it was not settled */
	struct tc__state_process *processes;
	size_t processes_count, processes_room;
	bool left; /* by an earlier worker, and nobody has taken it yet */
};

struct tc__state {
	struct tc__journal journal;
	struct tc__span owner, registered;
	int64_t registered_ms;
	struct tc__state_task *tasks; /* in the order in which they were claimed */
	size_t count, room;
	char boot[TC__BOOT_SIZE];
	char *owner_text; /* the line "worker" of this one */
	off_t rewrite_at; /* the file is written anew when it is larger */
};

/* NULL: it is not known. */
struct tc__state_task *tc__state_find(
	const struct tc__state *state, const char *task_id, const char *run_id);

/* Room for so many tasks more. */
int tc__state_room(struct tc__state *state, size_t more, tc_error *err);

/* A task that is new, the last; NULL: memory ended. */
struct tc__state_task *tc__state_add(
	struct tc__state *state, const char *task_id, const char *run_id, tc_error *err);

void tc__state_forget(struct tc__state *state, struct tc__state_task *task);

/* Room for one more process of the task. */
int tc__state_process_room(struct tc__state_task *task, tc_error *err);

/* One line: a tc__journal_fn, whose data is the state. TC_ERROR_SYSTEM for what no worker of this
 * version wrote, TC_ERROR_ARGUMENT for another worker's file. */
int tc__state_take_line(void *data, char *text, const struct tc__span *span, tc_error *err);

#endif
