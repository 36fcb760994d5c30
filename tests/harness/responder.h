/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_RESPONDER_H
#define TC_TESTS_RESPONDER_H

/*
 * A small and fast HTTP/1.1 server on loopback whose replies a test writes itself: for what the
 * sandbox does not do (a reply that stalls in its middle), and for measures. It runs in a thread
 * of the test, so that both can look at the same data, or in a process of its own, whose CPU time
 * is not the test's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tc_responder_request {
	const char *method, *target; /* NUL-terminated */
	const char *head;            /* all header lines, NUL-terminated */
	const char *body;
	size_t body_length;
	size_t connection; /* from 0, in the order they were made */
	size_t number;     /* of all requests, from 0 */
};

/* Begins as a 200 without a body. Texts must live until the server ends, or until the handler's
 * next call when `copy` is set. */
struct tc_responder_reply {
	int status;
	const char *headers; /* further lines, each ended by \r\n; NULL: none */
	const char *body;
	size_t body_length;
	int64_t delay_ms; /* before the reply */
	size_t cut;       /* close after so many bytes of the body; 0: do not */
	bool chunked;     /* without Content-Length; with `cut` 0 it ends well */
	bool close;       /* without any reply */
	size_t drip;      /* no more bytes than this at once, */
	int64_t drip_ms;  /* and this long between them; 0: as fast as it goes */
	bool silent;      /* after `cut` bytes nothing more comes, but it stays open */
};

typedef void tc_responder_fn(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply);

struct tc_responder;

/* Both stop the test when they cannot. */
struct tc_responder *tc_responder_start(tc_responder_fn *handler, void *data);
struct tc_responder *tc_responder_fork(tc_responder_fn *handler, void *data);

/* In so many processes (up to 8), each of which takes connections as they come; and which they are.
 */
struct tc_responder *tc_responder_fork_some(tc_responder_fn *handler, void *data, size_t count);
const pid_t *tc_responder_processes(const struct tc_responder *responder);

const char *tc_responder_url(const struct tc_responder *responder); /* "http://127.0.0.1:1234",
								       or through the rig */
int tc_responder_port(const struct tc_responder *responder);
/* Connections of clients so far; not of one that was forked. In the rig each serves 7 requests. */
size_t tc_responder_connections(const struct tc_responder *responder);

/* A header of a request, in a buffer that the next call reuses, or NULL. Not for two threads. */
const char *tc_responder_header(const struct tc_responder_request *request, const char *name);

/* Ends it. NULL is fine. */
void tc_responder_stop(struct tc_responder *responder);

#endif
