/* SPDX-License-Identifier: MPL-2.0 */
/* Whole downloads with each single allocation failing in turn: to a file by one stream that is
 * broken off and by several, of what is there already, and to memory. */
#include "tests/harness/test.h"

#include "tests/harness/depot.h"
#include "tests/nomem/failing.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE ((size_t)40000)

static struct depot depot;
static char *bytes;
static tc_client *client;
static struct tc_folder folder;
static struct tc_download_options options;
static char expected[65]; /* computing it takes memory as well */

static int get(const char *name, tc_error *err);

/* Its memory is not ours; each first reply breaks off in the middle. */
static int set_up(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	bytes = make_bytes(SIZE, 1);
	strcpy(expected, sha256_of(bytes, SIZE));
	depot = (struct depot){ .bytes = bytes,
		.length = SIZE,
		.etag = "\"one\"",
		.has_304 = true,
		.cut = SIZE / 2,
		.cuts = INT_MAX,
		.forked = true };
	depot_open(&depot);
	struct tc_options known = TC_OPTIONS_INIT;
	known.root_url = tc_responder_url(depot.responder);
	known.retry_delay_ms = 1;
	known.timeout_ms = 1000; /* old versions of libcurl can forget a transfer */
	client = tc_client_new(&known, &err);
	assert_ok(err.code, &err);
	tc_folder_make(&folder);
	options = (struct tc_download_options)TC_DOWNLOAD_OPTIONS_INIT;
	assert_ok(get("x", &err), &err); /* what libraries keep for good */
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tc_client_free(client);
	depot_close(&depot);
	tc_folder_remove(&folder);
	free(bytes);
	return 0;
}

static void begin_anew(void)
{
	unlinkat(folder.fd, "x", 0);
	unlinkat(folder.fd, ".x.tc-state", 0);
	unlinkat(folder.fd, ".x.tc-part", 0);
	options = (struct tc_download_options)TC_DOWNLOAD_OPTIONS_INIT;
}

static int get(const char *name, tc_error *err)
{
	const struct tc_artifact artifact = { .task_id = DEPOT_TASK, .name = "public/x" };
	struct tc_target target = TC_TARGET_INIT;
	struct tc_downloaded done;

	target.path = name ? tc_folder_path(&folder, name) : NULL;
	int rc = tc_download_artifact(client, &artifact, &target, &options, &done, err);
	if (rc == TC_OK) {
		assert_int_equal(done.length, SIZE);
		assert_string_equal(done.sha256, expected);
	}
	if (rc == TC_OK && !name)
		assert_memory_equal(done.bytes, bytes, SIZE);
	tc_release(done.bytes);
	return rc;
}

static int to_memory(void *data, tc_error *err)
{
	(void)data;
	begin_anew();
	return get(NULL, err);
}

static int to_file(void *data, tc_error *err)
{
	(void)data;
	begin_anew();
	options.no_sync = true;
	int rc = get("x", err);
	assert_true((rc == TC_OK) == tc_folder_has(&folder, "x"));
	return rc;
}

static int by_several(void *data, tc_error *err)
{
	(void)data;
	begin_anew();
	options.no_sync = true;
	options.ranges = 3;
	return get("x", err);
}

/* It is there; so it stays, whatever happens. */
static int again(void *data, tc_error *err)
{
	(void)data;
	options.keep_same = true;
	int rc = get("x", err);
	assert_true(tc_folder_has(&folder, "x"));
	return rc;
}

static void remove_all(void)
{
	static const char *const names[] = { "f/a", "f/c", "f/deep/b", "f/deep/.b.tc-part",
		"f/deep/.b.tc-state", "f/.a.tc-part", "f/.a.tc-state", "f/.c.tc-part",
		"f/.c.tc-state" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlinkat(folder.fd, names[i], 0);
}

/* Three artifacts of four. */
static int all(void *data, tc_error *err)
{
	const struct tc_artifact artifact = { .task_id = DEPOT_TASK };
	struct tc_folder_options these = TC_FOLDER_OPTIONS_INIT;
	struct tc_folder_counts counts;

	(void)data;
	remove_all();
	options = (struct tc_download_options)TC_DOWNLOAD_OPTIONS_INIT;
	options.no_sync = true;
	these.download = &options;
	int rc = tc_download_artifacts(
		client, &artifact, tc_folder_path(&folder, "f"), &these, &counts, err);
	assert_int_equal(counts.kept, 0);
	if (rc == TC_OK) {
		assert_int_equal(counts.saved, 3);
		assert_int_equal(counts.left_out, 1);
		assert_int_equal(counts.bytes, 3 * SIZE);
	}
	return rc;
}

static void a_folder(void **state)
{
	(void)state;
	assert_true(tc_failing_each_with_libraries(all, NULL) > 20);
}

static void each_download(void **state)
{
	(void)state;
	assert_true(tc_failing_each_with_libraries(to_memory, NULL) > 20);
	assert_true(tc_failing_each_with_libraries(to_file, NULL) > 20);
	assert_true(tc_failing_each_with_libraries(by_several, NULL) > 20);
}

static void what_is_there_already(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	begin_anew();
	options.keep_same = true;
	assert_ok(get("x", &err), &err);
	assert_true(tc_failing_each_with_libraries(again, NULL) > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_download),
		cmocka_unit_test(a_folder),
		cmocka_unit_test(what_is_there_already),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
