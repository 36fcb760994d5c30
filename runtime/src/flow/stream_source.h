/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_STREAM_SOURCE_H
#define TC_RUNTIME_STREAM_SOURCE_H

/*
 * A stream of events as one run of an event loop: the sink that its bytes go into, with a reader,
 * and what it does when a connection ends. It lives through many:
 *
 *	departs -> open -> stands -> breaks off -> (pause) -> departs -> …
 *
 * Until it has stood for the first time it is repeated and given up like any call. Afterwards it
 * connects again for as long as that can help.
 */

#include "runtime/src/http/events.h"
#include "runtime/src/loop/loop.h"
#include <taskcluster/stream.h>

/* Begins as {0} but for its first lines, and does not move. */
struct tc__stream_source {
	struct tc__sink sink; /* first: it is what the sink's functions get */
	bool holds_back;      /* the transfer pauses while events wait to be taken */
	/* on a loop of the caller's; NULL: events wait until they are taken */
	tc_event_fn *on_event;
	tc_done_fn *on_done;
	void *data;

	tc_loop *loop;
	uint64_t run;
	struct tc_stream_options options;
	const struct tc__retry_policy *policy; /* of the client, which the run's call holds */
	struct tc__event_reader reader;
	struct tc__buffer last_id; /* the header line */
	int64_t connect_ms;        /* until it stands, for each attempt */
	int64_t departed_ms, stood_ms, heard_ms;
	int breaks;  /* in a row, none of which was before it had stood for long */
	bool opened; /* the reply's head has come, */
	bool stands; /* and what there is to wait for */
	bool told;   /* that it stands */
	bool lacks;  /* nobody can say what came since it broke off, */
	bool missed; /* which is to be told */
	bool late;   /* what was due is looked at for the second time */
};

/* The options may be NULL. On failure nothing is under way. */
int tc__stream_source_start(struct tc__stream_source *source, tc_loop *loop, const tc_call *call,
	const struct tc_stream_options *options, tc_done_fn *on_done, void *data, tc_error *err);

/* The next event of those that are there; *event NULL: none. */
int tc__stream_source_take(struct tc__stream_source *source, const tc_json **event, tc_error *err);

/* Tells that events may have been missed, if so: behind those that came before, which must have
 * been taken, and in front of all others. */
void tc__stream_source_tell(struct tc__stream_source *source);

/* Goes on where it was held back. */
void tc__stream_source_resume(struct tc__stream_source *source);

static inline bool tc__stream_source_has(const struct tc__stream_source *source)
{
	return tc__events_has(&source->reader);
}

void tc__stream_source_clear(struct tc__stream_source *source);

#endif
