/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/groups/targets.h"
#include "tools/taskcluster/groups/each.h"
#include "tools/taskcluster/shared/member.h"

#include <stdlib.h>
#include <string.h>

static struct target *add_place(struct targets *targets)
{
	if (targets->count == targets->room) {
		size_t room = targets->room ? 2 * targets->room : 64;
		struct target *all = realloc(targets->all, room * sizeof *all);
		if (!all)
			return NULL;
		targets->all = all;
		targets->room = room;
	}
	targets->all[targets->count] = (struct target){ 0 };
	return &targets->all[targets->count++];
}

/* As long as it is, whatever is in it. */
static char *copy(const char *text, size_t length)
{
	char *copied = malloc(length + 1);

	if (!copied)
		return NULL;
	memcpy(copied, text, length);
	copied[length] = '\0';
	return copied;
}

bool targets_add(struct targets *targets, const tc_json *item)
{
	struct target *target = add_place(targets);
	const char *name = task_text(item, "/task/metadata/name");

	if (!target)
		return false;
	target->task_id = strdup(task_text(item, "/status/taskId"));
	target->name_length = tc_json_text_length(tc_json_at(item, "/task/metadata/name"));
	target->name = copy(name, target->name_length);
	return target->task_id && target->name;
}

bool targets_move(struct targets *to, struct target *target)
{
	struct target *place = add_place(to);

	if (!place)
		return false;
	*place = *target;
	*target = (struct target){ 0 };
	return true;
}

tc_json_builder *target_json(const struct target *target)
{
	tc_json_builder *json = tc_json_builder_new();

	tc_json_add_object(json);
	member_text(json, "taskId", target->task_id);
	tc_json_add_name(json, "name");
	tc_json_add_string_n(json, target->name, target->name_length);
	return json;
}

bool targets_have(const struct targets *targets, const char *task_id)
{
	for (size_t i = 0; i < targets->count; i++)
		if (strcmp(targets->all[i].task_id, task_id) == 0)
			return true;
	return false;
}

void targets_free(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++) {
		free(targets->all[i].task_id);
		free(targets->all[i].name);
		free(targets->all[i].error);
	}
	free(targets->all);
	*targets = (struct targets){ 0 };
}
