/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/request/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX ((size_t)1 << 20)

static const struct {
	int status;
	const char *code;
} kinds[] = {
	[MALFORMED_PAYLOAD] = { 400, "MalformedPayload" },
	[INVALID_REQUEST_ARGUMENTS] = { 400, "InvalidRequestArguments" },
	[INPUT_VALIDATION_ERROR] = { 400, "InputValidationError" },
	[INPUT_ERROR] = { 400, "InputError" },
	[AUTHENTICATION_FAILED] = { 401, "AuthenticationFailed" },
	[INSUFFICIENT_SCOPES] = { 403, "InsufficientScopes" },
	[RESOURCE_NOT_FOUND] = { 404, "ResourceNotFound" },
	[NO_MATCHING_METHOD] = { 406, "NoMatchingMethod" },
	[REQUEST_CONFLICT] = { 409, "RequestConflict" },
	[RESOURCE_EXPIRED] = { 410, "ResourceExpired" },
	[INTERNAL_SERVER_ERROR] = { 500, "InternalServerError" },
	[NOT_IMPLEMENTED] = { 400, "NotImplemented" },
};

static void restart(struct request *request)
{
	tc__buffer_clear(&request->reply.text);
	request->reply = (struct writer){ .text = TC__BUFFER(REPLY_MAX) };
	request->content_type = NULL;
	request->location = NULL;
	request->file = NULL;
	request->policy = NULL;
}

static void write_params(struct request *request)
{
	struct writer *reply = &request->reply;
	const struct tc_operation *operation = request->route ? request->route->operation : NULL;

	write_name(reply, "params");
	write_object(reply);
	for (size_t i = 0; operation && i < operation->argument_count; i++)
		write_member(reply, operation->arguments[i].name, request->arguments[i]);
	write_end_object(reply);
}

/* Members of bodies that no refusal repeats. */
static const struct secret {
	const char *service, *method;
	const char *member; /* NULL: all but the next */
	const char *shown;
} secrets[] = {
	{ "secrets", "set", NULL, "expires" },
	{ "worker-manager", "registerWorker", "workerIdentityProof", NULL },
	{ "worker-manager", "reregisterWorker", "secret", NULL },
	{ "worker-manager", "createWorker", "providerInfo", NULL },
	{ "worker-manager", "updateWorker", "providerInfo", NULL },
};

static bool is_secret(const struct tc_operation *operation, const char *name)
{
	for (size_t i = 0; operation && i < sizeof secrets / sizeof *secrets; i++) {
		const struct secret *secret = &secrets[i];
		if (strcmp(secret->service, operation->service->name) == 0 &&
			strcmp(secret->method, operation->name) == 0)
			return secret->member ? strcmp(secret->member, name) == 0
					      : strcmp(secret->shown, name) != 0;
	}
	return false;
}

/* The body as the handler saw it: with what it added, and without secrets. */
static void write_payload(struct request *request)
{
	const struct tc_operation *operation = request->route ? request->route->operation : NULL;
	struct writer *reply = &request->reply;
	const tc_json *input = request->input;

	write_name(reply, "payload");
	if (input && tc_json_kind(input) != TC_JSON_OBJECT) {
		write_json(reply, input);
		return;
	}
	write_object(reply);
	for (size_t i = 0; i < tc_json_count(input); i++) {
		const tc_json *name = tc_json_name(input, i);
		write_string_n(reply, tc_json_text(name), tc_json_text_length(name));
		tc__buffer_char(&reply->text, ':');
		reply->comma = false;
		if (is_secret(operation, tc_json_text(name)))
			write_string(reply, "(OMITTED)");
		else
			write_json(reply, tc_json_item(input, i));
	}
	for (size_t i = 0; i < FILLED_MAX && request->filled[i].name; i++) {
		if (!tc_json_get(input, request->filled[i].name))
			write_member(reply, request->filled[i].name, request->filled[i].text);
	}
	write_end_object(reply);
}

static void write_request_info(struct request *request, const char *date)
{
	struct writer *reply = &request->reply;

	write_name(reply, "requestInfo");
	write_object(reply);
	write_member(reply, "method", request->route ? request->route->operation->name : NULL);
	write_params(request);
	write_payload(request);
	write_member(reply, "time", date);
	write_end_object(reply);
}

int refuse_with(struct request *request, int status, const char *code, const char *message)
{
	struct tc__buffer text = TC__BUFFER(MESSAGE_MAX);
	struct writer *reply = &request->reply;
	char date[DATE_SIZE];

	restart(request);
	write_date(date, request->now_ms);
	tc__buffer_printf(&text,
		"%s\n\n---\n\n* method:     %s\n* errorCode:  %s\n* statusCode: %d\n* time:       "
		"%s",
		message, request->route ? request->route->operation->name : "", code, status, date);
	write_object(reply);
	write_member(reply, "code", code);
	write_member(reply, "message", tc__buffer_get(&text));
	write_request_info(request, date);
	write_end_object(reply);
	tc__buffer_clear(&text);
	return status;
}

int refuse(struct request *request, enum refusal refusal, const char *format, ...)
{
	struct tc__buffer text = TC__BUFFER(MESSAGE_MAX);
	char line[2000];
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	const char *message = line;
	if (length >= (int)sizeof line) {
		char *room = tc__buffer_room(&text, (size_t)length);
		va_start(arguments, format);
		if (room)
			vsnprintf(room, (size_t)length + 1, format, arguments);
		va_end(arguments);
		message = room ? room : line;
	}
	int status = refuse_with(request, kinds[refusal].status, kinds[refusal].code, message);
	tc__buffer_clear(&text);
	return status;
}

int refuse_html(struct request *request, int status, const char *title)
{
	restart(request);
	request->content_type = "text/html; charset=utf-8";
	tc__buffer_printf(&request->reply.text,
		"<!DOCTYPE html>\n<html><head><title>%d %s</title></head>\n"
		"<body><h1>%d %s</h1></body></html>\n",
		status, title, status, title);
	return status;
}

int refuse_route(struct request *request)
{
	restart(request);
	write_object(&request->reply);
	write_member(&request->reply, "error", "Not found");
	write_end_object(&request->reply);
	return 404;
}
