/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/upload.h"

#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/claim.h>
#include <taskcluster/object.h>
#include <taskcluster/queue.h>
#include <taskcluster/slugid.h>

/* The object, as it is called in the object service. */
struct object {
	tc_client *client;
	const char *name, *project_id, *upload_id, *expires;
};

static struct object object_of(const struct tc__upload *upload)
{
	const struct tc_queue_post_artifact_response_object *made =
		upload->made ? &upload->made->object : NULL;

	if (made)
		return (struct object){ upload->object_client, made->name, made->project_id,
			made->upload_id, made->expires };
	return (struct object){ upload->job.client, upload->texts.name, upload->texts.project_id,
		upload->upload_id, upload->texts.expires };
}

/* ---- finishing ---- */

static void took_artifact_end(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__upload *upload = tc__upload_of(flow);

	tc_release(response);
	tc__upload_end(upload, err);
}

/* Only now: the queue refuses it while the object is not finished. */
static void finish_artifact(struct tc__upload *upload)
{
	const struct tc_queue_finish_artifact_request request = {
		.upload_id = upload->made->object.upload_id
	};
	tc_error made = TC_ERROR_INIT;
	tc_call *call = tc_queue_finish_artifact_call(upload->job.client, upload->texts.task_id,
		upload->texts.run_id, upload->texts.name, &made);

	call = tc__flow_call(call, call ? tc_queue_finish_artifact_body(call, &request, &made) : 0);
	tc__flow_send(&upload->flow, call, NULL, NULL, took_artifact_end, &made);
}

static void took_object_end(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__upload *upload = tc__upload_of(flow);

	tc_release(response);
	if (!err && upload->made)
		finish_artifact(upload);
	else
		tc__upload_end(upload, err);
}

void tc__upload_object_finish(struct tc__upload *upload)
{
	const struct object object = object_of(upload);
	const struct tc_object_hashes_upload hashes = { .sha256 = upload->result.sha256,
		.sha512 = upload->result.sha512 };
	const struct tc_object_finish_upload_request request = {
		.project_id = object.project_id, .upload_id = object.upload_id, .hashes = &hashes
	};
	tc_error made = TC_ERROR_INIT;
	tc_call *call = tc_object_finish_upload_call(object.client, object.name, &made);

	call = tc__flow_call(call, call ? tc_object_finish_upload_body(call, &request, &made) : 0);
	tc__flow_send(&upload->flow, call, NULL, NULL, took_object_end, &made);
}

/* ---- the place ---- */

/* The headers go with the PUT as they came: the URL's signature may cover them. */
static tc_call *new_put(struct tc__upload *upload,
	const struct tc_object_upload_method_put_url_response *place, tc_error *err)
{
	tc_call *put = tc__upload_new_put(upload, place->url, err);
	int rc = put ? TC_OK : err->code;

	for (size_t i = 0; rc == TC_OK && i < place->headers_count; i++)
		rc = tc_call_header(put, place->headers[i].key, place->headers[i].value, err);
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
	struct tc_object_create_upload_response *place =
		tc_object_create_upload_reply(response, &err);
	tc_release(response);
	bool inside = place && place->upload_method.data_inline.present;
	if (place && place->upload_method.put_url)
		put = new_put(upload, place->upload_method.put_url, &err);
	else if (place && !inside)
		tc_error_set(&err, TC_ERROR_REPLY,
			"object.createUpload: the service took none of the methods offered "
			"(dataInline, putUrl)");
	tc_release(place);
	if (inside)
		tc__upload_sent(upload);
	else
		tc__upload_put(upload, put, &err);
}

/* As base64; NULL: it is too large for that, or memory ended. */
static char *encode_small(const struct tc__upload *upload)
{
	size_t length = (size_t)upload->stored_length;
	char *text = upload->bytes ? malloc(length / 3 * 4 + 5) : NULL;

	if (text)
		EVP_EncodeBlock(
			(unsigned char *)text, (const unsigned char *)upload->bytes, (int)length);
	return text;
}

/* The same upload id again is the same upload, with a fresh URL. */
static void create_upload(struct tc__upload *upload)
{
	const struct object object = object_of(upload);
	char *small = encode_small(upload);
	const struct tc_object_upload_method_data_inline_request data_inline = {
		.content_type = upload->texts.content_type, .object_data = small
	};
	const struct tc_object_upload_method_put_url_request put_url = {
		.content_type = upload->texts.content_type, .content_length = upload->stored_length
	};
	const struct tc_object_create_upload_request request = { .expires = object.expires,
		.project_id = object.project_id,
		.upload_id = object.upload_id,
		.proposed_upload_methods = {
			.data_inline = small ? &data_inline : NULL, .put_url = &put_url } };
	tc_error made = TC_ERROR_INIT;
	tc_call *call = tc_object_create_upload_call(object.client, object.name, &made);

	call = tc__flow_call(call, call ? tc_object_create_upload_body(call, &request, &made) : 0);
	free(small);
	tc__flow_send(&upload->flow, call, NULL, NULL, took_place, &made);
}

/* ---- an artifact ---- */

/* Signs with what the queue gave for this object, at the root: a task's proxy would sign as the
 * task. */
static int take_credentials(struct tc__upload *upload, tc_error *err)
{
	tc_credentials *credentials =
		tc_claim_object_credentials(&upload->made->object.credentials, err);

	if (!credentials)
		return err->code;
	tc_client_set_credentials(upload->object_client, credentials);
	tc_credentials_free(credentials);
	return TC_OK;
}

/* Whether the queue may have done what it was asked, though nobody said so. */
static bool may_be_done(const tc_error *err)
{
	return err->code == TC_ERROR_NETWORK || err->code == TC_ERROR_TIMEOUT ||
		err->code == TC_ERROR_CANCELED || err->code == TC_ERROR_REPLY ||
		err->http_status >= 500;
}

static void end_unmade(struct tc__upload *upload, const tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;

	tc_error_copy(&failure, err);
	if (err->http_status == 500) /* release 106 says nothing else of a second one */
		tc_error_prefix(&failure,
			"createArtifact failed inside the queue, as it does when the artifact is "
			"there already: an object artifact is made once in a run");
	else if (may_be_done(err))
		tc_error_prefix(&failure,
			"createArtifact got no usable reply: if the artifact was made, its upload "
			"id is lost, and it cannot be made again in this run");
	tc__upload_end(upload, &failure);
	tc_error_clear(&failure);
}

static void took_artifact(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct tc__upload *upload = tc__upload_of(flow);
	tc_error err = TC_ERROR_INIT;

	if (failure) {
		end_unmade(upload, failure);
		return;
	}
	struct tc_queue_post_artifact_response *made =
		tc_queue_create_artifact_reply(response, &err);
	tc_release(response);
	if (made && made->tag != TC_QUEUE_POST_ARTIFACT_RESPONSE_OBJECT) {
		tc_error_set(&err, TC_ERROR_REPLY,
			"queue.createArtifact: the reply is not for the storage type object");
		tc_release(made);
		made = NULL;
	}
	upload->made = made;
	if (!made)
		end_unmade(upload, &err);
	else if (take_credentials(upload, &err) != TC_OK)
		tc__upload_end(upload, &err);
	else
		create_upload(upload);
	tc_error_clear(&err);
}

/* Once only: a repetition is refused, and the upload id lost. Without contentLength, with which a
 * queue of release 106 can never finish an object. */
static void create_artifact(struct tc__upload *upload)
{
	const struct tc_queue_post_artifact_request request = {
		.tag = TC_QUEUE_POST_ARTIFACT_REQUEST_OBJECT,
		.object = { .content_type = upload->texts.content_type,
			.expires = upload->texts.expires }
	};
	tc_error made = TC_ERROR_INIT;
	tc_call *call = tc_queue_create_artifact_call(upload->job.client, upload->texts.task_id,
		upload->texts.run_id, upload->texts.name, &made);

	call = tc__flow_call(call, call ? tc_queue_create_artifact_body(call, &request, &made) : 0);
	tc__flow_send(&upload->flow, call, NULL, NULL, took_artifact, &made);
}

void tc__upload_object_place(struct tc__upload *upload)
{
	if (upload->texts.run_id && !upload->made) {
		create_artifact(upload);
		return;
	}
	if (!upload->upload_id[0])
		tc_slugid_nice(upload->upload_id);
	create_upload(upload);
}
