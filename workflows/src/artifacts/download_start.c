/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/download.h"
#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include <stdlib.h>

#define REDIRECTS 10
#define RANGES_MAX 32
#define MEMORY_MAX ((size_t)64 * 1024 * 1024)

/* ---- from the options ---- */

int tc__download_options(
	const struct tc_download_options *given, struct tc_download_options *known, tc_error *err)
{
	int rc = tc__workflow_options(given, known, sizeof *known, "TC_DOWNLOAD_OPTIONS_INIT", err);

	if (rc == TC_OK)
		rc = tc__workflow_check("deadline_ms", known->deadline_ms, err);
	if (rc != TC_OK)
		return rc;
	if (known->ranges < 0 || known->ranges > RANGES_MAX)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "ranges is %d; expected up to %d",
			known->ranges, RANGES_MAX);
	known->ranges = known->ranges ? known->ranges : 1;
	known->redirects = known->redirects < 0 ? 0
		: known->redirects              ? known->redirects
						: REDIRECTS;
	known->memory_max = known->memory_max ? known->memory_max : MEMORY_MAX;
	return TC_OK;
}

static int take_texts(
	struct tc__download *download, const struct tc__download_start *start, tc_error *err)
{
	const struct tc_artifact *artifact = start->artifact;
	const struct tc__text_copy texts[] = {
		{ &download->texts.task_id, artifact ? artifact->task_id : NULL },
		{ &download->texts.run_id, artifact ? artifact->run_id : NULL },
		{ &download->texts.index, artifact ? artifact->index : NULL },
		{ &download->texts.name, artifact ? artifact->name : start->name },
	};

	return tc__texts_copy(texts, sizeof texts / sizeof *texts, err);
}

static int take_sink(struct tc__output *output, const struct tc_sink *sink, tc_error *err)
{
	int rc = tc__workflow_struct(
		"target.sink", sink, &output->sink, sizeof output->sink, "TC_SINK_INIT", err);

	output->kind = TC__OUTPUT_SINK;
	if (rc == TC_OK && !output->sink.write)
		rc = tc_error_set(err, TC_ERROR_ARGUMENT, "target.sink->write is NULL");
	return rc;
}

static int take_target(struct tc__download *download, const struct tc_target *given, tc_error *err)
{
	struct tc_target target;

	int rc =
		tc__workflow_struct("target", given, &target, sizeof target, "TC_TARGET_INIT", err);
	if (rc != TC_OK)
		return rc;
	if (target.path && target.sink)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "target has both a path and a sink");
	if (target.sink)
		return take_sink(&download->output, target.sink, err);
	download->output.kind = target.path ? TC__OUTPUT_FILE : TC__OUTPUT_MEMORY;
	return target.path ? tc__place_open(&download->place, target.path, err) : TC_OK;
}

static void cancel(struct tc_job *job)
{
	struct tc__download *download = (struct tc__download *)job;

	tc__flow_cancel(&download->flow);
	tc__flow_cancel(&download->locator.flow);
	for (int i = 0; i < download->options.ranges; i++)
		tc__flow_cancel(&download->fetches[i].flow);
}

static void resume(struct tc_job *job)
{
	const struct tc__download *download = (struct tc__download *)job;

	if (download->fetches[0].flow.run)
		tc_loop_resume(download->flow.loop, download->fetches[0].flow.run);
}

static int fill(
	struct tc__download *download, const struct tc__download_start *start, tc_error *err)
{
	download->fetches = calloc((size_t)download->options.ranges, sizeof *download->fetches);
	if (!download->fetches)
		return tc__no_memory(err);
	download->job =
		(struct tc_job){ .cancel = cancel, .resume = resume, .client = start->client };
	/* a job that it is a part of keeps the client, too */
	if (!start->flow && tc__job_keep(&download->job, start->client, err) != TC_OK)
		return err->code;
	if (start->flow)
		tc__flow_branch(&download->flow, start->flow);
	else
		tc__flow_init(&download->flow, start->loop, start->client, start->options->cancel,
			start->options->deadline_ms);
	tc__flow_branch(&download->locator.flow, &download->flow);
	for (int i = 0; i < download->options.ranges; i++) {
		tc__flow_branch(&download->fetches[i].flow, &download->flow);
		download->fetches[i].download = download;
	}
	download->job.by = download->flow.cancel;
	download->locator.client = download->job.client;
	download->locator.sought.object = !start->artifact;
	int rc = take_texts(download, start, err);
	return rc == TC_OK && start->target ? take_target(download, start->target, err) : rc;
}

int tc__download_start(
	const struct tc__download_start *start, struct tc__download **started, tc_error *err)
{
	struct tc__download *download = calloc(1, sizeof *download);

	if (!download) {
		if (start->place)
			tc__place_close(start->place);
		return tc__no_memory(err);
	}
	download->options = *start->options;
	download->kept_fd = -1;
	download->place = (struct tc__place)TC__PLACE_NONE;
	download->output = (struct tc__output){ .kind = TC__OUTPUT_FILE,
		.file = { .fd = -1, .state_fd = -1 },
		.max = start->options->memory_max };
	download->output.file.place = (struct tc__place)TC__PLACE_NONE;
	if (start->place) {
		download->place = *start->place;
		*start->place = (struct tc__place)TC__PLACE_NONE;
	}
	if (start->expected)
		download->expected = *start->expected;
	download->found = start->found;
	download->ready = start->ready;
	download->on_done = start->on_done;
	download->data = start->data;
	int rc = fill(download, start, err);
	if (rc == TC_OK)
		rc = tc__download_begin(download, err);
	if (rc != TC_OK)
		tc__download_free(download);
	else
		*started = download;
	return rc;
}

/* ---- the faces on a loop ---- */

static int check_artifact(const struct tc_artifact *artifact, tc_error *err)
{
	if (!artifact || !artifact->name)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "%s is NULL",
			artifact ? "artifact->name" : "artifact");
	if (!artifact->task_id == !artifact->index)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"exactly one of artifact->task_id and artifact->index is to be given");
	return TC_OK;
}

static int check_start(const struct tc__download_start *start, tc_error *err)
{
	const struct tc__needed needed[] = { { "loop", start->loop }, { "client", start->client },
		{ "target", start->target }, { "on_done", start->on_done } };

	return tc__check_needed(needed, sizeof needed / sizeof *needed, err);
}

static int start_any(struct tc__download_start *start, const struct tc_download_options *given,
	bool artifact, tc_job **job, tc_error *err)
{
	struct tc_download_options options;
	struct tc__download *download = NULL;
	tc_error own = TC_ERROR_INIT;

	tc_error_clear(err);
	if (job)
		*job = NULL;
	err = err ? err : &own;
	int rc = check_start(start, err);
	if (rc == TC_OK && artifact)
		rc = check_artifact(start->artifact, err);
	else if (rc == TC_OK && (!start->name || !*start->name))
		rc = tc_error_set(
			err, TC_ERROR_ARGUMENT, "name is %s", start->name ? "empty" : "NULL");
	if (rc == TC_OK)
		rc = tc__download_options(given, &options, err);
	start->options = &options;
	if (rc == TC_OK)
		rc = tc__download_start(start, &download, err);
	tc_error_clear(&own);
	if (rc == TC_OK && job)
		*job = &download->job;
	return rc;
}

int tc_loop_download_artifact(tc_loop *loop, tc_client *client, const struct tc_artifact *artifact,
	const struct tc_target *target, const struct tc_download_options *options,
	tc_downloaded_fn *on_done, void *data, tc_job **job, tc_error *err)
{
	struct tc__download_start start = { .loop = loop,
		.client = client,
		.artifact = artifact,
		.target = target,
		.on_done = on_done,
		.data = data };

	return start_any(&start, options, true, job, err);
}

int tc_loop_download_object(tc_loop *loop, tc_client *client, const char *name,
	const struct tc_target *target, const struct tc_download_options *options,
	tc_downloaded_fn *on_done, void *data, tc_job **job, tc_error *err)
{
	struct tc__download_start start = { .loop = loop,
		.client = client,
		.name = name,
		.target = target,
		.on_done = on_done,
		.data = data };

	return start_any(&start, options, false, job, err);
}

/* ---- the blocking faces ---- */

struct blocking {
	struct tc__ending ending;
	struct tc_downloaded *result;
};

static void take_end(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	struct blocking *blocking = data;

	if (result)
		*blocking->result = *result;
	tc__ending_set(&blocking->ending, err);
}

static int download_blocking(struct tc__download_start *start,
	const struct tc_download_options *options, bool artifact, struct tc_downloaded *result,
	tc_error *err)
{
	struct tc_downloaded unasked = { 0 };
	struct blocking blocking = { .result = result ? result : &unasked };
	tc_job *job = NULL;

	*blocking.result = (struct tc_downloaded){ 0 };
	start->loop = tc_loop_on(start->client, RANGES_MAX, err);
	if (!start->loop)
		return err ? err->code : TC_ERROR_ARGUMENT;
	start->on_done = take_end;
	start->data = &blocking;
	int rc = start_any(start, options, artifact, &job, err);
	rc = tc__job_wait(start->loop, job, rc, &blocking.ending, err);
	tc_release(unasked.bytes);
	return rc;
}

int tc_download_artifact(tc_client *client, const struct tc_artifact *artifact,
	const struct tc_target *target, const struct tc_download_options *options,
	struct tc_downloaded *result, tc_error *err)
{
	struct tc__download_start start = {
		.client = client, .artifact = artifact, .target = target
	};

	return download_blocking(&start, options, true, result, err);
}

int tc_download_object(tc_client *client, const char *name, const struct tc_target *target,
	const struct tc_download_options *options, struct tc_downloaded *result, tc_error *err)
{
	struct tc__download_start start = { .client = client, .name = name, .target = target };

	return download_blocking(&start, options, false, result, err);
}
