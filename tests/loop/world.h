/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_LOOP_WORLD_H
#define TC_TESTS_LOOP_WORLD_H

/* What the tests of loops share: a responder that answers by a script, a client that talks to it,
 * and a notebook of how runs ended. */

#include "tests/harness/test.h"

#include "tests/harness/fake.h"
#include "tests/harness/responder.h"
#include "tests/harness/rig.h"
#include <pthread.h>
#include <taskcluster/loop.h>

/* The reply to the n-th request, and to all after it when it is the last. */
struct script {
	struct tc_responder_reply replies[8];
	size_t count;
};

/* Answers by a struct script, or always 200 `{}` when it is NULL. */
void answer_by_script(
	void *script, const struct tc_responder_request *request, struct tc_responder_reply *reply);

/* Options for quick retries. */
struct tc_options quick_options(const struct tc_responder *responder);
tc_client *quick_client(const struct tc_responder *responder);

tc_call *ping(tc_client *client);

struct note {
	size_t done, succeeded; /* callbacks, and those with a response */
	int code;               /* of the last error */
	int status;             /* of the last response */
	uint64_t run;           /* the last one */
	char text[400];         /* of the last error */
};

/* A tc_done_fn whose data is a struct note. */
void take_note(void *data, uint64_t run, tc_response *response, const tc_error *err);

#endif
