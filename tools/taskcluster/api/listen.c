/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api/request.h"

#include <taskcluster/stream.h>

#include <unistd.h>

/* Events are printed as they come, until there are as many as are wanted: 0 is no limit. */
static int print_events(tc_stream *stream, struct output *output, int64_t wanted, tc_error *err)
{
	const tc_json *event;
	int status = 0;

	for (int64_t count = 0; status == 0 && (wanted == 0 || count < wanted); count++) {
		if (tc_stream_next(stream, -1, &event, err) != TC_OK)
			break;
		status = output_line(output, event);
	}
	return status;
}

/* Nothing of before is told, so people want to know from when on it is. */
static void tell_standing(const struct session *session)
{
	if (session->verbose || isatty(STDERR_FILENO))
		complain("listening; Ctrl-C ends it");
}

/* What reads the lines has no other way to know that some may lack. */
static void tell_missed(void *data)
{
	(void)data;
	complain("the connection ended and stands again: events may have been missed");
}

int api_listen(const struct request *request, const struct session *session, const tc_call *call)
{
	struct tc_stream_options options = TC_STREAM_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	struct output output;
	tc_stream *stream = NULL;
	int status = output_open_file(&output, request->output);

	if (status == 0 && output.temporary && !request->max_items)
		status = usage_error("a stream has no end, so its file would never be whole: say "
				     "how long it is with --max-items");
	options.once = request->once;
	options.missed = tell_missed;
	if (status == 0)
		stream = tc_stream_new(call, &options, &err);
	if (stream && tc_stream_wait(stream, -1, &err) == TC_OK) {
		tell_standing(session);
		status = print_events(stream, &output, request->max_items, &err);
	}
	if (err.code != TC_OK)
		status = report(&err, request->operation, &session->config.origin);
	if (status == 0)
		status = output_commit(&output);
	output_close(&output);
	tc_stream_free(stream);
	tc_error_clear(&err);
	return status;
}
