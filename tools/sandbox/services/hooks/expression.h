/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_EXPRESSION_H
#define TC_SANDBOX_EXPRESSION_H

/* The expressions of JSON-e, and what they share with templates. */

#include "runtime/src/base/memory.h"
#include "tools/sandbox/services/hooks/jsone.h"

/* Names and their values, the innermost first. */
struct jsone_scope {
	const char *name;
	size_t length;
	const tc_json *value;
	const struct jsone_scope *outer;
};

/* Keeps the first problem; NULL. */
TC_PRINTF(2, 3) const tc_json *jsone_fail(struct jsone *jsone, const char *format, ...);

/* Ends a builder: the tree, kept, or NULL after a failure. */
const tc_json *jsone_build(struct jsone *jsone, tc_json_builder *builder);

const tc_json *jsone_text(struct jsone *jsone, const char *text, size_t length);

/* Evaluates an expression that begins at `text`; *rest is what follows it. */
const tc_json *jsone_evaluate(
	struct jsone *jsone, const struct jsone_scope *scope, const char *text, const char **rest);

/* A text value's text; NULL for all else (tc_json_text has numbers too). */
const char *jsone_string(const tc_json *value);

/* false, null, 0, and what is empty. */
bool jsone_truth(const tc_json *value);

/* The date that `text` says, seen from `from`, or from the context's `now` when that is NULL. */
const tc_json *jsone_from_now(struct jsone *jsone, const struct jsone_scope *scope,
	const tc_json *text, const tc_json *from);

#endif
