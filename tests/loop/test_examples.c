/* SPDX-License-Identifier: MPL-2.0 */
/* The examples of the hook face, built with this tree and run against a responder. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TASKS 20

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	static char bodies[64][1024];
	char *body = bodies[request->number % 64];
	const char *id = strstr(request->target, "/task/") + 6;

	(void)data;
	snprintf(body, 1024,
		"{\"status\":{\"taskId\":\"%.22s\",\"provisionerId\":\"p\",\"workerType\":\"w\","
		"\"taskQueueId\":\"p/w\",\"schedulerId\":\"s\",\"projectId\":\"none\","
		"\"taskGroupId\":\"%.22s\",\"deadline\":\"2030-01-01T00:00:00.000Z\","
		"\"expires\":\"2031-01-01T00:00:00.000Z\",\"retriesLeft\":5,"
		"\"state\":\"completed\",\"runs\":[]}}",
		id, id);
	reply->body = body;
	reply->body_length = strlen(body);
	reply->delay_ms = (int64_t)(request->number % 3);
	if (request->number % 8 == 3) /* some are repeated, by a timer */
		reply->status = 503;
}

static void run_example(void **state)
{
	const char *build = getenv("TC_BUILD_DIR");
	char command[4096], line[256];
	struct tc_responder *responder;
	int used, lines = 0;

	used = snprintf(command, sizeof command, "%s/bin/example-loop_%s", build ? build : "build",
		(const char *)*state);
	if (access(command, X_OK) != 0)
		skip(); /* its event loop is not installed */
	responder = tc_responder_start(answer, NULL);
	for (int i = 0; i < TASKS; i++)
		used += snprintf(command + used, sizeof command - (size_t)used,
			" AAAAAAAAAAAAAAAAAAAA%02d", i);
	setenv("TASKCLUSTER_ROOT_URL", tc_responder_url(responder), 1);
	FILE *out = popen(command, "r");
	assert_non_null(out);
	while (fgets(line, sizeof line, out))
		lines += strstr(line, " is completed") != NULL;
	assert_int_equal(pclose(out), 0);
	assert_int_equal(lines, TASKS);
	tc_responder_stop(responder);
}

int main(void)
{
	static char epoll[] = "epoll", libuv[] = "libuv", libevent[] = "libevent";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(run_example, epoll),
		cmocka_unit_test_prestate(run_example, libuv),
		cmocka_unit_test_prestate(run_example, libevent),
	};

	unsetenv("TASKCLUSTER_PROXY_URL");
	unsetenv("TASKCLUSTER_CLIENT_ID");
	unsetenv("TASKCLUSTER_ACCESS_TOKEN");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
