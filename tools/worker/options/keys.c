/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/options/keys.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum kind { TEXT, SECRET, NUMBER, FLAG, TREE, UNUSED };

struct key {
	const char *name;
	enum kind kind;
	size_t place; /* in struct options, or of a SECRET in struct options_secrets */
	int64_t least, most, usual;
	const char *text; /* the default of a TEXT */
	const char *help;
};

#define IN(member) offsetof(struct options, member)
#define APART(member) offsetof(struct options_secrets, member)

static const struct key keys[] = {
	{ "rootURL", TEXT, IN(root_url), .help = "of the deployment (or TASKCLUSTER_ROOT_URL)" },
	{ "clientId", SECRET, APART(client_id), .help = "(or TASKCLUSTER_CLIENT_ID)" },
	{ "accessToken", SECRET, APART(access_token), .help = "(or TASKCLUSTER_ACCESS_TOKEN)" },
	{ "certificate", SECRET, APART(certificate),
		.help = "of temporary credentials (or TASKCLUSTER_CERTIFICATE)" },
	{ "provisionerId", TEXT, IN(provisioner_id), .help = "first half of the task queue" },
	{ "workerType", TEXT, IN(worker_type), .help = "second half of the task queue" },
	{ "taskQueueId", TEXT, IN(task_queue_id), .help = "instead of both" },
	{ "workerGroup", TEXT, IN(worker_group), .help = "required" },
	{ "workerId", TEXT, IN(worker_id), .help = "required" },
	{ "providerId", TEXT, IN(provider_id),
		.help = "of a pool with static workers; with staticSecret, instead of "
			"credentials" },
	{ "staticSecret", TEXT, IN(static_secret), .help = "this worker's, as the pool knows it" },
	{ "capacity", NUMBER, IN(capacity), 1, 255, 1, .help = "tasks at the same time" },
	{ "numberOfTasksToRun", NUMBER, IN(tasks), 0, INT32_MAX, 0, .help = "0: without end" },
	{ "idleTimeoutSecs", NUMBER, IN(idle_s), 0, INT32_MAX, 0, .help = "0: wait for ever" },
	{ "maxTaskRunTime", NUMBER, IN(run_s), 1, INT32_MAX, 86400,
		.help = "the most that a task's maxRunTime may be, in s" },
	{ "statusPollSecs", NUMBER, IN(poll_s), 0, 86400, 60,
		.help = "how often a running task is asked for, in case it was canceled; 0: only "
			"when its claim is renewed" },
	{ "requiredDiskSpaceMegabytes", NUMBER, IN(disk_mib), 0, INT32_MAX, 10240,
		.help = "caches and downloads make room for so much" },
	{ "tasksDir", TEXT, IN(tasks_folder), .text = "tasks", .help = "the tasks' folders" },
	{ "cachesDir", TEXT, IN(caches_folder), .text = "caches",
		.help = "on the same file system as tasksDir" },
	{ "downloadsDir", TEXT, IN(downloads_folder), .text = "downloads", .help = "kept content" },
	{ "stateFile", TEXT, IN(state_path), .text = "taskcluster-worker.state",
		.help = "what outlives a crash" },
	{ "cleanUpTaskDirs", FLAG, IN(clean_up), .usual = true,
		.help = "false: a task's folder stays" },
	{ "createObjectArtifacts", FLAG, IN(object_artifacts), .usual = false,
		.help = "object artifacts instead of s3" },
	{ "publicIP", TEXT, IN(public_ip),
		.help = "in certificates, and where live logs are read" },
	{ "privateIP", TEXT, IN(private_ip), .help = "in certificates" },
	{ "instanceId", TEXT, IN(instance_id), .help = "in certificates and logs" },
	{ "instanceType", TEXT, IN(instance_type), .help = "also TASKCLUSTER_INSTANCE_TYPE" },
	{ "region", TEXT, IN(region), .help = "in certificates and logs" },
	{ "availabilityZone", TEXT, IN(availability_zone), .help = "in logs" },
	{ "workerLocation", TEXT, IN(location), .help = "TASKCLUSTER_WORKER_LOCATION of tasks" },
	{ "workerTypeMetadata", TREE, IN(metadata), .help = "JSON at the head of each log" },
	{ "ed25519SigningKeyLocation", TEXT, IN(signing_key),
		.help = "the key for chain of trust (with --task-user only)" },
	{ "enableChainOfTrust", FLAG, IN(chain_of_trust), .usual = true,
		.help = "tasks may use it" },
	{ "enableLiveLog", FLAG, IN(live_log), .usual = true, .help = "the same" },
	{ "enableMounts", FLAG, IN(mounts), .usual = true, .help = "the same" },
	{ "enableTaskclusterProxy", FLAG, IN(proxy), .usual = true, .help = "the same" },
	{ "enableMetadata", UNUSED, .help = "no generic-worker-metadata.json is written" },
	{ "taskclusterProxyExecutable", TEXT, IN(proxy_program),
		.help = "else taskcluster-proxy beside this program" },
	{ "taskclusterProxyPort", NUMBER, IN(proxy_port), 0, 65535, 0,
		.help = "0: any; a second task has the next" },
	{ "livelogPortBase", NUMBER, IN(live_port), 0, 65535, 0,
		.help = "where live logs are served, and so on with capacity; 0: any port" },
	{ "livelogExposePort", NUMBER, IN(live_expose_port), 0, 65535, 0,
		.help = "the port as readers see it, where something forwards" },
	{ "livelogHost", TEXT, IN(live_host), .help = "the name as readers see it; else publicIP" },
	{ "livelogCertificate", TEXT, IN(tls_certificate), .help = "PEM: live logs are https" },
	{ "livelogKey", TEXT, IN(tls_key), .help = "and its key" },
	{ "livelogExecutable", UNUSED, .help = "live logs are served by the worker itself" },
	{ "disableReboots", UNUSED, .help = "it never reboots" },
	{ "disableOOMProtection", UNUSED, .help = "memory is not watched" },
	{ "allowedHighMemoryDurationSecs", UNUSED, .help = "memory is not watched" },
	{ "maxMemoryUsagePercent", UNUSED, .help = "memory is not watched" },
	{ "minAvailableMemoryBytes", UNUSED, .help = "memory is not watched" },
	{ "enableResourceMonitor", UNUSED, .help = "memory is not watched" },
	{ "enableInteractive", UNUSED, .help = "there are no interactive tasks" },
	{ "interactivePort", UNUSED, .help = "there are no interactive tasks" },
	{ "enableOSGroups", UNUSED, .help = "there are no osGroups" },
	{ "sentryProject", UNUSED, .help = "nothing is told to Sentry" },
	{ "wstAudience", UNUSED, .help = "there is no websocktunnel" },
	{ "wstServerURL", UNUSED, .help = "there is no websocktunnel" },
};
#define KEYS (sizeof keys / sizeof *keys)

bool keys_set(char **text, const char *value)
{
	if (*text || !value)
		return true;
	*text = strdup(value);
	return *text != NULL;
}

bool keys_default(struct options *options)
{
	char *base = (char *)options;

	for (size_t i = 0; i < KEYS; i++) {
		if (keys[i].kind == TEXT &&
			!keys_set((char **)(base + keys[i].place), keys[i].text))
			return false;
	}
	return true;
}

static const struct key *find(const char *name)
{
	for (size_t i = 0; i < KEYS; i++) {
		if (strcasecmp(keys[i].name, name) == 0)
			return &keys[i];
	}
	return NULL;
}

static bool refuse(FILE *out, const struct key *key, const char *what)
{
	fprintf(out, "%s must be %s\n", key->name, what);
	return false;
}

static bool take_text(const struct key *key, const tc_json *value, char *base, FILE *out)
{
	const char *text = tc_json_text(value);

	if (tc_json_kind(value) != TC_JSON_STRING || strlen(text) != tc_json_text_length(value))
		return refuse(out, key, "a text");
	return !*text || keys_set((char **)(base + key->place), text);
}

static bool take_number(const struct key *key, const tc_json *value, char *base, FILE *out)
{
	int64_t *to = (int64_t *)(base + key->place);
	char range[80];
	int64_t number;

	snprintf(range, sizeof range, "a whole number from %lld to %lld", (long long)key->least,
		(long long)key->most);
	if (!tc_json_int64(value, &number) || number < key->least || number > key->most)
		return refuse(out, key, range);
	*to = number;
	return true;
}

static bool take(const struct key *key, const tc_json *value, char *base, char *apart, FILE *out)
{
	if (tc_json_kind(value) == TC_JSON_NULL)
		return true;
	switch (key->kind) {
	case TEXT:
		return take_text(key, value, base, out);
	case SECRET:
		return take_text(key, value, apart, out);
	case NUMBER:
		return take_number(key, value, base, out);
	case FLAG:
		if (tc_json_kind(value) != TC_JSON_BOOL)
			return refuse(out, key, "true or false");
		*(bool *)(base + key->place) = tc_json_true(value);
		return true;
	case TREE: {
		tc_json_builder *copy = tc_json_builder_new();
		if (tc_json_kind(value) != TC_JSON_OBJECT) {
			tc_json_builder_free(copy);
			return refuse(out, key, "an object");
		}
		tc_json_add_json(copy, value);
		return tc_json_build(copy, (const tc_json **)(base + key->place), NULL) == TC_OK;
	}
	case UNUSED:
		fprintf(out, "warning: %s is not used: %s\n", key->name, key->help);
		return true;
	}
	return true;
}

static void set_numbers(char *base)
{
	for (size_t i = 0; i < KEYS; i++) {
		if (keys[i].kind == NUMBER)
			*(int64_t *)(base + keys[i].place) = keys[i].usual;
		else if (keys[i].kind == FLAG)
			*(bool *)(base + keys[i].place) = keys[i].usual;
	}
}

bool keys_take(
	const tc_json *config, struct options *options, struct options_secrets *secrets, FILE *out)
{
	bool good = true;

	set_numbers((char *)options);
	for (size_t i = 0; i < tc_json_count(config); i++) {
		const char *name = tc_json_text(tc_json_name(config, i));
		const struct key *key = find(name);
		if (!key)
			fprintf(out, "warning: %s is not known, and ignored\n", name);
		else if (!take(key, tc_json_item(config, i), (char *)options, (char *)secrets, out))
			good = false;
	}
	return good;
}

void keys_list(FILE *out)
{
	for (size_t i = 0; i < KEYS; i++) {
		const struct key *key = &keys[i];
		if (key->kind == UNUSED)
			continue;
		fprintf(out, "  %-27s %s", key->name, key->help);
		if (key->kind == TEXT && key->text)
			fprintf(out, " [%s]", key->text);
		if (key->kind == NUMBER && key->usual)
			fprintf(out, " [%lld]", (long long)key->usual);
		if (key->kind == FLAG)
			fprintf(out, " [%s]", key->usual ? "true" : "false");
		fputc('\n', out);
	}
}
