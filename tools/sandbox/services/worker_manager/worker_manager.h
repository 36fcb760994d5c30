/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_WORKER_MANAGER_H
#define TC_SANDBOX_WORKER_MANAGER_H

/*
 * Worker-manager as far as workers go that somebody else starts: static ones, and pools that are
 * wound down. Nothing is provisioned, so there are no launch configs, and a worker is never told to
 * terminate but when it was removed.
 */

#include "tools/sandbox/request/common.h"

/* The providers that there are. */
#define STATIC_PROVIDER "static"
#define NULL_PROVIDER "null-provider"

handler_fn manager_list_providers, manager_create_pool, manager_update_pool, manager_delete_pool,
	manager_pool, manager_list_pools, manager_list_launch_configs;
handler_fn manager_pool_stats, manager_list_pools_stats;
handler_fn manager_worker, manager_list_group, manager_list_pool_workers, manager_create_worker,
	manager_update_worker, manager_remove_worker;
handler_fn manager_list_queue_workers, manager_queue_worker;
handler_fn manager_register, manager_reregister, manager_should_terminate;
handler_fn manager_report_error, manager_list_errors, manager_error_stats;

/* A pool as the handlers of workers need it. False when there is none. */
struct worker_pool {
	const char *provider_id, *earlier_providers, *config; /* JSON text the last two */
};
bool manager_find_pool(struct request *request, const char *pool_id, struct worker_pool *pool);

/* 404, as every operation on a pool says it. */
int manager_refuse_pool(struct request *request, const char *pool_id);

/* A member of the body that is an object, as JSON text in the arena; "{}" when it is absent. */
const char *manager_json_text(struct request *request, const char *name);

/* Readers of the stream are told that a pool or its workers have changed. */
void manager_tell(struct request *request, const char *pool_id);

/* What concerns a pool is told to them and to Pulse; `exchange` is its last part. */
void manager_announce_pool(
	struct request *request, const char *exchange, const char *provider_id, const char *before);

struct worker_error {
	const char *id, *provider_id, *kind, *title, *worker_group, *worker_id;
};
void manager_announce_error(struct request *request, const struct worker_error *error);

#endif
