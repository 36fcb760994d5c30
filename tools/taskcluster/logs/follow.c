/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/logs/follow.h"
#include "tools/taskcluster/logs/live.h"
#include "tools/taskcluster/logs/rest.h"
#include "tools/taskcluster/shared/report.h"

int follow_begin(struct following *follow)
{
	int status = 0;

	if (run_is_waiting(&follow->run))
		complain("task %s is %s: waiting until it runs", follow->run.task_id,
			follow->run.state);
	while (status == 0 && run_is_waiting(&follow->run)) {
		status = following_pause(follow);
		if (status == 0)
			status = following_look(follow);
	}
	follow->pause_ms = 0;
	return status;
}

int follow_run(struct following *follow)
{
	following_name_backing(follow);
	int status = live_read(follow);
	if (status != 0 || follow->over)
		return status;
	return rest_read(follow);
}
