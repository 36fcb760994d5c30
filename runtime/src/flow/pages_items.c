/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/flow/pages.h"

#include "runtime/src/call/reshape.h"
#include "runtime/src/loop/loop.h"
#include <string.h>

/*
 * The caller pulls items; curl pushes bytes. Between them stands the reader with the items of one
 * slice: while it has some, the transfer is paused, and what curl has read meanwhile (64 KiB at
 * most, decoded in pieces of 16) waits in curl. yajl cannot go on after a callback stopped it, so a
 * slice is always read to its end.
 */
struct tc_items {
	struct tc__sink sink; /* first: it is what the sink's functions get */
	struct tc__guard guard;
	struct tc__errand errand; /* its end, when somebody is at work on the pool */
	struct tc__page_reader reader;
	bool reads; /* the reader is open */
	/* Rows are told apart from objects by names that may come behind them: such a page waits
	 * here until it is whole. */
	bool gathers;
	struct tc__buffer page;
	struct tc__cursor cursor;
	tc_loop *loop;
	uint64_t run;  /* of the page that is under way; 0: none */
	char *token;   /* of that page, or of the last one */
	int64_t index; /* items of it that were given out */
	/* How long the page may take: the client's timeout, and a millisecond for each byte. A
	 * server that sends a blank now and then is not silent, and gets nowhere. */
	struct {
		int64_t due_ms; /* by the steady clock; TC__NEVER: none is under way */
		int64_t begun_ms, bytes;
		int64_t attempt; /* of the run */
		int64_t left_ms; /* when the caller was left with items; 0: he is not */
	} pace;
	tc_error failure;
	bool turns;  /* the page has come as a whole */
	bool failed; /* and told: what was told is kept for those who ask again */
};

static tc_items *items_of(struct tc__sink *sink)
{
	return (tc_items *)sink;
}

/* ---- the sink ---- */

static void close_reader(tc_items *items)
{
	if (items->reads)
		tc__page_close(&items->reader);
	tc__buffer_clear(&items->page);
	items->reads = false;
}

/* The attempt that is under way; 0: none. */
static int64_t attempt_of(const tc_items *items)
{
	const struct tc__run *run = tc__run_table_find(&items->loop->runs, items->run);

	return run && run->state == TC__RUN_FLYING ? run->performance->attempts : 0;
}

static int64_t timeout_of(const tc_items *items)
{
	int64_t own = items->cursor.terms.timeout_ms;

	return own ? own : tc__call_timeout(items->cursor.origin);
}

/* Also the beginning of another attempt: nothing of the one before was given out. */
static int begin(struct tc__sink *sink, tc_response *head, tc_error *err)
{
	tc_items *items = items_of(sink);
	int64_t now = tc__pool_now(items->loop->pool);

	(void)head;
	(void)err;
	close_reader(items);
	tc__page_open(&items->reader, &items->cursor, true);
	items->reads = true;
	items->page = TC__BUFFER(SIZE_MAX / 2); /* the reply has a limit */
	items->pace.begun_ms = now;
	items->pace.due_ms = now + timeout_of(items);
	items->pace.bytes = 0;
	items->pace.attempt = attempt_of(items);
	return TC_OK;
}

static int gather(tc_items *items, const char *bytes, size_t length, tc_error *err)
{
	tc__buffer_add(&items->page, bytes, length);
	return tc__buffer_failed(&items->page) ? tc__fail_nomem(err) : TC_OK;
}

/* Reads the page that was gathered, with objects for its rows. */
static int read_gathered(tc_items *items, tc_error *err)
{
	const struct tc_operation *operation = tc_call_operation(items->cursor.origin);
	const tc_json *page;
	tc_error reason = TC_ERROR_INIT;

	int rc = tc__page_of_objects(
		operation, tc__buffer_get(&items->page), items->page.length, &page, &reason);
	tc__buffer_clear(&items->page);
	if (rc == TC_OK)
		return tc__page_read_tree(&items->reader, page, err);
	reason.code = rc == TC_ERROR_INPUT ? TC_ERROR_REPLY : rc;
	return tc__fail_with(err, &reason);
}

static int feed(struct tc__sink *sink, const char *bytes, size_t length, tc_error *err)
{
	tc_items *items = items_of(sink);

	items->pace.bytes += (int64_t)length;
	items->pace.due_ms += (int64_t)length;
	if (items->gathers)
		return gather(items, bytes, length, err);
	int rc = tc__page_push(&items->reader, bytes, length, err);

	if (tc__page_has_items(&items->reader))
		sink->spent = true; /* it may be given out */
	return rc;
}

static int finish(struct tc__sink *sink, tc_error *err)
{
	tc_items *items = items_of(sink);

	items->pace.due_ms = TC__NEVER;
	return items->gathers ? read_gathered(items, err) : tc__page_finish(&items->reader, err);
}

static bool full(struct tc__sink *sink)
{
	const tc_items *items = items_of(sink);

	return items->reads && tc__page_has_items(&items->reader);
}

/* ---- making and ending ---- */

static void end(tc_items *items)
{
	tc_loop_free(items->loop); /* first: what is under way still uses the rest */
	close_reader(items);
	tc__cursor_close(&items->cursor);
	tc_release(items->token);
	tc_error_clear(&items->failure);
	tc__handle_end(items);
}

static void end_later(struct tc__errand *errand)
{
	end((tc_items *)((char *)errand - offsetof(tc_items, errand)));
}

static void release(void *handle)
{
	tc_items *items = handle;

	if (!tc__guard_frees(&items->guard))
		return;
	items->errand.run = end_later;
	if (!items->loop || !tc__pool_defer(items->loop->pool, &items->errand))
		end(items);
}

tc_items *tc_items_new(const tc_call *call, const struct tc_pages_options *options, tc_error *err)
{
	tc_items *items = tc__handle_alloc(sizeof *items, release);

	tc_error_clear(err);
	if (!items) {
		tc__fail_nomem(err);
		return NULL;
	}
	items->sink = (struct tc__sink){
		.begin = begin,
		.feed = feed,
		.finish = finish,
		.full = full,
		.pace = TC__PACE_STEADY,
	};
	items->pace.due_ms = TC__NEVER;
	if (tc__cursor_open(&items->cursor, call, options, err) == TC_OK) {
		items->gathers = tc__has_rows(tc_call_operation(call));
		items->loop = tc__loop_on(call->client, 1, err);
	}
	if (items->loop)
		return items;
	tc_items_free(items);
	return NULL;
}

void tc_items_free(tc_items *items)
{
	tc_release(items);
}

const char *tc_items_token(const tc_items *items)
{
	return items ? items->token : NULL;
}

int64_t tc_items_index(const tc_items *items)
{
	return items ? items->index : 0;
}

enum tc_cut tc_items_cut(const tc_items *items)
{
	/* an item may be left of the last page */
	bool over = items && !items->run && !items->turns && !items->failed &&
		!tc__page_has_items(&items->reader);

	return over ? tc__cursor_cut(&items->cursor) : TC_CUT_NOT;
}

/* ---- a page ---- */

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	tc_items *items = data;

	items->run = 0;
	tc_release(response);
	if (err)
		tc__loop_take_error(items->loop, run, &items->failure);
	else
		items->turns = true; /* when its items are all taken */
}

static int keep_token(tc_items *items, tc_error *err)
{
	const char *token = items->cursor.token;
	char *copy = token ? tc__object_text(token, strlen(token)) : NULL;

	if (token && !copy)
		return tc__fail_nomem(err);
	tc_release(items->token);
	items->token = copy;
	items->index = 0;
	return TC_OK;
}

/* Begins with the next page; *ended when there is none. */
static int turn_page(tc_items *items, bool *ended, tc_error *err)
{
	const tc_call *call;

	int rc = tc__cursor_call(&items->cursor, &call, err);
	*ended = rc == TC_OK && !call;
	if (rc != TC_OK || !call)
		return rc;
	rc = keep_token(items, err);
	if (rc != TC_OK)
		return rc;
	return tc__loop_start(items->loop, call, &items->sink, &items->cursor.terms, on_done, items,
		&items->run, err);
}

/* Waits for more, as long as the page may take. */
static int wait_on(tc_items *items, tc_error *err)
{
	int64_t now = tc__pool_now(items->loop->pool), left = items->pace.due_ms - now;

	/* before an attempt has a reply, and between two, its own timeouts hold */
	if (items->pace.due_ms == TC__NEVER || attempt_of(items) != items->pace.attempt)
		return tc_loop_poll(items->loop, -1, err);
	if (left > 0)
		return tc_loop_poll(items->loop, left, err);
	const struct tc_operation *operation = tc_call_operation(items->cursor.origin);
	return tc__fail(err, TC_ERROR_TIMEOUT,
		"%s.%s: the page comes too slowly: %lld bytes in %lld ms; expected all of it "
		"within %lld ms and one more for each byte",
		operation->service->name, operation->name, (long long)items->pace.bytes,
		(long long)(now - items->pace.begun_ms), (long long)timeout_of(items));
}

/* Lets more bytes come. */
static int pump(tc_items *items, tc_error *err)
{
	if (items->sink.paused) {
		tc__loop_resume(items->loop, items->run);
		/* what curl had kept back may have filled the reader already */
		if (tc__page_has_items(&items->reader))
			return TC_OK;
	}
	return wait_on(items, err);
}

/* Tells the failure, with the place where the list broke off, and keeps it. */
static int tell(tc_items *items, tc_error *err)
{
	tc_error *failure = &items->failure;

	if (!items->failed && items->index > 0)
		tc_error_prefix(failure, "item %lld of the page with the token \"%.200s\"",
			(long long)items->index, items->token ? items->token : "");
	items->failed = true;
	return tc_error_copy(err, failure);
}

/* The next item that is to be given out, of those that are there. */
static const tc_json *take(tc_items *items, tc_error *err)
{
	const tc_json *item;
	bool wanted;

	while (items->reads && (item = tc__page_take(&items->reader))) {
		if (tc__cursor_item(&items->cursor, item, &wanted, err) != TC_OK)
			return NULL;
		if (wanted)
			return item;
	}
	return NULL;
}

static void turn_cursor(tc_items *items)
{
	/* while it fails the page has not been left, and is not asked for again */
	items->turns = tc__cursor_turn(&items->cursor, &items->reader, &items->failure) != TC_OK;
}

/* The caller is left with an item, and takes those behind it as he likes. */
static void leave(tc_items *items)
{
	if (items->pace.left_ms == 0)
		items->pace.left_ms = tc__pool_now(items->loop->pool);
}

/* He needs more than there is. What he took for the items is not the server's time. */
static void come_back(tc_items *items)
{
	int64_t left = items->pace.left_ms;

	items->pace.left_ms = 0;
	if (left == 0 || items->pace.due_ms == TC__NEVER)
		return;
	int64_t away = tc__pool_now(items->loop->pool) - left;
	items->pace.begun_ms += away;
	items->pace.due_ms += away;
}

static int next(tc_items *items, const tc_json **item, tc_error *err)
{
	bool ended = false;

	if (items->failed) /* though items may be there, behind the one that was lost */
		return tell(items, err);
	while (!ended && !items->guard.doomed) {
		*item = take(items, &items->failure);
		if (*item) {
			items->index++;
			leave(items);
			return TC_OK;
		}
		come_back(items);
		if (items->failure.code != TC_OK)
			return tell(items, err);
		if (items->run)
			pump(items, &items->failure);
		else if (items->turns)
			turn_cursor(items);
		else
			turn_page(items, &ended, &items->failure);
	}
	return TC_OK;
}

int tc_items_next(tc_items *items, const tc_json **item, tc_error *err)
{
	tc_error_clear(err);
	if (item)
		*item = NULL;
	if (!items || !item)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", items ? "item" : "items");
	int rc = tc__guard_enter(&items->guard, items->loop->pool, "items", err);
	if (rc != TC_OK)
		return rc;
	rc = next(items, item, err);
	if (!tc__guard_leave(&items->guard, "items", err))
		return rc;
	*item = NULL;
	tc_items_free(items);
	return TC_ERROR_CANCELED;
}
