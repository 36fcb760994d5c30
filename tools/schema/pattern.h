/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_PATTERN_H
#define TC_SCHEMA_PATTERN_H

/*
 * The patterns of schemas, which are those of ECMA 262 (its flag "u"), by PCRE2. What the two read
 * differently is translated: \s, \v, \u, the dot, a class without anything, brackets in classes.
 * What ECMA 262 does not have and others do (\A, \z, possessive quantifiers, comments, recursion)
 * is refused, as it would mean other things to other checkers. (?i), (?s) and (?m), which some of
 * these have and all understand alike, are taken.
 */

#include <stdbool.h>
#include <stddef.h>

struct pattern;

#define PATTERN_REASON_SIZE 160

/* NULL with a reason why it is none. pattern_free it. */
struct pattern *pattern_new(const char *source, size_t length, char reason[PATTERN_REASON_SIZE]);
void pattern_free(struct pattern *pattern);

enum pattern_answer { PATTERN_ABSENT, PATTERN_FOUND, PATTERN_UNDECIDED };

/* Whether it is somewhere in a text of UTF-8; undecided when the search takes too many steps. */
enum pattern_answer pattern_search(const struct pattern *pattern, const char *text, size_t length);

#endif
