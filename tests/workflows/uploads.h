/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_WORKFLOWS_UPLOADS_H
#define TC_TESTS_WORKFLOWS_UPLOADS_H

/*
 * What the tests of uploads share: a stage, on which a responder plays the queue, the object
 * service and storage, all well unless a rule says otherwise, and keeps each request as it came;
 * both faces of an upload; bodies whose bytes are known.
 */

#include "tests/harness/responder.h"
#include "tests/harness/test.h"
#include <pthread.h>
#include <taskcluster/artifact_upload.h>

#define UPLOADS_TASK "fN1SbArXTPSVFNUvaOlinQ"
#define UPLOADS_ID "Y2sVpQSpRc-Bs5rJIiIPTw" /* an upload's, as the queue gives it */
#define UPLOADS_EXPIRES "2031-01-01T00:00:00.000Z"

/* ---- the stage ---- */

struct seen {
	char line[400]; /* "PUT /storage/3?sig=1" */
	char head[3000];
	char *body;
	size_t length;
};

/* For requests whose line has `part` in it, `times` of them (0: all), instead of what is said
 * otherwise. The first rule that fits counts. */
struct rule {
	const char *part;
	int status; /* 0: as otherwise, but for the rest of the rule */
	const char *headers, *body;
	int times;
	bool lost, late; /* it is done, but no reply comes: the connection ends, or it is silent */
};

#define SEEN_MAX 400
#define RULES_MAX 6

struct stage {
	struct tc_responder *responder;
	tc_client *client; /* signs as "me" */
	pthread_mutex_t lock;
	struct seen seen[SEEN_MAX];
	size_t count;
	struct rule rules[RULES_MAX];
	const char *put_headers; /* of a putUrl, as JSON members; NULL: just the type */
	char text[2000];         /* the reply that is being said */
	int urls;                /* that were given out for PUTs */
};

/* `options` may have all but where and as whom. */
void stage_begin(struct stage *stage, const struct tc_options *options);
void stage_end(struct stage *stage);

/* Forgets what was seen, and all rules. */
void stage_clear(struct stage *stage);

/* The n-th request (from 0) whose line has `part` in it; NULL: there was none. */
const struct seen *stage_seen(struct stage *stage, const char *part, size_t n);
size_t stage_count(struct stage *stage, const char *part);

/* A header of it, in a buffer that the next call reuses, or NULL. */
const char *seen_header(const struct seen *seen, const char *name);
/* Stops the test unless its JSON body has this text at a pointer; NULL: nothing. */
void seen_has(const struct seen *seen, const char *pointer, const char *text);

/* ---- an upload ---- */

enum face { BLOCKING, ON_LOOP, FACES };

/* For rows of cases that take turns: false is the blocking one. */
static inline enum face face_of(bool turn)
{
	return turn ? ON_LOOP : BLOCKING;
}

struct upload {
	const char *task_id; /* NULL: UPLOADS_TASK */
	const char *name;
	bool object; /* an object by its name; else an artifact of run 0 */
	const struct tc_source *from;
	struct tc_upload_options options;
	struct tc_uploaded result;
};

/* With options that begin; an object's have what has to be given. */
struct upload upload_of(const char *name, const struct tc_source *from);
struct upload upload_object_of(const char *name, const struct tc_source *from);

/* Does it; returns the code, as *err says. */
int upload_do(struct upload *upload, enum face face, tc_client *client, tc_error *err);

int create_do(enum face face, tc_client *client, const struct tc_artifact *artifact,
	const struct tc_create_options *options, tc_error *err);

/* ---- bodies ---- */

/* The byte of the pattern at a place: compresses a little. */
char pattern_at(size_t place);

/* So many bytes of it, for free(). */
char *pattern_make(size_t length);
void pattern_check(const char *bytes, size_t length);

/* A source that is a function. */
struct flow {
	int64_t length, at;
	size_t piece;    /* bytes at once, at most; 0: no limit */
	int64_t fail_at; /* the disk is gone there; 0: never */
	int rewound;
};
void flow_source(struct tc_source *source, struct flow *flow, int64_t length, bool rewinds);

/* The pattern out of each kind of source there is. */
enum kind {
	MEMORY,
	PATH,
	DESCRIPTOR, /* of a file, from a place in it on */
	PIPE,
	PIPE_UNKNOWN,     /* nobody says how much comes */
	PIPE_SLOW,        /* the same, in drops, and the descriptor does not block */
	FUNCTION,         /* that rewinds */
	FUNCTION_ONCE,    /* that does not */
	FUNCTION_UNKNOWN, /* nor knows its length */
	KINDS
};

struct given {
	struct tc_source source;
	const struct tc_source *from; /* it, or NULL with a path */
	char path[40];
	struct flow flow;
	char *bytes;
	int fd;
	bool is_pipe;
};

/* For one upload after the other of what rewinds, else for one. */
void given_open(struct given *given, enum kind kind, size_t length);
void given_close(struct given *given);

/* An upload of it. */
void given_to(const struct given *given, struct upload *upload);

/* Whether it goes through a temporary file, be it compressed or not. */
bool kind_is_spooled(enum kind kind);

/* Stops the test unless this is gzip of the pattern of this length. */
void gzip_check(const char *bytes, size_t length, size_t plain);

/* Hashes in lower-case hex of so much of the pattern. */
void pattern_hashes(size_t length, char sha256[65], char sha512[129]);

#endif
