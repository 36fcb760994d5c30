/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include "workflows/src/trust/digest.h"
#include "workflows/src/trust/indented.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/chain_of_trust.h>

#define NO_ADDRESS "<nil>" /* how Go writes an IP address that is not there */

/* ---- what is given ---- */

static int check_artifacts(const struct tc_trust_options *options, tc_error *err)
{
	if (options->artifacts_count && !options->artifacts)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "artifacts is NULL");
	for (size_t i = 0; i < options->artifacts_count; i++) {
		const struct tc_trust_artifact *artifact = &options->artifacts[i];
		if (!artifact->name || !artifact->sha256)
			return tc_error_set(err, TC_ERROR_ARGUMENT, "artifacts[%zu].%s is NULL", i,
				artifact->name ? "sha256" : "name");
		if (!tc__is_digest(artifact->sha256, strlen(artifact->sha256), TC__SHA256_HEX))
			return tc_error_set(err, TC_ERROR_ARGUMENT,
				"the sha256 of %s is \"%.80s\"; expected 64 digits of lower-case "
				"hex",
				artifact->name, artifact->sha256);
	}
	return TC_OK;
}

static int check(const struct tc_trust_options *options, tc_error *err)
{
	const struct tc__needed needed[] = { { "task_id", options->task_id },
		{ "task", options->task }, { "worker_group", options->worker_group },
		{ "worker_id", options->worker_id } };

	int rc = tc__check_needed(needed, sizeof needed / sizeof *needed, err);
	if (rc == TC_OK)
		rc = tc__workflow_check("run_id", options->run_id, err);
	if (rc != TC_OK)
		return rc;
	if (tc_json_kind(options->task) != TC_JSON_OBJECT)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "task is no JSON object");
	if (options->additional && tc_json_kind(options->additional) != TC_JSON_OBJECT)
		return tc_error_set(err, TC_ERROR_INPUT,
			"the additional data is no JSON object; expected {\"name\": …}");
	return check_artifacts(options, err);
}

/* ---- the parts of it ---- */

static void add_name(struct tc__indented *text, const char *name)
{
	tc__indented_name(text, name, strlen(name));
}

static void add_text(struct tc__indented *text, const char *name, const char *value)
{
	add_name(text, name);
	tc__indented_string(text, value, strlen(value));
}

static int compare_artifacts(const void *a, const void *b)
{
	return strcmp(((const struct tc_trust_artifact *)a)->name,
		((const struct tc_trust_artifact *)b)->name);
}

static int add_artifacts(
	struct tc__indented *text, const struct tc_trust_options *options, tc_error *err)
{
	size_t count = options->artifacts_count;
	struct tc_trust_artifact *sorted = calloc(count + 1, sizeof *sorted);

	if (!sorted)
		return tc__no_memory(err);
	if (count)
		memcpy(sorted, options->artifacts, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, compare_artifacts);
	add_name(text, "artifacts");
	tc__indented_begin(text, '{');
	for (size_t i = 0; i < count; i++) {
		add_name(text, sorted[i].name);
		tc__indented_begin(text, '{');
		add_text(text, "sha256", sorted[i].sha256);
		tc__indented_end(text, '}');
	}
	tc__indented_end(text, '}');
	free(sorted);
	return TC_OK;
}

/* Their order is the worker's own, whose structs and maps are sorted; what tasks may fill freely is
 * handed through. */
static bool is_sorted(const char *name)
{
	return strcmp(name, "metadata") == 0 || strcmp(name, "tags") == 0;
}

static int add_task(struct tc__indented *text, const tc_json *task, tc_error *err)
{
	static const char always[] =
		"{\"dependencies\":[],\"routes\":[],\"scopes\":[],\"tags\":{}}";
	const tc_json *least = NULL;
	size_t count = 0;

	int rc = tc_json_parse(always, strlen(always), &least, err);
	struct tc__member *members = rc == TC_OK ? tc__members_sorted(task, least, &count) : NULL;
	if (rc == TC_OK && !members)
		rc = tc__no_memory(err);
	add_name(text, "task");
	tc__indented_begin(text, '{');
	for (size_t i = 0; i < count; i++) {
		const tc_json *json = members[i].json ? members[i].json : members[i].under;
		tc__indented_name(text, members[i].name, members[i].length);
		if (is_sorted(members[i].name))
			tc__indented_sorted(text, json, NULL);
		else
			tc__indented_json(text, json);
	}
	tc__indented_end(text, '}');
	free(members);
	tc_release(least);
	return rc;
}

static const char *known(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

static void add_environment(struct tc__indented *text, const struct tc_trust_options *options)
{
	add_name(text, "environment");
	tc__indented_begin(text, '{');
	if (options->public_ip && *options->public_ip)
		add_text(text, "publicIpAddress", options->public_ip);
	add_text(text, "privateIpAddress", known(options->private_ip, NO_ADDRESS));
	add_text(text, "instanceId", known(options->instance_id, ""));
	add_text(text, "instanceType", known(options->instance_type, ""));
	add_text(text, "region", known(options->region, ""));
	tc__indented_end(text, '}');
}

static int add_all(struct tc__indented *text, const struct tc_trust_options *options, tc_error *err)
{
	tc__indented_begin(text, '{');
	add_name(text, "chainOfTrustVersion");
	tc__indented_int64(text, 1);
	int rc = add_artifacts(text, options, err);
	if (rc == TC_OK)
		rc = add_task(text, options->task, err);
	add_text(text, "taskId", options->task_id);
	add_name(text, "runId");
	tc__indented_int64(text, options->run_id);
	add_text(text, "workerGroup", options->worker_group);
	add_text(text, "workerId", options->worker_id);
	add_environment(text, options);
	tc__indented_end(text, '}');
	return rc;
}

/* ---- all of it ---- */

/* The worker's own part, and the same read again: so what is signed is JSON in any case. */
static int make_own(const struct tc_trust_options *options, char **text, size_t *length,
	const tc_json **own, tc_error *err)
{
	struct tc__indented indented = TC__INDENTED_NONE;
	tc_error made = TC_ERROR_INIT;

	int rc = add_all(&indented, options, &made);
	int taken = tc__indented_take(&indented, text, length, err);
	if (rc == TC_OK)
		rc = taken;
	else
		tc_error_copy(err, &made);
	tc_error_clear(&made);
	if (rc == TC_OK && tc_json_parse(*text, *length, own, err) != TC_OK) {
		rc = err->code;
		tc_error_prefix(err, "the certificate would be no JSON");
	}
	return rc;
}

static int merge(
	const tc_json *own, const tc_json *additional, char **text, size_t *length, tc_error *err)
{
	struct tc__indented indented = TC__INDENTED_NONE;

	tc_release(*text);
	*text = NULL;
	tc__indented_sorted(&indented, own, additional);
	int rc = tc__indented_take(&indented, text, length, err);
	if (rc != TC_OK)
		tc_error_prefix(err, "a certificate with additional data");
	return rc;
}

int tc_trust_make(
	const struct tc_trust_options *options, char **text, size_t *length, tc_error *err)
{
	struct tc_trust_options given;
	const tc_json *own = NULL;
	tc_error unasked = TC_ERROR_INIT;
	char *made = NULL;
	size_t made_length = 0;

	tc_error_clear(err);
	err = err ? err : &unasked;
	if (text)
		*text = NULL;
	if (length)
		*length = 0;
	int rc = tc__workflow_options(options, &given, sizeof given, "TC_TRUST_OPTIONS_INIT", err);
	if (rc == TC_OK && !text)
		rc = tc_error_set(err, TC_ERROR_ARGUMENT, "text is NULL");
	if (rc == TC_OK)
		rc = check(&given, err);
	if (rc == TC_OK)
		rc = make_own(&given, &made, &made_length, &own, err);
	if (rc == TC_OK && given.additional)
		rc = merge(own, given.additional, &made, &made_length, err);
	tc_release(own);
	tc_error_clear(&unasked);
	if (rc != TC_OK) {
		tc_release(made);
		return rc;
	}
	*text = made;
	if (length)
		*length = made_length;
	return TC_OK;
}
