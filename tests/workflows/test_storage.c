/* SPDX-License-Identifier: MPL-2.0 */
/* Downloads from a real nginx, whole and broken off: plain, compressed beforehand and on the way.
 */
#define _XOPEN_SOURCE 700

#include "tests/harness/test.h"

#include "tests/harness/cutter.h"
#include "tests/harness/depot.h"
#include "tests/harness/encode.h"
#include "tests/harness/nginx.h"
#include "tests/harness/rig.h"
#include "tests/workflows/world.h"
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE ((size_t)6000000)
#define CUTS 20

static const char server_lines[] =
	"absolute_redirect off;\n"
	"location /static/ { gzip_static on; }\n"
	"location /gzip/ { gzip on; gzip_types application/octet-stream text/plain; }\n"
	"location /few/ { keepalive_requests 3; }\n"
	"location /slow/ { limit_rate 4m; }\n"
	"location /tagless/ { etag off; }\n"
	"location /rangeless/ { max_ranges 0; }\n"
	"location /go/ { return 302 /plain/x; }\n"
	"location /round/ { return 302 /round/; }\n"
	"location /file/ { return 302 file:///etc/passwd; }\n"
	"location /relative/ { return 307 ../plain/x; }\n";

static const char *const places[] = { "plain", "static", "gzip", "few", "slow", "tagless",
	"rangeless" };

static struct world world;
static struct tc_folder served;
static struct tc_nginx *nginx;
static char *bytes, *text; /* what no gzip makes smaller, and a log */

static void write_file(const char *place, const char *name, const char *content, size_t length)
{
	char path[100];

	snprintf(path, sizeof path, "%s/%s", place, name);
	int fd = openat(served.fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, length), length);
	close(fd);
}

static int set_up(void **state)
{
	size_t zipped_length;

	(void)state;
	world_open(&world);
	tc_folder_make(&served);
	bytes = make_bytes(SIZE, 5);
	text = malloc(SIZE);
	tc_test_fill_log(text, SIZE);
	char *zipped = tc_test_encode(TC_TEST_GZIP, text, SIZE, &zipped_length);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		bool is_text = strcmp(places[i], "static") == 0 || strcmp(places[i], "gzip") == 0;
		assert_int_equal(mkdirat(served.fd, places[i], 0755), 0);
		write_file(places[i], "x", is_text ? text : bytes, SIZE);
		write_file(places[i], "empty", "", 0);
	}
	write_file("static", "x.gz", zipped, zipped_length);
	free(zipped);
	nginx = tc_nginx_start(served.path, server_lines);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tc_nginx_stop(nginx);
	tc_folder_remove(&served);
	free(bytes);
	free(text);
	world_close(&world);
	return 0;
}

/* ---- one download ---- */

struct scene {
	struct tc_folder folder;
	struct tc_download_options options;
	struct tc_downloaded done;
	struct tc_cutter *cutter;
	size_t cuts[64];
	tc_client *client; /* NULL: the world's */
	tc_error err;
};

static void begin(struct scene *scene)
{
	*scene = (struct scene){ .options = TC_DOWNLOAD_OPTIONS_INIT };
	tc_folder_make(&scene->folder);
	world_new_task(&world);
}

static void end(struct scene *scene)
{
	tc_cutter_stop(scene->cutter);
	tc_client_free(scene->client);
	tc_folder_remove(&scene->folder);
	tc_error_clear(&scene->err);
}

/* The connections to come break. */
static void cut(struct scene *scene, size_t count)
{
	scene->cutter = tc_cutter_start(tc_nginx_port(nginx), scene->cuts, count);
}

static void refer(struct scene *scene, const char *path)
{
	char base[128], url[256];

	tc_rig_url(base, sizeof base,
		scene->cutter ? tc_cutter_port(scene->cutter) : tc_nginx_port(nginx));
	snprintf(url, sizeof url, "%s/%s", base, path);
	world_reference(&world, "public/x", url);
}

static int download(struct scene *scene)
{
	const struct tc_artifact artifact = { .task_id = world.task_id, .name = "public/x" };
	struct tc_target target = TC_TARGET_INIT;

	tc_error_clear(&scene->err);
	target.path = tc_folder_path(&scene->folder, "x");
	return tc_download_artifact(scene->client ? scene->client : world.client, &artifact,
		&target, &scene->options, &scene->done, &scene->err);
}

static void has(struct scene *scene, const char *expected, size_t length)
{
	size_t found_length;
	char *found = tc_test_read_file(tc_folder_path(&scene->folder, "x"), &found_length);

	assert_int_equal(found_length, length);
	assert_memory_equal(found, expected, length);
	free(found);
	assert_int_equal(scene->done.length, length);
	assert_string_equal(scene->done.sha256, sha256_of(expected, length));
	assert_int_equal(tc_folder_count(&scene->folder), scene->options.keep_same ? 2 : 1);
}

static bool is_log(const char *place)
{
	return strcmp(place, "static") == 0 || strcmp(place, "gzip") == 0;
}

/* ---- whole ---- */

static void whole_from_everywhere(void **state)
{
	struct scene scene;
	char path[100];

	(void)state;
	for (size_t i = 0; i < 2 * sizeof places / sizeof *places; i++) {
		const char *place = places[i / 2];
		begin(&scene);
		scene.options.ranges = i % 2 ? 4 : 1;
		snprintf(path, sizeof path, "%s/x", place);
		refer(&scene, path);
		assert_ok(download(&scene), &scene.err);
		has(&scene, is_log(place) ? text : bytes, SIZE);
		if (!scene.options.ranges)
			assert_int_equal(scene.done.restarts, 0);
		end(&scene);
		begin(&scene);
		scene.options.ranges = i % 2 ? 4 : 1;
		snprintf(path, sizeof path, "%s/empty", place);
		refer(&scene, path);
		assert_ok(download(&scene), &scene.err);
		has(&scene, "", 0);
		end(&scene);
	}
}

static void identity_where_it_is_asked_for(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.options.identity = true;
	refer(&scene, "gzip/x");
	assert_ok(download(&scene), &scene.err);
	has(&scene, text, SIZE);
	assert_int_equal(scene.done.received, SIZE);
	end(&scene);
}

/* ---- broken ---- */

static unsigned seed = 1;

static size_t draw(size_t below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % below;
}

/* At random places; none of what came is asked for again, but for what was on its way. */
static void cut_often_it_goes_on(void **state)
{
	struct scene scene;

	(void)state;
	for (int ranges = 1; ranges <= 4; ranges += 3) {
		begin(&scene);
		scene.options.ranges = ranges;
		for (size_t i = 0; i < CUTS; i++)
			scene.cuts[i] = 1000 + draw(2 * SIZE / CUTS / (size_t)(ranges > 1 ? 2 : 1));
		cut(&scene, CUTS);
		refer(&scene, "plain/x");
		assert_ok(download(&scene), &scene.err);
		has(&scene, bytes, SIZE);
		assert_int_equal(scene.done.restarts, 0);
		assert_true(tc_cutter_cuts(scene.cutter) >= 10);
		assert_int_in_range(scene.done.received, SIZE, SIZE + SIZE / 20);
		end(&scene);
	}
}

/* What is compressed, and what has no ETag or no ranges, begins anew, and says so. */
static void cut_it_begins_anew_where_it_must(void **state)
{
	static const char *const those[] = { "static", "gzip", "tagless", "rangeless" };
	struct scene scene;
	char path[100];

	(void)state;
	for (size_t i = 0; i < 2 * sizeof those / sizeof *those; i++) {
		const char *place = those[i / 2];
		begin(&scene);
		scene.options.ranges = i % 2 ? 4 : 1;
		scene.cuts[0] = 40000;
		scene.cuts[1] = 60000;
		cut(&scene, 2);
		snprintf(path, sizeof path, "%s/x", place);
		refer(&scene, path);
		assert_ok(download(&scene), &scene.err);
		has(&scene, is_log(place) ? text : bytes, SIZE);
		assert_int_equal(tc_cutter_cuts(scene.cutter), 2);
		/* parts are asked for as they are, which nginx then has as well */
		if (is_log(place) && scene.options.ranges > 1)
			assert_int_equal(scene.done.restarts, 0);
		else
			assert_int_in_range(scene.done.restarts, 1, 3);
		end(&scene);
	}
}

static void be_impatient(struct scene *scene)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = world.server->root_url;
	options.attempts = 1;
	tc_client_free(scene->client);
	scene->client = tc_client_new(&options, &scene->err);
	assert_ok(scene->err.code, &scene->err);
}

/* The next attempt is another download. */
static void it_goes_on_another_time(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.cuts[0] = SIZE / 2;
	cut(&scene, 1);
	refer(&scene, "plain/x");
	be_impatient(&scene);
	assert_int_equal(download(&scene), TC_ERROR_NETWORK);
	assert_int_equal(tc_folder_count(&scene.folder), 2);
	assert_ok(download(&scene), &scene.err);
	has(&scene, bytes, SIZE);
	assert_int_in_range(scene.done.received, SIZE / 2, SIZE / 2 + SIZE / 20);
	assert_int_equal(scene.done.restarts, 0);
	end(&scene);
}

static void what_was_replaced_meanwhile_begins_anew(void **state)
{
	struct scene scene;
	char *other = make_bytes(SIZE, 6);

	(void)state;
	for (int ranges = 1; ranges <= 4; ranges += 3) {
		size_t length = ranges > 1 ? SIZE : SIZE / 4; /* its ETag is of time and length */
		begin(&scene);
		write_file("plain", "y", bytes, SIZE);
		scene.cuts[0] = SIZE / 2;
		cut(&scene, 1);
		refer(&scene, "plain/y");
		be_impatient(&scene);
		assert_int_equal(download(&scene), TC_ERROR_NETWORK);
		write_file("plain", "y", other, length);
		const struct timespec times[2] = { { 1700000000, 0 }, { 1700000000, 0 } };
		assert_int_equal(utimensat(served.fd, "plain/y", times, 0), 0);
		scene.options.ranges = ranges;
		assert_ok(download(&scene), &scene.err);
		has(&scene, other, length);
		assert_int_equal(scene.done.restarts, 1);
		end(&scene);
	}
	free(other);
}

/* ---- again ---- */

static void the_same_is_kept(void **state)
{
	static const char *const those[] = { "plain/x", "static/x" };
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		begin(&scene);
		scene.options.keep_same = true;
		refer(&scene, those[i]);
		for (int j = 0; j < 3; j++) {
			assert_ok(download(&scene), &scene.err);
			has(&scene, i ? text : bytes, SIZE);
			assert_int_equal(scene.done.kept, j > 0);
			assert_true((scene.done.received == 0) == (j > 0));
		}
		end(&scene);
	}
}

/* ---- redirects ---- */

static void redirects_are_bounded(void **state)
{
	static const struct {
		const char *path;
		int redirects;
		bool fine;
	} cases[] = {
		{ "go/", 0, true },
		{ "go/", 1, true },
		{ "go/", -1, false },
		{ "relative/", 0, true },
		{ "round/", 0, false },
		{ "file/", 0, false },
		{ "plain/none", 0, false },
	};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(&scene);
		scene.options.redirects = cases[i].redirects;
		refer(&scene, cases[i].path);
		int rc = download(&scene);
		if (cases[i].fine) {
			assert_ok(rc, &scene.err);
			has(&scene, bytes, SIZE);
		} else {
			assert_int_equal(rc, TC_ERROR_HTTP);
			assert_int_equal(tc_folder_count(&scene.folder), 0);
		}
		end(&scene);
	}
}

/* ---- large ---- */

#define LARGE ((int64_t)6 * 1024 * 1024 * 1024)

static int count_bytes(void *data, const void *given, size_t length, tc_error *err)
{
	int64_t *count = data;

	(void)given;
	(void)err;
	*count += (int64_t)length;
	return TC_OK;
}

/* Beyond what 32 bits can say; with the connection cut beyond that, too. Its bytes are not there,
 * so that it is only as slow as hashing. */
static void six_gigabytes(void **state)
{
	const struct tc_artifact artifact = { .task_id = world.task_id, .name = "public/x" };
	struct tc_target target = TC_TARGET_INIT;
	struct tc_sink sink = TC_SINK_INIT;
	struct scene scene;
	int64_t count = 0;

	(void)state;
	if (!getenv("TC_LARGE"))
		skip();
	begin(&scene);
	write_file("plain", "large", "", 0);
	assert_int_equal(truncate(tc_folder_path(&served, "plain/large"), LARGE), 0);
	scene.cuts[0] = (size_t)(LARGE - 1000000000);
	cut(&scene, 1);
	refer(&scene, "plain/large");
	sink.write = count_bytes;
	sink.data = &count;
	target.sink = &sink;
	assert_ok(tc_download_artifact(
			  world.client, &artifact, &target, NULL, &scene.done, &scene.err),
		&scene.err);
	assert_true(count == LARGE && scene.done.length == LARGE);
	assert_true(scene.done.received == LARGE);
	assert_string_equal(scene.done.sha256,
		"5c32c2b28999325bc5ad39d6530bcb46fbdf1f86375a991b7269764c50b0d109");
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_from_everywhere),
		cmocka_unit_test(identity_where_it_is_asked_for),
		cmocka_unit_test(cut_often_it_goes_on),
		cmocka_unit_test(cut_it_begins_anew_where_it_must),
		cmocka_unit_test(it_goes_on_another_time),
		cmocka_unit_test(what_was_replaced_meanwhile_begins_anew),
		cmocka_unit_test(the_same_is_kept),
		cmocka_unit_test(redirects_are_bounded),
		cmocka_unit_test(six_gigabytes),
	};

	if (!tc_nginx_installed())
		return 77;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
