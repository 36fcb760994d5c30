/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/server/files.h"

#include "tools/sandbox/request/error.h"
#include "tools/sandbox/services/classic/classic.h"
#include "tools/sandbox/services/notify/notify.h"
#include "tools/sandbox/services/storage.h"

#include <string.h>

void files_begin(struct request *request)
{
	if (storage_is_target(request->target))
		storage_begin(request);
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static int serve_reference(struct request *request, const char *path)
{
	const char *folder = request->sandbox->options.references;

	/* plain names only: nothing outside the folder, nothing hidden */
	if (!folder || strstr(path, "/.") || strstr(path, "//"))
		return refuse_route(request);
	request->file = request_printf(request, "%s%s", folder, path);
	request->content_type = "application/json; charset=utf-8";
	return 200;
}

int files_serve(struct request *request)
{
	if (storage_is_target(request->target))
		return storage_serve(request);
	if (classic_is_queue_target(request->target))
		return classic_serve_queue(request);
	size_t length = strcspn(request->target, "?");
	char *path = route_decode(request, request->target, length, false);

	if (!path || strcmp(request->method, "GET") != 0)
		return refuse_route(request);
	if (strcmp(path, "/") == 0) {
		request->content_type = "text/plain; charset=utf-8";
		tc__buffer_text(&request->reply.text,
			"taskcluster-sandbox: a Taskcluster for tests, on this machine only.\n");
		return 200;
	}
	if (strcmp(path, "/sandbox/notifications") == 0)
		return notify_serve_records(request);
	if (starts(path, "/references/") || starts(path, "/schemas/"))
		return serve_reference(request, path);
	return refuse_route(request);
}
