/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_CONNECTION_H
#define TASKCLUSTER_CONNECTION_H

/*
 * Bytes both ways, for protocols other than HTTP: a connection on a loop, reached as a client's
 * calls reach their servers (names, proxies, addresses, whom to trust). Nothing here blocks.
 *
 * It belongs to its loop's thread, and is freed before its loop, whose tc_loop_pending it counts
 * for; the limits that options set on a client's connections do not count it. After fork a child
 * may only free it.
 */

#include <taskcluster/client.h>
#include <taskcluster/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_connection tc_connection;

/*
 * What came: `events` 0, once, when it stands (over TLS: with a certificate that is trusted); later
 * a sum of enum tc_loop_event. With `err`, borrowed, it did not come to be, or can be watched no
 * more: tc_error_may_repeat tells whether trying again can help, and nothing comes any more. Any
 * function of it may be called, tc_connection_free included.
 */
typedef void tc_connection_fn(
	void *data, tc_connection *connection, int events, const tc_error *err);

/*
 * Begins to connect to "tcp://HOST:PORT", or by TLS to "tls://HOST:PORT", with the network options
 * of `client`, which stays referenced. An http_proxy is asked to CONNECT. TC_ERROR_TIMEOUT when it
 * does not stand within `timeout_ms` (0: the client's connect_timeout_ms).
 */
TC_API tc_connection *tc_connection_new(tc_loop *loop, tc_client *client, const char *url,
	int64_t timeout_ms, tc_connection_fn *on_events, void *data, tc_error *err);

/* Which events come: TC_LOOP_READ when it stands, or a sum with TC_LOOP_WRITE; 0: none. Over TLS
 * bytes may be at hand that no event tells of: receive until there are none. */
TC_API int tc_connection_watch(tc_connection *connection, int events, tc_error *err);

/* Up to `size` bytes that are at hand; *received 0: there are none now. TC_ERROR_NETWORK: the other
 * side has closed it, or it broke. */
TC_API int tc_connection_receive(
	tc_connection *connection, void *bytes, size_t size, size_t *received, tc_error *err);

/* As many as can go now, maybe none; over TLS go on with the same bytes then, wherever they are. */
TC_API int tc_connection_send(
	tc_connection *connection, const void *bytes, size_t size, size_t *sent, tc_error *err);

/* Closes it; bytes that were sent arrive if they can. NULL is fine. */
TC_API void tc_connection_free(tc_connection *connection);

#ifdef __cplusplus
}
#endif

#endif
