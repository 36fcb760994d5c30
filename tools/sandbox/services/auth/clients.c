/* SPDX-License-Identifier: MPL-2.0 */

/* Auth: clients, and the history of clients and roles. */

#include "tools/sandbox/services/auth/auth.h"

#include <stdlib.h>
#include <string.h>
#include <taskcluster/slugid.h>

#define COLUMNS \
	"client_id, description, scopes, expires, created, modified, used, rotated, " \
	"delete_on_expiration, disabled, access_token"

static void make_token(char token[2 * TC_SLUGID_SIZE])
{
	tc_slugid_v4(token);
	tc_slugid_v4(token + TC_SLUGID_SIZE - 1);
}

static void write_client(struct request *request, struct row *row, bool with_token)
{
	struct writer *reply = &request->reply;
	const char *id = store_copy(&request->arena, row, 0);

	write_object(reply);
	write_member(reply, "clientId", id);
	if (with_token)
		write_member(reply, "accessToken", store_text(row, 10));
	write_member(reply, "description", store_text(row, 1));
	write_member_date(reply, "expires", store_int(row, 3));
	write_member_date(reply, "created", store_int(row, 4));
	write_member_date(reply, "lastModified", store_int(row, 5));
	write_member_date(reply, "lastDateUsed", store_int(row, 6));
	write_member_date(reply, "lastRotated", store_int(row, 7));
	write_member_bool(reply, "deleteOnExpiration", store_int(row, 8) != 0);
	auth_write_scopes(request, store_text(row, 2), NULL);
	write_member_bool(reply, "disabled", store_int(row, 9) != 0);
	write_end_object(reply);
}

static struct row *find(struct request *request)
{
	return store_query(request->sandbox->store,
		"SELECT " COLUMNS " FROM clients WHERE client_id = ?", "t",
		request_argument(request, "clientId"));
}

static int reply_client(struct request *request, bool with_token)
{
	struct row *row = find(request);
	bool found = store_next(row);

	if (found)
		write_client(request, row, with_token);
	store_end(request->sandbox->store, row);
	return found ? 200 : refuse(request, RESOURCE_NOT_FOUND, "Client not found");
}

static int client(struct request *request)
{
	return reply_client(request, false);
}

/* Clients that the configuration makes: nobody changes them, so that the root client cannot lock
 * itself out. 0, or the status of a refusal. */
static int check_own(struct request *request)
{
	const char *id = request_argument(request, "clientId");

	if (strncmp(id, "static/", 7) != 0 && strcmp(id, request->sandbox->options.client_id) != 0)
		return 0;
	return refuse(request, INPUT_ERROR,
		"the client \"%s\" is made by the configuration and cannot be changed", id);
}

struct draft {
	const char *id, *description, *scopes_text;
	struct tc_scopes scopes;
	int64_t expires;
	bool delete_on_expiration;
};

static int read_draft(struct request *request, struct draft *draft)
{
	*draft = (struct draft){ .id = request_argument(request, "clientId"),
		.description = request_text(request, "description"),
		.expires = common_date(request, "expires", -1),
		.delete_on_expiration =
			tc_json_true(tc_json_get(request->input, "deleteOnExpiration")) };
	if (!draft->description || draft->expires < 0)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"expected `description` (a string) and `expires` (a date)");
	int status = check_own(request);
	if (status)
		return status;
	return auth_read_scopes(request, &draft->scopes, &draft->scopes_text);
}

static int insert_client(struct request *request, const struct draft *draft)
{
	char token[2 * TC_SLUGID_SIZE];
	int64_t now = request->now_ms;

	make_token(token);
	store_run(request->sandbox->store,
		"INSERT INTO clients (client_id, access_token, description, scopes, expires, "
		"created, modified, used, rotated, delete_on_expiration) VALUES (?, ?, ?, ?, ?, ?, "
		"?, ?, ?, ?)",
		"ttttiiiiii", draft->id, token, draft->description, draft->scopes_text,
		draft->expires, now, now, now, now, (int64_t)draft->delete_on_expiration);
	auth_note(request, "client", draft->id, "created");
	return reply_client(request, true);
}

/* A repeated createClient finds the client it made. */
static int create_client(struct request *request)
{
	struct draft draft;
	int status = read_draft(request, &draft);

	if (!status)
		status = auth_authorize(request, &draft.scopes);
	if (status)
		return status;
	struct row *row = find(request);
	bool found = store_next(row);
	bool same = found && strcmp(store_text(row, 1), draft.description) == 0 &&
		strcmp(store_text(row, 2), draft.scopes_text) == 0 &&
		store_int(row, 3) == draft.expires && !store_int(row, 9);
	store_end(request->sandbox->store, row);
	if (same)
		return reply_client(request, true);
	if (found)
		return refuse(request, REQUEST_CONFLICT, "client already exists: %s", draft.id);
	return insert_client(request, &draft);
}

static int update_client(struct request *request)
{
	struct draft draft;
	struct tc_scopes held;
	int status = read_draft(request, &draft);

	if (status)
		return status;
	struct row *row = find(request);
	bool found = store_next(row) && common_scopes(request, store_text(row, 2), &held);
	store_end(request->sandbox->store, row);
	if (!found)
		return refuse(request, RESOURCE_NOT_FOUND, "Client not found");
	struct tc_scopes added = auth_added(request, &held, &draft.scopes);
	status = auth_authorize(request, &added);
	if (status)
		return status;
	store_run(request->sandbox->store,
		"UPDATE clients SET description = ?, scopes = CASE WHEN ? THEN ? ELSE scopes END, "
		"expires = ?, delete_on_expiration = ?, modified = ? WHERE client_id = ?",
		"titiiit", draft.description,
		(int64_t)(tc_json_get(request->input, "scopes") != NULL), draft.scopes_text,
		draft.expires, (int64_t)draft.delete_on_expiration, request->now_ms, draft.id);
	auth_note(request, "client", draft.id, "updated");
	return reply_client(request, false);
}

static int reset_access_token(struct request *request)
{
	const char *id = request_argument(request, "clientId");
	char token[2 * TC_SLUGID_SIZE];
	int status = check_own(request);

	if (status)
		return status;
	make_token(token);
	store_run(request->sandbox->store,
		"UPDATE clients SET access_token = ?, rotated = ? WHERE client_id = ?", "tit",
		token, request->now_ms, id);
	auth_note(request, "client", id, "reset");
	return reply_client(request, true);
}

static int set_disabled(struct request *request, bool disabled)
{
	const char *id = request_argument(request, "clientId");
	int status = check_own(request);

	if (status)
		return status;
	store_run(request->sandbox->store,
		"UPDATE clients SET disabled = ?, modified = ? WHERE client_id = ?", "iit",
		(int64_t)disabled, request->now_ms, id);
	auth_note(request, "client", id, disabled ? "disabled" : "enabled");
	return reply_client(request, false);
}

static int enable_client(struct request *request)
{
	return set_disabled(request, false);
}

static int disable_client(struct request *request)
{
	return set_disabled(request, true);
}

static int delete_client(struct request *request)
{
	const char *id = request_argument(request, "clientId");
	int status = check_own(request);

	if (status)
		return status;
	store_run(request->sandbox->store, "DELETE FROM clients WHERE client_id = ?", "t", id);
	auth_note(request, "client", id, "deleted");
	return 204;
}

static void write_listed_client(struct request *request, struct row *row)
{
	write_client(request, row, false);
}

static int list_clients(struct request *request)
{
	static const struct list clients = { "clients", write_listed_client, 0 };
	const char *prefix = request_query(request, "prefix");
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT " COLUMNS " FROM clients WHERE client_id COLLATE en_us > ? AND "
		"substr(client_id, 1, length(?)) = ? ORDER BY client_id COLLATE en_us LIMIT ?",
		"ttti", page.after, prefix ? prefix : "", prefix ? prefix : "", page.limit + 1);
	return common_list(request, &clients, &page, row);
}

/* Columns: seq, entity type, entity id, client id, action, created. */
static void write_event(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_member(reply, "entityType", store_text(row, 1));
	write_member(reply, "entityId", store_text(row, 2));
	write_member(reply, "clientId", store_text(row, 3));
	write_member(reply, "actionType", store_text(row, 4));
	write_member_date(reply, "created", store_int(row, 5));
	write_end_object(reply);
}

static const struct list history = { "auditHistory", write_event, 0 };

static int get_entity_history(struct request *request)
{
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT seq, entity_type, entity_id, client_id, action, created FROM audit WHERE "
		"entity_type = ? AND entity_id = ? AND seq > ? ORDER BY seq LIMIT ?",
		"ttii", request_argument(request, "entityType"),
		request_argument(request, "entityId"), (int64_t)strtoll(page.after, NULL, 10),
		page.limit + 1);
	return common_list(request, &history, &page, row);
}

static int list_audit_history(struct request *request)
{
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT seq, entity_type, entity_id, client_id, action, created FROM audit WHERE "
		"client_id = ? AND seq > ? ORDER BY seq LIMIT ?",
		"tii", request_argument(request, "clientId"),
		(int64_t)strtoll(page.after, NULL, 10), page.limit + 1);
	return common_list(request, &history, &page, row);
}

const struct handler auth_client_handlers[] = {
	{ "auth.client", client, false },
	{ "auth.createClient", create_client, true },
	{ "auth.updateClient", update_client, true },
	{ "auth.resetAccessToken", reset_access_token, false },
	{ "auth.enableClient", enable_client, false },
	{ "auth.disableClient", disable_client, false },
	{ "auth.deleteClient", delete_client, false },
	{ "auth.listClients", list_clients, false },
	{ "auth.getEntityHistory", get_entity_history, false },
	{ "auth.listAuditHistory", list_audit_history, false },
	{ NULL, NULL, false },
};
