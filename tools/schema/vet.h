/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_VET_H
#define TC_SCHEMA_VET_H

/*
 * Whether a schema is one, of draft 4, 6 or 7 of JSON Schema, before anything is checked against
 * it: what is not understood must not count as kept. $schema says the draft (7 without); that of
 * another, keywords of another that would ask for something, patterns that are none and references
 * to nothing are refused. All that it refers to is brought and vetted, too.
 */

#include "tools/schema/schemas.h"

/*
 * Takes the schema that was found at a location, an absolute URI; the JSON goes to `schemas`, in
 * any case. TC_ERROR_INPUT when it is none, or what `fetch` failed with; also in schemas->err.
 */
int vet(struct schemas *schemas, const char *location, const tc_json *json, struct schema *schema);

/* The file of a URI, as seen from another; fetched and vetted when it is not there yet, but for
 * where its own references lead. NULL after an error. */
const struct schema_file *vet_find(
	struct schemas *schemas, const struct schema_file *from, const char *uri);

#endif
