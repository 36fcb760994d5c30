/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/logs/access.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/report.h"

#include <taskcluster/queue.h>
#include <taskcluster/registry.h>

static const struct tc_operation *operation_of(enum asked what)
{
	return tc_find_operation("queue", what == ASKED_STATUS ? "status" : "getArtifact");
}

int access_open(struct access *access, const struct arguments *arguments, tc_cancel *cancel)
{
	access->arguments = arguments;
	access->cancel = cancel;
	access->open.use = SESSION_UNSIGNED;
	return session_open(&access->open, arguments, operation_of(ASKED_STATUS));
}

void access_close(struct access *access)
{
	session_close(&access->open);
	session_close(&access->own);
}

tc_client *access_client(const struct access *access)
{
	return access->open.client;
}

int access_prepare(const struct access *access, tc_call *call, enum tc_repeat repeat, tc_error *err)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;

	options.repeat = repeat;
	options.cancel = access->cancel;
	return tc_call_set_options(call, &options, err);
}

static tc_call *make_call(
	tc_client *client, enum asked what, const struct artifact_id *id, tc_error *err)
{
	if (what == ASKED_STATUS)
		return tc_queue_status_call(client, id->task_id, err);
	return tc_queue_get_artifact_call(client, id->task_id, id->run_id, id->name, err);
}

static int ask(const struct access *access, tc_client *client, enum asked what,
	const struct artifact_id *id, tc_response **response, tc_error *err)
{
	tc_call *call = make_call(client, what, id, err);
	int rc = call ? access_prepare(access, call, TC_REPEAT_AS_LISTED, err) : err->code;

	if (rc == TC_OK)
		rc = tc_call_perform(call, response, err);
	tc_call_free(call);
	return rc;
}

/* Whether there is somebody to call as; not below a proxy, which has signed already. */
static bool can_sign(struct access *access)
{
	struct session *own = &access->own;

	if (!access->is_own_open)
		access->status = session_open(own, access->arguments, operation_of(ASKED_ARTIFACT));
	access->is_own_open = true;
	return access->status == 0 && own->config.credentials;
}

bool access_is_refused(const tc_error *err)
{
	return err->http_status == 401 || err->http_status == 403;
}

int access_ask(struct access *access, enum asked what, const struct artifact_id *id,
	tc_response **response, tc_error *err)
{
	if (!access->sign[what]) {
		int rc = ask(access, access->open.client, what, id, response, err);
		if (rc == TC_OK || !access_is_refused(err) || !can_sign(access))
			return rc;
	}
	int rc = ask(access, access->own.client, what, id, response, err);
	access->sign[what] = rc == TC_OK;
	return rc;
}

int access_report(const struct access *access, enum asked what, const tc_error *err)
{
	const struct session *whose = access->own.client ? &access->own : &access->open;

	if (err->code == TC_ERROR_CANCELED) /* by a signal, which is told by how the program ends */
		return STATUS_FAILED;
	return access->status ? access->status : job_report(err, operation_of(what), whose);
}

int access_pause(const struct access *access, int64_t ms, tc_error *err)
{
	return tc_client_wait(access->open.client, ms, access->cancel, err);
}
