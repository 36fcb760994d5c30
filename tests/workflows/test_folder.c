/* SPDX-License-Identifier: MPL-2.0 */
/* A task's artifacts into a folder: hostile names, links, live logs, patterns, failures, again. */
#define _XOPEN_SOURCE 700 /* symlinkat */

#include "tests/harness/test.h"

#include "tests/harness/depot.h"
#include "tests/workflows/world.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct world world;

static int set_up(void **state)
{
	(void)state;
	world_open(&world);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	world_close(&world);
	return 0;
}

/* ---- one run of it ---- */

#define SAVED_MAX 64

struct saved {
	char name[128], path[128], why[128];
	bool done, failed, has_path, kept;
	int code;
	int64_t length;
	char text[300];
};

struct scene {
	struct tc_folder folder;
	struct tc_folder_options options;
	struct tc_download_options download;
	struct tc_folder_counts counts;
	struct saved saved[SAVED_MAX];
	int count, ended;
	const char *run_id;
	bool on_loop;
	tc_job *job;
	tc_error err;
};

static void take_saved(void *data, const struct tc_saved *saved)
{
	struct scene *scene = data;
	struct saved *noted = &scene->saved[scene->count++];

	assert_true(scene->count <= SAVED_MAX);
	assert_false(saved->result && saved->err);
	assert_true((*saved->why != '\0') == (!saved->result && !saved->err));
	snprintf(noted->name, sizeof noted->name, "%s", saved->name);
	snprintf(noted->why, sizeof noted->why, "%s", saved->why);
	snprintf(noted->path, sizeof noted->path, "%s", saved->path ? saved->path : "");
	noted->done = saved->result;
	noted->failed = saved->err;
	noted->kept = saved->result && saved->result->kept;
	noted->length = saved->result ? saved->result->length : -1;
	noted->code = saved->err ? saved->err->code : TC_OK;
	if (saved->err)
		snprintf(noted->text, sizeof noted->text, "%s", tc_error_text(saved->err));
	if (saved->result)
		assert_string_equal(saved->path, saved->name);
}

static void begin(struct scene *scene)
{
	*scene = (struct scene){ .options = TC_FOLDER_OPTIONS_INIT,
		.download = TC_DOWNLOAD_OPTIONS_INIT };
	tc_folder_make(&scene->folder);
	scene->options.download = &scene->download;
	scene->options.on_saved = take_saved;
	scene->options.data = scene;
	world_new_task(&world);
}

static void end(struct scene *scene)
{
	tc_error_clear(&scene->err);
	tc_folder_remove(&scene->folder);
}

static void take_end(void *data, const struct tc_folder_counts *counts, const tc_error *err)
{
	struct scene *scene = data;

	scene->ended++;
	scene->counts = *counts;
	tc_error_copy(&scene->err, err);
}

static int run_on_loop(struct scene *scene, const struct tc_artifact *artifact, const char *folder)
{
	tc_error err = TC_ERROR_INIT;
	tc_loop *loop = tc_loop_new(NULL, &err);

	assert_ok(tc_loop_download_artifacts(loop, world.client, artifact, folder, &scene->options,
			  take_end, scene, &scene->job, &err),
		&err);
	assert_int_equal(scene->ended, 0);
	assert_ok(tc_loop_run(loop, &err), &err);
	assert_int_equal(scene->ended, 1);
	tc_loop_free(loop);
	return scene->err.code;
}

static int run(struct scene *scene)
{
	const struct tc_artifact artifact = { .task_id = world.task_id, .run_id = scene->run_id };
	const char *folder = tc_folder_path(&scene->folder, "in");

	scene->counts = (struct tc_folder_counts){ 0 };
	scene->count = scene->ended = 0;
	tc_error_clear(&scene->err);
	if (scene->on_loop)
		return run_on_loop(scene, &artifact, folder);
	return tc_download_artifacts(
		world.client, &artifact, folder, &scene->options, &scene->counts, &scene->err);
}

static const struct saved *saved_of(const struct scene *scene, const char *name)
{
	const struct saved *found = NULL;

	for (int i = 0; i < scene->count; i++) {
		if (strcmp(scene->saved[i].name, name) != 0)
			continue;
		if (found)
			fail_msg("%s was told twice", name);
		found = &scene->saved[i];
	}
	if (!found)
		fail_msg("nothing was told of %s", name);
	return found;
}

static void counted(const struct scene *scene, int saved, int kept, int left_out, int failed)
{
	assert_int_equal(scene->counts.saved, saved);
	assert_int_equal(scene->counts.kept, kept);
	assert_int_equal(scene->counts.left_out, left_out);
	assert_int_equal(scene->counts.failed, failed);
	assert_int_equal(scene->count, saved + kept + left_out + failed);
}

static void has(const struct scene *scene, const char *name, const char *text)
{
	char path[300];

	snprintf(path, sizeof path, "in/%s", name);
	tc_folder_check(&scene->folder, path, text);
}

static bool exists(const struct scene *scene, const char *name)
{
	char path[300];

	snprintf(path, sizeof path, "in/%s", name);
	return tc_folder_has(&scene->folder, path);
}

static void put(const char *name, const char *text)
{
	world_upload(&world, name, TC_STORAGE_S3, text, strlen(text));
}

/* ---- what comes ---- */

static void all_come_each_under_its_name(void **state)
{
	struct scene scene;

	(void)state;
	for (int face = 0; face < 2; face++) {
		begin(&scene);
		scene.on_loop = face;
		put("public/a.txt", "one");
		put("public/deep/er/b.zip", "two!");
		world_upload(&world, "private/o", TC_STORAGE_OBJECT, "three", 5);
		world_upload(&world, "empty.zip", TC_STORAGE_S3, "", 0);
		assert_ok(run(&scene), &scene.err);
		counted(&scene, 4, 0, 0, 0);
		assert_int_equal(scene.counts.bytes, 12);
		has(&scene, "public/a.txt", "one");
		has(&scene, "public/deep/er/b.zip", "two!");
		has(&scene, "private/o", "three");
		has(&scene, "empty.zip", "");
		assert_true(saved_of(&scene, "private/o")->done);
		end(&scene);
	}
}

static void nothing_is_nothing(void **state)
{
	struct scene scene;

	(void)state;
	for (int face = 0; face < 2; face++) {
		begin(&scene);
		scene.on_loop = face;
		assert_ok(run(&scene), &scene.err);
		counted(&scene, 0, 0, 0, 0);
		end(&scene);
	}
}

static void runs_and_index_paths(void **state)
{
	struct tc_artifact artifact = { .index = "folder.of.latest" };
	struct scene scene;

	(void)state;
	begin(&scene);
	put("a", "before");
	world_next_run(&world);
	put("a", "after");
	put("b", "more");
	assert_ok(run(&scene), &scene.err); /* the latest */
	counted(&scene, 2, 0, 0, 0);
	has(&scene, "a", "after");
	scene.run_id = "0";
	assert_ok(run(&scene), &scene.err);
	counted(&scene, 1, 0, 0, 0);
	has(&scene, "a", "before");
	world_index(&world, artifact.index);
	assert_ok(tc_download_artifacts(world.client, &artifact,
			  tc_folder_path(&scene.folder, "other"), NULL, &scene.counts, &scene.err),
		&scene.err);
	assert_int_equal(scene.counts.saved, 2);
	tc_folder_check(&scene.folder, "other/b", "more");
	end(&scene);
}

static void what_is_not_there_is_told(void **state)
{
	struct tc_artifact artifact = { .task_id = "AAAAAAAAQACAAAAAAAAAAA" };
	struct scene scene;

	(void)state;
	begin(&scene);
	const char *folder = tc_folder_path(&scene.folder, "in");
	assert_int_equal(tc_download_artifacts(
				 world.client, &artifact, folder, NULL, &scene.counts, &scene.err),
		TC_ERROR_HTTP);
	assert_failure(&scene.err, TC_ERROR_HTTP, "artifacts of task AAAAAAAAQACAAAAAAAAAAA");
	scene.run_id = "3";
	assert_int_equal(run(&scene), TC_ERROR_HTTP);
	assert_int_equal(scene.err.http_status, 404);
	tc_error_clear(&scene.err);
	artifact = (struct tc_artifact){ .index = "there.is.no.such" };
	tc_download_artifacts(world.client, &artifact, folder, NULL, NULL, &scene.err);
	assert_failure(&scene.err, TC_ERROR_HTTP, "there.is.no.such");
	artifact.name = "x";
	tc_download_artifacts(world.client, &artifact, folder, NULL, NULL, &scene.err);
	assert_failure(&scene.err, TC_ERROR_ARGUMENT, "artifact->name is set");
	artifact = (struct tc_artifact){ .task_id = world.task_id };
	tc_folder_put(&scene.folder, "file", "x", 0644);
	tc_download_artifacts(world.client, &artifact, tc_folder_path(&scene.folder, "file"), NULL,
		NULL, &scene.err);
	assert_failure(&scene.err, TC_ERROR_SYSTEM, "cannot be opened");
	tc_download_artifacts(world.client, &artifact, tc_folder_path(&scene.folder, "file/below"),
		NULL, NULL, &scene.err);
	assert_failure(&scene.err, TC_ERROR_SYSTEM, "cannot be opened");
	assert_ok(tc_download_artifacts(world.client, &artifact,
			  tc_folder_path(&scene.folder, "made/with/parents/"), NULL, NULL,
			  &scene.err),
		&scene.err);
	assert_int_equal(access(tc_folder_path(&scene.folder, "made/with/parents"), F_OK), 0);
	end(&scene);
}

static void patterns_choose(void **state)
{
	static const char *const zips[] = { "*.zip", NULL };
	static const char *const two[] = { "public/a*", "?.txt", NULL };
	static const char *const none[] = { NULL };
	struct scene scene;

	(void)state;
	begin(&scene);
	put("public/a.zip", "1");
	put("public/deep/b.zip", "2");
	put("public/a.txt", "3");
	put("c.txt", "4");
	scene.options.patterns = zips;
	assert_ok(run(&scene), &scene.err);
	counted(&scene, 2, 0, 0, 0);
	has(&scene, "public/deep/b.zip", "2");
	assert_false(exists(&scene, "c.txt"));
	scene.options.patterns = two;
	assert_ok(run(&scene), &scene.err);
	counted(&scene, 3, 0, 0, 0);
	scene.options.patterns = none;
	assert_ok(run(&scene), &scene.err);
	counted(&scene, 0, 0, 0, 0);
	end(&scene);
}

/* ---- hostile names ---- */

static const char *const hostile[] = { "../../etc/x", "../x", "/abs", "a//b", "a/./b", "a/../../x",
	"a/", "a/..", ".y.tc-part", "c/.y.tc-state" };
static const char *const strange[] = { "a\\b", "-o", "b c", "$(x)", "~", "...", "..x/y", "C:\\x" };

static void nothing_is_written_outside(void **state)
{
	struct scene scene;

	(void)state;
	for (int face = 0; face < 2; face++) {
		int bad = (int)(sizeof hostile / sizeof *hostile);
		int fine = (int)(sizeof strange / sizeof *strange);
		begin(&scene);
		scene.on_loop = face;
		for (int i = 0; i < bad; i++)
			put(hostile[i], "evil");
		for (int i = 0; i < fine; i++)
			put(strange[i], strange[i]);
		assert_int_equal(run(&scene), TC_ERROR_INPUT);
		counted(&scene, fine, 0, 0, bad);
		for (int i = 0; i < bad; i++)
			assert_int_equal(saved_of(&scene, hostile[i])->code, TC_ERROR_INPUT);
		for (int i = 0; i < fine; i++)
			has(&scene, strange[i], strange[i]);
		assert_int_equal(tc_folder_count(&scene.folder), 1);
		assert_non_null(strstr(tc_error_text(&scene.err), "10 of 18 artifacts"));
		end(&scene);
	}
}

/* "dup" and "dup/x" cannot both be: one is told, the other comes, and so do those beside. */
static void a_collision_is_told(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	put("dup", "file");
	put("dup/x", "below");
	put("dup-y", "beside");
	put("dup/x/y/z", "deeper");
	assert_int_equal(run(&scene), TC_ERROR_INPUT);
	counted(&scene, 2, 0, 0, 2);
	has(&scene, "dup", "file");
	has(&scene, "dup-y", "beside");
	assert_non_null(strstr(saved_of(&scene, "dup/x")->text, "artifact dup/x: "));
	assert_non_null(strstr(saved_of(&scene, "dup/x")->text, "dup"));
	assert_int_equal(saved_of(&scene, "dup/x/y/z")->code, TC_ERROR_INPUT);
	end(&scene);
}

static void symbolic_links_in_the_folder_are_not_followed(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	assert_int_equal(mkdirat(scene.folder.fd, "in", 0755), 0);
	assert_int_equal(mkdirat(scene.folder.fd, "out", 0755), 0);
	tc_folder_put(&scene.folder, "victim", "mine", 0644);
	assert_int_equal(symlinkat("../out", scene.folder.fd, "in/public"), 0);
	assert_int_equal(symlinkat("../victim", scene.folder.fd, "in/file"), 0);
	assert_int_equal(mkdirat(scene.folder.fd, "in/folder", 0755), 0);
	put("public/x", "evil");
	put("file", "evil");
	put("folder", "is a file");
	put("fine", "fine");
	assert_int_equal(run(&scene), TC_ERROR_SYSTEM);
	counted(&scene, 1, 0, 0, 3);
	assert_int_equal(saved_of(&scene, "public/x")->code, TC_ERROR_SYSTEM);
	assert_int_equal(saved_of(&scene, "file")->code, TC_ERROR_SYSTEM);
	assert_false(tc_folder_has(&scene.folder, "out/x"));
	tc_folder_check(&scene.folder, "victim", "mine");
	has(&scene, "fine", "fine");
	end(&scene);
}

/* ---- links, errors, live logs ---- */

static struct stat look_at(const struct scene *scene, const char *name)
{
	struct stat status;
	char path[300];

	snprintf(path, sizeof path, "in/%s", name);
	assert_int_equal(fstatat(scene->folder.fd, path, &status, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(status.st_mode));
	return status;
}

static void links_are_downloaded_once(void **state)
{
	struct scene scene;
	struct visit visit;
	char url[200];

	(void)state;
	for (int face = 0; face < 2; face++) {
		visit_begin(&visit, 1000);
		begin(&scene);
		scene.on_loop = face;
		snprintf(url, sizeof url, "%s/storage/7", tc_responder_url(visit.depot.responder));
		world_reference(&world, "z/target", url);
		world_link(&world, "a/link", "z/target");
		world_link(&world, "b", "a/link");
		put("s3", "bytes");
		world_link(&world, "s3link", "s3");
		world_upload(&world, "object", TC_STORAGE_OBJECT, "bytes", 5);
		world_link(&world, "olink", "object");
		assert_ok(run(&scene), &scene.err);
		counted(&scene, 7, 0, 0, 0);
		assert_int_equal(visit.depot.asked, 1);
		assert_int_equal(look_at(&scene, "b").st_ino, look_at(&scene, "z/target").st_ino);
		assert_int_equal(look_at(&scene, "a/link").st_ino, look_at(&scene, "b").st_ino);
		assert_int_equal(look_at(&scene, "b").st_size, 1000);
		has(&scene, "s3link", "bytes");
		has(&scene, "olink", "bytes");
		assert_int_equal(saved_of(&scene, "b")->length, 1000);
		end(&scene);
		visit_end(&visit);
	}
}

/* References whose URLs differ only in their queries are not the same. */
static void a_query_is_part_of_what_is_referred_to(void **state)
{
	struct scene scene;
	struct visit visit;
	char url[200];

	(void)state;
	visit_begin(&visit, 1000);
	begin(&scene);
	snprintf(url, sizeof url, "%s/storage/get?id=1", tc_responder_url(visit.depot.responder));
	world_reference(&world, "one", url);
	url[strlen(url) - 1] = '2';
	world_reference(&world, "two", url);
	world_link(&world, "link", "two");
	assert_ok(run(&scene), &scene.err);
	assert_int_equal(look_at(&scene, "link").st_ino, look_at(&scene, "two").st_ino);
	assert_int_not_equal(look_at(&scene, "link").st_ino, look_at(&scene, "one").st_ino);
	end(&scene);
	visit_end(&visit);
}

/* Where the target is not wanted, the link is downloaded itself. */
static void a_link_to_what_is_not_wanted(void **state)
{
	static const char *const patterns[] = { "*link", NULL };
	struct scene scene;

	(void)state;
	begin(&scene);
	put("target", "bytes");
	world_link(&world, "link", "target");
	world_link(&world, "dangling-link", "nothing");
	scene.options.patterns = patterns;
	assert_int_equal(run(&scene), TC_ERROR_HTTP);
	counted(&scene, 1, 0, 0, 1);
	has(&scene, "link", "bytes");
	assert_int_equal(saved_of(&scene, "dangling-link")->code, TC_ERROR_HTTP);
	assert_false(exists(&scene, "target"));
	end(&scene);
}

static void errors_are_left_out(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	put("fine", "fine");
	world_error(&world, "broken", "too-large-file-on-worker", "it was too large");
	assert_ok(run(&scene), &scene.err);
	counted(&scene, 1, 0, 1, 0);
	assert_true(*saved_of(&scene, "broken")->why);
	assert_false(exists(&scene, "broken"));
	end(&scene);
}

/* More than a page of a list holds. */
static void more_than_a_page(void **state)
{
	struct tc_folder_counts counts;
	struct scene scene;
	char name[30];

	(void)state;
	begin(&scene);
	for (int i = 0; i < 1010; i++) {
		snprintf(name, sizeof name, "broken/%d", i);
		world_error(&world, name, "file-missing-on-worker", "no");
	}
	put("fine", "fine");
	put("a", "fine");
	const struct tc_artifact artifact = { .task_id = world.task_id };
	assert_ok(tc_download_artifacts(world.client, &artifact,
			  tc_folder_path(&scene.folder, "in"), NULL, &counts, &scene.err),
		&scene.err);
	assert_int_equal(counts.left_out, 1010);
	assert_int_equal(counts.saved, 2);
	has(&scene, "fine", "fine");
	end(&scene);
}

static void a_live_log_comes_when_it_is_asked_for(void **state)
{
	struct scene scene;
	struct visit visit;
	char url[200];

	(void)state;
	visit_begin(&visit, 1000);
	begin(&scene);
	snprintf(url, sizeof url, "%s/storage/7", tc_responder_url(visit.depot.responder));
	world_reference(&world, "public/logs/live.log", url);
	put("public/logs/other.log", "x");
	assert_ok(run(&scene), &scene.err);
	counted(&scene, 1, 0, 1, 0);
	assert_non_null(strstr(saved_of(&scene, "public/logs/live.log")->why, "no end"));
	assert_int_equal(visit.depot.asked, 0);
	scene.options.live = true;
	assert_ok(run(&scene), &scene.err);
	counted(&scene, 2, 0, 0, 0);
	assert_int_equal(look_at(&scene, "public/logs/live.log").st_size, 1000);
	/* when the run has ended, it is a file as others */
	scene.options.live = false;
	world_complete(&world);
	assert_ok(run(&scene), &scene.err);
	counted(&scene, 2, 0, 0, 0);
	end(&scene);
	visit_end(&visit);
}

/* ---- some fail ---- */

static void one_fails_and_the_others_go_on(void **state)
{
	struct scene scene;
	struct visit visit;
	char url[200], name[20];

	(void)state;
	for (int face = 0; face < 2; face++) {
		visit_begin(&visit, 1000);
		begin(&scene);
		scene.on_loop = face;
		snprintf(url, sizeof url, "%s/storage/7", tc_responder_url(visit.depot.responder));
		visit.depot.status = 410;
		visit.depot.refusals = 1000;
		world_reference(&world, "m", url);
		for (int i = 0; i < 12; i++) {
			snprintf(name, sizeof name, "%c", 'a' + 2 * i + 1);
			put(name, name);
		}
		scene.options.in_flight = 3;
		assert_int_equal(run(&scene), TC_ERROR_HTTP);
		assert_int_equal(scene.err.http_status, 410);
		counted(&scene, 12, 0, 0, 1);
		assert_non_null(strstr(tc_error_text(&scene.err), "1 of 13 artifacts"));
		assert_non_null(strstr(tc_error_text(&scene.err), "artifact m of task"));
		assert_false(exists(&scene, "m"));
		has(&scene, "x", "x");
		end(&scene);
		visit_end(&visit);
	}
}

/* ---- how many at once ---- */

static atomic_int flying, most;

static void count_reply(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	(void)request;
	int now = atomic_fetch_add(&flying, 1) + 1;
	if (now > atomic_load(&most))
		atomic_store(&most, now);
	reply->body = "x";
	reply->body_length = 1;
	reply->delay_ms = 30;
}

static void land(void *data, const struct tc_saved *saved)
{
	atomic_fetch_sub(&flying, 1);
	take_saved(data, saved);
}

static void no_more_at_once_than_may_be(void **state)
{
	static const int bounds[] = { 1, 4, 0 };
	struct scene scene;
	char url[200], name[20];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		begin(&scene);
		atomic_store(&flying, 0);
		atomic_store(&most, 0);
		struct tc_responder *responder = tc_responder_start(count_reply, NULL);
		for (int j = 0; j < 25; j++) {
			snprintf(url, sizeof url, "%s/%d", tc_responder_url(responder), j);
			snprintf(name, sizeof name, "x%d", j);
			world_reference(&world, name, url);
		}
		scene.options.in_flight = bounds[i];
		scene.options.on_saved = land;
		scene.download.no_sync = true; /* else they are told later, together */
		assert_ok(run(&scene), &scene.err);
		assert_int_in_range(most, bounds[i] == 1 ? 1 : 2, bounds[i] ? bounds[i] : 10);
		counted(&scene, 25, 0, 0, 0);
		tc_responder_stop(responder);
		end(&scene);
	}
}

static void more_than_are_synced_at_once(void **state)
{
	struct scene scene;
	char name[30];

	(void)state;
	for (int sync = 0; sync < 2; sync++) {
		begin(&scene);
		for (int i = 0; i < 50; i++) {
			snprintf(name, sizeof name, "d%d/x%d", i % 3, i);
			put(name, name);
		}
		scene.download.no_sync = !sync;
		scene.options.in_flight = 50;
		assert_ok(run(&scene), &scene.err);
		counted(&scene, 50, 0, 0, 0);
		has(&scene, "d1/x49", "d1/x49");
		end(&scene);
	}
}

/* A slow one, and whether the quick one is there before it. */
struct slow {
	struct scene *scene;
	bool early;
};

static int look_for_the_quick(void *data, const struct tc_job_progress *progress)
{
	struct slow *slow = data;

	if (strcmp(progress->name, "slow") == 0 && progress->step == TC_JOB_RECEIVING &&
		progress->done < progress->total)
		slow->early |= exists(slow->scene, "quick");
	return 0;
}

static void what_is_whole_does_not_wait_for_what_is_slow(void **state)
{
	struct scene scene;
	struct visit visit;
	struct slow slow = { &scene, false };
	char url[200];

	(void)state;
	visit_begin(&visit, 3000);
	visit.depot.drip = 100;
	visit.depot.drip_ms = 60;
	begin(&scene);
	snprintf(url, sizeof url, "%s/storage/1", tc_responder_url(visit.depot.responder));
	world_reference(&world, "slow", url);
	put("quick", "1");
	scene.download.progress = look_for_the_quick;
	scene.download.progress_data = &slow;
	assert_ok(run(&scene), &scene.err);
	counted(&scene, 2, 0, 0, 0);
	assert_true(slow.early);
	end(&scene);
	visit_end(&visit);
}

/* ---- again ---- */

static void the_second_time_nothing_is_downloaded(void **state)
{
	struct scene scene;
	struct visit visit;
	char url[200];

	(void)state;
	visit_begin(&visit, 1000);
	visit.depot.has_304 = true;
	begin(&scene);
	snprintf(url, sizeof url, "%s/storage/7", tc_responder_url(visit.depot.responder));
	world_reference(&world, "reference", url);
	world_link(&world, "link", "reference");
	put("s3", "bytes");
	world_upload(&world, "object", TC_STORAGE_OBJECT, "bytes", 5);
	world_link(&world, "olink", "object");
	scene.download.keep_same = true;
	assert_ok(run(&scene), &scene.err);
	counted(&scene, 5, 0, 0, 0);
	for (int face = 0; face < 2; face++) {
		scene.on_loop = face;
		assert_ok(run(&scene), &scene.err);
		counted(&scene, 0, 5, 0, 0);
		assert_int_equal(scene.counts.bytes, 0);
		assert_int_equal(visit.depot.sent, 1000);
		assert_int_equal(
			look_at(&scene, "link").st_ino, look_at(&scene, "reference").st_ino);
	}
	/* the target changes, and its link with it */
	visit.depot.etag = "\"two\"";
	visit.bytes[3] ^= 1;
	assert_ok(run(&scene), &scene.err);
	counted(&scene, 2, 3, 0, 0);
	assert_int_equal(look_at(&scene, "link").st_ino, look_at(&scene, "reference").st_ino);
	end(&scene);
	visit_end(&visit);
}

/* ---- ends before the end ---- */

struct stop {
	struct scene *scene;
	tc_cancel *cancel;
	int64_t most_files;
	int calls;
};

static int stop_by_progress(void *data, const struct tc_job_progress *progress)
{
	struct stop *stop = data;

	assert_int_equal(progress->files_total, 20);
	assert_int_in_range(progress->files, 0, 20);
	stop->calls++;
	if (progress->files > stop->most_files)
		stop->most_files = progress->files;
	return progress->files >= 5;
}

static void stop_by_cancel(void *data, const struct tc_saved *saved)
{
	struct scene *scene = data;
	const struct stop *stop = scene->download.progress_data;

	take_saved(data, saved);
	if (scene->count != 5)
		return;
	if (stop->cancel)
		tc_cancel_fire(stop->cancel);
	if (scene->job)
		tc_job_cancel(scene->job);
}

static void a_cancel_in_the_middle_ends_it(void **state)
{
	struct scene scene;
	char name[20];

	(void)state;
	for (int way = 0; way < 4; way++) { /* progress by both faces, tc_cancel, tc_job_cancel */
		struct stop stop = { .scene = &scene };
		begin(&scene);
		for (int i = 0; i < 20; i++) {
			snprintf(name, sizeof name, "x%d", i);
			put(name, name);
		}
		scene.on_loop = way & 1;
		scene.options.in_flight = 2;
		scene.download.no_sync = true;
		scene.download.progress_data = &stop;
		if (way < 2)
			scene.download.progress = stop_by_progress;
		else
			scene.options.on_saved = stop_by_cancel;
		if (way == 2)
			scene.download.cancel = stop.cancel = tc_cancel_new(&scene.err);
		assert_int_equal(run(&scene), TC_ERROR_CANCELED);
		assert_int_in_range(scene.counts.saved, 5, 8);
		if (way < 2)
			assert_true(stop.calls >= 5);
		tc_cancel_free(stop.cancel);
		end(&scene);
	}
}

static void a_loop_that_is_freed_ends_it(void **state)
{
	const struct tc_artifact artifact = { .task_id = world.task_id };
	struct scene scene;
	char name[20];

	(void)state;
	for (int polls = 0; polls < 20; polls++) {
		tc_error err = TC_ERROR_INIT;
		tc_loop *loop = tc_loop_new(NULL, &err);
		begin(&scene);
		for (int i = 0; i < 6; i++) {
			snprintf(name, sizeof name, "x%d", i);
			put(name, name);
		}
		assert_ok(tc_loop_download_artifacts(loop, world.client, &artifact,
				  tc_folder_path(&scene.folder, "in"), &scene.options, take_end,
				  &scene, &scene.job, &err),
			&err);
		for (int i = 0; i < polls; i++)
			assert_ok(tc_loop_poll(loop, 20, &err), &err);
		tc_loop_free(loop);
		assert_int_equal(scene.ended, 1);
		assert_true(scene.err.code == TC_ERROR_CANCELED || scene.counts.saved == 6);
		end(&scene);
	}
}

static void a_deadline_is_of_the_whole(void **state)
{
	struct scene scene;
	struct visit visit;
	char url[200], name[20];

	(void)state;
	visit_begin(&visit, 1000);
	visit.depot.drip = 100;
	visit.depot.drip_ms = 100;
	begin(&scene);
	for (int i = 0; i < 20; i++) {
		snprintf(url, sizeof url, "%s/storage/%d", tc_responder_url(visit.depot.responder),
			i);
		snprintf(name, sizeof name, "x%d", i);
		world_reference(&world, name, url);
	}
	scene.options.in_flight = 2;
	scene.download.deadline_ms = 400;
	int64_t began = tc_test_now_ms();
	assert_int_equal(run(&scene), TC_ERROR_TIMEOUT);
	assert_true(tc_test_now_ms() - began < 5000);
	assert_true(scene.counts.saved < 20);
	end(&scene);
	visit_end(&visit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_come_each_under_its_name),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(runs_and_index_paths),
		cmocka_unit_test(what_is_not_there_is_told),
		cmocka_unit_test(patterns_choose),
		cmocka_unit_test(nothing_is_written_outside),
		cmocka_unit_test(a_collision_is_told),
		cmocka_unit_test(symbolic_links_in_the_folder_are_not_followed),
		cmocka_unit_test(links_are_downloaded_once),
		cmocka_unit_test(a_query_is_part_of_what_is_referred_to),
		cmocka_unit_test(a_link_to_what_is_not_wanted),
		cmocka_unit_test(errors_are_left_out),
		cmocka_unit_test(more_than_a_page),
		cmocka_unit_test(a_live_log_comes_when_it_is_asked_for),
		cmocka_unit_test(one_fails_and_the_others_go_on),
		cmocka_unit_test(no_more_at_once_than_may_be),
		cmocka_unit_test(more_than_are_synced_at_once),
		cmocka_unit_test(what_is_whole_does_not_wait_for_what_is_slow),
		cmocka_unit_test(the_second_time_nothing_is_downloaded),
		cmocka_unit_test(a_cancel_in_the_middle_ends_it),
		cmocka_unit_test(a_loop_that_is_freed_ends_it),
		cmocka_unit_test(a_deadline_is_of_the_whole),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
