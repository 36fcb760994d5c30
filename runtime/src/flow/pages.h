/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_PAGES_H
#define TC_RUNTIME_PAGES_H

/*
 * Lists in pages, in two pure halves and two faces on top:
 *
 *	pages_cursor.c  which page comes next, and the call that asks for it
 *	pages_read.c    what a page says: its next token, and its items
 *	pages_style.c   how systems that are not Taskcluster say what comes next
 *	pages_given.c   which items came that may come again, behind a key
 *	pages_seen.c    which items came at all, when that is asked for
 *	pages.c         page after page
 *	pages_items.c   item after item, on an event loop of its own
 */

#include "runtime/src/base/buffer.h"
#include "runtime/src/base/hash.h"
#include "runtime/src/call/call.h"
#include "runtime/src/flow/guard.h"
#include "runtime/src/json/json.h"
#include "runtime/src/json/sax.h"
#include "runtime/src/json/stack.h"
#include <taskcluster/conventions.h>
#include <taskcluster/pages.h>

/* A continuationToken may not be longer: it goes into a URL. */
#define TC__TOKEN_MAX 16384

/* ---- pages_given.c ---- */

/* Items by a key, which several may share, and by what each has for itself. {0} has none. */
struct tc__given {
	struct tc__mark *newest; /* in front of those before it */
	size_t count;
	struct tc__mark **slots; /* as many as a power of two, */
	size_t slot_count;
	struct tc__hash_key hash; /* and where they lie nobody can know */
};

bool tc__given_has(const struct tc__given *given, int64_t key, const char *unique, size_t length);

/* false when memory ends. */
bool tc__given_add(struct tc__given *given, int64_t key, const char *unique, size_t length);

/* Takes back all that came after this one, which was the newest once. */
void tc__given_back(struct tc__given *given, const struct tc__mark *newest);

/* Forgets all with a higher key. */
void tc__given_forget_above(struct tc__given *given, int64_t key);

void tc__given_clear(struct tc__given *given);

/* ---- pages_seen.c ---- */

/* Numbers in about ten bytes each. {0} has none. */
struct tc__seen {
	int64_t *slots; /* 0: free */
	size_t count, slot_count;
	struct tc__hash_key hash; /* and where they lie nobody can know */
	bool zero;                /* which no slot can hold */
};

bool tc__seen_has(const struct tc__seen *seen, int64_t number);
bool tc__seen_add(struct tc__seen *seen, int64_t number); /* false when memory ends */
void tc__seen_clear(struct tc__seen *seen);

/* ---- which page ---- */

struct tc__cursor {
	const tc_call *origin; /* the caller's call, counted */
	const struct tc_paging *paging;
	tc_call *call;            /* for the page that comes next; NULL until it is asked for */
	char *token;              /* of that page; NULL: the first one */
	char *marker;             /* an earlier token, to tell circles by */
	int64_t marks, marks_max; /* pages since it was set, and until it is set anew */
	struct tc__terms terms;   /* for each page */
	int64_t left;             /* pages that may come; negative: any number */
	int64_t empties;          /* pages without items, in a row, */
	int64_t empties_max;      /* of which there are no more */
	bool ended, circles;
	bool alone;   /* the page is the reply of a call as it is, not one of several */
	bool dropped; /* an item was one too many */
	bool goes_on; /* behind the page that came there is more, or may be */

	/* of other systems */
	const struct tc_envelope *envelope;
	int64_t wanted;       /* items that are missing; negative: any number */
	int64_t asked;        /* items that a page is asked for; 0: as many as the server likes */
	int64_t lowest;       /* KEYSET: the smallest key of the page, */
	bool has_lowest;      /* when it had any, */
	bool fresh;           /* and whether it had items that were not given before */
	bool single;          /* there is one page, as the query says */
	bool again;           /* KEYSET: the page is asked for once more, */
	int64_t grown;        /* with so many items; 0: as many as ever */
	int64_t distinct_max; /* items that are told apart; 0: none are */
	struct tc__seen seen;
	struct tc__given given; /* those that may come again */
};

/* Holds the call until it is closed. On failure nothing is open. */
int tc__cursor_open(struct tc__cursor *cursor, const tc_call *call,
	const struct tc_pages_options *options, tc_error *err);

/* The same at the reply of the call itself, sent as it is. */
int tc__cursor_of_reply(struct tc__cursor *cursor, const tc_call *call);

void tc__cursor_close(struct tc__cursor *cursor); /* fine on {0} */

/* The call for the next page, borrowed until the cursor moves; NULL, with TC_OK, at the end. */
int tc__cursor_call(struct tc__cursor *cursor, const tc_call **call, tc_error *err);

/* Whether an item of the page is to be given out: it is not one too many, and did not come before.
 */
int tc__cursor_item(struct tc__cursor *cursor, const tc_json *item, bool *wanted, tc_error *err);

/* That page has come as a whole, and was read: what comes next. */
struct tc__page_reader;
int tc__cursor_turn(struct tc__cursor *cursor, const struct tc__page_reader *reader, tc_error *err);

/* ---- pages_style.c ---- */

/* What a style other than TOKEN adds to the query of the next page's call. */
int tc__style_ask(struct tc__cursor *cursor, struct tc__request *request, tc_error *err);

/* How many items that asks for; and how many the caller's own call does. */
int64_t tc__style_size(const struct tc__cursor *cursor);
int64_t tc__style_own_size(const struct tc__cursor *cursor);

/* The token of the page behind one of so many items, of which `said` is what it says itself ("" for
 * nothing); nothing is appended at the end. */
int tc__style_next(struct tc__cursor *cursor, int64_t received, const char *said,
	struct tc__buffer *token, tc_error *err);

/* Takes an item into account; false when it was given before. */
int tc__style_mark(struct tc__cursor *cursor, const tc_json *item, bool *fresh, tc_error *err);

/* As the cursor was before a page that could not be read to its end, nothing of which was given
 * out. */
void tc__style_restore(struct tc__cursor *cursor, const struct tc__cursor *before);

/* Behind a page: the next one overlaps it only by the lowest key, so that items with other keys
 * need not be remembered. */
void tc__style_forget_above(struct tc__cursor *cursor);

void tc__style_forget(struct tc__cursor *cursor);

/* Whether replies themselves say whether there is a next page. */
bool tc__style_is_named(const struct tc__cursor *cursor);

/* Whether behind a page of so many items, without a token for the next one, there may be more. */
bool tc__style_is_cut(const struct tc__cursor *cursor, int64_t received);

/* Why a list that is over may not be whole. */
enum tc_cut tc__cursor_cut(const struct tc__cursor *cursor);

/* That page has come, and names this token; "" for none. */
int tc__cursor_advance(struct tc__cursor *cursor, const char *token, tc_error *err);

/* ---- what it says ---- */

struct tc__page_reader {
	struct tc__sax sax; /* first: callbacks get its address */
	const struct tc_paging *paging;
	const char *list; /* the member that lists the items; NULL: the first list */
	bool at_list;     /* what comes is that member */
	int64_t received; /* items that are whole */
	bool filled;      /* there are some, though they are not collected */
	bool collects;    /* items, not only the token */
	bool at_token;    /* the member that comes is the token, */
	bool in_items;    /* the list of items is open, */
	bool had_items;   /* and has been */
	struct tc__buffer token;

	/* Items that are whole, in the order they came. They lie in the current arena, or in the
	 * other one when they began there. */
	const tc_json **items;
	size_t count, taken, capacity;
	struct tc__arena arenas[2];
	unsigned current;
	bool retires; /* the item that is open ends the use of the current arena */
	struct tc__json_stack stack;
	const tc_json *tree; /* or there */
};

/* What the cursor points to must live as long. A reader is large and must not move. */
void tc__page_open(struct tc__page_reader *reader, const struct tc__cursor *cursor, bool collects);

/* The next bytes; only when all items were taken, whose memory ends here. Errors are about a reply:
 * TC_ERROR_REPLY or TC_ERROR_NOMEM. */
int tc__page_push(struct tc__page_reader *reader, const char *bytes, size_t length, tc_error *err);

/* The page is whole; its items stay until they are taken. */
int tc__page_finish(struct tc__page_reader *reader, tc_error *err);

/* The whole page at once, as a tree, in place of pushes and finish. Takes the tree over. */
int tc__page_read_tree(struct tc__page_reader *reader, const tc_json *page, tc_error *err);

/* Borrowed until the next push or close; NULL when there is none now. */
const tc_json *tc__page_take(struct tc__page_reader *reader);

static inline bool tc__page_is_empty(const struct tc__page_reader *reader)
{
	return reader->received == 0 && !reader->filled;
}

static inline bool tc__page_has_items(const struct tc__page_reader *reader)
{
	return reader->taken < reader->count;
}

void tc__page_close(struct tc__page_reader *reader); /* fine twice */

#endif
