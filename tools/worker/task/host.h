/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_HOST_H
#define WORKER_HOST_H

/* What all tasks of this worker share. Filled by the program, borrowed by its tasks. */

#include "tools/worker/mounts/mounts.h"
#include "tools/worker/options/options.h"
#include "tools/worker/payload/payload.h"
#include "tools/worker/process/user.h"
#include <taskcluster/chain_of_trust.h>
#include <taskcluster/worker.h>

#define HOST_PLACES 255 /* options.capacity at most */

struct host {
	const struct options *options;
	struct payload_rules rules;
	tc_worker *worker;
	tc_loop *loop;
	struct mounts_store *store;
	const tc_trust_key *key; /* NULL: no chain of trust */
	const char *key_path;    /* which no task may be able to read */
	int tasks_folder;        /* a descriptor */
	int unfinished; /* removals of tasks' folders, and readers of logs, still under way */
	const struct user *user; /* tasks run as this one; NULL: as the worker itself */
	int64_t core_limit;      /* of tasks; -1: as it is */
	const char *proxy_program;
	const char *helper_program; /* for commands and files; NULL: this program itself */
	bool places[HOST_PLACES];   /* which are taken: a task's ports go by its place */
	const char *metadata;       /* for the head of each log: JSON, indented */
	/* A line of the worker's own log. */
	void (*say)(void *data, const char *text);
	void *say_data;
};

#endif
