/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_TRANSPORT_H
#define TC_RUNTIME_TRANSPORT_H

/*
 * The seam between calls and the world: what sends an attempt and brings its reply, and how time
 * passes. Behind it stand libcurl, and in tests whatever they need.
 */

#include "runtime/src/http/request.h"
#include "runtime/src/http/response.h"
#include "runtime/src/http/source.h"
#include <taskcluster/cancel.h>
#include <taskcluster/progress.h>

/* What an attempt took: microseconds from its beginning (-1: not reached, or not needed), and bytes
 * of bodies as they went over the network. */
struct tc__timing {
	int64_t name_us, connect_us, tls_us, first_byte_us, total_us;
	int64_t sent, received;
	bool reused; /* the connection was there already */
};
#define TC__TIMING_NONE ((struct tc__timing){ -1, -1, -1, -1, -1, 0, 0, false })

/* One attempt on its way. */
struct tc__delivery {
	const struct tc__attempt *attempt;
	struct tc__reply *reply;  /* the reply goes in here */
	struct tc__reading *body; /* sent instead of the attempt's body; NULL: that one is */
	bool public_only;         /* to no address but a public one */
	bool connect_only;        /* nothing is sent: the attempt's URL says where to connect to. No
				     reply is needed */
	int64_t timeout_ms;       /* of all of it; 0: none */
	int64_t silence_ms;       /* without a byte; 0: as long as it likes */
	int64_t refusal_ms;       /* of the rest, when no sink gets it; 0: none */
	tc_progress_fn *progress; /* NULL: nobody wants to know */
	void *progress_data;
	bool (*canceled)(const void *data); /* asked before anything is handed over; may be NULL */
	const void *canceled_data;
	const tc_cancel *cancel;    /* ends it when it is fired; NULL: nothing does */
	int64_t until_ms;           /* when all must be over, steady clock; INT64_MAX: never */
	const struct tc_call *call; /* whose it is, and which run: for the progress */
	uint64_t run;
	const void *owner;         /* who waits for it; the transport's own */
	struct tc__timing *timing; /* filled in at its end; NULL: nobody wants to know */

	/* what the transport tells of a failure */
	bool maybe_sent; /* some of the request may have reached the server */
	bool permanent;  /* trying again cannot help */
};

/* The bytes of the body that is sent. */
static inline int64_t tc__delivery_length(const struct tc__delivery *delivery)
{
	return delivery->body ? delivery->body->source->given.length
			      : (int64_t)delivery->attempt->body_length;
}

/* A descriptor of somebody else's, which the pool watches while that is waited for. */
struct tc__awaited {
	int fd;
	bool ready; /* it can be read from, has an error or hung up */
};

struct tc__transport {
	const struct tc__transport_kind *kind;
};

struct tc__transport_kind {
	/* TC_OK when the reply is whole, and also when it was broken off because the reply itself
	 * refused more (tc__reply_finish tells); else TC_ERROR_NETWORK, _TIMEOUT, _CANCELED, … */
	int (*deliver)(
		struct tc__transport *transport, struct tc__delivery *delivery, tc_error *err);

	/* Lets time pass; false when `cancel`, which may be NULL, has ended that. `awaited` (NULL:
	 * nothing) ends it as well, once it is ready. */
	bool (*wait)(struct tc__transport *transport, int64_t ms, const tc_cancel *cancel,
		struct tc__awaited *awaited);

	void (*free)(struct tc__transport *transport);
};

#endif
