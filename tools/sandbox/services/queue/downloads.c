/* SPDX-License-Identifier: MPL-2.0 */

/* Artifacts as they are looked at: redirects, contents, lists. */

#include "tools/sandbox/services/queue/artifacts.h"
#include "tools/sandbox/services/storage.h"

#include <stdlib.h>
#include <string.h>

/* So many links in a row are a circle. */
#define LINKS_MAX 20

/* What the schemas of lists allow; createArtifact takes longer ones. */
#define NAME_LENGTH_MAX 1024

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

/* The run that a request is about: the one it names, or the task's last. */
static struct task *find_run(struct request *request, bool latest, struct run **run, int *status)
{
	struct task *task =
		latest ? queue_load(request, status) : queue_load_run(request, run, status);

	if (!task || !latest)
		return task;
	*run = task_last_run(task);
	if (!*run)
		*status = refuse(request, RESOURCE_NOT_FOUND, "Task %s has no runs", task->id);
	return *run ? task : NULL;
}

static int authorize_names(struct request *request, const char *const *names, size_t count)
{
	const struct scope_value values[] = {
		{ .name = "names", .list = { names, count }, .is_list = true },
		{ .name = NULL },
	};

	return authorize(request, values);
}

static int refuse_missing(struct request *request)
{
	return refuse(request, RESOURCE_NOT_FOUND, "Artifact not found");
}

/* Follows links to what holds bytes; the scopes of every name on the way are needed. */
static int find_artifact(struct request *request, bool latest, struct task **task, struct run **run,
	struct artifact *artifact)
{
	const char *names[LINKS_MAX] = { request_argument(request, "name") };
	int status = authorize_names(request, names, 1);

	if (status)
		return status;
	*task = find_run(request, latest, run, &status);
	if (!*task)
		return status;
	for (size_t count = 1; count <= LINKS_MAX; count++) {
		if (!artifact_load(request, (*task)->id, (*run)->id, names[count - 1], artifact))
			return refuse_missing(request);
		if (artifact->expires < request->now_ms)
			return refuse(request, RESOURCE_EXPIRED, "Artifact has expired");
		if (!is(artifact->storage, "link"))
			return authorize_names(request, names, count);
		for (size_t i = 0; i < count; i++) {
			if (is(artifact->target, names[i]))
				return refuse(request, INPUT_ERROR, "Artifact link cycle at %s",
					artifact->target);
		}
		if (count < LINKS_MAX)
			names[count] = artifact->target;
	}
	return refuse(request, INPUT_ERROR, "Too many artifact links");
}

/* Where the bytes of a finished object are; NULL when it is not finished. */
static const char *object_blob(
	struct request *request, const struct task *task, const struct run *run, const char *name)
{
	struct store *store = request->sandbox->store;
	struct row *row =
		store_query(store, "SELECT blob FROM objects WHERE name = ? AND finished = 1", "t",
			artifact_object_name(request, task->id, run->id, name));
	const char *blob = store_next(row) ? store_copy(&request->arena, row, 0) : NULL;

	store_end(store, row);
	return blob;
}

static int reply_url(struct request *request, const struct artifact *artifact, const char *url)
{
	write_object(&request->reply);
	write_member(&request->reply, "storageType", artifact->storage);
	write_member(&request->reply, "url", url);
	write_end_object(&request->reply);
	return url ? 200 : refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
}

/* The URL of an s3 or reference artifact. */
static const char *url_of(struct request *request, const struct artifact *artifact)
{
	if (is(artifact->storage, "reference"))
		return artifact->target;
	return storage_url(request, artifact->target, "GET", request->now_ms + STORAGE_GET_MS);
}

static int get_artifact(struct request *request, bool latest)
{
	struct artifact artifact;
	struct task *task;
	struct run *run;
	int status = find_artifact(request, latest, &task, &run, &artifact);

	if (status)
		return status;
	request->storage_type = artifact.storage;
	if (is(artifact.storage, "error")) {
		write_object(&request->reply);
		write_member(&request->reply, "reason", artifact.reason);
		write_member(&request->reply, "message", artifact.target);
		write_end_object(&request->reply);
		return 424;
	}
	if (is(artifact.storage, "object")) {
		artifact.target =
			artifact.present ? object_blob(request, task, run, artifact.name) : NULL;
		if (!artifact.target)
			return refuse_missing(request);
	}
	request->location = url_of(request, &artifact);
	status = reply_url(request, &artifact, request->location);
	return status == 200 ? 303 : status;
}

int queue_get_artifact(struct request *request)
{
	return get_artifact(request, false);
}

int queue_get_latest_artifact(struct request *request)
{
	return get_artifact(request, true);
}

static int reply_content(struct request *request, const struct task *task, const struct run *run,
	const struct artifact *artifact)
{
	struct writer *reply = &request->reply;
	bool ok = true;

	write_object(reply);
	write_member(reply, "storageType", artifact->storage);
	if (is(artifact->storage, "object")) {
		const char *name = artifact_object_name(request, task->id, run->id, artifact->name);
		write_member(reply, "name", name);
		ok = artifact_write_credentials(request,
			request_printf(request, "artifact-download/%s/%lld/%s", task->id,
				(long long)run->id, artifact->name),
			request_printf(request, "object:download:%s", name), artifact->expires);
	} else {
		write_member(reply, "reason", artifact->reason);
		write_member(reply, "message", artifact->target);
	}
	write_end_object(reply);
	return ok ? 200 : refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
}

static int artifact_content(struct request *request, bool latest)
{
	struct artifact artifact;
	struct task *task;
	struct run *run;
	int status = find_artifact(request, latest, &task, &run, &artifact);

	if (status)
		return status;
	request->storage_type = artifact.storage;
	if (artifact_has_bytes(&artifact) || is(artifact.storage, "reference"))
		return reply_url(request, &artifact, url_of(request, &artifact));
	if (!artifact.present)
		return refuse_missing(request);
	return reply_content(request, task, run, &artifact);
}

int queue_artifact(struct request *request)
{
	return artifact_content(request, false);
}

int queue_latest_artifact(struct request *request)
{
	return artifact_content(request, true);
}

static void write_artifact(struct writer *reply, const struct artifact *artifact)
{
	write_object(reply);
	write_member(reply, "storageType", artifact->storage);
	write_member(reply, "name", artifact->name);
	write_member_date(reply, "expires", artifact->expires);
	write_member(reply, "contentType", artifact->content_type);
	if (artifact->content_length >= 0)
		write_member_int(reply, "contentLength", artifact->content_length);
	write_end_object(reply);
}

static void write_listed_artifact(struct request *request, struct row *row)
{
	const char *task = store_copy(&request->arena, row, 1);
	const char *name = store_copy(&request->arena, row, 0);
	struct artifact artifact;

	/* a name that the schema of the reply does not allow breaks the page */
	request->broken = request->broken || (name && strlen(name) > NAME_LENGTH_MAX);
	if (artifact_load(request, task, store_int(row, 2), name, &artifact))
		write_artifact(&request->reply, &artifact);
}

static int refuse_name(struct request *request)
{
	return refuse(request, INTERNAL_SERVER_ERROR,
		"the reply breaks its schema: a name has more than %d characters", NAME_LENGTH_MAX);
}

static int list_artifacts(struct request *request, bool latest)
{
	static const struct list artifacts = { "artifacts", write_listed_artifact, 0 };
	struct run *run;
	int status;
	struct task *task = find_run(request, latest, &run, &status);
	struct page page;

	if (!task)
		return status;
	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT name, task_id, run_id FROM artifacts WHERE task_id = ? AND run_id = ? AND "
		"name COLLATE en_us > ? AND expires > ? ORDER BY name COLLATE en_us LIMIT ?",
		"titii", task->id, run->id, page.after, request->now_ms, page.limit + 1);
	common_list(request, &artifacts, &page, row);
	return request->broken ? refuse_name(request) : 200;
}

int queue_list_artifacts(struct request *request)
{
	return list_artifacts(request, false);
}

int queue_list_latest_artifacts(struct request *request)
{
	return list_artifacts(request, true);
}

static int artifact_info(struct request *request, bool latest)
{
	struct artifact artifact;
	struct run *run;
	int status;
	struct task *task = find_run(request, latest, &run, &status);

	if (!task)
		return status;
	if (!artifact_load(
		    request, task->id, run->id, request_argument(request, "name"), &artifact))
		return refuse_missing(request);
	if (!artifact.present)
		return refuse_missing(request);
	if (strlen(artifact.name) > NAME_LENGTH_MAX)
		return refuse_name(request);
	write_artifact(&request->reply, &artifact);
	return 200;
}

int queue_artifact_info(struct request *request)
{
	return artifact_info(request, false);
}

int queue_latest_artifact_info(struct request *request)
{
	return artifact_info(request, true);
}
