/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_STATUS_H
#define TC_TESTS_STATUS_H

/* The call that most measures make: the status of a task, signed, with a typed reply. What cannot
 * be done aborts. */

#include "tests/harness/responder.h"
#include <taskcluster/loop.h>

#define STATUS_PATH "/api/queue/v1/task/fN1SbArXTPSVFNUvaOlinQ/status"

/* The reply, for a responder. */
void status_answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply);

/* As many header lines as ours sends, of the same lengths, for a bare side; NULL-ended. */
extern const char *const status_lines[];

tc_client *status_client(const char *root_url);
tc_client *status_client_with(struct tc_options *options); /* which get its credentials */
tc_call *status_call(tc_client *client);

/* Decodes a reply, looks at it and releases it, as programs do. */
void status_take(const tc_response *response);

/* A loop with calls in flight: each is made, started, answered, decoded and released. */
struct status_loop {
	tc_client *client;
	tc_loop *loop;
	size_t to_start, done;
};

struct status_loop status_loop_open(const char *root_url, size_t in_flight);
struct status_loop status_loop_of(tc_client *client, size_t in_flight); /* whose the client is */
void status_loop_start(struct status_loop *loop, size_t count); /* behind those in flight, too */
void status_loop_run(struct status_loop *loop, size_t in_flight, size_t count);
void status_loop_wait(struct status_loop *loop); /* till all have ended */
void status_loop_close(struct status_loop *loop);

#endif
