/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/plain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/conventions.h>

#define MESSAGE_MAX 8192

/* Much of it is what servers said. */
static void say(const char *format, va_list values)
{
	char text[MESSAGE_MAX];

	vsnprintf(text, sizeof text, format, values);
	fflush(stdout);
	fputs("taskcluster: ", stderr);
	plain_print(stderr, text, strlen(text));
	fputc('\n', stderr);
}

void hint(const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	fputs("  ", stderr);
	plain_print(stderr, text, strlen(text));
	fputc('\n', stderr);
}

void complain(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(format, values);
	va_end(values);
}

int usage_error(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(format, values);
	va_end(values);
	return STATUS_USAGE;
}

int failure(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(format, values);
	va_end(values);
	return STATUS_FAILED;
}

/* The lines of the server's message that the error's own line does not have, without the footer
 * that only repeats the request. */
static void say_rest(const char *message)
{
	const char *line = message ? strchr(message, '\n') : NULL;

	for (; line; line = strchr(line, '\n')) {
		line++;
		size_t length = strcspn(line, "\n");
		if (strncmp(line, "---\n", 4) == 0)
			return;
		if (length)
			hint("%.*s", (int)length, line);
	}
}

static void advise_forbidden(const struct tc_operation *operation, const struct origin *origin)
{
	if (!origin->signs) {
		hint("The call was not signed: set TASKCLUSTER_CLIENT_ID and "
		     "TASKCLUSTER_ACCESS_TOKEN, or write them to %s.",
			origin->file);
		return;
	}
	fputs("  `taskcluster scopes` tells what you may do", stderr);
	if (operation)
		fprintf(stderr, ", `taskcluster api %s %s --help` what this needs",
			operation->service->name, operation->name);
	fputs(".\n", stderr);
	if (origin->narrowed)
		hint("Your calls are narrowed to the authorizedScopes in %s.", origin->file);
}

static void advise_unauthorized(const struct origin *origin)
{
	hint("The server does not accept the credentials (from %s): they may be mistyped, "
	     "expired, or for another root URL; `taskcluster scopes` tells whose they are.",
		origin->credentials);
	if (origin->narrowed)
		hint("They must satisfy the authorizedScopes in %s, to which they are narrowed.",
			origin->file);
}

static const char *advice_for_status(const tc_error *err)
{
	switch (err->http_status) {
	case 400:
		return "Correct the arguments or the body.";
	case 404:
		return tc_error_server_code(err)
			? "Check the arguments: nothing has this name."
			: "This server does not have this function: check the root URL.";
	case 409:
		return "It is in another state, or differs from what is there: look first, then "
		       "try again.";
	case 410:
		return "It has expired, and is gone.";
	case 424:
		return "The task has recorded that this artifact could not be made.";
	case 429:
		return "Too many requests: try again later.";
	case 501:
		return "This server does not implement this function.";
	default:
		return err->http_status >= 500
			? "The server failed: try again later; its operators find the request by "
			  "its id."
			: NULL;
	}
}

static const char *advice_for_code(const tc_error *err)
{
	switch (err->code) {
	case TC_ERROR_CREDENTIALS:
		return "Credentials are TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN and, for "
		       "temporary ones, TASKCLUSTER_CERTIFICATE.";
	case TC_ERROR_NETWORK:
		return "Check the root URL and the network; -v shows each attempt.";
	case TC_ERROR_TIMEOUT:
		return "Try again later; -v shows each attempt.";
	case TC_ERROR_REPLY:
		return "The server, or something before it, answered what it should not; -vv "
		       "shows more.";
	case TC_ERROR_HTTP:
		return advice_for_status(err);
	default:
		return NULL;
	}
}

/* Taskcluster's variables and scopes are no help with the servers of others. */
static const char *advice_elsewhere(const tc_error *err, const struct tc_conventions *system)
{
	if (err->code == TC_ERROR_NETWORK)
		return "Check the server's URL and the network; -v shows each attempt.";
	bool who = err->code == TC_ERROR_CREDENTIALS || err->http_status == 401 ||
		err->http_status == 403;
	return who && system->environment_id ? system->environment_id : NULL;
}

static void advise_elsewhere(const tc_error *err, const struct tc_conventions *system)
{
	const char *advice = advice_elsewhere(err, system);

	if (advice && advice == system->environment_id)
		hint("Who calls is in %s and %s.", system->environment_id,
			system->environment_secret);
	else if (advice)
		hint("%s", advice);
}

static void advise(
	const tc_error *err, const struct tc_operation *operation, const struct origin *origin)
{
	const char *advice = advice_for_code(err);

	if (operation && operation->service->conventions && err->code != TC_ERROR_ARGUMENT) {
		advise_elsewhere(err, operation->service->conventions);
		return;
	}
	if (advice)
		hint("%s", advice);
	else if (err->http_status == 403)
		advise_forbidden(operation, origin);
	else if (err->http_status == 401)
		advise_unauthorized(origin);
	if (operation && (err->code == TC_ERROR_ARGUMENT || err->http_status == 400))
		hint("See `taskcluster api %s %s --help`.", operation->service->name,
			operation->name);
}

int report(const tc_error *err, const struct tc_operation *operation, const struct origin *origin)
{
	static const struct origin none = ORIGIN_INIT;

	complain("%s", tc_error_text(err));
	say_rest(tc_error_server_message(err));
	advise(err, operation, origin ? origin : &none);
	if (tc_error_request_id(err))
		hint("Request id: %s", tc_error_request_id(err));
	switch (err->code) {
	case TC_ERROR_ARGUMENT:
	case TC_ERROR_INPUT:
	case TC_ERROR_CREDENTIALS:
		return STATUS_USAGE;
	default:
		return STATUS_FAILED;
	}
}
