/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_GATE_H
#define TC_RUNTIME_GATE_H

/*
 * When attempts to the servers of one system may begin: not in a pause that one of them asked for
 * (Retry-After), and not more often than the rate that the client's owner has set. Pure: it is told
 * the time, and whoever asks waits by itself. Times are of one steady clock, in ms.
 */

#include <stdbool.h>
#include <stdint.h>

/* A bucket of `burst` tokens, into which `per_s` fall each second; per_s 0: no limit. */
struct tc__rate {
	double per_s;
	int burst; /* 1 at least */
};

/* {0}: open, and the bucket is full. */
struct tc__gate {
	int64_t paused_until_ms; /* what a server asked for; in the past: nothing */
	/* When the bucket is full again: */
	double due_ms;   /* when all that were given a turn will have begun, */
	double begun_ms; /* and with those alone that have */
};

/* The place that an attempt has been given; {0}: none. */
struct tc__turn {
	bool given;
	bool admitted; /* it has a token, too, and begins then, unless there is a pause */
	double at_ms;
};

/*
 * How long an attempt has to wait, 0 when it may begin. It keeps the turn that it is given here for
 * when it asks again, and may then have to wait a little more: when it is late, so that others have
 * their turn by now, or a pause has come meanwhile. One that is not before `until_ms` is not given:
 * then turn->given says so, and nothing was taken.
 */
int64_t tc__gate_wait_ms(struct tc__gate *gate, const struct tc__rate *rate, struct tc__turn *turn,
	int64_t until_ms, int64_t now_ms);

/* A turn that is not used any more: others may have it. */
void tc__gate_give_back(
	struct tc__gate *gate, const struct tc__rate *rate, struct tc__turn *turn, int64_t now_ms);

/* A server asks for a pause. False when it is in no longer one than is known. */
bool tc__gate_pause(struct tc__gate *gate, int64_t until_ms);

/* How long the pause lasts still. */
int64_t tc__gate_pause_left(const struct tc__gate *gate, int64_t now_ms);

#endif
