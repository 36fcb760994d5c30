/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/locate.h"

#include "workflows/src/base/text.h"
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/claim.h>
#include <taskcluster/object.h>
#include <taskcluster/queue.h>

#define CREATED_ERROR 424 /* how the queue answers for an error artifact */

static struct tc__locator *locator_of(struct tc__flow *flow)
{
	return (struct tc__locator *)((char *)flow - offsetof(struct tc__locator, flow));
}

void tc__found_clear(struct tc__found *found)
{
	if (found->url)
		OPENSSL_cleanse(found->url, strlen(found->url));
	free(found->url);
	*found = (struct tc__found)TC__FOUND_NONE;
}

void tc__locator_end(struct tc__locator *locator)
{
	tc__found_clear(&locator->found);
	tc_client_free(locator->object_client);
	locator->object_client = NULL;
}

/* ---- what was found ---- */

static void end_with(struct tc__locator *locator, tc_error *err)
{
	locator->then(locator, err->code == TC_OK ? NULL : err);
	tc_error_clear(err);
}

static int take_url(
	struct tc__locator *locator, const char *url, const char *storage, tc_error *err)
{
	tc__found_clear(&locator->found);
	snprintf(locator->found.storage, sizeof locator->found.storage, "%s", storage);
	return tc__text_copy(&locator->found.url, url, err);
}

static int take_hashes(
	struct tc__found *found, const struct tc_object_hashes_download *hashes, tc_error *err)
{
	if (!hashes->sha256 && !hashes->sha512)
		return tc_error_set(err, TC_ERROR_REPLY,
			"object.startDownload: the service has neither sha256 nor sha512 of the "
			"object, so that it cannot be verified (options.simple does without)");
	snprintf(found->sha256, sizeof found->sha256, "%s", hashes->sha256 ? hashes->sha256 : "");
	snprintf(found->sha512, sizeof found->sha512, "%s", hashes->sha512 ? hashes->sha512 : "");
	found->hashed = true;
	return TC_OK;
}

/* ---- an object ---- */

static int take_download(struct tc__locator *locator,
	const struct tc_object_download_object_response *reply, tc_error *err)
{
	if (reply->tag == TC_OBJECT_DOWNLOAD_OBJECT_RESPONSE_SIMPLE)
		return take_url(locator, reply->simple.url, "object", err);
	if (reply->tag != TC_OBJECT_DOWNLOAD_OBJECT_RESPONSE_GET_URL)
		return tc_error_set(err, TC_ERROR_REPLY,
			"object.startDownload: the service answered with another method than those "
			"accepted");
	int rc = take_url(locator, reply->get_url.url, "object", err);
	return rc == TC_OK ? take_hashes(&locator->found, &reply->get_url.hashes, err) : rc;
}

static void took_download(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct tc__locator *locator = locator_of(flow);
	tc_error err = TC_ERROR_INIT;

	if (failure) {
		locator->then(locator, failure);
		return;
	}
	struct tc_object_download_object_response *reply =
		tc_object_start_download_reply(response, &err);
	tc_release(response);
	if (reply)
		take_download(locator, reply, &err);
	tc_release(reply);
	end_with(locator, &err);
}

static void start_download(struct tc__locator *locator, tc_client *client, const char *name)
{
	struct tc_object_download_object_request request = { 0 };
	tc_error made = TC_ERROR_INIT;

	if (locator->sought.simple)
		request.accept_download_methods.simple = (struct tc_opt_bool){ true, true };
	else
		request.accept_download_methods.get_url = (struct tc_opt_bool){ true, true };
	tc_call *call = tc_object_start_download_call(client, name, &made);
	call = tc__flow_call(
		call, call ? tc_object_start_download_body(call, &request, &made) : TC_OK);
	tc__flow_send(&locator->flow, call, NULL, NULL, took_download, &made);
}

/* With the credentials that the queue gave for it, at the root: a task's proxy would sign as the
 * task. */
static int take_credentials(
	struct tc__locator *locator, const struct tc_queue_object_credentials *given, tc_error *err)
{
	tc_credentials *credentials = tc_claim_object_credentials(given, err);

	if (!credentials)
		return err->code;
	if (!locator->object_client)
		locator->object_client = tc_client_as(locator->client, credentials, err);
	else
		tc_client_set_credentials(locator->object_client, credentials);
	tc_credentials_free(credentials);
	return locator->object_client ? TC_OK : err->code;
}

/* ---- an artifact ---- */

/* What the worker left instead of the artifact. */
static int fail_created(const struct tc_queue_artifact_content_response_error *given, tc_error *err)
{
	int rc = tc_error_set(err, TC_ERROR_HTTP,
		"there is no such artifact, but the worker's word why: %s: %s", given->reason,
		given->message);

	tc_error_set_server(err, CREATED_ERROR, given->reason, given->message);
	return rc;
}

static int take_content(struct tc__locator *locator,
	const struct tc_queue_artifact_content_response *content, tc_error *err)
{
	switch (content->tag) {
	case TC_QUEUE_ARTIFACT_CONTENT_RESPONSE_S3:
		return take_url(locator, content->s3.url, "s3", err);
	case TC_QUEUE_ARTIFACT_CONTENT_RESPONSE_REFERENCE:
		return take_url(locator, content->reference.url, "reference", err);
	case TC_QUEUE_ARTIFACT_CONTENT_RESPONSE_ERROR:
		return fail_created(&content->error_, err);
	case TC_QUEUE_ARTIFACT_CONTENT_RESPONSE_OBJECT:
		return take_credentials(locator, &content->object.credentials, err);
	default:
		return tc_error_set(err, TC_ERROR_REPLY,
			"the artifact is of a storage type that this version (for release 106) "
			"does "
			"not know");
	}
}

static void took_content(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct tc__locator *locator = locator_of(flow);
	tc_error err = TC_ERROR_INIT;

	if (failure) {
		locator->then(locator, failure);
		return;
	}
	struct tc_queue_artifact_content_response *content =
		tc_queue_artifact_reply(response, &err);
	tc_release(response);
	int rc = content ? take_content(locator, content, &err) : err.code;
	if (rc == TC_OK && content->tag == TC_QUEUE_ARTIFACT_CONTENT_RESPONSE_OBJECT)
		start_download(locator, locator->object_client, content->object.name);
	else
		end_with(locator, &err);
	tc_release(content);
}

static tc_call *artifact_call(tc_client *client, const struct tc__sought *sought, tc_error *err)
{
	if (sought->run_id)
		return tc_queue_artifact_call(
			client, sought->task_id, sought->run_id, sought->name, err);
	return tc_queue_latest_artifact_call(client, sought->task_id, sought->name, err);
}

/* ---- either ---- */

void tc__locate(struct tc__locator *locator, void (*then)(struct tc__locator *, const tc_error *))
{
	tc_error made = TC_ERROR_INIT;

	locator->then = then;
	if (locator->sought.object) {
		start_download(locator, locator->client, locator->sought.name);
		return;
	}
	tc_call *call = artifact_call(locator->client, &locator->sought, &made);
	tc__flow_send(&locator->flow, call, NULL, NULL, took_content, &made);
}

char *tc__locate_id(tc_client *client, const struct tc__sought *sought, tc_error *err)
{
	char *id = NULL;
	tc_call *call = sought->object ? tc_object_start_download_call(client, sought->name, err)
				       : artifact_call(client, sought, err);

	if (call)
		tc__text_copy(&id, tc_call_url(call), err);
	tc_call_free(call);
	return id;
}
