/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/range.h"

#include "runtime/src/base/ascii.h"
#include <string.h>

void tc__range_value(const struct tc__range *range, struct tc__buffer *value)
{
	tc__buffer_printf(value, "bytes=%lld-", (long long)range->begin);
	if (range->length)
		tc__buffer_printf(value, "%lld", (long long)(range->begin + range->length - 1));
}

/* Digits, and the text behind them; NULL when there are none, or too many. */
static const char *read_number(const char *text, int64_t *number)
{
	const char *at = text;

	for (*number = 0; tc__is_digit(*at); at++) {
		if (*number > (INT64_MAX - 9) / 10)
			return NULL;
		*number = 10 * *number + (*at - '0');
	}
	return at > text ? at : NULL;
}

struct content_range {
	int64_t first, last;
	int64_t total; /* -1: not told */
};

/* "bytes 0-99/200", or with a star where the total is not known */
static bool read_content_range(const char *text, struct content_range *read)
{
	static const char unit[] = "bytes ";

	if (!tc__same_letters(text, unit, sizeof unit - 1))
		return false;
	text += sizeof unit - 1;
	while (*text == ' ')
		text++;
	text = read_number(text, &read->first);
	if (!text || *text != '-')
		return false;
	text = read_number(text + 1, &read->last);
	if (!text || *text != '/' || read->last < read->first)
		return false;
	read->total = -1;
	if (strcmp(text + 1, "*") == 0)
		return true;
	text = read_number(text + 1, &read->total);
	return text && !*text && read->total > read->last;
}

/* Where the range ends that was asked for, as far as anybody can know: INT64_MAX for no end. */
static int64_t last_of(const struct tc__range *range, int64_t total)
{
	int64_t last = range->length ? range->begin + range->length - 1 : INT64_MAX;

	return total >= 0 && total - 1 < last ? total - 1 : last;
}

int tc__range_check(
	const struct tc__range *range, const char *content_range, int64_t *length, tc_error *err)
{
	struct content_range read;

	if (tc__range_is_all(range))
		return tc__fail(err, TC_ERROR_REPLY,
			"the server sent a part (206), and all of it was asked for");
	if (!content_range)
		return tc__fail(err, TC_ERROR_REPLY,
			"the server sent a part (206) without Content-Range, which would say of "
			"what");
	if (!read_content_range(content_range, &read))
		return tc__fail(err, TC_ERROR_REPLY,
			"the server sent a part (206) whose Content-Range is \"%.100s\"; expected "
			"such as \"bytes 0-99/200\"",
			content_range);
	int64_t last = last_of(range, read.total);
	bool open = last == INT64_MAX; /* to the end, wherever that is */
	if (read.first == range->begin && (open || read.last == last)) {
		*length = read.last - read.first + 1;
		return TC_OK;
	}
	struct tc__buffer asked = TC__BUFFER(64);
	tc__range_value(range, &asked);
	int rc = tc__fail(err, TC_ERROR_REPLY,
		"the server sent another part (206) than was asked for: \"%.100s\" for \"%s\"",
		content_range, tc__buffer_get(&asked));
	tc__buffer_clear(&asked);
	return rc;
}
