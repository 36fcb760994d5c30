/* SPDX-License-Identifier: MPL-2.0 */
/* The other clients of Taskcluster, where they are installed, beside this one: signed calls with 64
 * in flight to the same server. Node finds its client through NODE_PATH, Python through its own
 * ways (TC_PYTHON names the interpreter); TC_PEER_GO and TC_PEER_RUST name programs that do what
 * peers/client.js does. Nothing is required of the figures. */
#include "tests/bench/measure.h"
#include "tests/harness/fake.h"
#include "tests/harness/responder.h"
#include "tests/harness/task_group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/loop.h>

#define IN_FLIGHT 64
#define CALLS 20000     /* ours */
#define PEER_CALLS 3000 /* theirs */
#define TASK_ID "fN1SbArXTPSVFNUvaOlinQ"

static const char body[] =
	"{\"status\":{\"taskId\":\"" TASK_ID "\",\"provisionerId\":\"proj-linux\",\"workerType\":"
	"\"build-large\",\"taskQueueId\":\"proj-linux/build-large\",\"schedulerId\":\"ci-level-3\","
	"\"projectId\":\"none\",\"taskGroupId\":\"" TASK_ID "\",\"deadline\":"
	"\"2024-05-01T10:00:00.000Z\",\"expires\":\"2025-05-01T10:00:00.000Z\",\"retriesLeft\":5,"
	"\"state\":\"running\",\"runs\":[]}}";

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	(void)request;
	reply->headers = "Content-Type: application/json; charset=utf-8\r\n";
	reply->body = body;
	reply->body_length = sizeof body - 1;
}

/* ---- this client ---- */

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	size_t *done = data;
	const tc_json *json = err ? NULL : tc_response_json(response, NULL);
	const char *state = tc_json_text(tc_json_at(json, "/status/state"));

	(void)run;
	*done += state && strcmp(state, "running") == 0;
	tc_release(response);
}

static void run_ours(tc_client *client, tc_loop *loop, size_t calls)
{
	const char *arguments[] = { TASK_ID };
	size_t done = 0;

	for (size_t i = 0; i < calls; i++) {
		tc_call *call =
			tc_generated_call(client, TC_FAKE_OPERATION(STATUS), arguments, NULL, NULL);
		if (!call || tc_loop_start(loop, call, on_done, &done, NULL, NULL) != TC_OK)
			abort();
		tc_call_free(call);
	}
	if (tc_loop_run(loop, NULL) != TC_OK || done != calls)
		abort();
}

static void print(const char *name, double wall_ms, double cpu_ms, double calls)
{
	printf("peers.%-22s %7.0f calls a second   cpu %7.1f us a call\n", name,
		calls / wall_ms * 1e3, cpu_ms / calls * 1e3);
	fflush(stdout);
}

static void measure_ours(const char *root_url)
{
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_loop_options loop_options = TC_LOOP_OPTIONS_INIT;
	tc_credentials *credentials =
		tc_credentials_new("project/releng/a-worker", "no-secret", NULL, NULL);

	options.root_url = root_url;
	options.credentials = credentials;
	loop_options.in_flight = IN_FLIGHT;
	tc_client *client = tc_client_new(&options, NULL);
	tc_loop *loop = tc_loop_new(&loop_options, NULL);
	if (!client || !loop)
		abort();
	run_ours(client, loop, CALLS / 10);
	double wall = measure_wall_ns(), cpu = measure_cpu_ns();
	run_ours(client, loop, CALLS);
	print("libtaskcluster", (measure_wall_ns() - wall) / 1e6, (measure_cpu_ns() - cpu) / 1e6,
		CALLS);
	tc_loop_free(loop);
	tc_client_free(client);
	tc_credentials_free(credentials);
}

/* ---- the others ---- */

struct peer {
	const char *name;
	const char *variable; /* names the program, */
	const char *program;  /* or this; NULL: none */
	const char *script;
};

static void measure_peer(const struct peer *peer, const char *root_url)
{
	const char *program = getenv(peer->variable);
	char command[4096], line[256] = "", name[128], version[64];
	double wall_ms, cpu_ms;

	program = program ? program : peer->program;
	if (program) {
		snprintf(command, sizeof command, "%s %s %s %d %d 2>/dev/null", program,
			peer->script, root_url, PEER_CALLS, IN_FLIGHT);
		FILE *out = popen(command, "r");
		if (out && !fgets(line, sizeof line, out))
			line[0] = '\0';
		if (out)
			pclose(out);
	}
	if (sscanf(line, "%63s %lf %lf", version, &wall_ms, &cpu_ms) != 3) {
		printf("peers.%-22s absent\n", peer->name);
		return;
	}
	snprintf(name, sizeof name, "%s %s", peer->name, version);
	print(name, wall_ms, cpu_ms, PEER_CALLS);
}

int main(void)
{
	static const struct peer peers[] = {
		{ "JavaScript", "TC_NODE", "node", "tests/bench/peers/client.js" },
		{ "Python", "TC_PYTHON", "python3", "tests/bench/peers/client.py" },
		{ "Go", "TC_PEER_GO", NULL, "" },
		{ "Rust", "TC_PEER_RUST", NULL, "" },
	};
	struct tc_responder *server = tc_responder_fork(answer, NULL);
	const char *root_url = tc_responder_url(server);

	measure_ours(root_url);
	for (size_t i = 0; i < sizeof peers / sizeof *peers; i++)
		measure_peer(&peers[i], root_url);
	tc_responder_stop(server);
	return 0;
}
