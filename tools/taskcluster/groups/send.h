/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_GROUPS_SEND_H
#define TC_CLI_GROUPS_SEND_H

/* Cancelling many tasks: several calls at the same time, and each told. */

#include "tools/taskcluster/config/session.h"
#include "tools/taskcluster/groups/targets.h"

struct sending {
	const struct session *session;
	tc_cancel *stop; /* or NULL */
	bool json;
	/* what became of them; begin with zeros, and free the targets */
	size_t cancelled;
	struct targets failed;
	tc_error first; /* of the failures; clear it */
};

/* Cancels all targets; those that cannot be are in `failed` then, and no longer in *targets. A
 * failure is none of the whole. 0, or the exit status when it was ended, or memory did. */
int send_cancels(struct sending *sending, struct targets *targets);

#endif
