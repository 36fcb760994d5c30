/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/client_realm.h"

#include "runtime/src/common/clock.h"
#include <stdlib.h>
#include <string.h>

static void free_realm(struct tc__realm *realm)
{
	tc__buffer_clear(&realm->root);
	tc__buffer_clear(&realm->trace);
	tc_credentials_free(realm->credentials);
	tc__session_clear(&realm->session);
	free(realm);
}

static const char *variable(const tc_client *client, const char *name)
{
	const char *value = client->environment && name ? getenv(name) : NULL;

	return value && *value ? value : NULL;
}

/* The caller's base URL, its variable, its best known server. */
static int find_root(const tc_client *client, const struct tc_service *service,
	struct tc__realm *realm, tc_error *err)
{
	const struct tc_conventions *system = realm->system;
	const char *given = client->options.base_url;
	struct tc__url parts;

	if (!system->server_url)
		return TC_OK;
	if (!given)
		given = variable(client, system->environment_url);
	if (!given)
		given = system->server_default;
	if (!given)
		return TC_OK;
	struct tc__buffer url = TC__BUFFER(TC__URL_MAX);
	tc__expand_template(&url, given, "", service);
	if (!tc__buffer_failed(&url))
		tc__url_as_sent(&realm->root, tc__buffer_get(&url));
	bool failed = tc__buffer_failed(&url) || tc__buffer_failed(&realm->root);
	tc__buffer_clear(&url);
	if (failed)
		return tc__fail_nomem(err);
	int rc = tc__url_parse(realm->root.data, &parts, err);
	if (rc != TC_OK)
		tc_error_prefix(err, "%s",
			client->options.base_url || !system->environment_url
				? "base_url"
				: system->environment_url);
	return rc;
}

/* The variables of the system itself; never those of another. */
static int find_credentials(const tc_client *client, struct tc__realm *realm, tc_error *err)
{
	const struct tc_conventions *system = realm->system;
	const char *id = variable(client, system->environment_id);
	const char *secret = variable(client, system->environment_secret);

	if (!id && !secret)
		return TC_OK;
	if (!id || !secret)
		return tc__fail(err, TC_ERROR_CREDENTIALS, "%s is set, but %s is not",
			id ? system->environment_id : system->environment_secret,
			id ? system->environment_secret : system->environment_id);
	realm->credentials = system->session && system->session->basic
		? tc_credentials_password(id, secret, err)
		: tc_credentials_new(id, secret, NULL, err);
	return realm->credentials ? TC_OK : TC_ERROR_CREDENTIALS;
}

/* A server may refuse programs by what they call themselves. */
static int check_user_agent(
	const tc_client *client, const struct tc_conventions *system, tc_error *err)
{
	const char *agent = strchr(client->signer.user_agent_line, ' ') + 1;
	const char *const *pattern = system->refused_user_agents;

	for (; pattern && *pattern; pattern++) {
		int found = tc__pattern_found(*pattern, agent);
		if (found == TC_ERROR_NOMEM)
			return tc__fail_nomem(err);
		if (found == 1)
			return tc__fail(err, TC_ERROR_ARGUMENT,
				"user_agent: the server refuses programs called \"%.100s\"", agent);
	}
	return TC_OK;
}

/* The same id as everywhere, under the name that the system has for it. */
static int make_trace(const tc_client *client, struct tc__realm *realm, tc_error *err)
{
	const char *id = strchr(client->signer.trace_line, ':');

	realm->trace = TC__BUFFER(TC__URL_MAX);
	if (!realm->system->trace_header)
		return TC_OK;
	tc__buffer_text(&realm->trace, realm->system->trace_header);
	tc__buffer_text(&realm->trace, id);
	return tc__buffer_failed(&realm->trace) ? tc__fail_nomem(err) : TC_OK;
}

int tc__client_realm(tc_client *client, const struct tc_operation *operation,
	struct tc__realm **found, tc_error *err)
{
	const struct tc_conventions *system = tc__system_of(operation);
	struct tc__realm *realm = client->realms;

	*found = NULL;
	if (!system)
		return TC_OK;
	while (realm && realm->system != system)
		realm = realm->next;
	if ((*found = realm))
		return TC_OK;
	realm = calloc(1, sizeof *realm);
	if (!realm)
		return tc__fail_nomem(err);
	realm->system = system;
	realm->root = TC__BUFFER(TC__URL_MAX);
	tc_error failure = TC_ERROR_INIT;
	int rc = check_user_agent(client, system, &failure);
	if (rc == TC_OK)
		rc = make_trace(client, realm, &failure);
	if (rc == TC_OK)
		rc = find_root(client, operation->service, realm, &failure);
	if (rc == TC_OK)
		rc = find_credentials(client, realm, &failure);
	if (rc != TC_OK) {
		free_realm(realm);
		return tc__fail_with(err, &failure);
	}
	realm->next = client->realms;
	client->realms = realm;
	*found = realm;
	return TC_OK;
}

/*
 * Credentials that the caller gave are for the servers that its options name: with base_url for
 * that one; with a Taskcluster root and without base_url they are Taskcluster's, and the best known
 * server of a system, or of a service of 2015, must not see them. Those of tc_client_as always are.
 */
static bool names_only_a_root(const tc_client *client)
{
	const struct tc_options *options = &client->options;

	if (client->root_only)
		return true;
	return !options->base_url && (options->root_url || options->proxy_url);
}

const tc_credentials *tc__realm_credentials(const tc_client *client, const struct tc__realm *realm)
{
	if (client->environment && !client->credentials_given)
		return realm->system->server_url ? realm->credentials : client->credentials;
	return realm->system->server_url && names_only_a_root(client) ? NULL : client->credentials;
}

bool tc__client_withholds(const tc_client *client, const struct tc_operation *operation)
{
	const struct tc_service *service = operation->service;

	return !service->conventions && service->base_url && names_only_a_root(client);
}

int tc__client_site(tc_client *client, const struct tc_operation *operation, struct tc__site *site,
	tc_error *err)
{
	struct tc__realm *realm;
	int rc = tc__client_realm(client, operation, &realm, err);

	*site = client->site;
	if (rc == TC_OK && realm && realm->root.length)
		site->server = realm->root.data;
	return rc;
}

/* The realm whose servers an operation's calls go to; NULL: they go to Taskcluster's. */
static struct tc__realm *realm_of_server(
	const tc_client *client, const struct tc_operation *operation)
{
	const struct tc_conventions *system = tc__system_of(operation);

	for (struct tc__realm *realm = client->realms; system && realm; realm = realm->next)
		if (realm->system == system && system->server_url)
			return realm;
	return NULL;
}

struct tc__offset *tc__client_offset(tc_client *client, const struct tc_operation *operation)
{
	struct tc__realm *realm = realm_of_server(client, operation);

	return realm ? &realm->offset : &client->offset;
}

struct tc__gate *tc__client_gate(tc_client *client, const struct tc_operation *operation)
{
	struct tc__realm *realm = realm_of_server(client, operation);

	return realm ? &realm->gate : &client->gate;
}

int64_t tc__client_operation_ms(tc_client *client, const struct tc_operation *operation)
{
	return tc__clock_now_ms(client->options.seams) + tc__client_offset(client, operation)->ms;
}

void tc__client_end_sessions(tc_client *client)
{
	for (struct tc__realm *realm = client->realms; realm; realm = realm->next)
		tc__session_clear(&realm->session);
}

int tc__client_copy_realms(tc_client *to, const tc_client *from, tc_error *err)
{
	for (const struct tc__realm *realm = from->realms; realm; realm = realm->next) {
		struct tc__realm *copy = calloc(1, sizeof *copy);
		if (!copy)
			return tc__fail_nomem(err);
		*copy = (struct tc__realm){ .next = to->realms,
			.system = realm->system,
			.root = TC__BUFFER(TC__URL_MAX),
			.offset = realm->offset };
		if (realm->credentials)
			copy->credentials = tc_credentials_ref(realm->credentials);
		tc__buffer_text(&copy->root, tc__buffer_get(&realm->root));
		to->realms = copy;
		int rc = make_trace(to, copy, err);
		if (rc != TC_OK)
			return rc;
		if (tc__buffer_failed(&copy->root))
			return tc__fail_nomem(err);
	}
	return TC_OK;
}

void tc__client_free_realms(tc_client *client)
{
	while (client->realms) {
		struct tc__realm *realm = client->realms;
		client->realms = realm->next;
		free_realm(realm);
	}
}
