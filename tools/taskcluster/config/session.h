/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_SESSION_H
#define TC_CLI_CONFIG_SESSION_H

/* A client as the configuration wants it. */

#include "tools/taskcluster/config/config.h"
#include "tools/taskcluster/shared/options.h"
#include <taskcluster/client.h>
#include <taskcluster/operation.h>

/* What a session is for. For a URL the body only stands for another; unsigned are calls of
 * functions that let some in who are not known. SESSION_ROOT is for calls to the root URL itself,
 * be there a proxy or not, unsigned until the client is given credentials. */
enum session_use {
	SESSION_CALL = 0,
	SESSION_URL,
	SESSION_SIGNED_URL,
	SESSION_UNSIGNED,
	SESSION_ROOT
};

struct session {
	struct config config;
	tc_client *client;
	enum session_use use;
	/* for services that carry their own, and for other systems; and the option that says it */
	const char *base_url, *base_url_option;
	int verbose;
	int attempts; /* of each call; 0: as the library has it */
	bool apart;   /* requests at the same time go by connections of their own */
};
#define SESSION_INIT \
	{ \
		.config = CONFIG_INIT \
	}

/*
 * Makes the client for a function: finds its server, and who calls when it matters to that function
 * and use. 0, or the exit status after telling what is wrong. Close it in either case, and do not
 * move it before.
 */
int session_open(struct session *session, const struct arguments *arguments,
	const struct tc_operation *operation);
void session_close(struct session *session);

#endif
