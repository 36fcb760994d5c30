/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE

#include "tests/worker/mounting.h"

#include "tests/harness/responder.h"
#include "tests/worker/archives.h"
#include "tests/workflows/world.h"
#include "workflows/src/bytes/hashes.h"
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <taskcluster/queue.h>
#include <unistd.h>

static struct world world;
static struct mounting mounting;

static int set_up(void **state)
{
	(void)state;
	mounting_open(&mounting, world.client);
	mounting_open_store(&mounting);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mounting_close(&mounting);
	return 0;
}

static const char *sha256_of(const char *text)
{
	static struct tc__digests digests;
	struct tc__hashes hashes = { 0 };

	assert_ok(tc__hashes_begin(&hashes, false, NULL), NULL);
	assert_ok(tc__hashes_add(&hashes, text, strlen(text), NULL), NULL);
	assert_ok(tc__hashes_read(&hashes, &digests, NULL), NULL);
	tc__hashes_end(&hashes);
	return digests.sha256;
}

/* The task runs once more, as an operator has it run. */
static void rerun(void)
{
	assert_ok(tc_queue_rerun_task(world.client, world.task_id, NULL, &world.err), &world.err);
	world.run_id[0]++;
	const struct tc_queue_task_claim_request worker = { .worker_group = "group",
		.worker_id = "worker" };
	assert_ok(tc_queue_claim_task(
			  world.client, world.task_id, world.run_id, &worker, NULL, &world.err),
		&world.err);
}

/* A task that has ended, with an artifact. */
static void make_artifact(const char *name, const void *bytes, size_t length)
{
	world_new_task(&world);
	world_upload(&world, name, TC_STORAGE_S3, bytes, length);
	world_complete(&world);
}

/* ---- each kind of content ---- */

static void content_of_the_payload(void **state)
{
	struct mounted task = { 0 };

	(void)state;
	mounted_have(&mounting, &task,
		"[{\"file\":\"a/b/raw.txt\",\"content\":{\"raw\":\"h\\u00e9llo\\n\"}},"
		"{\"file\":\"bytes\",\"content\":{\"base64\":\"AAECAw==\"}},"
		"{\"file\":\"./empty\",\"content\":{\"raw\":\"\"}}]");
	tc_folder_check(&task.folder, "a/b/raw.txt", "h\xc3\xa9llo\n");
	tc_folder_check(&task.folder, "empty", "");
	size_t length;
	char *bytes = tc_test_read_file(tc_folder_path(&task.folder, "bytes"), &length);
	assert_int_equal(length, 4);
	assert_memory_equal(bytes, "\0\1\2\3", 4);
	free(bytes);
	assert_int_equal(tc_folder_count(&task.folder), 3); /* nothing else is left there */
	mounted_end(&task, false);
}

static void nothing_is_mounted(void **state)
{
	struct mounted task = { 0 };

	(void)state;
	mounted_have(&mounting, &task, "[]");
	mounted_end(&task, false);
}

static void an_artifact_is_kept_for_the_next_task(void **state)
{
	(void)state;
	make_artifact("public/a.txt", "artifact", 8);
	struct mounted task = { .dependencies = { world.task_id } };
	const char *json = mounting_json("[{\"file\":\"a.txt\",\"content\":{\"taskId\":\"%s\","
					 "\"artifact\":\"public/a.txt\",\"sha256\":\"%s\"}}]",
		world.task_id, sha256_of("artifact"));

	mounted_have(&mounting, &task, json);
	tc_folder_check(&task.folder, "a.txt", "artifact");
	mounted_said(&task, "Downloading artifact public/a.txt of task ");
	mounted_said(&task, "Downloaded 8 bytes with sha256 ");
	mounted_end(&task, false);

	mounted_have(&mounting, &task, json);
	tc_folder_check(&task.folder, "a.txt", "artifact");
	mounted_not_said(&task, "Downloading");
	mounted_end(&task, false);

	mounting_restart(&mounting);
	mounted_have(&mounting, &task, json);
	mounted_not_said(&task, "Downloading");
	mounted_said(&task, "downloaded before");
	mounted_end(&task, false);
}

static void a_running_tasks_artifact_is_not_kept(void **state)
{
	(void)state;
	world_new_task(&world);
	world_upload(&world, "public/a", TC_STORAGE_S3, "x", 1);
	struct mounted task = { .dependencies = { world.task_id } };
	const char *json = mounting_json("[{\"file\":\"a\",\"content\":{\"taskId\":\"%s\","
					 "\"artifact\":\"public/a\"}}]",
		world.task_id);

	for (int i = 0; i < 2; i++) {
		mounted_have(&mounting, &task, json);
		mounted_said(&task, "Downloading");
		mounted_end(&task, false);
	}
}

static void a_later_run_has_another_artifact(void **state)
{
	(void)state;
	world_new_task(&world);
	world_upload(&world, "public/a", TC_STORAGE_S3, "first", 5);
	world_complete(&world);
	struct mounted task = { .dependencies = { world.task_id } };
	const char *json = mounting_json("[{\"file\":\"a\",\"content\":{\"taskId\":\"%s\","
					 "\"artifact\":\"public/a\"}}]",
		world.task_id);

	mounted_have(&mounting, &task, json);
	tc_folder_check(&task.folder, "a", "first");
	mounted_end(&task, false);
	rerun();
	world_upload(&world, "public/a", TC_STORAGE_S3, "second", 6);
	world_complete(&world);
	mounted_have(&mounting, &task, json);
	tc_folder_check(&task.folder, "a", "second");
	mounted_end(&task, false);
}

static void an_index_path_is_looked_up_each_time(void **state)
{
	const char *json = "[{\"file\":\"a\",\"content\":{\"namespace\":\"mounts.latest\","
			   "\"artifact\":\"public/a\"}}]";
	struct mounted task = { 0 };

	(void)state;
	make_artifact("public/a", "one", 3);
	world_index(&world, "mounts.latest");
	mounted_have(&mounting, &task, json);
	tc_folder_check(&task.folder, "a", "one");
	mounted_end(&task, false);
	make_artifact("public/a", "two", 3);
	world_index(&world, "mounts.latest");
	mounted_have(&mounting, &task, json);
	tc_folder_check(&task.folder, "a", "two");
	mounted_said(&task, "Found artifact public/a of the task at mounts.latest");
	mounted_end(&task, false);
}

/* ---- URLs ---- */

struct site {
	int requests;
	bool silent;
};

static void serve(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct site *site = data;

	site->requests++;
	reply->body = "from a URL";
	reply->body_length = 10;
	if (strcmp(request->target, "/moved") == 0) {
		reply->status = 302;
		reply->headers = "Location: /here\r\n";
	} else if (strcmp(request->target, "/none") == 0) {
		reply->status = 404;
	} else if (strcmp(request->target, "/stuck") == 0) {
		reply->cut = 5;
		reply->silent = true;
	}
}

static void a_url_with_its_hash_is_kept(void **state)
{
	struct site site = { 0 };
	struct tc_responder *responder = tc_responder_start(serve, &site);
	const char *json = mounting_json(
		"[{\"file\":\"u\",\"content\":{\"url\":\"%s/moved\",\"sha256\":\"%s\"}}]",
		tc_responder_url(responder), sha256_of("from a URL"));
	struct mounted task = { 0 };

	(void)state;
	mounted_have(&mounting, &task, json);
	tc_folder_check(&task.folder, "u", "from a URL");
	mounted_not_said(&task, "warn");
	mounted_end(&task, false);
	int requests = site.requests;
	mounted_have(&mounting, &task, json);
	tc_folder_check(&task.folder, "u", "from a URL");
	mounted_end(&task, false);
	assert_int_equal(site.requests, requests);
	tc_responder_stop(responder);
}

static void a_url_without_a_hash_is_warned_of(void **state)
{
	struct site site = { 0 };
	struct tc_responder *responder = tc_responder_start(serve, &site);
	const char *json =
		mounting_json("[{\"file\":\"u\",\"content\":{\"url\":\"%s/x?sig=secret\"}}]",
			tc_responder_url(responder));
	struct mounted task = { 0 };

	(void)state;
	for (int i = 1; i <= 2; i++) {
		mounted_have(&mounting, &task, json);
		tc_folder_check(&task.folder, "u", "from a URL");
		mounted_said(&task, "warn [mounts] The payload has no sha256 for ");
		mounted_not_said(&task, "secret");
		mounted_end(&task, false);
		assert_int_equal(site.requests, i);
	}
	tc_responder_stop(responder);
	assert_int_equal(mounting_count(&mounting, "downloads"), 1); /* its lock */
}

static void what_a_url_does_not_bring_fails_the_task(void **state)
{
	struct site site = { 0 };
	struct tc_responder *responder = tc_responder_start(serve, &site);
	const char *url = tc_responder_url(responder);
	struct mounted task = { 0 };

	(void)state;
	mounted_refused(&mounting, &task,
		mounting_json("[{\"file\":\"u\",\"content\":{\"url\":\"%s/none\"}}]", url),
		TC_TASK_FAILED, "404");
	mounted_end(&task, false);
	mounted_refused(&mounting, &task,
		mounting_json("[{\"file\":\"u\",\"content\":{\"url\":\"%s/\",\"sha256\":\"%s\"}}]",
			url, sha256_of("something else")),
		TC_TASK_FAILED, "the payload wants ");
	assert_int_equal(tc_folder_count(&task.folder), 0);
	mounted_end(&task, false);
	mounted_refused(&mounting, &task,
		"[{\"file\":\"u\",\"content\":{\"url\":\"ftp://example.com/\"}}]", TC_TASK_FAILED,
		"ftp");
	mounted_end(&task, false);
	tc_responder_stop(responder);
}

static void what_was_damaged_is_fetched_again(void **state)
{
	struct site site = { 0 };
	struct tc_responder *responder = tc_responder_start(serve, &site);
	const char *json =
		mounting_json("[{\"file\":\"u\",\"content\":{\"url\":\"%s/\",\"sha256\":\"%s\"}}]",
			tc_responder_url(responder), sha256_of("from a URL"));
	struct mounted task = { 0 };

	(void)state;
	mounted_have(&mounting, &task, json);
	mounted_end(&task, false);
	assert_int_equal(
		system(mounting_json("for f in %s/downloads/file-*; do case $f in *.json) ;; "
				     "*) printf '!' | dd of=$f conv=notrunc status=none;; "
				     "esac; done",
			mounting.folder.path)),
		0);
	mounted_have(&mounting, &task, json);
	tc_folder_check(&task.folder, "u", "from a URL");
	mounted_said(&task, "downloaded again");
	mounted_end(&task, false);
	assert_int_equal(site.requests, 2);
	tc_responder_stop(responder);
}

static void two_tasks_fetch_once(void **state)
{
	struct site site = { 0 };
	struct tc_responder *responder = tc_responder_start(serve, &site);
	const char *json =
		mounting_json("[{\"file\":\"u\",\"content\":{\"url\":\"%s/\",\"sha256\":\"%s\"}}]",
			tc_responder_url(responder), sha256_of("from a URL"));
	struct mounted one = { 0 }, other = { 0 };

	(void)state;
	mounted_begin(&mounting, &one, json);
	mounted_begin(&mounting, &other, json);
	assert_int_equal(mounted_wait(&one), TC_TASK_COMPLETED);
	assert_int_equal(mounted_wait(&other), TC_TASK_COMPLETED);
	tc_folder_check(&other.folder, "u", "from a URL");
	assert_int_equal(site.requests, 1);
	mounted_end(&one, false);
	mounted_end(&other, false);
	tc_responder_stop(responder);
}

static void a_task_that_ends_breaks_it_off(void **state)
{
	struct site site = { 0 };
	struct tc_responder *responder = tc_responder_start(serve, &site);
	const char *json = mounting_json(
		"[{\"file\":\"u\",\"content\":{\"url\":\"%s/stuck\",\"sha256\":\"%s\"}}]",
		tc_responder_url(responder), sha256_of("from a URL"));
	struct mounted one = { 0 }, other = { 0 };

	(void)state;
	mounted_begin(&mounting, &one, json);
	mounted_begin(&mounting, &other, json); /* waits for the first, and then tries itself */
	mounting_turn(&mounting, 300);
	assert_int_equal(one.result, 0);
	assert_int_equal(site.requests, 1);
	int64_t before = tc_test_now_ms();
	mounted_end(&one, false);
	assert_true(tc_test_now_ms() - before < 1000);
	mounting_turn(&mounting, 300);
	assert_int_equal(one.result, 0);
	assert_int_equal(site.requests, 2);
	mounted_end(&other, false);
	mounting_turn(&mounting, 100);
	tc_responder_stop(responder);
}

/* ---- folders ---- */

static void raw_folder(struct mounted *task, const char *format, const struct entry *entries,
	const char *directory)
{
	size_t length;
	int fd = archive_make(format, entries);
	void *bytes = archive_bytes(fd, &length);

	close(fd);
	make_artifact("public/archive", bytes, length);
	free(bytes);
	task->dependencies[0] = world.task_id;
	mounted_begin(&mounting, task,
		mounting_json(
			"[{\"directory\":\"%s\",\"format\":\"%s\",\"content\":{\"taskId\":\"%s\","
			"\"artifact\":\"public/archive\"}}]",
			directory, format, world.task_id));
	mounted_wait(task);
}

static void an_archive_becomes_a_folder(void **state)
{
	const struct entry entries[] = {
		{ ENTRY_FILE, .path = "bin/run", .text = "#!/bin/sh\n", .mode = 0755 },
		{ ENTRY_FILE, .path = "doc", .text = "text" },
		{ 0 },
	};
	static const char *const formats[] = { "tar.gz", "zip", "tar.xz" };
	struct mounted task = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		raw_folder(&task, formats[i], entries, "tool/chain");
		assert_string_equal(task.why, "");
		tc_folder_check(&task.folder, "tool/chain/doc", "text");
		assert_int_equal(tc_folder_mode(&task.folder, "tool/chain/bin/run"), 0755);
		mounted_said(&task, "Unpacking tool/chain as ");
		mounted_end(&task, false);
	}
	raw_folder(&task, "zip", entries, "."); /* the task's folder itself */
	assert_string_equal(task.why, "");
	tc_folder_check(&task.folder, "doc", "text");
	assert_int_equal(tc_folder_count(&task.folder), 2);
	mounted_end(&task, false);
}

static void an_archive_comes_whole_or_not_at_all(void **state)
{
	const struct entry entries[] = {
		{ ENTRY_FILE, .path = "good", .text = "x" },
		{ ENTRY_FILE, .path = "../bad", .text = "x" },
		{ 0 },
	};
	struct mounted task = { 0 };

	(void)state;
	raw_folder(&task, "tar", entries, "d");
	assert_int_equal(task.result, TC_TASK_FAILED);
	assert_non_null(strstr(task.why, "\"..\""));
	assert_int_equal(tc_folder_count(&task.folder), 0);
	mounted_end(&task, false);
}

static void a_compressed_file_is_decompressed(void **state)
{
	struct mounted task = { 0 };
	size_t length;
	int fd = archive_compress("xz", "inside", 6);
	void *bytes = archive_bytes(fd, &length);

	(void)state;
	close(fd);
	make_artifact("public/f.xz", bytes, length);
	free(bytes);
	task.dependencies[0] = world.task_id;
	mounted_have(&mounting, &task,
		mounting_json("[{\"file\":\"f\",\"format\":\"xz\",\"content\":{\"taskId\":\"%s\","
			      "\"artifact\":\"public/f.xz\"}}]",
			world.task_id));
	tc_folder_check(&task.folder, "f", "inside");
	mounted_end(&task, false);
}

/* An archive's link does not lead a later mount out of the task's folder, nor anywhere. */
static void no_link_is_followed(void **state)
{
	struct mounted task = { 0 };

	(void)state;
	mounted_begin(&mounting, &task, "[{\"file\":\"l/x\",\"content\":{\"raw\":\"x\"}}]");
	assert_int_equal(symlinkat("/tmp", task.folder.fd, "l"), 0);
	assert_int_equal(mounted_wait(&task), TC_TASK_FAILED);
	assert_non_null(strstr(task.why, "symbolic link"));
	mounted_end(&task, false);
	mounted_begin(&mounting, &task, "[{\"file\":\"l\",\"content\":{\"raw\":\"x\"}}]");
	assert_int_equal(symlinkat("/nowhere/at/all", task.folder.fd, "l"), 0);
	assert_int_equal(mounted_wait(&task), TC_TASK_COMPLETED); /* it takes its place */
	tc_folder_check(&task.folder, "l", "x");
	mounted_end(&task, false);
}

/* ---- what a payload may not ---- */

#define SLUG "fN1SbArXTPSVFNUvaOlinQ"

static void a_payload_that_cannot_be_is_malformed(void **state)
{
	static const struct {
		const char *json, *why;
	} rows[] = {
		{ "[{\"file\":\"/etc/x\",\"content\":{\"raw\":\"\"}}]", "absolute" },
		{ "[{\"file\":\"../x\",\"content\":{\"raw\":\"\"}}]", "\"..\"" },
		{ "[{\"file\":\"a/..\",\"content\":{\"raw\":\"\"}}]", "\"..\"" },
		{ "[{\"file\":\".\",\"content\":{\"raw\":\"\"}}]", "the task's folder itself" },
		{ "[{\"file\":\"ok\",\"content\":{\"raw\":\"\"}},"
		  "{\"file\":\"x\",\"format\":\"br\",\"content\":{\"raw\":\"\"}}]",
			"payload.mounts[1]: format br cannot be read by this worker" },
		{ "[{\"directory\":\"x\",\"format\":\"tar.zz\",\"content\":{\"raw\":\"\"}}]",
			"format tar.zz cannot be read by this worker" },
		{ "[{\"file\":\"x\",\"content\":{}}]", "content is none of" },
		{ "[{\"file\":\"x\"}]", "content is missing" },
		{ "[{\"directory\":\"x\",\"content\":{\"raw\":\"\"}}]", "format is missing" },
		{ "[{\"directory\":\"x\",\"cacheName\":\"c\",\"content\":{\"raw\":\"\"}}]",
			"content and format, or neither" },
		{ "[{\"directory\":\"x\",\"cacheName\":\"c\"}]",
			"task.scopes needs to include generic-worker:cache:c" },
		{ "[{\"directory\":\"x\",\"cacheName\":\"ok-1\"},"
		  "{\"directory\":\"y\",\"cacheName\":\"ok-1\"}]",
			"cache ok-1 is mounted twice" },
		{ "[{\"file\":\"x\",\"content\":{\"namespace\":\"a.b\",\"artifact\":\"private/"
		  "x\"}}]",
			"task.scopes needs to include queue:get-artifact:private/x" },
		{ "[{\"file\":\"x\",\"content\":{\"taskId\":\"" SLUG
		  "\",\"artifact\":\"public/x\"}}]",
			"task.dependencies needs to include " SLUG },
	};
	struct mounted task = { .scopes = { "generic-worker:cache:ok-*" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mounted_refused(
			&mounting, &task, rows[i].json, TC_TASK_MALFORMED_PAYLOAD, rows[i].why);
		assert_int_equal(tc_folder_count(&task.folder), 0);
		mounted_end(&task, false);
	}
}

static void base64_has_to_be(void **state)
{
	struct mounted task = { 0 };

	(void)state;
	mounted_refused(&mounting, &task, "[{\"file\":\"x\",\"content\":{\"base64\":\"abcde\"}}]",
		TC_TASK_FAILED, "base64");
	mounted_end(&task, false);
}

static void what_is_not_there_fails_the_task(void **state)
{
	struct mounted task = { .dependencies = { SLUG } };

	(void)state;
	mounted_refused(&mounting, &task,
		"[{\"file\":\"x\",\"content\":{\"taskId\":\"" SLUG
		"\",\"artifact\":\"public/x\"}}]",
		TC_TASK_FAILED, "artifact public/x of task " SLUG " cannot be had");
	mounted_end(&task, false);
	mounted_refused(&mounting, &task,
		"[{\"file\":\"x\",\"content\":{\"namespace\":\"no.such\",\"artifact\":\"public/"
		"x\"}}]",
		TC_TASK_FAILED, "no.such");
	mounted_end(&task, false);
}

/* ---- the disk ---- */

/* A child cannot write what its content becomes, while what is written here is small. */
static void a_full_disk_is_the_machines_fault(void **state)
{
	struct rlimit limit, small;
	struct mounted task = { 0 };
	static char zeros[60000];
	size_t length;
	int fd = archive_compress("gz", zeros, sizeof(zeros));
	void *bytes = archive_bytes(fd, &length);
	char text[1024];

	(void)state;
	close(fd);
	assert_int_in_range(length, 1, 700);
	EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
	free(bytes);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = limit;
	small.rlim_cur = 10000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	mounted_begin(&mounting, &task,
		mounting_json(
			"[{\"file\":\"big\",\"format\":\"gz\",\"content\":{\"base64\":\"%s\"}}]",
			text));
	mounted_wait(&task);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(task.result, TC_TASK_RESOURCE_UNAVAILABLE);
	assert_int_equal(tc_folder_count(&task.folder), 0);
	mounted_end(&task, false);
}

static void old_downloads_give_way(void **state)
{
	struct mounted task = { 0 };

	(void)state;
	mounts_store_close(mounting.store);
	mounting.options.downloads_max = 10;
	mounting_open_store(&mounting);
	for (int i = 0; i < 3; i++) {
		make_artifact("public/a", i == 2 ? "third" : "first", 5);
		char json[512];
		snprintf(json, sizeof(json),
			"[{\"file\":\"a\",\"content\":{\"taskId\":\"%s\",\"artifact\":\"public/"
			"a\"}}]",
			world.task_id);
		task.dependencies[0] = world.task_id;
		mounted_have(&mounting, &task, json);
		mounted_end(&task, false);
		usleep(2000);
	}
	char *list = tc_test_read_file(
		tc_folder_path(&mounting.folder, "downloads/file-caches.json"), NULL);
	int files = 0;
	for (const char *at = list; (at = strstr(at, "\"sha256\"")); at++)
		files++;
	assert_int_equal(files, 2);
	assert_non_null(strstr(list, sha256_of("third")));
	free(list);
}

static void a_short_disk_takes_what_is_kept_and_says_so(void **state)
{
	struct mounted task = { .scopes = { "generic-worker:cache:*" } };

	(void)state;
	make_artifact("public/a", "x", 1);
	task.dependencies[0] = world.task_id;
	const char *json = mounting_json(
		"[{\"file\":\"a\",\"content\":{\"taskId\":\"%s\",\"artifact\":\"public/a\"}}]",
		world.task_id);
	mounted_have(&mounting, &task, "[{\"directory\":\"c\",\"cacheName\":\"c\"}]");
	mounted_end(&task, false);
	mounts_store_close(mounting.store);
	mounting.options.free_min = INT64_MAX; /* no disk has that */
	mounting_open_store(&mounting);
	mounted_have(&mounting, &task, json);
	mounted_said(&task, "warn [mounts] The disk has less free space");
	mounted_end(&task, false);
	mounted_have(&mounting, &task, "[{\"directory\":\"c\",\"cacheName\":\"c\"}]");
	mounted_said(&task, "There is no cache c");
	mounted_end(&task, false);
}

static void a_damaged_list_is_an_empty_one(void **state)
{
	static const char *const damages[] = { "", "{", "[]", "{\"version\":2,\"kept\":[]}",
		"{\"version\":1,\"kept\":[{\"key\":\"k\",\"thing\":\"../../"
		"precious\",\"sha256\":\"\","
		"\"size\":4,\"made\":0,\"used\":0,\"owner\":0}]}" };
	struct tc_folder downloads = mounting.folder;

	(void)state;
	downloads.fd = openat(mounting.folder.fd, "downloads", O_RDONLY | O_DIRECTORY);
	tc_folder_put(&mounting.folder, "precious", "mine", 0600);
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		mounts_store_close(mounting.store);
		tc_folder_put(&mounting.folder, "downloads/file-caches.json", damages[i], 0600);
		tc_folder_put(&mounting.folder, "downloads/file-left", "over", 0600);
		tc_folder_put(&mounting.folder, "downloads/others", "stay", 0600);
		mounting_open_store(&mounting);
		assert_false(tc_folder_has(&downloads, "file-left"));
		tc_folder_check(&mounting.folder, "downloads/others", "stay");
		tc_folder_check(&mounting.folder, "precious", "mine");
	}
	close(downloads.fd);
}

static void a_store_is_one_programs(void **state)
{
	(void)state;
	assert_null(mounts_store_open(mounting.loop, &mounting.options, &mounting.err));
	assert_failure(&mounting.err, TC_ERROR_SYSTEM, "in use by another worker");
}

static int run(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(content_of_the_payload),
		TEST(nothing_is_mounted),
		TEST(an_artifact_is_kept_for_the_next_task),
		TEST(a_running_tasks_artifact_is_not_kept),
		TEST(a_later_run_has_another_artifact),
		TEST(an_index_path_is_looked_up_each_time),
		TEST(a_url_with_its_hash_is_kept),
		TEST(a_url_without_a_hash_is_warned_of),
		TEST(what_a_url_does_not_bring_fails_the_task),
		TEST(what_was_damaged_is_fetched_again),
		TEST(two_tasks_fetch_once),
		TEST(a_task_that_ends_breaks_it_off),
		TEST(an_archive_becomes_a_folder),
		TEST(an_archive_comes_whole_or_not_at_all),
		TEST(a_compressed_file_is_decompressed),
		TEST(no_link_is_followed),
		TEST(a_payload_that_cannot_be_is_malformed),
		TEST(base64_has_to_be),
		TEST(what_is_not_there_fails_the_task),
		TEST(a_full_disk_is_the_machines_fault),
		TEST(old_downloads_give_way),
		TEST(a_short_disk_takes_what_is_kept_and_says_so),
		TEST(a_damaged_list_is_an_empty_one),
		TEST(a_store_is_one_programs),
	};

	world_open(&world);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	world_close(&world);
	return failed;
}

int main(int argc, char **argv)
{
	return mounting_main(argc, argv, run);
}
