/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_DIFFERENCES_SCHEMA_H
#define TC_CLI_DIFFERENCES_SCHEMA_H

/*
 * Two JSON schemas of the same thing, an older and a newer one. Of what callers send, what is
 * narrower breaks callers and what is wider breaks nobody; of what they read it is the other way
 * round. What cannot be compared (patterns, formats, `not`, conditions) counts as both. Two
 * decisions, for readers: members that are new break nobody, even where none but those named were
 * promised; nor does a new value of an enumeration, which the library's types keep as it is.
 *
 * Titles, descriptions and the names of schemas do not count. Where a `$ref` leads does: places are
 * those of a schema in which each stands for its target.
 */

#include "tools/taskcluster/differences/change.h"

#include <taskcluster/json.h>

struct schema_side {
	const tc_json *schema;
	/* Where a schema with `$ref` leads; NULL: nowhere. */
	const tc_json *(*follow)(const void *data, const tc_json *schema);
	const void *data;
};

/* Tells each change: as `subject` with its place and what it breaks. */
void schema_compare(const struct schema_side *older, const struct schema_side *newer, bool is_read,
	const struct change *subject, struct change_sink *sink);

#endif
