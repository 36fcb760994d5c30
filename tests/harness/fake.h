/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_FAKE_H
#define TC_TESTS_FAKE_H

/*
 * A world without a network: a transport that records attempts and answers from a script, a clock
 * that only waiting moves, and randomness that is the same each time. Beside it the tables of a
 * small service, as the generator would write them.
 */

#include "runtime/src/call/client.h"
#include "runtime/src/http/transport.h"
#include <taskcluster/generated.h>

/* What one attempt is answered. */
struct tc_fake_reply {
	const char *head; /* header section, each line ended by \n; NULL: no reply at all */
	const char *body;
	size_t body_length; /* 0: the length of the text */
	int code;           /* without a reply: what deliver fails with, */
	bool maybe_sent;    /* and what it says about it */
	bool permanent;
};

struct tc_fake_attempt {
	char *method, *url, *body;
	char *lines; /* all header lines, each ended by \n */
	size_t body_length;
	bool has_body, repeatable;
	int64_t timeout_ms;
	int64_t at_ms; /* steady */
};

#define TC_FAKE_ATTEMPTS 16
#define TC_FAKE_EPOCH_MS 1700000000000 /* 2023-11-14T22:13:20Z, a Tuesday */

struct tc_fake {
	struct tc__transport transport;
	struct tc_seams seams; /* the clocks and the randomness below */
	const struct tc_fake_reply *replies;
	size_t reply_count;
	struct tc_fake_attempt attempts[TC_FAKE_ATTEMPTS];
	size_t attempt_count;
	int64_t wall_ms, steady_ms;
	double fraction;                      /* what the jitter draws */
	size_t waits;                         /* pieces of waiting */
	struct tc__timing timing;             /* what it tells of each attempt, if it is asked */
	void (*during)(struct tc_fake *fake); /* runs inside each attempt */
	void *data;
	bool freed;
};

/* Ready to answer with `count` replies, the last of them again and again. */
void tc_fake_init(struct tc_fake *fake, const struct tc_fake_reply *replies, size_t count);

/* Options with the fake's clock and randomness, and https://tc.example.com. */
struct tc_options tc_fake_options(struct tc_fake *fake);

/* A client that talks to the fake; stops the test when there is none. */
tc_client *tc_fake_client(struct tc_fake *fake, const struct tc_options *options);

/* The value of a header in an attempt (in a buffer that the next call reuses), or NULL. */
const char *tc_fake_header(const struct tc_fake *fake, size_t attempt, const char *name);

void tc_fake_clear(struct tc_fake *fake);

/* An id and a key for credentials. */
#define TC_FAKE_ID "tester"
#define TC_FAKE_TOKEN "no-secret"

/* The tables. */
extern const struct tc_service tc_fake_queue, tc_fake_auth, tc_fake_classic;
extern const struct tc_operation tc_fake_queue_operations[];
enum {
	TC_FAKE_PING,
	TC_FAKE_STATUS,
	TC_FAKE_LIST_ARTIFACTS,
	TC_FAKE_GET_ARTIFACT,
	TC_FAKE_CREATE_ARTIFACT,
	TC_FAKE_SCHEDULE_TASK,
	TC_FAKE_CLAIM_WORK,
	TC_FAKE_PUT_NOTE,
	TC_FAKE_DELETE_NOTE,
	TC_FAKE_STOP,
	TC_FAKE_READ_BYTES, /* of any type, or a 303 */
	TC_FAKE_OPERATIONS
};
#define TC_FAKE_OPERATION(name) (&tc_fake_queue_operations[TC_FAKE_##name])

/* Lists in pages, with continuationToken and limit: GET /things, and POST /find with a body. */
extern const struct tc_operation tc_fake_list_things, tc_fake_find_things;

#endif
