/* SPDX-License-Identifier: MPL-2.0 */

/* `group list`. */

#include "tools/taskcluster/commands/group.h"
#include "tools/taskcluster/groups/each.h"
#include "tools/taskcluster/groups/groups.h"
#include "tools/taskcluster/groups/tally.h"
#include "tools/taskcluster/groups/template.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/output.h"

#include <string.h>

struct list {
	bool all, some;            /* -a; another of the letters */
	bool wanted[TALLY_STATES]; /* by these */
	const char *format;
	bool json;
	struct template template;
	struct output output;
	int status;
};

/* Letters of states: the first ones of their names. */
static void want(struct list *list, int letter)
{
	for (int state = 0; state < TALLY_OTHER; state++)
		if (tally_state_name((enum tally_state)state)[0] == letter)
			list->wanted[state] = list->some = true;
}

static int take_option(void *data, int id, const char *value)
{
	struct list *list = data;

	switch (id) {
	case 'a':
		list->all = true;
		return 0;
	case GROUP_FORMAT:
		list->format = value;
		return 0;
	case GROUP_JSON:
		list->json = true;
		return 0;
	default:
		want(list, id);
		return 0;
	}
}

static bool is_wanted(const struct list *list, const tc_json *item)
{
	return list->all || !list->some ||
		list->wanted[tally_find_state(task_text(item, "/status/state"))];
}

static bool take(void *data, const tc_json *item)
{
	struct list *list = data;

	if (!is_wanted(list, item))
		return true;
	list->status = list->json ? output_line(&list->output, item)
				  : template_print(stdout, &list->template, item);
	return list->status == 0 && !ferror(stdout);
}

static int print_list(struct list *list, const char *group_id, const struct session *session,
	const struct tc_operation *operation)
{
	const struct each each = { .session = session, .group_id = group_id };
	tc_error err = TC_ERROR_INIT;

	list->status = output_open(&list->output, NULL);
	if (list->status == 0 && each_task(&each, take, list, &err) != TC_OK)
		list->status = job_report(&err, operation, session);
	output_close(&list->output);
	tc_error_clear(&err);
	return list->status;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct list *list = data;
	const struct tc_operation *operation;
	struct session session = SESSION_INIT;
	int status = 0;

	if (list->json && list->format)
		return usage_error("--json prints all of a task, --format-string says what: one of "
				   "them");
	if (!list->json)
		status = template_read(
			&list->template, list->format ? list->format : TEMPLATE_DEFAULT);
	if (status == 0)
		status = job_open(&session, arguments, "queue", "listTaskGroup", &operation);
	if (status == 0)
		status = print_list(list, words->all[0], &session, operation);
	session_close(&session);
	template_free(&list->template);
	return status;
}

int group_list(struct arguments *arguments)
{
	static const struct job job = { &group_list_command, 1, 1, take_option, perform };
	struct list list = { 0 };

	return job_run(&job, &list, arguments);
}
