/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_RESPONSE_H
#define TC_RUNTIME_RESPONSE_H

/*
 * A reply in the making: header lines and body bytes are pushed in as they come, and a tc_response
 * or a tc_error comes out. No I/O.
 *
 *	tc__reply_init(&reply, max, NULL);
 *	tc__reply_line(&reply, "HTTP/1.1 200 OK\r\n", 17);	(and all others)
 *	tc__reply_body(&reply, bytes, length);			(as often as bytes come)
 *	rc = tc__reply_finish(&reply, &err);
 *	tc__reply_clear(&reply);
 */

#include "runtime/src/base/error.h"
#include "runtime/src/http/decode.h"
#include "runtime/src/http/range.h"
#include "runtime/src/http/retry.h"
#include <taskcluster/operation.h>
#include <taskcluster/response.h>

/* Of a refusal's body at least this is kept, whatever the maximum. */
#define TC__REFUSAL_MIN (64 * 1024)

/* The maximum by default, and of refusals where replies have none: they end in any case. */
#define TC__REPLY_MAX ((size_t)64 * 1024 * 1024)

#define TC__REPLY_HEADERS_MAX 256               /* lines, */
#define TC__REPLY_HEADERS_SIZE_MAX (300 * 1024) /* and bytes */

/* What the client's timeout is about. */
enum tc__pace {
	TC__PACE_WHOLE,  /* the whole attempt */
	TC__PACE_STEADY, /* a silence in it */
	TC__PACE_NONE    /* nothing: it has no end, and may be silent */
};

/*
 * Where the body of a success goes instead of into the response: a decoder that is fed while bytes
 * arrive. `begin` comes first and again for every attempt, with the response as far as it is there:
 * status and headers; `finish` only after a whole body. What fails here ends the call with that
 * error. A body that is to be verified arrives in one piece, after it was.
 */
struct tc__sink {
	int (*begin)(struct tc__sink *sink, tc_response *head, tc_error *err);
	int (*feed)(struct tc__sink *sink, const char *bytes, size_t length, tc_error *err);
	int (*finish)(struct tc__sink *sink, tc_error *err);
	/* Whether it takes no more for now: the transfer then pauses until its event loop resumes
	 * it. NULL: it always takes more, as it must below the synchronous transport. */
	bool (*full)(struct tc__sink *sink);
	enum tc__pace pace;
	int64_t silence_ms; /* STEADY: that long; 0: the client's timeout */
	size_t max;         /* bytes that may come; 0: the reply's own maximum */
	bool content_only;  /* the body of a redirect goes into the response all the same */

	/* For what lives on, a stream on an event loop; each may be NULL. */

	/* An attempt begins. */
	void (*depart)(struct tc__sink *sink, int64_t now_ms);
	/* The head of a reply has come whose body is the sink's. */
	void (*open)(struct tc__sink *sink);
	/* due_ms has come: TC_OK when it was moved on, or what the attempt fails with now. */
	int (*overdue)(struct tc__sink *sink, int64_t now_ms, tc_error *err);
	int64_t due_ms; /* steady clock; INT64_MAX: never. tc__loop_hurry tells that it is nearer */
	/* The call has failed for good: whether it begins anew, as if it had never been tried, and
	 * when. `fraction` as in tc__retry_next. */
	struct tc__next (*again)(
		struct tc__sink *sink, const struct tc__outcome *outcome, double fraction);
	const char *line; /* of the request's head, sent with each attempt; NULL: none */

	/* how it goes, {0} at first */
	bool spent;  /* what it was fed has gone on its way: the call is not to be repeated */
	bool begun;  /* some attempt has fed it */
	bool paused; /* it was full, and the transfer waits */
};

struct tc__reply {
	/* Whose it is, which says what is a success; NULL: a status from 200 to 299, of any type.
	 */
	const struct tc_operation *operation;
	tc_response *response;
	struct tc__sink *sink;
	size_t max;      /* bytes of the body, decoded */
	size_t received; /* of it */
	bool headed;     /* the header section has come to its end */
	bool measured;   /* the end of the body is told, and not only that of the connection */
	bool transfer_encoded, content_encoded; /* there are headers that say by what */
	bool untyped;                           /* it should have a type, and has none */
	bool strange;                           /* of a type that the operation cannot have */
	bool hold;                              /* the sink waits until the whole body is there */
	bool feeding;                           /* the sink has begun */
	bool lenient;    /* the response is to be read so, as tc_options.lenient_replies asks */
	bool unreadable; /* a refusal whose body cannot be decoded (further) */
	tc_error err;    /* the first thing that went wrong; code TC_OK until then */

	/* Of a transfer: what was asked for; its URLs are not shown whole. NULL: of an operation.
	 */
	const struct tc__range *range;
	int64_t part; /* bytes of the part that comes; -1: it is no part */

	struct tc__decoding *decoding; /* NULL: the body comes as it is */
	size_t ahead;                  /* bytes that will come again, and are decoded already */
};

/* `sink` may be NULL: the body is collected. Needs no memory. */
void tc__reply_init(struct tc__reply *reply, size_t max, struct tc__sink *sink);

/* Forgets what came: the next attempt begins. */
void tc__reply_restart(struct tc__reply *reply);

/* A line of the header section as it came; a status line begins anew, as after "100 Continue".
 * Trailers, which come behind the body, are ignored. Not TC_OK once anything has gone wrong, which
 * tc__reply_finish then tells. */
int tc__reply_line(struct tc__reply *reply, const char *line, size_t length);

/* Bytes of the body as they come; its encoding is taken off here. Not TC_OK as above. What is over
 * the maximum of a refusal is dropped (it is the refusal that matters); of a success it is a
 * failure. */
int tc__reply_body(struct tc__reply *reply, const char *bytes, size_t length);

/* Whether the sink has to be left alone before it gets these next bytes of the body: then it is
 * paused. */
bool tc__reply_is_full(const struct tc__reply *reply);

/* Whether the sink became full among the bytes that tc__reply_body was given last, as few may
 * become many: it wants all of them again, once it is not paused any more. */
bool tc__reply_is_paused(const struct tc__reply *reply);

/* The reply is whole: TC_OK for any status, or what went wrong. */
int tc__reply_finish(struct tc__reply *reply, tc_error *err);

/* The status so far, 0 before there is one, and a header of this reply. */
int tc__reply_status(const struct tc__reply *reply);
const char *tc__reply_header(const struct tc__reply *reply, const char *name);

/* Whether it is a success of its operation, by status and type, as far as it has come. */
bool tc__reply_is_success(const struct tc__reply *reply);

/* Whether its head is there, and not only that of an interim one before it. */
bool tc__reply_has_head(const struct tc__reply *reply);

/* Whether its headers have said that it is none, whatever follows. */
bool tc__reply_has_refused(const struct tc__reply *reply);

/* Whether its headers have said that no sink gets its body: a refusal, a redirect. */
bool tc__reply_stays_here(const struct tc__reply *reply);

/* Whether all of a refusal's body that is kept has come: the rest would be dropped. */
bool tc__reply_has_enough(const struct tc__reply *reply);

/* Whether a whole reply is none: by its status or its type, or as the error of a remote procedure
 * call. */
bool tc__reply_is_refused(const struct tc__reply *reply);

/* What a refusal says, as its system's shapes read it; for tc_release, NULL when nothing fits. */
char *tc__reply_message(const struct tc__reply *reply);

/* The plain file name in a Content-Disposition, for tc_release, or NULL. */
char *tc__file_name(const char *disposition);

/* Makes the error that a refusal is, with all the server said: TC_ERROR_HTTP, or TC_ERROR_REPLY
 * when only its type is not what the operation's reference promises. Returns its code. */
int tc__reply_refusal(const struct tc__reply *reply, tc_error *err);

/* Adds status, ids and body of a reply to the error that it could not be read by. */
void tc__response_attach(const tc_response *response, tc_error *err);

/* Gives the response away. */
tc_response *tc__reply_take(struct tc__reply *reply);

void tc__reply_clear(struct tc__reply *reply);

/* Its headers, borrowed. */
struct tc__fields tc__response_fields(const tc_response *response);

/* Whether a typed reading of it overlooks what breaks the schema. */
bool tc__response_is_lenient(const tc_response *response);

/* The body as JSON, which then belongs to the caller; NULL and TC_OK for an empty body. */
int tc__response_take_json(tc_response *response, const tc_json **json, tc_error *err);

#endif
