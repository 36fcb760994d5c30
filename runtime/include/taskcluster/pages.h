/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_PAGES_H
#define TASKCLUSTER_PAGES_H

/*
 * Lists that come in pages, for every operation that pages (its row in the table says so): page
 * after page, or item after item.
 *
 *	tc_call *call = tc_queue_list_task_group_call(client, group, NULL, &err);
 *	tc_items *items = tc_items_new(call, NULL, &err);
 *	const tc_json *item;
 *	while (tc_items_next(items, &item, &err) == TC_OK && item)
 *		puts(tc_json_text(tc_json_at(item, "/status/taskId")));
 *	tc_items_free(items);
 *	tc_call_free(call);
 *
 * A list ends with the page that names no further one, by a continuationToken that is absent, null
 * or "". Other systems page by offsets, numbers or keys; what leads to a page is called its token
 * all the same. A page may be empty and name one all the same. A server that names a page it has
 * already given would never end: that fails with TC_ERROR_REPLY, and so does a list of which many
 * pages in a row are empty (empty_max).
 *
 * Where pages are told apart by a key that several items can share (a time), a page may begin with
 * items of the one before it: items come once, pages are given as they are.
 *
 * Every iterator belongs to its call's thread. The call may be freed once the iterator is made.
 */

#include <taskcluster/call.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tc_pages_options {
	size_t size;       /* set by TC_PAGES_OPTIONS_INIT */
	const char *token; /* begin with this page, as tc_pages_token named it; NULL: the first */
	int64_t page_max;  /* end after so many pages, as if the list did; 0: no limit */
	int64_t item_max;  /* end after so many items: no page asks for more than are missing, where
			      the system lets pages have a size; 0: no limit */
	int64_t timeout_ms;   /* for each attempt at a page; 0: the call's */
	int64_t deadline_ms;  /* for the whole list, from when the iterator is made, with all that
				 its caller does meanwhile; then TC_ERROR_TIMEOUT; 0: no limit (a
				 deadline of the call's own, or its client's, is for each page) */
	int64_t empty_max;    /* so many empty pages in a row that name another one are taken for a
				 list without an end: TC_ERROR_REPLY; 0: 100 */
	int64_t distinct_max; /* each item once, told apart by its number, which up to so many items
				are remembered by, in about ten bytes each; one more is
				TC_ERROR_REPLY. For lists without an order, whose pages may overlap,
				and whose reference has a number for it: else TC_ERROR_ARGUMENT.
				Pages are given as they are. 0: items come as servers give them */
};
#define TC_PAGES_OPTIONS_INIT TC_SIZED_INIT(struct tc_pages_options)

/* Whether a list that is over was given as a whole. */
enum tc_cut {
	TC_CUT_NOT = 0, /* it was, or it is not over */
	TC_CUT_PAGES,   /* page_max ended it, and there is a further page */
	TC_CUT_ITEMS, /* item_max ended it, and there are more, or may be: nobody asked for them */
	TC_CUT_SERVER /* the server gives no more of such a query, and gave as many as it ever does:
			 there may be more */
};

/*
 * Whether the list goes on behind the reply of a single call that asked for one page of it, or may:
 * the reply names a further page, or has as many items as were asked for (or as the server gives
 * when nobody says how many). false for what does not page, and for what is no page.
 */
TC_API bool tc_page_goes_on(const tc_call *call, const tc_response *page);

/* ---- page after page ---- */

typedef struct tc_pages tc_pages;

/* Refused with TC_ERROR_ARGUMENT: an operation that does not page. NULL options: all pages. */
TC_API tc_pages *tc_pages_new(
	const tc_call *call, const struct tc_pages_options *options, tc_error *err);

/* The next page, which belongs to the caller (tc_release); NULL, with TC_OK, behind the last. After
 * a failure the same page may be asked for again. */
TC_API int tc_pages_next(tc_pages *pages, tc_response **page, tc_error *err);

/* The same as the struct that the operation's reply is (tc_release); TC_ERROR_ARGUMENT when its
 * reply has no type. */
TC_API int tc_pages_next_value(tc_pages *pages, const void **value, tc_error *err);

/* The token of the page that comes next; NULL for the first, and behind the last. With page_max
 * reached, or after a failure, it is where another iterator can go on. Borrowed until the next
 * call. */
TC_API const char *tc_pages_token(const tc_pages *pages);

/* Why the list, which is over, may not be whole. */
TC_API enum tc_cut tc_pages_cut(const tc_pages *pages);

/*
 * The two halves of tc_pages_next, for those who send calls themselves, such as on a tc_loop:
 * the call that asks for the next page (borrowed until the page is accepted; *call is NULL, with
 * TC_OK, behind the last), and the page it brought (which stays the caller's).
 */
TC_API int tc_pages_call(tc_pages *pages, const tc_call **call, tc_error *err);
TC_API int tc_pages_accept(tc_pages *pages, const tc_response *page, tc_error *err);

/* At any time; NULL is fine. From inside a callback of the client, while a function of the pages
 * waits, it takes effect when that function returns, with TC_ERROR_CANCELED; others are refused
 * there. So it is for tc_items_free and tc_stream_free. */
TC_API void tc_pages_free(tc_pages *pages);

/* ---- item after item ---- */

/*
 * The items of all pages, one by one, as their bytes arrive: no page is ever held, and while the
 * caller works on what has come, the transfer stands still. So memory is constant, and the first
 * item is there before its page is whole. Where a system sends items as rows, whose names come once
 * for all of them, they are given as objects, and a page is held until it is whole.
 *
 * The client's timeout_ms bounds silence, and more: a page may take as long in all, and a
 * millisecond for each of its bytes, not counting what the caller takes for its items. So a
 * slow line is fine, but who sends less than 1,000 bytes a second gets nowhere: TC_ERROR_TIMEOUT.
 */
typedef struct tc_items tc_items;

TC_API tc_items *tc_items_new(
	const tc_call *call, const struct tc_pages_options *options, tc_error *err);

/*
 * The next item, borrowed until the next call of this function; NULL, with TC_OK, behind the last.
 *
 * A page that fails before an item of it was there is asked for again like any call. Afterwards it
 * is not: items would come twice. It fails, and tc_items_token and tc_items_index say where: an
 * iterator that begins with that token gives the whole page again. A failure is final: further
 * calls give it again.
 */
TC_API int tc_items_next(tc_items *items, const tc_json **item, tc_error *err);

/* The token of the page that the last item came from (of the page that failed, after a failure;
 * NULL for the first), and how many items of that page were given out. */
TC_API const char *tc_items_token(const tc_items *items);
TC_API int64_t tc_items_index(const tc_items *items);

/* Why the list, which is over, may not be whole. */
TC_API enum tc_cut tc_items_cut(const tc_items *items);

/* At any time: what is still under way is broken off. NULL is fine. */
TC_API void tc_items_free(tc_items *items);

#ifdef __cplusplus
}
#endif

#endif
