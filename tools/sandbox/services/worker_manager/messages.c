/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/events/events.h"
#include "tools/sandbox/pulse/message.h"
#include "tools/sandbox/services/worker_manager/worker_manager.h"

#include <string.h>

#define MANAGER "exchange/taskcluster-worker-manager/v1/"

/* The pool's id is two words of the key. */
static const char *make_key(struct request *request, const struct worker_error *error)
{
	const char *pool = request_argument(request, "workerPoolId");
	const char *slash = strchr(pool, '/');

	return request_printf(request, "primary.%s.%.*s.%s.%s.%s._._", error->provider_id,
		(int)(slash - pool), pool, slash + 1, error->worker_group, error->worker_id);
}

void manager_tell(struct request *request, const char *pool_id)
{
	events_changed(request->sandbox, EVENTS_WORKERS, pool_id);
}

void manager_announce_pool(
	struct request *request, const char *exchange, const char *provider_id, const char *before)
{
	manager_tell(request, request_argument(request, "workerPoolId"));
	if (!request->sandbox->pulse)
		return;
	struct writer message = message_begin();
	write_member(&message, "workerPoolId", request_argument(request, "workerPoolId"));
	write_member(&message, "providerId", provider_id);
	write_member(&message, "previousProviderId", before);
	/* worker-manager leaves all of the key open here, though it has words for the pool */
	message_post(request->sandbox, request_printf(request, MANAGER "%s", exchange),
		"primary._._._._._._._", "", &message);
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
	message_post(request->sandbox, MANAGER "worker-pool-error", make_key(request, error), "",
		&message);
}
