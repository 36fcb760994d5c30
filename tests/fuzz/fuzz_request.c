/* SPDX-License-Identifier: MPL-2.0 */

/* A request as the sandbox gets it from its HTTP daemon: router, arguments, credentials, body,
 * schema, handler. The input is "METHOD target", header lines, an empty line, and the body. Whoever
 * asks may do everything, so that the handlers are reached. */

#include "tools/sandbox/events/events.h"
#include "tools/sandbox/events/reader.h"
#include "tools/sandbox/request/error.h"
#include "tools/sandbox/server/handlers.h"
#include "tools/sandbox/server/serve.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/registry.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STATE_RUNS 200 /* then the state is made anew */

static struct sandbox sandbox;
static const char *header_lines;

/* In place of the daemon's own: headers come from the input. */
const char *MHD_lookup_connection_value(
	struct MHD_Connection *connection, enum MHD_ValueKind kind, const char *key)
{
	static char value[2000];
	size_t length = strlen(key);

	(void)connection;
	(void)kind;
	if (strcmp(key, "Content-Length") == 0) /* the daemon sees to it */
		return "1";
	for (const char *line = header_lines; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) != 0 || line[length] != ':')
			continue;
		size_t size = strcspn(line + length + 1, "\n");
		if (size >= sizeof value)
			return NULL;
		memcpy(value, line + length + 1, size);
		value[size] = '\0';
		return value;
	}
	return NULL;
}

/* The corpus has dates. */
int64_t sandbox_now(void)
{
	return 1795197600000; /* 2026-11-20T18:00:00Z */
}

static void must(bool good)
{
	if (!good)
		abort();
}

/* What start_sandbox does, without a network, a folder or a random key. */
static void open_state(void)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);
	static char root[] = "http://127.0.0.1:1";
	static char key[] = "key";
	static char folder[] = "/nonexistent";

	if (!sandbox.routes.services)
		must(route_build(&sandbox.routes, services, count, handlers_find, NULL) == TC_OK);
	events_stop(&sandbox);
	store_close(sandbox.store);
	sandbox.store = store_open(NULL, NULL);
	must(sandbox.store != NULL && events_start(&sandbox));
	roles_clear(&sandbox.roles);
	must(roles_add(&sandbox.roles, "anonymous", "[\"*\"]"));
	sandbox.options = (struct options){ .host = "127.0.0.1",
		.client_id = "root",
		.claim_ms = 1000,
		.resolver_ms = 5000,
		.deadline_delay_ms = 60000,
		.fault_headers = true };
	sandbox.schemas.folder = "references/taskcluster";
	sandbox.root_url = root;
	sandbox.storage_key = key;
	sandbox.data = folder;
}

static char *take_line(char **text)
{
	char *line = *text;
	size_t length = strcspn(line, "\n");

	*text += length + (line[length] == '\n');
	line[length] = '\0';
	return line;
}

static void serve_text(struct request *request, char *text, size_t length)
{
	char *start = text;
	char *line = take_line(&text);
	char *blank = strchr(line, ' ');

	if (!blank)
		return;
	*blank = '\0';
	request->head = strcmp(line, "HEAD") == 0;
	request->method = request->head ? "GET" : line;
	request->target = blank + 1;
	header_lines = text;
	char *body = strstr(text, "\n\n");
	if (body) {
		body[1] = '\0';
		body += 2;
		tc__buffer_add(&request->body, body, length - (size_t)(body - start));
	}
	serve_begin(request);
	if (request->upload_fd < 0)
		request->status = serve(request);
}

static void release(struct request *request)
{
	reader_close(request->stream);
	tc_release(request->input);
	tc__buffer_clear(&request->body);
	tc__buffer_clear(&request->reply.text);
	tc__arena_clear(&request->arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned runs;
	struct request request = { .sandbox = &sandbox,
		.body = TC__BUFFER(BODY_MAX),
		.reply = { .text = TC__BUFFER(REPLY_MAX) },
		.upload_fd = -1,
		.request_id = "id" };

	if (runs++ % STATE_RUNS == 0)
		open_state();
	char *text = malloc(size + 1);
	must(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	serve_text(&request, text, size);
	/* whatever was asked: JSON, a page, or nothing, under a status that HTTP has */
	must(request.status < 600);
	release(&request);
	free(text);
	return 0;
}
