/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/upload.h"

#include <taskcluster/queue.h>

/* The storage wants the very content type that the queue told. */
static tc_call *new_put(struct tc__upload *upload,
	const struct tc_queue_post_artifact_response_s3 *place, tc_error *err)
{
	tc_call *put = tc__upload_new_put(upload, place->put_url, err);
	int rc = put ? tc_call_header(put, "Content-Type", place->content_type, err) : err->code;

	if (rc == TC_OK && upload->gzip)
		rc = tc_call_header(put, "Content-Encoding", "gzip", err);
	return tc__flow_call(put, rc);
}

static void took_place(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct tc__upload *upload = tc__upload_of(flow);
	tc_error err = TC_ERROR_INIT;
	tc_call *put = NULL;

	if (failure) {
		tc__upload_end(upload, failure);
		return;
	}
	struct tc_queue_post_artifact_response *place =
		tc_queue_create_artifact_reply(response, &err);
	tc_release(response);
	if (place && place->tag == TC_QUEUE_POST_ARTIFACT_RESPONSE_S3)
		put = new_put(upload, &place->s3, &err);
	else if (place)
		tc_error_set(&err, TC_ERROR_REPLY,
			"queue.createArtifact: the reply is not for the storage type s3");
	tc_release(place);
	tc__upload_put(upload, put, &err);
}

/* The same request again changes nothing, and gives a fresh URL. The length is that before
 * encoding. */
void tc__upload_s3_place(struct tc__upload *upload)
{
	const struct tc_queue_post_artifact_request request = {
		.tag = TC_QUEUE_POST_ARTIFACT_REQUEST_S3,
		.s3 = { .content_type = upload->texts.content_type,
			.expires = upload->texts.expires,
			.content_length = { true,
				upload->spooled ? upload->input.position : upload->input.length } }
	};
	tc_error made = TC_ERROR_INIT;
	tc_call *call = tc_queue_create_artifact_call(upload->job.client, upload->texts.task_id,
		upload->texts.run_id, upload->texts.name, &made);

	call = tc__flow_call(
		call, call ? tc_queue_create_artifact_body(call, &request, &made) : TC_OK);
	tc__flow_send(&upload->flow, call, NULL, NULL, took_place, &made);
}

/* finishArtifact is for objects. */
void tc__upload_s3_finish(struct tc__upload *upload)
{
	tc__upload_end(upload, NULL);
}
