/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/payload.h"

#include "tools/taskcluster/d2g/artifacts.h"
#include "tools/taskcluster/d2g/command.h"
#include "tools/taskcluster/d2g/mounts.h"
#include "tools/taskcluster/d2g/path.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)32 * 1024 * 1024) /* more than the whole of what is read */
#define LIVE_LOG "public/logs/live.log"

static void add_feature(struct translation *t, const char *name, bool on)
{
	if (!on)
		return;
	tc_json_add_name(t->json, name);
	tc_json_add_bool(t->json, true);
}

static void add_switch(struct translation *t, const char *name, bool on)
{
	tc_json_add_name(t->json, name);
	tc_json_add_bool(t->json, on);
}

/* Logs are artifacts. An image is found in the index through the task's proxy. */
static void add_features(struct translation *t)
{
	const char *image = tc_json_text(tc_json_at(t->payload, "/image/type"));
	bool artifacts = translation_flag(t, "/features/artifacts", true);
	bool indexed = image && strcmp(image, "indexed-image") == 0;

	tc_json_add_name(t->json, "features");
	tc_json_add_object(t->json);
	add_switch(t, "backingLog", artifacts && translation_flag(t, "/features/bulkLog", true));
	add_feature(t, "chainOfTrust", translation_flag(t, "/features/chainOfTrust", false));
	add_feature(t, "interactive", translation_flag(t, "/features/interactive", false));
	add_switch(t, "liveLog", artifacts && translation_flag(t, "/features/localLiveLog", true));
	add_feature(t, "loopbackAudio",
		translation_flag(t, "/capabilities/devices/loopbackAudio", false));
	add_feature(t, "loopbackVideo",
		translation_flag(t, "/capabilities/devices/loopbackVideo", false));
	add_switch(t, "resourceMonitor", true);
	add_feature(t, "taskclusterProxy",
		indexed || translation_flag(t, "/features/taskclusterProxy", false));
	tc_json_end(t->json);
}

static void add_logs(struct translation *t)
{
	const tc_json *log = tc_json_get(t->payload, "log");
	const char *live = log ? tc_json_text(log) : LIVE_LOG;
	size_t length = log ? tc_json_text_length(log) : strlen(LIVE_LOG);

	tc_json_add_name(t->json, "logs");
	tc_json_add_object(t->json);
	tc_json_add_name(t->json, "backing");
	path_add_backing(&t->text, live, length);
	translation_flush(t);
	tc_json_add_name(t->json, "live");
	tc_json_add_string_n(t->json, live, length);
	tc_json_end(t->json);
}

/* Written as 3000 also where the payload says 3e3. */
static void add_number(struct translation *t, const tc_json *number)
{
	int64_t value = 0;

	tc_json_int64(number, &value);
	tc_json_add_int64(t->json, value);
}

static void add_statuses(struct translation *t, const char *name, const tc_json *statuses)
{
	if (tc_json_count(statuses) == 0)
		return;
	tc_json_add_name(t->json, name);
	tc_json_add_array(t->json);
	for (size_t i = 0; i < tc_json_count(statuses); i++)
		add_number(t, tc_json_item(statuses, i));
	tc_json_end(t->json);
}

static void add_exit_statuses(struct translation *t)
{
	const tc_json *retry = tc_json_at(t->payload, "/onExitStatus/retry");
	const tc_json *purge = tc_json_at(t->payload, "/onExitStatus/purgeCaches");

	if (!retry && !purge)
		return;
	tc_json_add_name(t->json, "onExitStatus");
	tc_json_add_object(t->json);
	add_statuses(t, "purgeCaches", purge);
	add_statuses(t, "retry", retry);
	tc_json_end(t->json);
}

/* Who may start containers, how the proxy is reached from there, and what nobody reads any more. */
static void add_surroundings(struct translation *t)
{
	tc_json_add_name(t->json, "osGroups");
	tc_json_add_array(t->json);
	tc_json_add_string(t->json, "docker");
	tc_json_end(t->json);
	translation_name(t, "supersederUrl", tc_json_get(t->payload, "supersederUrl"));
	tc_json_add_name(t->json, "taskclusterProxyInterface");
	tc_json_add_string(t->json, "docker-bridge");
}

static void add_all(struct translation *t)
{
	tc_json_add_object(t->json);
	artifacts_add(t);
	command_add(t);
	add_features(t);
	add_logs(t);
	tc_json_add_name(t->json, "maxRunTime");
	add_number(t, tc_json_get(t->payload, "maxRunTime"));
	mounts_add(t);
	add_exit_statuses(t);
	add_surroundings(t);
	tc_json_end(t->json);
}

int payload_translate(const tc_json *payload, const tc_json **translated, tc_error *err)
{
	struct translation t = { .payload = payload, .text = TC__BUFFER(TEXT_MAX) };
	bool publishes = translation_flag(&t, "/features/artifacts", true);

	t.artifacts = members_sorted(publishes ? tc_json_get(payload, "artifacts") : NULL);
	t.caches = members_sorted(tc_json_get(payload, "cache"));
	t.env = members_sorted(tc_json_get(payload, "env"));
	t.json = t.artifacts && t.caches && t.env ? tc_json_builder_new() : NULL;
	if (t.json)
		add_all(&t);
	if (tc__buffer_failed(&t.text)) {
		tc_json_builder_free(t.json);
		t.json = NULL; /* which is told as the end of memory */
	}
	free(t.artifacts);
	free(t.caches);
	free(t.env);
	tc__buffer_clear(&t.text);
	return tc_json_build(t.json, translated, err);
}
