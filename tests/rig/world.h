/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_RIG_WORLD_H
#define TC_TESTS_RIG_WORLD_H

/* What the tests of the rig share: a desk, which is a server behind the rig that answers one thing
 * and knows what it was asked; a client; and how runs ended. Without the rig these tests stop. */

#include "tests/harness/test.h"

#include "tests/harness/responder.h"
#include "tests/harness/rig.h"
#include <stdatomic.h>
#include <taskcluster/loop.h>

struct desk {
	struct tc_responder_reply reply;
	struct tc_responder *responder;
	atomic_size_t asked;
	atomic_size_t body_bytes; /* of all requests */
	atomic_size_t http2;      /* how many of them came by it */
};

/* Answers every request by 200 and this text as JSON; the text must live as long. */
void desk_open(struct desk *desk, const char *json);
void desk_close(struct desk *desk);

/* Everything that a client says about itself. */
struct diary {
	char text[65536];
	size_t length;
};

/* A tc_log_fn whose data is a struct diary. */
void diary_write(void *diary, enum tc_log_level level, const char *line);

/* Options for a server behind the rig: one attempt of at most 5 s; `url` is borrowed. */
struct tc_options rig_options(const char *url);

/* A client with these options; stops the test when there is none. */
tc_client *rig_client(const struct tc_options *options);

/* The same for the URL of a kind (tc_rig_other_url; NULL: the usual one) at a port. */
tc_client *rig_client_of(const char *kind, int port);

/* How a run ended. */
struct ending {
	size_t done, succeeded;
	int code;
	char text[1000];
};

/* A tc_done_fn whose data is a struct ending. */
void take_ending(void *ending, uint64_t run, tc_response *response, const tc_error *err);

/* Starts a call on a loop, and frees it. */
uint64_t start_run(tc_loop *loop, tc_call *call, struct ending *ending);

/* Stops the test unless the text has this part, or when it has it. */
void assert_has(const char *text, const char *part);
void assert_lacks(const char *text, const char *part);

#endif
