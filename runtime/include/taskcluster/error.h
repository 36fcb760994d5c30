/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_ERROR_H
#define TASKCLUSTER_ERROR_H

/*
 * Errors are values. A function that can fail returns TC_OK or a negative code (or NULL, where it
 * returns a pointer) and fills the tc_error its last parameter points to. That parameter may be
 * NULL. What it held before is released when the function begins, so that after a success it says
 * nothing; no argument may be what an accessor of the same tc_error gave.
 *
 *	tc_error err = TC_ERROR_INIT;
 *	if (tc_queue_ping(client, &reply, &err) != TC_OK)
 *		fprintf(stderr, "%s\n", tc_error_text(&err));
 *	tc_error_clear(&err);
 *
 * A tc_error belongs to its caller and to one thread at a time. Nothing is printed and nothing is
 * kept in thread-local or global state.
 */

#include <taskcluster/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tc_code {
	TC_OK = 0,
	TC_ERROR_NOMEM = -1,       /* memory ended */
	TC_ERROR_ARGUMENT = -2,    /* an argument or option that cannot work; the text names it */
	TC_ERROR_CREDENTIALS = -3, /* credentials missing, malformed or too large to send */
	TC_ERROR_NETWORK = -4,     /* no whole reply came: name, connection, TLS, transfer */
	TC_ERROR_TIMEOUT = -5,     /* no whole reply came in time */
	TC_ERROR_CANCELED = -6,    /* the caller's own callback or cancel ended it */
	TC_ERROR_HTTP = -7,        /* the server refused: http_status and server code say how */
	TC_ERROR_REPLY = -8,  /* a reply that is not what its reference promises, or too large */
	TC_ERROR_INPUT = -9,  /* text or a value given is malformed or breaks its schema */
	TC_ERROR_SYSTEM = -10 /* the machine: a file, randomness, a library's start-up */
};

typedef struct tc_error {
	int code;        /* an enum tc_code; TC_OK while nothing has failed */
	int http_status; /* of the reply the error is about; 0 without a reply */
	char *message;   /* private: read it with tc_error_text */
	void *detail;    /* private: what the functions below read */
} tc_error;

#ifdef __cplusplus
#define TC_ERROR_INIT \
	{ \
	}
#else
#define TC_ERROR_INIT \
	{ \
		0, 0, NULL, NULL \
	}
#endif

/* One whole message for a person: what failed, where, what was expected. Never NULL. */
TC_API const char *tc_error_text(const tc_error *err);

/* The server's own error code, such as "ResourceNotFound", or NULL. */
TC_API const char *tc_error_server_code(const tc_error *err);

/* The server's whole message, footers and all, or NULL when it sent none. */
TC_API const char *tc_error_server_message(const tc_error *err);

/* The body of the refused reply as it came, of any type, or NULL; its length without the
 * terminating NUL goes to *length (which may be NULL). */
TC_API const char *tc_error_body(const tc_error *err, size_t *length);

/* The requestInfo object of the server's error as JSON text, or NULL. */
TC_API const char *tc_error_request_info(const tc_error *err);

/* The ids under which the server's logs know the request, or NULL: x-for-request-id and
 * x-for-trace-id of the reply. */
TC_API const char *tc_error_request_id(const tc_error *err);
TC_API const char *tc_error_trace_id(const tc_error *err);

/* A header of the refused reply by its name in any case, or NULL; of a repeated one the last. Kept
 * are the first 16 KiB, without cookies. */
TC_API const char *tc_error_header(const tc_error *err, const char *name);

/* The pause that the server asked for (Retry-After), from when the reply came, in ms; -1: none. */
TC_API int64_t tc_error_retry_after_ms(const tc_error *err);

/*
 * Whether the same may work when it is tried again later: the network failed, time ran out, the
 * server is too busy or broken for now (408, 429, 5xx but 501). Not where that is known to be of no
 * use, as with an untrusted certificate. It says nothing of whether doing it twice does harm: after
 * TC_ERROR_NETWORK and TC_ERROR_TIMEOUT the server may have done it.
 */
TC_API bool tc_error_may_repeat(const tc_error *err);

/* The JSON pointer of the value the error is about (TC_ERROR_REPLY and TC_ERROR_INPUT), or NULL. */
TC_API const char *tc_error_pointer(const tc_error *err);

/* For callbacks that fail on their own account: sets *err (which may be NULL) to a code and a
 * message made as by printf; returns the code. One that is no failure becomes TC_ERROR_CANCELED. */
TC_API TC_PRINTF(3, 4) int tc_error_set(tc_error *err, int code, const char *format, ...);

/* Puts "<format>: " in front of what an error that is set already says, and keeps all else that it
 * tells. Nothing where nothing has failed, for NULL, and without memory. The whole is cut at its
 * end (at 2,000 bytes, if the message was no longer); a text of so many is not put there. */
TC_API TC_PRINTF(2, 3) void tc_error_prefix(tc_error *err, const char *format, ...);

/* Says of an error that is set what a server answered, where that did not come as a refusal:
 * status, code and message are told as of one (0 and NULL: nothing), and what a reply had told
 * before is not. The text stays. Nothing where nothing has failed, and for NULL. */
TC_API void tc_error_set_server(
	tc_error *err, int http_status, const char *server_code, const char *server_message);

/* Makes *to (which may be NULL) say all that *from does, of which it is independent then; for
 * errors that are only lent, as a callback's. Without memory for all of it code and status are
 * there. Returns the code. */
TC_API int tc_error_copy(tc_error *to, const tc_error *from);

/* The name of a code, such as "TC_ERROR_NETWORK". A constant. */
TC_API const char *tc_code_name(int code);

/* Releases what the error holds; it can be used again. Fine on a cleared error and on NULL. */
TC_API void tc_error_clear(tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
