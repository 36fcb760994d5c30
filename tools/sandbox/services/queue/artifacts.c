/* SPDX-License-Identifier: MPL-2.0 */

/* Artifacts as they are made: createArtifact and finishArtifact. */

#include "tools/sandbox/services/queue/artifacts.h"

#include "tools/sandbox/services/storage.h"
#include "tools/sandbox/tasks/messages.h"

#include <stdlib.h>
#include <string.h>
#include <taskcluster/slugid.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS (24 * 60 * MINUTE_MS)
#define KINDS 6
#define LATE_MS (25 * MINUTE_MS) /* how long after an exception artifacts may still come */

bool artifact_load(struct request *request, const char *task_id, int64_t run_id, const char *name,
	struct artifact *artifact)
{
	struct tc__arena *arena = &request->arena;
	struct row *row = store_query(request->sandbox->store,
		"SELECT name, storage, content_type, target, reason, content_length, expires, "
		"present "
		"FROM artifacts WHERE task_id = ? AND run_id = ? AND name = ?",
		"tit", task_id, run_id, name);
	bool found = store_next(row);

	if (found) {
		*artifact = (struct artifact){ .name = store_copy(arena, row, 0),
			.storage = store_copy(arena, row, 1),
			.content_type = store_copy(arena, row, 2),
			.target = store_copy(arena, row, 3),
			.reason = store_copy(arena, row, 4),
			.content_length = store_int(row, 5),
			.expires = store_int(row, 6),
			.present = store_int(row, 7) != 0 };
	}
	store_end(request->sandbox->store, row);
	return found;
}

void artifact_save(struct request *request, const char *task_id, int64_t run_id,
	const struct artifact *artifact)
{
	store_run(request->sandbox->store,
		"INSERT OR REPLACE INTO artifacts (task_id, run_id, name, storage, content_type, "
		"target, reason, content_length, expires, present) VALUES (?, ?, ?, ?, ?, ?, ?, ?, "
		"?, "
		"?)",
		"titttttiii", task_id, run_id, artifact->name, artifact->storage,
		artifact->content_type, artifact->target, artifact->reason,
		artifact->content_length, artifact->expires, (int64_t)artifact->present);
}

const char *artifact_object_name(
	struct request *request, const char *task_id, int64_t run_id, const char *name)
{
	return request_printf(request, "t/%s/%lld/%s", task_id, (long long)run_id, name);
}

bool artifact_write_credentials(
	struct request *request, const char *client_id, const char *scope, int64_t expires_ms)
{
	int64_t until = request->now_ms + DAY_MS;

	if (expires_ms < until)
		until = expires_ms;
	return scope &&
		common_write_credentials(request, client_id, &(struct tc_scopes){ &scope, 1 },
			request->now_ms, until);
}

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

bool artifact_has_bytes(const struct artifact *artifact)
{
	return is(artifact->storage, "s3") || is(artifact->storage, "azure");
}

/* Runs take artifacts while they run, and a while after an exception. */
static bool open_for_artifacts(const struct request *request, const struct run *run)
{
	if (is(run->state, "running"))
		return true;
	return is(run->state, "exception") && run->resolved + LATE_MS >= request->now_ms;
}

/* What each storage type wants of the body. */
static int read_artifact(struct request *request, struct artifact *artifact)
{
	static const struct {
		const char *storage, *target, *type;
	} kinds[KINDS] = { { "s3", NULL, NULL }, { "azure", NULL, NULL }, { "object", NULL, NULL },
		{ "reference", "url", NULL }, { "link", "artifact", "application/binary" },
		{ "error", "message", "application/binary" } };
	const tc_json *length = tc_json_get(request->input, "contentLength");
	size_t kind = 0;

	*artifact = (struct artifact){ .name = request_argument(request, "name"),
		.storage = request_text(request, "storageType"),
		.reason = request_text(request, "reason"),
		.expires = common_date(request, "expires", -1),
		.content_length = -1,
		.present = true };
	while (kind < KINDS && !is(artifact->storage, kinds[kind].storage))
		kind++;
	if (kind == KINDS || artifact->expires < 0)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"expected `storageType` (s3, object, reference, link or error) and "
			"`expires`");
	artifact->content_type = common_text(request, "contentType", kinds[kind].type);
	if (!artifact->content_type)
		return refuse(request, INPUT_VALIDATION_ERROR, "`contentType` is missing");
	if (length &&
		(!tc_json_int64(length, &artifact->content_length) || artifact->content_length < 0))
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`contentLength` must be a number of bytes");
	if (!kinds[kind].target)
		return 0;
	artifact->target = request_text(request, kinds[kind].target);
	if (!artifact->target || (is(artifact->storage, "error") && !artifact->reason))
		return refuse(request, INPUT_VALIDATION_ERROR, "`%s` is missing",
			artifact->target ? "reason" : kinds[kind].target);
	return 0;
}

static int check_expires(
	struct request *request, const struct task *task, const struct artifact *artifact)
{
	if (artifact->expires < request->now_ms - 15 * MINUTE_MS)
		return refuse(request, INPUT_ERROR, "Expires must be in the future");
	if (artifact->expires > task->expires)
		return refuse(request, INPUT_ERROR,
			"Artifact expires (%lld) after the task expiration (%lld)",
			(long long)artifact->expires, (long long)task->expires);
	return 0;
}

/* Whether an artifact that is there may become this one. */
static int check_existing(
	struct request *request, const struct artifact *old, const struct artifact *new)
{
	bool to_link = is(old->storage, "reference") && is(new->storage, "link");

	if (is(old->storage, "object"))
		return refuse(request, INTERNAL_SERVER_ERROR, "Internal Server Error");
	if (strcmp(old->storage, new->storage) != 0 && !to_link)
		return refuse(request, REQUEST_CONFLICT,
			"Artifact already exists, with different type: it is %s", old->storage);
	if (!to_link && strcmp(old->content_type, new->content_type) != 0)
		return refuse(request, REQUEST_CONFLICT,
			"Artifact already exists, with a different contentType: %s",
			old->content_type);
	if (new->expires < old->expires)
		return refuse(request, REQUEST_CONFLICT,
			"Artifact already exists, with a later expiration");
	if (is(old->storage, "error") && !is(old->reason, new->reason))
		return refuse(
			request, REQUEST_CONFLICT, "Artifact already exists, with another reason");
	return 0;
}

static bool write_s3(struct request *request, const struct artifact *artifact)
{
	struct writer *reply = &request->reply;
	int64_t until = request->now_ms + STORAGE_PUT_MS;
	const char *url = storage_url(request, artifact->target, "PUT", until);

	write_member(reply, "putUrl", url);
	write_member_date(reply, "expires", until);
	write_member(reply, "contentType", artifact->content_type);
	return url != NULL;
}

static bool write_object_upload(struct request *request, const struct task *task,
	const struct run *run, struct artifact *artifact)
{
	struct writer *reply = &request->reply;
	const char *name = artifact_object_name(request, task->id, run->id, artifact->name);

	write_member(reply, "name", name);
	write_member(reply, "projectId", task->project_id);
	write_member(reply, "uploadId", artifact->target);
	write_member_date(reply, "expires", artifact->expires);
	return name &&
		artifact_write_credentials(request,
			request_printf(request, "artifact-upload/%s/%lld/on/%s/%s", task->id,
				(long long)run->id, run->worker_group, run->worker_id),
			request_printf(request, "object:upload:%s:%s", task->project_id, name),
			artifact->expires);
}

static bool make_target(struct request *request, struct artifact *artifact)
{
	char id[TC_SLUGID_SIZE];

	if (artifact_has_bytes(artifact))
		artifact->target =
			storage_create(request, artifact->content_type, -1, artifact->expires);
	if (is(artifact->storage, "object")) {
		tc_slugid_nice(id);
		artifact->target = tc__arena_text(&request->arena, id, strlen(id));
		artifact->present = false;
	}
	return artifact->target != NULL;
}

static void publish(struct request *request, const struct task *task, const struct run *run,
	const struct artifact *artifact)
{
	struct writer writer = { .text = TC__BUFFER(10000) };
	struct step step = queue_step(request);
	bool quiet = artifact_has_bytes(artifact);

	if (!tell_wants_artifact(&step, task, quiet))
		return;
	write_object(&writer);
	write_member(&writer, "storageType", artifact->storage);
	write_member(&writer, "name", artifact->name);
	write_member_date(&writer, "expires", artifact->expires);
	write_member(&writer, "contentType", artifact->content_type);
	write_end_object(&writer);
	tell_artifact(&step, task, run, tc__buffer_get(&writer.text), quiet);
	tc__buffer_clear(&writer.text);
}

/* What createArtifact is about. A task or a run that is none is the caller's mistake here, before
 * scopes count. */
static struct task *find_run(struct request *request, struct run **run, int *status)
{
	const char *id = request_argument(request, "taskId");
	struct task *task = task_load(request->sandbox->store, &request->arena, id);

	*run = task ? task_run(task, strtol(request_argument(request, "runId"), NULL, 10)) : NULL;
	if (!*run) {
		*status = refuse(request, INPUT_ERROR, "%s not found", task ? "Run" : "Task");
		return NULL;
	}
	const struct scope_value values[] = {
		{ .name = "workerGroup", .text = (*run)->worker_group },
		{ .name = "workerId", .text = (*run)->worker_id },
		{ .name = NULL },
	};
	*status = authorize(request, values);
	return *status ? NULL : task;
}

static int reply_created(struct request *request, const struct task *task, const struct run *run,
	struct artifact *artifact)
{
	bool ok = true;

	write_object(&request->reply);
	write_member(&request->reply, "storageType", artifact->storage);
	if (artifact_has_bytes(artifact))
		ok = write_s3(request, artifact);
	if (is(artifact->storage, "object"))
		ok = write_object_upload(request, task, run, artifact);
	write_end_object(&request->reply);
	return ok ? 200 : refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
}

int queue_create_artifact(struct request *request)
{
	struct artifact artifact;
	struct artifact old;
	struct run *run;
	int status = authenticate(request);
	struct task *task = status ? NULL : find_run(request, &run, &status);

	if (!task)
		return status;
	status = read_artifact(request, &artifact);
	if (!status)
		status = check_expires(request, task, &artifact);
	if (status)
		return status;
	if (!open_for_artifacts(request, run))
		return refuse(request, REQUEST_CONFLICT,
			"Run %lld of task %s takes no artifacts: it is %s", (long long)run->id,
			task->id, run->state);
	bool exists = artifact_load(request, task->id, run->id, artifact.name, &old);
	if (exists)
		status = check_existing(request, &old, &artifact);
	if (status)
		return status;
	if (exists && artifact_has_bytes(&artifact)) {
		artifact.target = old.target;
		storage_extend(request, artifact.target, artifact.expires);
	} else if (!make_target(request, &artifact))
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	artifact_save(request, task->id, run->id, &artifact);
	if (artifact.present)
		publish(request, task, run, &artifact);
	return reply_created(request, task, run, &artifact);
}

/* Tells of a finished artifact. One with a contentLength cannot be told of, the schema of the
 * message has no such member: it is kept as finished, and the caller learns of the failure. */
static int publish_finished(struct request *request, const struct task *task, const struct run *run,
	const struct artifact *artifact)
{
	if (artifact->content_length < 0) {
		publish(request, task, run, artifact);
		return 204;
	}
	store_commit(request->sandbox->store);
	store_begin(request->sandbox->store);
	return refuse(request, INTERNAL_SERVER_ERROR,
		"the message artifact-created must not have the member contentLength");
}

/* Whether the object service has all of an artifact's bytes. */
static bool is_uploaded(struct request *request, const char *object)
{
	return object &&
		store_number(request->sandbox->store, 0,
			"SELECT finished FROM objects WHERE name = ?", "t", object) != 0;
}

int queue_finish_artifact(struct request *request)
{
	struct artifact artifact;
	struct run *run;
	int status;
	struct task *task = queue_load_run(request, &run, &status);

	if (!task)
		return status;
	if (!artifact_load(
		    request, task->id, run->id, request_argument(request, "name"), &artifact))
		return refuse(request, RESOURCE_NOT_FOUND, "Artifact not found");
	if (!is(artifact.storage, "object"))
		return refuse(
			request, INPUT_ERROR, "Cannot finish a %s artifact", artifact.storage);
	if (artifact.present) /* again, which tells the world again */
		return publish_finished(request, task, run, &artifact);
	if (!is(request_text(request, "uploadId"), artifact.target))
		return refuse(request, INPUT_ERROR, "Invalid uploadId");
	if (!is_uploaded(request, artifact_object_name(request, task->id, run->id, artifact.name)))
		return refuse(request, INPUT_ERROR,
			"The object of this artifact does not exist, or is not finished");
	artifact.present = true;
	artifact_save(request, task->id, run->id, &artifact);
	return publish_finished(request, task, run, &artifact);
}
