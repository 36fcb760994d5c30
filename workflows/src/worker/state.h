/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_WORKER_STATE_H
#define TC_WORKFLOWS_WORKER_STATE_H

/*
 * What a worker knows, in a file that outlives it: its claims, the processes of its tasks, its
 * registration. Each event is a line in a journal (journal.h); what has to be on disk before the
 * worker goes on is there when a function returns, with one fdatasync, and the rest survives the
 * end of this program but not that of the machine.
 *
 * The order of a task:
 *
 *	tc__state_claims      the queue has given tasks; before any of them begins
 *	tc__state_process     (tc_task_note_process)
 *	tc__state_renewed     its claim was renewed
 *	tc__state_settled     it was resolved; before the report is sent
 *	tc__state_ended       the report is through, or the task is not ours any more
 *
 * and of a worker: tc__state_open; for each tc__state_leftover either go on with it (what is known
 * of it stays) or tc__state_kill, report, tc__state_ended; then all the above; tc__state_end.
 *
 * Functions accept a `state` that is NULL (no state_path) and do nothing then: TC_OK, 0, NULL. The
 * loop's thread only. What fails is TC_ERROR_SYSTEM (the disk is full), TC_ERROR_NOMEM, or
 * TC_ERROR_ARGUMENT (an unknown task); the file is then as it was before.
 */

#include <taskcluster/credentials.h>
#include <taskcluster/worker_manager_types.h>

struct tc__state;

/* Whose it is; the texts are copied. */
struct tc__state_owner {
	const char *root_url; /* NULL: nobody knows */
	const char *task_queue_id, *worker_group, *worker_id;
};

/*
 * Opens what an earlier worker has left, or makes it. TC_ERROR_SYSTEM, naming the file, when
 * another program has it locked, when it is not this user's alone or no plain file, when it is
 * damaged; TC_ERROR_ARGUMENT when it belongs to another root, queue, group or id. Nothing that was
 * there is changed by a failure.
 */
int tc__state_open(struct tc__state **state, const char *path, const struct tc__state_owner *owner,
	tc_error *err);

/* The worker has ended well: the file is removed. Frees it. */
void tc__state_end(struct tc__state *state);

/* Frees it, and leaves the file to the next worker. Also after fork. */
void tc__state_close(struct tc__state *state);

/* ---- what an earlier worker has left ---- */

/* A task that it had claimed and not ended. For tc__state_leftover_clear. */
struct tc__state_leftover {
	/* As in claimWork's reply, without takenUntil and credentials, which are those of the last
	 * renewal. */
	const tc_json *claim;
	char *taken_until;
	tc_credentials *credentials;
	int settled; /* what tc__state_settled was told; 0: nothing */
};
void tc__state_leftover_clear(struct tc__state_leftover *leftover); /* fine on {0} */

size_t tc__state_leftovers(const struct tc__state *state);

/* The first of them that was not taken yet; TC_ERROR_ARGUMENT when there is none. */
int tc__state_leftover(struct tc__state *state, struct tc__state_leftover *leftover, tc_error *err);

/* Kills what is left of the processes that were noted for a task: a process that has the pid and
 * began at the same time in the same run of the machine, its group and its session. How many
 * were found. */
size_t tc__state_kill(struct tc__state *state, const char *task_id, const char *run_id);

/* ---- what happens now ---- */

/* Tasks were claimed: `claims` is the array "tasks" of claimWork's reply. On disk when it returns.
 * When it fails none of them is known, and each is to be given back. */
int tc__state_claims(struct tc__state *state, const tc_json *claims, tc_error *err);

/* `reply` of reclaimTask: its takenUntil and credentials. On disk when it returns. */
int tc__state_renewed(struct tc__state *state, const char *task_id, const char *run_id,
	const tc_json *reply, tc_error *err);

/* On disk when it returns. TC_ERROR_SYSTEM when there is no such process. */
int tc__state_process(struct tc__state *state, const char *task_id, const char *run_id, int64_t pid,
	tc_error *err);

/* `result`: what it will be reported as (not 0), so that another worker reports the same. */
int tc__state_settled(struct tc__state *state, const char *task_id, const char *run_id, int result,
	tc_error *err);

/* Nothing of the task is known any more. Without memory or room on the disk it is found again after
 * a crash, and resolved twice, which the queue refuses. */
void tc__state_ended(struct tc__state *state, const char *task_id, const char *run_id);

/* ---- the registration; for manager.c ---- */

/* What registerWorker or reregisterWorker has answered: {credentials, expires, secret}, and when
 * that was, by the wall clock. On disk when it returns. */
int tc__state_registered(
	struct tc__state *state, const tc_json *reply, int64_t now_ms, tc_error *err);

/* The last one, for tc_release, which wipes it; NULL: there is none. */
int tc__state_registration(struct tc__state *state,
	struct tc_worker_manager_reregister_worker_response **registration, int64_t *registered_ms,
	tc_error *err);

#endif
