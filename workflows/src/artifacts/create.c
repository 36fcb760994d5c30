/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/expiry.h"
#include "workflows/src/artifacts/naming.h"
#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include "workflows/src/bytes/media.h"
#include "workflows/src/flow/job.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/artifact_upload.h>
#include <taskcluster/queue.h>

#define MESSAGE_MAX 4096

/* An artifact without bytes on its way. */
struct create {
	struct tc_job job; /* first */
	struct tc__flow flow;
	struct {
		char *task_id, *run_id, *name;
		char *url, *link, *reason, *message, *content_type, *expires;
	} texts; /* for free() */
	tc_created_fn *on_done;
	void *data;
};

static struct create *create_of(struct tc__flow *flow)
{
	return (struct create *)((char *)flow - offsetof(struct create, flow));
}

static void release(struct create *create)
{
	char *texts[] = { create->texts.task_id, create->texts.run_id, create->texts.name,
		create->texts.url, create->texts.link, create->texts.reason, create->texts.message,
		create->texts.content_type, create->texts.expires };

	tc__texts_free(texts, sizeof texts / sizeof *texts);
	tc__job_let_go(&create->job);
	free(create);
}

static void end(struct create *create, const tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;

	if (err) {
		tc_error_copy(&failure, err);
		tc_error_prefix(&failure, "artifact %s of task %s, run %s", create->texts.name,
			create->texts.task_id, create->texts.run_id);
	}
	create->on_done(create->data, err ? &failure : NULL);
	tc_error_clear(&failure);
	release(create);
}

/* ---- the call ---- */

static void describe(const struct create *create, struct tc_queue_post_artifact_request *request)
{
	const char *expires = create->texts.expires, *type = create->texts.content_type;

	*request = (struct tc_queue_post_artifact_request){ 0 };
	if (create->texts.url) {
		request->tag = TC_QUEUE_POST_ARTIFACT_REQUEST_REFERENCE;
		request->reference = (struct tc_queue_post_artifact_request_reference){
			.content_type = type, .expires = expires, .url = create->texts.url
		};
	} else if (create->texts.link) {
		request->tag = TC_QUEUE_POST_ARTIFACT_REQUEST_LINK;
		request->link_ = (struct tc_queue_post_artifact_request_link){
			.content_type = type, .expires = expires, .artifact = create->texts.link
		};
	} else {
		request->tag = TC_QUEUE_POST_ARTIFACT_REQUEST_ERROR;
		request->error_ = (struct tc_queue_post_artifact_request_error){ .expires = expires,
			.reason = create->texts.reason,
			.message = create->texts.message };
	}
}

static void took_artifact(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	tc_release(response);
	end(create_of(flow), err);
}

static void send(struct create *create)
{
	struct tc_queue_post_artifact_request request;
	tc_error made = TC_ERROR_INIT;
	tc_call *call = tc_queue_create_artifact_call(create->job.client, create->texts.task_id,
		create->texts.run_id, create->texts.name, &made);

	describe(create, &request);
	call = tc__flow_call(
		call, call ? tc_queue_create_artifact_body(call, &request, &made) : TC_OK);
	tc__flow_send(&create->flow, call, NULL, NULL, took_artifact, &made);
}

static void took_expiry(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct create *create = create_of(flow);
	tc_error err = TC_ERROR_INIT;

	create->texts.expires = tc__expiry_take(response, failure, &err);
	if (create->texts.expires)
		send(create);
	else
		end(create, &err);
	tc_error_clear(&err);
}

static void begin(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct create *create = create_of(flow);

	(void)response;
	if (err)
		end(create, err);
	else if (create->texts.expires)
		send(create);
	else
		tc__expiry_ask(flow, create->job.client, create->texts.task_id, took_expiry);
}

/* ---- from the options ---- */

static int check(
	const struct tc_artifact *artifact, const struct tc_create_options *options, tc_error *err)
{
	int rc = tc__check_made(artifact, err);

	if (rc == TC_OK)
		rc = tc__check_type(options->content_type, err);
	if (rc != TC_OK)
		return rc;
	if (!options->url + !options->link + !options->reason != 2)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"exactly one of options.url, link and reason is to be given");
	if (options->reason && !options->message)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "options.message is NULL");
	return tc__workflow_check("deadline_ms", options->deadline_ms, err);
}

static int take_texts(struct create *create, const struct tc_artifact *artifact,
	const struct tc_create_options *options, tc_error *err)
{
	const char *type = options->content_type;
	const struct tc__text_copy texts[] = {
		{ &create->texts.task_id, artifact->task_id },
		{ &create->texts.run_id, artifact->run_id },
		{ &create->texts.name, artifact->name },
		{ &create->texts.url, options->url },
		{ &create->texts.link, options->link },
		{ &create->texts.reason, options->reason },
		{ &create->texts.message, options->message },
		{ &create->texts.content_type, type ? type : tc__media_type(NULL, artifact->name) },
		{ &create->texts.expires, options->expires },
	};

	return tc__texts_copy(texts, sizeof texts / sizeof *texts, err);
}

/* At most so many bytes, and no part of a character at the end. */
static void cut_message(char *message)
{
	size_t length = message ? strlen(message) : 0;

	if (length <= MESSAGE_MAX)
		return;
	length = MESSAGE_MAX;
	while (length && ((unsigned char)message[length] & 0xc0) == 0x80)
		length--;
	message[length] = '\0';
}

static void cancel(struct tc_job *job)
{
	tc__flow_cancel(&((struct create *)job)->flow);
}

static int start(tc_loop *loop, tc_client *client, const struct tc_artifact *artifact,
	const struct tc_create_options *options, struct create **started, tc_error *err)
{
	struct create *create = calloc(1, sizeof *create);

	if (!create)
		return tc__no_memory(err);
	create->job.cancel = cancel;
	int rc = tc__job_keep(&create->job, client, err);
	if (rc == TC_OK)
		rc = take_texts(create, artifact, options, err);
	cut_message(create->texts.message);
	tc__flow_init(&create->flow, loop, client, options->cancel, options->deadline_ms);
	create->job.by = create->flow.cancel;
	if (rc == TC_OK)
		rc = tc__flow_begin(&create->flow, begin, err);
	if (rc != TC_OK)
		release(create);
	else
		*started = create;
	return rc;
}

int tc_loop_create_artifact(tc_loop *loop, tc_client *client, const struct tc_artifact *artifact,
	const struct tc_create_options *options, tc_created_fn *on_done, void *data, tc_job **job,
	tc_error *err)
{
	const struct tc__needed needed[] = { { "loop", loop }, { "client", client },
		{ "options", options }, { "on_done", on_done } };
	struct tc_create_options known;
	struct create *create = NULL;
	tc_error own = TC_ERROR_INIT;

	tc_error_clear(err);
	if (job)
		*job = NULL;
	err = err ? err : &own;
	int rc = tc__check_needed(needed, sizeof needed / sizeof *needed, err);
	if (rc == TC_OK)
		rc = tc__workflow_options(
			options, &known, sizeof known, "TC_CREATE_OPTIONS_INIT", err);
	if (rc == TC_OK)
		rc = check(artifact, &known, err);
	if (rc == TC_OK)
		rc = start(loop, client, artifact, &known, &create, err);
	tc_error_clear(&own);
	if (rc != TC_OK)
		return rc;
	create->on_done = on_done;
	create->data = data;
	if (job)
		*job = &create->job;
	return TC_OK;
}

static void take_end(void *data, const tc_error *err)
{
	tc__ending_set(data, err);
}

int tc_create_artifact(tc_client *client, const struct tc_artifact *artifact,
	const struct tc_create_options *options, tc_error *err)
{
	struct tc__ending ending = { .err = TC_ERROR_INIT };
	tc_job *job = NULL;
	tc_loop *loop = tc_loop_on(client, 1, err);

	if (!loop)
		return err ? err->code : TC_ERROR_ARGUMENT;
	int rc = tc_loop_create_artifact(
		loop, client, artifact, options, take_end, &ending, &job, err);
	return tc__job_wait(loop, job, rc, &ending, err);
}
