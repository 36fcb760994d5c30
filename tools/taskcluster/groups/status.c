/* SPDX-License-Identifier: MPL-2.0 */

/* `group status`. */

#include "tools/taskcluster/commands/group.h"
#include "tools/taskcluster/groups/each.h"
#include "tools/taskcluster/groups/groups.h"
#include "tools/taskcluster/groups/view.h"
#include "tools/taskcluster/groups/watch.h"
#include "tools/taskcluster/jobs/picture.h"

#define SECONDS_MAX 86400

struct status {
	bool watch;
	struct watch how;
};

static int take_option(void *data, int id, const char *value)
{
	struct status *status = data;

	switch (id) {
	case GROUP_WATCH:
		status->watch = true;
		return 0;
	case GROUP_INTERVAL:
		return arguments_number(
			"--interval", value, 1, SECONDS_MAX, &status->how.interval_s);
	case GROUP_TIMEOUT:
		return arguments_number("--timeout", value, 1, INT32_MAX, &status->how.timeout_s);
	default:
		status->how.json = true;
		return 0;
	}
}

static bool take(void *data, const tc_json *item)
{
	tally_add(data, item);
	return true;
}

static int print_status(const struct watch *how)
{
	if (how->json)
		return view_json(&how->tally, how->group_id);
	if (tally_total(&how->tally) == 0)
		complain("the group %s has no tasks", how->group_id);
	view_lines(&how->tally);
	return 0;
}

static int read_once(struct watch *how)
{
	const struct each each = {
		.session = how->session, .group_id = how->group_id, .shown = true
	};
	tc_error err = TC_ERROR_INIT;

	tally_begin(&how->tally, tc_client_now_ms(how->session->client));
	picture_begin(false);
	int rc = each_task(&each, take, &how->tally, &err);
	picture_end();
	int status =
		rc == TC_OK ? print_status(how) : job_report(&err, how->operation, how->session);
	tc_error_clear(&err);
	return status;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct status *status = data;
	struct session session = SESSION_INIT;

	if (!status->watch && (status->how.interval_s || status->how.timeout_s))
		return usage_error(
			"%s is for --watch", status->how.interval_s ? "--interval" : "--timeout");
	status->how.group_id = words->all[0];
	status->how.session = &session;
	int result =
		job_open(&session, arguments, "queue", "listTaskGroup", &status->how.operation);
	if (result == 0)
		result = status->watch ? watch_group(&status->how) : read_once(&status->how);
	session_close(&session);
	return result;
}

int group_status(struct arguments *arguments)
{
	static const struct job job = { &group_status_command, 1, 1, take_option, perform };
	struct status status = { 0 };

	return job_run(&job, &status, arguments);
}
