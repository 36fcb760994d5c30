/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api/request.h"

#include <taskcluster/download.h>

#include <stdio.h>
#include <unistd.h>

/* Bytes go where they belong as they come, so that it takes no memory however many there are. */
struct download {
	const struct request *request;
	struct output *output;
	struct tc_sink cut; /* what a descriptor needs when a call is repeated */
	char type[80];      /* "" before the first byte */
	int status;         /* not 0: what was wrong here has been told */
};

static int refuse(struct download *download, int status, tc_error *err)
{
	download->status = status;
	return status == 0 ? TC_OK : tc_error_set(err, TC_ERROR_SYSTEM, "told already");
}

static int begin(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct download *download = data;
	const struct tc_sink *cut = &download->cut;
	const char *type = tc_response_header(head, "content-type");

	snprintf(download->type, sizeof download->type, "%s", type ? type : "no told type");
	int status = api_name_output(download->request, head, download->output);
	if (status != 0)
		return refuse(download, status, err);
	if (cut->begin)
		return cut->begin(cut->data, head, discard, err);
	if (discard == 0)
		return TC_OK;
	return tc_error_set(
		err, TC_ERROR_NETWORK, "the reply broke off after %lld bytes", (long long)discard);
}

static int take(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct download *download = data;
	struct output *output = download->output;

	if (output_refuses(output, bytes, length))
		return refuse(download,
			failure("the reply is bytes of %s, nothing for a terminal: -o FILE saves "
				"it",
				download->type),
			err);
	return refuse(download, output_write(output, bytes, length), err);
}

static struct tc_sink sink_of(struct download *download)
{
	const struct output *output = download->output;
	struct tc_sink sink = TC_SINK_INIT;

	download->cut = sink;
	tc_sink_fd(&download->cut, output->fd);
	/* what went into a pipe stays there, and the call must not be repeated */
	if (download->cut.begin || isatty(output->fd))
		sink.begin = begin;
	sink.write = take;
	sink.data = download;
	return sink;
}

static int fetch(struct download *download, const struct session *session, const tc_call *call)
{
	tc_error err = TC_ERROR_INIT;
	tc_response *head = NULL;
	struct tc_sink sink = sink_of(download);
	int status = 0;

	if (tc_call_download(call, &sink, &head, &err) != TC_OK)
		status = download->status
			? download->status
			: report(&err, download->request->operation, &session->config.origin);
	else if (!download->type[0]) /* no bytes came here, as with a redirect */
		status = api_name_output(download->request, head, download->output);
	if (status == 0 && head && tc_response_status(head) >= 300)
		status = output_response(download->output, head, download->request->operation);
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
