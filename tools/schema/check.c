/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/check.h"

#include "tools/schema/files.h"

#define TEXT_MAX ((size_t)1 << 20)

bool check_fault(
	struct check *c, const struct step *where, const char *what, const tc_json *expected)
{
	struct tc__buffer path = TC__BUFFER(TEXT_MAX);
	struct tc__buffer sentence = TC__BUFFER(TEXT_MAX);
	char *text = NULL;

	if (!c->fault || c->effort->undecided || c->count++ >= c->most)
		return false;
	if (expected && tc_json_write(expected, TC_JSON_COMPACT, &text, NULL, NULL) != TC_OK)
		text = NULL;
	step_write(&path, where);
	tc__buffer_printf(&sentence, "%s%s", what, text ? text : "");
	c->fault(c->data, tc__buffer_get(&path), tc__buffer_get(&sentence));
	tc__buffer_clear(&path);
	tc__buffer_clear(&sentence);
	tc_release(text);
	return false;
}

bool check_is_done(const struct check *c, bool good)
{
	return c->effort->undecided || (!good && (!c->fault || c->count >= c->most));
}

const tc_json *check_since(struct schema schema, int draft, const char *keyword)
{
	if (schema.file && schema.file->draft < draft)
		return NULL;
	return tc_json_get(schema.json, keyword);
}

bool check_count(struct check *c, const tc_json *schema, const char *least, const char *most,
	size_t count, const struct step *where)
{
	const tc_json *minimum = tc_json_get(schema, least);
	const tc_json *maximum = tc_json_get(schema, most);
	double limit;

	if (tc_json_double(minimum, &limit) && (double)count < limit)
		return check_fault(c, where, "is too short: at least ", minimum);
	if (tc_json_double(maximum, &limit) && (double)count > limit)
		return check_fault(c, where, "is too long: at most ", maximum);
	return true;
}

bool check_pattern(struct check *c, const tc_json *pattern, const tc_json *text)
{
	enum pattern_answer answer =
		schemas_match(c->schemas, pattern, tc_json_text(text), tc_json_text_length(text));

	if (answer == PATTERN_UNDECIDED && c->strict)
		c->effort->undecided = "a pattern takes too many steps to look for";
	return answer == PATTERN_FOUND || (answer == PATTERN_UNDECIDED && !c->strict);
}
