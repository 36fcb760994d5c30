/* SPDX-License-Identifier: MPL-2.0 */
/* Signed calls with typed replies, 64 in flight on one thread, beside bare curl multi with prepared
 * bytes: at most 1.25 times its time (80 % of its calls) and CPU, at most 1.3 times its memory. And
 * 10,000 calls queued behind the 64: their memory, and the time a call takes. */
#include "tests/bench/bare_loop.h"
#include "tests/bench/measure.h"
#include "tests/harness/fake.h"
#include "tests/harness/responder.h"
#include "tests/harness/task_group.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/loop.h>

#define IN_FLIGHT 64
#define SLICE 4000
#define QUEUED 10000
#define TASK_ID "fN1SbArXTPSVFNUvaOlinQ"
#define PATH "/api/queue/v1/task/" TASK_ID "/status"
#define BARE_MIN 20000 /* bare calls a second that the server has to sustain */

struct reply {
	struct tt_status status;
};
static const struct tc_field reply_fields[] = {
	TC_FIELD(struct reply, status, "status", &tt_status_type, TC_REQUIRED),
};
static const struct tc_type reply_type = TC_TYPE_OF_OBJECT(struct reply, reply_fields, NULL);

static const char body[] =
	"{\"status\":{\"taskId\":\"" TASK_ID "\",\"provisionerId\":\"proj-linux\",\"workerType\":"
	"\"build-large\",\"taskQueueId\":\"proj-linux/build-large\",\"schedulerId\":\"ci-level-3\","
	"\"projectId\":\"none\",\"taskGroupId\":\"" TASK_ID "\",\"deadline\":"
	"\"2024-05-01T10:00:00.000Z\",\"expires\":\"2025-05-01T10:00:00.000Z\",\"retriesLeft\":5,"
	"\"state\":\"running\",\"runs\":[{\"runId\":0,\"state\":\"running\",\"reasonCreated\":"
	"\"scheduled\",\"workerGroup\":\"us-west-2\",\"workerId\":\"i-0a1b2c3d\",\"takenUntil\":"
	"\"2024-04-30T10:20:00.000Z\",\"scheduled\":\"2024-04-30T10:00:00.000Z\",\"started\":"
	"\"2024-04-30T10:00:01.000Z\"}]}}";

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	(void)request;
	reply->headers = "Content-Type: application/json; charset=utf-8\r\n"
			 "x-for-request-id: 0f2a8b9e-6d6d-4ed5-9f2e-9a1d3a9d6b1c\r\n";
	reply->body = body;
	reply->body_length = sizeof body - 1;
}

/* ---- our side ---- */

struct ours {
	tc_client *client;
	tc_loop *loop;
	size_t to_start, done;
};

static tc_call *make_call(const struct ours *ours)
{
	const char *arguments[] = { TASK_ID };
	tc_call *call =
		tc_generated_call(ours->client, TC_FAKE_OPERATION(STATUS), arguments, NULL, NULL);

	if (!call)
		abort();
	return call;
}

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err);

static void start_one(struct ours *ours)
{
	tc_call *call = make_call(ours);

	if (tc_loop_start(ours->loop, call, on_done, ours, NULL, NULL) != TC_OK)
		abort();
	tc_call_free(call);
}

/* Each call is made, started, answered, decoded and released, as programs do. */
static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct ours *ours = data;
	size_t length;

	(void)run;
	if (err) {
		fprintf(stderr, "loop: %s\n", tc_error_text(err));
		abort();
	}
	const char *text = tc_response_body(response, &length);
	struct reply *reply = tc_decode(&reply_type, text, length, 0, NULL);
	if (!reply || strcmp(reply->status.state, "running") != 0)
		abort();
	tc_release(reply);
	tc_release(response);
	ours->done++;
	if (ours->to_start) {
		ours->to_start--;
		start_one(ours);
	}
}

static void run_ours(struct ours *ours, size_t count)
{
	size_t first = count < IN_FLIGHT ? count : IN_FLIGHT;

	ours->to_start = count - first;
	while (first--)
		start_one(ours);
	if (tc_loop_run(ours->loop, NULL) != TC_OK)
		abort();
}

static void slice_ours(void *data)
{
	run_ours(data, SLICE);
}

static void slice_bare(void *data)
{
	bare_loop_run(data, SLICE);
}

static struct ours open_ours(const char *root_url)
{
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_loop_options loop_options = TC_LOOP_OPTIONS_INIT;
	tc_credentials *credentials = tc_credentials_new(
		"project/releng/a-worker", "tkwyMcQJQ5mTTJIM4hxs_gvbEvi5xRT2SUkd", NULL, NULL);

	options.root_url = root_url;
	options.credentials = credentials;
	loop_options.in_flight = IN_FLIGHT;
	struct ours ours = { .client = tc_client_new(&options, NULL),
		.loop = tc_loop_new(&loop_options, NULL) };
	tc_credentials_free(credentials);
	if (!ours.client || !ours.loop)
		abort();
	return ours;
}

static void close_ours(struct ours *ours)
{
	tc_loop_free(ours->loop);
	tc_client_free(ours->client);
}

static struct bare_loop *open_bare(const char *root_url)
{
	static const char *const lines[] = {
		"Authorization: Hawk id=\"project/releng/a-worker\", ts=\"1700000000\", "
		"nonce=\"kq3vCkZnA2MWBdR0\", mac=\"6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE=\"",
		"User-Agent: libtaskcluster/0.0.0",
		"x-taskcluster-trace-id: fN1SbArXTPSVFNUvaOlinQ",
		NULL,
	};
	char url[256];

	snprintf(url, sizeof url, "%s" PATH, root_url);
	return bare_loop_new(url, lines, IN_FLIGHT);
}

/* ---- memory: each side alone in a process of its own ---- */

/* The most memory this program had since its start. (getrusage also counts what the process was
 * before exec.) */
static long own_peak_kib(void)
{
	char line[256];
	long kib = 0;
	FILE *file = fopen("/proc/self/status", "re");

	while (file && !kib && fgets(line, sizeof line, file))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

static int run_side(const char *side, const char *root_url)
{
	if (strcmp(side, "ours") == 0) {
		struct ours ours = open_ours(root_url);
		run_ours(&ours, SLICE);
		close_ours(&ours);
	} else {
		struct bare_loop *bare = open_bare(root_url);
		bare_loop_run(bare, SLICE);
		bare_loop_free(bare);
	}
	printf("%ld\n", own_peak_kib());
	return 0;
}

static long peak_kib(const char *program, const char *side, const char *root_url)
{
	char command[4096], line[64] = "";

	snprintf(command, sizeof command, "'%s' %s %s", program, side, root_url);
	FILE *out = popen(command, "re");
	if (!out || !fgets(line, sizeof line, out) || pclose(out) != 0)
		abort();
	return strtol(line, NULL, 10);
}

static bool measure_memory(const char *program, const char *root_url)
{
	long ours = peak_kib(program, "ours", root_url), bare = peak_kib(program, "bare", root_url);
	double ratio = (double)ours / (double)bare;
	bool fine = ratio <= 1.3;

	printf("%-28s %ld / %ld KiB at the peak = %.2f   at most 1.30: %s\n",
		"loop.64 in flight, memory", ours, bare, ratio, fine ? "ok" : "MISSED");
	return fine;
}

/* ---- the queue ---- */

static double queued_ns(struct ours *ours, size_t count, double *bytes)
{
	size_t before = mallinfo2().uordblks;
	double begun = measure_wall_ns();

	ours->to_start = 0;
	for (size_t i = 0; i < count; i++)
		start_one(ours);
	*bytes = (double)(mallinfo2().uordblks - before) / (double)count;
	if (tc_loop_run(ours->loop, NULL) != TC_OK)
		abort();
	return (measure_wall_ns() - begun) / (double)count;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool measure_queue(struct ours *ours)
{
	enum { ROUNDS = 7 };
	double few[ROUNDS], many[ROUNDS], bytes = 0, unused;

	for (int i = 0; i < ROUNDS; i++) {
		few[i] = queued_ns(ours, QUEUED / 10, &unused);
		many[i] = queued_ns(ours, QUEUED, &bytes);
	}
	qsort(few, ROUNDS, sizeof *few, compare);
	qsort(many, ROUNDS, sizeof *many, compare);
	double growth = many[ROUNDS / 2] / few[ROUNDS / 2];
	bool steady = growth <= 1.1, small = bytes <= 2048;
	printf("%-28s %.0f ns a call with %d queued, %.0f with %d = %.2f   at most 1.10: %s\n",
		"loop.queue, time", many[ROUNDS / 2], QUEUED, few[ROUNDS / 2], QUEUED / 10, growth,
		steady ? "ok" : "MISSED");
	printf("%-28s %.0f bytes a queued call   at most 2048: %s\n", "loop.queue, memory", bytes,
		small ? "ok" : "MISSED");
	return steady && small;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return run_side(argv[1], argv[2]);
	struct tc_responder *server = tc_responder_fork(answer, NULL);
	const char *root_url = tc_responder_url(server);
	struct ours ours = open_ours(root_url);
	struct bare_loop *bare = open_bare(root_url);
	struct measure_side our_side = { "tc_loop", slice_ours, &ours };
	struct measure_side bare_side = { "curl multi", slice_bare, bare };
	struct measure_result result = measure_pair(&our_side, &bare_side, SLICE);
	bool fine = measure_print("loop.64 in flight", &result, 1.25, false);
	fine &= measure_print("loop.64 in flight, CPU", &result, 1.25, true);
	if (1e9 / result.bare_ns < BARE_MIN) {
		printf("invalid: the server gave the bare side only %.0f calls a second\n",
			1e9 / result.bare_ns);
		fine = false;
	}
	fine &= measure_queue(&ours);
	bare_loop_free(bare);
	close_ours(&ours);
	fine &= measure_memory(argv[0], root_url);
	tc_responder_stop(server);
	return !fine;
}
