/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/pulse.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/pulse/broker.h"
#include "tools/taskcluster/pulse/pulse.h"

static int take_option(void *data, int id, const char *value)
{
	const char **url = data;

	if (id == BROKER_SERVER)
		*url = value;
	return 0;
}

static int delete_queue(const char *url, const char *name)
{
	struct tc_pulse_server server;
	const struct tc_pulse_server *used;
	tc_error err = TC_ERROR_INIT;
	int status = broker_find(url, &server, &used);

	if (status == 0 && tc_pulse_delete_queue(used, name, &err) != TC_OK)
		status = broker_report(&err);
	tc_error_clear(&err);
	return status;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	const char **url = data;
	int status = broker_check_queue(words->all[0]);

	(void)arguments;
	return status == 0 ? delete_queue(*url, words->all[0]) : status;
}

int pulse_delete_queue(struct arguments *arguments)
{
	static const struct job job = { &pulse_delete_queue_command, 1, 1, take_option, perform };
	const char *url = NULL;

	return job_run(&job, &url, arguments);
}
