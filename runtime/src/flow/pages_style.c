/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/flow/pages.h"

#include "runtime/src/base/ascii.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/decimal.h>

/* How systems that are not Taskcluster page; references/dialect.md says what each style means. */

static const struct tc__query *query_of(const struct tc__cursor *cursor)
{
	return &cursor->origin->request.query;
}

/* A number that the caller's query has at a key, or `otherwise`. */
static int64_t number_at(const struct tc__cursor *cursor, const char *key, int64_t otherwise)
{
	const char *value = key ? tc__query_value(query_of(cursor), key) : NULL;

	return value ? strtoll(value, NULL, 10) : otherwise;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Without a way around the end of numbers, which a server can name. */
static int64_t sum(int64_t a, int64_t b)
{
	if (b > 0 && a > INT64_MAX - b)
		return INT64_MAX;
	return b < 0 && a < INT64_MIN - b ? INT64_MIN : a + b;
}

/* Items that are missing, and those that come again, as they take room on the page, too. */
static int64_t still_to_come(const struct tc__cursor *cursor)
{
	return sum(cursor->wanted, (int64_t)cursor->given.count);
}

int64_t tc__style_size(const struct tc__cursor *cursor)
{
	const struct tc_paging *paging = cursor->paging;
	int64_t standard = paging->size ? paging->size : paging->maximum;
	int64_t size = number_at(cursor, paging->limit, standard);

	if (!paging->limit)
		return 0;
	if (cursor->single)
		size = paging->single_max;
	if (cursor->grown)
		size = cursor->grown;
	if (paging->maximum && size)
		size = smaller(size, paging->maximum);
	if (cursor->wanted < 0)
		return size;
	/* numbered pages must all be of one size */
	if (paging->style == TC_PAGING_PAGE && cursor->token)
		return cursor->asked ? cursor->asked : size;
	return size ? smaller(size, still_to_come(cursor)) : still_to_come(cursor);
}

int64_t tc__style_own_size(const struct tc__cursor *cursor)
{
	return number_at(cursor, cursor->paging->limit, cursor->paging->standard);
}

int tc__style_ask(struct tc__cursor *cursor, struct tc__request *request, tc_error *err)
{
	const struct tc_paging *paging = cursor->paging;
	int rc = TC_OK;

	cursor->asked = tc__style_size(cursor);
	if (cursor->asked)
		rc = tc__request_query_replace(
			request, paging->limit, TC_DECIMAL(cursor->asked), err);
	if (rc != TC_OK || !paging->order_query ||
		tc__query_value(query_of(cursor), paging->order_query) ||
		!tc__query_selects(query_of(cursor), paging->order_value))
		return rc;
	return tc__request_query_replace(request, paging->order_query, paging->order_value, err);
}

/* ---- what comes next ---- */

/* The value of a key in the query of a URL, decoded. */
static void add_from_url(struct tc__buffer *value, const char *url, const char *key)
{
	size_t length = strlen(key);
	const char *at = strchr(url, '?');

	while (at && (strncmp(at + 1, key, length) != 0 || at[1 + length] != '='))
		at = strchr(at + 1, '&');
	for (at = at ? at + 2 + length : ""; *at && *at != '&' && *at != '#'; at++) {
		int high = *at == '%' ? tc__hex_digit(at[1]) : -1;
		int low = high >= 0 ? tc__hex_digit(at[2]) : -1;
		tc__buffer_char(value, low >= 0 ? (char)(high * 16 + low) : *at == '+' ? ' ' : *at);
		at += low >= 0 ? 2 : 0;
	}
}

static bool is_short(const struct tc__cursor *cursor, int64_t received)
{
	return received == 0 || (cursor->asked && received < cursor->asked);
}

/* Where this page began. */
static int64_t position(const struct tc__cursor *cursor, int64_t first)
{
	return cursor->token ? strtoll(cursor->token, NULL, 10)
			     : number_at(cursor, cursor->paging->query, first);
}

/* A page that only items of one key fill leads to no other: a larger one may. */
static bool grow(struct tc__cursor *cursor, bool fresh)
{
	const struct tc_paging *paging = cursor->paging;

	if (cursor->asked >= paging->maximum || (cursor->grown && !fresh))
		return false;
	cursor->grown = paging->maximum;
	return true;
}

static int next_key(
	struct tc__cursor *cursor, int64_t received, struct tc__buffer *token, tc_error *err)
{
	bool fresh = cursor->fresh;

	cursor->fresh = cursor->again = false;
	if (is_short(cursor, received) || !cursor->has_lowest || cursor->wanted == 0)
		return TC_OK;
	int64_t next = sum(cursor->lowest, cursor->paging->add);
	cursor->again = !fresh || (cursor->token && position(cursor, 0) == next);
	if (!cursor->again)
		cursor->grown = 0;
	else if (!grow(cursor, fresh))
		return tc__fail(err, TC_ERROR_REPLY,
			"more items than fit a page have the same %s, so the list cannot go on",
			cursor->paging->key + 1);
	tc__buffer_int(token, next);
	return TC_OK;
}

int tc__style_next(struct tc__cursor *cursor, int64_t received, const char *said,
	struct tc__buffer *token, tc_error *err)
{
	const struct tc_paging *paging = cursor->paging;

	if (cursor->single)
		return TC_OK;
	switch ((enum tc_paging_style)paging->style) {
	case TC_PAGING_TOKEN:
		tc__buffer_text(token, said);
		break;
	case TC_PAGING_OFFSET:
		if (received && !(paging->stop_short && is_short(cursor, received)))
			tc__buffer_int(token, sum(position(cursor, 0), received));
		break;
	case TC_PAGING_PAGE:
		if (paging->next ? *said != '\0' : !is_short(cursor, received))
			tc__buffer_int(token, sum(position(cursor, 1), 1));
		break;
	case TC_PAGING_CURSOR:
		add_from_url(token, said, paging->query);
		if (token->length && memchr(token->data, '\0', token->length))
			return tc__fail(err, TC_ERROR_REPLY,
				"%s leads to a page whose %s has a NUL in it", paging->next + 1,
				paging->query);
		break;
	case TC_PAGING_KEYSET:
		return next_key(cursor, received, token, err);
	}
	return TC_OK;
}

bool tc__style_is_named(const struct tc__cursor *cursor)
{
	return cursor->paging->next != NULL;
}

bool tc__style_is_cut(const struct tc__cursor *cursor, int64_t received)
{
	bool full = cursor->asked && received >= cursor->asked;
	bool unsaid = (cursor->alone || cursor->wanted == 0) && !tc__style_is_named(cursor);

	return full && (cursor->single || unsaid);
}

/* ---- items that come again ---- */

void tc__style_forget(struct tc__cursor *cursor)
{
	tc__given_clear(&cursor->given);
	tc__seen_clear(&cursor->seen);
}

void tc__style_forget_above(struct tc__cursor *cursor)
{
	tc__given_forget_above(&cursor->given, cursor->lowest);
}

void tc__style_restore(struct tc__cursor *cursor, const struct tc__cursor *before)
{
	tc__given_back(&cursor->given, before->given.newest);
	cursor->wanted = before->wanted;
	cursor->lowest = before->lowest;
	cursor->has_lowest = before->has_lowest;
	cursor->fresh = before->fresh;
	cursor->again = before->again;
	cursor->grown = before->grown;
}

/* Whether an item of a list whose pages overlap by chance was there before. */
static int tell_apart(struct tc__cursor *cursor, const tc_json *item, bool *fresh, tc_error *err)
{
	const char *unique = cursor->paging->unique;
	int64_t number;

	if (!tc_json_int64(tc_json_at(item, unique), &number))
		return tc__fail(err, TC_ERROR_REPLY,
			"an item has no number %s, by which items are told apart", unique + 1);
	*fresh = !tc__seen_has(&cursor->seen, number);
	if (!*fresh)
		return TC_OK;
	if ((int64_t)cursor->seen.count >= cursor->distinct_max)
		return tc__fail(err, TC_ERROR_REPLY,
			"there are more than %lld items to be told apart (distinct_max)",
			(long long)cursor->distinct_max);
	return tc__seen_add(&cursor->seen, number) ? TC_OK : tc__fail_nomem(err);
}

int tc__style_mark(struct tc__cursor *cursor, const tc_json *item, bool *fresh, tc_error *err)
{
	const struct tc_paging *paging = cursor->paging;
	int64_t key;

	*fresh = true;
	if (paging->style != TC_PAGING_KEYSET)
		return cursor->distinct_max ? tell_apart(cursor, item, fresh, err) : TC_OK;
	const tc_json *unique = tc_json_at(item, paging->unique);
	const char *text = tc_json_text(unique);
	if (!tc_json_int64(tc_json_at(item, paging->key), &key) || !text)
		return tc__fail(err, TC_ERROR_REPLY,
			"an item has no %s or no %s, by which lists go on", paging->key + 1,
			paging->unique + 1);
	if (!cursor->has_lowest || key < cursor->lowest) {
		cursor->lowest = key;
		cursor->has_lowest = true;
	}
	size_t length = tc_json_text_length(unique);
	*fresh = !tc__given_has(&cursor->given, key, text, length);
	cursor->fresh |= *fresh;
	if (!*fresh || key != cursor->lowest)
		return TC_OK;
	return tc__given_add(&cursor->given, key, text, length) ? TC_OK : tc__fail_nomem(err);
}
