/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/config.h"
#include "tools/taskcluster/config/variable.h"
#include "tools/taskcluster/shared/report.h"

#include <stdio.h>
#include <string.h>

static bool same_root(const char *a, const char *b)
{
	size_t a_length = strlen(a), b_length = strlen(b);

	while (a_length && a[a_length - 1] == '/')
		a_length--;
	while (b_length && b[b_length - 1] == '/')
		b_length--;
	return a_length == b_length && strncmp(a, b, a_length) == 0;
}

static int credentials_of_environment(struct config *config)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	config->origin.credentials = "the environment";
	config->credentials = tc_credentials_from_environment(&err);
	if (!config->credentials)
		status = report(&err, NULL, &config->origin);
	tc_error_clear(&err);
	return status;
}

static int credentials_of_file(struct config *config)
{
	const struct config_file *file = &config->file;
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	if (!file->client_id && !file->access_token)
		return 0;
	if (!file->client_id || !file->access_token)
		return usage_error("%s: config.%s is missing", file->path,
			file->client_id ? "accessToken" : "clientId");
	if (file->root_url && config->root_url && !same_root(file->root_url, config->root_url)) {
		complain("warning: the credentials in %s are for %s, and not used for %s",
			file->path, file->root_url, config->root_url);
		return 0;
	}
	config->origin.credentials = file->path;
	config->credentials =
		tc_credentials_new(file->client_id, file->access_token, file->certificate, &err);
	if (!config->credentials) {
		complain("the credentials in %s cannot be used", file->path);
		status = report(&err, NULL, &config->origin);
	}
	tc_error_clear(&err);
	return status;
}

static int narrow(struct config *config)
{
	struct tc_scopes scopes = { config->file.scopes, config->file.scope_count };
	tc_error err = TC_ERROR_INIT;

	if (!config->credentials || !config->file.narrowed)
		return 0;
	tc_credentials *narrow = tc_credentials_authorize(config->credentials, &scopes, &err);
	if (!narrow) {
		complain("the authorizedScopes in %s cannot be used", config->file.path);
		int status = report(&err, NULL, &config->origin);
		tc_error_clear(&err);
		return status;
	}
	tc_credentials_free(config->credentials);
	config->credentials = narrow;
	config->origin.narrowed = true;
	return 0;
}

static void read_environment(struct config *config)
{
	if (config->has_environment)
		return;
	config->has_environment = true;
	config->proxy_url = variable("TASKCLUSTER_PROXY_URL");
	config->root_url = variable("TASKCLUSTER_ROOT_URL");
	config->root_from = "TASKCLUSTER_ROOT_URL";
	config_file_find(&config->file);
	if (config->file.path[0])
		config->origin.file = config->file.path;
}

static int read_file(struct config *config)
{
	if (config->has_file)
		return 0;
	config->has_file = true;
	int status = config_file_read(&config->file);
	if (config->root_url || !config->file.root_url)
		return status;
	snprintf(config->root_key, sizeof config->root_key, "config.rootUrl in %s",
		config->file.path);
	config->root_url = config->file.root_url;
	config->root_from = config->root_key;
	return status;
}

int config_find_root(struct config *config)
{
	read_environment(config);
	return config->root_url ? 0 : read_file(config);
}

int config_find_server(struct config *config)
{
	read_environment(config);
	return config->proxy_url ? 0 : config_find_root(config);
}

int config_find_credentials(struct config *config)
{
	if (config->has_credentials)
		return 0;
	config->has_credentials = true;
	read_environment(config);
	int status = read_file(config);
	if (status != 0)
		return status;
	bool in_environment = variable("TASKCLUSTER_CLIENT_ID") ||
		variable("TASKCLUSTER_ACCESS_TOKEN") || variable("TASKCLUSTER_CERTIFICATE");
	status = in_environment ? credentials_of_environment(config) : credentials_of_file(config);
	return status != 0 ? status : narrow(config);
}

void config_free(struct config *config)
{
	tc_credentials_free(config->credentials);
	config_file_free(&config->file);
	*config = (struct config)CONFIG_INIT;
}

bool config_has_server(const struct config *config)
{
	return config->root_url || config->proxy_url;
}
