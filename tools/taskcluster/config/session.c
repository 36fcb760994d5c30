/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/session.h"
#include "tools/taskcluster/config/http_proxy.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/conventions.h>
#include <unistd.h>

/* A person waits: long enough for a slow line, and Ctrl-C is near. */
#define TIMEOUT_MS (5 * 60 * 1000)
#define REPLY_MAX ((size_t)1 << 30)

static void on_log(void *data, enum tc_log_level level, const char *line)
{
	const struct session *session = data;

	/* errors are reported anyway */
	if (session->verbose || level == TC_LOG_WARN) {
		plain_print(stderr, line, strlen(line));
		fputc('\n', stderr);
	}
}

/* Without -v a person at a terminal is told of retries only, for they take a while. */
static enum tc_log_level log_level(const struct session *session)
{
	if (session->verbose == 0)
		return TC_LOG_WARN;
	return session->verbose > 1 ? TC_LOG_DEBUG : TC_LOG_INFO;
}

static int check_root(const struct config *config, const struct tc_service *service)
{
	if (config->root_url || config->proxy_url ||
		(service && (service->base_url || session_is_elsewhere(service))))
		return 0;
	return usage_error("no root URL: set TASKCLUSTER_ROOT_URL, such as "
			   "https://tc.example.com, or config.rootUrl in %s",
		config->origin.file);
}

bool session_is_elsewhere(const struct tc_service *service)
{
	return service->conventions && service->conventions->server_url;
}

static const char *variable(const char *name)
{
	const char *value = name ? getenv(name) : NULL;

	return value && *value ? value : NULL;
}

/* Another system's server, and who calls it, by its own variables. */
static int configure_elsewhere(const struct tc_conventions *system, const char *server_url,
	struct tc_options *options, tc_credentials **credentials)
{
	const char *id = variable(system->environment_id);
	const char *secret = variable(system->environment_secret);
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	options->root_url = options->proxy_url = NULL;
	options->credentials = NULL;
	options->base_url = server_url ? server_url : variable(system->environment_url);
	if (!options->base_url && !system->server_default)
		return usage_error("no server URL: set %s, or use --server-url",
			system->environment_url ? system->environment_url : "it");
	if (!id || !secret)
		return id || secret ? usage_error("of %s and %s only one is set",
					      system->environment_id, system->environment_secret)
				    : 0;
	*credentials = tc_credentials_new(id, secret, NULL, &err);
	options->credentials = *credentials;
	if (!*credentials)
		status = usage_error("%s", tc_error_text(&err));
	tc_error_clear(&err);
	return status;
}

int session_load(struct session *session)
{
	session->loaded = true;
	return config_load(&session->config);
}

static struct tc_options options_of(struct session *session, const char *base_url)
{
	const struct config *config = &session->config;
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = config->root_url;
	options.proxy_url = config->proxy_url;
	options.base_url = base_url;
	options.credentials = config->credentials;
	options.timeout_ms = TIMEOUT_MS;
	options.reply_max = REPLY_MAX;
	options.unchecked_bodies = session->unchecked;
	options.user_agent = "taskcluster-cli";
	options.ca_file = getenv("SSL_CERT_FILE");
	if (session->verbose || isatty(STDERR_FILENO))
		options.log = on_log;
	options.log_data = session;
	options.log_level = log_level(session);
	return options;
}

/* What the HTTP proxy's rules are about. */
static const char *called_url(const struct config *config, const struct tc_service *service,
	const struct tc_options *options)
{
	if (service && session_is_elsewhere(service))
		return options->base_url ? options->base_url : service->conventions->server_default;
	if (service && service->base_url)
		return options->base_url ? options->base_url : service->base_url;
	return config->proxy_url ? config->proxy_url : config->root_url;
}

static int refused(
	const tc_error *err, const struct tc_service *service, const struct config *config)
{
	int status = report(err, NULL, &config->origin);

	if (!service || !session_is_elsewhere(service))
		fprintf(stderr,
			"  The root URL comes from TASKCLUSTER_ROOT_URL, or config.rootUrl in "
			"%s.\n",
			config->origin.file);
	return status;
}

int session_open(struct session *session, const struct arguments *arguments,
	const struct tc_service *service, const char *base_url)
{
	struct config *config = &session->config;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *own = NULL;
	int status = session->loaded ? 0 : session_load(session);

	if (status == 0)
		status = check_root(config, service);
	if (status != 0)
		return status;
	session->verbose = arguments->verbose;
	struct tc_options options = options_of(session, base_url);
	if (service && session_is_elsewhere(service))
		status = configure_elsewhere(service->conventions, base_url, &options, &own);
	if (status != 0)
		return status;
	options.http_proxy = http_proxy_for(called_url(config, service, &options));
	session->client = tc_client_new(&options, &err);
	tc_credentials_free(own);
	if (!session->client)
		status = refused(&err, service, config);
	tc_error_clear(&err);
	return status;
}

void session_close(struct session *session)
{
	tc_client_free(session->client);
	config_free(&session->config);
}
