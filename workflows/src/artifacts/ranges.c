/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/download.h"

#include "workflows/src/base/text.h"
#include <stdlib.h>

#define FIRST_PIECE ((int64_t)1024 * 1024) /* its reply tells how large the whole is */
#define PIECE_MIN ((int64_t)1024 * 1024)
#define PIECE_MAX ((int64_t)16 * 1024 * 1024)
#define SHARE 4 /* pieces for each stream, so that all end at about the same time */

void tc__pieces_clear(struct tc__pieces *pieces)
{
	free(pieces->done);
	*pieces = (struct tc__pieces){ 0 };
}

/* ---- one stream ---- */

static void fetch_alone(struct tc__download *download)
{
	download->several = false;
	tc__fetch_start(&download->fetches[0], download->hashed, -1);
}

/* ---- several ---- */

static int64_t piece_begin(const struct tc__pieces *pieces, int64_t piece)
{
	return pieces->begin + piece * pieces->size;
}

static int64_t piece_end(const struct tc__download *download, int64_t piece)
{
	const struct tc__pieces *pieces = &download->pieces;

	return piece + 1 == pieces->count ? download->total : piece_begin(pieces, piece + 1);
}

static bool plan(struct tc__download *download, int64_t begin)
{
	struct tc__pieces *pieces = &download->pieces;
	int64_t left = download->total - begin;
	int64_t shares = (int64_t)download->options.ranges * SHARE;
	int64_t size = (left + shares - 1) / shares;

	tc__pieces_clear(pieces);
	pieces->begin = begin;
	pieces->size = size < PIECE_MIN ? PIECE_MIN : size > PIECE_MAX ? PIECE_MAX : size;
	pieces->count = (left + pieces->size - 1) / pieces->size;
	pieces->done = calloc((size_t)pieces->count + 1, sizeof *pieces->done);
	return pieces->done;
}

/* Every stream that has nothing to do gets the next piece. Starting one may end the download. */
static void hand_out(struct tc__download *download)
{
	struct tc__pieces *pieces = &download->pieces;
	int64_t left = pieces->count - pieces->next;

	for (int i = 0; i < download->options.ranges && left > 0; i++) {
		struct tc__fetch *fetch = &download->fetches[i];
		if (fetch->active)
			continue;
		int64_t piece = pieces->next++;
		left--;
		tc__fetch_start(fetch, piece_begin(pieces, piece), piece_end(download, piece));
	}
}

/* What is there without a gap, from the beginning on. */
static int64_t whole_up_to(const struct tc__download *download)
{
	const struct tc__pieces *pieces = &download->pieces;

	return pieces->first == pieces->count ? download->total
					      : piece_begin(pieces, pieces->first);
}

static void hash_behind(struct tc__download *download);

static void hashed_some(struct tc__download *download)
{
	tc__download_note(download, false);
	hash_behind(download);
}

/* What is whole is read behind the streams. */
static void hash_behind(struct tc__download *download)
{
	if (download->failure.code != TC_OK || download->falls_back)
		tc__download_settle(download);
	else if (download->hashed < whole_up_to(download))
		tc__download_read_back(
			download, download->output.file.fd, whole_up_to(download), hashed_some);
	else if (download->hashed == download->total)
		tc__download_complete(download);
}

static void begin_pieces(struct tc__download *download, int64_t begin)
{
	tc_error err = TC_ERROR_INIT;

	if (!plan(download, begin)) {
		tc__no_memory(&err);
		tc__download_fail_with(download, &err);
		return;
	}
	/* a failure to start ends the streams one by one, and the download with the last of them */
	download->active++;
	hand_out(download);
	download->active--;
	if (download->reading)
		return;
	hash_behind(download);
}

static void fetched_piece(struct tc__download *download, const struct tc__fetch *fetch)
{
	struct tc__pieces *pieces = &download->pieces;
	int64_t piece = (fetch->end - 1 - pieces->begin) / pieces->size;

	pieces->done[piece] = true;
	while (pieces->first < pieces->count && pieces->done[pieces->first])
		pieces->first++;
	download->active++;
	hand_out(download);
	download->active--;
	if (!download->reading)
		hash_behind(download);
}

/* ---- either ---- */

void tc__download_fetch(struct tc__download *download)
{
	download->several = download->options.ranges > 1 &&
		download->output.kind == TC__OUTPUT_FILE && !download->asks_kept;
	/* what was begun may be of no known length, of which there are no pieces */
	if (!download->several || (download->hashed && download->total < 0))
		fetch_alone(download);
	else if (download->hashed)
		begin_pieces(download, download->hashed);
	else
		tc__fetch_start(&download->fetches[0], 0, FIRST_PIECE);
}

/* The first piece has told how much there is. */
static void fetched_first(struct tc__download *download, const struct tc__fetch *fetch)
{
	/* without an ETag nobody could say that the pieces are of the same file */
	if (download->total < 0 || !download->etag[0])
		tc__download_fall_back(download);
	else
		begin_pieces(download, fetch->position);
}

void tc__download_fetched(struct tc__download *download, struct tc__fetch *fetch)
{
	if (download->failure.code != TC_OK || download->falls_back)
		tc__download_settle(download);
	else if (!download->several)
		tc__download_complete(download);
	else if (!download->pieces.done)
		fetched_first(download, fetch);
	else
		fetched_piece(download, fetch);
}

void tc__download_fall_back(struct tc__download *download)
{
	download->falls_back = true;
	for (int i = 0; i < download->options.ranges; i++)
		tc__fetch_cancel(&download->fetches[i]);
	tc__download_settle(download);
}

void tc__download_begin_anew(struct tc__download *download)
{
	tc_error err = TC_ERROR_INIT;
	bool anew = download->fetches[0].position > 0 || download->hashed > 0;

	download->falls_back = download->headed = download->asks_kept = false;
	download->begun++;
	download->result.restarts += anew;
	tc__pieces_clear(&download->pieces);
	bool canceled = download->flow.canceled; /* by others than us */
	download->locator.flow.canceled = canceled;
	for (int i = 0; i < download->options.ranges; i++)
		download->fetches[i].flow.canceled = canceled;
	int rc = tc__download_unhash(download, &err);
	if (rc == TC_OK && anew && download->output.kind == TC__OUTPUT_FILE)
		rc = tc__partial_empty(&download->output.file, &err);
	if (rc == TC_OK)
		fetch_alone(download);
	else
		tc__download_fail(download, &err);
	tc_error_clear(&err);
}
