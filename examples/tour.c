/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A tour of the SDK: signed calls on Auth, Queue, Index and the 2015 Scheduler, and a signed URL.
 * Everything comes from the environment that taskcluster-sandbox prints, or that of a real
 * deployment: it creates one task, which nobody needs to run, and one index entry.
 *
 *	example-tour [BASE URL OF THE 2015 SERVICES]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/auth.h>
#include <taskcluster/classic_scheduler.h>
#include <taskcluster/date.h>
#include <taskcluster/index.h>
#include <taskcluster/queue.h>
#include <taskcluster/slugid.h>

static int fail(tc_error *err)
{
	fprintf(stderr, "%s\n", tc_error_text(err));
	tc_error_clear(err);
	return 1;
}

/* Performs a call, which ends with it, and prints one value of its reply. */
static int show(tc_call *call, const char *what, const char *pointer, tc_error *err)
{
	const tc_json *reply = NULL;
	int rc = call ? tc_call_perform_json(call, &reply, err) : err->code;

	if (rc == TC_OK) {
		const tc_json *value = tc_json_at(reply, pointer);
		char *text = NULL;

		rc = tc_json_write(value ? value : reply, TC_JSON_COMPACT, &text, NULL, err);
		if (rc == TC_OK)
			printf("   %-34s %s\n", what, text);
		tc_release(text);
	}
	tc_release(reply);
	tc_call_free(call);
	return rc;
}

static void add_member(tc_json_builder *b, const char *name, const char *value)
{
	tc_json_add_name(b, name);
	tc_json_add_string(b, value);
}

/* The smallest task definition. */
static int task_definition(const tc_json **task, tc_error *err)
{
	char created[TC_DATE_SIZE], deadline[TC_DATE_SIZE];
	int rc = tc_from_now("", NULL, created, err);

	if (rc == TC_OK)
		rc = tc_from_now("1 hour", NULL, deadline, err);
	if (rc != TC_OK)
		return rc;
	tc_json_builder *b = tc_json_builder_new();
	tc_json_add_object(b);
	add_member(b, "taskQueueId", "demo/tour");
	add_member(b, "created", created);
	add_member(b, "deadline", deadline);
	tc_json_add_name(b, "payload");
	tc_json_add_object(b);
	tc_json_end(b);
	tc_json_add_name(b, "metadata");
	tc_json_add_object(b);
	add_member(b, "name", "tour");
	add_member(b, "description", "Made by the tour of the C SDK");
	add_member(b, "owner", "tour@example.com");
	add_member(b, "source", "https://example.com/tour");
	tc_json_end(b);
	tc_json_end(b);
	return tc_json_build(b, task, err);
}

static int create_task(tc_client *tc, const char *task_id, tc_error *err)
{
	const tc_json *task = NULL;
	int rc = task_definition(&task, err);
	tc_call *call = rc == TC_OK ? tc_queue_create_task_call(tc, task_id, err) : NULL;

	if (call)
		rc = tc_call_body_json(call, task, err);
	tc_release(task);
	if (!call || rc != TC_OK) {
		tc_call_free(call);
		return err->code;
	}
	return show(call, "queue: created a task", "/status/taskId", err);
}

static int insert_task(tc_client *tc, const char *task_id, tc_error *err)
{
	char body[256], expires[TC_DATE_SIZE];
	tc_call *call = tc_index_insert_task_call(tc, "demo.tour.latest", err);
	int rc = call ? tc_from_now("1 day", NULL, expires, err) : err->code;

	snprintf(body, sizeof body, "{\"taskId\":\"%s\",\"rank\":1,\"data\":{},\"expires\":\"%s\"}",
		task_id, expires);
	if (rc == TC_OK)
		rc = tc_call_body_bytes(call, body, strlen(body), NULL, err);
	if (rc != TC_OK) {
		tc_call_free(call);
		return rc;
	}
	return show(call, "index: inserted demo.tour.latest", "/namespace", err);
}

static int tour(tc_client *tc, tc_error *err)
{
	char task_id[TC_SLUGID_SIZE];
	int rc = show(tc_auth_current_scopes_call(tc, err), "auth: what may I do?", "/scopes", err);

	tc_slugid_nice(task_id);
	if (rc == TC_OK)
		rc = create_task(tc, task_id, err);
	if (rc == TC_OK)
		rc = show(tc_queue_status_call(tc, task_id, err), "queue: its state is",
			"/status/state", err);
	if (rc == TC_OK)
		rc = insert_task(tc, task_id, err);
	if (rc == TC_OK)
		rc = show(tc_index_find_task_call(tc, "demo.tour.latest", err),
			"index: found it again", "/taskId", err);
	if (rc == TC_OK)
		rc = show(tc_classic_scheduler_ping_call(tc, err), "scheduler (2015): alive?",
			"/alive", err);
	return rc;
}

static int signed_url(tc_client *tc, tc_error *err)
{
	const char *url = NULL;
	tc_call *call = tc_auth_current_scopes_call(tc, err);
	int rc = call ? tc_call_signed_url(call, 900, &url, err) : err->code;

	if (rc == TC_OK)
		printf("SIGNED_URL %s\n", url);
	tc_release(url);
	tc_call_free(call);
	return rc;
}

int main(int argc, char **argv)
{
	tc_error err = TC_ERROR_INIT;
	struct tc_options options = TC_OPTIONS_INIT;
	tc_credentials *credentials = tc_credentials_from_environment(&err);

	if (!credentials)
		return fail(&err);
	options.root_url = getenv("TASKCLUSTER_ROOT_URL");
	options.base_url = argc > 1 ? argv[1] : NULL;
	options.credentials = credentials;
	tc_client *tc = tc_client_new(&options, &err);
	int rc = tc ? tour(tc, &err) : err.code;
	if (rc == TC_OK)
		rc = signed_url(tc, &err);
	tc_client_free(tc);
	tc_credentials_free(credentials);
	return rc == TC_OK ? 0 : fail(&err);
}
