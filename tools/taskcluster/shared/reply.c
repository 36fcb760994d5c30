/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/reply.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/shared/select.h"

#include <taskcluster/conventions.h>

#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool is_json(const tc_response *response)
{
	const char *type = tc_response_header(response, "content-type");
	size_t length = type ? strcspn(type, "; \t") : 0;

	return (length == 16 && strncasecmp(type, "application/json", 16) == 0) ||
		(length > 5 && strncasecmp(type + length - 5, "+json", 5) == 0);
}

static bool is_procedure(const struct tc_operation *operation)
{
	return operation->conventions && operation->conventions->rpc;
}

static int print_bytes(struct output *output, const tc_response *response)
{
	const char *type = tc_response_header(response, "content-type");
	size_t length;
	const char *body = tc_response_body(response, &length);

	if (output_refuses(output, body, length))
		return failure("the reply is %zu bytes of %s, nothing for a terminal: "
			       "-o FILE saves it",
			length, type ? type : "no told type");
	return output_write(output, body, length);
}

/* Whether its JSON is printed in another way than it came. */
static bool is_made_over(const struct output *output, const struct tc_operation *operation)
{
	return select_is_set() || is_procedure(operation) || isatty(output->fd);
}

/* The JSON that the reply is, or NULL. JSON that our reader refuses (a name twice, say) is still
 * the server's answer, and bytes here. */
static const tc_json *json_of(tc_response *response, const struct tc_operation *operation)
{
	if (operation->blob_output || !is_json(response))
		return NULL;
	const tc_json *json = tc_response_json(response, NULL);
	/* what is around a result is between the two programs */
	return json && is_procedure(operation) ? tc_json_get(json, "result") : json;
}

/* Where a redirect leads, or NULL. What else it says is for people with browsers, unless the
 * function is one that answers JSON. */
static const char *redirect_of(
	const tc_response *response, const struct tc_operation *operation, const tc_json *json)
{
	if (tc_response_status(response) < 300 || (json && operation->has_output))
		return NULL;
	return tc_response_location(response);
}

static int print_redirect(struct output *output, const char *location)
{
	if (output_refuses(output, location, strlen(location)))
		return failure(
			"the URL of the redirect is nothing for a terminal: -o FILE saves it");
	int status = output_write(output, location, strlen(location));
	return status != 0 ? status : output_write(output, "\n", 1);
}

int reply_print(struct output *output, tc_response *response, const struct tc_operation *operation)
{
	bool made_over = is_made_over(output, operation);
	const tc_json *json = NULL;

	if (made_over || tc_response_status(response) >= 300)
		json = json_of(response, operation);
	const char *location = redirect_of(response, operation, json);
	if (select_is_set() && (location || !json))
		return failure("--select: the reply is no JSON");
	if (location)
		return print_redirect(output, location);
	return json && made_over ? output_json(output, json) : print_bytes(output, response);
}
