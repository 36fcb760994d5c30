/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_INDEXING_H
#define TC_SANDBOX_INDEXING_H

/* The index's entries, as its API and the routes of completed tasks write them. */

#include "tools/sandbox/tasks/task.h"

struct index_entry {
	const char *path; /* the whole namespace, "project.x.latest" */
	const char *task_id;
	int64_t rank;     /* an int32 */
	const char *data; /* JSON text */
	int64_t expires;
};

/* Whether the index can keep a rank; stores it. */
bool indexing_rank(const tc_json *json, int64_t *rank);

/* Stores an entry unless one of higher rank is there already. */
void indexing_insert(struct sandbox *sandbox, struct tc__arena *arena,
	const struct index_entry *entry, int64_t now_ms);

/* Inserts what a completed task's routes "index.<path>" ask for. */
void indexing_task_completed(const struct step *step, const struct task *task);

#endif
