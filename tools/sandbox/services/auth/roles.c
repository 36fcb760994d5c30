/* SPDX-License-Identifier: MPL-2.0 */

/* Auth: roles, and what its files share. */

#include "tools/sandbox/services/auth/auth.h"
#include "tools/sandbox/tasks/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int auth_read_scopes(struct request *request, struct tc_scopes *scopes, const char **text)
{
	const tc_json *json = tc_json_get(request->input, "scopes");
	char *written = NULL;

	*text = "[]";
	if (!scopes_read(&request->arena, json, scopes))
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`scopes` must be an array of scopes, %d at most", SCOPES_MAX);
	if (!json)
		return 0;
	if (tc_json_write(json, TC_JSON_COMPACT, &written, NULL, NULL) == TC_OK)
		*text = tc__arena_text(&request->arena, written, strlen(written));
	tc_release(written);
	return written && *text ? 0 : refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
}

int auth_authorize(struct request *request, const struct tc_scopes *scopes)
{
	const struct scope_value values[] = {
		{ .name = "scopes", .list = *scopes, .is_list = true },
		{ .name = "scopesAdded", .list = *scopes, .is_list = true },
		{ .name = NULL },
	};

	return authorize(request, values);
}

struct tc_scopes auth_added(
	struct request *request, const struct tc_scopes *held, const struct tc_scopes *wanted)
{
	const char **list = tc__arena_alloc(&request->arena, wanted->count * sizeof *list);
	size_t count = 0;

	if (!list)
		return *wanted; /* more than needed is asked for, never less */
	for (size_t i = 0; i < wanted->count; i++) {
		if (!scopes_cover(held, wanted->scopes[i]))
			list[count++] = wanted->scopes[i];
	}
	return (struct tc_scopes){ list, count };
}

void auth_write_scopes(struct request *request, const char *stored, const char *own)
{
	struct tc_scopes scopes = { 0 };

	write_member_raw(&request->reply, "scopes", stored);
	common_scopes(request, stored, &scopes);
	struct tc_scopes expanded =
		roles_expand_with(&request->sandbox->roles, &request->arena, &scopes, own);
	write_name(&request->reply, "expandedScopes");
	common_write_scopes(&request->reply, &expanded);
}

void auth_note(struct request *request, const char *type, const char *id, const char *action)
{
	const char *who = request->identity.client_id;
	struct step step = { request->sandbox, &request->arena, request->now_ms };
	char exchange[40];

	store_run(request->sandbox->store,
		"INSERT INTO audit (entity_type, entity_id, client_id, action, created) "
		"VALUES (?, ?, ?, ?, ?)",
		"tttti", type, id, who ? who : "anonymous", action, request->now_ms);
	/* whatever else was done to it, it was updated */
	bool own = strcmp(action, "created") == 0 || strcmp(action, "deleted") == 0;
	snprintf(exchange, sizeof exchange, "%s-%s", type, own ? action : "updated");
	tell_auth(&step, exchange, strcmp(type, "role") == 0 ? "roleId" : "clientId", id);
}

#define COLUMNS "role_id, description, scopes, created, modified"

static void write_role(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;
	const char *id = store_copy(&request->arena, row, 0);

	write_object(reply);
	write_member(reply, "roleId", id);
	write_member(reply, "description", store_text(row, 1));
	write_member_date(reply, "created", store_int(row, 3));
	write_member_date(reply, "lastModified", store_int(row, 4));
	auth_write_scopes(request, store_text(row, 2), request_printf(request, "assume:%s", id));
	write_end_object(reply);
}

static struct row *find(struct request *request)
{
	return store_query(request->sandbox->store,
		"SELECT " COLUMNS " FROM roles WHERE role_id = ?", "t",
		request_argument(request, "roleId"));
}

static int reply_role(struct request *request)
{
	struct row *row = find(request);
	bool found = store_next(row);

	if (found)
		write_role(request, row);
	store_end(request->sandbox->store, row);
	return found ? 200 : refuse(request, RESOURCE_NOT_FOUND, "Role not found");
}

static int role(struct request *request)
{
	return reply_role(request);
}

static int changed(struct request *request, const char *action)
{
	auth_note(request, "role", request_argument(request, "roleId"), action);
	if (!roles_load(&request->sandbox->roles, request->sandbox->store))
		return refuse(request, INTERNAL_SERVER_ERROR, "the roles could not be read");
	return reply_role(request);
}

/* The services sort a new role's scopes: a pattern stands before what it covers. */
static int compare_scopes(const void *a, const void *b)
{
	const char *left = *(const char *const *)a;
	const char *right = *(const char *const *)b;

	while (*left && *left == *right) {
		left++;
		right++;
	}
	if (*left == *right)
		return 0;
	if (strcmp(left, "*") == 0)
		return -1;
	if (strcmp(right, "*") == 0)
		return 1;
	return (unsigned char)*left < (unsigned char)*right ? -1 : 1;
}

static const char *write_sorted(struct request *request, const struct tc_scopes *scopes)
{
	const char **list = tc__arena_alloc(&request->arena, (scopes->count + 1) * sizeof *list);
	struct tc_scopes sorted = { list, scopes->count };
	struct writer writer = { .text = TC__BUFFER(REPLY_MAX) };
	const char *text = NULL;

	if (!list)
		return NULL;
	for (size_t i = 0; i < scopes->count; i++)
		list[i] = scopes->scopes[i];
	qsort(list, scopes->count, sizeof *list, compare_scopes);
	common_write_scopes(&writer, &sorted);
	if (!tc__buffer_failed(&writer.text))
		text = tc__arena_text(&request->arena, writer.text.data, writer.text.length);
	tc__buffer_clear(&writer.text);
	return text;
}

/* Whether all roles are good with this one among them; 0, or the status of a refusal. */
static int check_roles(struct request *request, const struct tc_scopes *scopes)
{
	const struct role role = { request_argument(request, "roleId"), *scopes };
	const char *why = roles_problem(&request->sandbox->roles, &role);

	return why ? refuse(request, INPUT_ERROR, "%s", why) : 0;
}

static int create_role(struct request *request)
{
	const char *description = request_text(request, "description");
	const char *id = request_argument(request, "roleId");
	struct tc_scopes scopes;
	const char *text;
	int status = auth_read_scopes(request, &scopes, &text);

	if (!status && (!description || !tc_json_get(request->input, "scopes")))
		status = refuse(request, INPUT_VALIDATION_ERROR,
			"expected `description` (a string) and `scopes` (an array of scopes)");
	if (!status)
		status = auth_authorize(request, &scopes);
	text = status ? NULL : write_sorted(request, &scopes);
	if (!status && !text)
		status = refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	if (status)
		return status;
	struct row *row = find(request);
	bool found = store_next(row);
	bool same = found && strcmp(store_text(row, 1), description) == 0 &&
		strcmp(store_text(row, 2), text) == 0;
	store_end(request->sandbox->store, row);
	if (found && !same)
		return refuse(request, REQUEST_CONFLICT, "Role already exists: %s", id);
	if (same)
		return reply_role(request);
	status = check_roles(request, &scopes);
	if (status)
		return status;
	store_run(request->sandbox->store,
		"INSERT INTO roles (role_id, description, scopes, created, modified) "
		"VALUES (?, ?, ?, ?, ?)",
		"tttii", id, description, text, request->now_ms, request->now_ms);
	return changed(request, "created");
}

static int update_role(struct request *request)
{
	const char *description = request_text(request, "description");
	struct tc_scopes scopes;
	struct tc_scopes held;
	const char *text;
	int status = auth_read_scopes(request, &scopes, &text);

	if (!status && (!description || !tc_json_get(request->input, "scopes")))
		status = refuse(request, INPUT_VALIDATION_ERROR,
			"expected `description` (a string) and `scopes` (an array of scopes)");
	if (status)
		return status;
	struct row *row = find(request);
	bool found = store_next(row) && common_scopes(request, store_text(row, 2), &held);
	store_end(request->sandbox->store, row);
	if (!found)
		return refuse(request, RESOURCE_NOT_FOUND, "Role not found");
	struct tc_scopes added = auth_added(request, &held, &scopes);
	status = auth_authorize(request, &added);
	if (!status)
		status = check_roles(request, &scopes);
	if (status)
		return status;
	store_run(request->sandbox->store,
		"UPDATE roles SET description = ?, scopes = ?, modified = ? WHERE role_id = ?",
		"ttit", description, text, request->now_ms, request_argument(request, "roleId"));
	return changed(request, "updated");
}

static int delete_role(struct request *request)
{
	const char *id = request_argument(request, "roleId");

	store_run(request->sandbox->store, "DELETE FROM roles WHERE role_id = ?", "t", id);
	auth_note(request, "role", id, "deleted");
	roles_load(&request->sandbox->roles, request->sandbox->store);
	return 204;
}

static void write_role_id(struct request *request, struct row *row)
{
	write_string(&request->reply, store_text(row, 0));
}

static int list_paged(struct request *request, const struct list *list)
{
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT " COLUMNS " FROM roles WHERE role_id > ? ORDER BY role_id LIMIT ?", "ti",
		page.after, page.limit + 1);
	return common_list(request, list, &page, row);
}

static int list_roles2(struct request *request)
{
	static const struct list roles = { "roles", write_role, 0 };

	return list_paged(request, &roles);
}

static int list_role_ids(struct request *request)
{
	static const struct list ids = { "roleIds", write_role_id, 0 };

	return list_paged(request, &ids);
}

static int list_roles(struct request *request)
{
	struct store *store = request->sandbox->store;
	struct row *row = store_query(store, "SELECT " COLUMNS " FROM roles ORDER BY role_id", "");

	write_array(&request->reply);
	while (store_next(row))
		write_role(request, row);
	store_end(store, row);
	write_end_array(&request->reply);
	return 200;
}

const struct handler auth_role_handlers[] = {
	{ "auth.role", role, false },
	{ "auth.createRole", create_role, true },
	{ "auth.updateRole", update_role, true },
	{ "auth.deleteRole", delete_role, false },
	{ "auth.listRoles", list_roles, false },
	{ "auth.listRoles2", list_roles2, false },
	{ "auth.listRoleIds", list_role_ids, false },
	{ NULL, NULL, false },
};
