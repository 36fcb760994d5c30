/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/d2g.h"

#include "tools/taskcluster/commands/d2g.h"
#include "tools/taskcluster/d2g/print.h"
#include "tools/taskcluster/d2g/task.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/input.h"
#include "tools/taskcluster/shared/output.h"

struct request {
	const char *file; /* NULL: standard input */
	bool is_task, json;
};

static int take_option(void *data, int id, const char *value)
{
	struct request *request = data;

	if (id == 'f')
		request->file = *value ? value : NULL;
	else if (id == 't')
		request->is_task = true;
	else
		request->json = true;
	return 0;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	const struct request *request = data;
	struct input input = { .taker = "d2g", .option = "--file" };
	const tc_json *json = NULL, *translated = NULL;

	(void)words;
	input.what = request->is_task ? "task definition in JSON" : "payload in JSON";
	int status = input_read(request->file, &input, &json);
	if (status == 0)
		status = request->is_task ? task_translate(json, arguments, &translated)
					  : task_translate_payload(json, "", &translated);
	if (status == 0)
		status = request->json ? output_stdout(translated) : print_sorted(translated);
	tc_release(translated);
	tc_release(json);
	return status;
}

int d2g(struct arguments *arguments)
{
	static const struct job job = { &d2g_command, 0, 0, take_option, perform };
	struct request request = { 0 };

	return job_run(&job, &request, arguments);
}
