/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/transport_curl.h"

#include "runtime/src/http/cancel.h"
#include "runtime/src/http/pool.h"

/* While an attempt is under way, its progress callback is asked this often at least. */
#define WATCH_MS 200

struct curl_transport {
	struct tc__transport base;
	struct tc__pool *pool;
	struct tc__network *network;
};

static struct curl_transport *curl_of(struct tc__transport *transport)
{
	return (struct curl_transport *)transport;
}

/* ---- ending from elsewhere ---- */

/* What ends a wait besides the time; each may be NULL. */
struct outside {
	const tc_cancel *cancel;
	struct tc__awaited *awaited;
};

static bool is_outside(void *data, int fd, int events)
{
	const struct outside *outside = data;

	(void)events;
	if (!outside->awaited || fd != outside->awaited->fd)
		return tc__cancel_takes(outside->cancel, fd);
	outside->awaited->ready = true;
	return true;
}

static int wait_some(struct tc__pool *pool, const void *driver, int64_t ms, struct outside *outside,
	tc_error *err)
{
	return tc__pool_wait(pool, driver, ms, is_outside, outside, err);
}

/* ---- delivery ---- */

/* An attempt that somebody waits for. */
struct waiting {
	struct tc__passenger passenger; /* first: it is what its functions get */
	bool landed, unwatched;
	int rc; /* how it landed */
	tc_error failure;
	int64_t told_ms; /* when the progress was told last */
};

static void on_landed(struct tc__passenger *passenger, int rc, tc_error *failure)
{
	struct waiting *waiting = (struct waiting *)passenger;

	waiting->landed = true;
	waiting->rc = rc;
	waiting->failure = *failure;
}

static void on_unwatched(struct tc__passenger *passenger)
{
	((struct waiting *)passenger)->unwatched = true;
}

static int64_t time_left(const struct tc__pool *pool, const struct tc__delivery *delivery)
{
	int64_t left = -1;

	if (delivery->until_ms != INT64_MAX)
		left = delivery->until_ms - tc__pool_now(pool);
	if (delivery->until_ms != INT64_MAX && left < 0)
		left = 0;
	return delivery->progress && (left < 0 || left > WATCH_MS) ? WATCH_MS : left;
}

/* curl tells the progress while bytes move; here it is told while nothing does. */
static int tell_progress(struct waiting *waiting, tc_error *err)
{
	const struct tc__delivery *delivery = waiting->passenger.delivery;
	int64_t now_ms = delivery->progress ? tc__steady_ms(NULL) : 0;

	if (!delivery->progress || now_ms - waiting->told_ms < WATCH_MS)
		return TC_OK;
	waiting->told_ms = now_ms;
	struct tc_progress progress = tc__pool_progress(&waiting->passenger);
	if (delivery->progress(delivery->progress_data, &progress) == 0)
		return TC_OK;
	return tc__fail(err, TC_ERROR_CANCELED, "canceled by the progress callback");
}

/* Whether it may go on. */
static int check(const struct tc__pool *pool, struct waiting *waiting, tc_error *err)
{
	const struct tc__delivery *delivery = waiting->passenger.delivery;
	bool limited = delivery->until_ms != INT64_MAX;

	if (tc_cancel_fired(delivery->cancel))
		return tc__fail(err, TC_ERROR_CANCELED, "canceled by tc_cancel_fire");
	if (waiting->unwatched)
		return tc__fail(err, TC_ERROR_SYSTEM, "its descriptor cannot be watched");
	if (limited && tc__pool_now(pool) >= delivery->until_ms)
		return tc__fail(err, TC_ERROR_TIMEOUT, "no reply within the deadline");
	return tell_progress(waiting, err);
}

static int wait_for_it(struct tc__pool *pool, struct waiting *waiting, tc_error *err)
{
	const struct tc__delivery *delivery = waiting->passenger.delivery;
	struct outside outside = { .cancel = delivery->cancel };
	int rc = TC_OK;

	while (rc == TC_OK && !waiting->landed) {
		int64_t left = time_left(pool, delivery);
		rc = wait_some(pool, waiting, left, &outside, err);
		if (rc == TC_OK && !waiting->landed)
			rc = check(pool, waiting, err);
	}
	return rc;
}

static int deliver(struct tc__transport *base, struct tc__delivery *delivery, tc_error *err)
{
	struct curl_transport *transport = curl_of(base);
	struct tc__pool *pool = transport->pool;
	struct waiting waiting = { .passenger = { .delivery = delivery,
					   .landed = on_landed,
					   .unwatched = on_unwatched } };

	delivery->owner = &waiting;
	int rc = tc__pool_watch_cancel(pool, delivery->cancel, err);
	if (rc == TC_OK)
		rc = tc__pool_send(pool, transport->network, &waiting.passenger, err);
	if (rc == TC_OK)
		rc = wait_for_it(pool, &waiting, err);
	tc__pool_forget_cancel(pool, delivery->cancel);
	if (!waiting.landed) { /* broken off */
		tc__pool_break(pool, &waiting.passenger);
		delivery->maybe_sent = delivery->permanent = true;
		return rc;
	}
	return waiting.rc == TC_OK ? TC_OK : tc__fail_with(err, &waiting.failure);
}

/* ---- time ---- */

static int64_t piece_of(int64_t left)
{
	return left < WATCH_MS ? left : WATCH_MS;
}

/* One wait, or a look. */
static bool wait_piece(struct tc__pool *pool, int64_t left, struct outside *outside)
{
	/* nothing ends the seams' sleep, so that a descriptor is looked at in between */
	if (outside->awaited && pool->seams && pool->seams->sleep)
		left = piece_of(left);
	return wait_some(pool, NULL, left, outside, NULL) == TC_OK;
}

/* What others have sent goes on meanwhile. A descriptor is looked at also when there is no time. */
static bool wait_for(struct tc__transport *base, int64_t ms, const tc_cancel *cancel,
	struct tc__awaited *awaited)
{
	struct tc__pool *pool = curl_of(base)->pool;
	struct outside outside = { cancel, awaited };
	int64_t now = tc__pool_now(pool), until = tc__later(now, ms), left = until - now;
	bool waits = tc__pool_watch_cancel(pool, cancel, NULL) == TC_OK;
	bool looks = awaited && waits;

	while ((left > 0 || looks) && !tc_cancel_fired(cancel)) {
		waits = waits && wait_piece(pool, left > 0 ? left : 0, &outside);
		if (awaited && awaited->ready)
			break;
		if (!waits)
			tc__sleep(pool->seams, piece_of(left));
		looks = waits && awaited && pool->hurried;
		left = until - tc__pool_now(pool);
	}
	tc__pool_forget_cancel(pool, cancel);
	return !tc_cancel_fired(cancel);
}

/* ---- from beginning to end ---- */

static void end(struct tc__transport *base)
{
	tc_release(base);
}

struct tc__transport *tc__curl_transport_new(
	struct tc__pool *pool, struct tc__network *network, tc_error *err)
{
	static const struct tc__transport_kind kind = { deliver, wait_for, end };
	struct curl_transport *transport = tc__object_alloc(sizeof *transport);

	if (!transport) {
		tc__fail_nomem(err);
		return NULL;
	}
	transport->base.kind = &kind;
	transport->pool = pool;
	transport->network = network;
	return &transport->base;
}
