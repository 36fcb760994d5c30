/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* realpath */
/* What other programs do: the generator, of whose process all is counted, and the sandbox, of whose
 * process what it does for requests and by its timers is. */
#include "tests/harness/test.h"

#include "tests/bench/callgrind.h"
#include "tests/bench/copies.h"
#include "tests/bench/growth.h"
#include "tests/bench/scratch.h"
#include "tests/bench/tasks.h"
#include "tests/harness/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <taskcluster/pages.h>
#include <taskcluster/queue.h>
#include <unistd.h>

/* A folder that is made with the first file, and goes with the program. */
static const char *scratch_path(char *path, size_t size, const char *name)
{
	static struct scratch scratch;

	if (!scratch.folder[0])
		scratch_open(&scratch, 0);
	snprintf(path, size, "%s/%s", scratch.folder, name);
	return path;
}

static void write_file(const char *path, const char *text, size_t length)
{
	FILE *file = fopen(path, "we");

	if (!file || fwrite(text, 1, length, file) != length || fclose(file) != 0)
		fail_msg("%s cannot be written", path);
}

static const char *program_of(const char *variable)
{
	const char *program = getenv(variable);

	if (!program)
		fail_msg("%s is not set: which program?", variable);
	return program;
}

/* ---- the generator ---- */

static struct measure_count generate(
	void (*make)(struct tc__buffer *bundle, size_t count), size_t size)
{
	struct tc__buffer bundle = TC__BUFFER(SIZE_MAX / 2);
	char references[300], out[300], arguments[700];

	make(&bundle, size);
	scratch_path(references, sizeof references, "bundle.json");
	write_file(references, bundle.data, bundle.length);
	tc__buffer_clear(&bundle);
	scratch_path(out, sizeof out, "out");
	snprintf(arguments, sizeof arguments, "--references '%s' --out '%s'", references, out);
	return measure_count(program_of("TC_CODEGEN"), "main", arguments);
}

static struct measure_count generate_services(size_t size)
{
	return generate(copies_of_services, size);
}

static struct measure_count generate_functions(size_t size)
{
	return generate(copies_of_functions, size);
}

/* ---- the sandbox ---- */

/* A program that runs the sandbox under callgrind, which writes `profile` at its end. */
static void write_wrapper(const char *path, const char *sandbox, const char *profile)
{
	char text[2000];

	int length = snprintf(text, sizeof text,
		"#!/bin/sh\n"
		"exec valgrind -q --tool=callgrind --collect-atstart=no --toggle-collect=http_run "
		"--toggle-collect=timers_run --compress-strings=no --compress-pos=no "
		"--callgrind-out-file='%s' '%s' \"$@\"\n",
		profile, sandbox);
	write_file(path, text, (size_t)length);
	if (chmod(path, 0755) != 0)
		fail_msg("%s cannot be made a program", path);
}

/* What the sandbox spends on `ask` with this state. */
static struct measure_count count_sandbox(
	const char *state, void (*ask)(tc_client *client, size_t size), size_t size)
{
	char *sandbox = strdup(program_of("TC_SANDBOX"));
	char *real = sandbox ? realpath(sandbox, NULL) : NULL;
	char wrapper[300], profile[300];
	const char *const arguments[] = { "--no-page", "--state", state, NULL };

	assert_non_null(real);
	scratch_path(profile, sizeof profile, "profile");
	scratch_path(wrapper, sizeof wrapper, "sandbox");
	write_wrapper(wrapper, real, profile);
	setenv("TC_SANDBOX", wrapper, 1);
	struct tc_test_server *server = tc_test_server_start_unchecked(arguments);
	setenv("TC_SANDBOX", sandbox, 1);
	tc_client *client = tc_test_client(server->root_url);
	ask(client, size);
	tc_client_free(client);
	tc_test_server_stop(server);
	FILE *file = fopen(profile, "re");
	assert_non_null(file);
	struct measure_count count = callgrind_read(file, real);
	fclose(file);
	free(real);
	free(sandbox);
	return count;
}

/* With so many tasks in its state. */
static struct measure_count count_filled(void (*ask)(tc_client *client, size_t size), size_t size)
{
	char state[300];

	scratch_path(state, sizeof state, "state");
	tasks_fill(state, (int64_t)size);
	struct measure_count count = count_sandbox(state, ask, size);
	if (unlink(state) != 0)
		fail_msg("%s cannot be removed", state);
	return count;
}

static void list_tasks(tc_client *client, size_t count)
{
	struct tc_queue_list_task_group_query query = { .limit = "10" };
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_queue_list_task_group_call(client, TASKS_GROUP, &query, &err);
	tc_items *items = tc_items_new(call, NULL, &err);
	const tc_json *item = NULL;
	size_t given = 0;

	while (items && tc_items_next(items, &item, &err) == TC_OK && item)
		given++;
	assert_ok(err.code, &err);
	assert_int_equal(given, count);
	tc_items_free(items);
	tc_call_free(call);
}

static struct measure_count sandbox_list(size_t size)
{
	return count_filled(list_tasks, size);
}

/* A call for some of those that are there: each is to cost the same, however many they are. */
#define CALL_FOR 40

static void create_tasks(tc_client *client, size_t count)
{
	for (size_t i = 0; i < count / CALL_FOR; i++)
		tasks_create(client);
}

static struct measure_count sandbox_create(size_t size)
{
	return count_filled(create_tasks, size);
}

static void count_pending(tc_client *client, size_t count)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_queue_pending_tasks_call(client, TASKS_QUEUE, &err);

	assert_ok(err.code, &err);
	for (size_t i = 0; i < count / CALL_FOR; i++)
		tasks_perform(call);
	tc_call_free(call);
}

static struct measure_count sandbox_pending(size_t size)
{
	return count_filled(count_pending, size);
}

const struct growth_work growth_programs[] = {
	{ "generate.services", .large = 3, .count = generate_services },
	{ "generate.functions", .large = 200, .quick = 40, .count = generate_functions },
	{ "sandbox.createTask", .large = 8000, .quick = 2000, .count = sandbox_create },
	{ "sandbox.listTaskGroup", .large = 2000, .quick = 500, .count = sandbox_list },
	{ "sandbox.pendingTasks", .large = 8000, .quick = 2000, .count = sandbox_pending },
};
const size_t growth_programs_count = sizeof growth_programs / sizeof *growth_programs;
