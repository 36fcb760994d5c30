/* SPDX-License-Identifier: MPL-2.0 */
/* Downloads from a Taskcluster: of each kind of artifact, into each kind of target, and again. */
#define _XOPEN_SOURCE 700 /* mkstemp, pread */

#include "tests/harness/test.h"

#include "tests/harness/depot.h"
#include "tests/workflows/world.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/queue.h>
#include <unistd.h>

#define SIZE ((size_t)300000)

static struct world world;
static char *bytes;

static int set_up(void **state)
{
	(void)state;
	world_open(&world);
	bytes = make_bytes(SIZE, 3);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(bytes);
	world_close(&world);
	return 0;
}

static int begin(void **state)
{
	(void)state;
	world_new_task(&world);
	return 0;
}

/* ---- one download, by either face ---- */

struct got {
	struct tc_downloaded done;
	tc_error err;
	int ended;
};

static void take_end(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	struct got *got = data;

	got->ended++;
	if (result)
		got->done = *result;
	else
		tc_error_copy(&got->err, err);
}

static int get_on_loop(const struct tc_artifact *artifact, const struct tc_target *target,
	const struct tc_download_options *options, struct got *got)
{
	tc_loop *loop = tc_loop_new(NULL, &got->err);

	assert_ok(tc_loop_download_artifact(loop, world.client, artifact, target, options, take_end,
			  got, NULL, &got->err),
		&got->err);
	assert_ok(tc_loop_run(loop, &world.err), &world.err);
	assert_int_equal(got->ended, 1);
	tc_loop_free(loop);
	return got->err.code;
}

static int get(bool on_loop, const struct tc_artifact *artifact, const struct tc_target *target,
	const struct tc_download_options *options, struct got *got)
{
	tc_release(got->done.bytes);
	tc_error_clear(&got->err);
	*got = (struct got){ .ended = 0 };
	if (on_loop)
		return get_on_loop(artifact, target, options, got);
	return tc_download_artifact(world.client, artifact, target, options, &got->done, &got->err);
}

static void forget(struct got *got)
{
	tc_release(got->done.bytes);
	tc_error_clear(&got->err);
}

/* Into memory, and it is these bytes. */
static void is_right(const struct tc_artifact *artifact, const char *storage, bool verified)
{
	struct tc_target memory = TC_TARGET_INIT;
	struct got got = { .ended = 0 };

	for (int face = 0; face < 2; face++) {
		assert_ok(get(face, artifact, &memory, NULL, &got), &got.err);
		assert_int_equal(got.done.length, SIZE);
		assert_memory_equal(got.done.bytes, bytes, SIZE);
		assert_string_equal(got.done.sha256, sha256_of(bytes, SIZE));
		assert_string_equal(got.done.storage, storage);
		assert_int_equal(got.done.verified, verified);
		assert_int_equal(got.done.restarts, 0);
		assert_false(got.done.kept);
	}
	forget(&got);
}

static void is_refused(const struct tc_artifact *artifact, int status, const char *part)
{
	struct tc_target target = TC_TARGET_INIT;
	struct got got = { .ended = 0 };

	target.path = tc_folder_path(&world.folder, "refused");
	for (int face = 0; face < 2; face++) {
		assert_int_equal(get(face, artifact, &target, NULL, &got), TC_ERROR_HTTP);
		assert_int_equal(got.err.http_status, status);
		assert_failure(&got.err, TC_ERROR_HTTP, part);
		assert_int_equal(tc_folder_count(&world.folder), 0);
	}
	forget(&got);
}

/* ---- kinds ---- */

static void each_kind_of_artifact(void **state)
{
	struct tc_artifact artifact = { .task_id = world.task_id, .run_id = "0" };

	(void)state;
	world_upload(&world, "public/s3.zip", TC_STORAGE_S3, bytes, SIZE);
	world_upload(&world, "public/s3.bin", TC_STORAGE_S3, bytes, SIZE); /* compressed */
	world_upload(&world, "private/object", TC_STORAGE_OBJECT, bytes, SIZE);
	world_link(&world, "public/link", "private/object");
	for (int latest = 0; latest < 2; latest++) {
		artifact.run_id = latest ? NULL : "0";
		artifact.name = "public/s3.zip";
		is_right(&artifact, "s3", false);
		artifact.name = "public/s3.bin";
		is_right(&artifact, "s3", false);
		artifact.name = "private/object";
		is_right(&artifact, "object", true);
		artifact.name = "public/link";
		is_right(&artifact, "object", true);
	}
}

static void a_reference_goes_without_credentials(void **state)
{
	const struct tc_artifact artifact = { .task_id = world.task_id, .name = "public/r" };
	struct tc_download_options options = TC_DOWNLOAD_OPTIONS_INIT;
	struct tc_target memory = TC_TARGET_INIT;
	struct got got = { .ended = 0 };
	struct visit visit;
	char url[200];

	(void)state;
	visit_begin(&visit, SIZE);
	snprintf(url, sizeof url, "%s/storage/1", tc_responder_url(visit.depot.responder));
	world_reference(&world, "public/r", url);
	assert_ok(get(false, &artifact, &memory, &options, &got), &got.err);
	assert_memory_equal(got.done.bytes, visit.bytes, SIZE);
	assert_string_equal(got.done.storage, "reference");
	assert_string_equal(got.done.content_type, "application/x-test");
	assert_string_equal(visit.depot.seen[0].authorization, "");
	options.public_only = true;
	assert_int_not_equal(get(false, &artifact, &memory, &options, &got), TC_OK);
	assert_int_equal(visit.depot.asked, 1);
	forget(&got);
	visit_end(&visit);
}

static void an_index_path(void **state)
{
	struct tc_artifact artifact = { .index = "a.b.latest", .name = "public/x.zip" };

	(void)state;
	world_upload(&world, "public/x.zip", TC_STORAGE_S3, bytes, SIZE);
	world_index(&world, "a.b.latest");
	is_right(&artifact, "s3", false);
	artifact.index = "a.b.nothing";
	is_refused(&artifact, 404, "artifact public/x.zip of the task at a.b.nothing");
}

static void the_latest_run_or_a_given_one(void **state)
{
	struct tc_artifact artifact = { .task_id = world.task_id, .name = "public/x.zip" };
	struct tc_target memory = TC_TARGET_INIT;
	struct got got = { .ended = 0 };

	(void)state;
	world_upload(&world, "public/x.zip", TC_STORAGE_S3, "before", 6);
	world_next_run(&world);
	is_refused(&artifact, 404, "public/x.zip");
	world_upload(&world, "public/x.zip", TC_STORAGE_S3, bytes, SIZE);
	is_right(&artifact, "s3", false);
	artifact.run_id = "1";
	is_right(&artifact, "s3", false);
	artifact.run_id = "0";
	assert_ok(get(false, &artifact, &memory, NULL, &got), &got.err);
	assert_string_equal(got.done.bytes, "before");
	artifact.run_id = "2";
	is_refused(&artifact, 404, ", run 2");
	forget(&got);
}

/* ---- objects by their names ---- */

static void objects(void **state)
{
	struct tc_upload_options upload = TC_UPLOAD_OPTIONS_INIT;
	struct tc_download_options options = TC_DOWNLOAD_OPTIONS_INIT;
	struct tc_source source = TC_SOURCE_INIT;
	struct tc_target memory = TC_TARGET_INIT;
	struct tc_downloaded done = { 0 };
	char later[TC_DATE_SIZE];
	tc_error *err = &world.err;

	(void)state;
	assert_ok(tc_from_now("1 hour", NULL, later, err), err);
	tc_source_memory(&source, bytes, SIZE);
	upload.project_id = "p";
	upload.expires = later;
	assert_ok(tc_upload_object(world.client, "some/object", &source, &upload, NULL, err), err);
	for (int simple = 0; simple < 2; simple++) {
		options.simple = simple;
		assert_ok(tc_download_object(
				  world.client, "some/object", &memory, &options, &done, err),
			err);
		assert_int_equal(done.length, SIZE);
		assert_memory_equal(done.bytes, bytes, SIZE);
		assert_true(done.verified == !simple);
		assert_string_equal(done.storage, "object");
		tc_release(done.bytes);
	}
	int rc = tc_download_object(world.client, "no/object", &memory, NULL, &done, err);
	assert_int_equal(rc, TC_ERROR_HTTP);
	assert_int_equal(err->http_status, 404);
	assert_null(done.bytes);
	assert_failure(err, TC_ERROR_HTTP, "object no/object: ");
}

/* ---- refusals ---- */

static void refusals_are_what_they_are(void **state)
{
	struct tc_artifact artifact = { .task_id = world.task_id, .name = "public/none" };
	struct tc_create_options options = TC_CREATE_OPTIONS_INIT;
	struct tc_artifact expired = { .task_id = world.task_id, .run_id = "0", .name = "expired" };
	struct timespec just = { time(NULL) - 60, 0 };
	char date[TC_DATE_SIZE];

	(void)state;
	is_refused(&artifact, 404, "artifact public/none of task ");
	artifact.run_id = "0";
	is_refused(&artifact, 404, ", run 0: ");
	artifact.task_id = "AAAAAAAAQACAAAAAAAAAAA";
	is_refused(&artifact, 404, "AAAAAAAAQACAAAAAAAAAAA");
	assert_ok(tc_date_format(just, date, &world.err), &world.err);
	options.url = "https://example.com/";
	options.expires = date;
	assert_ok(tc_create_artifact(world.client, &expired, &options, &world.err), &world.err);
	is_refused(&expired, 410, "expired");
}

static void an_error_artifact_says_why(void **state)
{
	const struct tc_artifact artifact = { .task_id = world.task_id, .name = "public/broken" };
	struct tc_target memory = TC_TARGET_INIT;
	struct got got = { .ended = 0 };

	(void)state;
	world_error(&world, "public/broken", "file-missing-on-worker", "there was no such file");
	is_refused(&artifact, 424, "there was no such file");
	assert_int_equal(get(false, &artifact, &memory, NULL, &got), TC_ERROR_HTTP);
	assert_non_null(tc_error_server_code(&got.err));
	assert_string_equal(tc_error_server_code(&got.err), "file-missing-on-worker");
	assert_non_null(tc_error_server_message(&got.err));
	assert_string_equal(tc_error_server_message(&got.err), "there was no such file");
	forget(&got);
}

/* ---- targets ---- */

static void into_a_file(void **state)
{
	const struct tc_artifact artifact = { .task_id = world.task_id, .name = "public/x" };
	struct tc_download_options options = TC_DOWNLOAD_OPTIONS_INIT;
	struct tc_target target = TC_TARGET_INIT;
	struct got got = { .ended = 0 };

	(void)state;
	world_upload(&world, "public/x", TC_STORAGE_OBJECT, bytes, SIZE);
	target.path = tc_folder_path(&world.folder, "x");
	for (int i = 0; i < 8; i++) {
		size_t length;
		options.no_sync = i & 2;
		options.ranges = i & 4 ? 3 : 1;
		assert_ok(get(i & 1, &artifact, &target, &options, &got), &got.err);
		char *found = tc_test_read_file(target.path, &length);
		assert_int_equal(length, SIZE);
		assert_memory_equal(found, bytes, SIZE);
		free(found);
		assert_null(got.done.bytes);
		assert_int_equal(tc_folder_count(&world.folder), 1);
		unlinkat(world.folder.fd, "x", 0);
	}
	forget(&got);
}

/* From where it stands. */
static void into_a_descriptor(void **state)
{
	const struct tc_artifact artifact = { .task_id = world.task_id, .name = "public/x" };
	char path[] = "/tmp/tc-target-XXXXXX";
	struct tc_target target = TC_TARGET_INIT;
	struct got got = { .ended = 0 };
	struct tc_sink sink = TC_SINK_INIT;

	(void)state;
	world_upload(&world, "public/x", TC_STORAGE_OBJECT, bytes, SIZE);
	int fd = mkstemp(path);
	unlink(path);
	assert_int_equal(write(fd, "before", 6), 6);
	tc_sink_fd(&sink, fd);
	target.sink = &sink;
	assert_ok(get(false, &artifact, &target, NULL, &got), &got.err);
	char *found = malloc(SIZE + 7);
	assert_int_equal(pread(fd, found, SIZE + 7, 0), SIZE + 6);
	assert_memory_equal(found, "before", 6);
	assert_memory_equal(found + 6, bytes, SIZE);
	assert_true(got.done.verified);
	free(found);
	close(fd);
	forget(&got);
}

static void a_target_is_one(void **state)
{
	const struct tc_artifact artifact = { .task_id = world.task_id, .name = "public/x" };
	struct tc_target target = TC_TARGET_INIT;
	struct tc_sink sink = TC_SINK_INIT;
	tc_error *err = &world.err;

	(void)state;
	target.path = "x";
	target.sink = &sink;
	tc_download_artifact(world.client, &artifact, &target, NULL, NULL, err);
	assert_failure(err, TC_ERROR_ARGUMENT, "both a path and a sink");
	target.path = NULL;
	tc_download_artifact(world.client, &artifact, &target, NULL, NULL, err);
	assert_failure(err, TC_ERROR_ARGUMENT, "write is NULL");
}

/* ---- damage ---- */

static void what_is_damaged_is_not_kept(void **state)
{
	const struct tc_artifact artifact = { .task_id = world.task_id, .name = "public/x" };
	struct tc_target target = TC_TARGET_INIT;
	struct got got = { .ended = 0 };

	(void)state;
	world_upload(&world, "public/x", TC_STORAGE_OBJECT, bytes, SIZE);
	world_damage(&world);
	for (int i = 0; i < 4; i++) {
		target.path = i & 2 ? tc_folder_path(&world.folder, "x") : NULL;
		assert_int_equal(get(i & 1, &artifact, &target, NULL, &got), TC_ERROR_REPLY);
		assert_failure(&got.err, TC_ERROR_REPLY, "they were damaged");
		assert_null(got.done.bytes);
		assert_int_equal(tc_folder_count(&world.folder), 0);
	}
	forget(&got);
}

/* ---- again ---- */

/* What is there is kept, where it is right, and nothing is received for it. */
static void keeps(enum tc_storage storage, const char *name)
{
	const struct tc_artifact artifact = { .task_id = world.task_id, .name = name };
	struct tc_download_options options = TC_DOWNLOAD_OPTIONS_INIT;
	struct tc_target target = TC_TARGET_INIT;
	struct got got = { .ended = 0 };

	world_upload(&world, name, storage, bytes, SIZE);
	target.path = tc_folder_path(&world.folder, "x");
	options.keep_same = true;
	for (int i = 0; i < 4; i++) {
		assert_ok(get(i & 1, &artifact, &target, &options, &got), &got.err);
		assert_int_equal(got.done.kept, i > 0);
		assert_int_equal(got.done.length, SIZE);
		assert_string_equal(got.done.sha256, sha256_of(bytes, SIZE));
		assert_int_equal(got.done.verified, storage == TC_STORAGE_OBJECT);
		assert_true((got.done.received == 0) == got.done.kept);
		assert_string_equal(
			got.done.storage, storage == TC_STORAGE_OBJECT ? "object" : "s3");
	}
	/* somebody changes it, also to another length */
	for (int i = 0; i < 2; i++) {
		char *other = make_bytes(SIZE, 9);
		for (size_t j = 0; j < SIZE; j++)
			other[j] |= 1;
		other[i ? SIZE : SIZE / 2] = '\0';
		tc_folder_put(&world.folder, "x", other, 0644);
		free(other);
		assert_ok(get(false, &artifact, &target, &options, &got), &got.err);
		assert_false(got.done.kept);
		assert_ok(get(false, &artifact, &target, &options, &got), &got.err);
		assert_true(got.done.kept);
	}
	size_t length;
	char *found = tc_test_read_file(target.path, &length);
	assert_int_equal(length, SIZE);
	assert_memory_equal(found, bytes, SIZE);
	free(found);
	unlinkat(world.folder.fd, "x", 0);
	unlinkat(world.folder.fd, ".x.tc-state", 0);
	assert_int_equal(tc_folder_count(&world.folder), 0);
	forget(&got);
}

static void what_is_the_same_is_kept(void **state)
{
	(void)state;
	keeps(TC_STORAGE_OBJECT, "public/o");
	keeps(TC_STORAGE_S3, "public/s3.zip");
	keeps(TC_STORAGE_S3, "public/s3.txt"); /* compressed */
}

/* The artifact itself is another one: a reference leads elsewhere now. */
static void what_has_changed_is_not_kept(void **state)
{
	const struct tc_artifact artifact = { .task_id = world.task_id, .name = "public/r" };
	struct tc_download_options options = TC_DOWNLOAD_OPTIONS_INIT;
	struct tc_target target = TC_TARGET_INIT;
	struct got got = { .ended = 0 };
	struct visit visit;
	char url[200];

	(void)state;
	visit_begin(&visit, SIZE);
	visit.depot.has_304 = true;
	snprintf(url, sizeof url, "%s/storage/1", tc_responder_url(visit.depot.responder));
	world_reference(&world, "public/r", url);
	options.keep_same = true;
	target.path = tc_folder_path(&visit.folder, "x");
	for (int i = 0; i < 6; i++) {
		if (i % 2 == 0) {
			visit.depot.etag = i == 2 ? "\"two\"" : i == 4 ? "\"three\"" : "\"one\"";
			visit.bytes[7] ^= 1;
		}
		assert_ok(get(i > 2, &artifact, &target, &options, &got), &got.err);
		assert_int_equal(got.done.kept, i % 2);
		visit.done = got.done;
		visit_check(&visit);
	}
	visit.done.bytes = NULL;
	/* a refusal leaves what is there, and it is kept later */
	visit.depot.status = 404;
	visit.depot.refusals = 1;
	assert_int_equal(get(false, &artifact, &target, &options, &got), TC_ERROR_HTTP);
	tc_error_clear(&got.err);
	assert_ok(get(false, &artifact, &target, &options, &got), &got.err);
	assert_true(got.done.kept);
	forget(&got);
	visit_end(&visit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_kind_of_artifact, begin),
		cmocka_unit_test_setup(a_reference_goes_without_credentials, begin),
		cmocka_unit_test_setup(an_index_path, begin),
		cmocka_unit_test_setup(the_latest_run_or_a_given_one, begin),
		cmocka_unit_test_setup(objects, begin),
		cmocka_unit_test_setup(refusals_are_what_they_are, begin),
		cmocka_unit_test_setup(an_error_artifact_says_why, begin),
		cmocka_unit_test_setup(into_a_file, begin),
		cmocka_unit_test_setup(into_a_descriptor, begin),
		cmocka_unit_test_setup(a_target_is_one, begin),
		cmocka_unit_test_setup(what_is_the_same_is_kept, begin),
		cmocka_unit_test_setup(what_has_changed_is_not_kept, begin),
		cmocka_unit_test_setup(what_is_damaged_is_not_kept, begin),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
