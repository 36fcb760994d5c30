/* SPDX-License-Identifier: MPL-2.0 */

/* Hooks fired by a call. */

#include "tools/sandbox/base/digest.h"
#include "tools/sandbox/services/hooks/hooks.h"
#include "tools/schema/validate.h"

#include <string.h>

/* What a hook lets in. False when there is no such hook. */
struct gate {
	const char *trigger_schema, *token;
};

static bool find_gate(struct request *request, struct gate *gate)
{
	struct row *row = store_query(request->sandbox->store,
		"SELECT trigger_schema, token FROM hooks WHERE group_id = ? AND hook_id = ?", "tt",
		request_argument(request, "hookGroupId"), request_argument(request, "hookId"));
	bool found = store_next(row);

	if (found) {
		gate->trigger_schema = store_copy(&request->arena, row, 0);
		gate->token = store_copy(&request->arena, row, 1);
	}
	store_end(request->sandbox->store, row);
	return found && gate->trigger_schema && gate->token;
}

/* The body against the hook's own schema, whose patterns are not worth keeping. */
static int check_payload(struct request *request, const struct gate *gate)
{
	struct schemas schemas = { 0 };
	struct tc__buffer problems = TC__BUFFER(50000);
	struct schema schema = { 0 };
	int status = 0;

	tc_json_parse(gate->trigger_schema, strlen(gate->trigger_schema), &schema.json, NULL);
	if (schema.json && !validate(&schemas, schema, request->input, &problems))
		status = refuse(request, INPUT_ERROR, "the payload does not match triggerSchema:%s",
			tc__buffer_get(&problems));
	tc__buffer_clear(&problems);
	schemas_clear(&schemas);
	tc_release(schema.json);
	return status;
}

/* A refusal undoes what was done, but the note of it stays. */
static int keep_failure(struct request *request, const struct hook_fire *fire)
{
	struct store *store = request->sandbox->store;

	store_rollback(store);
	store_begin(store);
	hooks_note(request->sandbox, fire, request->now_ms);
	store_commit(store);
	store_begin(store);
	return refuse(request, fire->outcome == FIRE_FORBIDDEN ? INSUFFICIENT_SCOPES : INPUT_ERROR,
		"%s", fire->error);
}

static int trigger(struct request *request, const struct gate *gate, const char *fired_by,
	const char *client_id)
{
	struct writer *reply = &request->reply;
	struct hook_fire fire = { .group_id = request_argument(request, "hookGroupId"),
		.hook_id = request_argument(request, "hookId"),
		.fired_by = fired_by,
		.client_id = client_id,
		.payload = request->input,
		.created = request->now_ms };
	int status = check_payload(request, gate);

	if (status)
		return status;
	hooks_fire(request->sandbox, &request->arena, &fire);
	if (fire.outcome >= FIRE_FAILED)
		return keep_failure(request, &fire);
	hooks_note(request->sandbox, &fire, request->now_ms);
	write_object(reply);
	if (fire.outcome == FIRE_MADE) {
		write_member(reply, "taskId", fire.task_id);
		write_name(reply, "status");
		write_object(reply);
		write_member(reply, "taskId", fire.task_id);
		write_end_object(reply);
	}
	write_end_object(reply);
	return 200;
}

int hooks_trigger(struct request *request)
{
	struct gate gate;

	if (!find_gate(request, &gate))
		return refuse(request, RESOURCE_NOT_FOUND, "No such hook");
	return trigger(request, &gate, "triggerHook", request->identity.client_id);
}

int hooks_trigger_with_token(struct request *request)
{
	struct gate gate;

	if (!find_gate(request, &gate))
		return refuse(request, RESOURCE_NOT_FOUND, "No such hook");
	if (!digest_same(gate.token, request_argument(request, "token")))
		return refuse(request, AUTHENTICATION_FAILED, "invalid hook token");
	return trigger(request, &gate, "triggerHookWithToken", NULL);
}
