/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/members.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right)
{
	const tc_json *a = ((const struct member *)left)->name;
	const tc_json *b = ((const struct member *)right)->name;
	size_t a_length = tc_json_text_length(a), b_length = tc_json_text_length(b);
	int order =
		memcmp(tc_json_text(a), tc_json_text(b), a_length < b_length ? a_length : b_length);

	return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

struct member *members_sorted(const tc_json *object)
{
	size_t count = tc_json_kind(object) == TC_JSON_OBJECT ? tc_json_count(object) : 0;
	struct member *members = calloc(count + 1, sizeof *members);

	if (!members)
		return NULL;
	for (size_t i = 0; i < count; i++)
		members[i] = (struct member){ tc_json_name(object, i), tc_json_item(object, i) };
	qsort(members, count, sizeof *members, compare);
	return members;
}
