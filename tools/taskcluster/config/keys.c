/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/keys.h"

#include <string.h>

const struct config_key_facts config_keys[CONFIG_KEYS] = {
	[CONFIG_ACCESS_TOKEN] = { "accessToken", "TASKCLUSTER_ACCESS_TOKEN",
		"the access token of the client" },
	[CONFIG_SCOPES] = { "authorizedScopes", NULL,
		"the scopes to which calls are narrowed, a list; without one calls have all that "
		"the credentials have" },
	[CONFIG_CERTIFICATE] = { "certificate", "TASKCLUSTER_CERTIFICATE",
		"the certificate of temporary credentials, JSON as text" },
	[CONFIG_CLIENT_ID] = { "clientId", "TASKCLUSTER_CLIENT_ID", "the client that calls" },
	[CONFIG_ROOT_URL] = { "rootUrl", "TASKCLUSTER_ROOT_URL",
		"the root URL of the Taskcluster deployment" },
};

const char *const config_key_words[CONFIG_KEYS + 1] = {
	[CONFIG_ACCESS_TOKEN] = "config.accessToken",
	[CONFIG_SCOPES] = "config.authorizedScopes",
	[CONFIG_CERTIFICATE] = "config.certificate",
	[CONFIG_CLIENT_ID] = "config.clientId",
	[CONFIG_ROOT_URL] = "config.rootUrl",
};

enum config_key config_key_find(const char *name)
{
	unsigned key = 0;

	while (key < CONFIG_KEYS && strcmp(config_keys[key].name, name) != 0)
		key++;
	return (enum config_key)key;
}
