/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_REQUEST_H
#define TC_RUNTIME_REQUEST_H

/*
 * From an operation and its arguments to what one attempt sends: method, URL, header lines, body,
 * signature. No I/O. A request is made and checked once; each attempt is signed afresh.
 */

#include "runtime/src/auth/hawk.h"
#include "runtime/src/base/error.h"
#include "runtime/src/common/url.h"
#include "runtime/src/http/session.h"
#include "runtime/src/operation/query.h"
#include <taskcluster/operation.h>

/* Header lines of an attempt: the library's own, and the caller's. */
#define TC__LINES_MAX 40
#define TC__OWN_LINES_MAX 24

/* Where calls go; each may be NULL. */
struct tc__site {
	const char *root_url;
	const char *proxy_url;           /* wins over root_url; signs by itself */
	const char *base_url;            /* wins over a service's own */
	const char *server;              /* {root} of a system with a server of its own */
	const struct tc__url_base *root; /* what wins of the first two, taken apart once */
};

struct tc__request {
	const struct tc_operation *operation;
	struct tc__buffer url;
	size_t query_at;        /* where in the url the query begins */
	struct tc__query query; /* of an operation whose queries have rules, or got additions */
	struct tc__url parts;   /* of url */
	const struct tc__url_base *base; /* what it begins with; NULL: nobody took that apart */
	bool proxied;                    /* goes to the proxy that signs */
	bool has_body;
	char *body;
	size_t body_length;
	char *content_type_line;        /* "Content-Type: …" or NULL */
	char *accept_line;              /* "Accept: …" or NULL */
	char *lines[TC__OWN_LINES_MAX]; /* the caller's headers */
	size_t line_count;
	uint32_t secret_lines; /* bit i: line i is not to be shown */
	bool anywhere;         /* a transfer's: Content-Type and the like are the caller's, */
	int64_t source_length; /* and its body, of so many bytes, comes from a source */
	bool home;             /* with `anywhere`: it is signed, and only such a body is its own */
};

/* The URL's text and its parts, checked. `request` is zeroed first; on failure nothing is left in
 * it. */
int tc__request_init(struct tc__request *request, const struct tc__site *site,
	const struct tc_operation *operation, const char *const *arguments,
	const char *const *query, tc_error *err);

/* The same for a URL that is already there. */
int tc__request_init_url(struct tc__request *request, const struct tc_operation *operation,
	const char *url, tc_error *err);

/* More of the query, behind an operator or as a list; the URL is made anew. */
int tc__request_query(struct tc__request *request, const char *key, const char *comparison,
	const char *const *values, size_t count, tc_error *err);

/* The same for a key as it is sent. */
int tc__request_query_sent(
	struct tc__request *request, const char *key, const char *value, tc_error *err);

/* Another value of a key as it is sent, instead of those it has. */
int tc__request_query_replace(
	struct tc__request *request, const char *key, const char *value, tc_error *err);

/* The body. Takes `body` (for tc_release) over on success only; NULL content type: JSON. */
int tc__request_body(struct tc__request *request, char *body, size_t length,
	const char *content_type, tc_error *err);

/* A header of the caller's own; some are secret by their names. */
int tc__request_header(
	struct tc__request *request, const char *name, const char *value, tc_error *err);

/* The same for one whose value is a secret, whatever its name. */
int tc__request_secret_header(
	struct tc__request *request, const char *name, const char *value, tc_error *err);

/* The same for one of those that only the library may set. */
int tc__request_own_header(
	struct tc__request *request, const char *name, const char *value, tc_error *err);

/* Whether a line, by its place and not by its text, is a secret. */
bool tc__request_hides(const struct tc__request *request, const char *line);

/* Whether HTTP can carry the text as a header's value: no control characters (RFC 9110, 5.5). */
bool tc__is_field_value(const char *text);

void tc__request_clear(struct tc__request *request);

/* What a client adds to every request. */
struct tc__signer {
	struct tc__hawk *hawk;
	const tc_credentials *credentials; /* NULL: unsigned */
	bool no_payload_hash;
	const char *user_agent_line, *trace_line;
	const char *trace_id; /* of the call, instead of that in trace_line; NULL: that */
	/* for systems whose scheme is a session */
	const struct tc__session *session; /* whose cookies go along; NULL: none */
	const struct tc_session_scheme *scheme;
	bool basic;     /* a login: the credentials go as Basic, and nothing is signed */
	bool foreign;   /* it goes to another origin than the request's: without secrets */
	int64_t rpc_id; /* of a remote procedure call */
};

/* What one attempt sends. All but its signature points into the request and the signer. */
struct tc__attempt {
	const char *method;
	const char *url;
	/* "Name: value", or "Name;" for an empty value; without Host, Content-Length and those of
	 * the connection, which are the transport's */
	const char *lines[TC__LINES_MAX];
	size_t line_count;
	const char *body; /* NULL: none; Content-Length: 0 is then sent with POST and PUT */
	size_t body_length;
	bool is_signed;
	bool repeatable; /* the transport may send it twice when a kept connection turns out dead */
	tc_credentials *credentials;             /* a reference of its own, when signed */
	struct tc__buffer authorization;         /* the line */
	struct tc__buffer cookie, csrf, referer; /* lines of a session */
	struct tc__buffer trace;                 /* line of a trace id of the call's own */
	const char *trace_id;                    /* that is sent; NULL: none */
	struct tc__buffer rpc;                   /* the body of a remote procedure call */
	int64_t rpc_id;
	struct tc__hawk_artifacts artifacts; /* what was signed, to verify the reply */
	char nonce[TC__NONCE_SIZE], hash[TC__MAC_SIZE];
};

/* Begins as {0}; may be filled again for the next attempt. `now_s` is the server's time as far as
 * we know. On failure it is as after clear. */
int tc__attempt_fill(struct tc__attempt *attempt, const struct tc__request *request,
	const struct tc__signer *signer, int64_t now_s, tc_error *err);
void tc__attempt_clear(struct tc__attempt *attempt);

/* One more header line, "Name: value", which must live as long; in place of the caller's own. */
void tc__attempt_line(struct tc__attempt *attempt, const char *line);

/* A URL that anybody can GET until `expiry_s`: the request's own with a bewit. Release *url. */
int tc__request_signed_url(const struct tc__request *request, const struct tc__signer *signer,
	int64_t expiry_s, char **url, tc_error *err);

#endif
