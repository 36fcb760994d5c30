/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/signin/check.h"
#include "tools/taskcluster/jobs/job.h"

#include <taskcluster/call.h>

int check_credentials(struct session *session, const struct tc_operation *operation, size_t *count)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *reply = NULL;
	int status = 0;
	tc_call *call = tc_call_by_name(session->client, operation, NULL, 0, NULL, &err);

	*count = 1;
	if (call && tc_call_perform_json(call, &reply, &err) == TC_OK)
		*count = tc_json_count(tc_json_get(reply, "scopes"));
	else if (err.http_status != 403) /* theirs they are, but asking takes a scope */
		status = job_report(&err, operation, session);
	tc_release(reply);
	tc_call_free(call);
	tc_error_clear(&err);
	return status;
}
