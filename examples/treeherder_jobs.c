/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The start time of every job of the last 10 pushes of a project in Treeherder. Reading needs no
 * account. The server is the production one, or that of TREEHERDER_URL.
 *
 *	example-treeherder_jobs [PROJECT]
 */
#include <stdio.h>
#include <taskcluster/decimal.h>
#include <taskcluster/pages.h>
#include <taskcluster/treeherder.h>
#include <time.h>

static void show_job(const tc_json *job)
{
	const char *name = tc_json_text(tc_json_get(job, "job_type_name"));
	char date[32] = "not yet";
	int64_t started = 0;
	struct tm utc;

	if (tc_json_int64(tc_json_get(job, "start_timestamp"), &started) && started > 0) {
		time_t when = (time_t)started;
		if (gmtime_r(&when, &utc))
			strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &utc);
	}
	printf("  %-19s  %s\n", date, name ? name : "?");
}

/* However many jobs a push has, they come page by page, and one by one. */
static int show_jobs(tc_client *client, const char *project, int64_t push_id, tc_error *err)
{
	const tc_json *job = NULL;
	int rc = TC_OK;

	tc_call *call = tc_treeherder_get_jobs_call(client, project,
		&(struct tc_treeherder_get_jobs_query){ .push_id = TC_DECIMAL(push_id) }, err);
	tc_items *jobs = call ? tc_items_new(call, NULL, err) : NULL;
	if (!jobs)
		rc = err->code;
	while (rc == TC_OK && (rc = tc_items_next(jobs, &job, err)) == TC_OK && job)
		show_job(job);
	tc_items_free(jobs);
	tc_call_free(call);
	return rc;
}

int main(int argc, char **argv)
{
	const char *project = argc > 1 ? argv[1] : "autoland";
	struct tc_treeherder_pushes_response *pushes = NULL;
	tc_error err = TC_ERROR_INIT;
	tc_client *client = tc_client_new(NULL, &err);
	int rc = client ? TC_OK : err.code;

	if (rc == TC_OK)
		rc = tc_treeherder_get_pushes(client, project,
			&(struct tc_treeherder_get_pushes_query){ .count = "10" }, &pushes, &err);
	for (size_t i = 0; rc == TC_OK && i < pushes->results_count; i++) {
		printf("%s by %s\n", pushes->results[i].revision, pushes->results[i].author);
		rc = show_jobs(client, project, pushes->results[i].id, &err);
	}
	if (rc != TC_OK)
		fprintf(stderr, "%s\n", tc_error_text(&err));
	tc_release(pushes);
	tc_client_free(client);
	tc_error_clear(&err);
	return rc != TC_OK;
}
