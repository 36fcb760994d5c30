/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Starts a build in Buildbot, waits until it has finished, and saves the logs of its steps in the
 * present folder, under the names that the server gives them.
 *
 *	BUILDBOT_URL=http://ci.example.com BUILDBOT_USER=me BUILDBOT_PASSWORD=… \
 *		example-buildbot_build SCHEDULER BUILDER
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/buildbot.h>
#include <taskcluster/decimal.h>
#include <taskcluster/download.h>
#include <taskcluster/stream.h>
#include <unistd.h>

/* ---- the build ---- */

static int start_build(tc_client *client, const char *scheduler, const char *builder,
	int64_t *request, tc_error *err)
{
	const struct tc_buildbot_force_params params = {
		.builder_names = (const char *const[]){ builder },
		.builder_names_count = 1,
		.reason = "an example",
	};
	struct tc_buildbot_requested_builds *requested = NULL;
	int rc = tc_buildbot_force_build(client, scheduler, &params, &requested, err);

	if (rc == TC_OK && requested->buildrequests_count == 0)
		rc = tc_error_set(err, TC_ERROR_REPLY, "no build was requested");
	if (rc == TC_OK)
		*request = requested->buildrequests[0].value;
	tc_release(requested);
	return rc;
}

/* Whether the event says that the build of that request has finished. */
static bool is_end(const tc_json *event, int64_t request, int64_t *build)
{
	const tc_json *message = tc_json_get(event, "message");
	const char *what = tc_json_text(tc_json_at(event, "/key/2"));
	int64_t its_request = 0;

	return what && strcmp(what, "finished") == 0 &&
		tc_json_int64(tc_json_get(message, "buildrequestid"), &its_request) &&
		its_request == request && tc_json_int64(tc_json_get(message, "buildid"), build);
}

/* The stream stands before the build is asked for, and a connection that ends is the end of it, so
 * the build's end cannot be missed. */
static int run_build(tc_client *client, const char *scheduler, const char *builder, int64_t *build,
	tc_error *err)
{
	struct tc_stream_options options = TC_STREAM_OPTIONS_INIT;
	const tc_json *event = NULL;
	int64_t request = 0;

	options.once = true;
	tc_call *listen = tc_buildbot_listen_events_call(client, "builds/*/*", err);
	tc_stream *stream = listen ? tc_stream_new(listen, &options, err) : NULL;
	int rc = stream ? tc_stream_wait(stream, -1, err) : err->code;

	if (rc == TC_OK)
		rc = start_build(client, scheduler, builder, &request, err);
	while (rc == TC_OK && !is_end(event, request, build))
		rc = tc_stream_next(stream, -1, &event, err);
	const char *state = tc_json_text(tc_json_at(event, "/message/state_string"));
	if (rc == TC_OK)
		printf("build %" PRId64 ": %s\n", *build, state ? state : "it has ended");
	tc_stream_free(stream);
	tc_call_free(listen);
	return rc;
}

/* ---- its logs ---- */

/* The name is the server's choice, so nothing that is there may be overwritten. */
static int open_named(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct tc_sink *file = data;
	const char *told = tc_response_file_name(head), *name = told ? told : "log";

	if (file->write) /* again, as the first attempt broke off */
		return file->begin(file->data, head, discard, err);
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "%s: %s", name, strerror(errno));
	tc_sink_fd(file, fd);
	printf("%s\n", name);
	return TC_OK;
}

static int write_named(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct tc_sink *file = data;

	return file->write(file->data, bytes, length, err);
}

static int save_log(tc_client *client, int64_t log, tc_error *err)
{
	struct tc_sink file = TC_SINK_INIT, sink = TC_SINK_INIT;
	tc_call *call = tc_buildbot_get_log_raw_call(client, TC_DECIMAL(log), err);

	sink.begin = open_named;
	sink.write = write_named;
	sink.data = &file;
	int rc = call ? tc_call_download(call, &sink, NULL, err) : err->code;
	if (file.write)
		close((int)(intptr_t)file.data);
	tc_call_free(call);
	return rc;
}

static int save_logs(tc_client *client, const char *build, const char *step, tc_error *err)
{
	struct tc_buildbot_log_response *logs = NULL;
	int rc = tc_buildbot_list_build_step_logs(client, build, step, NULL, &logs, err);

	for (size_t i = 0; rc == TC_OK && i < logs->logs_count; i++)
		rc = save_log(client, logs->logs[i].logid, err);
	tc_release(logs);
	return rc;
}

static int save_steps(tc_client *client, int64_t build, tc_error *err)
{
	struct tc_buildbot_step_response *steps = NULL;
	const char *build_id = TC_DECIMAL(build);
	int rc = tc_buildbot_list_build_steps(client, build_id, NULL, &steps, err);

	for (size_t i = 0; rc == TC_OK && i < steps->steps_count; i++)
		rc = save_logs(client, build_id, TC_DECIMAL(steps->steps[i].number), err);
	tc_release(steps);
	return rc;
}

int main(int argc, char **argv)
{
	tc_error err = TC_ERROR_INIT;
	int64_t build = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: %s SCHEDULER BUILDER\n", argv[0]);
		return 2;
	}
	tc_client *client = tc_client_new(NULL, &err);
	int rc = client ? run_build(client, argv[1], argv[2], &build, &err) : err.code;
	if (rc == TC_OK)
		rc = save_steps(client, build, &err);
	if (rc != TC_OK)
		fprintf(stderr, "%s\n", tc_error_text(&err));
	tc_client_free(client);
	tc_error_clear(&err);
	return rc == TC_OK ? 0 : 1;
}
