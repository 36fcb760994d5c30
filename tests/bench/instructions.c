/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Holds what our own objects cost: the instructions of the program itself, which has the library in
 * it, for some works, against a table for this compiler. The libraries' are not ours to keep. With
 * more than 3 % over its row a work fails; with TC_INSTRUCTIONS_WRITE=1 the table is written anew.
 *
 *	instructions check FOLDER BUILD
 *
 * compares with the table in FOLDER. BUILD is CMake's build type, and the user's flags behind it:
 * only the ordinary one is compared. In a process that is counted the arguments are a work and a
 * server's URL.
 */
#include "tests/bench/measure.h"
#include "tests/bench/status.h"
#include "tests/bench/steady.h"
#include "tests/harness/task_group.h"

#include "runtime/src/auth/hawk.h"
#include "runtime/src/flow/pages.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <taskcluster/json.h>

#define TOLERANCE 1.03
#define TEXT_SIZE 100000
#define IN_FLIGHT 64
#define CALLS 200
#define SKIPPED 77

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "instructions: %s\n", what);
	abort();
}

/* ---- the works; each does its part several times ---- */

/* What they work on; a member is there for those that need it. */
struct input {
	const char *root_url;
	char *text; /* a page of the queue's listTaskGroup */
	size_t length;
	const struct tt_task_group *group;
	tc_client *client;
	tc_call *call;
	struct status_loop loop;
	struct tc__hawk *hawk;
	tc_credentials *credentials;
};

static void open_text(struct input *input)
{
	input->text = tt_task_group_text(TEXT_SIZE, &input->length);
	require(input->text != NULL, "memory");
	input->group = tc_decode(&tt_task_group_type, input->text, input->length, 0, NULL);
	require(input->group != NULL, "a page");
}

static void decode(struct input *input)
{
	void *group = tc_decode(&tt_task_group_type, input->text, input->length, 0, NULL);

	require(group != NULL, "typed");
	tc_release(group);
}

static void parse(struct input *input)
{
	const tc_json *json = NULL;

	require(tc_json_parse(input->text, input->length, &json, NULL) == TC_OK, "untyped");
	tc_release(json);
}

static void read_items(struct input *input)
{
	static const struct tc_paging style = { .next = "/continuationToken" };
	const struct tc__cursor cursor = { .paging = &style };
	struct tc__page_reader *reader = malloc(sizeof *reader);
	const size_t piece = 16384; /* what curl hands over at a time */
	size_t count = 0;

	require(reader != NULL, "memory");
	tc__page_open(reader, &cursor, true);
	for (size_t at = 0; at < input->length; at += piece) {
		size_t rest = input->length - at;
		int rc = tc__page_push(reader, input->text + at, rest < piece ? rest : piece, NULL);
		require(rc == TC_OK, "items");
		while (tc__page_take(reader))
			count++;
	}
	require(count == input->group->tasks_count, "all items");
	require(tc__page_finish(reader, NULL) == TC_OK, "a whole page");
	tc__page_close(reader);
	free(reader);
}

static void encode(struct input *input)
{
	for (size_t i = 0; i < input->group->tasks_count; i++) {
		char *text = NULL;
		int rc = tc_encode(
			&tt_task_type, &input->group->tasks[i].task, 0, &text, NULL, NULL);
		require(rc == TC_OK, "a task");
		tc_release(text);
	}
}

static void open_hawk(struct input *input)
{
	input->hawk = tc__hawk_new(NULL, NULL);
	input->credentials = tc_credentials_new("project/releng/a-worker",
		"tkwyMcQJQ5mTTJIM4hxs_gvbEvi5xRT2SUkd-6WSkL5w", NULL, NULL);
	require(input->hawk && input->credentials, "credentials");
}

static void sign(struct input *input)
{
	for (int i = 0; i < CALLS; i++) {
		struct tc__buffer header = TC__BUFFER(TC__HAWK_MAX);
		char nonce[TC__NONCE_SIZE];

		tc__hawk_nonce(input->hawk, nonce);
		const struct tc__hawk_artifacts artifacts = { .ts = 1700000000,
			.nonce = nonce,
			.method = "GET",
			.resource = STATUS_PATH,
			.resource_length = strlen(STATUS_PATH),
			.host = "tc.example.com",
			.host_length = strlen("tc.example.com"),
			.port = 443 };
		int rc =
			tc__hawk_header(input->hawk, input->credentials, &artifacts, &header, NULL);
		require(rc == TC_OK, "a header");
		tc__buffer_clear(&header);
	}
}

static void open_call(struct input *input)
{
	input->client = status_client(input->root_url);
	input->call = status_call(input->client);
}

static void call(struct input *input)
{
	for (int i = 0; i < CALLS; i++) {
		tc_response *response = NULL;
		require(tc_call_perform(input->call, &response, NULL) == TC_OK, "a call");
		status_take(response);
		tc_release(response);
	}
}

static void open_loop(struct input *input)
{
	input->loop = status_loop_open(input->root_url, IN_FLIGHT);
}

static void call_many(struct input *input)
{
	status_loop_run(&input->loop, IN_FLIGHT, 5 * IN_FLIGHT);
}

/* Calls that are queued: nothing of them is sent before somebody waits. */
static void start(struct input *input)
{
	status_loop_start(&input->loop, CALLS);
}

static const struct work {
	const char *name;
	void (*open)(struct input *input);
	void (*run)(struct input *input);
	size_t units;   /* of work */
	size_t awaited; /* replies at a time; 0: it has none */
} works[] = {
	{ "call", open_call, call, CALLS, 1 },
	{ "call.64_in_flight", open_loop, call_many, 5 * IN_FLIGHT, IN_FLIGHT },
	{ "call.start", open_loop, start, CALLS, 0 },
	{ "hawk.header", open_hawk, sign, CALLS, 0 },
	{ "json.parse", open_text, parse, 1, 0 },
	{ "items", open_text, read_items, 1, 0 },
	{ "type.decode", open_text, decode, 1, 0 },
	{ "type.encode", open_text, encode, 1, 0 },
};
#define WORKS (sizeof works / sizeof *works)

struct pair {
	const struct work *work;
	struct input *input;
};

static void run(void *data)
{
	const struct pair *pair = data;

	pair->work->run(pair->input);
}

/* In the process that is counted; what is done once in a process is not, nor is the end. */
static int work(const char *name, const char *root_url)
{
	for (size_t i = 0; i < WORKS; i++) {
		if (strcmp(works[i].name, name) != 0)
			continue;
		struct input input = { .root_url = root_url };
		struct pair pair = { &works[i], &input };
		const struct measure_side side = { name, run, &pair };
		works[i].open(&input);
		run(&pair);
		steady_await(works[i].awaited);
		measure_counted(&side);
		return 0;
	}
	return 2;
}

/* ---- the table ---- */

struct table {
	char path[512];
	double own[WORKS]; /* 0: it has no row */
};

static bool read_table(struct table *table)
{
	FILE *file = fopen(table->path, "re");
	char line[200], name[100];
	double own;

	if (!file)
		return false;
	while (fgets(line, sizeof line, file)) {
		for (size_t i = 0; sscanf(line, "%99s %lf", name, &own) == 2 && i < WORKS; i++)
			if (strcmp(name, works[i].name) == 0)
				table->own[i] = own;
	}
	fclose(file);
	return true;
}

static bool write_table(const struct table *table)
{
	FILE *file = fopen(table->path, "we");

	if (!file) {
		perror(table->path);
		return false;
	}
	fprintf(file,
		"# Instructions of our own objects, for a unit of work: "
		"tests/bench/instructions.c.\n");
	for (size_t i = 0; i < WORKS; i++)
		fprintf(file, "%-24s %.1f\n", works[i].name, table->own[i]);
	printf("written: %s\n", table->path);
	return fclose(file) == 0;
}

static bool compare(const struct table *table, size_t i, double own)
{
	const double row = table->own[i], percent = 100 * (own / row - 1);

	if (!(row > 0))
		return measure_invalid(works[i].name, "it has no row in %s", table->path);
	bool fine = measure_ratio(works[i].name, own, row, "instructions", TOLERANCE);
	if (!fine)
		printf("\t%.1f %% more than in %s: win it back, or say why where the table is "
		       "written anew\n",
			percent, table->path);
	if (own * TOLERANCE < row)
		printf("\t%.1f %% less: write the table anew, TC_INSTRUCTIONS_WRITE=1\n", -percent);
	return fine;
}

static bool count_all(const char *program, struct table *table, bool writes)
{
	struct tc_responder *server = tc_responder_fork(status_answer, NULL);
	bool fine = true;

	for (size_t i = 0; i < WORKS; i++) {
		char arguments[256];

		snprintf(arguments, sizeof arguments, "%s %s", works[i].name,
			tc_responder_url(server));
		double own = measure_count(program, "measure_counted", arguments).own /
			(double)works[i].units;
		if (!writes)
			fine = compare(table, i, own) && fine;
		else if (!(own > 0))
			fine = measure_invalid(works[i].name, "it could not be counted");
		table->own[i] = own;
	}
	tc_responder_stop(server);
	return fine;
}

/* ---- whether there is something to compare with ---- */

/* The name of the table: "gcc-12-x86_64". */
static void name_build(char *name, size_t size)
{
	struct utsname machine;

	uname(&machine);
#ifdef __clang__
	snprintf(name, size, "clang-%d-%s", __clang_major__, machine.machine);
#else
	snprintf(name, size, "gcc-%d-%s", __GNUC__, machine.machine);
#endif
}

static int skip(const char *why)
{
	printf("skipped: %s\n", why);
	return SKIPPED;
}

static int check(const char *program, const char *folder, const char *kind)
{
	const char *write = getenv("TC_INSTRUCTIONS_WRITE");
	const bool writes = write && *write;
	struct table table = { .own = { 0 } };
	char build[100];

	name_build(build, sizeof build);
	snprintf(table.path, sizeof table.path, "%s/%s", folder, build);
	if (strcmp(kind, "RelWithDebInfo") != 0)
		return skip("another build type, or flags of its own, cost something else");
	if (!measure_counts())
		return skip("valgrind is not there to count instructions");
	if (!read_table(&table) && !writes) {
		printf("no table for %s: ", build);
		return skip("TC_INSTRUCTIONS_WRITE=1 makes one");
	}
	bool fine = count_all(program, &table, writes);
	if (writes)
		fine = fine && write_table(&table);
	return !fine;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return work(argv[1], argv[2]);
	if (argc == 4 && strcmp(argv[1], "check") == 0)
		return check(argv[0], argv[2], argv[3]);
	fprintf(stderr, "usage: instructions check FOLDER BUILD\n");
	return 2;
}
