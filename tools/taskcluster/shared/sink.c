/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/sink.h"
#include "tools/taskcluster/shared/report.h"

#include <stdio.h>
#include <unistd.h>

static int refuse(struct output_sink *sink, int status, tc_error *err)
{
	sink->status = status;
	return status == 0 ? TC_OK : tc_error_set(err, TC_ERROR_SYSTEM, "told already");
}

static int begin(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct output_sink *sink = data;
	const struct tc_sink *cut = &sink->cut;
	const char *type = tc_response_header(head, "content-type");

	snprintf(sink->type, sizeof sink->type, "%s", type ? type : "no told type");
	int status = sink->on_head ? sink->on_head(sink->data, head) : 0;
	if (status != 0)
		return refuse(sink, status, err);
	if (cut->begin)
		return cut->begin(cut->data, head, discard, err);
	if (discard == 0)
		return TC_OK;
	return tc_error_set(
		err, TC_ERROR_NETWORK, "the reply broke off after %lld bytes", (long long)discard);
}

static int take(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct output_sink *sink = data;

	if (output_refuses(sink->output, bytes, length))
		return refuse(sink,
			failure("the reply is bytes of %s, nothing for a terminal: -o FILE saves "
				"it",
				sink->type),
			err);
	return refuse(sink, output_write(sink->output, bytes, length), err);
}

struct tc_sink output_sink(struct output_sink *own)
{
	int fd = own->output->fd;
	struct tc_sink sink = TC_SINK_INIT;

	own->cut = sink;
	tc_sink_fd(&own->cut, fd);
	/* what went into a pipe stays there, and the call must not be repeated */
	if (own->cut.begin || isatty(fd))
		sink.begin = begin;
	sink.write = take;
	sink.data = own;
	return sink;
}
