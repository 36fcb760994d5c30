/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/services/handlers.h"
#include "tools/sandbox/services/worker_manager/worker_manager.h"

const struct handler worker_manager_handlers[] = {
	{ "worker-manager.listProviders", manager_list_providers, false },
	{ "worker-manager.createWorkerPool", manager_create_pool, false },
	{ "worker-manager.updateWorkerPool", manager_update_pool, false },
	{ "worker-manager.deleteWorkerPool", manager_delete_pool, false },
	{ "worker-manager.workerPool", manager_pool, false },
	{ "worker-manager.listWorkerPools", manager_list_pools, false },
	{ "worker-manager.listWorkerPoolLaunchConfigs", manager_list_launch_configs, false },
	{ "worker-manager.workerPoolStats", manager_pool_stats, false },
	{ "worker-manager.listWorkerPoolsStats", manager_list_pools_stats, false },
	{ "worker-manager.worker", manager_worker, false },
	{ "worker-manager.listWorkersForWorkerGroup", manager_list_group, false },
	{ "worker-manager.listWorkersForWorkerPool", manager_list_pool_workers, false },
	{ "worker-manager.createWorker", manager_create_worker, false },
	{ "worker-manager.updateWorker", manager_update_worker, false },
	{ "worker-manager.removeWorker", manager_remove_worker, false },
	{ "worker-manager.listWorkers", manager_list_queue_workers, false },
	{ "worker-manager.getWorker", manager_queue_worker, false },
	{ "worker-manager.registerWorker", manager_register, false },
	{ "worker-manager.reregisterWorker", manager_reregister, false },
	{ "worker-manager.shouldWorkerTerminate", manager_should_terminate, false },
	{ "worker-manager.reportWorkerError", manager_report_error, false },
	{ "worker-manager.listWorkerPoolErrors", manager_list_errors, false },
	{ "worker-manager.workerPoolErrorStats", manager_error_stats, true },
	{ NULL, NULL, false },
};
