/* SPDX-License-Identifier: MPL-2.0 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pages.h>
#include <time.h>

/* ---- a list in pages ---- */

/* The reply to each token; the first is for none. */
struct page {
	const char *token;
	struct tc_responder_reply reply;
};

struct book {
	struct page pages[8];
	char targets[16][256]; /* what was asked for */
	char bodies[16][64];
	size_t asked;
	bool break_once; /* the page with `cut` breaks only the first time */
};

static bool is_page(const struct page *page, const char *target)
{
	const char *token = strstr(target, "continuationToken=");

	if (!token || !page->token)
		return !token && !page->token;
	token += strlen("continuationToken=");
	size_t length = strcspn(token, "&");
	return strlen(page->token) == length && memcmp(token, page->token, length) == 0;
}

static void give_page(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct book *book = data;
	size_t n = book->asked++;

	snprintf(book->targets[n % 16], 256, "%s", request->target);
	snprintf(book->bodies[n % 16], 64, "%.*s", (int)request->body_length, request->body);
	reply->status = 404;
	for (size_t i = 0; i < 8 && book->pages[i].reply.status; i++) {
		if (!is_page(&book->pages[i], request->target))
			continue;
		*reply = book->pages[i].reply;
		if (!reply->body_length)
			reply->body_length = strlen(reply->body);
		if (book->break_once && reply->cut)
			book->pages[i].reply.cut = 0;
	}
}

#define PAGE(name, text) \
	{ \
		name, \
		{ \
			.status = 200, .body = (text) \
		} \
	}

static struct book three_pages(void)
{
	return (struct book){ .pages = {
				      PAGE(NULL,
					      "{\"things\":[1,2],\"continuationToken\":\"a/b c\"}"),
				      PAGE("a%2Fb%20c",
					      "{\"continuationToken\":\"second\",\"things\":[]}"),
				      PAGE("second",
					      "{\"note\":{\"continuationToken\":\"no\",\"more\":[9]"
					      "},"
					      "\"things\":[{\"x\":[3]},\"four\",null,[5]]}"),
			      } };
}

struct reader {
	struct book book;
	struct tc_responder *responder;
	tc_client *client;
	tc_call *call;
	tc_error err;
};

static struct reader *open_book(const struct book *book)
{
	struct reader *reader = calloc(1, sizeof *reader);

	assert_non_null(reader);
	reader->book = *book;
	reader->responder = tc_responder_start(give_page, &reader->book);
	reader->client = quick_client(reader->responder);
	reader->call = tc_generated_call(reader->client, &tc_fake_list_things, NULL, NULL, NULL);
	assert_non_null(reader->call);
	return reader;
}

static struct reader *open_timed_book(const struct book *book, int64_t timeout_ms)
{
	struct reader *reader = open_book(book);
	struct tc_options options = quick_options(reader->responder);

	options.timeout_ms = timeout_ms;
	tc_call_free(reader->call);
	tc_client_free(reader->client);
	reader->client = tc_client_new(&options, NULL);
	reader->call = tc_generated_call(reader->client, &tc_fake_list_things, NULL, NULL, NULL);
	return reader;
}

static void close_book(struct reader *reader)
{
	tc_call_free(reader->call);
	tc_client_free(reader->client);
	tc_responder_stop(reader->responder);
	tc_error_clear(&reader->err);
	free(reader);
}

/* ---- pages ---- */

static tc_pages *pages_of(struct reader *reader, const struct tc_pages_options *options)
{
	tc_pages *pages = tc_pages_new(reader->call, options, &reader->err);

	assert_ok(reader->err.code, &reader->err);
	assert_non_null(pages);
	tc_call_free(reader->call); /* the iterator holds it */
	reader->call = NULL;
	return pages;
}

/* The body of the next page, in a buffer that the next call reuses; NULL behind the last. */
static const char *next_page(struct reader *reader, tc_pages *pages)
{
	static char text[256];
	tc_response *page;

	assert_ok(tc_pages_next(pages, &page, &reader->err), &reader->err);
	if (!page)
		return NULL;
	snprintf(text, sizeof text, "%s", tc_response_body(page, NULL));
	tc_release(page);
	return text;
}

static void pages_follow_their_tokens(void **state)
{
	struct book book = three_pages();
	struct reader *reader = open_book(&book);
	tc_pages *pages = pages_of(reader, NULL);

	(void)state;
	assert_null(tc_pages_token(pages));
	assert_non_null(strstr(next_page(reader, pages), "[1,2]"));
	assert_string_equal(tc_pages_token(pages), "a/b c");
	assert_non_null(strstr(next_page(reader, pages), "[]"));
	assert_non_null(strstr(next_page(reader, pages), "four"));
	assert_null(tc_pages_token(pages));
	assert_null(next_page(reader, pages));
	assert_null(next_page(reader, pages));
	assert_int_equal(reader->book.asked, 3);
	assert_string_equal(reader->book.targets[0], "/api/lists/v1/things");
	assert_string_equal(
		reader->book.targets[1], "/api/lists/v1/things?continuationToken=a%2Fb%20c");
	assert_int_equal(tc_responder_connections(reader->responder), 1);
	tc_pages_free(pages);
	close_book(reader);
}

static void an_empty_token_ends_the_list(void **state)
{
	static const char *const ends[] = { "{\"things\":[1],\"continuationToken\":\"\"}",
		"{\"things\":[1],\"continuationToken\":null}", "{\"things\":[1]}" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct book book = { .pages = { PAGE(NULL, ends[i]) } };
		struct reader *reader = open_book(&book);
		tc_pages *pages = pages_of(reader, NULL);
		assert_non_null(next_page(reader, pages));
		assert_null(next_page(reader, pages));
		assert_int_equal(reader->book.asked, 1);
		tc_pages_free(pages);
		close_book(reader);
	}
}

static void other_query_values_and_the_body_stay(void **state)
{
	struct book book = { .pages = { PAGE("x", "{\"things\":[1],\"continuationToken\":\"y\"}"),
				     PAGE("y", "{\"things\":[2]}") } };
	struct reader *reader = open_book(&book);
	const char *query[] = { "x", "7" };

	(void)state;
	tc_call_free(reader->call);
	reader->call = tc_generated_call(reader->client, &tc_fake_find_things, NULL, query, NULL);
	assert_ok(
		tc_call_body_bytes(reader->call, "{\"a\":1}", 7, NULL, &reader->err), &reader->err);
	assert_ok(tc_call_header(reader->call, "x-mine", "1", &reader->err), &reader->err);
	tc_pages *pages = pages_of(reader, NULL);
	while (next_page(reader, pages))
		continue;
	assert_int_equal(reader->book.asked, 2);
	assert_string_equal(
		reader->book.targets[0], "/api/lists/v1/find?continuationToken=x&limit=7");
	assert_string_equal(
		reader->book.targets[1], "/api/lists/v1/find?limit=7&continuationToken=y");
	assert_string_equal(reader->book.bodies[1], "{\"a\":1}");
	tc_pages_free(pages);
	close_book(reader);
}

static void a_limit_ends_the_list_and_says_where(void **state)
{
	struct book book = three_pages();
	struct reader *reader = open_book(&book);
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;

	(void)state;
	options.page_max = 2;
	tc_pages *pages = pages_of(reader, &options);
	assert_non_null(next_page(reader, pages));
	assert_non_null(next_page(reader, pages));
	assert_null(next_page(reader, pages));
	assert_string_equal(tc_pages_token(pages), "second");

	options.token = tc_pages_token(pages);
	reader->call = tc_generated_call(reader->client, &tc_fake_list_things, NULL, NULL, NULL);
	tc_pages *rest = pages_of(reader, &options);
	assert_non_null(strstr(next_page(reader, rest), "four"));
	assert_null(next_page(reader, rest));
	tc_pages_free(pages);
	tc_pages_free(rest);
	close_book(reader);
}

static void circles_are_found(void **state)
{
	struct book same = { .pages = { PAGE(NULL, "{\"things\":[],\"continuationToken\":\"a\"}"),
				     PAGE("a", "{\"things\":[],\"continuationToken\":\"a\"}") } };
	struct book longer = { .pages = { PAGE(NULL, "{\"things\":[],\"continuationToken\":\"a\"}"),
				       PAGE("a", "{\"things\":[],\"continuationToken\":\"b\"}"),
				       PAGE("b", "{\"things\":[],\"continuationToken\":\"c\"}"),
				       PAGE("c", "{\"things\":[],\"continuationToken\":\"a\"}") } };
	const struct book *books[] = { &same, &longer };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct reader *reader = open_book(books[i]);
		tc_pages *pages = pages_of(reader, NULL);
		tc_response *page = NULL;
		while (tc_pages_next(pages, &page, &reader->err) == TC_OK && page)
			tc_release(page);
		assert_failure(&reader->err, TC_ERROR_REPLY, "go in a circle");
		assert_true(reader->book.asked < 16);
		tc_pages_free(pages);
		close_book(reader);
	}
}

/* ---- lists of empty pages ---- */

/* Every page names another, that was never there; of `period` pages one has an item. */
struct void_list {
	size_t asked, period;
	char body[128];
};

static void give_nothing(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct void_list *list = data;
	size_t n = ++list->asked;

	(void)request;
	snprintf(list->body, sizeof list->body, "{\"things\":[%s],\"continuationToken\":\"t%zu\"}",
		list->period && n % list->period == 0 ? "{\"a\":[]}" : "", n);
	reply->body = list->body;
	reply->body_length = strlen(list->body);
}

enum list_face { BY_PAGES, BY_ITEMS, BY_HAND, LIST_FACES };

static int next_by_hand(tc_pages *pages, tc_response **page, tc_error *err)
{
	const tc_call *call;

	*page = NULL;
	int rc = tc_pages_call(pages, &call, err);
	if (rc == TC_OK)
		rc = tc_call_perform(call, page, err);
	return rc == TC_OK ? tc_pages_accept(pages, *page, err) : rc;
}

/* Reads so much of a list, or until it fails. */
static void read_void(enum list_face face, const tc_call *call,
	const struct tc_pages_options *options, size_t most, tc_error *err)
{
	tc_pages *pages = face == BY_ITEMS ? NULL : tc_pages_new(call, options, err);
	tc_items *items = face == BY_ITEMS ? tc_items_new(call, options, err) : NULL;
	const tc_json *item;
	tc_response *page = NULL;
	int rc = err->code;

	for (size_t i = 0; i < most && rc == TC_OK; i++) {
		if (items)
			rc = tc_items_next(items, &item, err);
		else if (face == BY_HAND)
			rc = next_by_hand(pages, &page, err);
		else
			rc = tc_pages_next(pages, &page, err);
		tc_release(page);
		page = NULL;
	}
	if (rc != TC_OK && pages) /* where another could go on */
		assert_string_equal(tc_pages_token(pages), options ? "t3" : "t100");
	tc_pages_free(pages);
	tc_items_free(items);
}

static void read_voids(size_t period, const struct tc_pages_options *options, size_t most,
	size_t asked, const char *text)
{
	for (int face = BY_PAGES; face < LIST_FACES; face++) {
		struct void_list list = { .period = period };
		struct tc_responder *responder = tc_responder_start(give_nothing, &list);
		tc_client *client = quick_client(responder);
		tc_error err = TC_ERROR_INIT;
		tc_call *call = tc_generated_call(client, &tc_fake_list_things, NULL, NULL, &err);
		read_void((enum list_face)face, call, options, most, &err);
		if (text) {
			assert_failure(&err, TC_ERROR_REPLY, text);
			assert_int_equal(list.asked, asked);
		}
		assert_ok(err.code, &err);
		tc_call_free(call);
		tc_client_free(client);
		tc_responder_stop(responder);
	}
}

static void empty_pages_come_to_an_end(void **state)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;

	(void)state;
	read_voids(0, NULL, SIZE_MAX, 100, "listThings: the list seems never to end: 100 pages");
	read_voids(0, NULL, SIZE_MAX, 100, "with the token \"t100\"");
	options.empty_max = 3;
	read_voids(0, &options, SIZE_MAX, 3, "3 pages in a row");
	read_voids(3, &options, 40, 0, NULL); /* some, but never so many in a row */
}

static void a_limit_on_empty_pages_is_positive(void **state)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	struct book book = three_pages();
	struct reader *reader = open_book(&book);

	(void)state;
	options.empty_max = -1;
	assert_null(tc_pages_new(reader->call, &options, &reader->err));
	assert_failure(&reader->err, TC_ERROR_ARGUMENT, "empty_max is -1");
	close_book(reader);
}

static void a_page_that_failed_can_be_asked_for_again(void **state)
{
	struct book book = { .pages = { PAGE(NULL, "{\"things\":[],\"continuationToken\":7}") } };
	struct reader *reader = open_book(&book);
	tc_pages *pages = pages_of(reader, NULL);
	tc_response *page = NULL;

	(void)state;
	tc_pages_next(pages, &page, &reader->err);
	assert_failure(&reader->err, TC_ERROR_REPLY, "continuationToken is not a string");
	assert_null(page);
	tc_pages_next(pages, &page, &reader->err);
	assert_failure(&reader->err, TC_ERROR_REPLY, "lists.listThings: the page cannot be read");
	assert_int_equal(reader->book.asked, 2);
	tc_pages_free(pages);
	close_book(reader);
}

static void only_lists_page(void **state)
{
	struct book book = three_pages();
	struct reader *reader = open_book(&book);
	tc_call *call = ping(reader->client);
	const void *value;

	(void)state;
	assert_null(tc_pages_new(call, NULL, &reader->err));
	assert_failure(&reader->err, TC_ERROR_ARGUMENT, "queue.ping does not page");
	assert_null(tc_items_new(call, NULL, &reader->err));
	assert_failure(&reader->err, TC_ERROR_ARGUMENT, "queue.ping does not page");
	assert_null(tc_pages_new(reader->call, &(struct tc_pages_options){ 0 }, &reader->err));
	assert_failure(&reader->err, TC_ERROR_ARGUMENT, "TC_PAGES_OPTIONS_INIT");
	tc_pages *pages = pages_of(reader, NULL);
	tc_pages_next_value(pages, &value, &reader->err);
	assert_failure(&reader->err, TC_ERROR_ARGUMENT, "its reply has no type");
	tc_call_free(call);
	tc_pages_free(pages);
	close_book(reader);
}

/* ---- items ---- */

static tc_items *items_of(struct reader *reader, const struct tc_pages_options *options)
{
	tc_items *items = tc_items_new(reader->call, options, &reader->err);

	assert_ok(reader->err.code, &reader->err);
	tc_call_free(reader->call);
	reader->call = NULL;
	return items;
}

/* All that is left, each as JSON, separated by blanks; the error stays. */
static const char *read_items(struct reader *reader, tc_items *items)
{
	static char text[65536];
	const tc_json *item;
	size_t used = 0;
	char *json;

	text[0] = '\0';
	while (tc_items_next(items, &item, &reader->err) == TC_OK && item) {
		assert_int_equal(tc_json_write(item, TC_JSON_COMPACT, &json, NULL, NULL), TC_OK);
		used += (size_t)snprintf(
			text + used, sizeof text - used, "%s%s", used ? " " : "", json);
		tc_release(json);
	}
	return text;
}

static void items_come_from_all_pages(void **state)
{
	struct book book = three_pages();

	(void)state;
	/* the first list of a page is that of the items, so none may stand in front of it */
	book.pages[2].reply.body = "{\"note\":{\"continuationToken\":\"no\",\"more\":{\"x\":[9]}},"
				   "\"things\":[{\"x\":[3]},\"four\",null,[5]],\"others\":[6]}";
	struct reader *reader = open_book(&book);
	tc_items *items = items_of(reader, NULL);
	assert_string_equal(read_items(reader, items), "1 2 {\"x\":[3]} \"four\" null [5]");
	assert_ok(reader->err.code, &reader->err);
	assert_string_equal(tc_items_token(items), "second");
	assert_int_equal(tc_items_index(items), 4);
	assert_string_equal(read_items(reader, items), "");
	assert_int_equal(reader->book.asked, 3);
	tc_items_free(items);
	close_book(reader);
}

/* A page of so many items of this length, for free(). */
static char *long_page(size_t count, size_t length)
{
	char *text = malloc(count * (length + 40) + 64), *at = text;

	assert_non_null(text);
	at += sprintf(at, "{\"things\":[");
	for (size_t i = 0; i < count; i++)
		at += sprintf(
			at, "%s{\"n\":%zu,\"text\":\"%0*d\"}", i ? "," : "", i, (int)length, 0);
	sprintf(at, "]}");
	return text;
}

/* Items that are smaller and larger than a slice, so that they end and begin at all its places. */
static void items_span_slices(void **state)
{
	static const size_t lengths[] = { 1, 1000, 9000, 50000 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char *text = long_page(200, lengths[i]);
		struct book book = { .pages = { PAGE(NULL, text) } };
		struct reader *reader = open_book(&book);
		tc_items *items = items_of(reader, NULL);
		const tc_json *item;
		int64_t n, expected = 0;
		while (tc_items_next(items, &item, &reader->err) == TC_OK && item) {
			assert_true(tc_json_int64(tc_json_get(item, "n"), &n));
			assert_int_equal(n, expected++);
			assert_int_equal(
				tc_json_text_length(tc_json_get(item, "text")), lengths[i]);
		}
		assert_ok(reader->err.code, &reader->err);
		assert_int_equal(expected, 200);
		tc_items_free(items);
		close_book(reader);
		free(text);
	}
}

static void one_may_stop_early(void **state)
{
	char *text = long_page(2000, 1000);
	struct book book = { .pages = { PAGE(NULL, text) } };
	struct reader *reader = open_book(&book);
	tc_items *items = items_of(reader, NULL);
	const tc_json *item;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_ok(tc_items_next(items, &item, &reader->err), &reader->err);
	assert_int_equal(tc_items_index(items), 5);
	tc_items_free(items);
	close_book(reader);
	free(text);
}

/* Broken off after items were given out: never repeated, and the place is told. */
static void a_page_that_breaks_is_not_repeated(void **state)
{
	struct book book = {
		.pages = { PAGE(NULL, "{\"things\":[1,2],\"continuationToken\":\"t\"}"),
			PAGE("t", "{\"things\":[3,4,5,6],\"more\":\"…\"}") },
		.break_once = true
	};

	(void)state;
	book.pages[1].reply.cut = 16; /* behind the 4 */
	struct reader *reader = open_book(&book);
	tc_items *items = items_of(reader, NULL);
	assert_string_equal(read_items(reader, items), "1 2 3 4");
	assert_failure(&reader->err, TC_ERROR_NETWORK, "item 2 of the page with the token \"t\"");
	assert_string_equal(tc_items_token(items), "t");
	assert_int_equal(tc_items_index(items), 2);
	assert_int_equal(reader->book.asked, 2);
	assert_string_equal(read_items(reader, items), "");
	assert_failure(&reader->err, TC_ERROR_NETWORK, "item 2 of the page");
	assert_int_equal(reader->book.asked, 2);

	/* where it broke, another begins */
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	options.token = tc_items_token(items);
	reader->call = tc_generated_call(reader->client, &tc_fake_list_things, NULL, NULL, NULL);
	tc_items *rest = items_of(reader, &options);
	assert_string_equal(read_items(reader, rest), "3 4 5 6");
	assert_ok(reader->err.code, &reader->err);
	tc_items_free(items);
	tc_items_free(rest);
	close_book(reader);
}

/* Before the first item of a page nothing is lost, so it is repeated like any call. */
static void a_page_without_items_yet_is_repeated(void **state)
{
	struct book book = { .pages = { PAGE(NULL, "{\"things\":[1,2]}") }, .break_once = true };

	(void)state;
	book.pages[0].reply.cut = 6;
	struct reader *reader = open_book(&book);
	tc_items *items = items_of(reader, NULL);
	assert_string_equal(read_items(reader, items), "1 2");
	assert_ok(reader->err.code, &reader->err);
	assert_int_equal(reader->book.asked, 2);
	tc_items_free(items);
	close_book(reader);
}

static void what_is_no_page_fails(void **state)
{
	static const struct {
		int status;
		const char *body, *text;
		int code;
	} cases[] = {
		{ 404, "{\"things\":[1,2],\"message\":\"gone\"}", "gone", TC_ERROR_HTTP },
		{ 200, "[1,2]", "a page is not an object", TC_ERROR_REPLY },
		{ 200, "7", "a page is not an object", TC_ERROR_REPLY },
		{ 200, "{\"things\":7}", "no list of items", TC_ERROR_REPLY },
		{ 200, "<html>", "lists.listThings: 200 (of no type); expected application/json",
			TC_ERROR_REPLY },
		{ 200, "{\"things\":[<", "lists.listThings: the page cannot be read",
			TC_ERROR_REPLY },
		{ 200, "", "expected application/json: an empty reply", TC_ERROR_REPLY },
		{ 200, "{\"things\":[],\"continuationToken\":[\"a\"]}", "is not a string",
			TC_ERROR_REPLY },
		{ 200, "{\"things\":[],\"continuationToken\":\"a\\u0000b\"}", "\\u0000",
			TC_ERROR_REPLY },
		{ 200, "{\"things\":[{\"a\":1,\"a\":2}]}", "\"a\" comes twice", TC_ERROR_REPLY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct book book = { .pages = { PAGE(NULL, cases[i].body) } };
		book.pages[0].reply.status = cases[i].status;
		struct reader *reader = open_book(&book);
		tc_items *items = items_of(reader, NULL);
		assert_string_equal(read_items(reader, items), "");
		assert_failure(&reader->err, cases[i].code, cases[i].text);
		assert_int_equal(reader->book.asked, 1);
		tc_items_free(items);
		close_book(reader);
	}
}

/* The list goes in a circle only behind its items, which are all given out. */
static void items_in_a_circle_end_in_failure(void **state)
{
	struct book book = { .pages = { PAGE(NULL, "{\"things\":[1],\"continuationToken\":\"a\"}"),
				     PAGE("a", "{\"things\":[2],\"continuationToken\":\"a\"}") } };
	struct reader *reader = open_book(&book);
	tc_items *items = items_of(reader, NULL);

	(void)state;
	assert_string_equal(read_items(reader, items), "1 2");
	assert_failure(&reader->err, TC_ERROR_REPLY, "go in a circle");
	tc_items_free(items);
	close_book(reader);
}

/* A caller who takes his time is not a server that falls silent. */
static void a_slow_caller_is_no_timeout(void **state)
{
	char *text = long_page(100, 5000);
	struct book book = { .pages = { PAGE(NULL, text) } };
	struct reader *reader = open_timed_book(&book, 1000);
	const tc_json *item;
	size_t count = 0;

	(void)state;
	tc_items *items = items_of(reader, NULL);
	while (tc_items_next(items, &item, &reader->err) == TC_OK && item)
		if (++count == 30)
			nanosleep(&(struct timespec){ .tv_sec = 2 }, NULL);
	assert_ok(reader->err.code, &reader->err);
	assert_int_equal(count, 100);
	tc_items_free(items);
	close_book(reader);
	free(text);
}

/* Also when the server was still to say the rest, and has said it meanwhile. */
static void what_came_meanwhile_is_no_silence(void **state)
{
	struct book book = { .pages = { PAGE(NULL, "{\"things\":[1,2]}") } };
	const tc_json *item;

	(void)state;
	book.pages[0].reply.drip = 13;
	book.pages[0].reply.drip_ms = 300;
	struct reader *reader = open_timed_book(&book, 1000);
	tc_items *items = items_of(reader, NULL);
	assert_ok(tc_items_next(items, &item, &reader->err), &reader->err);
	nanosleep(&(struct timespec){ .tv_sec = 3 }, NULL);
	assert_ok(tc_items_next(items, &item, &reader->err), &reader->err);
	assert_non_null(item);
	tc_items_free(items);
	close_book(reader);
}

static void a_silent_server_is_a_timeout(void **state)
{
	struct book book = { .pages = { PAGE(NULL, "{\"things\":[1,2]}") } };
	const tc_json *item;

	(void)state;
	book.pages[0].reply.cut = 13;
	book.pages[0].reply.silent = true;
	struct reader *reader = open_timed_book(&book, 1000);
	tc_items *items = items_of(reader, NULL);
	assert_ok(tc_items_next(items, &item, &reader->err), &reader->err);
	assert_int_equal(tc_items_next(items, &item, &reader->err), TC_ERROR_TIMEOUT);
	assert_failure(&reader->err, TC_ERROR_TIMEOUT, "item 1 of the page");
	tc_items_free(items);
	close_book(reader);
}

/* Blanks, or the letters of a string, for ever: it is not silent, and gets nowhere. */
static void ends_in_time(char filler)
{
	char text[2000] = "{\"things\":[\"a\",\"b\", ";
	struct book book = { .pages = { PAGE(NULL, text) } };
	const tc_json *item = NULL;
	int rc = TC_OK;

	if (filler != ' ')
		strcat(text, "\"");
	memset(text + strlen(text), filler, 1000);
	strcat(text, filler == ' ' ? "3]}" : "\"]}");
	book.pages[0].reply.drip = 20;
	book.pages[0].reply.drip_ms = 300;
	struct reader *reader = open_timed_book(&book, 2000);
	tc_items *items = items_of(reader, NULL);
	int64_t begun = tc_test_now_ms();
	for (size_t i = 0; i < 3 && rc == TC_OK; i++)
		rc = tc_items_next(items, &item, &reader->err);
	assert_int_equal(rc, TC_ERROR_TIMEOUT);
	assert_true(tc_test_now_ms() - begun < 8000); /* it would take 15 s, or any time */
	assert_int_equal(tc_items_index(items), 2);
	assert_failure(&reader->err, TC_ERROR_TIMEOUT, "too slow");
	assert_int_equal(tc_items_next(items, &item, &reader->err), TC_ERROR_TIMEOUT);
	assert_failure(&reader->err, TC_ERROR_TIMEOUT, "item 2 of the page");
	tc_items_free(items);
	close_book(reader);
}

static void a_page_that_gets_nowhere_is_a_timeout(void **state)
{
	(void)state;
	ends_in_time(' ');
	ends_in_time('x');
}

/* Through a thin line a page takes several times the timeout, and comes. */
static void a_slow_page_is_no_timeout(void **state)
{
	char *text = long_page(40, 500);
	struct book book = { .pages = { PAGE(NULL, text) } };
	const tc_json *item = NULL;
	size_t count = 0;

	(void)state;
	book.pages[0].reply.drip = 200;
	book.pages[0].reply.drip_ms = 20;
	struct reader *reader = open_timed_book(&book, 500);
	tc_items *items = items_of(reader, NULL);
	int64_t begun = tc_test_now_ms();
	while (tc_items_next(items, &item, &reader->err) == TC_OK && item)
		count++;
	assert_ok(reader->err.code, &reader->err);
	assert_int_equal(count, 40);
	assert_true(tc_test_now_ms() - begun > 1500);
	tc_items_free(items);
	close_book(reader);
	free(text);
}

/* ---- tokens of any length that a URL can hold ---- */

struct long_token {
	char body[20000];
	size_t length;
	bool came;
};

/* The first page names the token, and the page of the token is the last. */
static void give_long_token(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct long_token *token = data;
	const char *given = strstr(request->target, "continuationToken=");

	if (given && strspn(strchr(given, '=') + 1, "a") == token->length)
		token->came = true;
	reply->body = given ? "{\"things\":[{\"n\":2}]}" : token->body;
	reply->body_length = strlen(reply->body);
}

static void tokens_may_be_long_and_not_longer(void **state)
{
	struct tc_pages_options over = TC_PAGES_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	over.deadline_ms = 1;
	for (size_t length = 16384; length <= 16385; length++) {
		struct long_token token = { .length = length };
		char *at = token.body +
			sprintf(token.body, "{\"things\":[{\"n\":1}],\"continuationToken\":\"");
		memset(at, 'a', length);
		memcpy(at + length, "\"}", 3);
		struct tc_responder *responder = tc_responder_start(give_long_token, &token);
		tc_client *client = quick_client(responder);
		tc_call *call = tc_generated_call(client, &tc_fake_list_things, NULL, NULL, &err);
		tc_items *items = tc_items_new(call, NULL, &err);
		const tc_json *item = NULL;
		size_t count = 0;
		while (tc_items_next(items, &item, &err) == TC_OK && item)
			count++;
		if (length == 16384) {
			assert_ok(err.code, &err);
			assert_int_equal(count, 2);
			assert_true(token.came);
		} else {
			assert_failure(
				&err, TC_ERROR_REPLY, "continuationToken is over 16384 bytes");
		}
		tc_items_free(items);
		/* a deadline that is over before anything was asked */
		items = tc_items_new(call, &over, &err);
		assert_ok(tc_client_wait(client, 5, NULL, &err), &err);
		assert_int_equal(tc_items_next(items, &item, &err), TC_ERROR_TIMEOUT);
		tc_items_free(items);
		tc_error_clear(&err);
		tc_call_free(call);
		tc_client_free(client);
		tc_responder_stop(responder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_follow_their_tokens),
		cmocka_unit_test(an_empty_token_ends_the_list),
		cmocka_unit_test(other_query_values_and_the_body_stay),
		cmocka_unit_test(a_limit_ends_the_list_and_says_where),
		cmocka_unit_test(circles_are_found),
		cmocka_unit_test(empty_pages_come_to_an_end),
		cmocka_unit_test(a_limit_on_empty_pages_is_positive),
		cmocka_unit_test(tokens_may_be_long_and_not_longer),
		cmocka_unit_test(a_page_that_failed_can_be_asked_for_again),
		cmocka_unit_test(only_lists_page),
		cmocka_unit_test(items_come_from_all_pages),
		cmocka_unit_test(items_span_slices),
		cmocka_unit_test(one_may_stop_early),
		cmocka_unit_test(a_page_that_breaks_is_not_repeated),
		cmocka_unit_test(a_page_without_items_yet_is_repeated),
		cmocka_unit_test(what_is_no_page_fails),
		cmocka_unit_test(items_in_a_circle_end_in_failure),
		cmocka_unit_test(a_slow_caller_is_no_timeout),
		cmocka_unit_test(what_came_meanwhile_is_no_silence),
		cmocka_unit_test(a_silent_server_is_a_timeout),
		cmocka_unit_test(a_page_that_gets_nowhere_is_a_timeout),
		cmocka_unit_test(a_slow_page_is_no_timeout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
