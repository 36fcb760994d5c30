/* SPDX-License-Identifier: MPL-2.0 */
/* 3,840 calls queued behind 64 in flight on one thread: what one costs then, beside one of 384; and
 * their memory. (What calls in flight cost themselves is bench_flight's.) */
#include "tests/bench/measure.h"
#include "tests/bench/status.h"
#include "tests/bench/steady.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#define IN_FLIGHT 64
#define QUEUED 3840 /* 60 times 64 */
#define INSTRUCTIONS_MAX 1.10
#define BYTES_MAX 2048

struct queue {
	struct status_loop *loop;
	size_t count;
};

static void run_queue(void *data)
{
	const struct queue *queue = data;

	status_loop_start(queue->loop, queue->count);
	status_loop_wait(queue->loop);
}

/* In the process whose instructions are counted. */
static int run_queued(const char *root_url, size_t count)
{
	struct status_loop loop = status_loop_open(root_url, IN_FLIGHT);
	struct queue queue = { &loop, count };
	const struct measure_side side = { "queue", run_queue, &queue };

	status_loop_run(&loop, IN_FLIGHT, IN_FLIGHT);
	steady_await(IN_FLIGHT);
	measure_counted(&side);
	status_loop_close(&loop);
	return 0;
}

static double queued(const char *program, const char *root_url, size_t count)
{
	char arguments[256];

	snprintf(arguments, sizeof arguments, "%s %zu", root_url, count);
	return measure_instructions(program, "measure_counted", arguments) / (double)count;
}

static double queued_bytes(const char *root_url)
{
	struct status_loop loop = status_loop_open(root_url, IN_FLIGHT);
	size_t before = mallinfo2().uordblks;

	status_loop_start(&loop, QUEUED);
	size_t after = mallinfo2().uordblks;
	status_loop_wait(&loop);
	status_loop_close(&loop);
	return (double)(after - before) / QUEUED;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return run_queued(argv[1], strtoul(argv[2], NULL, 10));
	struct tc_responder *server = tc_responder_fork(status_answer, NULL);
	const char *root_url = tc_responder_url(server);
	double many = queued(argv[0], root_url, QUEUED);
	double few = queued(argv[0], root_url, QUEUED / 10);
	double bytes = queued_bytes(root_url);
	bool fine = measure_ratio(
		"loop.3,840 queued : 384", many, few, "instructions", INSTRUCTIONS_MAX);

	fine &= measure_value("loop.a queued call", bytes, "bytes", BYTES_MAX);
	tc_responder_stop(server);
	return !fine;
}
