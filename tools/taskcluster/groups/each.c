/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/groups/each.h"
#include "tools/taskcluster/jobs/picture.h"

#include <taskcluster/pages.h>
#include <taskcluster/queue.h>

/* A group that is read in less time needs no picture, and one that is drawn no more often. */
#define SHOW_MS 500

static tc_items *open_items(const struct each *each, tc_error *err)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	struct tc_pages_options pages = TC_PAGES_OPTIONS_INIT;
	tc_items *items = NULL;
	tc_call *call =
		tc_queue_list_task_group_call(each->session->client, each->group_id, NULL, err);

	options.cancel = each->cancel;
	pages.deadline_ms = each->deadline_ms;
	if (call && tc_call_set_options(call, &options, err) == TC_OK)
		items = tc_items_new(call, &pages, err);
	tc_call_free(call);
	return items;
}

/* What is shown of a reading. */
struct reading {
	const tc_client *client;
	int64_t count, drawn_ms;
};

static int print_count(void *data, FILE *out, int rows, int columns)
{
	const struct reading *reading = data;
	char text[64];

	(void)rows;
	snprintf(text, sizeof text, "%lld tasks read", (long long)reading->count);
	fprintf(out, "%.*s", columns, text);
	picture_end_line(out);
	return 1;
}

static void show(struct reading *reading)
{
	int64_t now = tc_client_steady_ms(reading->client);

	reading->count++;
	if (now - reading->drawn_ms < SHOW_MS)
		return;
	picture_draw(print_count, reading);
	reading->drawn_ms = now;
}

int each_task(const struct each *each, each_fn *take, void *data, tc_error *err)
{
	tc_items *items = open_items(each, err);
	const tc_client *client = each->session->client;
	struct reading reading = { client, 0, tc_client_steady_ms(client) };
	const tc_json *item;
	int rc = items ? TC_OK : err->code;

	while (rc == TC_OK && (rc = tc_items_next(items, &item, err)) == TC_OK && item) {
		if (each->shown)
			show(&reading);
		if (!take(data, item))
			break;
	}
	if (each->shown)
		picture_hide();
	tc_items_free(items);
	return rc;
}

/* ---- texts ---- */

const char *task_text(const tc_json *item, const char *pointer)
{
	const tc_json *value = tc_json_at(item, pointer);

	return tc_json_kind(value) == TC_JSON_STRING ? tc_json_text(value) : "";
}
