/* SPDX-License-Identifier: MPL-2.0 */
/* The worker's mounts while memory ends: what was begun ends, is told, and leaves no block. */
#define _DEFAULT_SOURCE

#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "tests/nomem/failing.h"
#include "tools/worker/mounts/mounts.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char payload[] =
	"[{\"file\":\"a/f\",\"content\":{\"raw\":\"x\"}},"
	"{\"file\":\"b\",\"content\":{\"base64\":\"AAEC\"}},"
	"{\"directory\":\"c\",\"cacheName\":\"kept\"},"
	"{\"directory\":\"d\",\"cacheName\":\"new\"},"
	"{\"file\":\"e\",\"content\":{\"url\":\"http://127.0.0.1:1/x\",\"sha256\":\"00\"}}]";

struct attempt {
	struct tc_folder folder, task;
	char caches[128], downloads[128];
	tc_client *client;
	const tc_json *mounts;
	tc_loop *loop;
	enum tc_task_result result;
	bool memory; /* it ended for want of it */
};

static void on_say(void *data, enum mounts_line kind, const char *text)
{
	(void)data;
	(void)kind;
	(void)text;
}

static void on_ready(void *data, enum tc_task_result result, const char *why)
{
	struct attempt *attempt = data;

	attempt->result = result;
	attempt->memory = why && strstr(why, "memory") != NULL;
}

/* What it comes to without want: the URL brings nothing. */
static int verdict(const struct attempt *attempt, tc_error *err)
{
	if (attempt->result == TC_TASK_FAILED && !attempt->memory)
		return TC_OK;
	return tc_error_set(err, attempt->memory ? TC_ERROR_NOMEM : TC_ERROR_SYSTEM, "%d",
		(int)attempt->result);
}

static int mount_all(struct attempt *attempt, struct mounts_store *store, tc_error *err)
{
	static const char *const scopes[] = { "generic-worker:cache:*" };
	struct mounts_task task = { .client = attempt->client,
		.mounts = attempt->mounts,
		.scopes = { scopes, 1 },
		.folder = attempt->task.fd,
		.say = on_say,
		.on_ready = on_ready,
		.data = attempt };
	struct mounts *mounts = NULL;
	int rc = mounts_begin(store, &task, &mounts, err);

	attempt->result = 0;
	for (int i = 0; rc == TC_OK && !attempt->result && i < 2000; i++)
		rc = tc_loop_poll(attempt->loop, 10, err);
	mounts_end(mounts, false);
	return rc == TC_OK ? verdict(attempt, err) : rc;
}

static int work(void *data, tc_error *err)
{
	struct attempt *attempt = data;
	struct mounts_store_options options = { .caches_folder = attempt->caches,
		.downloads_folder = attempt->downloads,
		.free_min = -1 };
	struct mounts_store *store = NULL;
	int rc = TC_OK;

	attempt->loop = tc_loop_new(NULL, err);
	if (attempt->loop)
		store = mounts_store_open(attempt->loop, &options, err);
	if (store)
		rc = mount_all(attempt, store, err);
	else
		rc = err->code;
	mounts_store_close(store);
	tc_loop_free(attempt->loop);
	return rc;
}

static void mounts_end_well_without_memory(void **state)
{
	static struct attempt attempt;
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_folder_make(&attempt.folder);
	tc_folder_make(&attempt.task);
	snprintf(attempt.caches, sizeof(attempt.caches), "%s/c", attempt.folder.path);
	snprintf(attempt.downloads, sizeof(attempt.downloads), "%s/d", attempt.folder.path);
	options.root_url = "http://127.0.0.1:1";
	options.attempts = 1;
	attempt.client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	assert_ok(tc_json_parse(payload, strlen(payload), &attempt.mounts, &err), &err);
	assert_ok(work(&attempt, &err), &err); /* OpenSSL has begun then, and a cache is kept */
	assert_true(tc_failing_each_with_libraries(work, &attempt) > 20);
	tc_release((void *)(uintptr_t)attempt.mounts);
	tc_client_free(attempt.client);
	tc_folder_remove(&attempt.folder);
	tc_folder_remove(&attempt.task);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(mounts_end_well_without_memory) };

	if (errand_wanted(argc, argv))
		return errand_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
