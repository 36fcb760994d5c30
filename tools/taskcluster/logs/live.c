/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/logs/live.h"
#include "tools/taskcluster/logs/feed.h"
#include "tools/taskcluster/logs/source.h"
#include "tools/taskcluster/shared/report.h"

#define FAILURES_MAX 3      /* then the live log is given up */
#define ABSENCES_TOLD 4     /* runs begin some moments before their logs */
#define NOW_MS 1000         /* so long a silence is the end of what there is now ... */
#define NOW_FIRST_MS 10000  /* ... and this, where nothing came yet */
#define ASK_MS 2000         /* a silent log's run may have ended */
#define GRACE_MS 3000       /* ... and then what is on its way still comes */
#define GRACE_LATE_MS 20000 /* also of a worker that does not know yet */

/* How long a run that is over lets its live log be silent. */
static int64_t grace_ms(const struct run *run)
{
	return run_is_reported(run) ? GRACE_MS : GRACE_LATE_MS;
}

/* Not every live log has an end: some hang when their worker is gone. */
static void look_whether_it_runs(struct following *follow)
{
	tc_error err = TC_ERROR_INIT;

	follow->asked_ms = following_now_ms(follow);
	run_look(&follow->run, follow->access, &err);
	tc_error_clear(&err); /* the next time will tell */
}

static int on_silence(void *data, int64_t silent_ms, tc_error *err)
{
	struct following *follow = data;
	int64_t enough_ms = follow->printer->place.passed ? NOW_MS : NOW_FIRST_MS;

	if (printer_is_unread(follow->printer) || (follow->now_only && silent_ms >= enough_ms)) {
		follow->over = true;
		return tc_error_set(err, TC_ERROR_CANCELED, "nothing more is wanted");
	}
	if (run_is_running(&follow->run)) {
		/* the longer it is silent, the more seldom */
		if (silent_ms >= ASK_MS &&
			following_now_ms(follow) - follow->asked_ms >= ASK_MS + silent_ms / 4)
			look_whether_it_runs(follow);
		return TC_OK;
	}
	if (silent_ms < grace_ms(&follow->run))
		return TC_OK;
	return tc_error_set(err, TC_ERROR_TIMEOUT, "the run is over, and its live log is silent");
}

/* It is said why nothing comes, or nothing for a while. */
static void tell_of_break(struct following *follow, const tc_error *err)
{
	const char *why = tc_error_text(err);

	if (follow->now_only)
		complain("the live log cannot be read: %s", why);
	else if (follow->failures >= FAILURES_MAX)
		complain("the live log is given up: waiting for the end of run %s, and for %s",
			follow->run.id,
			*follow->backing ? follow->backing : following_name(follow));
	else if (follow->failures == 1)
		complain("the live log broke off after %lld bytes, and is tried again: %s",
			(long long)follow->printer->place.passed, why);
}

/* Reads the live log as far as it goes. */
static int read_live(struct following *follow, const char *url)
{
	int64_t before = follow->printer->place.passed;
	tc_error err = TC_ERROR_INIT;
	int status = 0;
	int rc = feed_live(follow->access, url, follow->printer, on_silence, follow, &status, &err);

	if (follow->printer->place.passed > before) {
		follow->failures = 0;
		follow->pause_ms = 0;
	}
	follow->whole = rc == TC_OK;
	if (status != 0 || rc == TC_ERROR_CANCELED)
		follow->over = true;
	else if (rc != TC_OK)
		follow->failures = rc == TC_ERROR_REPLY ? FAILURES_MAX : follow->failures + 1;
	if (!follow->over && rc != TC_OK) {
		status = following_look(follow);
		if (status == 0 && run_is_running(&follow->run))
			tell_of_break(follow, &err);
	}
	tc_error_clear(&err);
	return status;
}

static void tell_of_none(struct following *follow)
{
	if (++follow->absences == ABSENCES_TOLD)
		complain("run %s has no %s yet: waiting for it", follow->run.id,
			following_name(follow));
}

static bool is_worth_reading(const struct following *follow)
{
	return !follow->whole && follow->failures < FAILURES_MAX;
}

/* One attempt. *there: the log itself is there already, and not with the worker; or nobody waits
 * for it. */
static int attempt_live(struct following *follow, bool *there)
{
	struct artifact_id id = following_artifact(follow, following_name(follow));
	struct source source;
	tc_error err = TC_ERROR_INIT;
	int status = 0;
	int rc = source_find(&source, follow->access, &id, &err);

	*there = follow->now_only || (rc == TC_OK && !source.is_elsewhere && !follow->whole);
	if (rc != TC_OK && !source_is_absent(&err) && !following_bears(follow, &err))
		status = access_report(follow->access, ASKED_ARTIFACT, &err);
	else if (source_is_absent(&err) && !follow->now_only)
		tell_of_none(follow);
	else if (rc == TC_OK && source.is_elsewhere && is_worth_reading(follow))
		status = read_live(follow, source.url);
	source_clear(&source);
	tc_error_clear(&err);
	return status;
}

int live_read(struct following *follow)
{
	bool there = false;
	int status = 0;

	while (status == 0 && !follow->over && !there && run_is_running(&follow->run)) {
		follow->was_running = true;
		status = attempt_live(follow, &there);
		if (status != 0 || follow->over || there || !run_is_running(&follow->run))
			break;
		status = following_pause(follow);
		if (status == 0)
			status = following_look(follow);
	}
	return status;
}
