/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Object artifacts up and down, with both hashes, beside bare libcurl and OpenSSL from file to
 * file; and how much memory 1 GiB takes both ways.
 */
#include "tests/harness/test.h"

#include "tests/bench/bare_transfer.h"
#include "tests/bench/measure.h"
#include "tests/bench/scratch.h"
#include "tests/bench/store.h"
#include <stdio.h>
#include <taskcluster/artifact_download.h>
#include <taskcluster/artifact_upload.h>

#define MIB ((int64_t)1024 * 1024)
#define WHOLE (1024 * MIB) /* for memory */
#define SLICE (64 * MIB)
#define LIMIT 1.15
#define PEAK_KIB 12288

static const struct tc_artifact artifact = {
	.task_id = TC_STORE_TASK, .run_id = "0", .name = "public/object/build"
};

struct sides {
	tc_client *client;
	const char *source, *target;
	int64_t size;
	struct bare_transfer *put, *get;
};

static void upload(void *data)
{
	const struct sides *sides = data;
	struct tc_upload_options options = TC_UPLOAD_OPTIONS_INIT;
	struct tc_uploaded result;
	tc_error err = TC_ERROR_INIT;

	options.path = sides->source;
	options.storage = TC_STORAGE_OBJECT;
	options.expires = "2099-01-01T00:00:00.000Z";
	assert_ok(
		tc_upload_artifact(sides->client, &artifact, NULL, &options, &result, &err), &err);
	assert_int_equal(result.length, sides->size);
}

static void download(void *data)
{
	const struct sides *sides = data;
	struct tc_target target = TC_TARGET_INIT;
	struct tc_downloaded result;
	tc_error err = TC_ERROR_INIT;

	target.path = sides->target;
	assert_ok(
		tc_download_artifact(sides->client, &artifact, &target, NULL, &result, &err), &err);
	assert_int_equal(result.length, sides->size);
	assert_true(result.verified);
}

static void put(void *data)
{
	const struct sides *sides = data;

	bare_transfer_put(sides->put, sides->size);
}

static void get(void *data)
{
	const struct sides *sides = data;

	assert_int_equal(bare_transfer_get(sides->get), sides->size);
}

static tc_client *new_client(const struct tc_store *store)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_new("project/a-worker", "secret", NULL, NULL);

	options.root_url = tc_store_url(store);
	options.credentials = credentials;
	tc_client *client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	tc_credentials_free(credentials);
	return client;
}

static struct tc_store *new_store(struct scratch *scratch, int64_t size)
{
	const struct tc_store_options options = { .fd = scratch->fd,
		.size = size,
		.sha256 = scratch->sha256,
		.sha512 = scratch->sha512 };

	scratch_cut(scratch, size);
	return tc_store_fork(&options);
}

/* Before anything else is done in this process. */
static bool measure_memory(struct scratch *scratch, const char *target)
{
	struct tc_store *store = new_store(scratch, WHOLE);
	struct sides sides = { .client = new_client(store),
		.source = scratch->path,
		.target = target,
		.size = WHOLE };

	upload(&sides);
	download(&sides);
	const double peak = (double)measure_peak_kib();
	scratch_check(scratch, target);
	tc_client_free(sides.client);
	tc_store_stop(store);
	return measure_value("artifacts.memory", peak, "KiB at the peak", PEAK_KIB);
}

static bool measure_cpu(struct scratch *scratch, const char *target, const char *bare_target)
{
	struct tc_store *store = new_store(scratch, SLICE);
	struct sides sides = { .client = new_client(store),
		.source = scratch->path,
		.target = target,
		.size = SLICE };
	char url[128];

	snprintf(url, sizeof url, "%s/store/object", tc_store_url(store));
	sides.put = bare_transfer_new(url, scratch->path, 1);
	sides.get = bare_transfer_new(url, bare_target, 1);
	const struct measure_side ours[] = { { "ours", upload, &sides },
		{ "ours", download, &sides } };
	const struct measure_side bare[] = { { "bare", put, &sides }, { "bare", get, &sides } };
	struct measure_result up = measure_pair(&ours[0], &bare[0], SLICE / MIB);
	bool ok = measure_print("artifacts.upload.MiB", &up, LIMIT);
	struct measure_result down = measure_pair(&ours[1], &bare[1], SLICE / MIB);
	ok = measure_print("artifacts.download.MiB", &down, LIMIT) && ok;
	scratch_check(scratch, target);
	scratch_check(scratch, bare_target);
	bare_transfer_free(sides.put);
	bare_transfer_free(sides.get);
	tc_client_free(sides.client);
	tc_store_stop(store);
	return ok;
}

int main(void)
{
	static struct scratch scratch; /* for exit() */
	char target[300], bare_target[300];

	scratch_open(&scratch, WHOLE);
	snprintf(target, sizeof target, "%s/target", scratch.folder);
	snprintf(bare_target, sizeof bare_target, "%s/bare", scratch.folder);
	bool ok = measure_memory(&scratch, target);
	ok = measure_cpu(&scratch, target, bare_target) && ok;
	return !ok;
}
