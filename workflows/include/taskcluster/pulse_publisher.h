/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_PULSE_PUBLISHER_H
#define TASKCLUSTER_PULSE_PUBLISHER_H

/*
 * Publishing to Pulse: messages go out at once, many at a time, and each is kept until the broker
 * has confirmed it. What was lost with a connection is published again, so that a message may
 * arrive twice, and none is lost that was not told of.
 *
 *	static const struct tc_key_word words[] = { { .name = "project", .required = true },
 *		{ .name = "branch" } };
 *	static const struct tc_exchange pushed = {
 *		.exchange = "exchange/me/v1/pushed", .words = words, .word_count = 2 };
 *
 *	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;
 *	options.exchanges = (const struct tc_exchange *const[]){ &pushed };
 *	options.exchange_count = 1;
 *	tc_pulse_publisher *publisher = tc_pulse_publisher_new(NULL, &options, &err);
 *
 *	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;
 *	message.exchange = pushed.exchange;
 *	message.words = (const struct tc_pair[]){ { "project", "demo" } };
 *	message.word_count = 1;
 *	message.body = "{\"revision\":\"1f3a\"}";
 *	tc_pulse_publish(publisher, &message, NULL, &err);
 *	tc_pulse_publisher_flush(publisher, 10000, &err);
 *	tc_pulse_publisher_free(publisher);
 *
 * When the broker refuses a message it closes the channel, without a word about which one it was:
 * those that were under way are published again in halves until it is found, so that some of them
 * arrive more than once. What a queue gives back as it is full is published again after a while.
 *
 * It has a connection of its own: while the broker is short of memory it reads nothing from who has
 * published, acknowledgements included.
 *
 * A publisher belongs to its loop's thread; only tc_pulse_publisher_stop may be called from
 * anywhere. It is freed before its loop.
 */

#include <taskcluster/pulse.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_pulse_publisher tc_pulse_publisher;

/* Start from TC_PULSE_PUBLISHER_OPTIONS_INIT; zero and NULL mean the default. */
struct tc_pulse_publisher_options {
	size_t size;                          /* set by TC_PULSE_PUBLISHER_OPTIONS_INIT */
	const struct tc_pulse_server *server; /* the environment's; copied */
	/*
	 * Where is published to. Of each table `exchange` is the whole name, and `words` are what
	 * routing keys are checked against (none: any key); `message` is the type of typed bodies,
	 * and all else is not looked at. The list is copied; the tables are not, and must outlive
	 * the publisher.
	 */
	const struct tc_exchange *const *exchanges;
	size_t exchange_count;
	bool undeclared; /* they must be there already. Otherwise each connection declares them, as
			    durable topic exchanges; one that is there and is none, or is somebody
			    else's, ends the publisher (406, 403) */
	size_t pending_max;          /* messages that are not confirmed at most, 1,000 */
	size_t pending_bytes_max;    /* and their bytes, 64 MiB */
	int64_t deadline_ms;         /* for each message, from tc_pulse_publish; no limit */
	tc_pulse_change_fn *changed; /* TC_PULSE_BLOCKED comes with TC_ERROR_HTTP and 503, HTTP's
					word for it; the broker's in tc_error_server_message */
	tc_pulse_ended_fn *ended;
	void *data; /* for the callbacks */
};
#define TC_PULSE_PUBLISHER_OPTIONS_INIT TC_SIZED_INIT(struct tc_pulse_publisher_options)

/* Begins to connect. `loop` NULL: the blocking face, with a loop inside that goes on during
 * tc_pulse_publish, tc_pulse_publisher_flush and tc_pulse_publisher_beat. */
TC_API tc_pulse_publisher *tc_pulse_publisher_new(
	tc_loop *loop, const struct tc_pulse_publisher_options *options, tc_error *err);

/*
 * Called once for each message: `err` NULL, the broker has confirmed it; else, borrowed, why it
 * never will: TC_ERROR_TIMEOUT by its deadline (it may have arrived even so), TC_ERROR_HTTP when
 * the broker refuses it (404: there is no such exchange; 403; 406: too large), at once; and what
 * the publisher ended with, or TC_ERROR_CANCELED when it was freed before.
 */
typedef void tc_pulse_published_fn(void *data, uint64_t number, const tc_error *err);

/* A message. Start from TC_PULSE_PUBLICATION_INIT; all is copied. */
struct tc_pulse_publication {
	size_t size;          /* set by TC_PULSE_PUBLICATION_INIT */
	const char *exchange; /* one of the publisher's, by its whole name */
	/* Either the key, or its words by name in any order: constants are filled in, and what is
	 * not named is "_" (refused where the table says `required`). */
	const char *routing_key;
	const struct tc_pair *words;
	size_t word_count;
	const char *const *cc; /* further keys, of up to 255 bytes, up to 256 of them */
	size_t cc_count;
	/* One of both: JSON text (length 0: up to its NUL), or the struct of the table's
	 * `message`. */
	const char *body;
	size_t length; /* up to 16 MiB, more than which brokers refuse by default */
	const void *typed;
	tc_pulse_published_fn *published; /* optional */
	void *data;
};
#define TC_PULSE_PUBLICATION_INIT TC_SIZED_INIT(struct tc_pulse_publication)

/*
 * Takes a message. *number (which may be NULL) is 1, 2, 3 … Where as much is pending as may be, the
 * blocking face waits until some of it is confirmed; on a loop, and in a callback, it is
 * TC_ERROR_TIMEOUT, and nothing was taken: go on when `published` came for others. (A message that
 * is larger than all may be goes alone.) TC_ERROR_ARGUMENT and TC_ERROR_INPUT name what is wrong
 * with a message. TC_ERROR_CANCELED: the publisher was stopped; or what it ended with.
 * In the blocking face `published` may come before it returns, *number being set already.
 */
TC_API int tc_pulse_publish(tc_pulse_publisher *publisher,
	const struct tc_pulse_publication *publication, uint64_t *number, tc_error *err);

/* Messages that are not confirmed yet. */
TC_API size_t tc_pulse_publisher_pending(const tc_pulse_publisher *publisher);

/* The blocking face: waits until nothing is pending, and after tc_pulse_publisher_stop until it has
 * ended. TC_ERROR_TIMEOUT after `timeout_ms` (negative: as long as it takes); the error of the
 * first message since the last flush that was not confirmed, unless it had a `published` to tell;
 * what the publisher ended with. */
TC_API int tc_pulse_publisher_flush(
	tc_pulse_publisher *publisher, int64_t timeout_ms, tc_error *err);

/* The blocking face, for pauses longer than a heartbeat: sends and takes what there is without
 * waiting. Not TC_OK: what the publisher ended with. */
TC_API int tc_pulse_publisher_beat(tc_pulse_publisher *publisher, tc_error *err);

/* Ends it well: takes no more, waits until nothing is pending, closes the connection, and `ended`
 * is called. From any thread, and from a signal handler. */
TC_API void tc_pulse_publisher_stop(tc_pulse_publisher *publisher);

/* At once; what is pending may be lost, and is told to `published` as TC_ERROR_CANCELED. NULL is
 * fine. In a callback it takes effect when that returns. After fork a child may do only this or
 * exec. */
TC_API void tc_pulse_publisher_free(tc_pulse_publisher *publisher);

#ifdef __cplusplus
}
#endif

#endif
