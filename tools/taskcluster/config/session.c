/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/session.h"
#include "tools/taskcluster/config/http_proxy.h"
#include "tools/taskcluster/config/variable.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/shared/rules.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <taskcluster/conventions.h>
#include <unistd.h>

/* A person waits: long enough for a slow line, and Ctrl-C is near. */
#define TIMEOUT_MS (5 * 60 * 1000)
#define REPLY_MAX ((size_t)1 << 30)

static void on_log(void *data, enum tc_log_level level, const char *line)
{
	const struct session *session = data;

	/* errors are reported anyway */
	if (session->verbose || level == TC_LOG_WARN)
		tell(line);
}

/* Without -v a person at a terminal is told of retries only, for they take a while. */
static enum tc_log_level log_level(const struct session *session)
{
	if (session->verbose == 0)
		return TC_LOG_WARN;
	return session->verbose > 1 ? TC_LOG_DEBUG : TC_LOG_INFO;
}

/* ---- the server ---- */

static int find_elsewhere(
	struct session *session, const struct tc_conventions *system, struct tc_options *options)
{
	struct origin *origin = &session->config.origin;

	origin->base_url = session->base_url_option;
	options->base_url = session->base_url;
	if (options->base_url)
		return 0;
	options->base_url = variable(system->environment_url);
	if (options->base_url)
		origin->base_url = system->environment_url;
	if (options->base_url || system->server_default)
		return 0;
	return usage_error("no server URL: set %s, or use --server-url",
		system->environment_url ? system->environment_url : "it");
}

static int no_root(const struct config *config)
{
	return usage_error(
		"no root URL: set TASKCLUSTER_ROOT_URL, such as https://tc.example.com, or "
		"config.rootUrl in %s",
		config->origin.file);
}

static int find_root(struct config *config, struct tc_options *options)
{
	int status = config_find_root(config);

	if (status != 0)
		return status;
	options->root_url = config->root_url;
	config->origin.root_url = config->root_from;
	return 0;
}

/* Below the proxy nothing else is needed, but the root URL is what others see of a signed one. */
static int find_taskcluster(struct session *session, struct tc_options *options)
{
	struct config *config = &session->config;

	if (session->use == SESSION_ROOT) {
		int status = find_root(config, options);
		return status == 0 && !config->root_url ? no_root(config) : status;
	}
	int status = config_find_server(config);
	if (status != 0)
		return status;
	options->proxy_url = config->proxy_url;
	config->origin.proxy_url = config->proxy_url ? "TASKCLUSTER_PROXY_URL" : NULL;
	if (!config->proxy_url || session->use == SESSION_SIGNED_URL)
		status = find_root(config, options);
	config->origin.deployment = config->root_url;
	return status == 0 && !config_has_server(config) ? no_root(config) : status;
}

static int find_server(
	struct session *session, const struct tc_service *service, struct tc_options *options)
{
	if (rules_is_elsewhere(service))
		return find_elsewhere(session, service->conventions, options);
	if (!service->base_url)
		return find_taskcluster(session, options);
	options->base_url = session->base_url;
	session->config.origin.base_url = session->base_url_option;
	return 0;
}

/* ---- who calls ---- */

/* Whose they are in another system, by its own variables; *own is to be freed. */
static int sign_elsewhere(
	const struct tc_conventions *system, struct tc_options *options, tc_credentials **own)
{
	const char *id = variable(system->environment_id);
	const char *secret = variable(system->environment_secret);
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	if (!id && !secret)
		return 0;
	if (!id || !secret)
		return usage_error("of %s and %s only one is set", system->environment_id,
			system->environment_secret);
	*own = system->session && system->session->basic
		? tc_credentials_password(id, secret, &err)
		: tc_credentials_new(id, secret, NULL, &err);
	options->credentials = *own;
	if (!*own)
		status = usage_error("%s and %s: %s", system->environment_id,
			system->environment_secret, tc_error_text(&err));
	tc_error_clear(&err);
	return status;
}

static bool is_signed(const struct session *session, const struct tc_operation *operation)
{
	switch (session->use) {
	case SESSION_URL:
	case SESSION_UNSIGNED:
	case SESSION_ROOT:
		return false;
	case SESSION_SIGNED_URL:
		return true;
	default:
		return !rules_is_open(operation);
	}
}

static int find_credentials(struct session *session, const struct tc_operation *operation,
	struct tc_options *options, tc_credentials **own)
{
	struct config *config = &session->config;

	if (!is_signed(session, operation))
		return 0;
	if (rules_is_elsewhere(operation->service))
		return sign_elsewhere(operation->service->conventions, options, own);
	if (options->proxy_url) /* which has its own */
		return 0;
	int status = config_find_credentials(config);
	options->credentials = config->credentials;
	if (options->base_url || !operation->service->base_url)
		return status;
	/* whose they are: the library keeps them from classic servers that nobody named */
	options->root_url = config->root_url;
	options->proxy_url = config->proxy_url;
	return status;
}

/* ---- the client ---- */

/* What the HTTP proxy's rules are about. */
static const char *called_url(const struct tc_service *service, const struct tc_options *options)
{
	if (options->base_url)
		return options->base_url;
	if (rules_is_elsewhere(service))
		return service->conventions->server_default;
	if (service->base_url)
		return service->base_url;
	return options->proxy_url ? options->proxy_url : options->root_url;
}

static void set_options(struct session *session, struct tc_options *options)
{
	options->timeout_ms = TIMEOUT_MS;
	options->attempts = session->attempts;
	if (session->use != SESSION_ROOT) /* for which the library's limit is enough */
		options->reply_max = REPLY_MAX;
	options->unchecked_bodies =
		session->use == SESSION_URL || session->use == SESSION_SIGNED_URL;
	options->user_agent = "taskcluster-cli";
	options->http_version = session->apart ? TC_HTTP_1_1 : TC_HTTP_ANY;
	if (session->verbose || isatty(STDERR_FILENO))
		options->log = on_log;
	options->log_data = session;
	options->log_level = log_level(session);
}

/* How the server is reached. */
static void set_way(struct session *session, const char *url, struct tc_options *options)
{
	struct origin *origin = &session->config.origin;

	options->http_proxy = http_proxy_for(url, &origin->http_proxy);
	options->no_proxy = http_proxy_exemptions();
	if (strncasecmp(url, "https:", 6) != 0) /* files that are not needed need not be there */
		return;
	options->ca_file = variable("SSL_CERT_FILE");
	options->ca_folder = variable("SSL_CERT_DIR");
	origin->ca_file = options->ca_file ? "SSL_CERT_FILE" : NULL;
	origin->ca_folder = options->ca_folder ? "SSL_CERT_DIR" : NULL;
}

static int make_client(struct session *session, const struct tc_options *options)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	session->client = tc_client_new(options, &err);
	if (!session->client)
		status = report_setup(&err, &session->config.origin);
	tc_error_clear(&err);
	return status;
}

int session_open(struct session *session, const struct arguments *arguments,
	const struct tc_operation *operation)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_credentials *own = NULL;

	session->verbose = arguments->verbose;
	session->config.mix = arguments->mix;
	set_options(session, &options);
	int status = find_server(session, operation->service, &options);
	if (status == 0)
		status = find_credentials(session, operation, &options, &own);
	if (status != 0)
		return status;
	set_way(session, called_url(operation->service, &options), &options);
	status = make_client(session, &options);
	tc_credentials_free(own);
	return status;
}

void session_close(struct session *session)
{
	tc_client_free(session->client);
	config_free(&session->config);
}
