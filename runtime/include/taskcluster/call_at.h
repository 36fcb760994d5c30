/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_CALL_AT_H
#define TASKCLUSTER_CALL_AT_H

/*
 * A signed call to a path below the root URL, for what no reference here knows: a function newer
 * than the references, or a request that is handed on.
 *
 *	tc_call *call = tc_call_at(client, "GET", "/api/queue/v1/ping", NULL, &err);
 *	tc_call_perform(call, &response, &err);
 *
 * It is a call like any other: signed by the client's credentials, renewed, counted, repeated and
 * corrected by the server's clock; with a proxy_url it goes there unsigned. A success is a status
 * from 200 to 299 with content of any type. GET, HEAD, PUT and DELETE are repeated as the client's
 * options say, POST and PATCH only when the server cannot have begun (tc_call_set_options says
 * otherwise); none when its body cannot be read again.
 */

#include <taskcluster/call.h>
#include <taskcluster/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero and NULL: nothing of the kind. */
struct tc_call_at_options {
	size_t size; /* set by TC_CALL_AT_OPTIONS_INIT */
	/*
	 * Every whole reply is a success, whatever its status: for who hands it on. Repeated is as
	 * ever, so it is the last one. A sink gets the body of a status from 200 to 299 only; of
	 * another it is in the response, as far as it
	 * came and reply_max lets it.
	 */
	bool any_status;
	/*
	 * The body; the struct is copied. It may be of any length, is not covered by the Hawk
	 * header, and its Content-Type is given by tc_call_header; the client's timeout_ms bounds
	 * silence then, not an attempt. NULL: none, or a short one by tc_call_body_json or
	 * tc_call_body_bytes. Not for GET and HEAD.
	 */
	const struct tc_source *body;
};
#define TC_CALL_AT_OPTIONS_INIT TC_SIZED_INIT(struct tc_call_at_options)

/*
 * By method (GET, HEAD, PUT, POST, PATCH, DELETE); for tc_call_free. `path` begins with a slash
 * and may have a query. It is sent and signed byte for byte as it is, already percent-encoded.
 * `options` may be NULL. TC_ERROR_ARGUMENT for what cannot be sent so, among it a fragment, and
 * "." and ".." as segments (also encoded), by which servers leave the root.
 */
TC_API tc_call *tc_call_at(tc_client *client, const char *method, const char *path,
	const struct tc_call_at_options *options, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
