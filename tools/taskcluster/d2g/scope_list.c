/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/scope_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct scope_list *list)
{
	size_t room = list->room ? 2 * list->room : 64;

	if (list->count < list->room)
		return true;
	char **all = realloc(list->all, room * sizeof *all);
	if (!all)
		return false;
	list->all = all;
	list->room = room;
	return true;
}

void scope_list_add(struct scope_list *list, const char *begin, const char *middle, const char *end)
{
	size_t size = strlen(begin) + strlen(middle) + strlen(end) + 1;
	char *scope = make_room(list) ? malloc(size) : NULL;

	if (!scope) {
		list->no_memory = true;
		return;
	}
	snprintf(scope, size, "%s%s%s", begin, middle, end);
	list->all[list->count++] = scope;
}

static int compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

int scope_list_build(struct scope_list *list, const tc_json **json, tc_error *err)
{
	/* without a builder the building tells of memory */
	tc_json_builder *builder = list->no_memory ? NULL : tc_json_builder_new();

	if (list->count > 0)
		qsort(list->all, list->count, sizeof *list->all, compare);
	tc_json_add_array(builder);
	for (size_t i = 0; i < list->count; i++) {
		tc_json_add_string(builder, list->all[i]);
		free(list->all[i]);
	}
	tc_json_end(builder);
	free(list->all);
	*list = (struct scope_list){ 0 };
	return tc_json_build(builder, json, err);
}
