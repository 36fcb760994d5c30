/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/session.h"

#include "runtime/src/base/ascii.h"
#include <stdlib.h>
#include <string.h>

/* A younger session that is refused has not ended: its user may simply not do it. */
#define YOUNG_MS 60000

static const struct tc_operation *operation_of(const struct tc__performance *performance)
{
	return performance->call->request.operation;
}

static const struct tc_operation *find_operation(const struct tc_service *service, const char *name)
{
	for (size_t i = 0; i < service->operation_count; i++)
		if (strcmp(service->operations[i].name, name) == 0)
			return &service->operations[i];
	return NULL;
}

static struct tc__realm *realm_of(const struct tc__performance *performance)
{
	struct tc__realm *realm = NULL;

	/* it is there since the call was made */
	(void)tc__client_realm(performance->call->client, operation_of(performance), &realm, NULL);
	return realm;
}

static int64_t now_of(const struct tc__performance *performance)
{
	return tc__client_operation_ms(performance->call->client, operation_of(performance));
}

static bool is_read(const struct tc__performance *performance)
{
	const char *method = operation_of(performance)->method;

	return strcmp(method, "GET") == 0;
}

/* ---- before an attempt ---- */

static int make_login(struct tc__performance *performance, tc_error *failure)
{
	tc_client *client = performance->call->client;
	const struct tc_service *service = operation_of(performance)->service;
	const struct tc_operation *login =
		find_operation(service, service->conventions->session->login);
	struct tc__site site;

	if (performance->login)
		return TC_OK;
	struct tc__request *request = calloc(1, sizeof *request);
	if (!request)
		return tc__fail_nomem(failure);
	int rc = login ? tc__client_site(client, login, &site, failure)
		       : tc__fail(failure, TC_ERROR_CREDENTIALS, "there is no login");
	if (rc == TC_OK)
		rc = tc__request_init(request, &site, login, NULL, NULL, failure);
	if (rc != TC_OK) {
		free(request);
		return rc;
	}
	performance->login = request;
	return TC_OK;
}

static int use_hawk(struct tc__performance *performance, const struct tc_conventions *system,
	const tc_credentials *credentials, struct tc__signer *signer, tc_error *failure)
{
	bool required =
		tc__authentication_of(operation_of(performance)) == TC_AUTHENTICATION_REQUIRED;

	if (system->anonymous_reads && is_read(performance) && !required)
		return TC_OK;
	if (system->hawk->no_extensions && tc__credentials_ext(credentials))
		return tc__fail(failure, TC_ERROR_CREDENTIALS,
			"the server takes neither certificates nor authorizedScopes");
	signer->credentials = credentials;
	return TC_OK;
}

/* Whether a login has to come before the call. */
static bool needs_login(const struct tc__performance *performance,
	const struct tc_conventions *system, const tc_credentials *credentials)
{
	bool required =
		tc__authentication_of(operation_of(performance)) == TC_AUTHENTICATION_REQUIRED;

	if (!system->session->basic || !credentials || performance->logged_in)
		return false;
	return required || !system->anonymous_reads || !is_read(performance);
}

static int use_session(struct tc__performance *performance, struct tc__realm *realm,
	const tc_credentials *credentials, struct tc__signer *signer, tc_error *failure)
{
	const struct tc_conventions *system = realm->system;
	const struct tc__request *own = &performance->call->request;
	bool holds = tc__session_holds(
		&realm->session, &own->parts, system->session, now_of(performance));

	if (!holds && needs_login(performance, system, credentials))
		performance->logging_in = true;
	signer->scheme = system->session;
	performance->session = 0;
	if (!performance->logging_in && holds) {
		signer->session = &realm->session;
		performance->session = realm->session.generation;
	}
	if (!performance->logging_in)
		return TC_OK;
	signer->credentials = credentials;
	signer->basic = true;
	return make_login(performance, failure);
}

/* Whether it is the login that the client calls by itself; its user may, too. */
static bool is_basic_login(
	const struct tc_operation *operation, const struct tc_conventions *system)
{
	return system->session->basic && strcmp(operation->name, system->session->login) == 0;
}

static int authenticate(struct tc__performance *performance, struct tc__realm *realm,
	struct tc__signer *signer, tc_error *failure)
{
	const struct tc_conventions *system = realm->system;
	const tc_credentials *credentials = tc__realm_credentials(performance->call->client, realm);
	enum tc_authentication authentication = tc__authentication_of(operation_of(performance));
	bool basic_first = system->session && system->session->basic && system->session_first;
	int rc = TC_OK;

	if (credentials && system->session && is_basic_login(operation_of(performance), system)) {
		signer->credentials = credentials;
		signer->basic = true;
		return TC_OK;
	}
	if (authentication == TC_AUTHENTICATION_NEVER)
		return TC_OK;
	if (credentials && system->hawk && !basic_first)
		return use_hawk(performance, system, credentials, signer, failure);
	if (system->session)
		rc = use_session(performance, realm, credentials, signer, failure);
	if (rc == TC_OK && authentication == TC_AUTHENTICATION_REQUIRED && !signer->session &&
		!signer->credentials)
		return tc__fail(failure, TC_ERROR_CREDENTIALS,
			"it is not for everybody, and there are no credentials");
	return rc;
}

int tc__session_prepare(struct tc__performance *performance, struct tc__signer *signer,
	const struct tc__request **request, tc_error *failure)
{
	tc_client *client = performance->call->client;
	struct tc__realm *realm;

	int rc = tc__client_realm(client, operation_of(performance), &realm, failure);
	if (tc__client_withholds(client, operation_of(performance)))
		signer->credentials = NULL;
	if (rc != TC_OK || !realm)
		return rc;
	signer->credentials = NULL;
	if (realm->trace.length)
		signer->trace_line = realm->trace.data;
	if (realm->system->no_trace_header)
		signer->trace_line = NULL;
	if (tc__rpc_of(operation_of(performance)))
		signer->rpc_id = ++client->rpc_id;
	rc = authenticate(performance, realm, signer, failure);
	if (rc == TC_OK && performance->logging_in)
		*request = performance->login;
	performance->reply.sink = performance->logging_in ? NULL : performance->sink;
	return rc;
}

/* ---- after it ---- */

/*
 * Whether a cookie of a reply is to be kept. Servers give everybody a session who comes without
 * one: the reply to a call that was sent before a login, and arrives after it, must not put that
 * nobody's session in the place of ours. In the reply to a call that carried ours, another one
 * means that ours has ended.
 */
static bool is_wanted(const struct tc__performance *performance, struct tc__realm *realm,
	const char *header, bool login)
{
	const struct tc_session_scheme *scheme = realm->system->session;
	const struct tc__url *parts = &performance->call->request.parts;

	if (login || !tc__session_is_about(scheme, header))
		return true;
	if (!performance->session || performance->session != realm->session.generation)
		return false;
	if (scheme->basic && tc__session_would_change(&realm->session, parts, header))
		realm->session.begun_ms = 0;
	return true;
}

static int take_cookies(const struct tc__performance *performance, struct tc__realm *realm,
	bool login, tc_error *failure)
{
	/* a login's may be of another origin than the call's */
	const struct tc__request *sent =
		performance->logging_in ? performance->login : &performance->call->request;
	const char *name, *value;
	int rc = TC_OK;

	for (size_t i = 0;
		rc == TC_OK && tc_response_header_at(performance->reply.response, i, &name, &value);
		i++)
		if (tc__same_word(name, "set-cookie") &&
			is_wanted(performance, realm, value, login))
			rc = tc__session_take(
				&realm->session, &sent->parts, value, now_of(performance), failure);
	return rc;
}

static int fail_no_cookie(const struct tc_session_scheme *scheme, int status, tc_error *failure)
{
	tc__fail(failure, TC_ERROR_CREDENTIALS,
		"the login was answered with %d, but set no cookie %s", status, scheme->cookies[0]);
	failure->http_status = status;
	return TC_ERROR_CREDENTIALS;
}

static bool holds(const struct tc__performance *performance, const struct tc__realm *realm)
{
	return tc__session_holds(&realm->session, &performance->call->request.parts,
		realm->system->session, now_of(performance));
}

/* Whether it was a login with credentials that were replaced while it was under way. */
static bool is_outdated(const struct tc__performance *performance, const struct tc__realm *realm)
{
	const tc_credentials *used = performance->attempt.credentials;

	return !performance->attempt.is_signed && used &&
		used != tc__realm_credentials(performance->call->client, realm);
}

static int accept_reply(struct tc__performance *performance, tc_error *failure)
{
	struct tc__realm *realm = realm_of(performance);
	const struct tc_session_scheme *scheme = realm ? realm->system->session : NULL;
	const char *name = operation_of(performance)->name;
	int status = tc__reply_status(&performance->reply);

	if (!scheme || is_outdated(performance, realm))
		return TC_OK;
	bool login = performance->logging_in || strcmp(name, scheme->login) == 0;
	bool success = tc__reply_is_success(&performance->reply);
	/* what is left of an earlier session is no proof of this one */
	if (login && success)
		tc__session_clear(&realm->session);
	int rc = take_cookies(performance, realm, login && success, failure);
	if (rc != TC_OK || !success)
		return rc;
	if (login)
		realm->session.begun_ms = now_of(performance);
	else if (scheme->logout && strcmp(name, scheme->logout) == 0)
		tc__session_clear(&realm->session);
	if (login && !holds(performance, realm))
		return fail_no_cookie(scheme, status, failure);
	return TC_OK;
}

static bool is_expired(struct tc__performance *performance)
{
	const struct tc__realm *realm = realm_of(performance);
	const struct tc_session_scheme *scheme = realm ? realm->system->session : NULL;
	const struct tc_conventions *system = realm ? realm->system : NULL;

	if (!scheme || !scheme->basic || performance->logged_in || performance->logging_in ||
		performance->attempt.is_signed ||
		!tc__realm_credentials(performance->call->client, realm) ||
		(system->hawk && !system->session_first) ||
		tc__authentication_of(operation_of(performance)) == TC_AUTHENTICATION_NEVER)
		return false;
	if (!tc__has_status(scheme->expired_statuses, tc__reply_status(&performance->reply)))
		return false;
	if (performance->session && performance->session != realm->session.generation) {
		/* another call has logged in meanwhile; or there is none, after a logout or with
		 * other credentials */
		performance->logged_in = holds(performance, realm);
		performance->logging_in = !performance->logged_in;
		return true;
	}
	if (performance->session && now_of(performance) - realm->session.begun_ms < YOUNG_MS)
		return false;
	performance->logging_in = true;
	return true;
}

static bool has_logged_in(struct tc__performance *performance, tc_error *failure)
{
	int status = tc__reply_status(&performance->reply);

	if (tc__reply_is_success(&performance->reply)) {
		performance->logging_in = false;
		performance->logged_in = !is_outdated(performance, realm_of(performance));
		return true;
	}
	if (status < 500 && status != 429) {
		tc__reply_refusal(&performance->reply, failure);
		failure->code =
			failure->code == TC_ERROR_HTTP ? TC_ERROR_CREDENTIALS : failure->code;
	}
	return false;
}

bool tc__session_turns(struct tc__performance *performance, tc_error *failure)
{
	if (!tc__system_of(operation_of(performance)) ||
		accept_reply(performance, failure) != TC_OK)
		return false;
	return performance->logging_in ? has_logged_in(performance, failure)
				       : is_expired(performance);
}

void tc__session_end(struct tc__performance *performance)
{
	if (!performance->login)
		return;
	tc__request_clear(performance->login);
	free(performance->login);
	performance->login = NULL;
}
