/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_PLACES_H
#define TC_SCHEMA_PLACES_H

/* What is known of the parts of schemas, by their addresses. */

#include "tools/schema/pattern.h"

#include <stddef.h>
#include <taskcluster/json.h>

struct schema_file;

/* A schema, and the file against which its references are resolved; {0} for none. */
struct schema {
	const tc_json *json;
	const struct schema_file *file;
};

struct schema_place {
	const tc_json *json;            /* NULL: the place is free */
	const struct schema_file *file; /* of which it was found to be a schema; else NULL */
	struct schema to;               /* where its $ref leads, once that was looked for */
	struct pattern *pattern;        /* its pattern, once compiled; NULL: it is none */
	bool linked, compiled;
};

struct places {
	struct schema_place *all;
	size_t count, room; /* room is a power of two, or 0 */
};

/* The place of a part, which is made when there is none; NULL without memory. It moves when another
 * is made. */
struct schema_place *places_at(struct places *places, const tc_json *json);

/* The same, or NULL. */
struct schema_place *places_find(const struct places *places, const tc_json *json);

void places_clear(struct places *places);

#endif
