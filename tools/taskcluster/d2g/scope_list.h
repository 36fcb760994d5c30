/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_SCOPE_LIST_H
#define TC_CLI_D2G_SCOPE_LIST_H

/* Scopes that are made up, in order. */

#include <taskcluster/json.h>

struct scope_list {
	char **all; /* begin with {0} */
	size_t count, room;
	bool no_memory;
};

/* Adds the scope that the three texts are one behind the other. */
void scope_list_add(
	struct scope_list *list, const char *begin, const char *middle, const char *end);

/* The list sorted byte by byte as JSON; release it. The list is gone, also on failure, which is
 * for memory only. */
int scope_list_build(struct scope_list *list, const tc_json **json, tc_error *err);

#endif
