/* SPDX-License-Identifier: MPL-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "codegen/src/input/pattern.h"

#include <pcre2.h>
#include <stdint.h>
#include <string.h>

#define PATTERN_MAX 500

bool pattern_compile(const char *pattern, enum pattern_kind kind, struct pattern_fault *fault)
{
	const uint32_t utf = kind == PATTERN_OF_SCHEMA ? PCRE2_UTF | PCRE2_NO_UTF_CHECK : 0;
	const uint32_t options = utf | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX |
		PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF;
	int error = 0;
	PCRE2_SIZE offset = 0;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);

	*fault = (struct pattern_fault){ .offset = 0 };
	if (!context)
		return false;
	if (kind == PATTERN_OF_SCHEMA)
		pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
	pcre2_code *code = pcre2_compile(
		(PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, &error, &offset, context);
	pcre2_compile_context_free(context);
	if (!code && error == PCRE2_ERROR_HEAP_FAILED)
		return false;
	if (!code) {
		pcre2_get_error_message(error, (PCRE2_UCHAR *)fault->reason, sizeof fault->reason);
		fault->offset = offset;
	}
	pcre2_code_free(code);
	return true;
}

int pattern_check(const struct node *node, const char *pattern, tc_error *err)
{
	struct pattern_difference difference;
	struct pattern_fault fault;

	for (const char *at = pattern; *at; at++)
		if (*at < ' ' || *at > '~')
			return node_fail(node, err, "is no pattern of printable ASCII");
	if (!*pattern || strlen(pattern) > PATTERN_MAX)
		return node_fail(node, err,
			"is \"%.100s\"; expected a regular expression of at most %d characters",
			pattern, PATTERN_MAX);
	if (!pattern_compile(pattern, PATTERN_OF_REFERENCE, &fault))
		return tc__fail_nomem(err);
	if (*fault.reason)
		return node_fail(node, err,
			"is \"%.100s\"; expected a regular expression, but %s at offset %zu",
			pattern, fault.reason, fault.offset);
	if (!pattern_differs(pattern, &difference))
		return TC_OK;
	return node_fail(node, err,
		"has %s in \"%.100s\", which is %s for PCRE2, but not for ECMAScript; expected "
		"what both read alike",
		difference.construct, pattern, difference.meaning);
}
