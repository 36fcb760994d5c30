/* SPDX-License-Identifier: MPL-2.0 */

/* `chain-of-trust verify`. */

#include "tools/taskcluster/jobs/bars.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/jobs/result.h"
#include "tools/taskcluster/jobs/stop.h"
#include "tools/taskcluster/jobs/words.h"
#include "tools/taskcluster/text/plain.h"
#include "tools/taskcluster/trust/keys.h"
#include "tools/taskcluster/trust/trust.h"

#include <taskcluster/chain_of_trust.h>
#include <taskcluster/registry.h>

#include <stdio.h>
#include <string.h>

enum { VERIFY_KEY = OPTION_OWN, VERIFY_KEY_FILE, VERIFY_RUN, VERIFY_JSON };

static const struct option options[] = {
	{ "public-key", VERIFY_KEY, "KEY",
		"of a worker that is trusted; as often as there are any" },
	{ "public-key-file", VERIFY_KEY_FILE, "FILE", "the same from a file, each in a line" },
	{ "run", VERIFY_RUN, "N", "of this run; else of the latest" },
	{ "output", 'o', "FOLDER",
		"what is verified goes below it, by its whole name; else it is only read" },
	{ "json", VERIFY_JSON, NULL, "each artifact and each fault as a line of JSON" },
	{ "quiet", 'q', NULL, "tell of faults only" },
	{ NULL, 0, NULL, NULL },
};

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
	result_text(json, "name", name);
	result_flag(json, "verified", verified);
	return json;
}

static void end_line(struct verify *verify, tc_json_builder *json)
{
	int status = result_print(json);

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
		result_number(json, "contentLength", result->length);
		result_text(json, "sha256", result->sha256);
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
		result_text(json, "problem", fault->problem);
		end_line(verify, json);
	} else if (fault->artifact) {
		complain("%s: %s", fault->artifact, fault->problem);
	} else {
		complain("%s", fault->problem);
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
	if (words->count < 1)
		return words_usage(trust_verify_command.whole_name, trust_verify_command.synopsis);
	if (verify->keys.count == 0)
		return usage_error("whom do you trust? --public-key KEY or --public-key-file FILE "
				   "say by whose key the certificate has to be signed");
	for (size_t i = 1; i < words->count; i++)
		if (!*words->all[i])
			return usage_error("the artifact's name is empty");
	return words_run(words, 1, verify->run, &verify->of);
}

static int open_and_perform(
	struct verify *verify, const struct words *words, struct arguments *arguments)
{
	const struct tc_operation *operation = tc_find_operation("queue", "getArtifact");
	struct session session = SESSION_INIT;
	int status = session_open(&session, arguments, operation);

	if (status == 0)
		status = perform(verify, words, &session, operation);
	session_close(&session);
	return status;
}

static int run(struct arguments *arguments)
{
	struct verify verify = { 0 };
	struct words words;
	int status = words_read(&words, arguments, take_option, &verify);

	if (status == 0 && words.help)
		status = command_help(&trust_verify_command);
	else if (status == 0)
		status = find(&verify, &words);
	if (status == 0 && !words.help)
		status = open_and_perform(&verify, &words, arguments);
	words_free(&words);
	keys_free(&verify.keys);
	return status;
}

const struct command trust_verify_command = {
	.name = "verify",
	.whole_name = "chain-of-trust verify",
	.synopsis = "TASK_ID [NAME…]",
	.summary = "verify artifacts of a run by the certificate of its worker",
	.details =
		"The certificate, public/chain-of-trust.json, has to be signed by one of the keys, "
		"to be of this task and run, and to have the definition that the queue has; each "
		"NAME (none: all that it covers) has to be covered, to be there, and to have the "
		"certified digest. Keys come from the command line only, never from a server.\n\n"
		"A line tells of each artifact that holds, and one on standard error of each "
		"fault. "
		"Nothing that is not verified stays in FOLDER; what was there before under an "
		"artifact's name stays when that does not hold.\n\n"
		"The exit status is 0 when all holds; 1 when something does not, or it could not "
		"be "
		"found out; 2 when the command line or the configuration is wrong.",
	.options = options,
	.run = run,
};
