/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_REQUEST_H
#define TC_SANDBOX_REQUEST_H

/* One request on its way through: what server/http.c read, what route.c and authorize.c found out,
 * and the reply that a handler prepares. */

#include "tools/sandbox/auth/scopes.h"
#include "tools/sandbox/auth/verify.h"
#include "tools/sandbox/base/write.h"
#include "tools/sandbox/request/fault.h"
#include "tools/sandbox/request/sandbox.h"

struct MHD_Connection;
struct files_row;
struct reader;

#define ARGUMENTS_MAX 8
#define FILLED_MAX 3
#define REPLY_MAX ((size_t)256 << 20)
#define BODY_MAX ((size_t)10 << 20)

/*
 * A handler does what its operation does: it writes the reply's JSON and returns the HTTP status,
 * or returns what refuse() returns. HELD instead keeps the request until `wake_ms`, or until
 * sandbox_wake with its `waits_for`; the handler is then called again from its beginning.
 */
#define HELD 0
#define CLOSED (-1) /* no reply: the connection is closed */
typedef int handler_fn(struct request *request);

struct request {
	struct sandbox *sandbox;
	struct MHD_Connection *connection;
	struct tc__arena arena;
	const char *method; /* "GET" for HEAD too */
	bool head, chunks;  /* HTTP/1.1: a reply may have chunks */
	const char *target; /* path and query, byte for byte as sent */
	int64_t begun_ms;   /* by the system's clock */
	int64_t now_ms;     /* this server's time, wrong when a fault says so */
	struct active_faults faults;

	const struct route *route;            /* of /api/; else NULL */
	const struct files_row *file_row;     /* of what lies outside it; else NULL */
	const char *arguments[ARGUMENTS_MAX]; /* decoded, as route->operation names them */
	const char *query[ARGUMENTS_MAX];     /* NULL when absent */

	struct tc__buffer body;
	bool too_large;
	const tc_json *input; /* the body as JSON */
	bool broken;          /* a row of the reply breaks the reply's schema */
	bool unstorable;      /* it has NUL or half a surrogate, which the services cannot keep */
	struct {
		const char *name, *text;
	} filled[FILLED_MAX]; /* members the handler added to the body, as refusals show them */

	bool authenticated; /* the next member is filled in */
	struct verify_result identity;
	struct tc_scopes scopes; /* what this request may do */
	const char *lacking;     /* the scopes for want of which it was refused, a line each */

	struct writer reply;
	const char *content_type; /* of the reply; NULL: JSON */
	const char *location;
	const char *www_authenticate;
	const char *storage_type;
	const char *retry_after;
	const char *server_authorization;
	const char *policy; /* Content-Security-Policy, of the page for people; else NULL */
	const char *file;   /* the reply's bytes lie in this file instead */
	uint64_t file_offset, file_length;
	struct reader *stream; /* the reply goes on as things happen; ends with the request */
	const char *content_encoding;
	const char *etag, *content_range;
	int status; /* what the handler returned */
	bool answered, suspended, was_held, stalled;
	bool gone; /* its client, while it was held */

	int upload_fd; /* a body that goes to a file, or -1 */
	uint64_t upload_length;
	const char *upload_path; /* removed at the end unless it was taken */
	int64_t hold_until_ms;   /* of a long poll: kept from call to call */
	int64_t wake_ms;         /* when a held request tries again */
	const char *waits_for;   /* NULL, or the key to wake it */
	struct request *next_held, *previous_held;
	char request_id[23], trace_id[23];
};

/* An argument or a query value by its name; NULL when absent. */
const char *request_argument(const struct request *request, const char *name);
const char *request_query(const struct request *request, const char *name);

/* A header of the request, or NULL. */
const char *request_header(const struct request *request, const char *name);

/* A member of the body when it is a string, else NULL. */
const char *request_text(const struct request *request, const char *name);

/* Text in the request's arena. NULL when memory ends. */
TC_PRINTF(2, 3) const char *request_printf(struct request *request, const char *format, ...);

#endif
