/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/logs/rest.h"
#include "tools/taskcluster/logs/feed.h"
#include "tools/taskcluster/logs/source.h"
#include "tools/taskcluster/shared/advice.h"
#include "tools/taskcluster/shared/report.h"

#define PATIENCE_MS 30000 /* for a backing log to appear */

/* Of the log that is left in the end. */
static int read_backing(struct following *follow, int *status, tc_error *err)
{
	struct artifact_id id = following_artifact(follow, follow->backing);
	struct source source;
	int rc = source_find(&source, follow->access, &id, err);

	follow->at_store = rc == TC_OK;
	if (rc == TC_OK)
		rc = feed_rest(follow->access, source.url, follow->printer, status, err);
	source_clear(&source);
	return rc;
}

/* Where the name of the live log still leads to its worker, or to nothing, the backing log is what
 * counts; and where there is none, the former after all, as some workers let it lead to other
 * places. *live is what is known of it. */
static int read_instead(
	struct following *follow, const struct source *live, int *status, tc_error *err)
{
	tc_error before = TC_ERROR_INIT, in_vain = TC_ERROR_INIT;

	tc_error_copy(&before, err);
	int rc = read_backing(follow, status, err);
	if (rc != TC_OK && source_is_absent(err) && live->url && !follow->whole &&
		follow->failures == 0 &&
		feed_rest(follow->access, live->url, follow->printer, status, &in_vain) == TC_OK)
		rc = TC_OK;
	if (rc != TC_OK && err->http_status == 404 && source_is_absent(&before))
		rc = tc_error_copy(err, &before); /* which may say more */
	tc_error_clear(&before);
	tc_error_clear(&in_vain);
	return rc;
}

static int read_rest_once(struct following *follow, int *status, tc_error *err)
{
	struct artifact_id id = following_artifact(follow, following_name(follow));
	bool instead = *follow->backing;
	struct source live;
	int rc = source_find(&live, follow->access, &id, err);

	follow->at_store = rc == TC_OK;
	if (rc == TC_OK && !(instead && live.is_elsewhere))
		rc = feed_rest(follow->access, live.url, follow->printer, status, err);
	else if (instead && (rc == TC_OK || source_is_absent(err)))
		rc = read_instead(follow, &live, status, err);
	source_clear(&live);
	return rc;
}

/* What is absent may come soon behind the end of a run that was followed; but not from a worker
 * that is lost. */
static bool is_patient(const struct following *follow, int64_t begun_ms)
{
	return follow->was_running && !follow->now_only && !follow->whole &&
		!run_is_lost(&follow->run) && following_now_ms(follow) - begun_ms < PATIENCE_MS;
}

static bool try_again(
	const struct following *follow, int64_t begun_ms, int failed, const tc_error *err)
{
	if (source_is_absent(err))
		return is_patient(follow, begun_ms);
	return tc_client_pause_ms(access_client(follow->access), failed, err) >= 0;
}

static int tell_of_absence(const struct following *follow)
{
	const struct run *run = &follow->run;
	int64_t passed = follow->printer->place.passed;
	char text[RUN_TEXT_SIZE];

	run_describe(run, text);
	if (passed == 0)
		failure("run %s of task %s (%s) has no log: there is no %s%s%s (404)", run->id,
			run->task_id, text, following_name(follow),
			*follow->backing ? ", and no " : "", follow->backing);
	else
		failure("the log ends here, after %lld bytes, without its end: run %s of task %s "
			"is %s%s, and there is no %s",
			(long long)passed, run->id, run->task_id, text,
			run_is_lost(run) ? ", as its worker was lost" : "",
			*follow->backing ? follow->backing : following_name(follow));
	hint("`taskcluster task artifacts %s` lists what there is; --name prints another log.",
		run->task_id);
	return STATUS_FAILED;
}

static int tell_of_another(const struct following *follow, const tc_error *err)
{
	const char *name = *follow->backing ? follow->backing : following_name(follow);

	failure("%s does not go on where what was printed ends: %s", name, tc_error_text(err));
	hint("`taskcluster task log %s --run %s --name %s` prints it.", follow->run.task_id,
		follow->run.id, name);
	return STATUS_FAILED;
}

static int tell_of_gap(const struct following *follow)
{
	failure("%lld bytes at the log's begin are missing above: the live log did not have them",
		(long long)follow->gap);
	hint("`taskcluster task log %s --run %s` prints all of it.", follow->run.task_id,
		follow->run.id);
	return STATUS_FAILED;
}

/* The URL is all that it takes: what Taskcluster knows of who calls is no matter to it. */
static int tell_of_store(const tc_error *err)
{
	int status = report_alone(err, NULL);

	hint("It is the store of the log that refuses, and not the queue, which gave its URL: "
	     "credentials are not sent there.");
	return status;
}

static int tell_of_failure(const struct following *follow, const tc_error *err)
{
	if (err->http_status == 404)
		return tell_of_absence(follow);
	if (follow->printer->place.passed > 0 && err->code == TC_ERROR_REPLY)
		return tell_of_another(follow, err);
	if (follow->at_store && access_is_refused(err))
		return tell_of_store(err);
	return access_report(follow->access, ASKED_ARTIFACT, err);
}

/* One attempt after the other, as connections break. TC_OK, or what was in the way in the end;
 * *status is that of feed_rest. */
static int read_all(struct following *follow, int *status, tc_error *err)
{
	struct place *place = &follow->printer->place;
	int64_t begun_ms = following_now_ms(follow);

	follow->pause_ms = 0;
	for (int failed = 1;; failed++) {
		int64_t before = place->passed;
		place->gap = 0;
		int rc = read_rest_once(follow, status, err);
		if (place->found)
			follow->gap += place->gap;
		if (place->passed > before)
			failed = 1;
		if (rc == TC_OK || *status != 0 || !try_again(follow, begun_ms, failed, err))
			return rc;
		*status = following_pause(follow);
		if (*status != 0)
			return rc;
	}
}

int rest_read(struct following *follow)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;
	int rc = read_all(follow, &status, &err);
	bool is_all = rc == TC_OK || (follow->whole && source_is_absent(&err));

	if (status != 0 || rc == TC_ERROR_CANCELED)
		follow->over = true;
	if (status == 0 && !is_all)
		status = tell_of_failure(follow, &err);
	else if (status == 0 && follow->gap > 0)
		status = tell_of_gap(follow);
	tc_error_clear(&err);
	return status;
}
