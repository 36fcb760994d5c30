/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/call.h"

#include <string.h>

static char *copy_text(const char *text, size_t length, tc_error *err)
{
	char *copy = tc__object_text(text, length);

	if (!copy)
		tc__fail_nomem(err);
	return copy;
}

static int copy_body(const tc_call *from, tc_call *to, tc_error *err)
{
	const struct tc__request *request = &from->request;

	if (!request->has_body)
		return TC_OK;
	to->request.body = copy_text(request->body, request->body_length, err);
	if (!to->request.body)
		return TC_ERROR_NOMEM;
	to->request.content_type_line =
		copy_text(request->content_type_line, strlen(request->content_type_line), err);
	if (!to->request.content_type_line)
		return TC_ERROR_NOMEM;
	to->request.body_length = request->body_length;
	to->request.has_body = true;
	return TC_OK;
}

static int copy_lines(const tc_call *from, tc_call *to, tc_error *err)
{
	const char *accept = from->request.accept_line;

	if (accept && !(to->request.accept_line = copy_text(accept, strlen(accept), err)))
		return TC_ERROR_NOMEM;
	to->request.secret_lines = from->request.secret_lines;
	for (size_t i = 0; i < from->request.line_count; i++) {
		const char *line = from->request.lines[i];
		to->request.lines[i] = copy_text(line, strlen(line), err);
		if (!to->request.lines[i])
			return TC_ERROR_NOMEM;
		to->request.line_count = i + 1;
	}
	return TC_OK;
}

tc_call *tc__call_copy(const tc_call *call, const char *url, tc_error *err)
{
	tc_call *copy = tc__call_alloc(call->client, err);

	if (!copy)
		return NULL;
	copy->retry_class = call->retry_class;
	int rc = call->set ? tc_call_set_options(copy, call->set, err) : TC_OK;
	if (rc == TC_OK)
		rc = tc__request_init_url(&copy->request, call->request.operation, url, err);
	copy->request.proxied = call->request.proxied;
	copy->request.query_at = call->request.query_at;
	if (rc == TC_OK)
		rc = tc__query_copy(&copy->request.query, &call->request.query, err);
	if (rc == TC_OK)
		rc = copy_body(call, copy, err);
	if (rc == TC_OK)
		rc = copy_lines(call, copy, err);
	if (rc == TC_OK)
		return copy;
	tc_call_free(copy);
	return NULL;
}
