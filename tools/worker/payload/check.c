/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/worker/payload/check.h"

#include "tools/schema/validate.h"
#include "tools/worker/payload/schema.h"
#include <stdio.h>
#include <string.h>
#include <taskcluster/date.h>

/* Its patterns are compiled once; the program has one thread for tasks. */
static struct schemas schemas;

void payload_forget(void)
{
	schemas_clear(&schemas);
}

const char *payload_schema(bool multiuser, size_t *length)
{
	*length = multiuser ? payload_multiuser_posix_length : payload_insecure_posix_length;
	return multiuser ? payload_multiuser_posix : payload_insecure_posix;
}

void check_complain(struct payload_check *check, const char *pointer, const char *text)
{
	check->bad = true;
	check->fault(check->data, pointer, text);
}

static void take_fault(void *data, const char *pointer, const char *text)
{
	check_complain(data, pointer, text);
}

static struct schema find_schema(bool multiuser)
{
	const char *path = multiuser ? "/multiuser_posix.json" : "/insecure_posix.json";
	struct schema schema = schemas_find(&schemas, path);

	if (!schema.json) {
		size_t length;
		const char *text = payload_schema(multiuser, &length);
		schemas_add(&schemas, path, text, length, NULL);
		schema = schemas_find(&schemas, path);
	}
	return schema;
}

/* The system's texts end at a NUL, which JSON's need not. */
static bool is_whole(const tc_json *text)
{
	return tc_json_kind(text) != TC_JSON_STRING ||
		strlen(tc_json_text(text)) == tc_json_text_length(text);
}

static bool is_whole_tree(const tc_json *json)
{
	for (size_t i = 0; i < tc_json_count(json); i++) {
		if (!is_whole(tc_json_name(json, i)) || !is_whole(tc_json_item(json, i)) ||
			!is_whole_tree(tc_json_item(json, i)))
			return false;
	}
	return true;
}

static void check_env(struct payload_check *check, const tc_json *env)
{
	for (size_t i = 0; i < tc_json_count(env); i++) {
		const char *name = tc_json_text(tc_json_name(env, i));
		if (!*name || strchr(name, '='))
			check_complain(check, "/env", "has a name that no variable can have");
	}
}

void check_shape(struct payload_check *check, const tc_json *payload, bool multiuser)
{
	struct schema schema = find_schema(multiuser);
	const tc_json *native = tc_json_at(schema.json, "/oneOf/0");

	if (!native) { /* memory ended when it was read */
		check_complain(check, "", "cannot be checked: no memory");
		return;
	}
	if (tc_json_get(payload, "image")) {
		check_complain(
			check, "/image", "is docker-worker's: this worker has no containers");
		return;
	}
	/* the other shape of the schema's oneOf is docker-worker's, and naming both says nothing */
	if (!validate_each(&schemas, schemas_inside(schema, native), payload, take_fault, check))
		return;
	if (!is_whole_tree(payload))
		check_complain(check, "", "has a NUL inside a text");
	check_env(check, tc_json_get(payload, "env"));
}

static void refuse(struct payload_check *check, const char *pointer, const char *what)
{
	char text[200];

	snprintf(text, sizeof text, "the feature %s is not available on this worker", what);
	check_complain(check, pointer, text);
}

void check_features(
	struct payload_check *check, const tc_json *payload, const struct payload_rules *rules)
{
	const struct {
		const char *name;
		bool there;
	} features[] = { { "interactive", false }, { "loopbackAudio", false },
		{ "loopbackVideo", false }, { "runTaskAsCurrentUser", false },
		{ "runAsAdministrator", false }, { "taskclusterProxy", rules->proxy },
		{ "chainOfTrust", rules->chain_of_trust } };
	const tc_json *wanted = tc_json_get(payload, "features");
	const char *network = tc_json_text(tc_json_get(payload, "taskclusterProxyInterface"));

	for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
		char pointer[60];
		snprintf(pointer, sizeof pointer, "/features/%s", features[i].name);
		if (!features[i].there && tc_json_true(tc_json_get(wanted, features[i].name)))
			refuse(check, pointer, features[i].name);
	}
	if (!rules->mounts && tc_json_count(tc_json_get(payload, "mounts")))
		refuse(check, "/mounts", "mounts");
	if (tc_json_count(tc_json_get(payload, "osGroups")))
		refuse(check, "/osGroups", "osGroups");
	if (network && strcmp(network, "localhost") != 0)
		check_complain(check, "/taskclusterProxyInterface",
			"must be localhost: this worker has no containers");
}

static bool date_ms(const char *date, int64_t *ms)
{
	struct timespec when;

	if (!date || tc_date_parse(date, &when, NULL) != TC_OK)
		return false;
	*ms = (int64_t)when.tv_sec * 1000 + when.tv_nsec / 1000000;
	return true;
}

/* A second more or less is what dates lose on their way. */
void check_times(struct payload_check *check, const struct payload *payload,
	const struct tc_queue_task_data *task, const struct payload_rules *rules)
{
	int64_t deadline;
	int64_t end;
	char text[200];

	if (payload->run_s > rules->run_s) {
		snprintf(text, sizeof text, "is %lld, and on this worker at most %lld",
			(long long)payload->run_s, (long long)rules->run_s);
		check_complain(check, "/maxRunTime", text);
	}
	if (!date_ms(task->deadline, &deadline) || !date_ms(task->expires, &end))
		return;
	for (size_t i = 0; i < payload->artifacts_count; i++) {
		const char *expires = payload->artifacts[i].expires;
		int64_t when;
		char pointer[60];
		snprintf(pointer, sizeof pointer, "/artifacts/%zu/expires", i);
		if (expires && !date_ms(expires, &when))
			check_complain(check, pointer, "is no date");
		else if (expires && when < deadline - 1000)
			check_complain(check, pointer, "is before the task's deadline");
		else if (expires && when > end + 1000)
			check_complain(check, pointer, "is after the task itself expires");
	}
}
