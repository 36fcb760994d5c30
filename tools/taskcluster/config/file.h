/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_FILE_H
#define TC_CLI_CONFIG_FILE_H

/*
 * The file that the official shell client keeps, $XDG_CONFIG_HOME/taskcluster.yml or
 * ~/.config/taskcluster.yml (its clients/client-shell/config and cmds/config say the layout):
 *
 *	config:
 *	  rootUrl: https://tc.example.com
 *	  clientId: somebody
 *	  accessToken: …
 *	  certificate: '{"version": 1, …}'      (JSON, as text)
 *	  authorizedScopes: [scope, …]
 *
 * Other top-level names are other commands' business.
 */

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

struct config_file {
	char path[4096]; /* where it is or would be; "" when there is no home */
	/* borrowed from the document; NULL where absent */
	const char *root_url, *client_id, *access_token, *certificate;
	bool narrowed; /* it has authorizedScopes, be the list empty */
	const char **scopes;
	size_t scope_count;
	yaml_document_t document;
	bool loaded;
};

/* Sets the path. */
void config_file_find(struct config_file *file);

/* Reads what is there; no file is fine. 0, or the exit status after telling what is wrong with it.
 */
int config_file_read(struct config_file *file);
void config_file_free(struct config_file *file);

#endif
