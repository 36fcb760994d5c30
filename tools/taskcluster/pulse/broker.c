/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/pulse/broker.h"
#include "tools/taskcluster/config/variable.h"
#include "tools/taskcluster/shared/advice.h"
#include "tools/taskcluster/shared/report.h"

#include <string.h>

#define QUEUES "queue/" /* what the broker's names of queues begin with */

/* The URL is not repeated: there may be a password in it. */
static bool has_account(const char *url)
{
	const char *authority = strstr(url, "://");

	authority = authority ? authority + 3 : url;
	return memchr(authority, '@', strcspn(authority, "/")) != NULL;
}

int broker_find(
	const char *url, struct tc_pulse_server *server, const struct tc_pulse_server **used)
{
	*used = NULL;
	if (!url)
		return 0;
	if (has_account(url))
		return usage_error("--server: no account may be in the URL, as everybody on the "
				   "machine can read arguments: set PULSE_USERNAME and "
				   "PULSE_PASSWORD");
	*server = (struct tc_pulse_server)TC_PULSE_SERVER_INIT;
	server->url = url;
	server->login = tc_pulse_environment_login;
	server->ca_file = variable("SSL_CERT_FILE");
	server->ca_folder = variable("SSL_CERT_DIR");
	*used = server;
	return 0;
}

static const char *advice(const tc_error *err)
{
	switch (err->http_status) {
	case 403:
		return err->code == TC_ERROR_CREDENTIALS
			? "The account is PULSE_USERNAME and PULSE_PASSWORD."
			: "An account may have queues named queue/<user>/… only, and bind them to "
			  "exchanges named exchange/….";
	case 404:
		return "This broker has no such exchange; one appears when its service first "
		       "publishes.";
	case 405:
		return "Another connection has this queue for itself.";
	case 406:
		return "What is there differs from what was asked for; `taskcluster pulse "
		       "delete-queue NAME` deletes a queue, with all that is in it.";
	case 530:
		return "The vhost is PULSE_VHOST, or the path of --server URL; \"/\" without.";
	default:
		break;
	}
	switch (err->code) {
	case TC_ERROR_CREDENTIALS:
		return "A listener needs PULSE_HOSTNAME, or --server URL, with PULSE_USERNAME and "
		       "PULSE_PASSWORD.";
	case TC_ERROR_NETWORK:
	case TC_ERROR_TIMEOUT:
		return "Check PULSE_HOSTNAME, or --server URL, the network, and whom "
		       "SSL_CERT_FILE trusts.";
	case TC_ERROR_REPLY:
		return "Check the port of --server URL: AMQP has 5672 without TLS (amqp://), and "
		       "5671 with it (amqps://).";
	default:
		return NULL;
	}
}

int broker_check_queue(const char *name)
{
	if (!*name)
		return usage_error("the queue's name is empty");
	if (strncmp(name, QUEUES, sizeof QUEUES - 1) == 0)
		return usage_error("the queue is \"%s\"; expected NAME alone, which stands for "
				   "queue/<user>/NAME",
			name);
	return 0;
}

void broker_hint(const tc_error *err)
{
	const char *what_to_do = advice(err);

	if (what_to_do)
		hint("%s", what_to_do);
}

int broker_report(const tc_error *err)
{
	int status = report_alone(err, NULL);

	broker_hint(err);
	return status;
}
