/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/server/serve.h"

#include "tools/sandbox/request/arguments.h"
#include "tools/sandbox/request/authorize.h"
#include "tools/sandbox/request/body.h"
#include "tools/sandbox/request/error.h"
#include "tools/sandbox/server/files.h"
#include "tools/sandbox/server/web.h"
#include "tools/sandbox/services/queue/queue.h"
#include "tools/schema/validate.h"

#include <stdio.h>
#include <string.h>

static void choose_faults(struct request *request)
{
	struct sandbox *sandbox = request->sandbox;
	const struct tc_operation *operation = request->route ? request->route->operation : NULL;
	const char *header =
		sandbox->options.fault_headers ? request_header(request, "x-sandbox-fault") : NULL;
	const char *why;

	if (files_is(request, FILES_CALM))
		fault_none(&request->faults);
	else if (!fault_choose(&sandbox->faults, operation, header, &request->faults, &why))
		request->status =
			refuse(request, INVALID_REQUEST_ARGUMENTS, "x-sandbox-fault: %s", why);
}

void serve_begin(struct request *request)
{
	struct sandbox *sandbox = request->sandbox;

	if (route_is_api(request->target))
		route_find(&sandbox->routes, request);
	else
		files_route(request);
	choose_faults(request);
	request->now_ms = sandbox_now() + request->faults.clock_ms;
	if (!request->status)
		request->status = web_check_host(request);
	if (!request->status)
		request->status = web_check_origin(request);
	if (request->file_row && request->file_row->begin && !request->status)
		request->file_row->begin(request);
}

/* Refusals that stand for something other than the operation. 0: none. */
static int misbehave(struct request *request)
{
	const struct active_faults *faults = &request->faults;

	if (faults->close_early || faults->garbage)
		return CLOSED;
	if (faults->retry_after_s >= 0)
		request->retry_after = request_printf(request, "%d", faults->retry_after_s);
	if (faults->html)
		return refuse_html(request, faults->status ? faults->status : 502, "Bad Gateway");
	if (faults->status || faults->retry_after_s >= 0)
		return refuse_with(request, faults->status ? faults->status : 429,
			faults->status ? "SandboxFault" : "TooManyRequests",
			"this refusal was asked for");
	return 0;
}

/* Defaults come first: handlers, scope expressions and requestInfo see the body with them. */
static struct schema fill_input(struct request *request)
{
	struct schemas *schemas = &request->sandbox->schemas;
	struct schema schema = { 0 };

	if (request->route->operation->has_input)
		schema = schemas_of(schemas, request->route->operation, "input");
	const tc_json *filled = schema.json ? validate_fill(schemas, schema, request->input) : NULL;

	/* what cannot be copied, such as names that hold a NUL, is left to the check */
	if (filled) {
		tc_release(request->input);
		request->input = filled;
	}
	return schema;
}

static int check_input(struct request *request, struct schema schema)
{
	struct tc__buffer problems = TC__BUFFER(50000);
	int status = 0;

	if (schema.json && !validate(&request->sandbox->schemas, schema, request->input, &problems))
		status = refuse(request, INPUT_VALIDATION_ERROR,
			"The payload does not match the schema %s%s#:%s",
			request->sandbox->root_url, schemas_path(schema),
			tc__buffer_get(&problems));
	tc__buffer_clear(&problems);
	return status;
}

/* Bad credentials come before a bad body, and a bad body before scopes that it would have named. */
static int admit(struct request *request)
{
	struct schema schema = fill_input(request);
	int status = request->route->scopes ? authenticate(request) : 0;

	if (!status && !request->route->authorizes)
		status = authorize(request, NULL);
	if (status && request->route->run == queue_claim_work)
		queue_note_refused(request, request_argument(request, "taskQueueId"));
	return status ? status : check_input(request, schema);
}

int serve_inside(struct request *request)
{
	struct schema schema = fill_input(request);
	int status = request->route->authorizes ? 0 : authorize(request, NULL);

	if (!status)
		status = check_input(request, schema);
	return status ? status : request->route->run(request);
}

/* Everything between the route and the handler, once. */
static int prepare(struct request *request)
{
	int status = request->status;

	if (!status)
		status = misbehave(request);
	if (status || web_is_preflight(request, &status))
		return status;
	if (!request->route)
		return 0;
	status = arguments_check(request);
	if (!status)
		status = body_read(request);
	return status ? status : admit(request);
}

/* For the sandbox's own tests: what it answers must keep the schema of the answer. */
static int check_reply(struct request *request, int status)
{
	struct sandbox *sandbox = request->sandbox;
	struct schema schema = schemas_of(&sandbox->schemas, request->route->operation, "output");
	const struct tc__buffer *text = &request->reply.text;
	struct tc__buffer problems = TC__BUFFER(50000);
	const tc_json *reply = NULL;

	if (!schema.json || request->content_type || status > 303)
		return status;
	if (tc_json_parse(tc__buffer_get(text), text->length, &reply, NULL) != TC_OK)
		tc__buffer_text(&problems, " no JSON");
	else
		validate(&sandbox->schemas, schema, reply, &problems);
	if (problems.length) {
		fprintf(stderr, "taskcluster-sandbox: %s: %.2000s%s\n",
			request->route->operation->name, tc__buffer_get(text),
			tc__buffer_get(&problems));
		status = refuse(request, INTERNAL_SERVER_ERROR, "the reply breaks %s:%s",
			schemas_path(schema), tc__buffer_get(&problems));
	}
	tc_release(reply);
	tc__buffer_clear(&problems);
	return status;
}

static int run(struct request *request)
{
	const struct tc_operation *operation = request->route->operation;
	struct store *store = request->sandbox->store;

	/* no 5xx: clients repeat those, some of them for a quarter of an hour */
	if (!request->route->run)
		return refuse(request, NOT_IMPLEMENTED, "the sandbox does not implement %s.%s",
			operation->service->name, operation->name);
	if (strcmp(request->method, "GET") != 0)
		store_begin(store);
	int status = request->route->run(request);
	if (status >= 400 || status == CLOSED)
		store_rollback(store);
	else if (!store_commit(store) || tc__buffer_failed(&request->reply.text))
		status = refuse(request, INTERNAL_SERVER_ERROR, "the state could not be kept: %s",
			store_problem(store));
	else if (request->sandbox->options.check_replies && status != HELD)
		status = check_reply(request, status);
	return status;
}

int serve(struct request *request)
{
	if (request->faults.stall_ms && !request->stalled) {
		request->stalled = true;
		request->waits_for = NULL;
		request->wake_ms = sandbox_now() + request->faults.stall_ms;
		return HELD;
	}
	int status = request->answered ? 0 : prepare(request);
	request->answered = true;
	if (status)
		return status;
	if (!request->route)
		status = route_is_api(request->target) ? refuse_route(request)
						       : files_serve(request);
	else
		status = run(request);
	return request->faults.lost_reply && status != HELD ? CLOSED : status;
}
