/* SPDX-License-Identifier: MPL-2.0 */

/* Secrets: JSON values by name, until they expire. */

#include "tools/sandbox/request/common.h"
#include "tools/sandbox/services/handlers.h"

#include <string.h>

static int secrets_set(struct request *request)
{
	const tc_json *secret = tc_json_get(request->input, "secret");
	int64_t expires = common_date(request, "expires", -1);
	char *text = NULL;

	if (tc_json_kind(secret) != TC_JSON_OBJECT || expires < 0)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"expected `secret` (an object) and `expires` (a date)");
	if (tc_json_write(secret, TC_JSON_COMPACT, &text, NULL, NULL) != TC_OK)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	store_run(request->sandbox->store,
		"INSERT OR REPLACE INTO secrets (name, secret, expires) VALUES (?, ?, ?)", "tti",
		request_argument(request, "name"), text, expires);
	tc_release(text);
	return common_empty(request);
}

static int secrets_remove(struct request *request)
{
	store_run(request->sandbox->store, "DELETE FROM secrets WHERE name = ?", "t",
		request_argument(request, "name"));
	return common_empty(request);
}

static int secrets_get(struct request *request)
{
	struct writer *reply = &request->reply;
	struct store *store = request->sandbox->store;
	struct row *row = store_query(store, "SELECT secret, expires FROM secrets WHERE name = ?",
		"t", request_argument(request, "name"));
	bool found = store_next(row);
	bool expired = found && store_int(row, 1) <= request->now_ms;

	if (found && !expired) {
		write_object(reply);
		write_member_raw(reply, "secret", store_text(row, 0));
		write_member_date(reply, "expires", store_int(row, 1));
		write_end_object(reply);
	}
	store_end(store, row);
	if (found && !expired)
		return 200;
	return refuse(request, RESOURCE_NOT_FOUND, "Secret not found");
}

static void write_secret_name(struct request *request, struct row *row)
{
	write_string(&request->reply, store_text(row, 0));
}

static int secrets_list(struct request *request)
{
	static const struct list secrets = { "secrets", write_secret_name, 0 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT name FROM secrets WHERE name COLLATE en_us > ? AND expires > ? ORDER BY "
		"name COLLATE en_us LIMIT ?",
		"tii", page.after, request->now_ms, page.limit + 1);
	return common_list(request, &secrets, &page, row);
}

const struct handler secrets_handlers[] = {
	{ "secrets.set", secrets_set, false },
	{ "secrets.remove", secrets_remove, false },
	{ "secrets.get", secrets_get, false },
	{ "secrets.list", secrets_list, false },
	{ NULL, NULL, false },
};
