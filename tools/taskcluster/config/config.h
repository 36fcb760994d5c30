/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_H
#define TC_CLI_CONFIG_H

/*
 * Where to call and as whom: TASKCLUSTER_ROOT_URL or TASKCLUSTER_PROXY_URL, and
 * TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN and TASKCLUSTER_CERTIFICATE, and what they leave
 * open from the file (file.h). An empty variable counts as none. Credentials are one thing:
 * all of the environment's, or all of the file's. Those of a file that names a root URL are never
 * used for another one. The file's authorizedScopes narrow whatever credentials are used.
 */

#include "tools/taskcluster/config/file.h"
#include "tools/taskcluster/shared/report.h"
#include <taskcluster/credentials.h>

struct config {
	const char *root_url, *proxy_url; /* NULL where absent */
	tc_credentials *credentials;      /* NULL: unsigned calls */
	struct config_file file;
	struct origin origin;
};

/* 0, or the exit status after telling what is wrong. Free it in either case, and do not move it
 * before. */
int config_load(struct config *config);
void config_free(struct config *config);

/* Whether there is a server to ask. */
bool config_has_server(const struct config *config);

#endif
