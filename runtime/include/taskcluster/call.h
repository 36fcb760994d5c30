/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_CALL_H
#define TASKCLUSTER_CALL_H

/*
 * A call: one operation with its arguments, ready to be sent, signed into a URL, or repeated. The
 * generated tc_<service>_<function>_call functions make them; tc_call_by_name does it for programs
 * that know the operation only at run time. Every argument is copied; only the client stays
 * referenced. Set the body before the first use; after that a call does not change, and it can be
 * performed any number of times. It belongs to its client's thread.
 */

#include <taskcluster/binding.h>
#include <taskcluster/client.h>
#include <taskcluster/response.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_call tc_call;

/*
 * A call with arguments and query values given by name, in any order; `payload` is the body, for
 * operations that take one (else NULL). Refused by name with TC_ERROR_ARGUMENT: a missing, unknown
 * or repeated name, a NULL value, a missing or surplus payload.
 */
TC_API tc_call *tc_call_by_name(tc_client *client, const struct tc_operation *operation,
	const struct tc_pair *pairs, size_t count, const tc_json *payload, tc_error *err);

/* The body: JSON, or bytes of any type (JSON text already made is "application/json"; NULL means
 * that). Replaces one set before. Over 10 MiB is refused, as servers would. JSON for a system that
 * is not Taskcluster has to be what its reference asks for, and what servers are known to fail over
 * (struct tc_refusal) is refused, unless tc_options.unchecked_bodies says otherwise; for
 * a remote procedure call it is the parameters, and may be left out when none is required. On
 * failure the call keeps what it had. */
TC_API int tc_call_body_json(tc_call *call, const tc_json *body, tc_error *err);
TC_API int tc_call_body_bytes(
	tc_call *call, const void *bytes, size_t length, const char *content_type, tc_error *err);

/* Adds a header of the caller's own, up to 24. Refused: names and values that HTTP cannot carry,
 * and the headers that the library itself sets (Host, Authorization, Content-Type, …). */
TC_API int tc_call_header(tc_call *call, const char *name, const char *value, tc_error *err);

/* The same for one whose value is a secret, as of a service behind a gateway: the log never shows
 * it, and its memory here is wiped when the call ends. */
TC_API int tc_call_secret_header(tc_call *call, const char *name, const char *value, tc_error *err);

/* Whether a call may be repeated, against what its operation's row says. */
enum tc_repeat {
	TC_REPEAT_AS_LISTED = 0, /* as the row says, for the body it has */
	TC_REPEAT_SAFE,          /* done twice it does no harm: after any failure that may pass */
	TC_REPEAT_UNSENT,        /* only when the server cannot have begun */
	TC_REPEAT_NEVER
};

/* What a call has of its own instead of its client's; zero and NULL: the client's. */
struct tc_call_options {
	size_t size;           /* set by TC_CALL_OPTIONS_INIT */
	int64_t timeout_ms;    /* for each attempt; long polling gets its waiting time on top */
	int64_t deadline_ms;   /* for all of it, from its start: its turn on a loop, attempts,
				  pauses; negative: none, though the client has one */
	enum tc_repeat repeat; /* TC_REPEAT_AS_LISTED */
	const char *trace_id;  /* sent as x-taskcluster-trace-id; copied */
	tc_cancel *cancel;     /* borrowed until the call is freed and its last run has ended */
	tc_progress_fn *progress;
	void *progress_data;
};
#define TC_CALL_OPTIONS_INIT TC_SIZED_INIT(struct tc_call_options)

/* Replaces what was set before; NULL: nothing of its own. Before the first use. */
TC_API int tc_call_set_options(tc_call *call, const struct tc_call_options *options, tc_error *err);

/* What it is: its operation, and the URL as it will be sent, unsigned. Borrowed from the call. */
TC_API const struct tc_operation *tc_call_operation(const tc_call *call);
TC_API const char *tc_call_url(const tc_call *call);

/*
 * A URL that anybody can GET for `lifetime_s` seconds (0: 15 minutes) with this call's rights: a
 * Hawk bewit. The seconds are counted from now by the clock here, whatever a server's Date said.
 * For GET operations only. Under the task's proxy the proxy signs, which is a request of its own
 * and good for an hour whatever is asked. Release *url; treat it as a secret.
 */
TC_API int tc_call_signed_url(
	const tc_call *call, int64_t lifetime_s, const char **url, tc_error *err);

/*
 * Sends the call and waits for its reply, with retries as the options say. TC_OK for what the
 * operation's reference names as a success: the statuses in its row (200 to 299 for most; a
 * redirect where it says so), and from 200 to 299 only content of its types (JSON or nothing, for
 * most). Another status is TC_ERROR_HTTP, other content TC_ERROR_REPLY, with status, type and
 * Location in the text. *response then belongs to the caller (tc_release) and may be passed as NULL
 * to drop it. TC_ERROR_ARGUMENT while an operation that takes a body has none.
 */
TC_API int tc_call_perform(const tc_call *call, tc_response **response, tc_error *err);

/* The same, for the body alone as JSON. An empty body (204), where the reference has no schema for
 * it, gives *json NULL and TC_OK. The result of a remote procedure call is the member "result" of
 * it. */
TC_API int tc_call_perform_json(const tc_call *call, const tc_json **json, tc_error *err);

/* At any time, also while an asynchronous run of it goes on, and from inside a callback of the
 * function that performs it. NULL is fine. */
TC_API void tc_call_free(tc_call *call);

#ifdef __cplusplus
}
#endif

#endif
