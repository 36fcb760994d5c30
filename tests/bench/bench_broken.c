/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A download that is interrupted again and again, by connections that break and by kill -9: how
 * much is read more than once. And one by several ranges at once, beside one stream of libcurl,
 * where the server gives each reply only so many bytes a second.
 */
#define _DEFAULT_SOURCE /* drand48, MAP_ANONYMOUS */
#include "tests/harness/test.h"

#include "tests/bench/bare_transfer.h"
#include "tests/bench/measure.h"
#include "tests/bench/scratch.h"
#include "tests/bench/store.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <taskcluster/artifact_download.h>
#include <unistd.h>

#define MIB ((int64_t)1024 * 1024)
#define SIZE (256 * MIB)
#define BREAKS 20
#define MORE 1.05 /* read, of the file's size */
#define RATE (20 * MIB)
#define RANGES 8
#define RANGES_LIMIT (1 / 6.0) /* of the wall: what is measured is a wait */
#define SEED 20201

static const struct tc_artifact artifact = {
	.task_id = TC_STORE_TASK, .run_id = "0", .name = "public/object/build"
};

static int compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void choose_places(int64_t places[BREAKS])
{
	for (size_t i = 0; i < BREAKS; i++)
		places[i] = 1 + (int64_t)(drand48() * (double)(SIZE - 2));
	qsort(places, BREAKS, sizeof *places, compare);
}

static tc_client *new_client(const struct tc_store *store)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.root_url = tc_store_url(store);
	tc_client *client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	return client;
}

static void download(const struct tc_store *store, const char *path,
	const struct tc_download_options *options, struct tc_downloaded *result)
{
	struct tc_target target = TC_TARGET_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_client *client = new_client(store);

	target.path = path;
	assert_ok(tc_download_artifact(client, &artifact, &target, options, result, &err), &err);
	assert_true(result->verified);
	tc_client_free(client);
}

static bool print_read(const char *label, int64_t bytes)
{
	return measure_value(label, (double)bytes / (double)SIZE, "of its size was read", MORE);
}

/* ---- connections that break ---- */

static bool measure_breaks(const struct scratch *scratch, struct tc_store_options options)
{
	int64_t places[BREAKS];
	struct tc_downloaded result;
	char path[300];

	choose_places(places);
	options.cuts = places;
	options.cut_count = BREAKS;
	struct tc_store *store = tc_store_fork(&options);
	snprintf(path, sizeof path, "%s/broken", scratch->folder);
	download(store, path, NULL, &result);
	scratch_check(scratch, path);
	assert_int_equal(tc_store_cuts(store), BREAKS);
	assert_int_equal(result.restarts, 0);
	bool ok = print_read("broken.connections", result.received);
	tc_store_stop(store);
	return ok;
}

/* ---- kill -9 ---- */

/* What a program that is killed has told before. */
struct told {
	int64_t until; /* it is killed there; -1: it is not */
	int64_t received;
};

static int kill_there(void *data, const struct tc_job_progress *progress)
{
	struct told *told = data;

	if (progress->step != TC_JOB_RECEIVING)
		return 0;
	told->received = progress->done - progress->begun_at;
	if (told->until >= 0 && progress->done >= told->until)
		raise(SIGKILL);
	return 0;
}

/* Whether it was killed. */
static bool download_in_child(const struct tc_store *store, const char *path, struct told *told)
{
	struct tc_download_options options = TC_DOWNLOAD_OPTIONS_INIT;
	struct tc_downloaded result;
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		options.progress = kill_there;
		options.progress_data = told;
		download(store, path, &options, &result);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status);
}

static bool measure_kills(const struct scratch *scratch, const struct tc_store_options *options)
{
	struct tc_store *store = tc_store_fork(options);
	struct told *told =
		mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int64_t places[BREAKS], received = 0;
	size_t killed = 0;
	char path[300];

	assert_true(told != MAP_FAILED);
	choose_places(places);
	snprintf(path, sizeof path, "%s/killed", scratch->folder);
	for (size_t i = 0; i <= BREAKS; i++) {
		told->until = i < BREAKS ? places[i] : -1;
		killed += download_in_child(store, path, told);
		received += told->received;
	}
	scratch_check(scratch, path);
	assert_int_equal(killed, BREAKS);
	bool ok = print_read("broken.programs", received);
	munmap(told, sizeof *told);
	tc_store_stop(store);
	return ok;
}

/* ---- several ranges ---- */

static bool measure_ranges(const struct scratch *scratch, struct tc_store_options options)
{
	struct tc_download_options known = TC_DOWNLOAD_OPTIONS_INIT;
	struct tc_downloaded result;
	char path[300], url[128];

	options.rate = RATE;
	struct tc_store *store = tc_store_fork(&options);
	snprintf(path, sizeof path, "%s/ranges", scratch->folder);
	snprintf(url, sizeof url, "%s/store/object", tc_store_url(store));
	struct bare_transfer *bare = bare_transfer_new(url, path, 0);
	double begun = measure_wall_ns();
	assert_int_equal(bare_transfer_get(bare), SIZE);
	double one = measure_wall_ns() - begun;
	known.ranges = RANGES;
	begun = measure_wall_ns();
	download(store, path, &known, &result);
	double several = measure_wall_ns() - begun;
	scratch_check(scratch, path);
	bool ok = measure_ratio("broken.ranges", several / 1e6, one / 1e6, "ms", RANGES_LIMIT);
	bare_transfer_free(bare);
	tc_store_stop(store);
	return ok;
}

int main(void)
{
	static struct scratch scratch; /* for exit() */

	scratch_open(&scratch, SIZE);
	scratch_cut(&scratch, SIZE);
	const struct tc_store_options options = {
		.fd = scratch.fd, .size = SIZE, .sha256 = scratch.sha256, .sha512 = scratch.sha512
	};
	srand48(SEED);
	bool ok = measure_breaks(&scratch, options);
	ok = measure_kills(&scratch, &options) && ok;
	ok = measure_ranges(&scratch, options) && ok;
	return !ok;
}
