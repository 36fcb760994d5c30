/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/emit/init.h"

#include "codegen/src/input/prose.h"
#include <string.h>

void init_quoted(struct tc__buffer *init, const char *text)
{
	prose_literal(init, text, strlen(text));
}

void init_text(struct tc__buffer *init, const char *member, const char *text)
{
	if (!text)
		return;
	tc__buffer_printf(init, " .%s = ", member);
	init_quoted(init, text);
	tc__buffer_char(init, ',');
}

void init_flag(struct tc__buffer *init, const char *member, bool flag)
{
	if (flag)
		tc__buffer_printf(init, " .%s = true,", member);
}

void init_number(struct tc__buffer *init, const char *member, int64_t number)
{
	if (number)
		tc__buffer_printf(init, " .%s = %lld,", member, (long long)number);
}

void init_name(struct tc__buffer *init, const char *member, const char *const *names, uint8_t value)
{
	if (value)
		tc__buffer_printf(init, " .%s = %s,", member, names[value]);
}

void init_shared(struct tc__buffer *init, const char *member, const char *before, const char *name)
{
	if (name)
		tc__buffer_printf(init, " .%s = %s%s,", member, before, name);
}

void init_list(struct tc__buffer *init, const char *const *texts)
{
	if (!*texts) {
		tc__buffer_text(init, "(const char *const[]){ NULL }");
		return;
	}
	tc__buffer_text(init, "TC_TEXTS(");
	for (const char *const *text = texts; *text; text++) {
		tc__buffer_text(init, text == texts ? "" : ", ");
		init_quoted(init, *text);
	}
	tc__buffer_char(init, ')');
}

void init_texts(struct tc__buffer *init, const char *member, const char *const *texts)
{
	if (!texts)
		return;
	tc__buffer_printf(init, " .%s = ", member);
	init_list(init, texts);
	tc__buffer_char(init, ',');
}

void init_statuses(struct tc__buffer *init, const char *member, const uint16_t *statuses)
{
	if (!statuses)
		return;
	tc__buffer_printf(init, " .%s = (const uint16_t[]){", member);
	for (; *statuses; statuses++)
		tc__buffer_printf(init, " %d,", *statuses);
	tc__buffer_text(init, " 0 },");
}

void init_end(struct tc__buffer *init)
{
	if (init->length && init->data[init->length - 1] == ',')
		tc__buffer_truncate(init, init->length - 1);
	tc__buffer_text(init, " }");
}
