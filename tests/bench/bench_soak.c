/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A million calls in one process, most of them 64 at a time on a loop and some one after the other,
 * at a server that refuses some for now (500, 429), cuts replies in their middle and closes
 * connections. The memory after them all is that after the first 100,000, and so are the
 * descriptors.
 *
 *	bench_soak [quick]
 *
 * quick is what CI runs: 100,000 calls, and the memory after 30,000.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "tests/bench/measure.h"
#include "tests/bench/status.h"
#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define IN_FLIGHT 64
#define ROUND 10000
#define ALONE 1000 /* of a round: one after the other */
#define RESIDENT_MAX_KIB 256
#define HEAP_MAX_KIB 128

/* ---- the server ---- */

/* In memory that its process shares with ours. */
struct served {
	size_t requests, refused, broken;
	size_t connections;
	bool calm; /* ours to say: no call fails */
};

/* A reply that is whole, and then the connection ends. */
static void retire(struct tc_responder_reply *reply)
{
	reply->headers = "Content-Type: application/json\r\nConnection: close\r\n";
	reply->cut = reply->body_length;
}

/* Primes: in whatever order they come, every kind of call meets each. */
static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct served *served = data;
	const size_t number = served->requests++;

	served->connections = request->connection + 1;
	status_answer(data, request, reply);
	if (served->calm)
		return;
	if (number % 53 == 0 || number % 71 == 0) {
		reply->status = number % 53 ? 429 : 500;
		served->refused++;
	} else if (number % 97 == 0 || number % 193 == 0) {
		reply->cut = reply->body_length / 2;
		reply->close = number % 193 == 0;
		served->broken++;
	} else if (number % 31 == 0) {
		retire(reply);
	}
}

static struct served *share(void)
{
	struct served *served = mmap(
		NULL, sizeof *served, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (served == MAP_FAILED) {
		perror("soak: memory");
		exit(1);
	}
	return served;
}

/* ---- the calls ---- */

static void fail(const char *what)
{
	fprintf(stderr, "soak: %s\n", what);
	abort();
}

/* It waits as little as it can before it repeats a call, and as often as it may. */
static struct status_loop open_loop(const char *root_url)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = root_url;
	options.retry_delay_ms = 1;
	options.retry_delay_max_ms = 2;
	options.attempts = 20;
	return status_loop_of(status_client_with(&options), IN_FLIGHT);
}

static void call_alone(tc_client *client)
{
	tc_error err = TC_ERROR_INIT;
	tc_response *response = NULL;
	tc_call *call = status_call(client);

	if (tc_call_perform(call, &response, &err) != TC_OK)
		fail(tc_error_text(&err));
	status_take(response);
	tc_release(response);
	tc_call_free(call);
}

static void call_round(struct status_loop *loop)
{
	status_loop_run(loop, IN_FLIGHT, ROUND - ALONE);
	for (int i = 0; i < ALONE; i++)
		call_alone(loop->client);
}

/* ---- what a process holds ---- */

struct held {
	long resident_kib, heap_kib;
	int descriptors;
};

static int count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	return count;
}

/* When every connection is there: after some calls that the server breaks off none of. */
static struct held look(struct status_loop *loop, struct served *served)
{
	served->calm = true;
	call_round(loop);
	served->calm = false;
	struct mallinfo2 heap = mallinfo2();
	return (struct held){
		.resident_kib = measure_resident_kib(),
		.heap_kib = (long)((heap.uordblks + heap.hblkhd) / 1024),
		.descriptors = count_descriptors(),
	};
}

static bool judge(const char *label, long before, long after, const char *unit, long growth_max)
{
	const bool fine = before > 0 && after - before <= growth_max;

	printf("soak.%-23s %ld -> %ld %s   at most %ld more: %s\n", label, before, after, unit,
		growth_max, fine ? "ok" : "MISSED");
	return fine;
}

int main(int argc, char **argv)
{
	const bool quick = argc > 1 && strcmp(argv[1], "quick") == 0;
	const int rounds = quick ? 10 : 100, first_rounds = quick ? 3 : 10;
	struct served *served = share();
	struct tc_responder *server = tc_responder_fork(answer, served);
	struct status_loop loop = open_loop(tc_responder_url(server));
	struct held first = { 0 };
	const double begun = measure_wall_ns();

	for (int round = 1; round <= rounds; round++) {
		call_round(&loop);
		if (round == first_rounds)
			first = look(&loop, served);
	}
	struct held last = look(&loop, served);
	printf("soak.calls                   %d in %.1f s, by %zu requests, of which %zu were "
	       "refused and %zu broken off, on %zu connections\n",
		rounds * ROUND, (measure_wall_ns() - begun) / 1e9, served->requests,
		served->refused, served->broken, served->connections);
	bool fine = judge("memory", first.resident_kib, last.resident_kib, "KiB", RESIDENT_MAX_KIB);
	fine &= judge("heap", first.heap_kib, last.heap_kib, "KiB", HEAP_MAX_KIB);
	fine &= judge("descriptors", first.descriptors, last.descriptors, "", 0);
	status_loop_close(&loop);
	tc_responder_stop(server);
	return !fine;
}
