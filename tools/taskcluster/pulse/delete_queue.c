/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/jobs/words.h"
#include "tools/taskcluster/pulse/broker.h"
#include "tools/taskcluster/pulse/pulse.h"

static const struct option options[] = {
	BROKER_OPTION,
	{ NULL, 0, NULL, NULL },
};

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

static int run(struct arguments *arguments)
{
	const struct command *own = &pulse_delete_queue_command;
	struct words words;
	const char *url = NULL;
	int status = words_read(&words, arguments, take_option, &url);

	if (status == 0 && words.help)
		status = command_help(own);
	else if (status == 0 && words.count != 1)
		status = words_usage(own->whole_name, own->synopsis);
	else if (status == 0 && (status = broker_check_queue(words.all[0])) == 0)
		status = delete_queue(url, words.all[0]);
	words_free(&words);
	return status;
}

const struct command pulse_delete_queue_command = {
	.name = "delete-queue",
	.whole_name = "pulse delete-queue",
	.synopsis = "NAME",
	.summary = "delete a durable queue of one's own, with all that it holds",
	.details = "For one that nobody will listen to again: the broker keeps what comes for it. "
		   "NAME is what "
		   "`listen --queue` was given; nothing is wrong where there is none of the "
		   "name.\n\n" BROKER_HELP,
	.options = options,
	.run = run,
};
