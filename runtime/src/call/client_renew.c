/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/client.h"

#include "runtime/src/auth/credentials_make.h"

#define BEFORE_MS (5 * 60 * 1000)

/* A provider that has nothing new is left alone for a while. */
#define PAUSE_MS 10000

/* When it is time for others; INT64_MAX for those that do not end. */
static int64_t renewal_ms(const tc_client *client)
{
	const tc_credentials *credentials = client->credentials;
	int64_t before = client->options.renew_before_ms;

	if (!credentials)
		return INT64_MIN;
	if (!credentials->certificate_text)
		return INT64_MAX;
	int64_t life = credentials->certificate.expiry_ms - credentials->certificate.start_ms;
	if (!before)
		before = life / 4 < BEFORE_MS ? life / 4 : BEFORE_MS;
	return credentials->certificate.expiry_ms - before;
}

static bool has_ended(const tc_client *client)
{
	const tc_credentials *credentials = client->credentials;

	if (!credentials)
		return true;
	return credentials->certificate_text &&
		tc__client_proved_ms(client, &client->offset) >= credentials->certificate.expiry_ms;
}

/* Asks, unless that was in vain a moment ago. *reason is what the provider says to it. */
static void ask(tc_client *client, tc_error *reason)
{
	int64_t now_ms = tc__pool_now(&client->pool);

	if (now_ms < client->renew_again_ms)
		return;
	client->renew_again_ms = now_ms + PAUSE_MS;
	bool busy = client->pool.busy; /* not so on a loop */
	tc__pool_enter(&client->pool); /* a call of it would have to ask as well */
	tc_credentials *renewed =
		client->options.renew(client->options.renew_data, client->credentials, reason);
	if (!busy)
		tc__pool_leave(&client->pool);
	if (renewed) {
		tc_client_set_credentials(client, renewed);
		tc_credentials_free(renewed);
		tc_error_clear(reason);
		tc__log(&client->log, TC_LOG_INFO, "the credentials were renewed");
	} else if (reason->code != TC_OK) {
		tc__log(&client->log, TC_LOG_WARN, "the credentials could not be renewed: %s",
			tc_error_text(reason));
	}
}

int tc__client_renew(tc_client *client, tc_error *err)
{
	tc_error reason = TC_ERROR_INIT;

	if (!client->options.renew ||
		tc__client_proved_ms(client, &client->offset) < renewal_ms(client))
		return TC_OK;
	ask(client, &reason);
	if (reason.code == TC_OK)
		return TC_OK;
	if (has_ended(client)) {
		tc_error_prefix(&reason, "the credentials could not be renewed");
		return tc__fail_with(err, &reason);
	}
	tc_error_clear(&reason);
	return TC_OK;
}

bool tc__client_renew_refused(tc_client *client, const tc_credentials *refused)
{
	tc_error reason = TC_ERROR_INIT;

	/* many attempts may be refused at once; the first of them has asked */
	if (!client->options.renew || client->credentials != refused)
		return client->credentials != refused;
	ask(client, &reason);
	tc_error_clear(&reason);
	return client->credentials != refused;
}

void tc_client_set_renew(tc_client *client, tc_renew_fn *renew, void *renew_data)
{
	if (!client)
		return;
	client->options.renew = renew;
	client->options.renew_data = renew_data;
	client->renew_again_ms = 0; /* this one has not been asked yet */
}
