/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/server/options.h"

#include "workflows/src/base/options.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_TIMEOUT_MS 20000
#define RECONNECT_MS 15000
#define HEARTBEAT_S 60
#define HEARTBEAT_MAX_S 65535 /* AMQP has 16 bits for it */

/* ---- the environment ---- */

/* An empty variable is one that is not set, as elsewhere. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

struct environment {
	const char *host, *user, *password, *vhost;
};

/* Names all that are missing, once. */
static int check_environment(const struct environment *from, tc_error *err)
{
	const struct tc__needed needed[] = { { "PULSE_HOSTNAME", from->host },
		{ "PULSE_USERNAME", from->user }, { "PULSE_PASSWORD", from->password } };
	char names[80] = "";
	int count = 0;

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
		size_t length = strlen(names);
		if (!needed[i].given)
			snprintf(names + length, sizeof names - length, "%s%s", count++ ? ", " : "",
				needed[i].name);
	}
	if (!count)
		return TC_OK;
	return tc_error_set(err, from->host ? TC_ERROR_CREDENTIALS : TC_ERROR_ARGUMENT,
		"no server was given, and in the environment %s is not set; expected "
		"PULSE_HOSTNAME, PULSE_USERNAME and PULSE_PASSWORD",
		names);
}

static int read_environment(struct tc__broker *broker, tc_error *err)
{
	const struct environment from = { variable("PULSE_HOSTNAME"), variable("PULSE_USERNAME"),
		variable("PULSE_PASSWORD"), variable("PULSE_VHOST") };

	int rc = check_environment(&from, err);
	if (rc != TC_OK)
		return rc;
	const struct {
		char *part;
		size_t size;
		const char *text, *name;
	} parts[] = {
		{ broker->user, sizeof broker->user, from.user, "PULSE_USERNAME" },
		{ broker->password, sizeof broker->password, from.password, "PULSE_PASSWORD" },
		{ broker->vhost, sizeof broker->vhost, from.vhost ? from.vhost : "/",
			"PULSE_VHOST" },
	};
	rc = tc__broker_set_host(broker, from.host, strlen(from.host), "PULSE_HOSTNAME", err);
	for (size_t i = 0; rc == TC_OK && i < sizeof parts / sizeof *parts; i++)
		rc = tc__broker_set(
			parts[i].part, parts[i].size, parts[i].text, parts[i].name, err);
	broker->tls = broker->account = true;
	broker->port = TC__BROKER_TLS_PORT;
	return rc;
}

static int copy_variable(const char *name, char *to, size_t size, tc_error *err)
{
	const char *value = variable(name);

	if (!value)
		return tc_error_set(err, TC_ERROR_CREDENTIALS, "%s is not set", name);
	if (strlen(value) >= size)
		return tc_error_set(err, TC_ERROR_CREDENTIALS,
			"%s is %zu bytes long; expected at most %zu", name, strlen(value),
			size - 1);
	memcpy(to, value, strlen(value) + 1);
	return TC_OK;
}

int tc_pulse_environment_login(
	void *data, bool refused, struct tc_pulse_login *login, tc_error *err)
{
	const struct tc__needed needed = { "login", login };

	(void)data;
	tc_error_clear(err);
	int rc = tc__check_needed(&needed, 1, err);
	if (rc == TC_OK && refused) /* there is no other account */
		rc = tc_error_set(err, TC_ERROR_CREDENTIALS,
			"the broker refuses the account of PULSE_USERNAME and PULSE_PASSWORD");
	if (rc == TC_OK)
		rc = copy_variable("PULSE_USERNAME", login->user, sizeof login->user, err);
	if (rc == TC_OK)
		rc = copy_variable("PULSE_PASSWORD", login->password, sizeof login->password, err);
	return rc;
}

/* ---- the options ---- */

static int check_numbers(const struct tc_pulse_server *known, tc_error *err)
{
	const struct {
		const char *name;
		int64_t value;
	} numbers[] = { { "server.connect_timeout_ms", known->connect_timeout_ms },
		{ "server.reconnect_ms", known->reconnect_ms },
		{ "server.offline_max_ms", known->offline_max_ms } };
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < sizeof numbers / sizeof *numbers; i++)
		rc = tc__workflow_check(numbers[i].name, numbers[i].value, err);
	if (rc == TC_OK && (known->heartbeat_s < 0 || known->heartbeat_s > HEARTBEAT_MAX_S))
		rc = tc_error_set(err, TC_ERROR_ARGUMENT,
			"server.heartbeat_s is %d; expected 0 to %d", known->heartbeat_s,
			HEARTBEAT_MAX_S);
	return rc;
}

static int read_options(
	struct tc__broker *broker, const struct tc_pulse_server *known, tc_error *err)
{
	const struct tc__needed url = { "server.url", known->url };

	int rc = tc__check_needed(&url, 1, err);
	if (rc == TC_OK)
		rc = tc__broker_read(known->url, broker, err);
	if (rc == TC_OK && !broker->account && !known->login)
		rc = tc_error_set(err, TC_ERROR_CREDENTIALS,
			"server.url has no account, and server.login is NULL; expected "
			"USER:PASSWORD@, or a function that gives them");
	return rc == TC_OK ? check_numbers(known, err) : rc;
}

/* ---- the network ---- */

/* What a client calls its options, as callers here know them. */
static void name_option(bool environment, tc_error *err)
{
	static const struct {
		const char *there, *here, *variable;
	} names[] = { { "ca_file", "server", "SSL_CERT_FILE" },
		{ "ca_folder", "server", "SSL_CERT_DIR" },
		{ "http_proxy", "server.proxy", "server" } };
	const char *where = "server";

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(tc_error_text(err), names[i].there, strlen(names[i].there)) == 0)
			where = environment ? names[i].variable : names[i].here;
	tc_error_prefix(err, "%s", where);
}

/* Options given, so that nothing of the environment counts but what is named here. */
static int open_client(struct tc__server *server, const struct tc_pulse_server *known,
	bool environment, tc_error *err)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error own = TC_ERROR_INIT;

	options.ca_file = environment ? variable("SSL_CERT_FILE") : known->ca_file;
	options.ca_folder = environment ? variable("SSL_CERT_DIR") : known->ca_folder;
	options.ca_pem = known->ca_pem;
	options.http_proxy = known->proxy;
	options.connect_timeout_ms = server->connect_timeout_ms;
	server->client = tc_client_new(&options, &own);
	if (server->client)
		return TC_OK;
	name_option(environment, &own);
	int rc = tc_error_copy(err, &own);
	tc_error_clear(&own);
	return rc;
}

/* ---- the whole ---- */

int tc__server_read(struct tc__server *server, const struct tc_pulse_server *given, tc_error *err)
{
	struct tc__broker *broker = &server->broker;
	struct tc_pulse_server known;

	memset(server, 0, sizeof *server);
	int rc = tc__workflow_struct(
		"server", given, &known, sizeof known, "TC_PULSE_SERVER_INIT", err);
	if (rc == TC_OK)
		rc = given ? read_options(broker, &known, err) : read_environment(broker, err);
	if (rc != TC_OK)
		return rc;
	server->login = known.login;
	server->login_data = known.login_data;
	server->connect_timeout_ms =
		known.connect_timeout_ms ? known.connect_timeout_ms : CONNECT_TIMEOUT_MS;
	server->reconnect_ms = known.reconnect_ms ? known.reconnect_ms : RECONNECT_MS;
	server->offline_max_ms = known.offline_max_ms;
	server->heartbeat_s = known.heartbeat_s ? known.heartbeat_s : HEARTBEAT_S;
	snprintf(server->url, sizeof server->url, "%s://%s:%d", broker->tls ? "tls" : "tcp",
		broker->host, broker->port);
	return open_client(server, &known, !given, err);
}

void tc__server_end(struct tc__server *server)
{
	tc_client_free(server->client);
	sodium_memzero(server, sizeof *server);
}
