/* SPDX-License-Identifier: MPL-2.0 */

/* The Queue of 2015: what is the same is the present handler; the scopes of what workers do name
 * the worker that holds the run. */

#include "tools/sandbox/services/classic/classic.h"

#include "tools/sandbox/base/digest.h"
#include "tools/sandbox/services/queue/artifacts.h"
#include "tools/sandbox/services/queue/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS ((int64_t)60 * 60 * 1000)

/* Checks the scopes with the run's worker, then lets the present handler do it. */
static int as_worker(struct request *request, handler_fn *handler)
{
	struct run *run;
	int status = authenticate(request);
	struct task *task = status ? NULL : queue_load_run(request, &run, &status);

	if (!task)
		return status;
	if (!run->worker_id)
		return refuse(request, REQUEST_CONFLICT, "Run %lld was never claimed",
			(long long)run->id);
	const struct scope_value values[] = {
		{ .name = "workerGroup", .text = run->worker_group },
		{ .name = "workerId", .text = run->worker_id },
		{ .name = NULL },
	};
	status = authorize(request, values);
	return status ? status : handler(request);
}

static int reclaim_task(struct request *request)
{
	return as_worker(request, queue_reclaim_task);
}

static int report_completed(struct request *request)
{
	const tc_json *success = tc_json_get(request->input, "success");
	bool failed = success && !tc_json_true(success);

	return as_worker(request, failed ? queue_report_failed : queue_report_completed);
}

static int report_failed(struct request *request)
{
	return as_worker(request, queue_report_failed);
}

static int report_exception(struct request *request)
{
	return as_worker(request, queue_report_exception);
}

static int create_artifact(struct request *request)
{
	static const char *const types[] = { "s3", "azure", "reference", "error" };
	const char *type = common_text(request, "storageType", "");
	size_t i = 0;

	while (i < 4 && strcmp(types[i], type) != 0)
		i++;
	if (i == 4)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`storageType` must be s3, azure, reference or error");
	return as_worker(request, queue_create_artifact);
}

static const char *queue_of(struct request *request)
{
	return request_printf(request, "%s/%s", request_argument(request, "provisionerId"),
		request_argument(request, "workerType"));
}

/* One task at once, or nothing. */
static int claim_work(struct request *request)
{
	const char *group = request_text(request, "workerGroup");
	const char *id = request_text(request, "workerId");

	if (!group || !id)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`workerGroup` and `workerId` must be strings");
	queue_see_worker(request, queue_of(request), group, id);
	struct task *task = queue_next_pending(request, queue_of(request));
	if (!task)
		return 204;
	return queue_claim_run(request, task, task_last_run(task), group, id, true)
		? 200
		: refuse(request, INTERNAL_SERVER_ERROR, "the claim could not be stored");
}

static int write_pending(struct request *request, bool list)
{
	struct store *store = request->sandbox->store;
	struct writer *reply = &request->reply;
	const char *type = request_argument(request, "workerType");
	int64_t count = 0;
	struct row *row = store_query(store,
		"SELECT r.task_id, r.run_id, q.worker_type FROM runs r JOIN (SELECT ? AS "
		"provisioner, "
		"? AS worker_type) q WHERE r.state = 'pending' AND (r.queue_id = q.provisioner || "
		"'/' "
		"|| q.worker_type OR (q.worker_type IS NULL AND substr(r.queue_id, 1, "
		"length(q.provisioner) + 1) = q.provisioner || '/')) ORDER BY r.scheduled",
		"tt", request_argument(request, "provisionerId"), type);

	write_object(reply);
	write_member(reply, "provisionerId", request_argument(request, "provisionerId"));
	write_member(reply, "workerType", type);
	if (list) {
		write_name(reply, "tasks");
		write_array(reply);
	}
	while (store_next(row)) {
		count++;
		if (!list)
			continue;
		write_object(reply);
		write_member(reply, "taskId", store_text(row, 0));
		write_member_int(reply, "runId", store_int(row, 1));
		write_end_object(reply);
	}
	store_end(store, row);
	if (list)
		write_end_array(reply);
	write_member_int(reply, "pendingTasks", count);
	write_end_object(reply);
	return 200;
}

static int get_pending_tasks(struct request *request)
{
	return write_pending(request, true);
}

static int pending_count(struct request *request)
{
	return write_pending(request, false);
}

/* What signs the URLs of one queue until a time. */
static bool sign(const struct request *request, const char *queue, int64_t expires_ms,
	char signature[DIGEST_SIZE])
{
	struct tc__buffer text = TC__BUFFER(400);

	tc__buffer_printf(&text, "azure\n%s\n%lld", queue, (long long)expires_ms);
	bool ok = !tc__buffer_failed(&text) &&
		digest_hmac_url(request->sandbox->storage_key, text.data, text.length, signature);
	tc__buffer_clear(&text);
	return ok;
}

static int poll_task_urls(struct request *request)
{
	struct writer *reply = &request->reply;
	const char *queue = queue_of(request);
	int64_t until = request->now_ms + HOUR_MS;
	char signature[DIGEST_SIZE];

	if (!queue || !sign(request, queue, until, signature))
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	const char *root = request->sandbox->root_url;
	const char *query =
		request_printf(request, "expires=%lld&sig=%s", (long long)until, signature);
	write_object(reply);
	write_name(reply, "queues");
	write_array(reply);
	write_object(reply);
	write_member(reply, "signedPollUrl",
		request_printf(
			request, "%s" CLASSIC_QUEUE_PATH "%s/messages?%s", root, queue, query));
	write_member(reply, "signedDeleteUrl",
		request_printf(request,
			"%s" CLASSIC_QUEUE_PATH
			"%s/messages/{{messageId}}?popreceipt={{popReceipt}}&%s",
			root, queue, query));
	write_end_object(reply);
	write_end_array(reply);
	write_member_date(reply, "expires", until);
	write_end_object(reply);
	return 200;
}

/* A worker may ask for more than one message, as Azure lets it: `numofmessages=32`. */
static int64_t wanted_messages(const char *query)
{
	const char *wanted = strstr(query, "numofmessages=");
	long count = wanted ? strtol(wanted + strlen("numofmessages="), NULL, 10) : 1;

	return count < 1 ? 1 : count > 32 ? 32 : count;
}

static void write_message(struct request *request, struct row *row)
{
	char text[100];
	char encoded[200];
	struct tc__buffer *reply = &request->reply.text;
	long long run = (long long)store_int(row, 1);
	int length = snprintf(
		text, sizeof text, "{\"taskId\":\"%s\",\"runId\":%lld}", store_text(row, 0), run);

	digest_base64(text, (size_t)length, encoded);
	tc__buffer_printf(reply,
		"<QueueMessage><MessageId>%s</MessageId><PopReceipt>%lld</PopReceipt>"
		"<DequeueCount>1</DequeueCount><MessageText>%s</MessageText></QueueMessage>",
		store_text(row, 0), run, encoded);
}

static int serve_messages(struct request *request, const char *queue, const char *query)
{
	struct store *store = request->sandbox->store;
	struct row *row = store_query(store,
		"SELECT task_id, run_id FROM runs WHERE state = 'pending' AND queue_id = ? "
		"ORDER BY priority DESC, scheduled LIMIT ?",
		"ti", queue, wanted_messages(query));

	request->content_type = "application/xml";
	tc__buffer_text(&request->reply.text,
		"<?xml version=\"1.0\" encoding=\"utf-8\"?><QueueMessagesList>");
	while (store_next(row))
		write_message(request, row);
	store_end(store, row);
	tc__buffer_text(&request->reply.text, "</QueueMessagesList>");
	return 200;
}

int classic_serve_queue(struct request *request)
{
	const char *start = request->target + strlen(CLASSIC_QUEUE_PATH);
	const char *end = strstr(start, "/messages");
	const char *expires = strstr(start, "expires=");
	const char *sig = strstr(start, "&sig=");
	char signature[DIGEST_SIZE];

	if (!end || !expires || !sig)
		return refuse_route(request);
	char *queue = tc__arena_text(&request->arena, start, (size_t)(end - start));
	int64_t until = strtoll(expires + strlen("expires="), NULL, 10);
	size_t length = strcspn(sig + 5, "&");
	if (!queue || !sign(request, queue, until, signature) || strlen(signature) != length ||
		strncmp(signature, sig + 5, length) != 0 || until < request->now_ms)
		return refuse_html(request, 403, "Forbidden");
	if (strcmp(request->method, "GET") == 0)
		return serve_messages(request, queue, end);
	return strcmp(request->method, "DELETE") == 0 ? 204 : refuse_route(request);
}

const struct handler classic_queue_handlers[] = {
	{ "classic-queue.createTask", queue_create_task, true },
	{ "classic-queue.getTask", queue_task, false },
	{ "classic-queue.defineTask", queue_define_task, true },
	{ "classic-queue.scheduleTask", queue_schedule_task, true },
	{ "classic-queue.status", queue_status, false },
	{ "classic-queue.pollTaskUrls", poll_task_urls, false },
	{ "classic-queue.claimTask", queue_claim_task, true },
	{ "classic-queue.reclaimTask", reclaim_task, true },
	{ "classic-queue.claimWork", claim_work, false },
	{ "classic-queue.reportCompleted", report_completed, true },
	{ "classic-queue.reportFailed", report_failed, true },
	{ "classic-queue.reportException", report_exception, true },
	{ "classic-queue.rerunTask", queue_rerun_task, true },
	{ "classic-queue.createArtifact", create_artifact, true },
	{ "classic-queue.getArtifact", queue_get_artifact, true },
	{ "classic-queue.getLatestArtifact", queue_get_latest_artifact, true },
	{ "classic-queue.listArtifacts", queue_list_artifacts, false },
	{ "classic-queue.listLatestArtifacts", queue_list_latest_artifacts, false },
	{ "classic-queue.getPendingTasks", get_pending_tasks, false },
	{ "classic-queue.pendingTaskCount", pending_count, false },
	{ "classic-queue.pendingTasks", pending_count, false },
	{ NULL, NULL, false },
};
