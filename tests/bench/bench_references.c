/* SPDX-License-Identifier: MPL-2.0 */
/*
 * References read at run time, in instructions, which valgrind counts: the whole release from a
 * bundle beside yajl's callbacks on the same bytes, and a call by name through such rows beside one
 * through generated rows. And one service, ready for calls, in ms
 * of CPU time.
 */
#include "tests/bench/measure.h"

#include "tests/bench/bare_events.h"
#include "tests/references/bundle.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/references.h>
#include <taskcluster/registry.h>

#define BODY "{\"payload\":{},\"created\":\"2026-01-01T00:00:00.000Z\"}"
#define CALLS 1000
#define RUNS 31
#define READ_MAX 3.0
#define CALL_MAX 1.05
#define READY_MAX_MS 3.0

/* The bundle that is read. */
static char *bytes;
static size_t length;

__attribute__((noinline)) static tc_references *read_ours(void)
{
	tc_references *references = NULL;

	if (tc_references_read_text(bytes, length, "bundle", NULL, &references, NULL) != TC_OK)
		abort();
	return references;
}

__attribute__((noinline)) static void read_bare(void)
{
	if (bare_parse(bytes, length) == 0)
		abort();
}

static tc_client *new_client(void)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = "https://tc.invalid";
	tc_client *client = tc_client_new(&options, NULL);
	if (!client)
		abort();
	return client;
}

/* Made, with its body taken, and freed. */
static void call_by_name(
	tc_client *client, const struct tc_operation *operation, const tc_json *body)
{
	struct tc_pair pair = { "taskId", "fN1SbArXTPSVFNUvaOlinQ" };
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_call_by_name(client, operation, &pair, 1, body, &err);

	if (!call) {
		fprintf(stderr, "bench_references: %s\n", tc_error_text(&err));
		abort();
	}
	tc_call_free(call);
}

__attribute__((noinline)) static void make_calls(
	tc_client *client, const struct tc_operation *operation, const tc_json *body)
{
	for (int i = 0; i < CALLS; i++)
		call_by_name(client, operation, body);
}

/* What is counted, once; `rows` are those of the calls: "live", or "generated". */
static int work(const char *rows)
{
	const tc_json *body = NULL;
	tc_client *client = new_client();
	tc_references *references = read_ours();
	bool live = strcmp(rows, "live") == 0;

	read_bare();
	if (tc_json_parse(BODY, strlen(BODY), &body, NULL) != TC_OK)
		abort();
	make_calls(client,
		live ? tc_references_find_operation(references, "queue", "createTask")
		     : tc_find_operation("queue", "createTask"),
		body);
	tc_release(body);
	tc_references_free(references);
	tc_client_free(client);
	return 0;
}

static bool count(const char *program)
{
	double ours = measure_instructions(program, "read_ours", "live");
	double bare = measure_instructions(program, "read_bare", "live");
	double calls = measure_instructions(program, "make_calls", "live");
	double generated = measure_instructions(program, "make_calls", "generated");
	bool fine = measure_ratio("references.read", ours, bare, "instructions", READ_MAX);

	return measure_ratio("references.call", calls, generated, "instructions", CALL_MAX) && fine;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The largest service, as `api --live` has it in its cache. */
static bool time_one_service(void)
{
	double ms[RUNS];

	bytes = bundle_service(BUNDLE_TREE, "queue", &length);
	for (size_t i = 0; i < RUNS; i++) {
		double start = measure_cpu_ns();
		tc_references *references = read_ours();
		ms[i] = (measure_cpu_ns() - start) / 1e6;
		tc_references_free(references);
	}
	free(bytes);
	qsort(ms, RUNS, sizeof *ms, compare);
	return measure_value("references.ready", ms[RUNS / 2], "ms of CPU", READY_MAX_MS);
}

int main(int argc, char **argv)
{
	if (argc == 2) {
		bytes = bundle_tree(BUNDLE_TREE, &length);
		int status = work(argv[1]);
		free(bytes);
		return status;
	}
	bool fine = time_one_service();
	return !(count(argv[0]) && fine);
}
