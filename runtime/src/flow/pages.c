/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/flow/pages.h"

#include <stdlib.h>
#include <taskcluster/generated.h>

struct tc_pages {
	struct tc__guard guard;
	struct tc__cursor cursor;
};

static void release(void *handle)
{
	tc_pages *pages = handle;

	if (!tc__guard_frees(&pages->guard))
		return;
	tc__cursor_close(&pages->cursor);
	tc__handle_end(pages);
}

tc_pages *tc_pages_new(const tc_call *call, const struct tc_pages_options *options, tc_error *err)
{
	tc_pages *pages = tc__handle_alloc(sizeof *pages, release);

	tc_error_clear(err);
	if (!pages) {
		tc__fail_nomem(err);
		return NULL;
	}
	if (tc__cursor_open(&pages->cursor, call, options, err) == TC_OK)
		return pages;
	tc__handle_end(pages);
	return NULL;
}

void tc_pages_free(tc_pages *pages)
{
	tc_release(pages);
}

const char *tc_pages_token(const tc_pages *pages)
{
	return pages ? pages->cursor.token : NULL;
}

enum tc_cut tc_pages_cut(const tc_pages *pages)
{
	return pages ? tc__cursor_cut(&pages->cursor) : TC_CUT_NOT;
}

int tc_pages_call(tc_pages *pages, const tc_call **call, tc_error *err)
{
	tc_error_clear(err);
	if (!pages || !call)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", pages ? "call" : "pages");
	*call = NULL;
	int rc = tc__guard_check(&pages->guard, "pages", err);
	return rc == TC_OK ? tc__cursor_call(&pages->cursor, call, err) : rc;
}

/* What the page says of the next one; all else that it holds is the caller's to read. Its items
 * count where the next page depends on them. */
static int read_items(struct tc__cursor *cursor, struct tc__page_reader *reader, tc_error *err)
{
	const tc_json *item;
	bool wanted;
	int rc = TC_OK;

	while (rc == TC_OK && (item = tc__page_take(reader)))
		rc = tc__cursor_item(cursor, item, &wanted, err);
	return rc;
}

static int accept_text(struct tc__cursor *cursor, const char *text, size_t length, tc_error *err)
{
	struct tc__page_reader *reader = malloc(sizeof *reader);
	const struct tc__cursor before = *cursor;

	if (!reader)
		return tc__fail_nomem(err);
	bool counts = cursor->paging->style != TC_PAGING_TOKEN || cursor->wanted >= 0;
	tc__page_open(reader, cursor, counts);
	int rc = tc__page_push(reader, text, length, err);
	if (rc == TC_OK)
		rc = tc__page_finish(reader, err);
	if (rc == TC_OK)
		rc = read_items(cursor, reader, err);
	if (rc == TC_OK)
		rc = tc__cursor_turn(cursor, reader, err);
	if (rc != TC_OK)
		tc__style_restore(cursor, &before);
	tc__page_close(reader);
	free(reader);
	return rc;
}

int tc_pages_accept(tc_pages *pages, const tc_response *page, tc_error *err)
{
	tc_error reason = TC_ERROR_INIT;
	size_t length;

	tc_error_clear(err);
	if (!pages || !page)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", pages ? "page" : "pages");
	int rc = tc__guard_check(&pages->guard, "pages", err);
	if (rc != TC_OK)
		return rc;
	const char *body = tc_response_body(page, &length);
	if (accept_text(&pages->cursor, body, length, &reason) == TC_OK)
		return TC_OK;
	const struct tc_operation *operation = pages->cursor.origin->request.operation;
	tc_error_prefix(&reason, "%s.%s", operation->service->name, operation->name);
	return tc__fail_with(err, &reason);
}

bool tc_page_goes_on(const tc_call *call, const tc_response *page)
{
	struct tc__cursor cursor = { 0 };
	size_t length;

	if (!call || !page || tc__cursor_of_reply(&cursor, call) != TC_OK)
		return false;
	const char *body = tc_response_body(page, &length);
	int rc = accept_text(&cursor, body, length, NULL);
	bool goes_on = rc == TC_OK && cursor.goes_on;
	tc__cursor_close(&cursor);
	return goes_on;
}

static int perform(
	const struct tc__cursor *cursor, const tc_call *call, tc_response **response, tc_error *err)
{
	int rc = tc__call_check_whole(call, err);

	return rc == TC_OK ? tc__call_perform(call, NULL, &cursor->terms, response, err) : rc;
}

/* The page that comes next, not yet accepted; *response is NULL behind the last. */
static int fetch(tc_pages *pages, tc_response **response, tc_error *err)
{
	const tc_call *call;

	*response = NULL;
	int rc = tc__guard_enter(&pages->guard, &pages->cursor.origin->client->pool, "pages", err);
	if (rc != TC_OK)
		return rc;
	rc = tc__cursor_call(&pages->cursor, &call, err);
	if (rc == TC_OK && call)
		rc = perform(&pages->cursor, call, response, err);
	if (!tc__guard_leave(&pages->guard, "pages", err))
		return rc;
	tc_release(*response);
	*response = NULL;
	tc_pages_free(pages);
	return TC_ERROR_CANCELED;
}

int tc_pages_next(tc_pages *pages, tc_response **page, tc_error *err)
{
	tc_response *response;

	tc_error_clear(err);
	if (page)
		*page = NULL;
	if (!pages || !page)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", pages ? "page" : "pages");
	int rc = fetch(pages, &response, err);
	if (rc != TC_OK || !response)
		return rc;
	rc = tc_pages_accept(pages, response, err);
	if (rc == TC_OK)
		*page = response;
	else
		tc_release(response);
	return rc;
}

/* The cursor moves only when the page is good in every respect, so that a page that fails can be
 * asked for again. */
int tc_pages_next_value(tc_pages *pages, const void **value, tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;
	tc_response *response;

	tc_error_clear(err);
	if (value)
		*value = NULL;
	if (!pages || !value)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", pages ? "value" : "pages");
	const struct tc_operation *operation = pages->cursor.origin->request.operation;
	if (!operation->output)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s.%s: its reply has no type; tc_pages_next gives it as it is",
			operation->service->name, operation->name);
	int rc = fetch(pages, &response, err);
	if (rc != TC_OK || !response)
		return rc;
	void *decoded = tc_generated_reply(operation, response, &failure);
	if (decoded)
		tc_pages_accept(pages, response, &failure);
	tc_release(response);
	if (failure.code == TC_OK) {
		*value = decoded;
		return TC_OK;
	}
	tc_release(decoded);
	return tc__fail_with(err, &failure);
}
