/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_OPTIONS_H
#define TC_WORKFLOWS_PULSE_OPTIONS_H

/* A struct tc_pulse_server, or the environment, as a link needs it: whole, checked, and its own. */

#include "workflows/src/pulse/server/url.h"
#include <taskcluster/pulse.h>

struct tc__server {
	struct tc__broker broker;
	char url[sizeof "tcp://:65535" + 256]; /* of the connection */
	tc_client *client;                     /* for the network */
	tc_pulse_login_fn *login;
	void *login_data;
	int64_t connect_timeout_ms, reconnect_ms;
	int64_t offline_max_ms; /* 0: no limit */
	int heartbeat_s;
};

/* NULL: the environment. For tc__server_end, also when it failed. */
int tc__server_read(struct tc__server *server, const struct tc_pulse_server *given, tc_error *err);

/* Wipes what is secret. */
void tc__server_end(struct tc__server *server);

#endif
