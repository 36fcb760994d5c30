/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/logs/following.h"
#include "tools/taskcluster/shared/report.h"

#include <stdio.h>
#include <string.h>

#define LIVE_NAME "public/logs/live.log"
#define LIVE_END "live.log"
#define BACKING_END "live_backing.log"

#define PAUSE_MS 500 /* the first; each is half as long again */
#define PAUSE_MAX_MS 10000
#define DEAF_MAX_MS 300000 /* so long the queue may not answer */

const char *following_name(const struct following *follow)
{
	return follow->name ? follow->name : LIVE_NAME;
}

/* public/logs/live_backing.log stands beside public/logs/live.log. */
void following_name_backing(struct following *follow)
{
	const char *name = following_name(follow);
	size_t length = strlen(name), end = strlen(LIVE_END);
	bool is_live = length >= end && strcmp(name + length - end, LIVE_END) == 0;

	follow->backing[0] = '\0';
	if (is_live && length + strlen(BACKING_END) < sizeof follow->backing)
		snprintf(follow->backing, sizeof follow->backing, "%.*s%s", (int)(length - end),
			name, BACKING_END);
}

struct artifact_id following_artifact(const struct following *follow, const char *name)
{
	return (struct artifact_id){ follow->run.task_id, follow->run.id, name };
}

int following_pause(struct following *follow)
{
	int64_t ms = follow->pause_ms ? follow->pause_ms : PAUSE_MS;

	if (access_pause(follow->access, ms, NULL) != TC_OK || printer_is_unread(follow->printer)) {
		follow->over = true;
		return STATUS_FAILED;
	}
	ms += ms / 2;
	follow->pause_ms = ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS;
	return 0;
}

int64_t following_now_ms(const struct following *follow)
{
	return tc_client_steady_ms(access_client(follow->access));
}

bool following_bears(struct following *follow, const tc_error *err)
{
	if (!tc_error_may_repeat(err))
		return false;
	if (follow->deaf_ms == 0) {
		follow->deaf_ms = following_now_ms(follow);
		complain("the queue cannot be asked for now: %s", tc_error_text(err));
	}
	return following_now_ms(follow) - follow->deaf_ms < DEAF_MAX_MS;
}

int following_look(struct following *follow)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	if (run_look(&follow->run, follow->access, &err) == TC_OK)
		follow->deaf_ms = 0;
	else if (!following_bears(follow, &err))
		status = access_report(follow->access, ASKED_STATUS, &err);
	tc_error_clear(&err);
	return status;
}
