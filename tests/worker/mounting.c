/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE

#include "tests/worker/mounting.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/json.h>
#include <unistd.h>

#define WAIT_MS 20000

int mounting_main(int argc, char **argv, int (*run)(void))
{
	return errand_wanted(argc, argv) ? errand_main(argc, argv) : run();
}

void mounting_open_store(struct mounting *mounting)
{
	mounting->store = mounts_store_open(mounting->loop, &mounting->options, &mounting->err);
	assert_ok(mounting->err.code, &mounting->err);
}

void mounting_open(struct mounting *mounting, tc_client *client)
{
	static char caches[128], downloads[128];

	*mounting = (struct mounting){ .client = client };
	tc_folder_make(&mounting->folder);
	mounting->loop = tc_loop_new(NULL, &mounting->err);
	assert_non_null(mounting->loop);
	snprintf(caches, sizeof(caches), "%s/caches", mounting->folder.path);
	snprintf(downloads, sizeof(downloads), "%s/downloads", mounting->folder.path);
	mounting->options.caches_folder = caches;
	mounting->options.downloads_folder = downloads;
	mounting->options.free_min = -1;
	mounting->options.task_queue_id = "prov/type";
}

void mounting_close(struct mounting *mounting)
{
	mounts_store_close(mounting->store);
	tc_loop_free(mounting->loop);
	tc_folder_remove(&mounting->folder);
	tc_error_clear(&mounting->err);
}

void mounting_turn(struct mounting *mounting, int64_t ms)
{
	int64_t until = tc_test_now_ms() + ms;

	do
		assert_ok(tc_loop_poll(mounting->loop, 20, &mounting->err), &mounting->err);
	while (tc_test_now_ms() < until);
}

void mounting_restart(struct mounting *mounting)
{
	mounts_store_close(mounting->store);
	mounting_turn(mounting, 0);
	mounting_open_store(mounting);
}

int mounting_count(const struct mounting *mounting, const char *name)
{
	struct tc_folder folder;

	snprintf(folder.path, sizeof(folder.path), "%s", tc_folder_path(&mounting->folder, name));
	folder.fd = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(folder.fd >= 0);
	int count = tc_folder_count(&folder);
	close(folder.fd);
	return count;
}

void mounting_emptied(struct mounting *mounting)
{
	int64_t until = tc_test_now_ms() + WAIT_MS;

	while (mounting_count(mounting, "caches/trash") && tc_test_now_ms() < until)
		mounting_turn(mounting, 0);
	assert_int_equal(mounting_count(mounting, "caches/trash"), 0);
}

const char *mounting_json(const char *format, ...)
{
	static char buffers[8][4096];
	static size_t at;
	char *buffer = buffers[at++ % 8];
	va_list arguments;

	va_start(arguments, format);
	assert_int_in_range(vsnprintf(buffer, sizeof(buffers[0]), format, arguments), 1, 4095);
	va_end(arguments);
	return buffer;
}

/* ---- a task ---- */

static void on_say(void *data, enum mounts_line kind, const char *text)
{
	static const char *const kinds[] = { "", "info", "warn", "error" };
	struct mounted *mounted = data;
	size_t length = strlen(mounted->log);

	assert_memory_equal(text, "[mounts] ", 9);
	snprintf(
		mounted->log + length, sizeof(mounted->log) - length, "%s %s\n", kinds[kind], text);
}

static void on_ready(void *data, enum tc_task_result result, const char *why)
{
	struct mounted *mounted = data;

	assert_int_equal(mounted->result, 0); /* once */
	mounted->result = result;
	snprintf(mounted->why, sizeof(mounted->why), "%s", why ? why : "");
}

static size_t count(const char *const *texts)
{
	size_t number = 0;

	while (texts[number])
		number++;
	return number;
}

void mounted_begin(struct mounting *mounting, struct mounted *mounted, const char *json)
{
	mounted->mounting = mounting;
	mounted->result = 0;
	mounted->log[0] = '\0';
	tc_folder_make(&mounted->folder);
	assert_ok(tc_json_parse(json, strlen(json), &mounted->payload, &mounting->err),
		&mounting->err);
	struct mounts_task task = { .client = mounting->client,
		.mounts = mounted->payload,
		.scopes = { mounted->scopes, count(mounted->scopes) },
		.dependencies = mounted->dependencies,
		.dependencies_count = count(mounted->dependencies),
		.folder = mounted->folder.fd,
		.as_user = mounted->as_user,
		.uid = mounted->uid,
		.gid = mounted->uid,
		.say = on_say,
		.on_ready = on_ready,
		.data = mounted };
	if (mounted->as_user)
		assert_int_equal(fchown(mounted->folder.fd, mounted->uid, mounted->uid), 0);
	assert_ok(mounts_begin(mounting->store, &task, &mounted->mounts, &mounting->err),
		&mounting->err);
	assert_int_equal(mounted->result, 0); /* never at once */
}

enum tc_task_result mounted_wait(struct mounted *mounted)
{
	int64_t until = tc_test_now_ms() + WAIT_MS;

	while (!mounted->result && tc_test_now_ms() < until)
		mounting_turn(mounted->mounting, 0);
	assert_int_not_equal(mounted->result, 0);
	return mounted->result;
}

void mounted_have(struct mounting *mounting, struct mounted *mounted, const char *json)
{
	mounted_begin(mounting, mounted, json);
	if (mounted_wait(mounted) != TC_TASK_COMPLETED)
		fail_msg("%d %s", (int)mounted->result, mounted->why);
	assert_string_equal(mounted->why, "");
}

void mounted_refused(struct mounting *mounting, struct mounted *mounted, const char *json,
	enum tc_task_result result, const char *part)
{
	mounted_begin(mounting, mounted, json);
	mounted_wait(mounted);
	if (mounted->result != result || !strstr(mounted->why, part))
		fail_msg("%d \"%s\" has no \"%s\"", (int)mounted->result, mounted->why, part);
	assert_memory_equal(mounted->why, "[mounts] ", 9);
}

void mounted_end(struct mounted *mounted, bool purge)
{
	mounts_end(mounted->mounts, purge);
	mounted->mounts = NULL;
	tc_release((void *)(uintptr_t)mounted->payload);
	mounted->payload = NULL;
	tc_folder_remove(&mounted->folder);
}

void mounted_said(const struct mounted *mounted, const char *part)
{
	if (!strstr(mounted->log, part))
		fail_msg("no \"%s\" in\n%s", part, mounted->log);
}

void mounted_not_said(const struct mounted *mounted, const char *part)
{
	if (strstr(mounted->log, part))
		fail_msg("\"%s\" in\n%s", part, mounted->log);
}
