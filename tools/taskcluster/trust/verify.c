/* SPDX-License-Identifier: MPL-2.0 */

/* `chain-of-trust verify`. */

#include "tools/taskcluster/commands/trust.h"
#include "tools/taskcluster/jobs/bars.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/jobs/stop.h"
#include "tools/taskcluster/jobs/words.h"
#include "tools/taskcluster/shared/member.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/text/plain.h"
#include "tools/taskcluster/trust/keys.h"
#include "tools/taskcluster/trust/trust.h"

#include <taskcluster/chain_of_trust.h>
#include <taskcluster/registry.h>

#include <stdio.h>
#include <string.h>

struct verify {
	struct tc_artifact of; /* whose: task and run */
	const char *run;       /* --run */
	const char *folder;
	struct keys keys;
	bool json, quiet;
	int status; /* of what was printed */
};

static int take_option(void *data, int id, const char *value)
{
	struct verify *verify = data;

	switch (id) {
	case VERIFY_KEY:
		return keys_add(&verify->keys, value);
	case VERIFY_KEY_FILE:
		return keys_add_file(&verify->keys, value);
	case VERIFY_RUN:
		verify->run = value;
		return 0;
	case 'o':
		verify->folder = value;
		return *value ? 0 : usage_error("the folder's name is empty");
	default:
		*(id == VERIFY_JSON ? &verify->json : &verify->quiet) = true;
		return 0;
	}
}

/* ---- what is told ---- */

static tc_json_builder *begin_line(const char *name, bool verified)
{
	tc_json_builder *json = tc_json_builder_new();

	tc_json_add_object(json);
	member_text(json, "name", name);
	member_flag(json, "verified", verified);
	return json;
}

static void end_line(struct verify *verify, tc_json_builder *json)
{
	int status = output_object(json);

	if (status != 0)
		verify->status = status;
}

/* "verified public/build.zip: 12345 bytes, sha256 ba78…" */
static void tell_verified(void *data, const char *name, const struct tc_downloaded *result)
{
	struct verify *verify = data;

	bars_drop(name);
	bars_hide();
	if (verify->json) {
		tc_json_builder *json = begin_line(name, true);
		member_number(json, "contentLength", result->length);
		member_text(json, "sha256", result->sha256);
		end_line(verify, json);
	} else if (!verify->quiet) {
		fputs("verified ", stdout);
		plain_print_line(stdout, name, strlen(name));
		printf(": %lld byte%s, sha256 %s\n", (long long)result->length,
			result->length == 1 ? "" : "s", result->sha256);
	}
}

static void tell_fault(void *data, const struct tc_trust_fault *fault)
{
	struct verify *verify = data;

	if (fault->artifact)
		bars_drop(fault->artifact);
	bars_hide();
	if (verify->json) {
		tc_json_builder *json = begin_line(fault->artifact, false);
		member_text(json, "problem", fault->problem);
		end_line(verify, json);
	} else if (fault->artifact) {
		failure("%s: %s", fault->artifact, fault->problem);
	} else {
		failure("%s", fault->problem);
	}
}

/* ---- the job ---- */

static int perform(struct verify *verify, const struct words *words, const struct session *session,
	const struct tc_operation *operation)
{
	struct tc_trust_verify_options how = TC_TRUST_VERIFY_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	how.task_id = verify->of.task_id;
	how.run_id = verify->of.run_id;
	how.public_keys = (const char *const *)verify->keys.all;
	how.public_keys_count = verify->keys.count;
	how.names = words->all + 1;
	how.names_count = words->count - 1;
	how.folder = verify->folder;
	how.fault = tell_fault;
	how.verified = tell_verified;
	how.data = verify;
	how.progress = bars_progress;
	how.cancel = stop_begin();
	bars_begin(verify->quiet);
	int rc = tc_trust_verify(session->client, &how, NULL, &err);
	bars_end();
	if (rc != TC_OK && stop_came())
		verify->status = STATUS_FAILED;
	else if (rc != TC_OK)
		verify->status = job_report(&err, operation, session);
	tc_error_clear(&err);
	stop_end();
	return verify->status;
}

static int find(struct verify *verify, const struct words *words)
{
	if (verify->keys.count == 0)
		return usage_error("whom do you trust? --public-key KEY or --public-key-file FILE "
				   "say by whose key the certificate has to be signed");
	for (size_t i = 1; i < words->count; i++)
		if (!*words->all[i])
			return usage_error("the artifact's name is empty");
	return words_run(words, 1, verify->run, &verify->of);
}

static int find_and_perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct verify *verify = data;
	const struct tc_operation *operation;
	struct session session = SESSION_INIT;
	int status = find(verify, words);

	if (status == 0)
		status = job_open(&session, arguments, "queue", "getArtifact", &operation);
	if (status == 0)
		status = perform(verify, words, &session, operation);
	session_close(&session);
	return status;
}

int trust_verify(struct arguments *arguments)
{
	static const struct job job = { &trust_verify_command, 1, SIZE_MAX, take_option,
		find_and_perform };
	struct verify verify = { 0 };
	int status = job_run(&job, &verify, arguments);

	keys_free(&verify.keys);
	return status;
}
