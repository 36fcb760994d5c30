/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_GROUPS_EACH_H
#define TC_CLI_GROUPS_EACH_H

/* The tasks of a group, one by one as they arrive: no more than one is held. */

#include "tools/taskcluster/config/session.h"

struct each {
	const struct session *session;
	const char *group_id;
	tc_cancel *cancel;   /* or NULL */
	int64_t deadline_ms; /* for all of it, from now; 0: none */
	/* For who prints nothing meanwhile: when it takes long, the picture, which the caller has
	 * begun, shows how many tasks were read. */
	bool shown;
};

/* `item` has the members "status" and "task", and is lent until the function returns. false: no
 * more of them. */
typedef bool each_fn(void *data, const tc_json *item);

/* TC_OK also when the function wanted no more. */
int each_task(const struct each *each, each_fn *take, void *data, tc_error *err);

/* A text of the task's definition or status, by its JSON pointer; "" where there is none. */
const char *task_text(const tc_json *item, const char *pointer);

#endif
