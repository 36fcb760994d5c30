/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_DOWNLOAD_H
#define TC_WORKFLOWS_DOWNLOAD_H

/*
 * A download on its way, of one artifact or object.
 *
 *	download_start.c   what callers call
 *	download_begin.c   where it is, and what is there of it already
 *	fetch.c            one stream of bytes, over as many requests as it takes
 *	ranges.c           several streams at once, each for a piece, and the way back to one
 *	reading.c          what is on disk, read again for its hash
 *	download.c         the last check and the end; what all parts need
 *
 * The first bytes of a file are hashed as far as `hashed`; with one stream that is where it
 * is, with several what is read behind them.
 */

#include "workflows/src/artifacts/locate.h"
#include "workflows/src/artifacts/output.h"
#include "workflows/src/bytes/hashes.h"
#include "workflows/src/flow/job.h"
#include <taskcluster/artifact_download.h>

struct tc__download;

/* One stream. */
struct tc__fetch {
	struct tc__flow flow;
	struct tc__download *download;
	int64_t position, end; /* of the file; end -1: where that ends */
	bool active;           /* a request or a pause is under way */
	bool again;       /* what came is not what was asked for: begin anew, with one stream */
	int64_t furthest; /* position that it ever had */
	int failed;       /* in a row, since the last byte that was new */
	int relocated;    /* the same, for fresh URLs */
	int url;          /* which of the download's it was sent to */
	tc_error refusal; /* why its bytes were not taken */
};

/* Several streams: pieces of a file behind its first. */
struct tc__pieces {
	bool *done;
	int64_t count, next; /* pieces, and the first that nobody has begun with */
	int64_t first;       /* so many of them are done from the first on */
	int64_t begin, size; /* where the first begins, and how large each but the last is */
};

struct tc__download {
	struct tc_job job;    /* first */
	struct tc__flow flow; /* asks, reads back, pauses; `reading` while it does */
	struct tc_download_options options;
	struct {
		char *task_id, *run_id, *name, *index;
	} texts; /* for free() */
	char *id;
	struct tc__place place; /* until the output has it */
	struct tc__locator locator;
	bool locating;
	int urls; /* fresh ones, after the first */
	struct tc__output output;

	/* what is known of the contents, from the first head on */
	bool headed;
	int64_t total;            /* bytes; -1: not known */
	char etag[TC__ETAG_SIZE]; /* strong; "" */
	bool encoded;             /* compressed on the way */

	struct tc__hashes hashes;
	struct tc__digests expected; /* besides those that the service knows; "" */
	int64_t hashed;              /* the first so many bytes */
	int64_t noted;               /* the state says so many */
	int64_t resumed_at;

	/* Of what is there already: whether it has changed since is asked (If-None-Match). */
	struct tc__partial_state kept;
	bool asks_kept;
	int kept_fd; /* -1 */

	struct {
		int fd;
		int64_t until;
		void (*then)(struct tc__download *download);
	} back; /* being read again */
	bool reading;

	struct tc__fetch *fetches; /* options.ranges of them */
	int active;                /* of them */
	bool several;
	bool falls_back;
	int begun; /* times, by falling back */
	struct tc__pieces pieces;
	tc_error failure; /* it ends with this when nothing is under way any more */
	bool damaged;     /* what is there is not what should be */

	/* It is known where it is: true, that is enough, and it ends well. NULL */
	bool (*found)(struct tc__download *download, void *data);
	/* Instead of giving the file its name: somebody else will, by tc__download_commit. NULL */
	void (*ready)(struct tc__download *download, void *data);
	tc_downloaded_fn *on_done;
	void *data; /* for all of them */
	struct tc_downloaded result;
};

/* Whose flow it is. */
static inline struct tc__download *tc__download_of(struct tc__flow *flow)
{
	return (struct tc__download *)((char *)flow - offsetof(struct tc__download, flow));
}

/* What a download begins with; `place` is taken over in any case. */
struct tc__download_start {
	tc_loop *loop;
	tc_client *client;
	const struct tc_artifact *artifact; /* NULL: an object, by */
	const char *name;
	const struct tc_target *target; /* NULL: `place` */
	struct tc__place *place;
	const struct tc_download_options *options; /* whole and checked */
	const struct tc__flow *flow;               /* whose terms hold; NULL: the options' */
	/* What its bytes must have, whatever the service says ("": anything): of a download that
	 * fails nothing stays then, as those are not known to be right. NULL */
	const struct tc__digests *expected;
	bool (*found)(struct tc__download *download, void *data);
	void (*ready)(struct tc__download *download, void *data);
	tc_downloaded_fn *on_done;
	void *data;
};

int tc__download_options(
	const struct tc_download_options *given, struct tc_download_options *known, tc_error *err);
int tc__download_start(
	const struct tc__download_start *start, struct tc__download **started, tc_error *err);
void tc__download_commit(struct tc__download *download);

/* One that was never begun. */
void tc__download_free(struct tc__download *download);

/* ---- download_begin.c ---- */

/* Begins with one that is filled, which is nobody's to free from then on. Not TC_OK: it is not. */
int tc__download_begin(struct tc__download *download, tc_error *err);

/* The partial file at its place; `anew`: without what was there. */
int tc__download_open_file(struct tc__download *download, bool anew, tc_error *err);

/* ---- download.c, for the other parts ---- */

/* Tells how far it is; not TC_OK when that ends it. */
int tc__download_tell(
	struct tc__download *download, enum tc_job_step step, int64_t done, tc_error *err);

/* It fails, as soon as nothing is under way. The last thing that is done. */
void tc__download_fail(struct tc__download *download, const tc_error *err);

/* The same with an error of its caller's own, which is cleared. */
void tc__download_fail_with(struct tc__download *download, tc_error *err);

/* Ends what is to be ended, when nothing is under way. The last thing that is done. */
void tc__download_settle(struct tc__download *download);

/* It ends well; kept: with what was there before. The last thing that is done. */
void tc__download_end(struct tc__download *download);
void tc__download_end_kept(struct tc__download *download);

/* Whether what is hashed has every hash that is known, and those for the result. */
int tc__download_check_hashes(struct tc__download *download, tc_error *err);

/* All bytes have come, and are hashed: checks them, and ends. */
void tc__download_complete(struct tc__download *download);

/* The server says that nothing has changed. */
void tc__download_unchanged(struct tc__download *download);

/* What is known of the file so far goes to its state, now and then; `now`: in any case. */
void tc__download_note(struct tc__download *download, bool now);

/* ---- reading.c ---- */

/* Hashes what the descriptor has from `hashed` up to `until`, and goes on. */
void tc__download_read_back(struct tc__download *download, int fd, int64_t until,
	void (*then)(struct tc__download *download));

/* Nothing is hashed yet. */
int tc__download_unhash(struct tc__download *download, tc_error *err);

/* ---- fetch.c ---- */

void tc__fetch_start(struct tc__fetch *fetch, int64_t begin, int64_t end);
void tc__fetch_cancel(struct tc__fetch *fetch);

/* ---- ranges.c ---- */

/* From `hashed` on, by as many streams as there may be. */
void tc__download_fetch(struct tc__download *download);

/* A stream has all of its bytes. */
void tc__download_fetched(struct tc__download *download, struct tc__fetch *fetch);

/* Begins anew with one stream. */
void tc__download_fall_back(struct tc__download *download);

/* After a fall-back, when nothing is under way. */
void tc__download_begin_anew(struct tc__download *download);
void tc__pieces_clear(struct tc__pieces *pieces);

#endif
