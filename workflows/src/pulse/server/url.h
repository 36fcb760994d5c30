/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_URL_H
#define TC_WORKFLOWS_PULSE_URL_H

/* amqp://USER:PASSWORD@HOST:PORT/VHOST, by the AMQP URI specification of RabbitMQ, but strictly:
 * what could mean two things is refused. Pure. */

#include <taskcluster/error.h>

#define TC__BROKER_PORT 5672
#define TC__BROKER_TLS_PORT 5671

/* A broker, and the account there. NUL-terminated; what was percent-encoded is not any more. */
struct tc__broker {
	bool tls;
	int port;
	bool account;   /* there are user and password */
	char host[256]; /* an IPv6 address in its brackets */
	char user[256], password[1024], vhost[256];
};

/* TC_ERROR_ARGUMENT says which part is wrong, and how; never what it was, as a URL that is wrong
 * may have its password anywhere. */
int tc__broker_read(const char *url, struct tc__broker *broker, tc_error *err);

/* A host's name, or an IPv6 address in brackets: nothing that would mean something else in front of
 * a port. `name` is what errors call it. */
int tc__broker_set_host(struct tc__broker *broker, const char *host, size_t length,
	const char *name, tc_error *err);

/* A text as it is, for one of the parts above. */
int tc__broker_set(char *part, size_t size, const char *text, const char *name, tc_error *err);

#endif
