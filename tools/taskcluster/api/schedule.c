/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api/request.h"
#include "tools/taskcluster/shared/report.h"

#include <string.h>

#define BLANKS " \t\r\n"
#define FIELDS 5

static size_t count_fields(const char *pattern)
{
	size_t count = 0;

	for (pattern += strspn(pattern, BLANKS); *pattern; pattern += strspn(pattern, BLANKS)) {
		pattern += strcspn(pattern, BLANKS);
		count++;
	}
	return count;
}

static bool takes_schedule(const struct request *request)
{
	const char *name = request->operation->name;

	return strcmp(request->service->name, "hooks") == 0 &&
		(strcmp(name, "createHook") == 0 || strcmp(name, "updateHook") == 0);
}

void api_warn_of_schedule(const struct request *request, const tc_json *body)
{
	const tc_json *schedule = tc_json_get(body, "schedule");

	for (size_t i = 0; takes_schedule(request) && i < tc_json_count(schedule); i++) {
		const tc_json *item = tc_json_item(schedule, i);
		const char *pattern = tc_json_text(item);
		if (tc_json_kind(item) != TC_JSON_STRING || *pattern == '@' ||
			count_fields(pattern) >= FIELDS)
			continue;
		complain("warning: schedule[%zu] is \"%s\": it has %zu fields where %d are usual, "
			 "minute hour day month weekday",
			i, pattern, count_fields(pattern), FIELDS);
		hint("the service takes them from the right and every value for those that are "
		     "missing on the left: the hook fires in every minute that the rest allows");
	}
}
