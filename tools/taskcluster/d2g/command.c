/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/command.h"

#include "tools/taskcluster/d2g/artifacts.h"
#include "tools/taskcluster/d2g/mounts.h"

#include <string.h>
#include <taskcluster/slugid.h>

/* Docker refuses longer lines of a file of variables. */
#define ENV_LINE_MAX 65536

static void add_word(struct translation *t, const char *word)
{
	tc_json_add_string(t->json, word);
}

static void add_words(struct translation *t, const char *const *words)
{
	for (; *words; words++)
		add_word(t, *words);
}

/* The container has a name by which the worker finds it, and no limits but the worker's. The image
 * is there before it begins, and the log is what it writes. */
static void add_run(struct translation *t)
{
	static const char *const begin[] = { "docker", "run", "-t", "--name", NULL };
	static const char *const limits[] = { "--memory-swap", "-1", "--pids-limit", "-1",
		"--pull=never", "--log-driver=none", NULL };
	char name[sizeof "taskcontainer_" + TC_SLUGID_SIZE] = "taskcontainer_";

	tc_slugid_nice(name + strlen(name));
	add_words(t, begin);
	add_word(t, name);
	add_words(t, limits);
}

/* What the container may; who is privileged may trace anyway. */
static void add_rights(struct translation *t)
{
	if (translation_flag(t, "/capabilities/privileged", false))
		add_word(t, "--privileged");
	else if (translation_flag(t, "/features/allowPtrace", false))
		add_word(t, "--cap-add=SYS_PTRACE");
	if (translation_flag(t, "/capabilities/disableSeccomp", false))
		add_word(t, "--security-opt=seccomp=unconfined");
}

/* A folder of the task's, whose path is the text, where `place` says inside the container. */
static void add_volume(struct translation *t, const tc_json *place)
{
	tc__buffer_char(&t->text, ':');
	translation_append(t, place);
	translation_flush(t);
}

static void begin_volume(struct translation *t)
{
	add_word(t, "-v");
	tc__buffer_text(&t->text, "__TASK_DIR__/");
}

static void add_volumes(struct translation *t)
{
	for (const struct member *cache = t->caches; cache->name; cache++) {
		begin_volume(t);
		cache_append_path(t, cache);
		add_volume(t, cache->value);
	}
	for (const struct member *artifact = t->artifacts; artifact->name; artifact++) {
		if (!artifact_is_volume(artifact))
			continue;
		begin_volume(t);
		artifact_append_path(t, artifact);
		add_volume(t, tc_json_get(artifact->value, "path"));
	}
}

static void add_devices(struct translation *t)
{
	if (translation_flag(t, "/capabilities/devices/kvm", false))
		add_word(t, "--device=/dev/kvm");
	if (translation_flag(t, "/capabilities/devices/hostSharedMemory", false)) {
		/* a folder, which docker takes for no device */
		add_word(t, "-v");
		add_word(t, "/dev/shm:/dev/shm");
	}
	if (translation_flag(t, "/capabilities/devices/loopbackVideo", false))
		add_word(t, "--device=__TASKCLUSTER_VIDEO_DEVICE__");
	if (translation_flag(t, "/capabilities/devices/loopbackAudio", false))
		add_word(t, "--device=/dev/snd");
}

/* The task's own network, on which its proxy is. */
static void add_proxy(struct translation *t)
{
	if (!translation_flag(t, "/features/taskclusterProxy", false))
		return;
	add_word(t, "--network");
	add_word(t, "__TASKCLUSTER_DOCKER_NETWORK__");
	add_word(t, "--add-host=taskcluster:__TASKCLUSTER_PROXY_GATEWAY__");
}

/* Whether a variable can be in the file of variables, which the worker makes: each is a line there.
 */
static bool fits_line(const struct member *variable)
{
	const char *value = tc_json_text(variable->value);
	size_t length = tc_json_text_length(variable->value);

	return !memchr(value, '\n', length) &&
		tc_json_text_length(variable->name) + 1 + length <= ENV_LINE_MAX;
}

static void add_env(struct translation *t)
{
	for (const struct member *variable = t->env; variable->name; variable++) {
		if (fits_line(variable))
			continue;
		add_word(t, "-e");
		translation_append(t, variable->name);
		tc__buffer_char(&t->text, '=');
		translation_append(t, variable->value);
		translation_flush(t);
	}
	add_word(t, "--env-file");
	add_word(t, "env.list");
}

/* The image by its name; one from a file has an id when it was loaded. */
static void add_image(struct translation *t)
{
	const tc_json *image = tc_json_get(t->payload, "image");
	const tc_json *name =
		tc_json_kind(image) == TC_JSON_STRING ? image : tc_json_get(image, "name");

	add_word(t, "--");
	if (name)
		tc_json_add_json(t->json, name);
	else
		add_word(t, "__D2G_IMAGE_ID__");
}

void command_add(struct translation *t)
{
	const tc_json *command = tc_json_get(t->payload, "command");

	tc_json_add_name(t->json, "command");
	tc_json_add_array(t->json);
	tc_json_add_array(t->json);
	add_run(t);
	add_rights(t);
	add_word(t, "--add-host=localhost.localdomain:127.0.0.1");
	add_volumes(t);
	add_devices(t);
	add_proxy(t);
	add_env(t);
	add_image(t);
	for (size_t i = 0; i < tc_json_count(command); i++)
		tc_json_add_json(t->json, tc_json_item(command, i));
	tc_json_end(t->json);
	tc_json_end(t->json);
}
