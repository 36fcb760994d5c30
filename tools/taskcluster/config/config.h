/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_H
#define TC_CLI_CONFIG_H

/*
 * Where to call and as whom: TASKCLUSTER_ROOT_URL, TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN
 * and TASKCLUSTER_CERTIFICATE, each before its own key of the file (file.h). An empty variable
 * counts as none. The file's authorizedScopes narrow whatever credentials are used.
 *
 * A key of credentials that comes from the file is for the root URL of the file, where that names
 * one: with another root URL it is refused. A certificate belongs to the access token and the
 * client beside which it stands. `mix` lifts both: each key for itself, as the official client has
 * it.
 *
 * TASKCLUSTER_PROXY_URL goes before the root URL and before the file's credentials, but not before
 * a client and an access token that both are in the environment: then there is no proxy.
 *
 * Each is looked for when somebody needs it: what is wrong with credentials is no matter to a call
 * that goes without, nor is the file to one for which the environment is enough.
 */

#include "tools/taskcluster/config/file.h"
#include "tools/taskcluster/shared/advice.h"
#include <taskcluster/credentials.h>

struct config {
	const char *root_url, *proxy_url; /* NULL where absent, or not looked for */
	const char *root_from;            /* the variable, or the key in the file */
	bool mix;                         /* set by who asks (--mix-config) */
	tc_credentials *credentials;      /* NULL as those; then calls are unsigned */
	struct config_file file;
	char root_key[4096 + 32];                        /* where in the file the root URL is */
	char places[4096 + 32];                          /* that credentials are from, if both */
	bool has_environment, has_file, has_credentials; /* what was looked for */
	struct origin origin;
};
#define CONFIG_INIT \
	{ \
		.origin = ORIGIN_INIT \
	}

/* Each: 0, or the exit status after telling what is wrong; the second time it does nothing. Free
 * the configuration in either case, and do not move it before. */

/* The root URL. */
int config_find_root(struct config *config);

/* The proxy's URL, or else the root URL. */
int config_find_server(struct config *config);

/* This root URL, borrowed, in place of the configured one. */
void config_use_root(struct config *config, const char *root_url);

/* Who calls; with the root URL, which says whether the file's credentials are for it. */
int config_find_credentials(struct config *config);

void config_free(struct config *config);

/* Whether there is a server to ask, once it was looked for. */
bool config_has_server(const struct config *config);

#endif
