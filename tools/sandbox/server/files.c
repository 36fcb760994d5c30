/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/server/files.h"

#include "tools/sandbox/page/page.h"
#include "tools/sandbox/request/error.h"
#include "tools/sandbox/server/stream.h"
#include "tools/sandbox/services/classic/classic.h"
#include "tools/sandbox/services/notify/notify.h"
#include "tools/sandbox/services/storage.h"

#include <string.h>

static bool wants_page(const struct request *request)
{
	const char *accepted = request_header(request, "Accept");

	return !request->sandbox->options.no_page && accepted && strstr(accepted, "text/html");
}

/* A browser gets the page, all others a line. */
static int serve_root(struct request *request)
{
	if (wants_page(request))
		return page_serve_html(request);
	request->content_type = "text/plain; charset=utf-8";
	tc__buffer_text(&request->reply.text,
		"taskcluster-sandbox: a Taskcluster for tests, on this machine only.\n");
	return 200;
}

static int serve_reference(struct request *request)
{
	const char *folder = request->sandbox->options.references;
	size_t length = strcspn(request->target, "?");
	const char *path = route_decode(request, request->target, length, false);

	/* plain names only: nothing outside the folder, nothing hidden */
	if (!folder || !path || strstr(path, "/.") || strstr(path, "//"))
		return refuse_route(request);
	request->file = request_printf(request, "%s%s", folder, path);
	request->content_type = "application/json; charset=utf-8";
	return 200;
}

#define OWN (FILES_OURS | FILES_CALM)
#define VIEW (OWN | FILES_PAGE | FILES_BELOW)

/* The paths of the real interface lead to the page, which shows what they name. */
static const struct files_row rows[] = {
	{ NULL, STORAGE_PATH, FILES_BELOW | FILES_BYTES, storage_serve, storage_begin },
	{ NULL, CLASSIC_QUEUE_PATH, FILES_BELOW, classic_serve_queue, NULL },
	{ "GET", "/references/", FILES_BELOW, serve_reference, NULL },
	{ "GET", "/schemas/", FILES_BELOW, serve_reference, NULL },
	{ "GET", "/", OWN, serve_root, NULL },
	{ "GET", "/tasks", VIEW, page_serve_html, NULL },
	{ "GET", "/hooks", VIEW, page_serve_html, NULL },
	{ "GET", "/provisioners", VIEW, page_serve_html, NULL },
	{ "GET", "/worker-manager", VIEW, page_serve_html, NULL },
	{ "GET", "/auth", VIEW, page_serve_html, NULL },
	{ "GET", "/sandbox/page.css", OWN | FILES_PAGE, page_serve_css, NULL },
	{ "GET", "/sandbox/page.js", OWN | FILES_PAGE, page_serve_script, NULL },
	{ "POST", "/sandbox/session", OWN | FILES_PAGE, page_serve_session, NULL },
	{ "GET", "/sandbox/events", OWN, stream_serve, NULL },
	{ "GET", "/sandbox/faults", OWN, page_serve_faults, NULL },
	{ "PUT", "/sandbox/faults", OWN, page_replace_faults, NULL },
	{ "POST", "/sandbox/read-task", OWN, page_read_task, NULL },
	{ "GET", "/sandbox/notifications", FILES_OURS, notify_serve_records, NULL },
};

/* "/tasks" and, below it, "/tasks/…"; of a path that ends in a slash only what is below. */
static bool has_path(const struct files_row *row, const char *path)
{
	size_t length = strlen(row->path);

	if (strncmp(path, row->path, length) != 0)
		return false;
	if (!(row->is & FILES_BELOW))
		return !path[length];
	return row->path[length - 1] == '/' || !path[length] || path[length] == '/';
}

void files_route(struct request *request)
{
	size_t length = strcspn(request->target, "?");
	const char *path = route_decode(request, request->target, length, false);

	for (size_t i = 0; path && i < sizeof rows / sizeof *rows; i++) {
		const struct files_row *row = &rows[i];
		if (row->method && strcmp(row->method, request->method) != 0)
			continue;
		if (request->sandbox->options.no_page && (row->is & FILES_PAGE))
			continue;
		if (!has_path(row, path))
			continue;
		request->file_row = row;
		return;
	}
}

bool files_is(const struct request *request, unsigned what)
{
	return request->file_row && (request->file_row->is & what);
}

int files_serve(struct request *request)
{
	return request->file_row ? request->file_row->serve(request) : refuse_route(request);
}
