/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_ARTIFACTS_H
#define WORKER_ARTIFACTS_H

/* What a task's payload wants uploaded: each file an artifact, with those of folders. */

#include "tools/worker/task/run.h"

struct artifact {
	struct run *run;
	const struct payload_artifact *wanted;
	char *name, *path;  /* the path as the payload has it, or below it */
	const char *reason; /* why there is none, as createArtifact takes it; NULL */
	char *message;      /* a sentence for it */
	int fd;             /* the file, while it is uploaded; -1 */
	tc_job *job;
	char sha256[65];
	bool there; /* its bytes are uploaded */
};

struct run_artifacts {
	struct artifact **items;
	size_t count, room;
	size_t next, busy; /* the first that has not begun; how many are under way */
	bool canceled;
	struct tc_trust_artifact *digests;
};

/* Finds all of them; false without memory. */
bool artifacts_collect(struct run *run);

/* Opens the file, as the task's user and nowhere but in its folder; what hinders that becomes
 * reason and message, unless it is the machine's fault. */
int artifacts_open(struct artifact *artifact, tc_error *err);

#endif
