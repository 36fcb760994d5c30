/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/indexed.h"

#include "workflows/src/base/text.h"
#include <taskcluster/index.h>

void tc__indexed_ask(struct tc__flow *flow, tc_client *client, const char *path, tc__flow_fn *then)
{
	tc_error made = TC_ERROR_INIT;
	tc_call *call = tc_index_find_task_call(client, path, &made);

	tc__flow_send(flow, call, NULL, NULL, then, &made);
}

char *tc__indexed_take(tc_response *response, const tc_error *err, tc_error *why)
{
	char *task_id = NULL;

	if (err) {
		tc_error_copy(why, err);
		return NULL;
	}
	struct tc_index_indexed_task_response *task = tc_index_find_task_reply(response, why);
	tc_release(response);
	if (task && task->task_id)
		tc__text_copy(&task_id, task->task_id, why);
	else if (task)
		tc_error_set(why, TC_ERROR_REPLY, "index.findTask: the reply has no taskId");
	tc_release(task);
	return task_id;
}
