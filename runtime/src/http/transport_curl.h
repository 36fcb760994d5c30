/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_TRANSPORT_CURL_H
#define TC_RUNTIME_TRANSPORT_CURL_H

/*
 * The transport over libcurl. An easy handle is set up once (tc__transfer_open) and loaded anew for
 * each attempt (tc__transfer_load); the synchronous transport below drives one of them, an event
 * loop may drive many.
 */

#include "runtime/src/http/network.h"
#include "runtime/src/http/sockets.h"
#include "runtime/src/http/transport.h"
#include <curl/curl.h>
#include <limits.h>

/* curl_multi_init, with close-on-exec descriptors. NULL on failure. */
CURLM *tc__curl_multi_new(void);

/* The same for the two sockets of a look-up, of which curl has shown the reading one. */
void tc__pair_close_on_exec(int fd);

/* Look-ups of names that were left behind by transfers, and may still be under way. When they are
 * this many no other may begin. From any thread. */
#define TC__LOOKUPS_LEFT_MAX 256
bool tc__lookup_may_begin(void);
void tc__lookup_left(void);

/* Those on `multi` wait for no others that hang, nor does its end. */
void tc__lookup_set_free(CURLM *multi);

/* The longest beginning of URLs, as "https://tc.example.com", that is remembered. */
#define TC__COMMON_MAX 256

/* A number that an option was not yet set to. */
#define TC__NOT_SET LONG_MIN

/* Before the first look. */
#define TC__NOT_MOVED INT64_MIN

/* An easy handle with all that a loaded attempt must keep alive. Does not move while it is open. */
struct tc__transfer {
	CURL *easy;
	CURLU *url;                  /* of the last one, */
	char common[TC__COMMON_MAX]; /* which begins so, and has a path behind it */
	size_t common_length;        /* 0: it may be anything */
	bool in_parts;               /* curl has taken it apart */
	struct tc__sockets *sockets;
	struct tc__delivery *delivery; /* while one is loaded */
	const void *const *driver;     /* who waits now */
	/* what the handle was set to last, as most attempts need the same again */
	struct {
		long connect_ms, timeout_ms, idle_s, quiet, buffer_size;
		bool get;    /* a plain GET */
		bool listed; /* header lines */
	} set;
	long buffer_size; /* what curl is to read into: as large as its replies so far, within
			     bounds */
	bool head;        /* the last one had no body in its reply */
	bool paced;       /* its silence was timed */
	const struct tc__network_options *network;
	bool uploads;      /* the last body came from a source, */
	bool fresh;        /* by a connection of its own, as it can be sent only once */
	int opened;        /* so many sockets were opened for it */
	bool fenced;       /* an address was refused that is not public */
	int connection;    /* the socket that a body from a source goes by; -1: not known */
	bool silent;       /* it was ended as nothing moved any more */
	curl_off_t moved;  /* bytes both ways, */
	int64_t moved_ms;  /* when they were more the last time, */
	int64_t looked_ms; /* and when somebody looked */
	bool hung_up;      /* the server closed while a body was on its way, and said why: */
	int64_t over_ms;   /* when no more of that is waited for, */
	int64_t *guard_ms; /* and the pool's own, which is no later */
	bool looks_up;     /* libcurl has begun to look a name up, */
	bool crowded;      /* and was kept from it: too many were left behind */
	bool unanswered;   /* curl would have sent it a second time, */
	int requests;      /* having sent it so often */
	struct curl_slist lines[TC__LINES_MAX + 2];
	char reason[CURL_ERROR_SIZE];
};

/* `network` must live as long as the handle, `sockets` until its connection cache ends. */
int tc__transfer_open(struct tc__transfer *transfer, struct tc__network *network,
	struct tc__sockets *sockets, tc_error *err);

/* It reads large replies in few pieces, also the first one. */
void tc__transfer_widen(struct tc__transfer *transfer);

/* Loads an attempt, which must stay as it is until the transfer has ended. */
int tc__transfer_load(struct tc__transfer *transfer, struct tc__delivery *delivery, tc_error *err);

/* Reads how the loaded transfer ended, as a transport's deliver tells it. */
int tc__transfer_result(struct tc__transfer *transfer, CURLcode code, tc_error *err);

/* The socket of a transfer that was to connect only, and did; -1 when there is none. */
int tc__transfer_socket(const struct tc__transfer *transfer);

/* What the loaded transfer took. */
void tc__transfer_timing(const struct tc__transfer *transfer, struct tc__timing *timing);

/* The transfer was taken from curl before its end: its look-up may be left behind. */
void tc__transfer_left(struct tc__transfer *transfer);

/* Whether libcurl has done anything for the loaded transfer that anybody could see. */
bool tc__transfer_has_begun(const struct tc__transfer *transfer);

/* Goes on, and so ends, when its server has hung up and its time is over; *guard_ms is set anew. */
CURLcode tc__transfer_guard(struct tc__transfer *transfer, int64_t now_ms);

void tc__transfer_close(struct tc__transfer *transfer);

/* The synchronous transport, on a pool and a network that it borrows. */
struct tc__pool;
struct tc__transport *tc__curl_transport_new(
	struct tc__pool *pool, struct tc__network *network, tc_error *err);

#endif
