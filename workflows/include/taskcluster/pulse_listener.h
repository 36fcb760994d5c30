/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_PULSE_LISTENER_H
#define TASKCLUSTER_PULSE_LISTENER_H

/*
 * Listening to Pulse: a queue is bound to exchanges, and its messages come one by one.
 *
 *	struct tc_binding binding;
 *	tc_queue_events_task_completed(
 *		&(struct tc_queue_events_task_completed_key){ .task_group_id = group },
 *		&binding, &err);
 *
 *	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
 *	options.queue = "builds";
 *	options.bindings = &binding;
 *	options.binding_count = 1;
 *	tc_pulse_listener *listener = tc_pulse_listener_new(NULL, &options, &err);
 *
 *	struct tc_pulse_message *message;
 *	while (tc_pulse_listener_next(listener, -1, &message, &err) == TC_OK && message) {
 *		const struct tc_queue_task_completed_message *task = message->typed;
 *		printf("%s\n", task->status.task_id);
 *		tc_pulse_ack(message, &err);
 *	}
 *
 * Each message is to be settled once: tc_pulse_ack, tc_pulse_fail, tc_pulse_requeue or
 * tc_pulse_reject. It comes again when that was not done before the connection was lost, or its
 * listener freed; so whatever is done about a message must bear being done twice.
 *
 * When the connection is lost, whatever the reason (the network, the broker's restart, an
 * operator, a queue that somebody deleted, a message held for longer than the broker's
 * acknowledgement timeout of 30 minutes), another is made, the queue and its bindings are declared
 * again, and it goes on; `changed` tells. A refusal that will not go away ends the listener.
 *
 * A listener belongs to its loop's thread; only tc_pulse_listener_stop may be called from anywhere.
 * It is freed before its loop.
 */

#include <taskcluster/json.h>
#include <taskcluster/pulse.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_pulse_listener tc_pulse_listener;

/*
 * A message; all of it is borrowed, and lives until it is settled, also when its connection is
 * gone.
 */
struct tc_pulse_message {
	const char *exchange;
	const char *routing_key;
	const struct tc_exchange *known; /* the exchange in the references, known->name is
					    "taskCompleted"; NULL: it is in none */
	const char *const *words; /* of the routing key, in the order of known->words, whose count
				     they have; "" and "_" (unset) stand for themselves, and one
				     that may have several words has its dots. NULL when the
				     exchange is not known or the key does not fit */
	const char *const *cc;    /* its further keys, such as "route.index.project"; NULL-ended,
				     never NULL */
	size_t cc_count;
	bool redelivered;       /* it may have come before; a hint, and no proof */
	int64_t delivery_count; /* how often the queue says it has given it out before, and not
				   been told that it was dealt with (RabbitMQ 4.0 begins with 1
				   where another quorum queue dead-lettered it); -1: it does not
				   count, as classic queues do not */
	const char *body;       /* as it came; a NUL stands behind it */
	size_t length;
	const void *typed;   /* the struct of known->message, each exchange's own: with several
				bindings look at `known` first; NULL: see enum tc_pulse_bodies */
	const tc_json *json; /* the body's JSON, where `typed` is NULL; or NULL */
};

/* A word of the routing key by its name in the exchange's table, such as "taskId"; NULL when there
 * is none of the name. */
TC_API const char *tc_pulse_message_word(const struct tc_pulse_message *message, const char *name);

/*
 * What tells duplicates: two messages with the same text tell of the same event. Pulse delivers at
 * least once, and services publish again when a call is repeated, without the redelivered flag.
 * For events that happen once to a key (a run's end) it is the exchange and the routing key, for
 * others a digest of the body, too. (A group that is resolved twice sends the same message twice.)
 * Borrowed from the message; NULL without memory.
 */
TC_API const char *tc_pulse_message_key(struct tc_pulse_message *message);

/* How bodies come to the handler. */
enum tc_pulse_bodies {
	TC_PULSE_TYPED = 0, /* as the struct of their exchange, which `typed` points to; as `json`
			       where the references know no struct */
	TC_PULSE_JSON,      /* as `json` */
	TC_PULSE_RAW        /* unread: `body` only */
};

enum tc_pulse_queue_type {
	TC_PULSE_QUORUM = 0, /* kept by several brokers; counts deliveries */
	TC_PULSE_CLASSIC
};

/* Called with each message; settle it, now or later. */
typedef void tc_pulse_handle_fn(void *data, struct tc_pulse_message *message);

/*
 * A message that will not come again, whole, because it failed as often as it may (`err` is what
 * the last tc_pulse_fail was given), or its body is not what `bodies` asks for (TC_ERROR_REPLY; it
 * came to no handler), or the queue has given it out 19 times before, and was made elsewhere, so
 * that RabbitMQ 4 might drop it without a word after 20 (TC_ERROR_CANCELED; a quorum queue that is
 * made here has no such limit). It is rejected when this returns, which sends it to the dead-letter
 * exchange if there is one; until then it is borrowed, and not to be settled.
 */
typedef void tc_pulse_failed_fn(
	void *data, const struct tc_pulse_message *message, const tc_error *err);

/* Start from TC_PULSE_LISTENER_OPTIONS_INIT; zero and NULL mean the default; all is copied. */
struct tc_pulse_listener_options {
	size_t size;                          /* set by TC_PULSE_LISTENER_OPTIONS_INIT */
	const struct tc_pulse_server *server; /* the environment's */
	/*
	 * A durable queue: queue/<user>/NAME, that keeps messages while nobody listens; up to 255
	 * bytes in all. NULL: one of a fresh name for each connection, gone with it.
	 */
	const char *queue;
	enum tc_pulse_queue_type queue_type; /* of a durable one; where there is one of the other
						type the listener ends with 406 */
	/*
	 * A quorum queue is made with its type alone, as Taskcluster's own clients make theirs, so
	 * that those can share it. Otherwise it has an x-delivery-limit, too, so that RabbitMQ 4
	 * drops nothing after 20 returns, and their declaration is refused (406). One that is there
	 * is taken either way. Of one without the limit nothing is lost either, but what came back
	 * 19 times goes to `failed`.
	 */
	bool plain_queue;
	const struct tc_binding *bindings;
	size_t binding_count;
	/* What a durable queue may be bound to from earlier, and shall not be: AMQP cannot list
	 * it. */
	const struct tc_binding *stale_bindings;
	size_t stale_binding_count;
	int prefetch; /* messages that are unsettled at most, 5; up to 65,535 */
	int attempts; /* how often a message may come to tc_pulse_fail, 2 */
	/*
	 * exchange/<user>/NAME, made if it is not there: where what is rejected goes, under its own
	 * key, and what the broker drops because an operator's policy limits deliveries. Bind a
	 * queue to it, as the broker drops what an exchange has no queue for. A queue that was made
	 * without one keeps to that: 406.
	 */
	const char *dead_letter;
	enum tc_pulse_bodies bodies;
	tc_pulse_handle_fn *handle; /* not needed for tc_pulse_listener_next */
	tc_pulse_failed_fn *failed; /* this, or dead_letter, is needed with `handle`, unless
				       `bodies` is TC_PULSE_RAW: nothing is dropped without a word.
				       With neither, tc_pulse_listener_next tells of a message that
				       does not fit, and tc_pulse_fail that one is gone */
	tc_pulse_change_fn *changed;
	tc_pulse_ended_fn *ended;
	void *data; /* for the callbacks */
};
#define TC_PULSE_LISTENER_OPTIONS_INIT TC_SIZED_INIT(struct tc_pulse_listener_options)

/* Begins to connect. `loop` NULL: the blocking face, with a loop inside that goes on during
 * tc_pulse_listener_next and tc_pulse_listener_run. */
TC_API tc_pulse_listener *tc_pulse_listener_new(
	tc_loop *loop, const struct tc_pulse_listener_options *options, tc_error *err);

/* The blocking face: the next message within `timeout_ms` (negative: as long as it takes), without
 * the handler. *message NULL with TC_OK: none came in time, or the listener was stopped. Not TC_OK:
 * it has ended; or, with neither `failed` nor dead_letter, a message was no fit and is gone (as
 * TC_ERROR_REPLY says, and the next call goes on). */
TC_API int tc_pulse_listener_next(tc_pulse_listener *listener, int64_t timeout_ms,
	struct tc_pulse_message **message, tc_error *err);

/* The blocking face: gives messages to the handler until the listener was stopped (TC_OK), or has
 * ended otherwise. When it was stopped while the caller holds messages neither this nor
 * tc_pulse_listener_next waits for them: settle them, and call it once more, which tells the broker
 * and says goodbye. In a callback of its loop both are TC_ERROR_ARGUMENT. */
TC_API int tc_pulse_listener_run(tc_pulse_listener *listener, tc_error *err);

/*
 * Settling takes the message over: it is gone afterwards, whatever is returned. TC_OK: the broker
 * is told, as soon as the loop goes on (when the connection is lost before, it comes again even
 * so). TC_ERROR_NETWORK: the connection that it came by is gone, and it will come again.
 *
 * tc_pulse_ack: it is dealt with. tc_pulse_fail: that did not work out; it comes again, unless it
 * has failed `attempts` times; then it goes to `failed`, with `why` (which may be NULL), and is
 * rejected (with neither `failed` nor dead_letter: TC_ERROR_CANCELED, it is gone).
 * tc_pulse_requeue: it comes again, maybe to another listener. tc_pulse_reject: nobody
 * wants it; it goes to the dead-letter exchange, or is dropped.
 *
 * Failures are counted by the queue where it counts, as delivery_count and one. That is of all that
 * did not end well: having been requeued, or lost with a connection, counts as having failed, so
 * that one that was is given up at its first tc_pulse_fail when `attempts` is 2. All listeners of
 * the queue have the same count, and it outlives them. Elsewhere it is our own, by
 * tc_pulse_message_key, and in memory: of the latest 1,000 that failed, or of twice the prefetch.
 */
TC_API int tc_pulse_ack(struct tc_pulse_message *message, tc_error *err);
TC_API int tc_pulse_fail(struct tc_pulse_message *message, const tc_error *why, tc_error *err);
TC_API int tc_pulse_requeue(struct tc_pulse_message *message, tc_error *err);
TC_API int tc_pulse_reject(struct tc_pulse_message *message, tc_error *err);

/* For what takes longer than a heartbeat, in a handler or between two tc_pulse_listener_next:
 * sends what is due, and takes what has come, without waiting and without a callback. */
TC_API int tc_pulse_listener_beat(tc_pulse_listener *listener, tc_error *err);

/* One more binding, or one less, on this connection and all later ones. When the broker refuses one
 * the listener ends (after another connection, as a refusal closes the first). */
TC_API int tc_pulse_listener_bind(
	tc_pulse_listener *listener, const struct tc_binding *binding, tc_error *err);
TC_API int tc_pulse_listener_unbind(
	tc_pulse_listener *listener, const struct tc_binding *binding, tc_error *err);

/* The queue's whole name, borrowed until the next connection; NULL before the first. */
TC_API const char *tc_pulse_listener_queue(const tc_pulse_listener *listener);

/* What a listener has done since its beginning. */
struct tc_pulse_listener_stats {
	size_t size;                       /* set by TC_PULSE_LISTENER_STATS_INIT */
	int64_t connections;               /* that came to be */
	int64_t messages;                  /* that came */
	int64_t acked, requeued, rejected; /* settled so; requeued by tc_pulse_fail, too */
	int64_t failed;                    /* given to `failed`, or would have been */
	int64_t unsettled;                 /* now */
};
#define TC_PULSE_LISTENER_STATS_INIT TC_SIZED_INIT(struct tc_pulse_listener_stats)
TC_API void tc_pulse_listener_read_stats(
	const tc_pulse_listener *listener, struct tc_pulse_listener_stats *stats);

/* Ends it well: no message is asked for any more, those that are here come to the handler yet (for
 * tc_pulse_listener_next: are given out), and when all are settled the connection is closed and
 * `ended` called. From any thread, and from a signal handler. */
TC_API void tc_pulse_listener_stop(tc_pulse_listener *listener);

/* At once: what is not settled comes again. Messages that were given out are gone. No callback
 * comes. NULL is fine. In a callback it takes effect when that returns. After fork a child may do
 * only this or exec. */
TC_API void tc_pulse_listener_free(tc_pulse_listener *listener);

#ifdef __cplusplus
}
#endif

#endif
