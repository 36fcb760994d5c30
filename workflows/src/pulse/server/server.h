/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_SERVER_H
#define TC_WORKFLOWS_PULSE_SERVER_H

/*
 * A broker as a listener or publisher has it: the options, whole and copied, and a link: the
 * connection that is made again and again.
 */

#include "workflows/src/pulse/amqp/amqp.h"
#include <taskcluster/pulse.h>

struct tc__link;

struct tc__link_user {
	void *data;
	/* As struct tc__amqp_user has them; `opened` comes first on each connection, with the
	 * account's user, borrowed; all but it may be NULL. */
	void (*opened)(void *data, struct tc__amqp *amqp, const char *user);
	void (*reopened)(void *data); /* after tc__amqp_reopen */
	void (*replied)(void *data, const amqp_method_t *method);
	void (*refused)(void *data, const tc_error *err, bool asked);
	void (*content)(void *data, struct tc__amqp_content *content);
	void (*told)(void *data, const amqp_method_t *method);
	void (*drained)(void *data);
	/* The connection, or an attempt at one, is gone; another follows by itself. The struct
	 * tc__amqp is gone when this returns. */
	void (*lost)(void *data, const tc_error *err);
	/* It is over: *err, borrowed, NULL after tc__link_close; what will not go away by trying
	 * again, or offline_max_ms; instead of `lost`. Last of all; nothing is left on the loop. */
	void (*ended)(void *data, const tc_error *err);
};

/* Reads the options (NULL: the environment; errors call them "server") and begins to connect. No
 * callback comes before the loop goes on, and `lost` and `ended` come from the loop alone. */
struct tc__link *tc__link_new(tc_loop *loop, const struct tc_pulse_server *server,
	const struct tc__link_user *user, tc_error *err);

/* Once all that is declared on a connection is there: the next loss is tried again at once (up to 5
 * times in a row, where none lasted for reconnect_ms), and offline_max_ms begins anew with it. */
void tc__link_settled(struct tc__link *link);

/* The connection is of no use any more: `lost` comes, with *err, soon, and another attempt.
 * Nothing else comes of it any more. Fine when there is none. */
void tc__link_drop(struct tc__link *link, const tc_error *err);

/* It cannot go on: the broker is told goodbye, `ended` comes, with *err, soon, and nothing else
 * does any more. The first reason counts. */
void tc__link_fail(struct tc__link *link, const tc_error *err);

/* The same without a reason: `ended` comes with NULL. What was told by tc__amqp_tell goes out
 * before. */
void tc__link_close(struct tc__link *link);

/* The connection that stands, from `opened` until `lost` or `ended` are called; else NULL. */
struct tc__amqp *tc__link_amqp(const struct tc__link *link);

/* At once, no callback comes. NULL is fine. In one it takes effect when that returns. */
void tc__link_free(struct tc__link *link);

/* "queue/<user>/<name>", for free(); NULL with *err set: memory, or a name that is empty, has bytes
 * that no name has, or is too long for AMQP. `kind` "queue" or "exchange". */
char *tc__pulse_name(const char *kind, const char *user, const char *name, tc_error *err);

#endif
