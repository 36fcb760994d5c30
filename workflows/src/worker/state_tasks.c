/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/base/text.h"
#include "workflows/src/worker/state_types.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tc__state_task *tc__state_find(
	const struct tc__state *state, const char *task_id, const char *run_id)
{
	for (size_t i = 0; task_id && run_id && i < state->count; i++)
		if (strcmp(state->tasks[i].id, task_id) == 0 &&
			strcmp(state->tasks[i].run, run_id) == 0)
			return &state->tasks[i];
	return NULL;
}

int tc__state_room(struct tc__state *state, size_t more, tc_error *err)
{
	if (state->room - state->count >= more)
		return TC_OK;
	size_t room = 2 * state->room + more;
	struct tc__state_task *tasks = realloc(state->tasks, room * sizeof *tasks);
	if (!tasks)
		return tc__no_memory(err);
	state->tasks = tasks;
	state->room = room;
	return TC_OK;
}

struct tc__state_task *tc__state_add(
	struct tc__state *state, const char *task_id, const char *run_id, tc_error *err)
{
	if (tc__state_room(state, 1, err) != TC_OK)
		return NULL;
	struct tc__state_task *task = &state->tasks[state->count++];
	*task = (struct tc__state_task){ .left = false };
	snprintf(task->id, sizeof task->id, "%s", task_id);
	snprintf(task->run, sizeof task->run, "%s", run_id);
	return task;
}

void tc__state_forget(struct tc__state *state, struct tc__state_task *task)
{
	size_t at = (size_t)(task - state->tasks);

	free(task->processes);
	state->count--;
	memmove(task, task + 1, (state->count - at) * sizeof *task);
}

int tc__state_process_room(struct tc__state_task *task, tc_error *err)
{
	if (task->processes_room > task->processes_count)
		return TC_OK;
	size_t room = 2 * task->processes_room + 2;
	struct tc__state_process *processes = realloc(task->processes, room * sizeof *processes);
	if (!processes)
		return tc__no_memory(err);
	task->processes = processes;
	task->processes_room = room;
	return TC_OK;
}
