/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A tour of the SDK: typed calls on Auth, Index and Queue, one on a service of 2015, and a signed
 * URL. It needs an index entry that leads to a task with artifacts; ./dev demo makes one.
 *
 *	example-tour INDEX_PATH ARTIFACT [BASE URL OF THE 2015 SERVICES]
 */
#include <stdio.h>
#include <stdlib.h>
#include <taskcluster/auth.h>
#include <taskcluster/classic_scheduler.h>
#include <taskcluster/index.h>
#include <taskcluster/queue.h>

static int show_scopes(tc_client *client, tc_error *err)
{
	struct tc_auth_scopeset *reply = NULL;
	int rc = tc_auth_current_scopes(client, &reply, err);

	for (size_t i = 0; reply && i < reply->scopes_count; i++)
		printf("auth: these credentials hold the scope %s\n", reply->scopes[i]);
	tc_release(reply);
	return rc;
}

static int show_task(tc_client *client, const char *task_id, tc_error *err)
{
	struct tc_queue_task_status_response *reply = NULL;
	int rc = tc_queue_status(client, task_id, &reply, err);

	if (rc == TC_OK)
		printf("queue: that task is %s; its runs: %zu\n", reply->status.state,
			reply->status.runs_count);
	tc_release(reply);
	return rc;
}

static int show_artifacts(tc_client *client, const char *task_id, tc_error *err)
{
	struct tc_queue_list_artifacts_response *reply = NULL;
	int rc = tc_queue_list_latest_artifacts(client, task_id,
		&(struct tc_queue_list_latest_artifacts_query){ .limit = "10" }, &reply, err);

	for (size_t i = 0; reply && i < reply->artifacts_count; i++)
		printf("queue: it has the artifact %s (%s, %s)\n", reply->artifacts[i].name,
			reply->artifacts[i].storage_type, reply->artifacts[i].content_type);
	tc_release(reply);
	return rc;
}

/* A call is a value: it can be performed, repeated, or signed into a URL for somebody else. */
static int show_signed_url(
	tc_client *client, const char *task_id, const char *artifact, tc_error *err)
{
	const char *url = NULL;
	tc_call *call = tc_queue_get_latest_artifact_call(client, task_id, artifact, err);
	int rc = call ? tc_call_signed_url(call, 900, &url, err) : err->code;

	if (rc == TC_OK)
		printf("SIGNED_URL %s\n", url);
	tc_release(url);
	tc_call_free(call);
	return rc;
}

/* Services without schemas give their replies as JSON, or as they came. */
static int show_scheduler(tc_client *client, tc_error *err)
{
	const tc_json *reply = NULL;
	tc_call *call = tc_classic_scheduler_ping_call(client, err);
	int rc = call ? tc_call_perform_json(call, &reply, err) : err->code;

	if (rc == TC_OK)
		printf("scheduler (2015): alive is %s\n",
			tc_json_true(tc_json_get(reply, "alive")) ? "true" : "false");
	tc_release(reply);
	tc_call_free(call);
	return rc;
}

static int tour(tc_client *client, const char *index_path, const char *artifact, tc_error *err)
{
	struct tc_index_indexed_task_response *found = NULL;
	int rc = show_scopes(client, err);

	if (rc == TC_OK)
		rc = tc_index_find_task(client, index_path, &found, err);
	if (rc != TC_OK)
		return rc;
	printf("index: %s is task %s\n", index_path, found->task_id);
	rc = show_task(client, found->task_id, err);
	if (rc == TC_OK)
		rc = show_artifacts(client, found->task_id, err);
	if (rc == TC_OK)
		rc = show_scheduler(client, err);
	if (rc == TC_OK)
		rc = show_signed_url(client, found->task_id, artifact, err);
	tc_release(found);
	return rc;
}

int main(int argc, char **argv)
{
	tc_error err = TC_ERROR_INIT;
	struct tc_options options = TC_OPTIONS_INIT;

	if (argc < 3 || argc > 4) {
		fputs("usage: example-tour INDEX_PATH ARTIFACT [BASE URL OF THE 2015 SERVICES]\n",
			stderr);
		return 2;
	}
	/* options given: nothing comes from the environment unless it is said here */
	tc_credentials *credentials = tc_credentials_from_environment(&err);
	options.root_url = getenv("TASKCLUSTER_ROOT_URL");
	options.base_url = argc == 4 ? argv[3] : NULL;
	options.credentials = credentials;
	tc_client *client = credentials ? tc_client_new(&options, &err) : NULL;
	int rc = client ? tour(client, argv[1], argv[2], &err) : err.code;
	if (rc != TC_OK)
		fprintf(stderr, "%s\n", tc_error_text(&err));
	tc_client_free(client);
	tc_credentials_free(credentials);
	tc_error_clear(&err);
	return rc == TC_OK ? 0 : 1;
}
