/* SPDX-License-Identifier: MPL-2.0 */

/* Classic Index and Auth. The Queue is in classic_queue.c, the Scheduler in classic_scheduler.c. */

#include "tools/sandbox/request/common.h"
#include "tools/sandbox/services/handlers.h"
#include "tools/sandbox/services/index.h"

#include <string.h>
#include <taskcluster/slugid.h>

#define HOUR_MS ((int64_t)60 * 60 * 1000)

enum detail { PLAIN, WITH_TOKEN, SCOPES_ONLY, SCOPES_AND_TOKEN };

/* Columns: client_id, access_token, name, description, scopes, expires. */
#define COLUMNS "client_id, access_token, ifnull(name, client_id), description, scopes, expires"

static void write_client(struct writer *reply, struct row *row, enum detail detail)
{
	write_object(reply);
	write_member(reply, "clientId", store_text(row, 0));
	if (detail == WITH_TOKEN || detail == SCOPES_AND_TOKEN)
		write_member(reply, "accessToken", store_text(row, 1));
	if (detail == PLAIN || detail == WITH_TOKEN) {
		write_member(reply, "name", store_text(row, 2));
		write_member(reply, "description", store_text(row, 3));
	}
	write_member_raw(reply, "scopes", store_text(row, 4));
	write_member_date(reply, "expires", store_int(row, 5));
	write_end_object(reply);
}

static int reply_client(struct request *request, enum detail detail)
{
	struct store *store = request->sandbox->store;
	struct row *row = store_query(store, "SELECT " COLUMNS " FROM clients WHERE client_id = ?",
		"t", request_argument(request, "clientId"));
	bool found = store_next(row);

	if (found)
		write_client(&request->reply, row, detail);
	store_end(store, row);
	return found ? 200 : refuse(request, RESOURCE_NOT_FOUND, "Client not found");
}

static int auth_scopes(struct request *request)
{
	return reply_client(request, SCOPES_ONLY);
}

static int auth_get_credentials(struct request *request)
{
	return reply_client(request, SCOPES_AND_TOKEN);
}

static int auth_client(struct request *request)
{
	return reply_client(request, WITH_TOKEN);
}

static void make_token(char token[2 * TC_SLUGID_SIZE])
{
	tc_slugid_v4(token);
	tc_slugid_v4(token + TC_SLUGID_SIZE - 1);
}

/* Makes a client, or changes one, whose token then stays. */
static int put_client(struct request *request)
{
	const char *name = request_text(request, "name");
	const char *description = request_text(request, "description");
	int64_t expires = common_date(request, "expires", -1);
	int64_t now = request->now_ms;
	char token[2 * TC_SLUGID_SIZE];
	char *scopes = NULL;
	struct tc_scopes checked;

	if (!name || !description || expires < 0 ||
		!scopes_read(&request->arena, tc_json_get(request->input, "scopes"), &checked) ||
		!tc_json_get(request->input, "scopes"))
		return refuse(request, INPUT_VALIDATION_ERROR,
			"expected name, description, scopes and expires");
	if (tc_json_write(tc_json_get(request->input, "scopes"), TC_JSON_COMPACT, &scopes, NULL,
		    NULL) != TC_OK)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	make_token(token);
	store_run(request->sandbox->store,
		"INSERT INTO clients (client_id, access_token, description, scopes, expires, "
		"created, modified, used, rotated, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
		"ON CONFLICT DO UPDATE SET description = excluded.description, "
		"scopes = excluded.scopes, expires = excluded.expires, "
		"modified = excluded.modified, name = excluded.name",
		"ttttiiiiit", request_argument(request, "clientId"), token, description, scopes,
		expires, now, now, now, now, name);
	tc_release(scopes);
	return reply_client(request, WITH_TOKEN);
}

static bool exists(struct request *request)
{
	return store_number(request->sandbox->store, 0, "SELECT 1 FROM clients WHERE client_id = ?",
		       "t", request_argument(request, "clientId")) != 0;
}

static int auth_create_client(struct request *request)
{
	if (exists(request))
		return refuse(request, REQUEST_CONFLICT, "Client already exists");
	return put_client(request);
}

static int auth_modify_client(struct request *request)
{
	if (!exists(request))
		return refuse(request, RESOURCE_NOT_FOUND, "Client not found");
	return put_client(request);
}

static int auth_remove_client(struct request *request)
{
	store_run(request->sandbox->store, "DELETE FROM clients WHERE client_id = ?", "t",
		request_argument(request, "clientId"));
	return common_empty(request);
}

static int auth_reset_credentials(struct request *request)
{
	char token[2 * TC_SLUGID_SIZE];

	make_token(token);
	store_run(request->sandbox->store,
		"UPDATE clients SET access_token = ?, rotated = ? WHERE client_id = ?", "tit",
		token, request->now_ms, request_argument(request, "clientId"));
	return reply_client(request, WITH_TOKEN);
}

static int auth_list_clients(struct request *request)
{
	struct store *store = request->sandbox->store;
	struct row *row =
		store_query(store, "SELECT " COLUMNS " FROM clients ORDER BY client_id", "");

	write_array(&request->reply);
	while (store_next(row))
		write_client(&request->reply, row, PLAIN);
	store_end(store, row);
	write_end_array(&request->reply);
	return 200;
}

/* There is no Azure here: the signature has the right form and opens nothing. */
static int auth_azure_table_sas(struct request *request)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_member(reply, "sas",
		request_printf(request, "sv=2014-02-14&tn=%s&sp=raud&sig=sandbox",
			request_argument(request, "table")));
	write_member_date(reply, "expiry", request->now_ms + HOUR_MS);
	write_end_object(reply);
	return 200;
}

const struct handler classic_handlers[] = {
	{ "classic-auth.scopes", auth_scopes, false },
	{ "classic-auth.getCredentials", auth_get_credentials, false },
	{ "classic-auth.client", auth_client, false },
	{ "classic-auth.createClient", auth_create_client, false },
	{ "classic-auth.modifyClient", auth_modify_client, false },
	{ "classic-auth.removeClient", auth_remove_client, false },
	{ "classic-auth.resetCredentials", auth_reset_credentials, false },
	{ "classic-auth.listClients", auth_list_clients, false },
	{ "classic-auth.azureTableSAS", auth_azure_table_sas, false },
	{ "classic-index.findTask", index_find_task, false },
	{ "classic-index.insertTask", index_insert_task, false },
	{ "classic-index.listNamespaces", index_list_namespaces, false },
	{ "classic-index.listTasks", index_list_tasks, false },
	{ NULL, NULL, false },
};
