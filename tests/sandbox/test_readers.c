/* SPDX-License-Identifier: MPL-2.0 */

/* Who reads the stream of events: what becomes of readers that are slow, gone, many, or old. */

#include "tests/harness/test.h"

#include "events.h"
#include "fixture.h"
#include "tests/harness/folder.h"
#include "tools/sandbox/events/events.h"
#include "tools/sandbox/events/reader.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct tc_folder folder; /* for states and keys */

static int set_up(void **state)
{
	(void)state;
	tc_folder_make(&folder);
	server = tc_test_server_start("--private", NULL);
	return 0;
}

static int tear_all_down(void **state)
{
	int rc = tear_down(state);

	tc_folder_remove(&folder);
	return rc;
}

/* ---- connections ---- */

static void streams_go_over_http_1_0(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	tc_slugid_nice(id);
	struct stream *stream = stream_open_old(server, about("task", id));
	stream_next(stream, "hello");
	create_as(id, "prov/type", "");
	stream_silent(stream, 200); /* nobody may see nothing */
	assert_int_equal(stream_status(stream), 200);
	create_client("third", "", 3600);
	stream_ends(stream, 1000);
	stream_close(stream);
}

/* How many descriptors the server has. */
static int count_files(void)
{
	char path[60];
	int count = 0;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)server->pid);
	DIR *files = opendir(path);
	assert_non_null(files);
	while (readdir(files))
		count++;
	closedir(files);
	return count;
}

static void a_hundred_read_and_go(void **state)
{
	struct tc_test_server *shared = server;
	struct stream *streams[100];
	char id[TC_SLUGID_SIZE];

	(void)state;
	server = tc_test_server_start(NULL);
	struct stream *stays = overview(NULL);
	int before = count_files();
	tc_slugid_nice(id);
	for (int i = 0; i < 100; i++)
		streams[i] = i % 3
			? stream_open(server, i % 3 == 1 ? about("task", id) : "overview", NULL)
			: stream_open_old(server, "overview");
	for (int i = 0; i < 100; i++)
		stream_next(streams[i], "hello");
	create_as(id, "prov/type", "");
	for (int i = 0; i < 100; i++)
		assert_text(stream_find(streams[i], "task"), "/status/taskId", id);
	assert_true(count_files() >= before + 100);
	for (int i = 0; i < 100; i++)
		stream_close(streams[i]);
	int64_t until = tc_test_now_ms() + 5000;
	while (count_files() > before + 1 && tc_test_now_ms() < until)
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	assert_int_in_range(count_files(), 1, before + 1);
	stream_close(stays);
	tc_test_server_stop(server);
	server = shared;
}

static long resident_kb(pid_t pid)
{
	char path[60];
	char line[200];
	long kb = 0;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file) && sscanf(line, "VmRSS: %ld", &kb) != 1)
		;
	fclose(file);
	assert_true(kb > 0);
	return kb;
}

/* A body of about a megabyte. */
static char *large_task(void)
{
	size_t size = (size_t)1 << 20;
	char *more = malloc(size + 100);
	char *text = malloc(size + 2000);
	const char *plain = task_text("");

	memset(more, 'x', size);
	strcpy(more + size, "");
	sprintf(text, "{\"extra\":{\"much\":\"%s\"},%s", more, plain + 1);
	free(more);
	return text;
}

/* The state lies in a file, so that the server keeps nothing but what waits for readers. */
static void a_slow_reader_loses_and_learns_it(void **state)
{
	struct tc_test_server *shared = server;
	const char *file = tc_folder_path(&folder, "state");
	char id[TC_SLUGID_SIZE];
	struct stream *slow[5];
	char *body = large_task();

	(void)state;
	/* where it is there: what was freed must not count */
	setenv("ASAN_OPTIONS", "quarantine_size_mb=1:allocator_release_to_os_interval_ms=100", 0);
	server = tc_test_server_start_unchecked((const char *const[]){ "--state", file, NULL });
	for (int i = 0; i < 5; i++) {
		slow[i] = stream_open(server, "overview", NULL);
		stream_next(slow[i], "hello");
	}
	long before = resident_kb(server->pid);
	for (int i = 0; i < 60; i++) {
		tc_slugid_nice(id);
		must(call("PUT", path_of(id, ""), body, NULL));
	}
	long more = resident_kb(server->pid) - before;
	if (more > 40000)
		fail_msg("the server has %ld kB more", more);
	for (int i = 0; i < 5; i++) {
		stream_find(slow[i], "lost");
		must(call("POST", path_of(id, "/cancel"), NULL, NULL));
		const tc_json *task;
		do
			task = stream_find(slow[i], "task");
		while (tc_json_get(task, "task"));
		assert_text(task, "/status/taskId", id);
		stream_close(slow[i]);
	}
	tc_test_server_stop(server);
	server = shared;
	free(body);
}

static void streams_do_not_keep_the_server_from_ending(void **state)
{
	struct tc_test_server *shared = server;
	struct stream *streams[3];

	(void)state;
	server = tc_test_server_start(NULL);
	for (int i = 0; i < 3; i++)
		streams[i] = overview(NULL);
	int64_t begun = tc_test_now_ms();
	tc_test_server_stop(server);
	assert_true(tc_test_now_ms() - begun < 3000);
	for (int i = 0; i < 3; i++) {
		stream_ends(streams[i], 1000);
		stream_close(streams[i]);
	}
	server = shared;
}

static void streams_go_over_tls(void **state)
{
	struct tc_test_server *shared = server;
	char command[400];
	const char *certificate = tc_folder_path(&folder, "cert.pem");
	const char *key = tc_folder_path(&folder, "key.pem");
	char id[TC_SLUGID_SIZE];

	(void)state;
	snprintf(command, sizeof command,
		"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
		"-subj /CN=localhost -keyout %s -out %s 2>/dev/null",
		key, certificate);
	assert_int_equal(system(command), 0);
	server = tc_test_server_start("--tls", certificate, key, NULL);
	tc_slugid_nice(id);
	struct stream *gone = open_task(id);
	struct stream *stream = open_task(id);
	stream_close(gone);
	create_as(id, "prov/type", "");
	assert_text(stream_find(stream, "task"), "/status/state", "pending");
	stream_calm(stream, 1500); /* it is seen meanwhile that the other has gone */
	claim(id);
	assert_text(stream_find(stream, "task"), "/status/state", "running");
	tc_test_server_stop(server);
	stream_ends(stream, 1000);
	stream_close(stream);
	server = shared;
}

/* ---- a reader by itself ---- */

static struct event *make_event(size_t length)
{
	struct writer writer = event_begin("task");

	for (size_t i = 0; i < length; i++)
		tc__buffer_char(&writer.text, '1');
	return event_end(&writer);
}

static void a_reader_is_sent_comments_and_whole_events(void **state)
{
	tc_error err = TC_ERROR_INIT;
	struct sandbox sandbox = { .root_url = (char[]){ "http://x" } };
	struct request request = { .sandbox = &sandbox };
	static char bytes[100000];
	int64_t now = sandbox_now() + 1000;

	(void)state;
	sandbox.store = store_open(NULL, &err);
	assert_true(events_start(&sandbox));
	struct reader *reader = reader_open(&request, ABOUT_OVERVIEW, "");
	assert_non_null(reader);
	/* `hello` is never lost */
	for (int i = 0; i < 5; i++)
		reader_send_own(reader, make_event((size_t)1 << 20));
	size_t length = reader_take(reader, bytes, sizeof bytes - 1, now);
	bytes[length] = '\0';
	assert_ptr_equal(strstr(bytes, "event: hello\n"), bytes);
	assert_non_null(strstr(bytes, "\n\nevent: lost\ndata: {}\n\nevent: task\n"));
	/* what was begun goes on to its end */
	for (int i = 0; i < 3; i++)
		reader_send_own(reader, make_event((size_t)1 << 20));
	size_t whole = 0;
	do {
		length = reader_take(reader, bytes, sizeof bytes - 1, now);
		bytes[length] = '\0';
		whole += length;
	} while (length == sizeof bytes - 1);
	assert_true(whole > 900000);
	assert_true(strstr(bytes, "\n\nevent: lost\n") != NULL);
	/* silence */
	assert_int_equal(reader_take(reader, bytes, sizeof bytes, now + 14999), 0);
	assert_int_equal(reader_due(reader), now + 15000);
	assert_int_equal(reader_take(reader, bytes, sizeof bytes, now + 15000), 4);
	assert_memory_equal(bytes, ": \n\n", 4);
	/* too early after it, then not */
	reader_send_own(reader, make_event(1));
	assert_int_equal(reader_take(reader, bytes, sizeof bytes, now + 15001), 0);
	assert_int_equal(reader_due(reader), now + 15020);
	assert_true(reader_take(reader, bytes, sizeof bytes, now + 15020) > 0);
	assert_false(reader_ended(reader, now + 15020));
	reader_finish(reader);
	assert_true(reader_ended(reader, now + 15020));
	reader_close(reader);
	store_close(sandbox.store);
	events_stop(&sandbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_go_over_http_1_0),
		cmocka_unit_test(a_hundred_read_and_go),
		cmocka_unit_test(a_slow_reader_loses_and_learns_it),
		cmocka_unit_test(streams_do_not_keep_the_server_from_ending),
		cmocka_unit_test(streams_go_over_tls),
		cmocka_unit_test(a_reader_is_sent_comments_and_whole_events),
	};

	return cmocka_run_group_tests(tests, set_up, tear_all_down);
}
