/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/functions.h"

#include <string.h>

struct change functions_change(
	const struct tc_operation *operation, const char *kind, enum breaks breaks)
{
	return (struct change){ .service = operation->service->name,
		.kind = kind,
		.function = operation->name,
		.breaks = breaks };
}

bool functions_same_shape(const struct functions *both)
{
	const char *older = both->older->route, *newer = both->newer->route;

	while (*older && *older == *newer) {
		bool argument = *older == '<';
		older += argument ? strcspn(older, ">") : 1;
		newer += argument ? strcspn(newer, ">") : 1;
	}
	return *older == *newer;
}
