/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_HOOKS_H
#define TC_SANDBOX_HOOKS_H

/* Hooks: templates of tasks, fired by a call or by their schedule. Messages do not fire them: the
 * sandbox publishes and does not listen. */

#include "tools/sandbox/request/common.h"

handler_fn hooks_list_groups, hooks_list, hooks_get, hooks_create, hooks_update, hooks_remove;
handler_fn hooks_trigger, hooks_trigger_with_token, hooks_get_token, hooks_reset_token;
handler_fn hooks_status, hooks_last_fires;

/* One fire of a hook: filled in up to `created` by the caller, the rest by hooks_fire. */
struct hook_fire {
	const char *group_id, *hook_id;
	const char *fired_by;   /* as listLastFires says it */
	const char *client_id;  /* of the caller, or NULL */
	const tc_json *payload; /* or NULL */
	int64_t created;        /* what the task says, and `now` in its template */
	enum { FIRE_MADE, FIRE_NOTHING, FIRE_FAILED, FIRE_FORBIDDEN } outcome;
	const char *task_id, *error; /* in the arena; the error is NULL unless it failed */
};

/* Renders the hook's template and creates the task as the hook's role, in the present transaction.
 * What failed may have left something behind: the caller rolls back. */
void hooks_fire(struct sandbox *sandbox, struct tc__arena *arena, struct hook_fire *fire);

/* Notes a fire that made a task or failed, for listLastFires. */
void hooks_note(struct sandbox *sandbox, const struct hook_fire *fire, int64_t now_ms);

/* When a schedule (JSON text, checked before) fires next; -1 for never. */
int64_t hooks_next(const char *schedule, int64_t after_ms);

/* Fires the hooks whose time has come. Returns when it must be called again. */
int64_t hooks_run(struct sandbox *sandbox, int64_t now_ms);

/* Readers of the stream are told that a hook has changed, or has fired. */
void hooks_tell(struct sandbox *sandbox, const char *group_id, const char *hook_id);

#endif
