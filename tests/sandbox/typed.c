/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "typed.h"

tc_client *typed_client(const struct tc_test_server *server, const char *id, const char *token,
	const char *certificate)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_new(id ? id : server->client_id,
		token ? token : server->access_token, certificate, &err);

	options.root_url = server->root_url;
	options.credentials = credentials;
	options.retry_delay_ms = 1;
	tc_client *client = credentials ? tc_client_new(&options, &err) : NULL;
	tc_credentials_free(credentials);
	if (!client)
		fail_msg("%s", tc_error_text(&err));
	return client;
}
