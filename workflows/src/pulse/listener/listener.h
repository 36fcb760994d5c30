/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_LISTENER_H
#define TC_WORKFLOWS_PULSE_LISTENER_H

/*
 * A listener from inside. Its parts, each of which knows of those before it only:
 *
 *	rows               what the lists are made of
 *	bindings, counts   lists
 *	state              its memory; what every other part changes
 *	declare            a connection: declares all that is needed, then takes what comes
 *	settle             what becomes of messages
 *	turn               what is due for its user: changes, messages, the end
 *	listener           options; beginning, stopping and freeing one
 *	blocking           the blocking face
 *
 * What comes from the broker may come inside tc_pulse_listener_beat, so it only changes the state
 * and has a turn be due (tc__listener_due), which a timer begins. User's callbacks come from turns,
 * from tc_pulse_fail and from the blocking face; who calls one holds the listener
 * (tc__listener_hold) and asks on the way back whether it is still there (tc__listener_leave).
 */

#include "workflows/src/base/bell.h"
#include "workflows/src/pulse/listener/bindings.h"
#include "workflows/src/pulse/listener/counts.h"
#include "workflows/src/pulse/listener/message.h"
#include "workflows/src/pulse/server/server.h"
#include <stdatomic.h>
#include <sys/types.h>

/* What was asked for, so that an answer or a refusal can be told whose it is. */
enum tc__ask_kind {
	TC__ASK_QOS = 1,
	TC__ASK_DEAD_LETTER,
	TC__ASK_LOOK, /* whether the queue is there */
	TC__ASK_QUEUE,
	TC__ASK_UNBIND,
	TC__ASK_BIND,
	TC__ASK_CONSUME,
	TC__ASK_CANCEL
};

struct tc__ask {
	struct tc__ask *next;
	enum tc__ask_kind kind;
	uint64_t number;
	struct tc_binding binding;
};

struct tc__messages {
	struct tc__message *first, *last;
	int64_t count;
};

/* More do not come between two turns; without memory for a turn the last is replaced. */
#define TC__CHANGES 4

struct tc__change {
	enum tc_pulse_change change;
	tc_error err;
};

struct tc_pulse_listener {
	struct tc_pulse_listener_options options; /* whole, with defaults; its texts are own, and it
						     has no bindings */
	char *texts[2];
	tc_loop *loop;
	bool own_loop;
	pid_t pid;
	struct tc__link *link;
	void (*turn)(tc_pulse_listener *listener);
	uint64_t timer; /* of a turn that is due; 0 */
	struct tc__bell bell;
	atomic_bool stop;

	struct tc__bindings bindings;
	struct tc__bindings stale; /* what is to be unbound yet */

	/* the connection, */
	struct tc__amqp *amqp; /* NULL: none that is of use */
	int64_t connection;    /* its number */
	char *queue, *dead_letter;
	bool looked, found; /* whether the queue was there */
	bool limited;  /* it was made elsewhere, or plain: it may drop what came back too often */
	bool declared; /* bindings are asked for at once */
	bool consuming, cancel_asked, canceled;
	struct tc__ask *asks, **asks_end; /* not answered yet, in order */
	uint64_t ask_count;               /* the number of the latest */

	/* what is for the user, */
	struct tc__change changes[TC__CHANGES];
	size_t change_count;
	struct tc__messages waiting, given; /* not given out yet; not settled yet */
	struct tc__counts counts;
	struct tc_pulse_listener_stats stats; /* but `unsettled` */

	/* and the end */
	bool running;     /* the blocking face is to give messages to the handler */
	tc_error unheard; /* why a message was rejected of which nobody else is told */
	bool stopping, closing;
	bool link_ended; /* and so, */
	tc_error err;    /* of how */
	bool ended;      /* the user was told */
	size_t holds;
	bool closed;
};

/* ---- state.c ---- */

void tc__listener_hold(tc_pulse_listener *listener);

/* Whether the listener was freed meanwhile: then nothing of it is touched any more. */
bool tc__listener_leave(tc_pulse_listener *listener);

/* Has a turn come soon. */
void tc__listener_due(tc_pulse_listener *listener);

/* Nothing of it is on the loop any more, but the link. */
void tc__listener_leave_loop(tc_pulse_listener *listener);

/* There is no connection any more: what came by it and was not given out is forgotten. */
void tc__listener_disconnect(tc_pulse_listener *listener);

/* The connection is of no use any more, as *err says: another is made. */
void tc__listener_drop(tc_pulse_listener *listener, const tc_error *err);

/* Takes a change to be told. */
void tc__listener_change(
	tc_pulse_listener *listener, enum tc_pulse_change change, const tc_error *err);

void tc__messages_add(struct tc__messages *messages, struct tc__message *message);
void tc__messages_remove(struct tc__messages *messages, struct tc__message *message);
void tc__listener_free_message(struct tc__message *message);

/* ---- declare.c ---- */

/* What a link calls. */
struct tc__link_user tc__listener_link_user(tc_pulse_listener *listener);

/* Asks for one more binding, or one less, where that is not left to the next connection. */
void tc__listener_ask_binding(
	tc_pulse_listener *listener, enum tc__ask_kind kind, const struct tc_binding *binding);

/* Asks for no more messages. */
void tc__listener_ask_cancel(tc_pulse_listener *listener);

/* ---- settle.c ---- */

/* A message that is in no list will not come again: it goes to `failed`, is rejected, and gone. */
int tc__listener_fail(tc_pulse_listener *listener, struct tc__message *message, const tc_error *why,
	tc_error *err);

/* ---- turn.c ---- */

void tc__listener_turn(tc_pulse_listener *listener);

/* Takes the first message that waits: it is in `given` then. NULL: there is none, or it was unfit
 * and is gone; and so may be the listener, which the caller holds. */
struct tc__message *tc__listener_take(tc_pulse_listener *listener);

/* It was stopped, and only waits for its user to settle what was given out. */
bool tc__listener_drained(const tc_pulse_listener *listener);

#endif
