/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/client_network.h"

struct tc__network *tc__client_network(struct tc_options *options, bool environment, tc_error *err)
{
	const struct tc__network_options known = {
		.connect_timeout_ms = options->connect_timeout_ms,
		.environment_proxy = environment,
		.http_proxy = options->http_proxy,
		.ca_file = options->ca_file,
	};

	options->http_proxy = options->ca_file = NULL;
	return tc__network_new(&known, err);
}
