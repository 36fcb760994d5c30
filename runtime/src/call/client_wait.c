/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/client.h"

int64_t tc_client_steady_ms(const tc_client *client)
{
	return tc__steady_ms(client ? client->options.seams : NULL);
}

int tc_client_wait(tc_client *client, int64_t ms, tc_cancel *cancel, tc_error *err)
{
	tc_error_clear(err);
	if (!client)
		return tc__fail(err, TC_ERROR_ARGUMENT, "client is NULL");
	if (ms < 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "ms is %lld", (long long)ms);
	int rc = tc__pool_check_free(&client->pool, err);
	if (rc != TC_OK)
		return rc;
	struct tc__transport *transport = tc__client_transport(client, err);
	if (!transport)
		return TC_ERROR_NOMEM;
	tc__pool_enter(&client->pool);
	bool whole = transport->kind->wait(transport, ms, cancel ? cancel : client->options.cancel);
	tc__pool_leave(&client->pool);
	return whole ? TC_OK : tc__fail(err, TC_ERROR_CANCELED, "canceled by tc_cancel_fire");
}
