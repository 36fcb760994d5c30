/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/flow/pages.h"

#include "runtime/src/base/options.h"
#include <string.h>

/* Empty pages in a row that no list is believed to have. */
#define EMPTIES_MAX 100

static const struct tc_paging taskcluster = {
	.style = TC_PAGING_TOKEN,
	.query = "continuationToken",
	.next = "/continuationToken",
};

static const char *name_of(const struct tc__cursor *cursor)
{
	return cursor->origin->request.operation->name;
}

static const char *service_of(const struct tc__cursor *cursor)
{
	return cursor->origin->request.operation->service->name;
}

/* ---- opening ---- */

static int check(const tc_call *call, const struct tc_pages_options *options, tc_error *err)
{
	int rc = tc__call_check_ready(call, err);

	if (rc != TC_OK)
		return rc;
	const struct tc_operation *operation = call->request.operation;
	if (!operation->pages)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s.%s does not page: its reply comes whole", operation->service->name,
			operation->name);
	if (options->page_max < 0)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "page_max is %lld", (long long)options->page_max);
	if (options->item_max < 0)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "item_max is %lld", (long long)options->item_max);
	if (options->distinct_max < 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "distinct_max is %lld",
			(long long)options->distinct_max);
	const struct tc_operation_conventions *rules = tc__rules_of(operation);
	if (options->distinct_max && !(rules && rules->paging && rules->paging->unique))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"distinct_max: items of %s.%s have nothing to be told apart by",
			operation->service->name, operation->name);
	if (options->empty_max < 0)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "empty_max is %lld", (long long)options->empty_max);
	rc = tc__check_timeout("timeout_ms", options->timeout_ms, err);
	if (rc == TC_OK)
		rc = tc__check_deadline(options->deadline_ms, err);
	if (rc != TC_OK)
		return rc;
	if (options->token && !*options->token)
		return tc__fail(err, TC_ERROR_ARGUMENT, "token is empty");
	return TC_OK;
}

int tc__cursor_open(struct tc__cursor *cursor, const tc_call *call,
	const struct tc_pages_options *given, tc_error *err)
{
	struct tc_pages_options known, *options = &known;
	int rc = tc__options_read(
		given, &known, sizeof known, "options", "TC_PAGES_OPTIONS_INIT", err);

	if (rc == TC_OK)
		rc = check(call, options, err);
	if (rc != TC_OK)
		return rc;
	const struct tc_operation_conventions *rules = tc__rules_of(call->request.operation);
	*cursor = (struct tc__cursor){
		.origin = call,
		.paging = rules && rules->paging ? rules->paging : &taskcluster,
		.envelope = rules ? rules->envelope : NULL,
		.single = rules && rules->paging && rules->paging->single_query &&
			tc__query_value(&call->request.query, rules->paging->single_query),
		.wanted = options->item_max ? options->item_max : -1,
		.left = options->page_max ? options->page_max : -1,
		.marks_max = 1,
		.distinct_max = options->distinct_max,
		.empties_max = options->empty_max ? options->empty_max : EMPTIES_MAX,
		.terms = { options->timeout_ms,
			options->deadline_ms
				? tc__later(tc__pool_now(&call->client->pool), options->deadline_ms)
				: INT64_MAX },
	};
	call->state->references++;
	call->state->used = true;
	if (!options->token)
		return TC_OK;
	cursor->token = tc__object_text(options->token, strlen(options->token));
	if (cursor->token)
		return TC_OK;
	tc__cursor_close(cursor);
	return tc__fail_nomem(err);
}

int tc__cursor_of_reply(struct tc__cursor *cursor, const tc_call *call)
{
	int rc = tc__cursor_open(cursor, call, NULL, NULL);

	if (rc != TC_OK)
		return rc;
	cursor->alone = true;
	cursor->asked = tc__style_own_size(cursor);
	return TC_OK;
}

void tc__cursor_close(struct tc__cursor *cursor)
{
	tc_call_free(cursor->call);
	if (cursor->origin)
		tc_call_free(cursor->origin->state->call);
	tc_release(cursor->token);
	tc_release(cursor->marker);
	tc__style_forget(cursor);
	*cursor = (struct tc__cursor){ 0 };
}

/* ---- the call ---- */

/* The end of the pair "name=value" that stands at `at`, if its name is this one; else NULL. */
static const char *pair_end(const char *at, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(at, name, length) != 0 ||
		(at[length] != '=' && at[length] != '&' && at[length]))
		return NULL;
	return at + strcspn(at, "&");
}

/* The URL with this value in its query, in place of those it had of that name. */
static void add_url(struct tc__buffer *into, const char *url, const char *name, const char *value)
{
	const char *query = strchr(url, '?');
	char separator = '?';

	tc__buffer_add(into, url, query ? (size_t)(query - url) : strlen(url));
	for (const char *at = query ? query + 1 : ""; *at;) {
		size_t length = strcspn(at, "&");
		if (!pair_end(at, name)) {
			tc__buffer_char(into, separator);
			tc__buffer_add(into, at, length);
			separator = '&';
		}
		at += length + (at[length] == '&');
	}
	tc__buffer_char(into, separator);
	tc__buffer_text(into, name);
	tc__buffer_char(into, '=');
	tc__url_encode(into, value);
}

/* Systems with rules for their queries. */
static tc_call *make_styled(struct tc__cursor *cursor, tc_error *err)
{
	tc_call *call = tc__call_copy(cursor->origin, tc_call_url(cursor->origin), err);
	int rc = call ? TC_OK : TC_ERROR_NOMEM;

	if (rc == TC_OK && cursor->token)
		rc = tc__request_query_replace(
			&call->request, cursor->paging->query, cursor->token, err);
	if (rc == TC_OK)
		rc = tc__style_ask(cursor, &call->request, err);
	if (rc == TC_OK)
		return call;
	tc_call_free(call);
	return NULL;
}

static tc_call *make_call(struct tc__cursor *cursor, tc_error *err)
{
	if (cursor->paging != &taskcluster)
		return make_styled(cursor, err);
	struct tc__buffer url = TC__BUFFER(TC__URL_MAX);
	tc_call *call = NULL;

	add_url(&url, tc_call_url(cursor->origin), cursor->paging->query, cursor->token);
	if (url.too_long)
		tc__fail(err, TC_ERROR_REPLY, "%s.%s: the next page's token makes its URL too long",
			service_of(cursor), name_of(cursor));
	else if (tc__buffer_failed(&url))
		tc__fail_nomem(err);
	else
		call = tc__call_copy(cursor->origin, tc__buffer_get(&url), err);
	tc__buffer_clear(&url);
	return call;
}

int tc__cursor_call(struct tc__cursor *cursor, const tc_call **call, tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;

	*call = NULL;
	if (cursor->circles)
		return tc__fail(err, TC_ERROR_REPLY,
			"%s.%s: the list never ends, as its pages go in a circle: the token "
			"\"%.200s\" came before",
			service_of(cursor), name_of(cursor), cursor->token);
	if (cursor->ended || cursor->left == 0 || cursor->wanted == 0)
		return TC_OK;
	if (cursor->empties >= cursor->empties_max)
		return tc__fail(err, TC_ERROR_REPLY,
			"%s.%s: the list seems never to end: %lld pages in a row had no items, and "
			"the last of them names another, with the token \"%.200s\" (empty_max)",
			service_of(cursor), name_of(cursor), (long long)cursor->empties,
			cursor->token);
	if (!cursor->token && cursor->paging == &taskcluster) {
		*call = cursor->origin;
		return TC_OK;
	}
	if (!cursor->call)
		cursor->call = make_call(cursor, &failure);
	*call = cursor->call;
	return *call ? TC_OK : tc__fail_with(err, &failure);
}

/* ---- moving on ---- */

int tc__cursor_item(struct tc__cursor *cursor, const tc_json *item, bool *wanted, tc_error *err)
{
	int rc = tc__style_mark(cursor, item, wanted, err);

	if (rc != TC_OK)
		return rc;
	cursor->dropped |= *wanted && cursor->wanted == 0;
	*wanted = *wanted && cursor->wanted != 0;
	if (*wanted && cursor->wanted > 0)
		cursor->wanted--;
	return TC_OK;
}

int tc__cursor_turn(struct tc__cursor *cursor, const struct tc__page_reader *reader, tc_error *err)
{
	struct tc__buffer token = TC__BUFFER(TC__TOKEN_MAX);
	const char *said = tc__buffer_get(&reader->token);
	int rc = tc__style_next(cursor, reader->received, said, &token, err);

	if (rc == TC_OK && tc__buffer_failed(&token))
		rc = tc__fail_nomem(err);
	bool names = token.length && (!cursor->alone || tc__style_is_named(cursor));
	bool goes_on = names || cursor->dropped || tc__style_is_cut(cursor, reader->received);
	if (rc == TC_OK)
		rc = tc__cursor_advance(cursor, tc__buffer_get(&token), err);
	if (rc == TC_OK) {
		cursor->goes_on = goes_on;
		tc__style_forget_above(cursor);
		cursor->empties = tc__page_is_empty(reader) ? cursor->empties + 1 : 0;
	}
	tc__buffer_clear(&token);
	return rc;
}

/* Whether this token came before. Any circle comes back to the marker, which moves on at ever
 * longer distances, so that the longest circle fits between two of its places (Brent's way). */
static bool is_known(const struct tc__cursor *cursor, const char *token)
{
	return (cursor->token && strcmp(cursor->token, token) == 0) ||
		(cursor->marker && strcmp(cursor->marker, token) == 0);
}

static bool mark(struct tc__cursor *cursor, const char *token, size_t length)
{
	if (++cursor->marks < cursor->marks_max)
		return true;
	char *marker = tc__object_text(token, length);
	if (!marker)
		return false;
	tc_release(cursor->marker);
	cursor->marker = marker;
	cursor->marks = 0;
	cursor->marks_max *= 2;
	return true;
}

int tc__cursor_advance(struct tc__cursor *cursor, const char *token, tc_error *err)
{
	size_t length = strlen(token);
	bool circles = length && !cursor->again && is_known(cursor, token);
	char *next = NULL;

	if (length) {
		next = tc__object_text(token, length);
		if (!next || !mark(cursor, token, length)) {
			tc_release(next);
			return tc__fail_nomem(err);
		}
	}
	tc_call_free(cursor->call);
	cursor->call = NULL;
	tc_release(cursor->token);
	cursor->token = next;
	cursor->ended = !next;
	cursor->circles = circles;
	if (cursor->left > 0)
		cursor->left--;
	return TC_OK;
}

enum tc_cut tc__cursor_cut(const struct tc__cursor *cursor)
{
	bool over = cursor->ended || cursor->left == 0 || cursor->wanted == 0;

	if (!over || !cursor->goes_on)
		return TC_CUT_NOT;
	if (cursor->wanted == 0)
		return TC_CUT_ITEMS;
	return cursor->ended ? TC_CUT_SERVER : TC_CUT_PAGES;
}
