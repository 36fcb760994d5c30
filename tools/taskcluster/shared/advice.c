/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/advice.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/shared/rules.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/conventions.h>

#define ORIGINS_MAX 8192
#define KIND_SIZE 16

static advice_fn *more_advice;
static const tc_json *sent;

void advice_from(advice_fn *more)
{
	more_advice = more;
}

void advice_about(const tc_json *body)
{
	sent = body;
}

bool origin_signs(const struct origin *origin)
{
	return origin->proxy_url || origin->credentials;
}

/* "the root URL (from TASKCLUSTER_ROOT_URL), the HTTP proxy (from https_proxy)"; or "" */
static void list_origins(const struct origin *origin, char *text, size_t size)
{
	const struct {
		const char *what, *from;
	} origins[] = {
		{ "root URL", origin->root_url },
		{ "proxy URL", origin->proxy_url },
		{ "server's URL", origin->base_url },
		{ "HTTP proxy", origin->http_proxy },
		{ "CA file", origin->ca_file },
		{ "CA folder", origin->ca_folder },
	};
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) {
		if (!origins[i].from || used >= size)
			continue;
		used += (size_t)snprintf(text + used, size - used, "%sthe %s (from %s)",
			used ? ", " : "", origins[i].what, origins[i].from);
	}
}

static void advise_network(const struct origin *origin)
{
	char origins[ORIGINS_MAX];

	list_origins(origin, origins, sizeof origins);
	hint("Check %s%sthe network; -v shows each attempt.", origins, *origins ? " and " : "");
}

static void advise_absent(const struct origin *origin)
{
	char origins[ORIGINS_MAX];

	list_origins(origin, origins, sizeof origins);
	hint("This server does not have this function%s%s.", *origins ? ": check " : "", origins);
}

static void advise_unsigned(const struct tc_operation *operation, const struct origin *origin)
{
	/* who brings a secret of the function's own needs no other */
	if (!operation || !rules_is_open(operation))
		hint("The call was not signed: set TASKCLUSTER_CLIENT_ID and "
		     "TASKCLUSTER_ACCESS_TOKEN, or write them to %s.",
			origin->file);
}

static void advise_forbidden(const struct tc_operation *operation, const struct origin *origin)
{
	if (!origin_signs(origin)) {
		advise_unsigned(operation, origin);
		return;
	}
	if (operation)
		hint("`taskcluster scopes` tells what you may do, `taskcluster api %s%s %s --help` "
		     "what this needs.",
			rules_is_own(operation) ? "" : "--live ", operation->service->name,
			operation->name);
	else
		hint("`taskcluster scopes` tells what you may do.");
	if (origin->narrowed)
		hint("Your calls are narrowed to the authorizedScopes in %s.", origin->file);
}

static void advise_unauthorized(const struct tc_operation *operation, const struct origin *origin)
{
	if (!origin_signs(origin)) {
		advise_unsigned(operation, origin);
		return;
	}
	if (origin->proxy_url) {
		hint("The proxy (from %s) signed the call, and the server does not accept its "
		     "credentials: they may be expired.",
			origin->proxy_url);
		return;
	}
	hint("The server does not accept the credentials (from %s): they may be mistyped, "
	     "expired, or for another root URL; `taskcluster scopes` tells whose they are.",
		origin->credentials);
	if (origin->narrowed)
		hint("They must satisfy the authorizedScopes in %s, to which they are narrowed.",
			origin->file);
}

static void advise_credentials(const struct origin *origin)
{
	if (!origin->credentials)
		hint("Set TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN and, for temporary ones, "
		     "TASKCLUSTER_CERTIFICATE, or write them to %s.",
			origin->file);
	else if (strcmp(origin->credentials, origin->file) == 0)
		hint("Credentials are config.clientId, config.accessToken and, for temporary ones, "
		     "config.certificate in %s.",
			origin->file);
	else
		hint("Credentials are TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN and, for "
		     "temporary ones, TASKCLUSTER_CERTIFICATE.");
}

static const char *advice_for_status(const tc_error *err)
{
	switch (err->http_status) {
	case 400:
		return "Correct the arguments or the body.";
	case 404:
		return "Check the arguments: nothing has this name.";
	case 409:
		return "It is in another state, or differs from what is there: look first, then "
		       "try again.";
	case 410:
		return "It has expired, and is gone.";
	case 424:
		return "The task has recorded that this artifact could not be made.";
	case 429:
		return "Too many requests: try again later.";
	case 501:
		return "This server does not implement this function.";
	default:
		return err->http_status >= 500
			? "The server failed: try again later; its operators find the request by "
			  "its id."
			: NULL;
	}
}

static const char *advice_for_code(const tc_error *err)
{
	switch (err->code) {
	case TC_ERROR_TIMEOUT:
		return "Try again later; -v shows each attempt.";
	case TC_ERROR_REPLY:
		return "The server, or something before it, answered what it should not; -vv "
		       "shows more.";
	case TC_ERROR_HTTP:
		return advice_for_status(err);
	default:
		return NULL;
	}
}

/* Whether the server may be one without this function; of a remote procedure that it lacks some say
 * so by a failure. */
static bool lacks_function(const tc_error *err, const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = operation->conventions;

	return err->http_status == 404 || err->http_status == 501 ||
		(err->http_status == 500 && rules && rules->rpc);
}

/* What came with a later version than the server's looks absent. */
static void advise_version(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = operation->conventions;

	if (rules && rules->since)
		hint("Servers have this function since version %s.", rules->since);
	if (rules && rules->removed_in)
		hint("Servers lack this function since %s.", rules->removed_in);
}

/* Taskcluster's variables and scopes are no help with the servers of others. */
static void advise_elsewhere(
	const tc_error *err, const struct tc_operation *operation, const struct origin *origin)
{
	const struct tc_conventions *system = operation->service->conventions;
	bool who = err->code == TC_ERROR_CREDENTIALS || err->http_status == 401 ||
		err->http_status == 403;

	if (err->code == TC_ERROR_NETWORK)
		advise_network(origin);
	else if (who && system->environment_id)
		hint("Who calls is in %s and %s.", system->environment_id,
			system->environment_secret);
	else if (lacks_function(err, operation))
		advise_version(operation);
}

/* Whether the server may be of another release, which has the function otherwise, or not at all. */
static bool may_differ(const tc_error *err, const struct tc_operation *operation)
{
	return operation && !operation->service->base_url && err->code == TC_ERROR_HTTP &&
		(err->http_status == 404 || err->http_status == 400);
}

static void advise_here(
	const tc_error *err, const struct tc_operation *operation, const struct origin *origin)
{
	const char *advice = advice_for_code(err);

	if (err->code == TC_ERROR_NETWORK)
		advise_network(origin);
	else if (err->code == TC_ERROR_CREDENTIALS)
		advise_credentials(origin);
	else if (err->http_status == 404 && !tc_error_server_code(err))
		advise_absent(origin);
	else if (err->http_status == 403)
		advise_forbidden(operation, origin);
	else if (err->http_status == 401)
		advise_unauthorized(operation, origin);
	else if (advice)
		hint("%s", advice);
	if (operation && (err->code == TC_ERROR_ARGUMENT || err->http_status == 400))
		hint("See `taskcluster api %s%s %s --help`.",
			rules_is_own(operation) ? "" : "--live ", operation->service->name,
			operation->name);
	if (may_differ(err, operation) && origin->deployment && more_advice)
		more_advice(operation, sent, origin->deployment);
}

/* The library tells of its own option's name. */
static bool is_about_ca(const tc_error *err)
{
	bool possible = err->code == TC_ERROR_ARGUMENT || err->code == TC_ERROR_SYSTEM;

	return possible &&
		(strstr(tc_error_text(err), "ca_file") || strstr(tc_error_text(err), "ca_folder"));
}

static void advise(
	const tc_error *err, const struct tc_operation *operation, const struct origin *origin)
{
	bool elsewhere = operation && rules_is_elsewhere(operation->service);

	if (is_about_ca(err))
		hint("The library's options ca_file and ca_folder are the variables SSL_CERT_FILE "
		     "and SSL_CERT_DIR here.");
	else if (elsewhere && err->code != TC_ERROR_ARGUMENT)
		advise_elsewhere(err, operation, origin);
	else
		advise_here(err, operation, origin);
}

static int status_of(const tc_error *err)
{
	switch (err->code) {
	case TC_ERROR_ARGUMENT:
	case TC_ERROR_INPUT:
	case TC_ERROR_CREDENTIALS:
		return STATUS_USAGE;
	default:
		return STATUS_FAILED;
	}
}

/* TC_ERROR_HTTP is "http" for programs. */
static const char *kind_of(const tc_error *err, char kind[KIND_SIZE])
{
	const char *name = tc_code_name(err->code);
	size_t length = 0;

	if (strncmp(name, "TC_ERROR_", 9) == 0)
		name += 9;
	for (; name[length] && length < KIND_SIZE - 1; length++)
		kind[length] = (char)tolower((unsigned char)name[length]);
	kind[length] = '\0';
	return kind;
}

int report_alone(const tc_error *err, const struct tc_operation *operation)
{
	char kind[KIND_SIZE];
	const struct error_facts facts = {
		.code = kind_of(err, kind),
		.http_status = err->http_status,
		.server_code = tc_error_server_code(err),
		.request_id = tc_error_request_id(err),
		.service = operation ? operation->service->name : NULL,
		.function = operation ? operation->name : NULL,
		.status = status_of(err),
	};

	return failure_with(&facts, tc_error_text(err));
}

int report(const tc_error *err, const struct tc_operation *operation, const struct origin *origin)
{
	static const struct origin none = ORIGIN_INIT;

	int status = report_alone(err, operation);

	advise(err, operation, origin ? origin : &none);
	if (tc_error_request_id(err) && !report_is_json()) /* which has it in a place of its own */
		hint("Request id: %s", tc_error_request_id(err));
	return status;
}

int report_setup(const tc_error *err, const struct origin *origin)
{
	char origins[ORIGINS_MAX];
	int status = report(err, NULL, origin);

	list_origins(origin, origins, sizeof origins);
	if (err->code == TC_ERROR_ARGUMENT && *origins)
		hint("Check %s.", origins);
	return status;
}
