/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/server/handlers.h"

#include "tools/sandbox/request/common.h"
#include "tools/sandbox/services/handlers.h"

#include <string.h>

static const struct handler *const tables[] = { auth_handlers, auth_client_handlers,
	auth_role_handlers, queue_handlers, index_handlers, object_handlers, secrets_handlers,
	purge_cache_handlers, notify_handlers, worker_manager_handlers, hooks_handlers,
	classic_handlers, classic_queue_handlers, classic_scheduler_handlers };

static const struct handler every_service[] = {
	{ "ping", common_ping, false },
	{ "lbheartbeat", common_heartbeat, false },
	{ "heartbeat", common_heartbeat, false },
	{ "version", common_version, false },
	{ NULL, NULL, false },
};

static bool is_name(const char *name, const struct tc_operation *operation)
{
	const char *service = operation->service->name;
	size_t length = strlen(service);

	return strncmp(name, service, length) == 0 && name[length] == '.' &&
		strcmp(name + length + 1, operation->name) == 0;
}

static const struct handler *find(const struct tc_operation *operation)
{
	for (const struct handler *h = every_service; h->name; h++) {
		if (strcmp(h->name, operation->name) == 0 && operation->argument_count == 0)
			return h;
	}
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		for (const struct handler *h = tables[i]; h->name; h++) {
			if (is_name(h->name, operation))
				return h;
		}
	}
	return NULL;
}

void handlers_find(const struct tc_operation *operation, struct route *route)
{
	const struct handler *handler = find(operation);

	if (!handler)
		return;
	route->run = handler->run;
	route->authorizes = handler->authorizes;
}
