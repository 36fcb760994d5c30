/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/schema.h"
#include "tools/taskcluster/differences/keywords.h"

/* Ten times what any of Taskcluster's takes; what is circular and doubles must end, too. */
#define STEPS_MAX 20000

/* True takes everything, as {} does, and false nothing. */
static bool is_nothing(const tc_json *schema)
{
	return tc_json_kind(schema) == TC_JSON_BOOL && !tc_json_true(schema);
}

static bool compare_nothing(struct comparison *comparison)
{
	bool older = is_nothing(comparison->step->older);
	bool newer = is_nothing(comparison->step->newer);

	if (newer && !older)
		comparison_tell(comparison, "", EFFECT_NARROWER, "may be nothing any more");
	else if (older && !newer)
		comparison_tell(comparison, "", EFFECT_WIDER, "may be something now");
	return older || newer;
}

static void compare_keywords(struct comparison *comparison)
{
	if (compare_nothing(comparison) || compare_as_arms(comparison))
		return;
	compare_types(comparison);
	compare_values(comparison);
	compare_limits(comparison);
	compare_members(comparison);
	compare_items(comparison);
	compare_arms(comparison);
	compare_the_rest(comparison);
}

void schema_compare(const struct schema_side *older, const struct schema_side *newer, bool is_read,
	const struct change *subject, struct change_sink *sink)
{
	struct comparison comparison = { .older = older,
		.newer = newer,
		.keywords = compare_keywords,
		.is_read = is_read,
		.subject = subject,
		.sink = sink,
		.left = STEPS_MAX };
	struct step whole = { .older = older->schema, .newer = newer->schema };

	comparison_go(&comparison, &whole);
	if (comparison.left == 0)
		comparison_tell(&comparison, "", EFFECT_OTHER,
			"is too much to compare: there may be more changes than these");
}
