/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_QUEUE_ARTIFACTS_H
#define TC_SANDBOX_QUEUE_ARTIFACTS_H

/* Artifacts as they are kept. */

#include "tools/sandbox/services/queue/queue.h"

struct artifact {
	const char *name, *storage, *content_type;
	const char *
		target; /* s3: blob; reference: URL; link: name; error: message; object: uploadId */
	const char *reason;     /* error */
	int64_t content_length; /* -1 unknown */
	int64_t expires;
	bool present; /* false: an object that is not finished */
};

/* False when there is none. */
bool artifact_load(struct request *request, const char *task_id, int64_t run_id, const char *name,
	struct artifact *artifact);
void artifact_save(struct request *request, const char *task_id, int64_t run_id,
	const struct artifact *artifact);

/* Whether its bytes are behind URLs of the Queue itself: s3, and the azure of 2015. */
bool artifact_has_bytes(const struct artifact *artifact);

/* The name of an object artifact in the object service. */
const char *artifact_object_name(
	struct request *request, const char *task_id, int64_t run_id, const char *name);

/* Writes {clientId, accessToken, certificate} of the name `client_id` for one scope of the object
 * service, good for a day or until `expires_ms`. */
bool artifact_write_credentials(
	struct request *request, const char *client_id, const char *scope, int64_t expires_ms);

handler_fn queue_create_artifact, queue_finish_artifact;
handler_fn queue_get_artifact, queue_get_latest_artifact, queue_artifact, queue_latest_artifact,
	queue_list_artifacts, queue_list_latest_artifacts, queue_artifact_info,
	queue_latest_artifact_info;

#endif
