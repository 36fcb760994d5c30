/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/claim.h>

static tc_credentials *refuse(tc_error *err)
{
	tc_error_set(err, TC_ERROR_ARGUMENT, "credentials is NULL");
	return NULL;
}

/* The structs are of several types with the same members. */
#define MADE_OF(given, err) \
	((given) ? tc_credentials_new( \
			   (given)->client_id, (given)->access_token, (given)->certificate, err) \
		 : refuse(err))

tc_credentials *tc_claim_credentials(
	const struct tc_queue_task_credentials *credentials, tc_error *err)
{
	return MADE_OF(credentials, err);
}

tc_credentials *tc_claim_object_credentials(
	const struct tc_queue_object_credentials *credentials, tc_error *err)
{
	return MADE_OF(credentials, err);
}

tc_credentials *tc_claim_worker_credentials(
	const struct tc_worker_manager_register_worker_response_credentials *credentials,
	tc_error *err)
{
	return MADE_OF(credentials, err);
}

tc_credentials *tc_claim_worker_renewal(
	const struct tc_worker_manager_reregister_worker_response_credentials *credentials,
	tc_error *err)
{
	return MADE_OF(credentials, err);
}
