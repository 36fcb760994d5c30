/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_AMQP_SESSION_H
#define TC_WORKFLOWS_AMQP_SESSION_H

/*
 * A struct tc__amqp from inside.
 *
 *	amqp.c     from beginning to end: what its user calls, and what ends it
 *	traffic.c  bytes of the connection, timers, heartbeats
 *	login.c    the handshake, and what the broker says of connection and channel
 *	refusal.c  its refusals as errors
 */

#include "workflows/src/pulse/amqp/content.h"
#include <taskcluster/connection.h>

#define TC__AMQP_CHANNEL 1

enum tc__amqp_stage {
	TC__AMQP_CONNECTING, /* the bytes' connection is made, */
	TC__AMQP_LOGIN,      /* and then AMQP's: until connection.open-ok */
	TC__AMQP_CLOSED,     /* without a channel */
	TC__AMQP_OPENING,    /* until channel.open-ok */
	TC__AMQP_OPEN,
	TC__AMQP_LEAVING, /* connection.close was sent */
	TC__AMQP_OVER     /* `lost` was called, or is about to be */
};

struct tc__amqp {
	tc_loop *loop;
	tc_connection *connection;
	struct tc__amqp_user user;
	enum tc__amqp_stage stage;
	char *name, *password, *vhost; /* wiped when they are not needed any more */
	int heartbeat_s;               /* as wanted, and then as agreed on */
	int64_t timeout_ms;            /* of the login, and of each answer */
	size_t frame_max;
	struct tc__bytes awaited; /* the numbers of the methods that will answer, in their order */
	struct tc__bytes in, out;
	struct tc__assembly assembly;
	amqp_pool_t pool; /* of the frame that is being read */
	bool secret;      /* what is sent has a password in it */
	bool writing;     /* the connection is watched for room to write */
	bool tired;       /* as much was read as may be in a turn: it goes on with `flush` */
	bool sent, came;  /* since the last look of `beat` */
	int silent;       /* looks in a row without anything that came */
	/* timers; 0: not set */
	uint64_t limit; /* of the login, of answers, and of goodbye */
	uint64_t beat;
	uint64_t flush; /* sends what was told, goes on reading, tells the end */
	tc_error end;   /* what it ends with, as soon as `flush` comes */
	bool ended;
	int inside;  /* how many callbacks of its user are running */
	bool doomed; /* tc__amqp_free was called meanwhile */
};

/* ---- traffic.c ---- */

/* Sends what can go now; the rest goes when it can. Not TC_OK: the connection is broken. */
int tc__amqp_flush(struct tc__amqp *amqp, tc_error *err);

/* The same in the loop's next turn, together with what comes to it until then. */
int tc__amqp_flush_soon(struct tc__amqp *amqp, tc_error *err);

/* Heartbeats begin, as agreed on. */
int tc__amqp_start_beats(struct tc__amqp *amqp, tc_error *err);

/* What is awaited has a limit from now on, unless it has one already; and what had one has come. */
int tc__amqp_limit(struct tc__amqp *amqp, tc_error *err);
void tc__amqp_end_limit(struct tc__amqp *amqp);

void tc__amqp_stop_timers(struct tc__amqp *amqp);

/* Receives what there is, and handles it. */
void tc__amqp_take(struct tc__amqp *amqp);

/* What a connection tells. */
void tc__amqp_on_connection(void *data, tc_connection *connection, int events, const tc_error *err);

/* ---- login.c ---- */

/* The first bytes. */
int tc__amqp_greet(struct tc__amqp *amqp, tc_error *err);

/* Whether a method may come now: TC_OK, or TC_ERROR_REPLY. Others are not even read: some have
 * tables, of which those of a broker's are looked at before. */
int tc__amqp_expect(const struct tc__amqp *amqp, amqp_method_number_t id, tc_error *err);

/* One that may come, of the broker's about connection or channel; or any other. Not TC_OK: it ends.
 */
int tc__amqp_method(struct tc__amqp *amqp, const amqp_method_t *method, tc_error *err);

/* This method will answer what was sent last, or is sent now. */
int tc__amqp_await(struct tc__amqp *amqp, amqp_method_number_t id, tc_error *err);

/* ---- refusal.c ---- */

/* connection.close or channel.close as an error; returns its code. */
int tc__amqp_refusal(const amqp_method_t *method, bool in_login, tc_error *err);

/* ---- amqp.c ---- */

/* It is over, with *err (NULL: as it was to be): `lost` comes, at once, or soon where that cannot
 * be. */
void tc__amqp_end(struct tc__amqp *amqp, const tc_error *err);
void tc__amqp_end_soon(struct tc__amqp *amqp, const tc_error *err);

/* What was to be soon, now; whether there was something. */
bool tc__amqp_tell_end(struct tc__amqp *amqp);

/* Around each callback of the user. False: it is gone, or over; nothing of it may be touched. */
void tc__amqp_enter(struct tc__amqp *amqp);
bool tc__amqp_leave(struct tc__amqp *amqp);

#endif
