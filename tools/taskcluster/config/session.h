/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_SESSION_H
#define TC_CLI_CONFIG_SESSION_H

/* A client as the configuration wants it. */

#include "tools/taskcluster/config/config.h"
#include "tools/taskcluster/shared/options.h"
#include <taskcluster/client.h>
#include <taskcluster/operation.h>

struct session {
	struct config config;
	tc_client *client;
	bool loaded;
	bool unchecked; /* bodies only stand for others */
	int verbose;
};
#define SESSION_INIT \
	{ \
		.loaded = false \
	}

/* Whether a service belongs to a system with a server of its own: neither Taskcluster's root URL
 * nor its credentials are for that. */
bool session_is_elsewhere(const struct tc_service *service);

/* The configuration alone, for commands that can do without a server. 0, or the exit status after
 * telling what is wrong. Close the session in either case. */
int session_load(struct session *session);

/*
 * Loads the configuration unless session_load has, and makes the client; `service` says whether a
 * root URL is needed, and base_url (or NULL) is for services that carry their own. 0, or the exit
 * status after telling what is wrong. Close it in either case, and do not move it before.
 */
int session_open(struct session *session, const struct arguments *arguments,
	const struct tc_service *service, const char *base_url);
void session_close(struct session *session);

#endif
