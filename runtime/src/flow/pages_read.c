/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/flow/pages.h"

#include <stdlib.h>
#include <string.h>

/* A page is an object. How deep its items lie: in a list in it. */
#define PAGE_DEPTH 1
#define ITEMS_DEPTH 2

/* ---- items ---- */

static struct tc__arena *arena_of(struct tc__page_reader *reader)
{
	return &reader->arenas[reader->current];
}

static bool reserve(struct tc__page_reader *reader)
{
	if (reader->count < reader->capacity)
		return true;
	size_t capacity = 2 * reader->capacity + 64;
	const tc_json **items = realloc(reader->items, capacity * sizeof *items);
	if (!items)
		return false;
	reader->items = items;
	reader->capacity = capacity;
	return true;
}

TC__APART static int refuse(struct tc__page_reader *reader, enum tc__json_fault what)
{
	if (what == TC__JSON_NO_MEMORY)
		return tc__sax_no_memory(&reader->sax);
	if (what == TC__JSON_TOO_LONG)
		return tc__sax_fail(&reader->sax, "a value is too long");
	return tc__sax_fail(&reader->sax, "the name \"%.100s\" comes twice in an object",
		tc__json_node_text(reader->stack.twice));
}

static inline int fault(struct tc__page_reader *reader, enum tc__json_fault what)
{
	return what == TC__JSON_FINE ? 1 : refuse(reader, what);
}

/* An item is whole. */
TC__APART static int end_item(struct tc__page_reader *reader)
{
	struct tc_json *item = tc__arena_alloc(arena_of(reader), sizeof *item);

	if (!item || !reserve(reader))
		return tc__sax_no_memory(&reader->sax);
	tc__json_stack_take(&reader->stack, item);
	reader->items[reader->count++] = item;
	reader->received++;
	if (!reader->retires)
		return 1;
	reader->retires = false;
	reader->current ^= 1;
	tc__json_stack_clear(&reader->stack);
	tc__json_stack_init(&reader->stack, arena_of(reader));
	return 1;
}

static bool collecting(const struct tc__page_reader *reader)
{
	return reader->in_items && reader->collects;
}

/* A value has ended: an item when nothing but the list is open around it. */
static int end_value(struct tc__page_reader *reader, enum tc__json_fault what, size_t depth)
{
	if (what != TC__JSON_FINE)
		return fault(reader, what);
	return depth == ITEMS_DEPTH ? end_item(reader) : 1;
}

/* ---- events ---- */

static int refuse_token(struct tc__page_reader *reader)
{
	return tc__sax_fail(&reader->sax, "%s is not a string", reader->paging->next + 1);
}

/* A value that is no text, and may not be where a token is expected. */
static int other_value(struct tc__page_reader *reader)
{
	if (reader->at_token)
		return refuse_token(reader);
	if (reader->sax.depth < PAGE_DEPTH)
		return tc__sax_fail(&reader->sax, "a page is not an object");
	reader->filled |= reader->in_items;
	return 1;
}

static int on_null(void *context)
{
	struct tc__page_reader *reader = context;

	if (collecting(reader))
		return end_value(reader, tc__json_stack_null(&reader->stack), reader->sax.depth);
	if (!reader->at_token)
		return other_value(reader);
	reader->at_token = false; /* as good as absent */
	return 1;
}

static int on_bool(void *context, int value)
{
	struct tc__page_reader *reader = context;

	if (!collecting(reader))
		return other_value(reader);
	return end_value(
		reader, tc__json_stack_bool(&reader->stack, value != 0), reader->sax.depth);
}

static int on_number(void *context, const char *text, size_t length)
{
	struct tc__page_reader *reader = context;

	if (!collecting(reader))
		return other_value(reader);
	return end_value(reader, tc__json_stack_text(&reader->stack, TC_JSON_NUMBER, text, length),
		reader->sax.depth);
}

static int take_token(struct tc__page_reader *reader, const char *text, size_t length)
{
	reader->at_token = false;
	if (memchr(text, '\0', length))
		return tc__sax_fail(&reader->sax, "%s contains \\u0000", reader->paging->next + 1);
	tc__buffer_truncate(&reader->token, 0);
	tc__buffer_add(&reader->token, text, length);
	if (reader->token.too_long)
		return tc__sax_fail(&reader->sax, "%s is over %d bytes", reader->paging->next + 1,
			TC__TOKEN_MAX);
	return reader->token.no_memory ? tc__sax_no_memory(&reader->sax) : 1;
}

static int on_string(void *context, const unsigned char *bytes, size_t length)
{
	struct tc__page_reader *reader = context;
	const char *text = (const char *)bytes;

	if (collecting(reader))
		return end_value(reader,
			tc__json_stack_text(&reader->stack, TC_JSON_STRING, text, length),
			reader->sax.depth);
	return reader->at_token ? take_token(reader, text, length) : other_value(reader);
}

static bool is_name(const char *name, const char *text, size_t length)
{
	return length == strlen(name) && memcmp(text, name, length) == 0;
}

static int on_name(void *context, const unsigned char *bytes, size_t length)
{
	struct tc__page_reader *reader = context;
	const char *text = (const char *)bytes;
	const char *token = reader->paging->next;

	if (collecting(reader))
		return fault(reader, tc__json_stack_name(&reader->stack, text, length));
	if (reader->sax.depth != PAGE_DEPTH)
		return 1;
	/* behind the pointer's slash */
	reader->at_token = token && is_name(token + 1, text, length);
	reader->at_list = !reader->list || is_name(reader->list, text, length);
	return 1;
}

static int on_start_object(void *context)
{
	struct tc__page_reader *reader = context;

	if (collecting(reader))
		return fault(reader, tc__json_stack_begin(&reader->stack, TC_JSON_OBJECT));
	reader->filled |= reader->in_items;
	return reader->at_token ? refuse_token(reader) : 1;
}

/* The items are in the page's list; every paged reply has one. */
static int on_start_array(void *context)
{
	struct tc__page_reader *reader = context;

	if (collecting(reader))
		return fault(reader, tc__json_stack_begin(&reader->stack, TC_JSON_ARRAY));
	if (reader->at_token)
		return refuse_token(reader);
	if (reader->sax.depth < ITEMS_DEPTH)
		return tc__sax_fail(&reader->sax, "a page is not an object");
	reader->filled |= reader->in_items;
	if (reader->sax.depth == ITEMS_DEPTH && !reader->had_items && reader->at_list)
		reader->in_items = reader->had_items = true;
	return 1;
}

static int on_end_object(void *context)
{
	struct tc__page_reader *reader = context;

	if (!collecting(reader))
		return 1;
	return end_value(reader, tc__json_stack_end(&reader->stack), reader->sax.depth);
}

static int on_end_array(void *context)
{
	struct tc__page_reader *reader = context;

	if (reader->in_items && reader->sax.depth == PAGE_DEPTH) {
		reader->in_items = false;
		return 1;
	}
	return on_end_object(context);
}

static const struct tc__sax_events events = {
	.null = on_null,
	.boolean = on_bool,
	.number = on_number,
	.string = on_string,
	.start_object = on_start_object,
	.name = on_name,
	.end_object = on_end_object,
	.start_array = on_start_array,
	.end_array = on_end_array,
};

/* ---- a page ---- */

void tc__page_open(struct tc__page_reader *reader, const struct tc__cursor *cursor, bool collects)
{
	tc__sax_open(&reader->sax, &events);
	reader->sax.mends = true;
	reader->paging = cursor->paging;
	reader->list = cursor->envelope ? cursor->envelope->items : NULL;
	reader->at_list = false;
	reader->received = 0;
	reader->collects = collects;
	reader->at_token = reader->in_items = reader->had_items = reader->retires = false;
	reader->filled = false;
	reader->token = TC__BUFFER(TC__TOKEN_MAX);
	reader->items = NULL;
	reader->count = reader->taken = reader->capacity = 0;
	reader->arenas[0] = reader->arenas[1] = (struct tc__arena){ 0 };
	reader->current = 0;
	reader->tree = NULL;
	tc__json_stack_init(&reader->stack, arena_of(reader));
}

/* What was taken is given up: all but an item that is open, which keeps its arena until it is
 * whole. */
static void begin_slice(struct tc__page_reader *reader)
{
	reader->count = reader->taken = 0;
	tc__arena_clear(&reader->arenas[reader->current ^ 1]);
	reader->retires = reader->in_items && reader->sax.depth > ITEMS_DEPTH;
	if (reader->retires)
		return;
	tc__json_stack_clear(&reader->stack);
	tc__arena_clear(arena_of(reader));
	tc__json_stack_init(&reader->stack, arena_of(reader));
}

static int about_reply(int rc, tc_error *reason, tc_error *err)
{
	if (rc == TC_OK)
		return TC_OK;
	if (rc == TC_ERROR_NOMEM)
		return tc__fail_with(err, reason);
	rc = tc__fail(err, TC_ERROR_REPLY, "the page cannot be read: %s", tc_error_text(reason));
	tc_error_clear(reason);
	return rc;
}

int tc__page_push(struct tc__page_reader *reader, const char *bytes, size_t length, tc_error *err)
{
	tc_error reason = TC_ERROR_INIT;

	begin_slice(reader);
	return about_reply(tc__sax_push(&reader->sax, bytes, length, &reason), &reason, err);
}

int tc__page_finish(struct tc__page_reader *reader, tc_error *err)
{
	tc_error reason = TC_ERROR_INIT;

	int rc = tc__sax_finish(&reader->sax, &reason);
	if (rc == TC_OK && reader->collects && !reader->had_items)
		return tc__fail(err, TC_ERROR_REPLY, "the page has no list of items");
	return about_reply(rc, &reason, err);
}

/* ---- a page that is a tree ---- */

static int take_tree_token(struct tc__page_reader *reader, tc_error *err)
{
	const char *name = reader->paging->next ? reader->paging->next + 1 : NULL;
	const tc_json *token = name ? tc_json_get(reader->tree, name) : NULL;

	if (!token || tc_json_kind(token) == TC_JSON_NULL)
		return TC_OK;
	const char *text = tc__json_plain_text(token);
	if (!text)
		return tc__fail(err, TC_ERROR_REPLY, "the page cannot be read: %s is %s", name,
			tc_json_kind(token) == TC_JSON_STRING ? "a string with \\u0000 in it"
							      : "not a string");
	tc__buffer_text(&reader->token, text);
	if (reader->token.too_long)
		return tc__fail(err, TC_ERROR_REPLY, "the page cannot be read: %s is over %d bytes",
			name, TC__TOKEN_MAX);
	return reader->token.no_memory ? tc__fail_nomem(err) : TC_OK;
}

/* The member that lists the items: the first list, unless it has a name. */
static const tc_json *find_list(const struct tc__page_reader *reader)
{
	for (size_t i = 0; i < tc_json_count(reader->tree); i++) {
		const tc_json *name = tc_json_name(reader->tree, i);
		const tc_json *member = tc_json_item(reader->tree, i);
		if (tc_json_kind(member) == TC_JSON_ARRAY &&
			(!reader->list ||
				is_name(reader->list, tc_json_text(name),
					tc_json_text_length(name))))
			return member;
	}
	return NULL;
}

int tc__page_read_tree(struct tc__page_reader *reader, const tc_json *page, tc_error *err)
{
	reader->tree = page;
	if (tc_json_kind(page) != TC_JSON_OBJECT)
		return tc__fail(
			err, TC_ERROR_REPLY, "the page cannot be read: a page is not an object");
	int rc = take_tree_token(reader, err);
	if (rc != TC_OK)
		return rc;
	const tc_json *list = find_list(reader);
	if (!list)
		return tc__fail(err, TC_ERROR_REPLY, "the page has no list of items");
	reader->had_items = true;
	for (size_t i = 0; i < tc_json_count(list); i++) {
		if (!reserve(reader))
			return tc__fail_nomem(err);
		reader->items[reader->count++] = tc_json_item(list, i);
	}
	reader->received = (int64_t)reader->count;
	return TC_OK;
}

const tc_json *tc__page_take(struct tc__page_reader *reader)
{
	return tc__page_has_items(reader) ? reader->items[reader->taken++] : NULL;
}

void tc__page_close(struct tc__page_reader *reader)
{
	tc__sax_close(&reader->sax);
	tc__buffer_clear(&reader->token);
	free(reader->items);
	reader->items = NULL;
	reader->count = reader->taken = reader->capacity = 0;
	tc__json_stack_clear(&reader->stack);
	tc__arena_clear(&reader->arenas[0]);
	tc__arena_clear(&reader->arenas[1]);
	tc_release(reader->tree);
	reader->tree = NULL;
}
