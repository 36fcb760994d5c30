/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_INDENTED_H
#define TC_WORKFLOWS_INDENTED_H

/*
 * JSON text as the production worker's encoder (Go's encoding/json, MarshalIndent) writes it: an
 * indent of two spaces, no line feed at the end, <, >, & and the two line ends of Unicode escaped.
 * What goes wrong is kept, and told by tc__indented_take, so that the calls between need no checks.
 */

#include <taskcluster/json.h>

struct tc__indented {
	char *bytes; /* for tc_release; NULL: none yet */
	size_t length, room;
	size_t depth;
	bool begun; /* the innermost object or array has an item */
	tc_error failure;
};
#define TC__INDENTED_NONE \
	{ \
		.failure = TC_ERROR_INIT \
	}

void tc__indented_begin(struct tc__indented *text, char bracket); /* '{', '[' */
void tc__indented_end(struct tc__indented *text, char bracket);   /* of the innermost */
void tc__indented_name(struct tc__indented *text, const char *name, size_t length);

/* Values: of an object behind their name. */
void tc__indented_string(struct tc__indented *text, const char *value, size_t length);
void tc__indented_int64(struct tc__indented *text, int64_t value);

/* As it is: names in their order, numbers as they were written. */
void tc__indented_json(struct tc__indented *text, const tc_json *json);

/*
 * As a program writes it that has read it into maps: names sorted by their bytes, numbers made
 * doubles. With `under` (NULL: nothing) what that has besides: members of objects, at every level;
 * of all else that both have `json` counts.
 */
void tc__indented_sorted(struct tc__indented *text, const tc_json *json, const tc_json *under);

/* The text (NUL behind it), for tc_release; or what went wrong. It is none then. */
int tc__indented_take(struct tc__indented *text, char **bytes, size_t *length, tc_error *err);

/* ---- members by name ---- */

struct tc__member {
	const char *name;
	size_t length;
	const tc_json *json, *under; /* one of them may be NULL */
};

/* Those of two objects (either may be NULL), each name once, in the order of the names' bytes; for
 * free(). NULL: memory ended. */
struct tc__member *tc__members_sorted(const tc_json *json, const tc_json *under, size_t *count);

#endif
