/* SPDX-License-Identifier: MPL-2.0 */
/* A program that makes one signed call: our side of bench_start. */
#include <stdio.h>
#include <taskcluster/queue.h>

int main(int argc, char **argv)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	if (argc != 2)
		return 2;
	tc_credentials *credentials = tc_credentials_new(
		"project/releng/a-worker", "tkwyMcQJQ5mTTJIM4hxs_gvbEvi5xRT2SUkd", NULL, &err);
	options.root_url = argv[1];
	options.credentials = credentials;
	tc_client *client = tc_client_new(&options, &err);
	tc_call *call = client ? tc_queue_ping_call(client, &err) : NULL;
	if (!call || tc_call_perform(call, NULL, &err) != TC_OK)
		fprintf(stderr, "%s\n", tc_error_text(&err));
	tc_call_free(call);
	tc_client_free(client);
	tc_credentials_free(credentials);
	int failed = err.code != TC_OK;
	tc_error_clear(&err);
	return failed;
}
