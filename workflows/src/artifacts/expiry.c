/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/expiry.h"

#include "workflows/src/base/text.h"
#include <taskcluster/queue.h>

void tc__expiry_ask(
	struct tc__flow *flow, tc_client *client, const char *task_id, tc__flow_fn *then)
{
	tc_error made = TC_ERROR_INIT;
	tc_call *call = tc_queue_status_call(client, task_id, &made);

	tc__flow_send(flow, call, NULL, NULL, then, &made);
}

static void explain(tc_error *why)
{
	tc_error_prefix(why, "how long the task is kept cannot be asked (expires can be given)");
}

char *tc__expiry_take(tc_response *response, const tc_error *err, tc_error *why)
{
	char *expires = NULL;

	if (err) {
		tc_error_copy(why, err);
		explain(why);
		return NULL;
	}
	struct tc_queue_task_status_response *reply = tc_queue_status_reply(response, why);
	if (reply && reply->status.expires)
		tc__text_copy(&expires, reply->status.expires, why);
	else if (reply)
		tc_error_set(why, TC_ERROR_REPLY, "queue.status: the reply has no expires");
	if (!expires)
		explain(why);
	tc_release(reply);
	tc_release(response);
	return expires;
}
