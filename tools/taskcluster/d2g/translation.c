/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/translation.h"

bool translation_flag(const struct translation *t, const char *pointer, bool otherwise)
{
	const tc_json *flag = tc_json_at(t->payload, pointer);

	return flag ? tc_json_true(flag) : otherwise;
}

void translation_append(struct translation *t, const tc_json *string)
{
	tc__buffer_add(&t->text, tc_json_text(string), tc_json_text_length(string));
}

void translation_flush(struct translation *t)
{
	tc_json_add_string_n(t->json, tc__buffer_get(&t->text), t->text.length);
	tc__buffer_truncate(&t->text, 0);
}

void translation_name(struct translation *t, const char *member, const tc_json *text)
{
	if (tc_json_text_length(text) == 0)
		return;
	tc_json_add_name(t->json, member);
	tc_json_add_json(t->json, text);
}
