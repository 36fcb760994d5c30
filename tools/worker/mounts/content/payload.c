/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/worker/mounts/content/payload.h"

#include "tools/worker/mounts/archive/format.h"
#include "tools/worker/mounts/disk/path.h"
#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/job.h>

static const char *text_of(const tc_json *json, const char *name)
{
	return tc_json_text(tc_json_get(json, name));
}

/* ---- reading ---- */

static void read_text(struct content *content, enum content_kind kind, const tc_json *text)
{
	content->kind = kind;
	content->text = tc_json_text(text);
	content->text_length = tc_json_text_length(text);
}

static int read_content(const tc_json *json, struct content *content, tc_error *err)
{
	content->task_id = text_of(json, "taskId");
	content->artifact = text_of(json, "artifact");
	content->index = text_of(json, "namespace");
	content->url = text_of(json, "url");
	content->sha256 = text_of(json, "sha256");
	if (!json)
		content->kind = CONTENT_NONE;
	else if (content->artifact && content->task_id)
		content->kind = CONTENT_ARTIFACT;
	else if (content->artifact && content->index)
		content->kind = CONTENT_INDEX;
	else if (content->url)
		content->kind = CONTENT_URL;
	else if (tc_json_get(json, "raw"))
		read_text(content, CONTENT_RAW, tc_json_get(json, "raw"));
	else
		read_text(content, CONTENT_BASE64, tc_json_get(json, "base64"));
	if ((content->kind == CONTENT_RAW || content->kind == CONTENT_BASE64) && !content->text)
		return tc_error_set(err, TC_ERROR_INPUT,
			"content is none of: taskId and artifact, namespace and artifact, url, "
			"raw, base64");
	return TC_OK;
}

static int check_format(const struct mount *mount, tc_error *err)
{
	if (!mount->format)
		return TC_OK;
	const struct format *format = mount->kind == MOUNT_FILE ? format_of_file(mount->format)
								: format_of_folder(mount->format);
	if (!format)
		return tc_error_set(err, TC_ERROR_INPUT, "there is no format %s", mount->format);
	if (!format_is_read(format))
		return tc_error_set(err, TC_ERROR_INPUT, "format %s cannot be read by this worker",
			mount->format);
	return TC_OK;
}

static int check_whole(const struct mount *mount, tc_error *err)
{
	bool content = mount->content.kind != CONTENT_NONE;

	if (!content && mount->kind != MOUNT_CACHE)
		return tc_error_set(err, TC_ERROR_INPUT, "content is missing");
	if (mount->kind == MOUNT_FOLDER && !mount->format)
		return tc_error_set(err, TC_ERROR_INPUT, "format is missing");
	if (mount->kind == MOUNT_CACHE && content != (mount->format != NULL))
		return tc_error_set(
			err, TC_ERROR_INPUT, "a cache has content and format, or neither");
	if (mount->kind != MOUNT_FOLDER && strcmp(mount->path, ".") == 0)
		return tc_error_set(err, TC_ERROR_INPUT,
			"it cannot take the place of the task's folder itself");
	return check_format(mount, err);
}

static int read_mount(const tc_json *json, struct mount *mount, tc_error *err)
{
	const char *file = text_of(json, "file"), *folder = text_of(json, "directory");

	mount->cache = text_of(json, "cacheName");
	mount->format = text_of(json, "format");
	mount->kind = file ? MOUNT_FILE : mount->cache ? MOUNT_CACHE : MOUNT_FOLDER;
	if (!file == !folder)
		return tc_error_set(err, TC_ERROR_INPUT, "it has to have either file or directory");
	int rc = path_plain(file ? file : folder, &mount->path, err);
	if (rc == TC_OK)
		rc = read_content(tc_json_get(json, "content"), &mount->content, err);
	if (rc == TC_OK)
		rc = check_whole(mount, err);
	return rc;
}

/* Two caches of a name in one task could not both be kept. */
static int check_once(const struct mount *mounts, size_t at, tc_error *err)
{
	for (size_t i = 0; mounts[at].cache && i < at; i++)
		if (mounts[i].cache && strcmp(mounts[i].cache, mounts[at].cache) == 0)
			return tc_error_set(
				err, TC_ERROR_INPUT, "cache %s is mounted twice", mounts[at].cache);
	return TC_OK;
}

int payload_read(const tc_json *json, struct mount **mounts, size_t *count, tc_error *err)
{
	size_t number = tc_json_count(json);
	struct mount *made = calloc(number ? number : 1, sizeof(*made));
	tc_error inner = TC_ERROR_INIT;
	int rc = TC_OK;

	if (!made)
		return tc__no_memory(err);
	for (size_t i = 0; rc == TC_OK && i < number; i++) {
		rc = read_mount(tc_json_item(json, i), &made[i], &inner);
		if (rc == TC_OK)
			rc = check_once(made, i, &inner);
		if (rc != TC_OK)
			tc_error_set(err, rc, "payload.mounts[%zu]: %s", i, tc_error_text(&inner));
	}
	tc_error_clear(&inner);
	*mounts = rc == TC_OK ? made : NULL;
	*count = rc == TC_OK ? number : 0;
	if (rc != TC_OK)
		payload_free(made, number);
	return rc;
}

void payload_free(struct mount *mounts, size_t count)
{
	for (size_t i = 0; mounts && i < count; i++)
		free(mounts[i].path);
	free(mounts);
}

/* ---- what a task may have ---- */

static int check_scope(const struct tc_scopes *held, const char *prefix, const char *name,
	const char *what, tc_error *err)
{
	char *scope = tc__text(err, "%s%s", prefix, name);

	if (!scope)
		return TC_ERROR_NOMEM;
	const char *const needed[] = { scope };
	int rc = TC_OK;
	if (!tc_scopes_satisfy(held, &(struct tc_scopes){ needed, 1 }))
		rc = tc_error_set(err, TC_ERROR_INPUT,
			"task.scopes needs to include %s to mount %s %s", scope, what, name);
	free(scope);
	return rc;
}

static int check_dependency(
	const char *task_id, const char *const *dependencies, size_t count, tc_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(dependencies[i], task_id) == 0)
			return TC_OK;
	return tc_error_set(err, TC_ERROR_INPUT,
		"task.dependencies needs to include %s, whose artifact is mounted", task_id);
}

int payload_check(const struct mount *mounts, size_t count, const struct tc_scopes *scopes,
	const char *const *dependencies, size_t dependencies_count, tc_error *err)
{
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < count; i++) {
		const struct content *content = &mounts[i].content;
		if (mounts[i].cache)
			rc = check_scope(
				scopes, "generic-worker:cache:", mounts[i].cache, "cache", err);
		if (rc == TC_OK && content->artifact && !tc_artifact_is_public(content->artifact))
			rc = check_scope(
				scopes, "queue:get-artifact:", content->artifact, "artifact", err);
		if (rc == TC_OK && content->kind == CONTENT_ARTIFACT)
			rc = check_dependency(
				content->task_id, dependencies, dependencies_count, err);
	}
	return rc;
}

/* ---- for people ---- */

char *payload_describe(const struct content *content)
{
	switch (content->kind) {
	case CONTENT_ARTIFACT:
		return tc__text(
			NULL, "artifact %s of task %s", content->artifact, content->task_id);
	case CONTENT_INDEX:
		return tc__text(NULL, "artifact %s of the task at %s in the index",
			content->artifact, content->index);
	case CONTENT_URL: /* behind the ? may be a signature */
		return tc__text(NULL, "%.*s", (int)strcspn(content->url, "?#"), content->url);
	case CONTENT_RAW:
	case CONTENT_BASE64:
		return tc__text(NULL, "content of the payload");
	case CONTENT_NONE:
		break;
	}
	return tc__text(NULL, "nothing");
}
