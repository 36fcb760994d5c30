/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_PUBLISHER_H
#define TC_WORKFLOWS_PULSE_PUBLISHER_H

/*
 * A publisher: pending messages, and a link to the broker.
 *
 *	publish.c   takes a message, message.c makes it
 *	link.c      what comes of the link: declares, confirms, refusals, losses
 *	send.c      what goes out when
 *	end.c       how a message ends, and the publisher
 */

#include "workflows/src/base/bell.h"
#include "workflows/src/pulse/publisher/pending.h"
#include "workflows/src/pulse/server/server.h"
#include <stdatomic.h>
#include <sys/types.h>

/* How far the channel is. */
enum tc__channel {
	TC__CHANNEL_NONE = 0,  /* there is none */
	TC__CHANNEL_DECLARING, /* confirms and exchanges were asked for */
	TC__CHANNEL_OPEN       /* messages can go */
};

struct tc_pulse_publisher {
	struct tc_pulse_publisher_options options; /* `exchanges` a copy, `server` NULL */
	const struct tc_exchange **exchanges;
	pid_t pid;
	tc_loop *loop;
	bool own_loop;
	struct tc__bell bell;    /* rung by stop, and by whoever wants it looked at */
	atomic_bool stop_wanted; /* by any thread */

	struct tc__link *link;
	struct tc__amqp *amqp; /* of the connection that stands; else NULL */
	enum tc__channel channel;
	size_t answers; /* of what was asked while declaring */
	bool connected; /* this connection was told of */
	bool settled;   /* one ever was */
	bool blocked;   /* by the broker */

	struct tc__publications waiting;  /* to be sent, in order */
	struct tc__publications unwanted; /* that the broker gave back; they wait for a while */
	struct tc__publications faulty;   /* that could not be sent, and their owners told yet */
	struct tc__wire wire;
	size_t pending, pending_bytes; /* all but the faulty ones */
	uint64_t number;               /* of the latest */

	/* Searching for what the broker refused; see send.c. */
	size_t suspects; /* messages, waiting or on the wire */
	size_t hunted;   /* of the oldest of them one was refused */
	size_t round;    /* may be sent yet before all must be answered */
	size_t rounded;  /* the round's size */

	uint64_t send_timer, unwanted_timer; /* 0: none */
	int64_t send_ms, unwanted_ms;        /* their latest pauses */

	tc_error failure; /* of the first message since the last flush that nobody was told of */
	tc_error end;     /* what it ended with */
	bool ended;
	bool failed;           /* by that; else it was stopped */
	bool closing;          /* goodbye was said */
	bool freed, canceled;  /* by its owner; and all of it told, once no callback is under way */
	unsigned holds, calls; /* users of the struct; callbacks under way */
};

/* ---- end.c ---- */

/* While it is held the struct stays; tc__publisher_leave: whether it was freed meanwhile. */
void tc__publisher_hold(tc_pulse_publisher *publisher);
bool tc__publisher_leave(tc_pulse_publisher *publisher);

/* Has it looked at soon, from the loop. */
void tc__publisher_ring(tc_pulse_publisher *publisher);

/* The message has ended: confirmed, or with *err. Its owner is told; to be called from the loop,
 * and held. */
void tc__publisher_settle(
	tc_pulse_publisher *publisher, struct tc__publication *message, const tc_error *err);

/* The same for one that could not be sent, from anywhere: its owner is told later. */
void tc__publisher_fail(
	tc_pulse_publisher *publisher, struct tc__publication *message, const tc_error *err);

/* Tells the owners of those. */
void tc__publisher_tell(tc_pulse_publisher *publisher);

void tc__publisher_change(
	tc_pulse_publisher *publisher, enum tc_pulse_change change, const tc_error *err);

/* All of it has ended, *err NULL when it was stopped. */
void tc__publisher_end(tc_pulse_publisher *publisher, const tc_error *err);

/* Of tc_pulse_publisher_free. */
void tc__publisher_release(void *publisher);

/* ---- send.c ---- */

/* Sends what may go now. Calls nobody back. */
void tc__publisher_send(tc_pulse_publisher *publisher);

/* After whatever has come from the loop: tells, sends, and says goodbye when it was stopped and
 * nothing is pending. */
void tc__publisher_look(tc_pulse_publisher *publisher);

/* The broker has taken what was published with the tag, or (`nack`) could not; with `multiple` all
 * up to it. */
void tc__publisher_confirm(tc_pulse_publisher *publisher, uint64_t tag, bool multiple, bool nack);

/* The broker has closed the channel, which is to be opened again, because it refuses one of the
 * messages on the wire. */
void tc__publisher_refuse(tc_pulse_publisher *publisher, const tc_error *err);

/* The channel is gone, and no answer will come to what is on the wire. */
void tc__publisher_rewind(tc_pulse_publisher *publisher);

/* ---- link.c ---- */

extern const struct tc__link_user tc__publisher_link_user; /* its data is the publisher */

/* ---- message.c ---- */

/* Checks a message and makes a block of it. */
int tc__publication_new(tc_pulse_publisher *publisher, const struct tc_pulse_publication *given,
	struct tc__publication **message, tc_error *err);
void tc__publication_free(struct tc__publication *message);

#endif
