/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_TYPES_MUTATE_H
#define TC_TESTS_TYPES_MUTATE_H

/* Instances with one thing wrong. */

#include "tests/types/schemas.h"

enum mutation {
	WITHOUT,   /* a required member is not there */
	OTHER_KIND /* a value is of another kind than the schema says */
};

/* Where one could be, and what it would do. */
struct place {
	char pointer[256];
	enum mutation what;
};

struct places {
	struct place *list;
	size_t count, capacity;
};

/* The places of an instance whose mutation no type may take: none within free-form values, and none
 * that would only make a union's value one of another arm. */
struct places places_of(const struct root *root, const tc_json *json);
void places_clear(struct places *places);

/* A copy of the instance with the mutation; for tc_release(). */
const tc_json *mutate(const tc_json *json, const struct place *place);

/* A copy in which the value at a JSON pointer is another; NULL: it is not there. */
const tc_json *replaced(const tc_json *json, const char *pointer, const tc_json *value);

#endif
