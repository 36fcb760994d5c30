/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_GROUPS_WATCH_H
#define TC_CLI_GROUPS_WATCH_H

/* A group until all of its tasks are resolved. */

#include "tools/taskcluster/groups/tally.h"
#include "tools/taskcluster/jobs/job.h"

struct watch {
	/* what is watched, and how */
	const struct session *session;
	const struct tc_operation *operation; /* listTaskGroup */
	const char *group_id;
	bool json;
	int64_t interval_s, timeout_s; /* 0: as is sensible, and no limit */

	struct tally tally; /* the last reading that was whole */
	/* what follows is the watching's own; begin with zeros */
	tc_cancel *cancel;
	bool lines;  /* changes are printed, */
	bool seen;   /* of which there was a first one */
	bool absent; /* the queue could not be reached the last time, which was told */
	int64_t begun_ms, drawn_ms, delay_ms; /* by the client's steady clock */
	int status;                           /* not 0: what was wrong has been told */
};

/* Watches it to its end; the exit status, which tells how that was. */
int watch_group(struct watch *watch);

#endif
