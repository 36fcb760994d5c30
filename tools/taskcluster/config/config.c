/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/config.h"
#include "tools/taskcluster/config/variable.h"
#include "tools/taskcluster/shared/report.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The length without trailing slashes. */
static size_t root_length(const char *root)
{
	size_t length = strlen(root);

	while (length && root[length - 1] == '/')
		length--;
	return length;
}

/* Schemes and hosts are the same in any case. */
static bool same_root(const char *a, const char *b)
{
	const char *scheme = strstr(a, "://");
	size_t length = root_length(a);
	size_t server = scheme ? (size_t)(scheme + 3 - a) + strcspn(scheme + 3, "/") : 0;

	if (server > length)
		server = length;
	return length == root_length(b) && strncasecmp(a, b, server) == 0 &&
		strncmp(a + server, b + server, length - server) == 0;
}

/* A URL without user info, which no root URL may have, and which is a secret: `scheme` bytes of it,
 * and what is returned. */
static const char *without_user(const char *url, int *scheme)
{
	const char *colon = strstr(url, "://");
	const char *begin = colon ? colon + 3 : url;
	const char *host = begin + strcspn(begin, "/?#");

	while (host > begin && host[-1] != '@')
		host--;
	*scheme = (int)(begin - url);
	return host;
}

/* What credentials are made of, and where each comes from. */
struct who {
	const char *id, *token, *certificate;
	bool id_here, token_here, certificate_here; /* in the environment */
};

static const char *pick(const struct config *config, enum config_key key, bool *here)
{
	*here = variable(config_keys[key].variable) != NULL;
	return config_file_value(&config->file, key);
}

static int refuse_half(const struct config *config, const struct who *who)
{
	const struct config_key_facts *missing =
		&config_keys[who->id ? CONFIG_ACCESS_TOKEN : CONFIG_CLIENT_ID];
	bool here = who->id_here || who->token_here || who->certificate_here;

	if (!here)
		return usage_error("%s: config.%s is missing", config->file.path, missing->name);
	return usage_error("half credentials: set %s, too, or config.%s in %s", missing->variable,
		missing->name, config->origin.file);
}

/* The certificate names the client, and the access token is made from what it holds. */
static int check_certificate(const struct config *config, struct who *who)
{
	const char *file = config->file.path, *id = config->file.values[CONFIG_CLIENT_ID];

	if (!who->certificate)
		return 0;
	if (who->certificate_here && !who->token_here)
		return usage_error("TASKCLUSTER_CERTIFICATE is not of the access token in %s: set "
				   "TASKCLUSTER_ACCESS_TOKEN, or give --mix-config",
			file);
	if (who->certificate_here)
		return 0;
	if (who->token_here)
		who->certificate = NULL;
	else if (who->id_here && id && strcmp(who->id, id) != 0)
		return usage_error("the certificate in %s is of the client %s, and not of %s (from "
				   "TASKCLUSTER_CLIENT_ID): set all credentials in one place, or "
				   "give --mix-config",
			file, id, who->id);
	return 0;
}

static int check_root(const struct config *config, const struct who *who)
{
	const char *of_file = config->file.values[CONFIG_ROOT_URL];
	int their_scheme, called_scheme;

	if ((who->id_here && who->token_here) || !of_file || !config->root_url ||
		same_root(of_file, config->root_url))
		return 0;
	const char *theirs = without_user(of_file, &their_scheme);
	const char *called = without_user(config->root_url, &called_scheme);
	usage_error("the credentials in %s are for %.*s%s, and not for %.*s%s (from %s)",
		config->file.path, their_scheme, of_file, theirs, called_scheme, config->root_url,
		called, config->root_from);
	hint("Set TASKCLUSTER_CLIENT_ID and TASKCLUSTER_ACCESS_TOKEN for it; --mix-config takes "
	     "these all the same.");
	return STATUS_USAGE;
}

static void tell_places(struct config *config, const struct who *who)
{
	struct origin *origin = &config->origin;

	if (who->id_here && who->token_here) {
		origin->credentials = "the environment";
	} else if (!who->id_here && !who->token_here) {
		origin->credentials = config->file.path;
	} else {
		snprintf(config->places, sizeof config->places, "the environment and %s",
			config->file.path);
		origin->credentials = config->places;
	}
}

static int make_credentials(struct config *config, const struct who *who)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	tell_places(config, who);
	config->credentials = tc_credentials_new(who->id, who->token, who->certificate, &err);
	if (!config->credentials) {
		complain("the credentials in %s cannot be used", config->origin.credentials);
		status = report(&err, NULL, &config->origin);
	}
	tc_error_clear(&err);
	return status;
}

static int join_credentials(struct config *config)
{
	struct who who = { .id = NULL };
	int status = 0;

	who.id = pick(config, CONFIG_CLIENT_ID, &who.id_here);
	who.token = pick(config, CONFIG_ACCESS_TOKEN, &who.token_here);
	who.certificate = pick(config, CONFIG_CERTIFICATE, &who.certificate_here);
	if (!who.id && !who.token && !who.certificate_here)
		return 0;
	if (!who.id || !who.token)
		return refuse_half(config, &who);
	if (!config->mix)
		status = check_certificate(config, &who);
	if (status == 0 && !config->mix)
		status = check_root(config, &who);
	return status == 0 ? make_credentials(config, &who) : status;
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
	bool explicit = variable("TASKCLUSTER_CLIENT_ID") && variable("TASKCLUSTER_ACCESS_TOKEN");
	config->proxy_url = explicit ? NULL : variable("TASKCLUSTER_PROXY_URL");
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
	const char *root = config->file.values[CONFIG_ROOT_URL];
	if (config->root_url || !root)
		return status;
	snprintf(config->root_key, sizeof config->root_key, "config.rootUrl in %s",
		config->file.path);
	config->root_url = root;
	config->root_from = config->root_key;
	return status;
}

int config_find_root(struct config *config)
{
	read_environment(config);
	return config->root_url ? 0 : read_file(config);
}

void config_use_root(struct config *config, const char *root_url)
{
	read_environment(config);
	config->root_url = root_url;
	config->root_from = "the command line";
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
	status = join_credentials(config);
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
