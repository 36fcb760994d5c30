/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/trust/verify.h"

#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include "workflows/src/trust/public_key.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/decimal.h>
#include <taskcluster/queue.h>
#include <unistd.h>

/* More than a signature, so that one that is too long is told as what it is. */
#define SIGNATURE_MAX ((size_t)4096)

/* ---- faults ---- */

/* What is a fault is told, and no error any more. */
static int judge(struct tc__verify *verify, int rc, tc_error *err)
{
	if (rc == TC_OK || !tc__verify_is_fault(err))
		return rc;
	tc__verify_fault(verify, NULL, tc_error_text(err));
	tc_error_clear(err);
	return TC_OK;
}

/* ---- what the queue says ---- */

/* Takes the call. */
static int ask(struct tc__verify *verify, tc_call *call, const tc_json **reply, tc_error *err)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;

	*reply = NULL;
	tc__flow_terms(&verify->flow, &options);
	int rc = call ? tc__flow_check(&verify->flow, err) : err->code;
	if (rc == TC_OK)
		rc = tc_call_set_options(call, &options, err);
	if (rc == TC_OK)
		rc = tc_call_perform_json(call, reply, err);
	tc_call_free(call);
	return rc;
}

/* The latest, unless the caller names one. */
static int choose_run(struct tc__verify *verify, tc_error *err)
{
	const char *task_id = verify->options.task_id;
	const tc_json *reply = NULL;
	int64_t run;

	if (verify->options.run_id)
		return tc__text_copy(&verify->run_id, verify->options.run_id, err);
	int rc = ask(verify, tc_queue_status_call(verify->flow.client, task_id, err), &reply, err);
	if (rc != TC_OK)
		return rc;
	const tc_json *runs = tc_json_at(reply, "/status/runs");
	const tc_json *latest = tc_json_item(runs, tc_json_count(runs) - 1);
	if (tc_json_int64(tc_json_get(latest, "runId"), &run))
		rc = tc__text_copy(&verify->run_id, TC_DECIMAL(run), err);
	else
		rc = tc_error_set(err, TC_ERROR_INPUT, "task %s has no run yet", task_id);
	tc_release(reply);
	return rc;
}

/* ---- the certificate ---- */

static int fetch(struct tc__verify *verify, const char *name, size_t most,
	struct tc_downloaded *result, tc_error *err)
{
	const struct tc_artifact artifact = {
		.task_id = verify->options.task_id, .run_id = verify->run_id, .name = name
	};
	struct tc_download_options how = verify->how;
	struct tc_target target = TC_TARGET_INIT;
	struct tc_call_options terms = TC_CALL_OPTIONS_INIT;

	int rc = tc__flow_check(&verify->flow, err);
	if (rc != TC_OK)
		return rc;
	tc__flow_terms(&verify->flow, &terms);
	how.deadline_ms = terms.deadline_ms;
	how.memory_max = most;
	return tc_download_artifact(verify->flow.client, &artifact, &target, &how, result, err);
}

static int fetch_certificate(struct tc__verify *verify, tc_error *err)
{
	const struct tc_trust_verify_options *options = &verify->options;
	struct tc_downloaded text = { 0 }, signature = { 0 };

	int rc = fetch(verify, TC_TRUST_CERTIFICATE, TC_TRUST_SIZE_MAX, &text, err);
	if (rc == TC_OK)
		rc = fetch(verify, TC_TRUST_SIGNATURE, SIGNATURE_MAX, &signature, err);
	if (rc == TC_OK &&
		tc_trust_check(text.bytes, (size_t)text.length, signature.bytes,
			(size_t)signature.length, options->public_keys, options->public_keys_count,
			&verify->certificate, err) != TC_OK) {
		rc = err->code;
		tc_error_prefix(err, "%s of task %s, run %s", TC_TRUST_CERTIFICATE,
			options->task_id, verify->run_id);
	}
	tc_release(text.bytes);
	tc_release(signature.bytes);
	return rc;
}

static bool is_text(const tc_json *json, const char *text)
{
	return tc_json_text_length(json) == strlen(text) && strcmp(tc_json_text(json), text) == 0;
}

/* Told both at once: often the one explains the other. */
static int check_run(struct tc__verify *verify, tc_error *err)
{
	const tc_json *task = tc_json_get(verify->certificate, "taskId");
	int64_t run = -1;

	tc_json_int64(tc_json_get(verify->certificate, "runId"), &run);
	if (is_text(task, verify->options.task_id) && strcmp(TC_DECIMAL(run), verify->run_id) == 0)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_INPUT,
		"the certificate is of task %.80s, run %lld; expected task %s, run %s",
		tc_json_text(task), (long long)run, verify->options.task_id, verify->run_id);
}

static int check_definition(struct tc__verify *verify, tc_error *err)
{
	const tc_json *definition = NULL;

	int rc = ask(verify, tc_queue_task_call(verify->flow.client, verify->options.task_id, err),
		&definition, err);
	if (rc == TC_OK && tc__trust_defines(verify->certificate, definition, err) != TC_OK) {
		rc = err->code;
		tc_error_prefix(err, "the certificate");
	}
	tc_release(definition);
	return rc;
}

typedef int check_fn(struct tc__verify *verify, tc_error *err);

/* Of one that does not hold nothing else is believed. */
static int verify_all(struct tc__verify *verify, tc_error *err)
{
	check_fn *const checks[] = { choose_run, fetch_certificate, check_run, check_definition };
	const size_t count = sizeof checks / sizeof *checks;
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && !verify->faults && i < count; i++)
		rc = judge(verify, checks[i](verify, err), err);
	if (rc == TC_OK && !verify->faults)
		rc = tc__verify_artifacts(verify, err);
	if (rc != TC_OK || !verify->faults)
		return rc;
	return tc_error_set(err, TC_ERROR_INPUT,
		"the artifacts of task %s%s%s do not hold: %zu fault%s found",
		verify->options.task_id, verify->run_id ? ", run " : "",
		verify->run_id ? verify->run_id : "", verify->faults,
		verify->faults == 1 ? " was" : "s were");
}

/* ---- beginning and end ---- */

static int check_options(const struct tc_trust_verify_options *options, tc_error *err)
{
	const struct tc__needed needed[] = { { "task_id", options->task_id },
		{ "names", options->names || !options->names_count } };

	int rc = tc__check_needed(needed, sizeof needed / sizeof *needed, err);
	if (rc == TC_OK)
		rc = tc__public_keys_check(options->public_keys, options->public_keys_count, err);
	if (rc == TC_OK)
		rc = tc__workflow_check("deadline_ms", options->deadline_ms, err);
	for (size_t i = 0; rc == TC_OK && i < options->names_count; i++)
		if (!options->names[i] || !*options->names[i])
			rc = tc_error_set(err, TC_ERROR_ARGUMENT, "names[%zu] is %s", i,
				options->names[i] ? "empty" : "NULL");
	if (rc == TC_OK && options->folder && !*options->folder)
		rc = tc_error_set(err, TC_ERROR_ARGUMENT, "folder is empty");
	return rc;
}

static int tell(void *data, const struct tc_job_progress *progress)
{
	const struct tc__verify *verify = data;
	struct tc_job_progress whole = *progress;

	whole.files = (int64_t)(verify->next - (size_t)verify->active);
	whole.files_total = (int64_t)verify->wanted.count;
	return verify->options.progress(verify->options.progress_data, &whole);
}

static int begin(struct tc__verify *verify, tc_client *client,
	const struct tc_trust_verify_options *given, tc_error *err)
{
	const struct tc__needed needed[] = { { "client", client } };
	struct tc_download_options how = TC_DOWNLOAD_OPTIONS_INIT;

	*verify = (struct tc__verify){ .fd = -1 };
	int rc = tc__check_needed(needed, 1, err);
	if (rc == TC_OK)
		rc = tc__workflow_options(given, &verify->options, sizeof verify->options,
			"TC_TRUST_VERIFY_OPTIONS_INIT", err);
	if (rc == TC_OK)
		rc = check_options(&verify->options, err);
	if (rc != TC_OK)
		return rc;
	how.cancel = verify->options.cancel;
	how.progress = verify->options.progress ? tell : NULL;
	how.progress_data = verify;
	rc = tc__download_options(&how, &verify->how, err);
	tc__flow_init(
		&verify->flow, NULL, client, verify->options.cancel, verify->options.deadline_ms);
	return rc;
}

int tc_trust_verify(tc_client *client, const struct tc_trust_verify_options *options, size_t *count,
	tc_error *err)
{
	struct tc__verify verify;
	tc_error own = TC_ERROR_INIT;

	tc_error_clear(err);
	err = err ? err : &own;
	if (count)
		*count = 0;
	int rc = begin(&verify, client, options, err);
	if (rc == TC_OK)
		rc = verify_all(&verify, err);
	if (count)
		*count = verify.count;
	tc_release(verify.certificate);
	tc__entries_clear(&verify.wanted);
	free(verify.run_id);
	if (verify.fd >= 0)
		close(verify.fd);
	tc_error_clear(&own);
	return rc;
}
