/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_DIFFERENCES_KEYWORDS_H
#define TC_CLI_DIFFERENCES_KEYWORDS_H

/* The parts of a comparison of schemas, each of some keywords of the current step, and what they
 * ask of a schema. */

#include "tools/taskcluster/differences/comparison.h"

void compare_types(struct comparison *comparison);    /* type */
void compare_values(struct comparison *comparison);   /* enum, const, default */
void compare_limits(struct comparison *comparison);   /* minimum, maxLength, pattern, … */
void compare_members(struct comparison *comparison);  /* properties, required, … */
void compare_items(struct comparison *comparison);    /* items, contains, … */
void compare_arms(struct comparison *comparison);     /* anyOf, oneOf, allOf */
void compare_the_rest(struct comparison *comparison); /* not, if, dependencies */

/* Whether a value may be of two of the alternatives at once, as far as their types and the members
 * that tell them apart say. */
bool arms_overlap(
	struct comparison *comparison, const struct schema_side *side, const tc_json *list);

/* Whether a member of both has one value only, and not the same: it tells them apart. */
bool schema_is_told_apart(
	struct comparison *comparison, const tc_json *first, const tc_json *second);

/* For schemas of which one alone is nothing but alternatives: compares the other with those. False:
 * they are not so, and nothing was compared. */
bool compare_as_arms(struct comparison *comparison);

/* The types that a schema takes, as bits; all where it does not say. */
unsigned schema_types(const tc_json *schema);

/* In words: "a text or null". At most TYPE_WORDS_SIZE bytes. */
#define TYPE_WORDS_SIZE 128
const char *schema_types_in_words(unsigned types, char words[TYPE_WORDS_SIZE]);

/* How many keywords it has that restrict values; 0: it takes everything. */
size_t schema_rules(const tc_json *schema);

/* The one value of a schema that takes only one; NULL: it takes more. */
const tc_json *schema_value(const tc_json *schema);

#endif
