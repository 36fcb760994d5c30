/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/download.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <taskcluster/transfer.h>

#define RELOCATIONS 3
#define RESTARTS 10
#define BUSY_MS 50 /* while another stream asks for a fresh URL */

static struct tc__fetch *fetch_of(struct tc__flow *flow)
{
	return (struct tc__fetch *)((char *)flow - offsetof(struct tc__fetch, flow));
}

/* Its bytes cannot be continued without the server's word that they are still the same. */
static bool may_resume(const struct tc__download *download)
{
	return download->etag[0] && !download->encoded;
}

/* ---- what comes ---- */

static bool is_encoded(const tc_response *head)
{
	const char *encoding = tc_response_header(head, "Content-Encoding");

	return encoding && *encoding && strcasecmp(encoding, "identity") != 0;
}

/* Of all of it; -1: not told. */
static int64_t read_total(const tc_response *head, bool encoded)
{
	bool part = tc_response_status(head) == 206;
	const char *text = tc_response_header(head, part ? "Content-Range" : "Content-Length");
	char *end;

	if (part && text)
		text = strchr(text, '/') ? strchr(text, '/') + 1 : NULL;
	if (!text || encoded || *text < '0' || *text > '9')
		return -1;
	long long total = strtoll(text, &end, 10);
	return *end ? -1 : total;
}

/* A strong ETag that fits. */
static const char *read_etag(const tc_response *head)
{
	const char *etag = tc_response_header(head, "ETag");

	return etag && *etag == '"' && strlen(etag) < TC__ETAG_SIZE ? etag : "";
}

static void take_type(struct tc__download *download, const tc_response *head)
{
	const char *type = tc_response_header(head, "Content-Type");

	snprintf(download->result.content_type, sizeof download->result.content_type, "%s",
		type ? type : "");
}

static void take_head(struct tc__download *download, const tc_response *head)
{
	download->headed = true;
	download->encoded = is_encoded(head);
	download->total = read_total(head, download->encoded);
	snprintf(download->etag, sizeof download->etag, "%s", read_etag(head));
	take_type(download, head);
}

/* Whether a part belongs to what was there before. There are stores that are deaf to If-Range, so
 * nothing but the part's own ETag says so (RFC 9110, 15.3.7: it has to be there). */
static bool is_same(const struct tc__download *download, const tc_response *head)
{
	return !is_encoded(head) &&
		(download->total < 0 || read_total(head, false) == download->total) &&
		strcmp(read_etag(head), download->etag) == 0;
}

static int refuse(struct tc__fetch *fetch, const tc_error *why, tc_error *err)
{
	tc_error_copy(&fetch->refusal, why);
	return tc_error_copy(err, why);
}

/* Not what was asked for: what has come cannot be gone on with. */
static int turn_away(struct tc__fetch *fetch, tc_error *err)
{
	fetch->again = true;
	return tc_error_set(err, TC_ERROR_CANCELED, "it is begun anew");
}

static int take_part(struct tc__fetch *fetch, tc_response *head, tc_error *err)
{
	struct tc__download *download = fetch->download;

	if (download->headed && !is_same(download, head))
		return turn_away(fetch, err);
	if (!download->headed && is_encoded(head))
		return turn_away(fetch, err); /* a part of what has to be read as a whole */
	if (!download->headed)
		take_head(download, head);
	else
		take_type(download, head); /* which the state of an earlier time does not have */
	if (download->total < 0)           /* the first reply did not tell */
		download->total = read_total(head, false);
	return tc__output_begin(&download->output, head, false, err);
}

/* All of it, whatever was asked for: what there is of it already counts for nothing. */
static int take_whole(struct tc__fetch *fetch, tc_response *head, tc_error *err)
{
	struct tc__download *download = fetch->download;
	bool anew = fetch->position > 0 || tc__output_holds(&download->output);

	if (download->several && download->headed)
		return turn_away(fetch, err); /* others are at it as well */
	download->several = false;
	if (anew && !tc__output_restarts(&download->output))
		return tc_error_set(err, TC_ERROR_NETWORK,
			"the connection broke, and the server cannot continue behind it: the sink "
			"has no begin");
	download->result.restarts += fetch->position > 0;
	fetch->position = 0;
	fetch->end = -1;
	download->asks_kept = false;
	take_head(download, head);
	int rc = tc__download_unhash(download, err);
	if (rc == TC_OK && download->output.kind == TC__OUTPUT_FILE && download->output.file.fd < 0)
		rc = tc__download_open_file(download, true, err);
	return rc == TC_OK ? tc__output_begin(&download->output, head, anew, err) : rc;
}

static int take_begin(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct tc__fetch *fetch = data;
	tc_error why = TC_ERROR_INIT;

	(void)discard; /* each attempt is a call of its own */
	int rc = tc_response_status(head) == 206 ? take_part(fetch, head, &why)
						 : take_whole(fetch, head, &why);
	if (rc != TC_OK && !fetch->again)
		refuse(fetch, &why, NULL);
	if (rc != TC_OK)
		tc_error_copy(err, &why);
	tc_error_clear(&why);
	return rc;
}

/* How far all of it is. */
static int64_t done_of(const struct tc__fetch *fetch)
{
	const struct tc__download *download = fetch->download;

	return download->several ? download->resumed_at + download->result.received
				 : fetch->position;
}

/* Bytes that came before are none: storage that begins anew each time, and breaks off each time,
 * would be asked for ever. */
static void note_progress(struct tc__fetch *fetch)
{
	if (fetch->position <= fetch->furthest)
		return;
	fetch->furthest = fetch->position;
	if (may_resume(fetch->download))
		fetch->failed = fetch->relocated = 0;
}

static int take_bytes(struct tc__fetch *fetch, const void *bytes, size_t length, tc_error *err)
{
	struct tc__download *download = fetch->download;

	int rc = tc__output_write(&download->output, fetch->position, bytes, length, err);
	if (rc != TC_OK)
		return rc;
	fetch->position += (int64_t)length;
	download->result.received += (int64_t)length;
	note_progress(fetch);
	if (!download->several) {
		rc = tc__hashes_add(&download->hashes, bytes, length, err);
		download->hashed = fetch->position;
		tc__download_note(download, false);
	}
	return rc == TC_OK ? tc__download_tell(download, TC_JOB_RECEIVING, done_of(fetch), err)
			   : rc;
}

static int take_write(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct tc__fetch *fetch = data;
	tc_error why = TC_ERROR_INIT;

	int rc = take_bytes(fetch, bytes, length, &why);
	if (rc != TC_OK)
		refuse(fetch, &why, err);
	tc_error_clear(&why);
	return rc;
}

static bool is_full(void *data)
{
	const struct tc__fetch *fetch = data;
	const struct tc_sink *sink = &fetch->download->output.sink;

	return sink->full(sink->data);
}

/* ---- how it ends ---- */

static void send(struct tc__fetch *fetch);

static void end_fetch(struct tc__fetch *fetch)
{
	fetch->active = false;
	fetch->download->active--;
}

static void fail(struct tc__fetch *fetch, const tc_error *err)
{
	struct tc__download *download = fetch->download;

	end_fetch(fetch);
	if (download->falls_back && !download->flow.canceled)
		tc__download_settle(download);
	else
		tc__download_fail(download, err);
}

static void go_on(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__fetch *fetch = fetch_of(flow);

	(void)response;
	if (err)
		fail(fetch, err);
	else
		send(fetch);
}

static void took_place(struct tc__locator *locator, const tc_error *err)
{
	struct tc__fetch *fetch = locator->data;

	fetch->download->locating = false;
	fetch->download->urls += err == NULL;
	if (err)
		fail(fetch, err);
	else
		send(fetch);
}

static void relocate(struct tc__fetch *fetch);

static void look_again(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	(void)response;
	if (err)
		fail(fetch_of(flow), err);
	else
		relocate(fetch_of(flow));
}

/* A fresh URL, which others may be asking for already, or have been given. */
static void relocate(struct tc__fetch *fetch)
{
	struct tc__download *download = fetch->download;

	if (download->locating) {
		tc__flow_pause(&fetch->flow, BUSY_MS, look_again);
		return;
	}
	if (fetch->url != download->urls) {
		send(fetch);
		return;
	}
	fetch->relocated++;
	download->locating = true;
	download->locator.data = fetch;
	tc__locate(&download->locator, took_place);
}

static bool wants_fresh_url(const struct tc__fetch *fetch, const tc_error *err)
{
	return err->http_status == 403 && fetch->relocated < RELOCATIONS &&
		strcmp(fetch->download->locator.found.storage, "reference") != 0;
}

static void fall_back(struct tc__fetch *fetch)
{
	end_fetch(fetch);
	tc__download_fall_back(fetch->download);
}

static void try_again(struct tc__fetch *fetch, const tc_error *err)
{
	struct tc__download *download = fetch->download;
	int64_t pause_ms = tc_client_pause_ms(download->job.client, ++fetch->failed, err);

	tc_error canceled = TC_ERROR_INIT;

	if (pause_ms < 0)
		fail(fetch, err);
	else if (tc__download_tell(download, TC_JOB_PAUSING, done_of(fetch), &canceled) != TC_OK)
		fail(fetch, &canceled);
	else
		tc__flow_pause(&fetch->flow, pause_ms, go_on);
	tc_error_clear(&canceled);
}

/* A part of another place, or of what is encoded as a whole: the server's ranges are of no use. */
static bool is_bad_part(const struct tc__fetch *fetch, const tc_error *err)
{
	return fetch->refusal.code == TC_OK && err->code == TC_ERROR_REPLY &&
		err->http_status == 206;
}

/* Nothing is missing but the proper end of the reply: there is no part left that could be asked
 * for. */
static bool has_all(const struct tc__fetch *fetch)
{
	const struct tc__download *download = fetch->download;
	int64_t end = fetch->end < 0 || fetch->end > download->total ? download->total : fetch->end;

	return download->headed && end > 0 && fetch->position == end && may_resume(download);
}

static void take_all(struct tc__fetch *fetch)
{
	end_fetch(fetch);
	tc__download_fetched(fetch->download, fetch);
}

static void judge(struct tc__fetch *fetch, const tc_error *err)
{
	struct tc__download *download = fetch->download;
	int status = err->code == TC_ERROR_HTTP ? err->http_status : 0;

	if (download->failure.code != TC_OK || download->falls_back) {
		fail(fetch, err);
	} else if (fetch->again || status == 412 || status == 416 || is_bad_part(fetch, err)) {
		if (download->begun < RESTARTS)
			fall_back(fetch);
		else
			fail(fetch, err);
	} else if (fetch->refusal.code != TC_OK) {
		fail(fetch, &fetch->refusal);
	} else if (status == 304 && download->asks_kept) {
		end_fetch(fetch);
		tc__download_unchanged(download);
	} else if (err->code == TC_ERROR_NETWORK && has_all(fetch)) {
		take_all(fetch);
	} else if (status && wants_fresh_url(fetch, err)) {
		relocate(fetch);
	} else {
		try_again(fetch, err);
	}
}

static void took_bytes(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__fetch *fetch = fetch_of(flow);

	tc_release(response);
	if (err) {
		judge(fetch, err);
		return;
	}
	take_all(fetch);
}

/* ---- asking ---- */

static int add_headers(const struct tc__fetch *fetch, tc_call *call, bool part, tc_error *err)
{
	const struct tc__download *download = fetch->download;
	int rc = TC_OK;

	if (part && download->headed && download->etag[0])
		rc = tc_call_header(call, "If-Range", download->etag, err);
	else if (!part && download->asks_kept)
		rc = tc_call_header(call, "If-None-Match", download->kept.etag, err);
	if (rc == TC_OK && download->options.identity && !part)
		rc = tc_call_header(call, "Accept-Encoding", "identity", err);
	return rc;
}

static tc_call *new_get(struct tc__fetch *fetch, tc_error *err)
{
	struct tc__download *download = fetch->download;
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	const struct tc__found *found = &download->locator.found;
	bool reference = strcmp(found->storage, "reference") == 0;
	bool part = download->several ||
		(fetch->position > 0 && may_resume(download) && !download->asks_kept);

	/* objects are where they are said to be */
	options.redirects = found->hashed ? 0 : download->options.redirects;
	options.public_only = reference && download->options.public_only;
	if (part) {
		options.range_begin = fetch->position;
		options.range_length = fetch->end < 0 ? 0 : fetch->end - fetch->position;
	}
	tc_call *call = tc_transfer_new(download->job.client, "GET", found->url, &options, err);
	return tc__flow_call(call, call ? add_headers(fetch, call, part, err) : TC_OK);
}

/* Each attempt is a call of its own: the next one goes on behind it. */
static void send(struct tc__fetch *fetch)
{
	struct tc__download *download = fetch->download;
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	struct tc_sink sink = TC_SINK_INIT;
	tc_error made = TC_ERROR_INIT;
	tc_call *get = new_get(fetch, &made);

	options.repeat = TC_REPEAT_NEVER;
	sink.begin = take_begin;
	sink.write = take_write;
	sink.full = download->output.kind == TC__OUTPUT_SINK && download->output.sink.full ? is_full
											   : NULL;
	sink.silence_ms =
		download->output.kind == TC__OUTPUT_SINK ? download->output.sink.silence_ms : 0;
	sink.data = fetch;
	fetch->again = false;
	fetch->url = download->urls;
	tc_error_clear(&fetch->refusal);
	tc__flow_send(&fetch->flow, get, &options, &sink, took_bytes, &made);
}

void tc__fetch_start(struct tc__fetch *fetch, int64_t begin, int64_t end)
{
	fetch->position = fetch->furthest = begin;
	fetch->end = end;
	fetch->active = true;
	fetch->failed = fetch->relocated = 0;
	fetch->download->active++;
	send(fetch);
}

void tc__fetch_cancel(struct tc__fetch *fetch)
{
	if (!fetch->active)
		return;
	tc__flow_cancel(&fetch->flow);
	if (fetch->download->locating && fetch->download->locator.data == fetch)
		tc__flow_cancel(&fetch->download->locator.flow);
}
