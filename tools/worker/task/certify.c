/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/worker/task/run.h"

/* Chain of trust: a copy of the log, the certificate over it and all artifacts, the signature. */

#include "runtime/src/base/buffer.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ADDITIONAL "chain-of-trust-additional-data.json"
#define ADDITIONAL_MAX ((size_t)4 << 20)

struct run_certificate {
	char log_sha256[65];
	char *text;
	size_t length;
	unsigned char signature[TC_TRUST_SIGNATURE_SIZE];
	int sent;
};

static const char *const names[] = { TC_TRUST_LOG, TC_TRUST_CERTIFICATE, TC_TRUST_SIGNATURE };

static bool send_next(struct run *run);

/* ---- the certificate ---- */

/* A file may be as long as a task likes: no more of it is read than is taken. */
static int read_all(int fd, struct tc__buffer *text, tc_error *err)
{
	char part[4096];
	ssize_t length = 1;

	while (length > 0 && !tc__buffer_failed(text)) {
		length = read(fd, part, sizeof part);
		if (length > 0)
			tc__buffer_add(text, part, (size_t)length);
		else if (length < 0 && errno == EINTR)
			length = 1;
	}
	if (length < 0)
		return tc_error_set(
			err, TC_ERROR_INPUT, "%s cannot be read: %s", ADDITIONAL, strerror(errno));
	if (tc__buffer_failed(text))
		return tc_error_set(err, TC_ERROR_INPUT,
			"%s cannot be read: it may have at most %zu bytes, and memory for them",
			ADDITIONAL, ADDITIONAL_MAX);
	return TC_OK;
}

/* The task's own data: NULL, and TC_OK, when it made none. */
static int read_additional(struct run *run, const tc_json **json, tc_error *err)
{
	struct tc__buffer text = TC__BUFFER(ADDITIONAL_MAX);
	int fd = -1;
	int rc = run_open_files(run, err);

	*json = NULL;
	if (rc != TC_OK)
		return rc;
	enum task_files_problem problem = task_files_open(run->files, ADDITIONAL, &fd, err);
	if (problem != FILES_FINE) {
		rc = problem == FILES_MISSING ? TC_OK : err->code;
		tc_error_prefix(err, ADDITIONAL);
		return rc;
	}
	rc = read_all(fd, &text, err);
	close(fd);
	if (rc == TC_OK)
		rc = tc_json_parse(tc__buffer_get(&text), text.length, json, err);
	tc__buffer_clear(&text);
	return rc;
}

static int make_text(struct run *run, tc_error *err)
{
	struct run_certificate *certificate = run->certificate;
	const struct options *options = run->host->options;
	const struct tc_trust_artifact *digests;
	struct tc_trust_options wanted = TC_TRUST_OPTIONS_INIT;
	const tc_json *additional;
	size_t count = artifacts_digests(run, &digests);
	struct tc_trust_artifact *all = calloc(count + 1, sizeof *all);
	int rc = all ? read_additional(run, &additional, err)
		     : tc_error_set(err, TC_ERROR_NOMEM, "no memory for a certificate");

	if (rc != TC_OK) {
		free(all);
		return rc;
	}
	if (count)
		memcpy(all, digests, count * sizeof *all);
	all[count] = (struct tc_trust_artifact){ TC_TRUST_LOG, certificate->log_sha256 };
	wanted.task_id = tc_task_id(run->task);
	wanted.run_id = strtol(tc_task_run_id(run->task), NULL, 10);
	wanted.task = tc_task_json(run->task);
	wanted.worker_group = options->worker_group;
	wanted.worker_id = options->worker_id;
	wanted.artifacts = all;
	wanted.artifacts_count = count + 1;
	wanted.public_ip = options->public_ip;
	wanted.private_ip = options->private_ip;
	wanted.instance_id = options->instance_id;
	wanted.instance_type = options->instance_type;
	wanted.region = options->region;
	wanted.additional = additional;
	rc = tc_trust_make(&wanted, &certificate->text, &certificate->length, err);
	tc_release(additional);
	free(all);
	return rc;
}

static int make_certificate(struct run *run, tc_error *err)
{
	struct run_certificate *certificate = run->certificate;
	int rc = make_text(run, err);

	if (rc == TC_OK)
		tc_trust_sign(run->host->key, certificate->text, certificate->length,
			certificate->signature);
	return rc;
}

/* ---- the three artifacts, one after the other ---- */

static void on_sent(void *data, const struct tc_uploaded *result, const tc_error *err)
{
	struct run *run = data;
	struct run_certificate *certificate = run->certificate;
	tc_error problem = TC_ERROR_INIT;

	run->job = NULL;
	if (err) {
		run_settle(run, run_upload_result(err), "chain of trust: %s", tc_error_text(err));
		run_next(run);
		return;
	}
	if (certificate->sent++ == 0) {
		memcpy(certificate->log_sha256, result->sha256, sizeof certificate->log_sha256);
		if (make_certificate(run, &problem) != TC_OK) {
			run_settle(run, TC_TASK_INTERNAL_ERROR, "chain of trust: %s",
				tc_error_text(&problem));
			tc_error_clear(&problem);
			run_next(run);
			return;
		}
	}
	if (certificate->sent == 3 || !send_next(run))
		run_next(run);
}

/* False: it could not begin. */
static bool send_next(struct run *run)
{
	struct run_certificate *certificate = run->certificate;
	struct tc_artifact artifact = run_artifact(run, names[certificate->sent]);
	struct tc_upload_options options = TC_UPLOAD_OPTIONS_INIT;
	struct tc_source source = TC_SOURCE_INIT;
	tc_error err = TC_ERROR_INIT;

	options.content_type = "text/plain; charset=utf-8";
	options.encoding = TC_ENCODING_GZIP;
	switch (certificate->sent) {
	case 0:
		source.fd = task_log_fd(run->log);
		source.length = task_log_length(run->log);
		break;
	case 1:
		tc_source_memory(&source, certificate->text, certificate->length);
		break;
	default:
		options.content_type = "application/octet-stream";
		tc_source_memory(&source, certificate->signature, sizeof certificate->signature);
	}
	if (tc_loop_upload_artifact(run->host->loop, tc_task_client(run->task), &artifact, &source,
		    &options, on_sent, run, &run->job, &err) == TC_OK)
		return true;
	run_settle(run, run_upload_result(&err), "chain of trust: %s", tc_error_text(&err));
	tc_error_clear(&err);
	return false;
}

static bool cancel(struct run *run)
{
	tc_job_cancel(run->job);
	return false;
}

bool run_certify(struct run *run)
{
	if (!run->payload.chain_of_trust)
		return true;
	run->certificate = calloc(1, sizeof *run->certificate);
	if (!run->certificate) {
		run_settle(run, TC_TASK_INTERNAL_ERROR, "no memory for a certificate");
		return true;
	}
	run->cancel = cancel;
	return !send_next(run);
}

void run_free_certificate(struct run *run)
{
	if (!run->certificate)
		return;
	tc_release(run->certificate->text);
	free(run->certificate);
	run->certificate = NULL;
}
