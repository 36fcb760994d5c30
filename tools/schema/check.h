/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_CHECK_H
#define TC_SCHEMA_CHECK_H

/* A check on its way, for those who check a part of it. */

#include "tools/schema/step.h"
#include "tools/schema/validate.h"

/* What a whole check has cost, with what it has of its own on the way. */
struct effort {
	size_t depth, schemas, most; /* so many schemas are looked at */
	const char *undecided;       /* why the value can be said neither to keep nor to break it */
};

/* A $ref that was followed at the value that is looked at. */
struct turn {
	const struct turn *above;
	const tc_json *schema, *value;
};

struct check {
	struct schemas *schemas;
	validate_fault_fn *fault; /* NULL: only whether there is any */
	void *data;
	size_t count, most;
	bool strict;  /* formats are those of their RFCs, and what is undecided is not kept */
	bool nearest; /* of shapes that none fits, what the nearest one misses is told, too */
	struct effort *effort;
	const struct turn *turn;
};

/* Each: whether the value keeps its part of the schema; what breaks it was told. */
bool check(
	struct check *check, struct schema schema, const tc_json *value, const struct step *where);
bool check_values(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where);
bool check_number(
	struct check *c, const tc_json *schema, const tc_json *value, const struct step *where);
bool check_string(
	struct check *c, const tc_json *schema, const tc_json *value, const struct step *where);
bool check_array(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where);
bool check_object(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where);

/* Tells of a fault; `expected`, which may be NULL, is written behind it. Always false. */
bool check_fault(
	struct check *c, const struct step *where, const char *what, const tc_json *expected);

/* The same check of which nobody is told. */
bool check_quietly(const struct check *c, struct schema schema, const tc_json *value);

/* Whether nothing more has to be looked at: it is bad, and more is not told. */
bool check_is_done(const struct check *c, bool good);

/* A keyword that counts from a draft on; else NULL. */
const tc_json *check_since(struct schema schema, int draft, const char *keyword);

/* Whether a text has a pattern; one that cannot be decided is noted down. */
bool check_pattern(struct check *c, const tc_json *pattern, const tc_json *text);

/* Whether a count keeps two limits, given by the names of their keywords. */
bool check_count(struct check *c, const tc_json *schema, const char *least, const char *most,
	size_t count, const struct step *where);

#endif
