/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_GROUPS_TARGETS_H
#define TC_CLI_GROUPS_TARGETS_H

/* Tasks that are to be cancelled, or could not be. */

#include <taskcluster/json.h>

#include <stdbool.h>
#include <stddef.h>

struct target {
	char *task_id, *name;
	size_t name_length;
	char *error; /* why it could not be cancelled; NULL */
};

/* Begin with zeros. */
struct targets {
	struct target *all;
	size_t count, room;
};

/* Takes in a task as listTaskGroup gives it. false: memory ended. */
bool targets_add(struct targets *targets, const tc_json *item);

/* Hands a target over, which is empty then. false: memory ended, and nothing was handed over. */
bool targets_move(struct targets *to, struct target *target);

/* An object that is begun, with what names the task: {"taskId", "name". */
tc_json_builder *target_json(const struct target *target);

bool targets_have(const struct targets *targets, const char *task_id);
void targets_free(struct targets *targets);

#endif
