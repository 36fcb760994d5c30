/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CALL_H
#define TC_RUNTIME_CALL_H

/* A call from inside, and one performance of it: attempts until one succeeds or the last fails. The
 * synchronous face (perform.c) and an event loop drive a performance alike. */

#include "runtime/src/call/client.h"
#include "runtime/src/http/range.h"
#include "runtime/src/http/source.h"
#include <taskcluster/call.h>

/* What changes about a call that does not change. */
struct tc__call_state {
	size_t references; /* the caller's, and one for each performance */
	bool used;         /* once it was, its body and headers stay as they are */
	tc_call *call;     /* whose it is */
};

/* What a transfer, or a call to a path, has beyond a call of an operation. */
struct tc__anywhere {
	struct tc__source body;
	bool has_body;
	struct tc__range range;
	int redirects; /* followed at most, by each attempt */
	bool public_only;
	bool home; /* it goes to a path below the root URL, and is no transfer: signed as any */
	bool any_status; /* every whole reply is a success */
};

struct tc_call {
	tc_client *client;
	struct tc__anywhere *anywhere; /* of a transfer or a path, for tc_release; NULL: of an
					  operation */
	struct tc_call_options *set;   /* its own options, for tc_release; NULL: none */
	struct tc__request request;
	enum tc_retry_class retry_class; /* for the body it has */
	struct tc__call_state own_state;
	struct tc__call_state *state; /* &own_state, also through a const tc_call */
};

/* Whether it goes to where nothing of Taskcluster's holds: no credentials, clock, turn. */
static inline bool tc__call_is_transfer(const tc_call *call)
{
	return call->anywhere && !call->anywhere->home;
}

/* A call that has no request yet. */
tc_call *tc__call_alloc(tc_client *client, tc_error *err);

/* A prepared call; `arguments` and `query` by position as in tc_generated_call. */
tc_call *tc__call_new(tc_client *client, const struct tc_operation *operation,
	const char *const *arguments, const char *const *query, tc_error *err);

/* Its own options, all zero when none were set. */
const struct tc_call_options *tc__call_options(const tc_call *call);

/* Whether it may be repeated: as its options say, or else as its operation and body do. */
enum tc_retry_class tc__call_retry_class(const tc_call *call);

/* What it is ended by: its own, or its client's; NULL: nothing. */
tc_cancel *tc__call_cancel(const tc_call *call);

/* How long an attempt of it may take, waiting of long polling included. */
int64_t tc__call_timeout(const tc_call *call);

/* When it has to be over that begins now, on the same clock; INT64_MAX: never. */
int64_t tc__call_deadline(const tc_call *call, int64_t now_ms);

/* For who reads a call after callbacks had their turn: they may free it. tc_call_free of what this
 * returns ends it; NULL is fine. */
tc_call *tc__call_hold(const tc_call *call);

/*
 * Before each attempt of a call: whether it is its turn, by what a server has asked for and by
 * tc_options.rate_per_s. *wait_ms 0: it is; otherwise to be asked again then, with the same `turn`
 * ({0} at first, and after the attempt). TC_ERROR_TIMEOUT when it does not come before `until_ms`.
 * `now_ms` and `until_ms` are of the steady clock.
 */
int tc__call_turn(const tc_call *call, struct tc__turn *turn, int64_t until_ms, int64_t now_ms,
	int64_t *wait_ms, tc_error *err);

/* The attempt does not come: others may have its turn. */
void tc__call_give_back(const tc_call *call, struct tc__turn *turn, int64_t now_ms);

/* A reply asks for a pause, for which all calls to the same servers wait. */
void tc__call_pause(const tc_call *call, int64_t pause_ms, int64_t now_ms);

/* How long such a pause lasts still. */
int64_t tc__call_pause_left(const tc_call *call, int64_t now_ms);

/* Gives the text of a body (for tc_release) to the call, on success only; `json` is the same as a
 * tree, or NULL when it has to be read to know. */
int tc__call_take_body(tc_call *call, char *body, size_t length, const char *content_type,
	const tc_json *json, tc_error *err);

/* What a performance keeps to: its call's own, or what a list or stream has for its parts. */
struct tc__terms {
	int64_t timeout_ms; /* for each attempt; 0: as the call says */
	int64_t until_ms;   /* when all must be over, steady clock; INT64_MAX: never */
};

/* The nearer of two ends. */
struct tc__terms tc__terms_within(const struct tc__terms *terms, int64_t until_ms);

/* Sends a call that is ready, with retries. A success's body goes to the sink, when there is one;
 * *response is set on success only, and may be NULL to drop it. `terms` may be NULL: the call's. */
int tc__call_perform(const tc_call *call, struct tc__sink *sink, const struct tc__terms *terms,
	tc_response **response, tc_error *err);

/* Tells the log of a call's end. */
void tc__call_log_failure(const tc_call *call, const tc_error *failure);

/* The same for a reply that came well and cannot be read: *failure gets what is known of it. */
int tc__call_fail_reading(const tc_call *call, const tc_response *response, tc_error *failure);

/* Says of a failure which operation it is about, "queue.status: …"; returns rc. */
int tc__operation_prefix(const struct tc_operation *operation, int rc, tc_error *err);

/* Whether its body, headers and query may still change. */
int tc__call_check_unused(const tc_call *call, tc_error *err);

/* Whether it can be sent: it is there, and has the body that its operation takes. */
int tc__call_check_ready(const tc_call *call, tc_error *err);

/* The same, and its reply comes to an end, so that it can be given as a whole. */
int tc__call_check_whole(const tc_call *call, tc_error *err);

/* The same call (operation, body, headers, client) to another URL: the next page of its list. */
tc_call *tc__call_copy(const tc_call *call, const char *url, tc_error *err);

/* Where a transfer has been led to; {0} at its own URL. */
struct tc__hop {
	char *url;    /* for tc_release; NULL: nowhere else */
	int count;    /* redirects followed */
	bool foreign; /* it has left its origin */
	tc_error why; /* the next is not followed */
};

/*
 * A performance. Its life:
 *
 *	tc__performance_begin(&p, call, sink, &terms, now);
 *	do {
 *		rc = tc__performance_attempt(&p, now, &failure);	signs
 *		if (rc == TC_OK)
 *			rc = deliver(&p.delivery, &failure);
 *		next = tc__performance_judge(&p, rc, now, &failure);
 *	} while (next.step != TC__STEP_END);	(after waiting for next.delay_ms)
 *	p.reply has the reply when failure.code is TC_OK
 *	tc__performance_end(&p);
 *
 * It refers to itself: it must not move.
 */
struct tc__performance {
	const tc_call *call;
	struct tc__attempt attempt;
	struct tc__reply reply;
	struct tc__delivery delivery;
	struct tc__retry retry;
	struct tc__terms terms;
	int64_t attempts;
	int64_t attempt_begun_ms;
	struct tc__sink *sink;     /* the call's own; a login between has none */
	struct tc__request *login; /* NULL until one is needed */
	bool logging_in, logged_in;
	bool under_way;           /* an attempt was sent and not judged yet */
	struct tc__timing timing; /* of it, when there are metrics */
	uint64_t session;         /* generation of the session that the attempt carries */
	struct tc__reading body;  /* of a transfer */
	struct tc__hop hop;
};

/* `now_ms` is the transport's steady clock, everywhere. */
void tc__performance_begin(struct tc__performance *performance, const tc_call *call,
	struct tc__sink *sink, const struct tc__terms *terms, int64_t now_ms);
/* Another time when all must be over than its terms said. */
void tc__performance_until(struct tc__performance *performance, int64_t until_ms);
int tc__performance_attempt(struct tc__performance *performance, int64_t now_ms, tc_error *failure);

/* `failure` is what went wrong with the attempt, when rc is not TC_OK; afterwards it is what the
 * performance ends with, if it ends. */
struct tc__next tc__performance_judge(
	struct tc__performance *performance, int rc, int64_t now_ms, tc_error *failure);
void tc__performance_end(struct tc__performance *performance);

/* What its attempts take is measured, if the client has a hook for it. */
void tc__performance_measures(struct tc__performance *performance);

/* Tells the hook of the attempt that has ended so, once; nothing when none is under way. Judging
 * does it; an attempt that is broken off instead ends by this. */
void tc__performance_tell(struct tc__performance *performance, int code,
	enum tc_repeat_reason reason, int64_t pause_ms, int64_t now_ms);

#endif
