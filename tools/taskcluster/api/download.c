/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api/request.h"
#include "tools/taskcluster/shared/reply.h"
#include "tools/taskcluster/shared/sink.h"

struct download {
	const struct request *request;
	struct output *output;
};

static int name_output(void *data, tc_response *head)
{
	const struct download *download = data;

	return api_name_output(download->request, head, download->output);
}

static int fetch(struct download *download, const struct session *session, const tc_call *call)
{
	struct output_sink into = {
		.output = download->output, .on_head = name_output, .data = download
	};
	tc_error err = TC_ERROR_INIT;
	tc_response *head = NULL;
	struct tc_sink sink = output_sink(&into);
	int status = 0;

	if (tc_call_download(call, &sink, &head, &err) != TC_OK)
		status = into.status
			? into.status
			: report(&err, download->request->operation, &session->config.origin);
	else if (!into.type[0]) /* no bytes came here, as with a redirect */
		status = name_output(download, head);
	if (status == 0 && head && tc_response_status(head) >= 300)
		status = reply_print(download->output, head, download->request->operation);
	tc_release(head);
	tc_error_clear(&err);
	return status;
}

int api_download(const struct request *request, const struct session *session, const tc_call *call)
{
	struct output output;
	struct download download = { .request = request, .output = &output };
	int status = output_open(&output, request->output);

	if (status == 0)
		status = fetch(&download, session, call);
	if (status == 0)
		status = output_commit(&output);
	output_close(&output);
	return status;
}
