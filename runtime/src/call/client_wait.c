/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/client.h"

#include <fcntl.h>

int64_t tc_client_steady_ms(const tc_client *client)
{
	return tc__steady_ms(client ? client->options.seams : NULL);
}

int64_t tc_client_now_ms(const tc_client *client)
{
	return tc__clock_now_ms(client ? client->options.seams : NULL);
}

int64_t tc_client_pause_ms(tc_client *client, int failed, const tc_error *err)
{
	if (!client || !tc_error_may_repeat(err))
		return -1;
	struct tc__retry_policy policy = client->retry;
	policy.budget_ms = 0; /* when the first attempt began is not known here */
	struct tc__retry retry;
	tc__retry_begin(&retry, &policy, TC_RETRY_ALWAYS, 0);
	retry.retried = failed > 1 ? failed - 1 : 0;
	const struct tc__outcome outcome = {
		.code = err->code == TC_ERROR_HTTP ? TC_OK : err->code,
		.status = err->http_status,
		.retry_after_ms = tc_error_retry_after_ms(err),
	};
	struct tc__next next =
		tc__retry_next(&retry, &outcome, tc__random_fraction(client->options.seams));
	return next.step == TC__STEP_WAIT ? next.delay_ms : -1;
}

/* ---- waiting ---- */

static int check_wait(const tc_client *client, int64_t ms, tc_error *err)
{
	if (!client)
		return tc__fail(err, TC_ERROR_ARGUMENT, "client is NULL");
	if (ms < 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "ms is %lld", (long long)ms);
	return tc__pool_check_free(&client->pool, err);
}

static int let_pass(tc_client *client, int64_t ms, const tc_cancel *cancel,
	struct tc__awaited *awaited, tc_error *err)
{
	struct tc__transport *transport = tc__client_transport(client, err);

	if (!transport)
		return TC_ERROR_NOMEM;
	tc__pool_enter(&client->pool);
	bool whole = transport->kind->wait(transport, ms, cancel, awaited);
	tc__pool_leave(&client->pool);
	return whole ? TC_OK : tc__fail(err, TC_ERROR_CANCELED, "canceled by tc_cancel_fire");
}

int tc_client_wait(tc_client *client, int64_t ms, tc_cancel *cancel, tc_error *err)
{
	tc_error_clear(err);
	int rc = check_wait(client, ms, err);

	if (rc != TC_OK)
		return rc;
	return let_pass(client, ms, cancel ? cancel : client->options.cancel, NULL, err);
}

/* ---- for a descriptor ---- */

static int check_descriptor(const struct tc__pool *pool, int fd, tc_error *err)
{
	if (fd < 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "fd is %d", fd);
	if (fcntl(fd, F_GETFD) < 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "fd is %d, which is not open", fd);
	if (tc__sockets_has(&pool->sockets, fd))
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "fd is %d, which the client itself uses", fd);
	return TC_OK;
}

static int watch(struct tc__pool *pool, int fd, tc_error *err)
{
	int rc = tc__pool_open_waiter(pool, err);

	if (rc != TC_OK)
		return rc;
	rc = tc__pool_watch_other(pool, fd, TC__READ, err);
	if (rc != TC_OK)
		tc__pool_watch_other(pool, fd, 0, NULL);
	return rc;
}

int tc_client_wait_for(
	tc_client *client, int fd, int64_t ms, tc_cancel *cancel, bool *ready, tc_error *err)
{
	struct tc__awaited awaited = { .fd = fd };

	tc_error_clear(err);
	if (ready)
		*ready = false;
	int rc = check_wait(client, ms, err);
	if (rc == TC_OK)
		rc = check_descriptor(&client->pool, fd, err);
	if (rc == TC_OK)
		rc = watch(&client->pool, fd, err);
	if (rc != TC_OK)
		return rc;
	const tc_cancel *its = cancel ? cancel : client->options.cancel;
	rc = tc__pool_watch_cancel(&client->pool, its, err);
	if (rc == TC_OK)
		rc = let_pass(client, ms, its, &awaited, err);
	tc__pool_forget_cancel(&client->pool, its);
	tc__pool_watch_other(&client->pool, fd, 0, NULL);
	if (ready)
		*ready = rc == TC_OK && awaited.ready;
	return rc;
}
