/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/pair.h"
#include "tools/taskcluster/differences/schema.h"

static const tc_json *follow(const void *references, const tc_json *schema)
{
	return tc_references_follow(references, schema);
}

void pair_compare_schemas(const struct pair *pair, const tc_json *older, const tc_json *newer,
	bool is_read, const struct change *subject)
{
	struct schema_side was = { older, follow, pair->older },
			   is = { newer, follow, pair->newer };

	if (older || newer)
		schema_compare(&was, &is, is_read, subject, pair->sink);
}
