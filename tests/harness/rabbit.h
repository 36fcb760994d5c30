/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_RABBIT_H
#define TC_TESTS_RABBIT_H

/*
 * A real RabbitMQ of a test's own, as Pulse is one: users who may make what bears their name and
 * read all exchanges; with and without TLS; ports of loopback, a folder for all that it writes, and
 * its own name server. Nothing of it stays, and it ends with the test, also when that crashes (then
 * the folder is left).
 *
 *	static struct rabbit rabbit;
 *	if (!rabbit_prepare(&rabbit, NULL))
 *		return 77;
 *	rabbit_start(&rabbit);
 *	const char *url = rabbit_url(&rabbit, RABBIT_USER, true);
 *	…
 *	rabbit_end(&rabbit);
 *
 * What RabbitMQ 4 has deprecated it refuses there, as later versions will not have it.
 *
 * It takes 4 to 5 s of CPU time to start: one for a program, not for a test. Whatever fails stops
 * the test, with the broker's log.
 *
 * Its users, all with the password RABBIT_PASSWORD: "guest", an administrator; and RABBIT_USER and
 * RABBIT_OTHER, with the permissions of Pulse's users in each vhost:
 *	configure and write ^(queue/USER/.*|exchange/USER/.*)$, read ^(queue/USER/.*|exchange/.*)
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define RABBIT_USER "me"
#define RABBIT_OTHER "other"
#define RABBIT_PASSWORD "it's a:secret/100%" /* not fit for a URL as it is */

struct rabbit {
	pid_t epmd, server;
	int port, tls_port, distribution_port, epmd_port;
	char folder[64];  /* tests may put things there */
	char ca_file[80]; /* of the authority of its certificate */
	char said[4096];  /* what rabbit_ctl printed last */
};

/* All zero or NULL is the default. */
struct rabbit_options {
	const char *vhost;       /* one more than "/", with the same permissions */
	int consumer_timeout_ms; /* how long a consumer may hold a message, 30 minutes; looked at
				    every half second then */
	size_t max_message_size; /* bytes: more is refused with 406 */
	const char *memory;      /* more than this, such as "200MB", raises the alarm */
	const char *lines;       /* further ones of rabbitmq.conf, each with its line feed */
};

/* The first number of the version that is on this machine; 0: there is none. */
int rabbit_major(void);

/* Chooses ports and writes the configuration. False, after saying so, when there is no
 * rabbitmq-server on this machine. `options` may be NULL. */
bool rabbit_prepare(struct rabbit *rabbit, const struct rabbit_options *options);

void rabbit_start(struct rabbit *rabbit); /* also again, with what it kept */
void rabbit_kill(struct rabbit *rabbit);  /* as a crash would; it may be started again: see
					     rabbit_sync */
void rabbit_stop(struct rabbit *rabbit);  /* as an operator would: connections are closed with 320;
					     takes a second or two */
void rabbit_end(struct rabbit *rabbit);   /* also twice, and of a struct that is all zero */

/* RabbitMQ writes down half a second late that there is a quorum queue. One that is newer when it
 * is killed never gets a leader afterwards: who declares it is answered, and who consumes from it
 * is not. This has it written down; takes about a second. */
void rabbit_sync(struct rabbit *rabbit);

/* Runs rabbitmqctl with these arguments (NULL-ended), and stops the test when it fails:
 *	rabbit_ctl(&rabbit, "close_all_connections", "because", NULL);
 *	rabbit_ctl(&rabbit, "set_vm_memory_high_watermark", "0", NULL);
 *	rabbit_ctl(&rabbit, "eval", "rabbit_misc:version().", NULL);
 * What it prints is in `said`. Each takes about a second. */
void rabbit_ctl(struct rabbit *rabbit, const char *command, ...);

/* amqps://USER:PASSWORD@localhost:PORT/%2F, or amqp://…@127.0.0.1:PORT/%2F; in a place that the
 * next call but three uses again. The certificate is good for localhost and 127.0.0.1; the port for
 * TLS is there on 127.0.0.2, too, for which it is not. */
const char *rabbit_url(const struct rabbit *rabbit, const char *user, bool tls);

/* The same with another host and vhost (not encoded yet). */
const char *rabbit_url_to(const struct rabbit *rabbit, const char *user, bool tls, const char *host,
	const char *vhost);

#endif
