/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/logs/source.h"

#include <string.h>

int source_find(
	struct source *source, struct access *access, const struct artifact_id *id, tc_error *err)
{
	*source = (struct source){ 0 };
	int rc = access_ask(access, ASKED_ARTIFACT, id, &source->response, err);
	if (rc != TC_OK)
		return rc;
	const tc_json *json = tc_response_json(source->response, NULL);
	const char *storage = tc_json_text(tc_json_get(json, "storageType"));
	source->is_elsewhere = storage && strcmp(storage, "reference") == 0;
	source->url = tc_response_location(source->response);
	if (source->url)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_REPLY,
		"queue.getArtifact: the reply does not say where %s is", id->name);
}

void source_clear(struct source *source)
{
	tc_release(source->response);
	*source = (struct source){ 0 };
}

bool source_is_absent(const tc_error *err)
{
	return err->http_status == 404 || err->http_status == 410 || err->http_status == 424;
}
