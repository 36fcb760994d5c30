/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_LISTENING_H
#define TC_TESTS_LISTENING_H

/*
 * A listener of a test, with all that it tells. Its broker is a real one (tests/harness/rabbit.h),
 * and who publishes is not ours. Nothing waits for a time: LISTEN_UNTIL has the loop go on until
 * something is so, and fails when it does not come.
 *
 *	struct ear ear = { .act = ack };
 *	ear.options.queue = "a";
 *	ear_bind(&ear, "exchange/other/v1/a", "#");
 *	ear_open(&ear, &rabbit);
 *	LISTEN_UNTIL(&ear, ear.heard == 3);
 *	ear_close(&ear);
 */

#include "tests/harness/test.h"

#include "tests/harness/rabbit_peer.h"
#include <taskcluster/pulse_listener.h>

#define EAR_TEXT 512
#define EAR_HELD 64
#define EAR_RECONNECT_MS 100

struct ear;
typedef void ear_act_fn(struct ear *ear, struct tc_pulse_message *message);

struct ear {
	ear_act_fn *act; /* what is done about a message; NULL: it is held */
	ear_act_fn *tried;
	tc_loop *loop;
	tc_pulse_listener *listener;
	struct tc_pulse_server server;
	struct tc_pulse_listener_options options;
	struct tc_binding bindings[8];
	bool blocking; /* no loop of the test's */
	char url[256];

	int heard;
	char body[EAR_TEXT], key[EAR_TEXT]; /* of the last message */
	struct tc_pulse_message *held[EAR_HELD];
	int held_count;
	int lost, connected, connected_new;
	char why_lost[EAR_TEXT];
	int failed; /* messages that went to `failed` */
	char failed_body[EAR_TEXT], why_failed[EAR_TEXT];
	int failed_code;
	bool ended;
	tc_error end, err;
	void *data;  /* the test's */
	int free_in; /* in which callback it is freed: */
	int freed;
};

enum { FREE_IN_HANDLE = 1, FREE_IN_FAILED, FREE_IN_CHANGED, FREE_IN_ENDED };

/* More options, before ear_open. */
void ear_bind(struct ear *ear, const char *exchange, const char *key);

/* Makes the listener, as RABBIT_USER, and its loop; _ready waits until it listens, too. */
void ear_open(struct ear *ear, const struct rabbit *rabbit);
void ear_ready(struct ear *ear, const struct rabbit *rabbit);

/* Frees it; what is held is gone. */
void ear_close(struct ear *ear);

/* Stops it, and waits for a good end. */
void ear_stop(struct ear *ear);

/* Loses its connection by what is not the broker's doing: the network, as it were. */
void ear_lose(struct ear *ear);

/* One turn of the loop, and false when none came for long. */
void ear_turn(struct ear *ear, const char *what, int64_t since_ms);

#define LISTEN_UNTIL(ear, condition) \
	do { \
		int64_t since_ms = tc_test_now_ms(); \
		while (!(condition)) \
			ear_turn((ear), #condition, since_ms); \
	} while (0)

struct tc_pulse_listener_stats ear_stats(struct ear *ear);

ear_act_fn ear_ack, ear_fail, ear_requeue, ear_reject;

#endif
