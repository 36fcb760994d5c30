/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_H
#define TC_CLI_CONFIG_H

/*
 * Where to call and as whom: TASKCLUSTER_ROOT_URL or TASKCLUSTER_PROXY_URL, and
 * TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN and TASKCLUSTER_CERTIFICATE, and what they leave
 * open from the file (file.h). An empty variable counts as none. Credentials are one thing:
 * all of the environment's, or all of the file's. Those of a file that names a root URL are never
 * used for another one. The file's authorizedScopes narrow whatever credentials are used.
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
	tc_credentials *credentials;      /* the same; without, calls are unsigned */
	struct config_file file;
	char root_key[4096 + 32];                        /* where in the file the root URL is */
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

/* Who calls; with the root URL, which says whether the file's credentials are for it. */
int config_find_credentials(struct config *config);

void config_free(struct config *config);

/* Whether there is a server to ask, once it was looked for. */
bool config_has_server(const struct config *config);

#endif
