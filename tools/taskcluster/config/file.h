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

#include "tools/taskcluster/config/keys.h"

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

struct config_file {
	char path[4096]; /* where it is or would be; "" when there is no home */
	/* borrowed from the document; NULL where absent; never of authorizedScopes */
	const char *values[CONFIG_KEYS];
	bool narrowed; /* it has authorizedScopes, be the list empty */
	const char **scopes;
	size_t scope_count;
	yaml_document_t document;
	bool loaded;
	bool told;  /* what it warns of was told, and is not again */
	bool quiet; /* nor is what is wrong: nobody has written this text */
	char *text; /* the whole file, with a NUL behind it; NULL: there is none */
	size_t length;
};

/* Sets the path. */
void config_file_find(struct config_file *file);

/* Reads what is there, in place of what was read before; no file is fine. 0, or the exit status
 * after telling what is wrong with it.
 */
int config_file_read(struct config_file *file);

/* The same with a text in place of the file's, which is for free() and belongs to the file then. */
int config_file_take(struct config_file *file, char *text, size_t length);

/* A key's text (not that of authorizedScopes): the variable's, or else the file's; NULL. */
const char *config_file_value(const struct config_file *file, enum config_key key);

void config_file_free(struct config_file *file);

#endif
