/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_SANDBOX_H
#define TC_SANDBOX_SANDBOX_H

/* The server as a whole. One thread does everything: the loop in server/http.c calls the handlers,
 * and between requests the timers. */

#include "tools/sandbox/auth/roles.h"
#include "tools/sandbox/base/clock.h"
#include "tools/sandbox/request/fault.h"
#include "tools/sandbox/request/route.h"
#include "tools/sandbox/store/store.h"
#include "tools/schema/schemas.h"

struct MHD_Daemon;
struct events;
struct pulse;
struct request;
struct tc_loop;

struct options {
	const char *host;     /* to listen on */
	uint16_t port;        /* 0: any free one */
	const char *root_url; /* how clients reach it, {port} standing for its port; NULL: there */
	const char *state;
	const char *data;       /* folder for the bytes of artifacts; NULL: a temporary one */
	const char *references; /* folder of references and schemas, or NULL */
	const char *pulse;      /* URL of a RabbitMQ, or NULL */
	const char *client_id, *access_token;
	const char *certificate, *key; /* files for TLS, or NULL */
	int64_t claim_ms;              /* how long a claim lasts */
	int64_t poll_ms;               /* how long an empty claimWork is held */
	int64_t resolver_ms;           /* how often ended claims and deadlines are looked for */
	int64_t deadline_delay_ms;     /* how long after a deadline it is met */
	bool fault_headers;            /* requests may ask for faults */
	bool private;                  /* without credentials little can be read */
	bool verbose;
	bool no_page;       /* for people */
	bool check_replies; /* against their schemas; for its own tests */
};

#define PAGE_FILES 3

struct sandbox {
	struct options options;
	struct store *store;
	struct roles roles;
	struct routes routes;
	struct schemas schemas;
	struct pulse *pulse;   /* NULL: nothing is published */
	struct tc_loop *loop;  /* what the publisher lives on, and is waited on then; else NULL */
	struct events *events; /* who reads what happens, and is told of it */
	struct faults faults;
	struct MHD_Daemon *daemon;
	void (*resume)(struct request *request); /* a held one; what listens sets it */
	/* another operation inside one, in its transaction: `request` has route, arguments, input
	 * and scopes; its status comes back and its reply is written. What serves sets it. */
	int (*call)(struct request *request);
	char references_found[4096]; /* what options.references may point to */
	char *root_url;
	char page_token[65]; /* that signs in on the page, once; "": none */
	struct packed {
		char *bytes;
		size_t length;
	} page_packed[PAGE_FILES]; /* the page's files as gzip, once they were asked for */
	char *storage_key;         /* the queue's own token: signs credentials, and URLs of bytes */
	char *data;                /* folder, without a slash at its end */
	bool data_temporary;       /* removed at the end */
	int64_t started_ms;
	uint64_t request_count;
	uint64_t id_prefix;   /* of request ids */
	struct request *held; /* requests whose reply waits */
	int64_t held_wake_ms; /* when the first of them must be looked at */
	int64_t gone_ms;      /* when to look whether their clients are there */
	int64_t due_ms;       /* when task_timers must run next */
	int64_t cleanup_ms;   /* and cleanup_run */
	int64_t hooks_ms;     /* and hooks_run */
};

/* The next look at claims and deadlines comes no later than `when_ms`. */
void sandbox_due_by(struct sandbox *sandbox, int64_t when_ms);

/* The first of the looks that come at intervals in which what is due at `when_ms` is seen; and lets
 * it come. */
int64_t sandbox_next_look(const struct sandbox *sandbox, int64_t when_ms);
void sandbox_look_by(struct sandbox *sandbox, int64_t when_ms);

/* How much of the root URL is its origin: "https://name:80" of "https://name:80/more". */
size_t sandbox_origin_length(const struct sandbox *sandbox);

/* A held request tries again no later than `when_ms`; one that is not held is left alone. */
void sandbox_wake_by(struct request *request, int64_t when_ms);

/* Lets every held request that waits for `key` try again. */
void sandbox_wake(struct sandbox *sandbox, const char *key);

#endif
