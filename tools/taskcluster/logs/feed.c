/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/logs/feed.h"

#include <taskcluster/download.h>
#include <taskcluster/transfer.h>

#define REDIRECTS 10
#define LOOK_MS 500 /* how often a silent log is thought of */
#define PARTIAL_CONTENT 206
#define RANGE_NOT_SATISFIABLE 416

struct feed {
	const struct access *access;
	struct printer *printer;
	int64_t begin; /* what was asked for */
	bool live;     /* it is to go on exactly where it was: nothing of it is behind a gap */
	bool heard;    /* something came */
	bool ended;
	int status;   /* not 0: what is wrong with the output was told */
	tc_error how; /* of one that is live: how it ended */
};

static int another_log(tc_error *err)
{
	return tc_error_set(err, TC_ERROR_REPLY,
		"it is not the log that was printed so far, or lacks a part of that");
}

static int on_begin(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct feed *feed = data;
	bool part = tc_response_status(head) == PARTIAL_CONTENT;

	(void)discard, (void)err; /* it is not repeated */
	feed->heard = true;
	printer_seek(feed->printer, part ? feed->begin : 0);
	return TC_OK;
}

static int on_bytes(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct feed *feed = data;

	feed->heard = true;
	feed->status = printer_take(feed->printer, bytes, length);
	if (feed->status != 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "told already");
	return feed->live && feed->printer->place.gap > 0 ? another_log(err) : TC_OK;
}

static struct tc_sink sink_of(struct feed *feed)
{
	struct tc_sink sink = TC_SINK_INIT;

	sink.begin = on_begin;
	sink.write = on_bytes;
	sink.data = feed;
	sink.silence_ms = feed->live ? -1 : 0;
	return sink;
}

static tc_call *call_of(struct feed *feed, const char *url, tc_error *err)
{
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;

	options.redirects = REDIRECTS;
	options.range_begin = feed->begin;
	printer_seek(feed->printer, feed->begin); /* whatever comes, nothing of it is known yet */
	tc_call *call = tc_transfer_new(access_client(feed->access), "GET", url, &options, err);
	if (!call || access_prepare(feed->access, call, TC_REPEAT_NEVER, err) == TC_OK)
		return call;
	tc_call_free(call);
	return NULL;
}

/* A log without the bytes that were printed, as an end without any is one. */
static int check_whole(const struct feed *feed, tc_error *err)
{
	return feed->printer->place.found ? TC_OK : another_log(err);
}

/* ---- what has ended ---- */

static int fetch(struct feed *feed, const char *url, tc_error *err)
{
	struct tc_sink sink = sink_of(feed);
	tc_call *call = call_of(feed, url, err);
	int rc = call ? tc_call_download(call, &sink, NULL, err) : err->code;

	tc_call_free(call);
	return rc == TC_OK ? check_whole(feed, err) : rc;
}

/* A part of what is encoded cannot be decoded, or lies behind its end: then all of it has to come.
 */
int feed_rest(const struct access *access, const char *url, struct printer *printer, int *status,
	tc_error *err)
{
	struct feed feed = {
		.access = access, .printer = printer, .begin = place_begin(&printer->place)
	};
	int rc = fetch(&feed, url, err);

	bool useless = rc == TC_ERROR_REPLY || err->http_status == RANGE_NOT_SATISFIABLE;
	if (useless && feed.begin > 0 && !printer->place.found) {
		feed.begin = 0;
		rc = fetch(&feed, url, err);
	}
	*status = feed.status;
	return rc;
}

/* ---- what still grows ---- */

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct feed *feed = data;

	(void)run;
	tc_release(response);
	feed->ended = true;
	if (err)
		tc_error_copy(&feed->how, err);
}

static int wait_for_end(
	struct feed *feed, tc_loop *loop, feed_idle_fn *idle, void *data, tc_error *err)
{
	tc_client *client = access_client(feed->access);
	int64_t heard_ms = 0;
	int rc = TC_OK;

	feed->heard = true; /* silence begins now */
	while (rc == TC_OK && !feed->ended) {
		int64_t now_ms = tc_client_steady_ms(client);
		if (feed->heard)
			heard_ms = now_ms;
		feed->heard = false;
		if (now_ms - heard_ms >= LOOK_MS)
			rc = idle(data, now_ms - heard_ms, err);
		if (rc == TC_OK)
			rc = tc_loop_poll(loop, LOOK_MS, err);
	}
	return rc;
}

static int follow(struct feed *feed, const char *url, feed_idle_fn *idle, void *data, tc_error *err)
{
	struct tc_sink sink = sink_of(feed);
	tc_call *call = call_of(feed, url, err);
	tc_loop *loop = call ? tc_loop_on(access_client(feed->access), 0, err) : NULL;
	int rc = loop ? tc_loop_download(loop, call, &sink, on_done, feed, NULL, err) : err->code;

	tc_call_free(call);
	if (rc == TC_OK)
		rc = wait_for_end(feed, loop, idle, data, err);
	if (rc == TC_OK)
		rc = tc_error_copy(err, &feed->how);
	tc_loop_free(loop);
	return rc;
}

int feed_live(const struct access *access, const char *url, struct printer *printer,
	feed_idle_fn *idle, void *data, int *status, tc_error *err)
{
	struct feed feed = { .access = access, .printer = printer, .live = true };
	int rc = follow(&feed, url, idle, data, err);

	tc_error_clear(&feed.how);
	*status = feed.status;
	return rc == TC_OK ? check_whole(&feed, err) : rc;
}
