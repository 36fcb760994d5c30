/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_CLAIM_H
#define TASKCLUSTER_CLAIM_H

/*
 * What a worker is given: a reply's struct of credentials as credentials to sign with, and its
 * run's number as text (<taskcluster/decimal.h>).
 *
 *	tc_credentials *credentials = tc_claim_credentials(&claim->credentials, &err);
 *	tc_client_set_credentials(mine, credentials);
 *	tc_credentials_free(credentials);
 *	tc_queue_report_completed(
 *		mine, claim->status.task_id, TC_DECIMAL(claim->run_id), NULL, &err);
 *
 * All copy what they are given, and return what is yours to free, or NULL: TC_ERROR_ARGUMENT for
 * NULL, and whatever tc_credentials_new() says of the texts.
 */

#include <taskcluster/credentials.h>
#include <taskcluster/decimal.h>
#include <taskcluster/queue_types.h>
#include <taskcluster/worker_manager_types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of claimWork, claimTask and reclaimTask: they reclaim and resolve the run and add artifacts to
 * it, until takenUntil. */
TC_API tc_credentials *tc_claim_credentials(
	const struct tc_queue_task_credentials *credentials, tc_error *err);

/* Of createArtifact and of an artifact's content, when the bytes lie in the object service: they
 * upload, or fetch, that one object. */
TC_API tc_credentials *tc_claim_object_credentials(
	const struct tc_queue_object_credentials *credentials, tc_error *err);

/* Of registerWorker and of reregisterWorker: they are the worker's own, and claim work. */
TC_API tc_credentials *tc_claim_worker_credentials(
	const struct tc_worker_manager_register_worker_response_credentials *credentials,
	tc_error *err);
TC_API tc_credentials *tc_claim_worker_renewal(
	const struct tc_worker_manager_reregister_worker_response_credentials *credentials,
	tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
