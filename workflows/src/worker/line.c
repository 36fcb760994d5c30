/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/worker/worker.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_SIZE 800

void tc__worker_line(const tc_worker *worker, enum tc_log_level level, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list values;

	if (!worker->options.log)
		return;
	va_start(values, format);
	vsnprintf(line, sizeof line, format, values);
	va_end(values);
	worker->options.log(worker->options.data, level, line);
}

void tc__worker_line_of(const tc_task *task, bool reported)
{
	const tc_worker *worker = task->worker;
	const struct tc_queue_task_status_runs *run = tc__run_of(task, task->told);
	double seconds = (double)(tc__worker_now(worker) - task->begun_ms) / 1000;
	const char *colon = *task->why ? ": " : "";

	if (reported)
		tc__worker_line(worker, TC_LOG_INFO, "task %s run %s %s%s%s (%.1f s, %d renewals)",
			tc_task_id(task), task->run_id, tc__result_name(task->result), colon,
			task->why, seconds, task->renewals);
	else
		tc__worker_line(worker, TC_LOG_WARN,
			"task %s run %s not reported as %s%s%s; the queue says %s (%.1f s, %d "
			"renewals): %s",
			tc_task_id(task), task->run_id, tc__result_name(task->result), colon,
			task->why,
			run && run->reason_resolved ? run->reason_resolved
				: run && run->state ? run->state
						    : "nothing",
			seconds, task->renewals, tc_error_text(&task->err));
}
