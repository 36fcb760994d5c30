/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_FLOW_H
#define TC_WORKFLOWS_FLOW_H

/*
 * One thing after the other on a loop: a flow waits for one call or pause at a time, and what comes
 * then is named when it begins:
 *
 *	static void took_status(struct tc__flow *flow, tc_response *response, const tc_error *err);
 *
 *	tc_call *call = tc_queue_status_call(client, task_id, &made);
 *	tc__flow_send(flow, call, NULL, NULL, took_status, &made);
 *
 * Every function here that takes a `then` calls it exactly once: later, or at once when
 * nothing could be begun. So it is the last thing that a function does. `then` may end what
 * the flow is part of. In it exactly one of `response` (its own, for tc_release) and `err`
 * (borrowed) is set, but after a pause, when both are NULL unless the pause was cut short.
 */

#include <taskcluster/download.h>

struct tc__flow;
typedef void tc__flow_fn(struct tc__flow *flow, tc_response *response, const tc_error *err);

struct tc__flow {
	tc_loop *loop;     /* borrowed */
	tc_client *client; /* borrowed: by its time, and its cancel */
	tc_cancel *cancel; /* NULL: the client's */
	int64_t until_ms;  /* when all must be over, by the client's steady clock; INT64_MAX: never
			    */
	tc__flow_fn *then;
	uint64_t run, timer; /* what it waits for; 0: nothing of the kind */
	uint64_t watch;      /* the next look at the cancel meanwhile; 0: none */
	bool canceled;
};

/* A flow that waits for nothing. `deadline_ms` from now; 0: none. */
void tc__flow_init(struct tc__flow *flow, tc_loop *loop, tc_client *client, tc_cancel *cancel,
	int64_t deadline_ms);

/* The same terms as another's. */
void tc__flow_branch(struct tc__flow *flow, const struct tc__flow *from);

/*
 * Sends a call, which is freed in any case; NULL: it could not be made, as *made says, which is
 * cleared. `options` (NULL: none) begin with TC_CALL_OPTIONS_INIT; deadline and cancel are the
 * flow's. With a sink it is a download; the sink's data is used until `then`.
 */
void tc__flow_send(struct tc__flow *flow, tc_call *call, struct tc_call_options *options,
	const struct tc_sink *sink, tc__flow_fn *then, tc_error *made);

/* The same with a call that stays the caller's, and has its options already (tc__flow_terms). */
void tc__flow_send_kept(struct tc__flow *flow, const tc_call *call, tc__flow_fn *then);

/* A call whose body was set with this result: NULL, and freed, when that failed, so that it can be
 * given to tc__flow_send as it is. NULL stays NULL. */
tc_call *tc__flow_call(tc_call *call, int rc);

/* What a call has of the flow: its deadline and its cancel. */
void tc__flow_terms(const struct tc__flow *flow, struct tc_call_options *options);

/* Begins: `then` is called soon. Not TC_OK: it never is. */
int tc__flow_begin(struct tc__flow *flow, tc__flow_fn *then, tc_error *err);

/* Goes on after so long; 0: soon, when others had their turn. */
void tc__flow_pause(struct tc__flow *flow, int64_t ms, tc__flow_fn *then);

/* What it waits for ends soon with TC_ERROR_CANCELED, and so does all that it begins from now on.
 */
void tc__flow_cancel(struct tc__flow *flow);

/* A pause ends without its `then`. Fine without one. */
void tc__flow_stop_pause(struct tc__flow *flow);

/* Whether it may still begin something. */
int tc__flow_check(const struct tc__flow *flow, tc_error *err);

#endif
