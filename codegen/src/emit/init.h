/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_INIT_H
#define TC_CODEGEN_INIT_H

/* Initialisers in the making. Most of these add a member with a space before and a comma behind it,
 * or nothing where its value is what zero is. */

#include "runtime/src/base/buffer.h"

#define INIT_MAX (SIZE_MAX / 2)

/* Any text as a literal, alone. */
void init_quoted(struct tc__buffer *init, const char *text);

void init_text(struct tc__buffer *init, const char *member, const char *text);
void init_flag(struct tc__buffer *init, const char *member, bool flag);
void init_number(struct tc__buffer *init, const char *member, int64_t number);

/* What names[value] is called in C. */
void init_name(
	struct tc__buffer *init, const char *member, const char *const *names, uint8_t value);

/* `name` with `before` in front of it: "&", or nothing. */
void init_shared(struct tc__buffer *init, const char *member, const char *before, const char *name);

/* TC_TEXTS("a", "b"), alone */
void init_list(struct tc__buffer *init, const char *const *texts);
void init_texts(struct tc__buffer *init, const char *member, const char *const *texts);
void init_statuses(struct tc__buffer *init, const char *member, const uint16_t *statuses);

/* Without the last comma, and with the brace behind it. */
void init_end(struct tc__buffer *init);

#endif
