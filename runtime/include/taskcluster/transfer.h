/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_TRANSFER_H
#define TASKCLUSTER_TRANSFER_H

/*
 * Transfers to and from anywhere: what storage's signed URLs are for, and whatever else a reply
 * points to. A transfer is a call, so that all verbs and options of calls work on it.
 *
 *	struct tc_source body = TC_SOURCE_INIT;
 *	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
 *	options.body = &body;
 *	int rc = tc_source_fd(&body, fd, &err);
 *	tc_call *put = rc == TC_OK ? tc_transfer_new(client, "PUT", url, &options, &err) : NULL;
 *	if (put)
 *		rc = tc_call_header(put, "Content-Type", "text/plain", &err);
 *	if (put && rc == TC_OK)
 *		rc = tc_call_perform(put, NULL, &err);
 *	tc_call_free(put);
 *
 * It has the client's connections, certificates, proxy, user agent, limits and retries, and nothing
 * of what it knows of Taskcluster: no credentials, no cookies, no trace id, no correction of
 * clocks. A success is a status from 200 to 299 with content of any type; all else, a redirect that
 * is not followed among it, is TC_ERROR_HTTP, with what the server said in tc_error_body and in the
 * text. That is so also while the body is still on its way. Texts and logs show URLs without the
 * values of their queries, which may be signatures.
 *
 * The client's timeout_ms (or the call's) bounds silence, not an attempt, as transfers take as long
 * as they take: it fails when not a byte went either way for so long, at most a second late.
 * deadline_ms bounds all of it. GET, HEAD, PUT and DELETE are repeated as the client's options say,
 * POST and PATCH only when nothing was sent; none when its body cannot be read again. Each
 * repetition begins at the transfer's own URL.
 *
 * Headers are the caller's (tc_call_header), Content-Type, Accept-Encoding and Authorization among
 * them, for which the library otherwise answers; Content-Length is taken when it is the body's.
 * What storage wants beside a URL can so be given as it came. Content that is encoded by gzip or
 * deflate arrives decoded.
 */

#include <taskcluster/call.h>
#include <taskcluster/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero and NULL: nothing of the kind. */
struct tc_transfer_options {
	size_t size;                  /* set by TC_TRANSFER_OPTIONS_INIT */
	const struct tc_source *body; /* the struct is copied; for PUT, POST, PATCH and DELETE */
	/*
	 * Redirects of a GET or HEAD that are followed at most, for each attempt. Each has to lead
	 * to http or https and never from https to http. Headers that hold secrets (Authorization,
	 * Cookie, …-Token, and those of tc_call_secret_header) do not go to another origin than the
	 * URL's, nor on from there. A redirect that is not followed is TC_ERROR_HTTP, and says why.
	 */
	int redirects;
	/*
	 * Connects to public addresses only, whatever names and redirects lead to: not to loopback,
	 * private, link-local, shared, multicast or reserved ones, nor to such inside IPv6 (mapped,
	 * NAT64's well-known prefix, 6to4). For URLs that strangers choose. Behind a proxy nobody
	 * here sees the address: then it is refused with TC_ERROR_ARGUMENT.
	 */
	bool public_only;
	/*
	 * A part of what a GET brings: so many bytes from there on (length 0: to the end; begin and
	 * length 0: all of it). A 206 must be just that part, as far as there is so much; else it
	 * is TC_ERROR_REPLY. A server that has no ranges answers 200 with all of it, which is a
	 * success: a sink's `begin`, or tc_response_status, tells. If-Range goes as any header.
	 */
	int64_t range_begin, range_length;
};
#define TC_TRANSFER_OPTIONS_INIT TC_SIZED_INIT(struct tc_transfer_options)

/*
 * A transfer by method (GET, HEAD, PUT, POST, PATCH, DELETE) of an absolute http or https URL, for
 * tc_call_free. `options` may be NULL. TC_ERROR_ARGUMENT for what cannot be sent so. Without a body
 * a PUT, POST or PATCH sends an empty one; tc_call_body_json and tc_call_body_bytes are for
 * operations.
 */
TC_API tc_call *tc_transfer_new(tc_client *client, const char *method, const char *url,
	const struct tc_transfer_options *options, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
