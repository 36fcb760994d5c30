/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api/request.h"
#include "tools/taskcluster/shared/reply.h"

#include <string.h>
#include <taskcluster/pages.h>

/* What the caller asked for by the last argument of the route: "public/log.txt" is log.txt. */
static const char *last_segment(const struct request *request)
{
	if (request->arguments == 0)
		return NULL;
	const char *wanted = request->operation->arguments[request->arguments - 1].name;
	const char *value = "";
	for (size_t i = 0; i < request->count; i++)
		if (request->pairs[i].name == wanted)
			value = request->pairs[i].value;
	const char *slash = strrchr(value, '/');
	return slash ? slash + 1 : value;
}

int api_name_output(const struct request *request, tc_response *response, struct output *output)
{
	const char *told = tc_response_file_name(response);
	const char *name = told ? told : last_segment(request);

	if (!output->folder)
		return 0;
	if (!name || !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return failure("neither the server nor an argument gives the file a name: "
			       "-o FILE does");
	return output_name(output, name);
}

int api_send(const struct request *request, const struct session *session, const tc_call *call)
{
	tc_error err = TC_ERROR_INIT;
	tc_response *response = NULL;
	struct output output;
	int status = output_open(&output, request->output);

	if (status == 0 && tc_call_perform(call, &response, &err) != TC_OK)
		status = report(&err, request->operation, &session->config.origin);
	if (status == 0)
		status = api_name_output(request, response, &output);
	if (status == 0)
		status = reply_print(&output, response, request->operation);
	if (status == 0)
		status = output_commit(&output);
	if (status == 0 && tc_page_goes_on(call, response))
		complain("this is one page, and the list goes on, or may: --all gives every item");
	output_close(&output);
	tc_release(response);
	tc_error_clear(&err);
	return status;
}
