/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/pulse/message.h"
#include "tools/sandbox/services/worker_manager/worker_manager.h"

#include <string.h>

#define MANAGER "exchange/taskcluster-worker-manager/v1/"

/* The pool's id is two words of the key. */
static const char *make_key(
	struct request *request, const char *provider_id, const char *group, const char *id)
{
	const char *pool = request_argument(request, "workerPoolId");
	const char *slash = strchr(pool, '/');

	return request_printf(request, "primary.%s.%.*s.%s.%s.%s._._", provider_id,
		(int)(slash - pool), pool, slash + 1, group, id);
}

void manager_announce_pool(
	struct request *request, const char *exchange, const char *provider_id, const char *before)
{
	if (!request->sandbox->pulse)
		return;
	struct writer message = message_begin();
	write_member(&message, "workerPoolId", request_argument(request, "workerPoolId"));
	write_member(&message, "providerId", provider_id);
	write_member(&message, "previousProviderId", before);
	message_post(request->sandbox, request_printf(request, MANAGER "%s", exchange),
		make_key(request, provider_id, "_", "_"), "", &message);
}

void manager_announce_error(struct request *request, const struct worker_error *error)
{
	if (!request->sandbox->pulse)
		return;
	struct writer message = message_begin();
	write_member(&message, "workerPoolId", request_argument(request, "workerPoolId"));
	write_member(&message, "providerId", error->provider_id);
	write_member(&message, "errorId", error->id);
	write_member(&message, "kind", error->kind);
	write_member(&message, "title", error->title);
	write_member(&message, "workerGroup", error->worker_group);
	write_member(&message, "workerId", error->worker_id);
	write_member_date(&message, "timestamp", request->now_ms);
	message_post(request->sandbox, MANAGER "worker-pool-error",
		make_key(request, error->provider_id, error->worker_group, error->worker_id), "",
		&message);
}
