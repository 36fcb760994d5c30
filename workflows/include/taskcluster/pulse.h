/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_PULSE_H
#define TASKCLUSTER_PULSE_H

/*
 * Pulse, the RabbitMQ by which Taskcluster tells what happens: how it is reached. Listening is in
 * <taskcluster/pulse_listener.h>, publishing in <taskcluster/pulse_publisher.h>. All of it is a
 * component, the library taskcluster-pulse (taskcluster::pulse), so that who needs none of it needs
 * no librabbitmq.
 *
 * A listener needs an account with the broker: a host, a user with a password, and a name for its
 * queue. The account may make queues and exchanges of its own, queue/<user>/… and
 * exchange/<user>/…, and bind its queues to every exchange.
 *
 * Nothing here makes a thread (libcurl looks names up in one). Connections are made by libcurl, and
 * AMQP is spoken without blocking, so that they live on a tc_loop beside calls and workers; the
 * blocking faces have a loop inside.
 *
 * What the broker refuses is TC_ERROR_HTTP as if HTTP had said it, since AMQP's codes are HTTP's
 * own: http_status 403, 404, 405 (another connection's queue) or 406 (what is there differs), the
 * broker's text in tc_error_server_message; a refused password is TC_ERROR_CREDENTIALS with 403, a
 * vhost that is not there TC_ERROR_ARGUMENT with 530. Such refusals end a listener or publisher,
 * and so does, until there was a first connection, who is not trusted or a proxy that refuses.
 * Everything else (no network, what speaks no AMQP, the broker's end, an operator's close, a limit
 * of connections that is reached) is tried again for as long as it takes.
 */

#include <taskcluster/binding.h>
#include <taskcluster/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An account; NUL-terminated texts, wiped after use. */
struct tc_pulse_login {
	char user[256];
	char password[1024];
};

/*
 * Gives the account to log in with, before each connection; `refused`: once more, as the broker has
 * just refused the last one with 403. TC_OK, or what tc_error_set returned: the attempt has failed
 * then, and with TC_ERROR_CREDENTIALS there is no other. It runs on the thread of the loop, which
 * waits meanwhile.
 */
typedef int tc_pulse_login_fn(
	void *data, bool refused, struct tc_pulse_login *login, tc_error *err);

/* One of those: the account is PULSE_USERNAME and PULSE_PASSWORD of the environment. For programs
 * whose broker is an argument, which everybody on the machine can read. `data` is not used. */
TC_API int tc_pulse_environment_login(
	void *data, bool refused, struct tc_pulse_login *login, tc_error *err);

/*
 * The broker, and how it is reached. Start from TC_PULSE_SERVER_INIT; zero and NULL mean the
 * default; texts are copied, and those with secrets wiped when they are let go.
 *
 * NULL instead of one: all from the environment: PULSE_HOSTNAME, PULSE_USERNAME and PULSE_PASSWORD,
 * which must be set, and PULSE_VHOST, or "/": by TLS on port 5671. SSL_CERT_FILE (ca_file) and
 * SSL_CERT_DIR (ca_folder) count, too.
 */
struct tc_pulse_server {
	size_t size; /* set by TC_PULSE_SERVER_INIT */

	/*
	 * amqps://USER:PASSWORD@HOST:PORT/VHOST, or amqp://… without TLS. USER, PASSWORD and VHOST
	 * are percent-encoded; the port may be left out (5671, 5672), and USER:PASSWORD where
	 * `login` gives them. Without a vhost ("amqps://HOST") it is "/"; "amqps://HOST/" names the
	 * vhost "", which few brokers have. No ?query; an IPv6 address in brackets.
	 */
	const char *url;
	tc_pulse_login_fn *login; /* asked instead of the URL's account */
	void *login_data;

	const char *ca_file;   /* PEM: whom to trust, as in tc_options; the system's store */
	const char *ca_folder; /* PEM files named by `openssl rehash` */
	const char *ca_pem;    /* the certificates themselves */
	const char *proxy; /* as curl takes it: an HTTP proxy that can CONNECT, or SOCKS; none */

	int heartbeat_s; /* how long either side may be silent, 60, up to 65,535; the broker may
			    want less, and gives a connection up after two to three times as long */
	int64_t connect_timeout_ms; /* until the broker has let us in, and then for each answer
				       until all is declared, 20,000 */
	int64_t reconnect_ms; /* between the beginnings of two attempts at least, 15,000, and up to
				 a tenth more at random; but a connection that served and was lost
				 is replaced at once, up to 5 times in a row */
	int64_t offline_max_ms; /* ends with the last error when there was no connection for so
				   long; no limit */
};
#define TC_PULSE_SERVER_INIT TC_SIZED_INIT(struct tc_pulse_server)

/* What becomes of a connection. */
enum tc_pulse_change {
	TC_PULSE_CONNECTED = 1, /* a listener's queue was there: it holds what came meanwhile */
	TC_PULSE_CONNECTED_NEW, /* a listener's queue was made anew: messages from before it may
				   have been missed; to know what has happened ask the services */
	TC_PULSE_LOST,          /* the connection, or an attempt at one; it is tried again */
	TC_PULSE_BLOCKED,       /* the broker takes no messages for now, being out of memory or
				   room: what is published waits */
	TC_PULSE_UNBLOCKED
};

/* Told of each change; `err`, borrowed, says why with TC_PULSE_LOST and TC_PULSE_BLOCKED, and is
 * NULL with the others. */
typedef void tc_pulse_change_fn(void *data, enum tc_pulse_change change, const tc_error *err);

/* Called once at the end, last of all callbacks: `err`, borrowed, is NULL when it was stopped. It
 * may free what has ended. */
typedef void tc_pulse_ended_fn(void *data, const tc_error *err);

/* Deletes the queue queue/<user>/NAME with all that it holds, and waits until it is gone: for one
 * that nobody will listen to again, as the broker keeps what comes for it. TC_OK also when there is
 * none. It is tried again like a listener's connection, for as long as offline_max_ms, or 30 s
 * where that is not set. */
TC_API int tc_pulse_delete_queue(
	const struct tc_pulse_server *server, const char *name, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
