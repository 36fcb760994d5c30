/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_WORKER_MANAGER_H
#define TC_WORKFLOWS_WORKER_MANAGER_H

/*
 * A worker's life in worker-manager: it registers with its proof, its client signs with what it
 * gets, and it registers anew before that ends, as long as it takes. The secret for that is good
 * for one time, and kept in the state as soon as the next one is known; when it is refused (the
 * reply to its use was lost, or its user died before he wrote the next one down) the proof counts
 * again.
 *
 * All on the loop's thread; callbacks come later, never from inside a function here.
 */

#include "workflows/src/worker/state.h"
#include <taskcluster/loop.h>
#include <taskcluster/worker.h>

struct tc__manager;

/* Who it is; borrowed. */
struct tc__manager_worker {
	const char *task_queue_id, *worker_group, *worker_id;
};

struct tc__manager_options {
	tc_loop *loop;              /* borrowed */
	tc_client *client;          /* borrowed; claims, and gets the credentials */
	struct tc__state *state;    /* borrowed; NULL: none is kept */
	struct tc_worker_pool pool; /* as given, its size filled in; the proof is copied */
	struct tc__manager_worker worker;
	void *pool_data; /* for pool.registered */

	/* The client has credentials and may claim: once, at the first time. */
	void (*ready)(void *data);
	/* It may not claim any more, or never may: worker-manager refuses it (*err, borrowed), or
	 * memory ended. At most once, and nothing comes after it. Before that, what is refused is
	 * tried again as long as there are credentials that are good. */
	void (*refused)(void *data, const tc_error *err);
	/* Trouble that is no reason to stop: a line of text, a tc_log_level. Must not free it. */
	void (*trouble)(void *data, int level, const char *text);
	void *data; /* for all three */
};

/* Texts of `worker` are copied. It begins on the loop's next turn. */
struct tc__manager *tc__manager_new(const struct tc__manager_options *options, tc_error *err);

/* No callback comes any more; what is under way is canceled, and memory goes with it, while the
 * loop runs or when it is freed. NULL is fine. */
void tc__manager_free(struct tc__manager *manager);

/* Whether worker-manager wants the worker to stop; `reason` (borrowed) says why, NULL when it does
 * not. That it cannot be asked is no reason: false, and a line to `trouble`. Exactly one `then` for
 * each, 15 s later at most (longer while there are no credentials, and at once without memory), but
 * none after tc__manager_free and `refused`; one at a time. */
typedef void tc__manager_fn(void *data, bool stop, const char *reason);
void tc__manager_ask(struct tc__manager *manager, tc__manager_fn *then, void *data);

/* An error on this machine, for people. */
struct tc__manager_report {
	const char *kind, *title, *description;
};

/* Tells of it, with 10 s at most once it is started; needs no manager. It signs as `client` does
 * when it is sent. NULL: *err. */
tc_call *tc__manager_report_call(tc_client *client, const struct tc__manager_worker *worker,
	const struct tc__manager_report *report, tc_error *err);

#endif
