/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/workflows/scene.h"

#include <stdio.h>
#include <string.h>

static int write_status(char *text, size_t size, const char *state)
{
	if (strcmp(state, NO_STATE) == 0)
		return snprintf(text, size, "{\"status\":{\"taskId\":\"" TASK "\"}}");
	return snprintf(text, size,
		"{\"status\":{\"taskId\":\"" TASK "\",\"provisionerId\":\"p\",\"workerType\":\"w\","
		"\"taskQueueId\":\"p/w\",\"schedulerId\":\"s\",\"projectId\":\"none\","
		"\"taskGroupId\":\"" TASK "\",\"deadline\":\"2030-01-01T00:00:00.000Z\","
		"\"expires\":\"2031-01-01T00:00:00.000Z\",\"retriesLeft\":5,\"state\":\"%s\","
		"\"runs\":[]}}",
		state);
}

/* "prc" is a pending, a running and a completed task. */
static void write_group(char *text, size_t size, const char *letters)
{
	static const struct {
		char letter;
		const char *state;
	} states[] = { { 'u', "unscheduled" }, { 'p', "pending" }, { 'r', "running" },
		{ 'c', "completed" }, { 'f', "failed" }, { 'x', "exception" },
		{ '?', NULL } }; /* is not told */
	int used = snprintf(text, size, "{\"tasks\":[");

	for (const char *at = letters; *at; at++)
		for (size_t i = 0; i < 7; i++)
			if (states[i].letter == *at)
				used += snprintf(text + used, size - (size_t)used,
					"%s{\"status\":{\"%s\":\"%s\"},\"task\":{}}",
					at > letters ? "," : "", states[i].state ? "state" : "x",
					states[i].state ? states[i].state : "");
	snprintf(text + used, size - (size_t)used, "]}");
}

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct scene_queue *queue = data;
	size_t n = queue->asked++;
	bool group = strstr(request->target, "task-group") != NULL;
	const char *const *list = group ? queue->pages : queue->states;
	char *body = queue->body[n % 8];

	while (n > 0 && (n > 7 || !list[n]))
		n--;
	if (group)
		write_group(body, sizeof queue->body[0], list[n]);
	else
		write_status(body, sizeof queue->body[0], list[n]);
	reply->body = body;
	reply->body_length = strlen(body);
	reply->delay_ms = queue->late_ms;
}

void scene_begin(struct scene *scene)
{
	scene->responder = tc_responder_start(answer, &scene->queue);
	struct tc_options options = TC_OPTIONS_INIT;
	options.root_url = tc_responder_url(scene->responder);
	scene->client = tc_client_new(&options, &scene->err);
	assert_ok(scene->err.code, &scene->err);
	scene->options = (struct tc_wait_options)TC_WAIT_OPTIONS_INIT;
	scene->options.delay_ms = 5;
}

void scene_be_lenient(struct scene *scene)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = tc_responder_url(scene->responder);
	options.lenient_replies = true;
	tc_client_free(scene->client);
	scene->client = tc_client_new(&options, &scene->err);
	assert_ok(scene->err.code, &scene->err);
}

int scene_wait(struct scene *scene)
{
	return tc_wait_task(scene->client, TASK, &scene->options, &scene->reply, &scene->err);
}

void scene_end(struct scene *scene)
{
	tc_release(scene->reply);
	tc_client_free(scene->client);
	tc_responder_stop(scene->responder);
	tc_error_clear(&scene->err);
}

static int64_t moved_now(void *data)
{
	return *(const int64_t *)data;
}

static void pass(void *data, int64_t ms)
{
	*(int64_t *)data += ms;
}

void scene_move_time(struct scene *scene, int64_t *now_ms)
{
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_seams seams = TC_SEAMS_INIT;

	seams.steady = moved_now;
	seams.sleep = pass;
	seams.data = now_ms;
	options.seams = &seams;
	options.root_url = tc_responder_url(scene->responder);
	tc_client_free(scene->client);
	scene->client = tc_client_new(&options, &scene->err);
	assert_ok(scene->err.code, &scene->err);
}
