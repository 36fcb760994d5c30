/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE

#include "tests/worker/mounting.h"

#include "tests/harness/responder.h"
#include "tests/worker/archives.h"
#include "tests/workflows/world.h"
#include "tools/worker/mounts/disk/path.h"
#include "tools/worker/mounts/disk/tree.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <taskcluster/purge_cache.h>
#include <unistd.h>

#define CACHE "[{\"directory\":\"cache\",\"cacheName\":\"c\"}]"

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

static struct mounted new_task(void)
{
	return (struct mounted){ .scopes = { "generic-worker:cache:*" } };
}

/* A task that leaves a file in the cache. */
static void fill(const char *json, const char *name, const char *text)
{
	struct mounted task = new_task();

	mounted_have(&mounting, &task, json);
	tc_folder_put(&task.folder, name, text, 0644);
	mounted_end(&task, false);
}

static void check(const char *json, const char *name, const char *text)
{
	struct mounted task = new_task();

	mounted_have(&mounting, &task, json);
	if (text)
		tc_folder_check(&task.folder, name, text);
	else
		assert_false(tc_folder_has(&task.folder, name));
	mounted_end(&task, false);
}

/* ---- across tasks ---- */

static void a_cache_goes_from_task_to_task(void **state)
{
	struct mounted task = new_task();

	(void)state;
	mounted_have(&mounting, &task, CACHE);
	assert_true(tc_folder_has(&task.folder, "cache"));
	mounted_said(&task, "There is no cache c: it begins at cache");
	tc_folder_put(&task.folder, "cache/x", "built", 0644);
	mounts_end(task.mounts, false);
	task.mounts = NULL;
	mounted_said(&task, "Kept cache c, from cache");
	assert_false(tc_folder_has(&task.folder, "cache"));
	mounted_end(&task, false);

	mounted_have(&mounting, &task, "[{\"directory\":\"else/where\",\"cacheName\":\"c\"}]");
	tc_folder_check(&task.folder, "else/where/x", "built");
	mounted_said(&task, "Moved cache c to else/where");
	mounted_end(&task, false);
	check("[{\"directory\":\"cache\",\"cacheName\":\"other\"}]", "cache/x", NULL);
}

static void a_cache_survives_a_restart(void **state)
{
	(void)state;
	fill(CACHE, "cache/x", "built");
	mounting_restart(&mounting);
	check(CACHE, "cache/x", "built");
}

static void the_commands_exit_can_purge_it(void **state)
{
	struct mounted task = new_task();

	(void)state;
	fill(CACHE, "cache/x", "built");
	mounted_have(&mounting, &task, CACHE);
	mounts_end(task.mounts, true);
	task.mounts = NULL;
	mounted_said(&task, "Removed cache c");
	mounted_end(&task, false);
	check(CACHE, "cache/x", NULL);
	mounting_emptied(&mounting);
}

static void a_cache_begins_with_its_content_once(void **state)
{
	const struct entry entries[] = { { ENTRY_FILE, .path = "seed", .text = "s" }, { 0 } };
	int fd = archive_make("tar.gz", entries);
	size_t length;
	void *bytes = archive_bytes(fd, &length);

	(void)state;
	close(fd);
	world_new_task(&world);
	world_upload(&world, "public/seed", TC_STORAGE_S3, bytes, length);
	world_complete(&world);
	free(bytes);
	struct mounted task = new_task();
	task.dependencies[0] = world.task_id;
	const char *json = mounting_json(
		"[{\"directory\":\"d/cache\",\"cacheName\":\"c\",\"format\":\"tar.gz\","
		"\"content\":{\"taskId\":\"%s\",\"artifact\":\"public/seed\"}}]",
		world.task_id);
	mounted_have(&mounting, &task, json);
	tc_folder_check(&task.folder, "d/cache/seed", "s");
	assert_int_equal(unlinkat(task.folder.fd, "d/cache/seed", 0), 0);
	mounted_end(&task, false);
	mounted_have(&mounting, &task, json);
	assert_false(tc_folder_has(&task.folder, "d/cache/seed"));
	mounted_end(&task, false);
}

static void a_cache_whose_content_fails_is_none(void **state)
{
	struct mounted task = new_task();

	(void)state;
	mounted_refused(&mounting, &task,
		"[{\"directory\":\"cache\",\"cacheName\":\"c\",\"format\":\"tar\","
		"\"content\":{\"raw\":\"this is no archive, however long one looks at it\"}}]",
		TC_TASK_FAILED, "cannot be read as tar");
	mounted_end(&task, false);
	mounted_have(&mounting, &task, CACHE);
	mounted_said(&task, "There is no cache c");
	mounted_end(&task, false);
}

static void one_cache_may_lie_in_another(void **state)
{
	static const char json[] = "[{\"directory\":\"a\",\"cacheName\":\"outer\"},"
				   "{\"directory\":\"a/b\",\"cacheName\":\"inner\"}]";
	struct mounted task = new_task();

	(void)state;
	mounted_have(&mounting, &task, json);
	tc_folder_put(&task.folder, "a/x", "outer", 0644);
	tc_folder_put(&task.folder, "a/b/x", "inner", 0644);
	mounted_end(&task, false);
	mounted_have(&mounting, &task, json);
	tc_folder_check(&task.folder, "a/x", "outer");
	tc_folder_check(&task.folder, "a/b/x", "inner");
	mounted_end(&task, false);
	check("[{\"directory\":\"a\",\"cacheName\":\"outer\"}]", "a/b", NULL);
}

static void two_tasks_have_each_their_own(void **state)
{
	struct mounted one = new_task(), other = new_task();

	(void)state;
	fill(CACHE, "cache/x", "built");
	mounted_have(&mounting, &one, CACHE);
	mounted_have(&mounting, &other, CACHE);
	tc_folder_check(&one.folder, "cache/x", "built");
	assert_false(tc_folder_has(&other.folder, "cache/x"));
	tc_folder_put(&other.folder, "cache/y", "first to end", 0644);
	mounted_end(&other, false);
	mounts_end(one.mounts, false);
	one.mounts = NULL;
	mounted_said(&one, "another task that had one of its name has ended before");
	mounted_end(&one, false);
	check(CACHE, "cache/y", "first to end");
	check(CACHE, "cache/x", NULL);
}

/* ---- what tasks do to them ---- */

static void what_is_in_the_way_fails_the_task(void **state)
{
	struct mounted task = new_task();

	(void)state;
	mounted_refused(&mounting, &task,
		"[{\"file\":\"cache/f\",\"content\":{\"raw\":\"x\"}},"
		"{\"directory\":\"cache\",\"cacheName\":\"c\"}]",
		TC_TASK_FAILED, "something is there already");
	mounted_end(&task, false);
	fill(CACHE, "cache/x", "built");
	mounted_refused(&mounting, &task,
		"[{\"file\":\"cache/f\",\"content\":{\"raw\":\"x\"}},"
		"{\"directory\":\"cache\",\"cacheName\":\"c\"}]",
		TC_TASK_FAILED, "something is there already");
	mounted_end(&task, false);
	check(CACHE, "cache/x", "built"); /* it was not lost by that */
}

static void a_link_in_its_place_is_not_kept(void **state)
{
	struct mounted task = new_task();

	(void)state;
	mounted_have(&mounting, &task, CACHE);
	assert_int_equal(unlinkat(task.folder.fd, "cache", AT_REMOVEDIR), 0);
	assert_int_equal(symlinkat("/etc", task.folder.fd, "cache"), 0);
	mounts_end(task.mounts, false);
	task.mounts = NULL;
	mounted_said(&task, "warn [mounts] Cache c is lost");
	mounted_end(&task, false);
	mounted_have(&mounting, &task, "[{\"directory\":\"a/cache\",\"cacheName\":\"c\"}]");
	mounted_said(&task, "There is no cache c");
	assert_int_equal(renameat(task.folder.fd, "a", task.folder.fd, "b"), 0);
	assert_int_equal(symlinkat("b", task.folder.fd, "a"), 0);
	mounts_end(task.mounts, false);
	task.mounts = NULL;
	mounted_said(&task, "is lost");
	mounted_end(&task, false);
	mounting_restart(&mounting);
	mounted_have(&mounting, &task, CACHE);
	mounted_said(&task, "There is no cache c");
	mounted_end(&task, false);
}

static void a_closed_folder_is_kept_nonetheless(void **state)
{
	struct mounted task = new_task();

	(void)state;
	mounted_have(&mounting, &task, CACHE);
	tc_folder_put(&task.folder, "cache/x", "built", 0644);
	assert_int_equal(fchmodat(task.folder.fd, "cache", 0, 0), 0);
	mounted_end(&task, false);
	mounted_have(&mounting, &task, CACHE);
	assert_true(tc_folder_has(&task.folder, "cache"));
	assert_int_equal(fchmodat(task.folder.fd, "cache", 0755, 0), 0);
	tc_folder_check(&task.folder, "cache/x", "built");
	mounted_end(&task, false);
}

/* A tree that is deeper than there are descriptors, with closed folders. */
static void deep_trees_are_removed(void **state)
{
	struct mounted task = new_task();

	(void)state;
	mounted_have(&mounting, &task, CACHE);
	int fd = path_open_folder(task.folder.fd, "cache");
	for (int i = 0; i < 3000; i++) {
		assert_int_equal(mkdirat(fd, "d", 0755), 0);
		int next = path_open_folder(fd, "d");
		close(fd);
		fd = next;
	}
	assert_int_equal(symlinkat("/etc", fd, "link"), 0);
	close(fd);
	assert_int_equal(fchmodat(task.folder.fd, "cache", 0, 0), 0);
	mounts_end(task.mounts, true);
	task.mounts = NULL;
	mounting_emptied(&mounting);
	assert_int_equal(access("/etc/passwd", F_OK), 0);
	mounted_end(&task, false);
}

static void links_are_given_to_nobody(void **state)
{
	struct tc_folder tree;
	struct stat status;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	if (geteuid() != 0)
		skip();
	tc_folder_make(&tree);
	tc_folder_put(&tree, "roots", "x", 0600);
	assert_int_equal(mkdirat(tree.fd, "cache", 0755), 0);
	tc_folder_put(&tree, "cache/mine", "x", 0600);
	assert_int_equal(fchownat(tree.fd, "cache", 10001, 10001, 0), 0);
	assert_int_equal(fchownat(tree.fd, "cache/mine", 10001, 10001, 0), 0);
	assert_int_equal(linkat(tree.fd, "roots", tree.fd, "cache/hard", 0), 0);
	assert_int_equal(symlinkat("../roots", tree.fd, "cache/soft"), 0);
	assert_ok(tree_own(tree.fd, "cache", 10001, 10002, 10002, &err), &err);
	assert_int_equal(fstatat(tree.fd, "roots", &status, 0), 0);
	assert_int_equal(status.st_uid, 0);
	assert_int_equal(fstatat(tree.fd, "cache/mine", &status, 0), 0);
	assert_int_equal(status.st_uid, 10002);
	assert_int_equal(fstatat(tree.fd, "cache", &status, 0), 0);
	assert_int_equal(status.st_uid, 10002);
	tc_folder_remove(&tree);
}

static void a_cache_becomes_the_next_users(void **state)
{
	struct mounted task = new_task();
	struct stat status;

	(void)state;
	if (geteuid() != 0)
		skip();
	task.as_user = true;
	task.uid = 10001;
	mounted_have(&mounting, &task,
		"[{\"directory\":\"a/cache\",\"cacheName\":\"c\"},"
		"{\"file\":\"b/f\",\"content\":{\"raw\":\"x\"}}]");
	assert_int_equal(fstatat(task.folder.fd, "b/f", &status, 0), 0);
	assert_int_equal(status.st_uid, 10001);
	assert_int_equal(fstatat(task.folder.fd, "a", &status, 0), 0);
	assert_int_equal(status.st_uid, 10001);
	assert_int_equal(fstatat(task.folder.fd, "a/cache", &status, 0), 0);
	assert_int_equal(status.st_uid, 10001);
	tc_folder_put(&task.folder, "a/cache/x", "built", 0600);
	assert_int_equal(fchownat(task.folder.fd, "a/cache/x", 10001, 10001, 0), 0);
	mounted_end(&task, false);

	mounting_restart(&mounting);
	task.uid = 10002;
	mounted_have(&mounting, &task, CACHE);
	assert_int_equal(fstatat(task.folder.fd, "cache/x", &status, 0), 0);
	assert_int_equal(status.st_uid, 10002);
	mounted_end(&task, false);
}

/* ---- crashes ---- */

/* What a worker leaves that dies while a task has the cache. */
static void a_cache_that_was_out_is_forgotten(void **state)
{
	struct mounted task = new_task();

	(void)state;
	fill(CACHE, "cache/x", "built");
	char *list = tc_test_read_file(
		tc_folder_path(&mounting.folder, "caches/directory-caches.json"), NULL);
	mounted_have(&mounting, &task, CACHE);
	mounted_end(&task, true);
	/* also when its list was not written any more */
	mounts_store_close(mounting.store);
	tc_folder_put(&mounting.folder, "caches/directory-caches.json", list, 0600);
	free(list);
	assert_int_equal(mkdirat(mounting.folder.fd, "caches/cache-left", 0755), 0);
	tc_folder_put(&mounting.folder, "caches/cache-left/x", "over", 0600);
	mounting_open_store(&mounting);
	mounting_emptied(&mounting);
	assert_false(tc_folder_has(&mounting.folder, "caches/cache-left"));
	mounted_have(&mounting, &task, CACHE);
	mounted_said(&task, "There is no cache c");
	mounted_end(&task, false);
}

static void an_end_in_the_middle_keeps_what_was_whole(void **state)
{
	struct mounted task = new_task();

	(void)state;
	fill(CACHE, "cache/x", "built");
	mounted_begin(&mounting, &task,
		"[{\"directory\":\"cache\",\"cacheName\":\"c\"},"
		"{\"directory\":\"d\",\"cacheName\":\"d\",\"format\":\"tar\","
		"\"content\":{\"url\":\"http://127.0.0.1:1/never\"}}]");
	for (int i = 0; i < 500 && !strstr(task.log, "Downloading"); i++)
		mounting_turn(&mounting, 0);
	mounted_said(&task, "Downloading");
	mounts_end(task.mounts, false);
	task.mounts = NULL;
	mounted_said(&task, "Kept cache c");
	mounted_said(&task, "Removed cache d");
	assert_int_equal(task.result, 0);
	mounted_end(&task, false);
	check(CACHE, "cache/x", "built");
}

/* ---- purge-cache ---- */

static void with_purges(void)
{
	mounts_store_close(mounting.store);
	mounting.options.client = world.client;
	mounting_open_store(&mounting);
}

static void request_purge(const char *cache)
{
	struct tc_purge_cache_purge_cache_request body = { .cache_name = cache };

	usleep(5000); /* later than the cache, by its ms */
	assert_ok(tc_purge_cache_purge_cache(world.client, "prov/type", &body, NULL, &world.err),
		&world.err);
}

static void a_purge_request_removes_it(void **state)
{
	struct mounted task = new_task();

	(void)state;
	with_purges();
	fill(CACHE, "cache/x", "built");
	fill("[{\"directory\":\"cache\",\"cacheName\":\"d\"}]", "cache/x", "built");
	request_purge("c");
	mounted_have(&mounting, &task, CACHE);
	mounted_said(&task, "Purged caches, as purge-cache asks for it: 1");
	assert_false(tc_folder_has(&task.folder, "cache/x"));
	tc_folder_put(&task.folder, "cache/y", "anew", 0644);
	mounted_end(&task, false);
	check(CACHE, "cache/y", "anew"); /* the request is older than this one */
	check("[{\"directory\":\"cache\",\"cacheName\":\"d\"}]", "cache/x", "built");
}

static void a_purge_request_reaches_a_cache_that_is_out(void **state)
{
	struct mounted one = new_task(), other = new_task();

	(void)state;
	with_purges();
	mounted_have(&mounting, &one, CACHE);
	tc_folder_put(&one.folder, "cache/x", "built", 0644);
	request_purge("c");
	mounted_have(&mounting, &other, "[{\"directory\":\"cache\",\"cacheName\":\"e\"}]");
	mounted_end(&other, false);
	mounted_end(&one, false);
	check(CACHE, "cache/x", NULL);
}

struct purges {
	int requests;
	char last[512];
	bool stuck;
	int status;
};

static void serve(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct purges *purges = data;

	purges->requests++;
	snprintf(purges->last, sizeof(purges->last), "%s", request->target);
	reply->headers = "Content-Type: application/json\r\n";
	reply->body = "{\"requests\":[]}";
	reply->body_length = strlen(reply->body);
	reply->status = purges->status;
	if (purges->stuck)
		reply->delay_ms = 60000;
}

static tc_client *client_of(struct tc_responder *responder)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = tc_responder_url(responder);
	options.retry_delay_ms = 1;
	tc_client *client = tc_client_new(&options, &world.err);
	assert_ok(world.err.code, &world.err);
	return client;
}

static void purge_cache_is_asked_when_it_matters(void **state)
{
	struct purges purges = { .status = 200 };
	struct tc_responder *responder = tc_responder_start(serve, &purges);
	tc_client *client = client_of(responder);
	struct mounted task = new_task();

	(void)state;
	mounts_store_close(mounting.store);
	mounting.options.client = client;
	mounting_open_store(&mounting);
	mounted_have(&mounting, &task, "[]"); /* the first */
	mounted_end(&task, false);
	assert_int_equal(purges.requests, 1);
	assert_string_equal(purges.last, "/api/purge-cache/v1/purge-cache/prov%2Ftype");
	mounted_have(&mounting, &task, "[]");
	mounted_end(&task, false);
	assert_int_equal(purges.requests, 1);
	mounted_have(&mounting, &task, CACHE);
	mounted_end(&task, false);
	assert_int_equal(purges.requests, 2);
	assert_non_null(strstr(purges.last, "?since=20"));

	mounts_store_close(mounting.store);
	mounting.options.purge_each_ms = 1;
	mounting_open_store(&mounting);
	for (int i = 3; i <= 4; i++) { /* the time has passed */
		mounted_have(&mounting, &task, "[]");
		mounted_end(&task, false);
		assert_int_equal(purges.requests, i);
		usleep(3000);
	}
	mounts_store_close(mounting.store);
	mounting.store = NULL;
	tc_client_free(client);
	tc_responder_stop(responder);
}

static void a_task_does_not_wait_for_purge_cache(void **state)
{
	struct purges purges = { .status = 403 };
	struct tc_responder *responder = tc_responder_start(serve, &purges);
	tc_client *client = client_of(responder);
	struct mounted task = new_task();

	(void)state;
	fill(CACHE, "cache/x", "built");
	mounts_store_close(mounting.store);
	mounting.options.client = client;
	mounting.options.purge_wait_ms = 200;
	mounting_open_store(&mounting);
	mounted_have(&mounting, &task, CACHE);
	mounted_said(&task, "warn [mounts] Purge-cache has not been asked, and caches are kept");
	tc_folder_check(&task.folder, "cache/x", "built");
	mounted_end(&task, false);
	purges.stuck = true;
	int64_t before = tc_test_now_ms();
	mounted_have(&mounting, &task, CACHE);
	mounted_said(&task, "warn [mounts] Purge-cache has not been asked");
	mounted_end(&task, false);
	assert_true(tc_test_now_ms() - before < 10000);
	mounted_begin(&mounting, &task, CACHE); /* and one that ends meanwhile */
	mounting_turn(&mounting, 50);
	mounted_end(&task, false);
	mounting_turn(&mounting, 50);
	mounts_store_close(mounting.store);
	mounting.store = NULL;
	tc_loop_free(mounting.loop);
	mounting.loop = NULL;
	tc_client_free(client);
	tc_responder_stop(responder);
}

static int run(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_cache_goes_from_task_to_task),
		TEST(a_cache_survives_a_restart),
		TEST(the_commands_exit_can_purge_it),
		TEST(a_cache_begins_with_its_content_once),
		TEST(a_cache_whose_content_fails_is_none),
		TEST(one_cache_may_lie_in_another),
		TEST(two_tasks_have_each_their_own),
		TEST(what_is_in_the_way_fails_the_task),
		TEST(a_link_in_its_place_is_not_kept),
		TEST(a_closed_folder_is_kept_nonetheless),
		TEST(deep_trees_are_removed),
		TEST(links_are_given_to_nobody),
		TEST(a_cache_becomes_the_next_users),
		TEST(a_cache_that_was_out_is_forgotten),
		TEST(an_end_in_the_middle_keeps_what_was_whole),
		TEST(a_purge_request_removes_it),
		TEST(a_purge_request_reaches_a_cache_that_is_out),
		TEST(purge_cache_is_asked_when_it_matters),
		TEST(a_task_does_not_wait_for_purge_cache),
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
