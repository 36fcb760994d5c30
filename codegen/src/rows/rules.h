/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_ROWS_RULES_H
#define TC_CODEGEN_ROWS_RULES_H

/* The rules of values as the codec's, in the arena; NULL where there are none, or memory ends. */

#include "codegen/src/rows/types.h"

/* Zeroed memory; NULL when memory ends. */
void *types_allocate(struct types *types, size_t count, size_t size);

const struct tc_text_rules *rules_of_text(struct types *types, const struct text_rules *rules);
const struct tc_int64_rules *rules_of_int64(struct types *types, const struct int64_rules *rules);
const struct tc_double_rules *rules_of_double(
	struct types *types, const struct double_rules *rules);
const struct tc_count_rules *rules_of_counts(struct types *types, const struct count_rules *counts);

/* Texts, each with a NUL behind it; NULL for none. */
const char *rules_join(struct types *types, const char *const *texts, size_t count);

#endif
