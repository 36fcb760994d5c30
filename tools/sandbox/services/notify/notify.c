/* SPDX-License-Identifier: MPL-2.0 */

/* Mails, Pulse messages, and messages to Matrix and Slack: they are recorded, and none is sent but
 * those to Pulse. */

#include "tools/sandbox/services/notify/notify.h"

#include "tools/sandbox/pulse/message.h"
#include "tools/sandbox/request/common.h"
#include "tools/sandbox/services/handlers.h"

#include <string.h>

/* AMQP lets a routing key have 255 bytes, of which the exchange's own word takes some. */
#define TOPIC_MAX (255 - strlen("primary."))

/* What the service remembers to tell that a message came before. */
#define RECENT "500"

/* Whether the same came a short while ago: it is not sent again. */
static bool is_duplicate(struct request *request, const char *kind, const char *body)
{
	return store_number(request->sandbox->store, 0,
		"SELECT 1 FROM (SELECT kind, body FROM notifications ORDER BY seq DESC "
		"LIMIT " RECENT ") WHERE kind = ? AND body = ?",
		"tt", kind, body);
}

static bool is_denied(struct request *request, const char *kind, const char *address)
{
	return store_number(request->sandbox->store, 0,
		"SELECT 1 FROM denied_addresses WHERE type = ? AND address = ?", "tt", kind,
		address);
}

/* Records the body; 200, 204 for a duplicate, or the status of a refusal. */
static int record(struct request *request, const char *kind, const char *address)
{
	char *body = NULL;
	int status = 200;

	if (is_denied(request, kind, address))
		return refuse_with(request, 400, "DenylistedAddress",
			request_printf(request, "%s address %s is denylisted", kind, address));
	if (tc_json_write(request->input, TC_JSON_COMPACT, &body, NULL, NULL) != TC_OK)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	if (is_duplicate(request, kind, body))
		status = 204;
	else
		store_run(request->sandbox->store,
			"INSERT INTO notifications (kind, address, received, body) VALUES (?, ?, "
			"?, ?)",
			"ttit", kind, address, request->now_ms, body);
	tc_release(body);
	return status;
}

/* The text that stands for a success without a reply of its own. */
static int reply_ok(struct request *request, int status)
{
	if (status != 200)
		return status;
	request->content_type = "text/plain; charset=utf-8";
	tc__buffer_text(&request->reply.text, "OK");
	return 200;
}

static int notify_email(struct request *request)
{
	return reply_ok(request, record(request, "email", request_text(request, "address")));
}

static int notify_matrix(struct request *request)
{
	return reply_ok(request, record(request, "matrix-room", request_text(request, "roomId")));
}

static int notify_slack(struct request *request)
{
	return reply_ok(
		request, record(request, "slack-channel", request_text(request, "channelId")));
}

/* A real service answers 204 whether it publishes or not. */
static int notify_pulse(struct request *request)
{
	const char *topic = request_text(request, "routingKey");

	if (strlen(topic) > TOPIC_MAX)
		return refuse(request, INPUT_ERROR, "`routingKey` must be at most %zu bytes long",
			TOPIC_MAX);
	int status = record(request, "pulse", topic);
	if (status >= 400)
		return status;
	if (status == 200 && request->sandbox->pulse) {
		struct writer message = message_begin();
		write_member_int(&message, "version", 1);
		write_name(&message, "message");
		write_json(&message, tc_json_get(request->input, "message"));
		message_post(request->sandbox, "exchange/taskcluster-notify/v1/notification",
			request_printf(request, "primary.%s", topic),
			request_printf(request, "route.%s\n", topic), &message);
	}
	return 204;
}

static int deny(struct request *request, const char *sql)
{
	store_run(request->sandbox->store, sql, "tt", request_text(request, "notificationType"),
		request_text(request, "notificationAddress"));
	return reply_ok(request, 200);
}

static int notify_add_denied(struct request *request)
{
	return deny(request, "INSERT OR IGNORE INTO denied_addresses VALUES (?, ?)");
}

static int notify_delete_denied(struct request *request)
{
	return deny(request, "DELETE FROM denied_addresses WHERE type = ? AND address = ?");
}

static void write_denied(struct request *request, struct row *row)
{
	write_object(&request->reply);
	write_member(&request->reply, "notificationType", store_text(row, 1));
	write_member(&request->reply, "notificationAddress", store_text(row, 2));
	write_end_object(&request->reply);
}

static int notify_list_denied(struct request *request)
{
	static const struct list addresses = { "addresses", write_denied, 0 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT type || ' ' || address, type, address FROM denied_addresses WHERE "
		"type || ' ' || address > ? ORDER BY 1 LIMIT ?",
		"ti", page.after, page.limit + 1);
	return common_list(request, &addresses, &page, row);
}

static void write_record(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_member(reply, "kind", store_text(row, 1));
	write_member(reply, "address", store_text(row, 2));
	write_member_date(reply, "received", store_int(row, 3));
	write_member_raw(reply, "request", store_text(row, 4));
	write_end_object(reply);
}

int notify_serve_records(struct request *request)
{
	static const struct list records = { "notifications", write_record, 0 };
	static const struct page newest = { PAGE_MAX, "" };
	struct row *row = store_query(request->sandbox->store,
		"SELECT seq, kind, address, received, body FROM notifications ORDER BY seq DESC "
		"LIMIT ?",
		"i", newest.limit);

	return common_list(request, &records, &newest, row);
}

const struct handler notify_handlers[] = {
	{ "notify.email", notify_email, false },
	{ "notify.pulse", notify_pulse, false },
	{ "notify.matrix", notify_matrix, false },
	{ "notify.slack", notify_slack, false },
	{ "notify.addDenylistAddress", notify_add_denied, false },
	{ "notify.deleteDenylistAddress", notify_delete_denied, false },
	{ "notify.listDenylist", notify_list_denied, false },
	{ NULL, NULL, false },
};
