/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE

#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "tests/worker/archives.h"
#include "tools/worker/mounts/archive/unpack.h"
#include "tools/worker/mounts/disk/path.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
	struct tc_folder outer; /* has a folder "in", and what nobody may touch */
	int in;
	tc_error err;
};

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	tc_folder_make(&place->outer);
	assert_int_equal(mkdirat(place->outer.fd, "in", 0755), 0);
	tc_folder_put(&place->outer, "precious", "mine", 0600);
	place->in = path_open_folder(place->outer.fd, "in");
	assert_true(place->in >= 0);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;

	tc_folder_check(&place->outer, "precious", "mine");
	assert_int_equal(tc_folder_mode(&place->outer, "precious"), 0600);
	assert_int_equal(tc_folder_count(&place->outer), 2);
	close(place->in);
	tc_folder_remove(&place->outer);
	tc_error_clear(&place->err);
	free(place);
	return 0;
}

static int unpack_with(struct place *place, const char *format, const struct entry *entries,
	struct unpack_limits limits)
{
	int fd = archive_make(format, entries);

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	int rc = unpack_archive(fd, format_of_folder(format), &limits, place->in, &place->err);
	close(fd);
	return rc;
}

static int unpack(struct place *place, const char *format, const struct entry *entries)
{
	return unpack_with(place, format, entries, (struct unpack_limits){ 0, 0 });
}

/* ---- what is unpacked ---- */

static void formats_come_whole(void **state)
{
	static const char *const formats[] = { "tar", "tar.gz", "tar.bz2", "tar.lz", "tar.lz4",
		"tar.xz", "tar.zst", "zip", "7z" };
	const struct entry entries[] = {
		{ ENTRY_FOLDER, .path = "a/" },
		{ ENTRY_FILE, .path = "a/hello.txt", .text = "hello" },
		{ ENTRY_FILE, .path = "a/run", .text = "#!/bin/sh\n", .mode = 0755 },
		{ ENTRY_FILE, .path = "b/c/d", .text = "deep" },
		{ ENTRY_FILE, .path = "na\xc3\xafve", .text = "utf-8" },
		{ ENTRY_LINK, .path = "a/link", .text = "hello.txt" },
		{ 0 },
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		set_up(state);
		struct place *place = *state;
		assert_ok(unpack(place, formats[i], entries), &place->err);
		tc_folder_check(&place->outer, "in/a/hello.txt", "hello");
		tc_folder_check(&place->outer, "in/b/c/d", "deep");
		tc_folder_check(&place->outer, "in/na\xc3\xafve", "utf-8");
		assert_int_equal(tc_folder_mode(&place->outer, "in/a/hello.txt"), 0644);
		assert_int_equal(tc_folder_mode(&place->outer, "in/a/run"), 0755);
		char target[32] = { 0 };
		assert_int_equal(readlinkat(place->in, "a/link", target, sizeof(target)), 9);
		assert_string_equal(target, "hello.txt");
		struct stat status;
		assert_int_equal(fstatat(place->in, "a/hello.txt", &status, 0), 0);
		assert_int_equal(status.st_mtime, 1700000000);
		assert_int_equal(fstatat(place->in, "a", &status, 0), 0);
		assert_int_equal(status.st_mtime, 1700000000);
		tear_down(state);
	}
}

static void a_rar_comes(void **state)
{
	struct place *place = *state;
	const struct entry entries[] = {
		{ ENTRY_FILE, .path = "one.txt", .text = "first" },
		{ ENTRY_FILE, .path = "two.txt", .text = "second" },
		{ 0 },
	};

	assert_ok(unpack(place, "rar", entries), &place->err);
	tc_folder_check(&place->outer, "in/one.txt", "first");
	tc_folder_check(&place->outer, "in/two.txt", "second");
}

static void an_empty_archive_is_an_empty_folder(void **state)
{
	struct place *place = *state;
	const struct entry none[] = { { 0 } };

	assert_ok(unpack(place, "tar", none), &place->err);
	assert_ok(unpack(place, "tar.gz", none), &place->err);
	assert_ok(unpack(place, "zip", none), &place->err);
	assert_ok(unpack(place, "7z", none), &place->err);
	assert_int_equal(tc_folder_count(&place->outer), 2);
}

static void paths_with_dots_are_made_plain(void **state)
{
	struct place *place = *state;
	const struct entry entries[] = {
		{ ENTRY_FOLDER, .path = "./", .mode = 0700 },
		{ ENTRY_FILE, .path = "./a//b/./c", .text = "x" },
		{ 0 },
	};

	assert_ok(unpack(place, "tar", entries), &place->err);
	tc_folder_check(&place->outer, "in/a/b/c", "x");
	assert_int_equal(tc_folder_mode(&place->outer, "in"), 0755);
}

static void of_two_with_a_name_the_later_counts(void **state)
{
	struct place *place = *state;
	const struct entry entries[] = {
		{ ENTRY_FILE, .path = "a", .text = "first", .mode = 0444 },
		{ ENTRY_FILE, .path = "A", .text = "large" },
		{ ENTRY_FILE, .path = "a", .text = "second" },
		{ ENTRY_LINK, .path = "l", .text = "a" },
		{ ENTRY_FILE, .path = "l", .text = "no link" },
		{ 0 },
	};

	assert_ok(unpack(place, "tar", entries), &place->err);
	tc_folder_check(&place->outer, "in/a", "second");
	tc_folder_check(&place->outer, "in/A", "large");
	tc_folder_check(&place->outer, "in/l", "no link"); /* and not through it */
}

static void closed_folders_get_their_modes_last(void **state)
{
	struct place *place = *state;
	const struct entry entries[] = {
		{ ENTRY_FOLDER, .path = "a", .mode = 0500 },
		{ ENTRY_FOLDER, .path = "a/b", .mode = 0500 },
		{ ENTRY_FILE, .path = "a/b/c", .text = "x" },
		{ 0 },
	};

	assert_ok(unpack(place, "tar", entries), &place->err);
	assert_int_equal(tc_folder_mode(&place->outer, "in/a"), 0500);
	assert_int_equal(tc_folder_mode(&place->outer, "in/a/b"), 0500);
	tc_folder_check(&place->outer, "in/a/b/c", "x");
	assert_int_equal(fchmodat(place->in, "a", 0755, 0), 0);
	assert_int_equal(fchmodat(place->in, "a/b", 0755, 0), 0);
}

static void setuid_is_dropped(void **state)
{
	struct place *place = *state;
	const struct entry entries[] = {
		{ ENTRY_FILE, .path = "su", .text = "x", .mode = 06755 },
		{ ENTRY_FOLDER, .path = "d", .mode = 07777 },
		{ 0 },
	};

	assert_ok(unpack(place, "tar", entries), &place->err);
	assert_int_equal(tc_folder_mode(&place->outer, "in/su"), 0755);
	assert_int_equal(tc_folder_mode(&place->outer, "in/d"), 0777);
}

static void hard_links_are_of_the_archives_files(void **state)
{
	struct place *place = *state;
	const struct entry entries[] = {
		{ ENTRY_FILE, .path = "d/a", .text = "x" },
		{ ENTRY_HARD, .path = "b", .text = "d/a" },
		{ ENTRY_HARD, .path = "b", .text = "./d/a" },
		{ 0 },
	};
	struct stat one, other;

	assert_ok(unpack(place, "tar", entries), &place->err);
	assert_int_equal(fstatat(place->in, "d/a", &one, 0), 0);
	assert_int_equal(fstatat(place->in, "b", &other, 0), 0);
	assert_true(one.st_ino == other.st_ino);
}

static void holes_stay_holes(void **state)
{
	struct place *place = *state;
	const struct entry entries[] = {
		{ ENTRY_FILE, .path = "sparse", .text = "x", .hole = 10 << 20 },
		{ 0 },
	};
	struct stat status;

	assert_ok(unpack(place, "tar", entries), &place->err);
	assert_int_equal(fstatat(place->in, "sparse", &status, 0), 0);
	assert_int_equal(status.st_size, (10 << 20) + 1);
	assert_true(status.st_blocks < 2048);
}

static void links_inside_are_kept(void **state)
{
	struct place *place = *state;
	const struct entry entries[] = {
		{ ENTRY_FILE, .path = "lib/x.so.1", .text = "x" },
		{ ENTRY_LINK, .path = "lib/x.so", .text = "x.so.1" },
		{ ENTRY_LINK, .path = "usr/lib", .text = "../lib" },
		{ ENTRY_LINK, .path = "a/b/up", .text = "./../../lib/x.so" },
		{ ENTRY_LINK, .path = "dangling", .text = "not/there" },
		{ ENTRY_LINK, .path = "self", .text = "." },
		{ 0 },
	};

	assert_ok(unpack(place, "tar", entries), &place->err);
	tc_folder_check(&place->outer, "in/usr/lib/x.so", "x");
	tc_folder_check(&place->outer, "in/a/b/up", "x");
}

/* ---- what is not ---- */

struct refusal {
	const char *why;
	const struct entry entries[4];
};

static const struct refusal refusals[] = {
	{ "absolute", { { ENTRY_FILE, .path = "/tmp/x", .text = "x" } } },
	{ "\"..\"", { { ENTRY_FILE, .path = "../precious", .text = "x" } } },
	{ "\"..\"", { { ENTRY_FILE, .path = "a/../../precious", .text = "x" } } },
	{ "\"..\"", { { ENTRY_FOLDER, .path = "..", .mode = 0777 } } },
	{ "absolute", { { ENTRY_LINK, .path = "l", .text = "/etc/passwd" } } },
	{ "out of the folder", { { ENTRY_LINK, .path = "l", .text = "../precious" } } },
	{ "out of the folder", { { ENTRY_LINK, .path = "a/l", .text = "../../precious" } } },
	{ "out of the folder", { { ENTRY_LINK, .path = "l", .text = "a/../../precious" } } },
	{ "out of the folder", /* through a link that leads up to the top */
		{ { ENTRY_LINK, .path = "a/b/top", .text = "../.." },
			{ ENTRY_LINK, .path = "l", .text = "a/b/top/../precious" } } },
	{ "symbolic link; expected a folder",
		{ { ENTRY_LINK, .path = "l", .text = "a" }, { ENTRY_FOLDER, .path = "a" },
			{ ENTRY_FILE, .path = "l/x", .text = "x" } } },
	{ "a file or a symbolic link",
		{ { ENTRY_FILE, .path = "f", .text = "a" },
			{ ENTRY_FILE, .path = "f/x", .text = "x" } } },
	{ "a folder has that name",
		{ { ENTRY_FILE, .path = "d/x", .text = "a" },
			{ ENTRY_LINK, .path = "d", .text = "." } } },
	{ "a folder has that name",
		{ { ENTRY_FOLDER, .path = "d" }, { ENTRY_FILE, .path = "d", .text = "x" } } },
	{ "something else has that name",
		{ { ENTRY_LINK, .path = "d", .text = "e" }, { ENTRY_FOLDER, .path = "d" } } },
	{ "hard link", { { ENTRY_HARD, .path = "h", .text = "../precious" } } },
	{ "hard link", { { ENTRY_HARD, .path = "h", .text = "/etc/passwd" } } },
	{ "hard link", { { ENTRY_HARD, .path = "h", .text = "not/there" } } },
	{ "hard link",
		{ { ENTRY_LINK, .path = "l", .text = "x" },
			{ ENTRY_HARD, .path = "h", .text = "l" } } },
	{ "hard link",
		{ { ENTRY_FOLDER, .path = "d" }, { ENTRY_HARD, .path = "h", .text = "d" } } },
	{ "neither", { { ENTRY_FIFO, .path = "pipe" } } },
	{ "neither", { { ENTRY_DEVICE, .path = "null" } } },
};

static void what_could_harm_is_refused(void **state)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		set_up(state);
		struct place *place = *state;
		assert_int_equal(unpack(place, "tar", refusals[i].entries), TC_ERROR_INPUT);
		assert_failure(&place->err, TC_ERROR_INPUT, refusals[i].why);
		tear_down(state);
	}
}

static void a_zip_is_looked_at_no_less(void **state)
{
	struct place *place = *state;
	const struct entry up[] = { { ENTRY_FILE, .path = "../precious", .text = "x" }, { 0 } };
	const struct entry link[] = { { ENTRY_LINK, .path = "l", .text = "/etc" }, { 0 } };

	assert_int_equal(unpack(place, "zip", up), TC_ERROR_INPUT);
	assert_failure(&place->err, TC_ERROR_INPUT, "\"..\"");
	assert_int_equal(unpack(place, "zip", link), TC_ERROR_INPUT);
	assert_failure(&place->err, TC_ERROR_INPUT, "absolute");
}

static void a_path_too_deep_is_refused(void **state)
{
	struct place *place = *state;
	char path[600] = "";
	for (int i = 0; i < 200; i++)
		strcat(path, "d/");
	strcat(path, "x");
	const struct entry entries[] = { { ENTRY_FILE, .path = path, .text = "x" }, { 0 } };

	assert_int_equal(unpack(place, "tar", entries), TC_ERROR_INPUT);
	assert_failure(&place->err, TC_ERROR_INPUT, "too deep");
}

static void limits_hold(void **state)
{
	struct place *place = *state;
	const struct entry entries[] = {
		{ ENTRY_FILE, .path = "a", .text = "0123456789" },
		{ ENTRY_FILE, .path = "b", .text = "0123456789" },
		{ 0 },
	};
	const struct entry hole[] = {
		{ ENTRY_FILE, .path = "c", .text = "x", .hole = (int64_t)1 << 40 }, { 0 }
	};

	assert_ok(unpack_with(place, "tar", entries, (struct unpack_limits){ 20, 2 }), &place->err);
	assert_int_equal(unpack_with(place, "tar", entries, (struct unpack_limits){ 19, 2 }),
		TC_ERROR_INPUT);
	assert_failure(&place->err, TC_ERROR_INPUT, "larger than is unpacked");
	assert_int_equal(unpack_with(place, "tar", entries, (struct unpack_limits){ 20, 1 }),
		TC_ERROR_INPUT);
	assert_failure(&place->err, TC_ERROR_INPUT, "more entries");
	assert_int_equal(unpack_with(place, "tar", hole, (struct unpack_limits){ 1 << 20, 0 }),
		TC_ERROR_INPUT);
	assert_failure(&place->err, TC_ERROR_INPUT, "larger than is unpacked");
}

/* A part of an archive, unpacked. */
static int unpack_cut(struct place *place, const char *format, int fd, off_t less)
{
	const struct unpack_limits limits = { 0, 0 };
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(ftruncate(fd, status.st_size - less), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	int rc = unpack_archive(fd, format_of_folder(format), &limits, place->in, &place->err);
	close(fd);
	return rc;
}

static void what_is_cut_off_is_refused(void **state)
{
	static const char *const formats[] = { "tar.gz", "tar.xz", "tar.zst", "tar.bz2", "zip",
		"7z", "rar" };
	struct place *place = *state;
	char *text = malloc(200001);
	for (int i = 0; i < 200000; i++)
		text[i] = (char)('a' + i * 7919 % 26);
	text[200000] = '\0';
	const struct entry entries[] = { { ENTRY_FILE, .path = "a", .text = text }, { 0 } };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		int fd = archive_make(formats[i], entries);
		assert_int_equal(unpack_cut(place, formats[i], fd, 100), TC_ERROR_INPUT);
		assert_failure(&place->err, TC_ERROR_INPUT, formats[i]);
	}
	int fd = archive_make("tar", entries);
	assert_int_equal(unpack_cut(place, "tar", fd, 100000), TC_ERROR_INPUT);
	assert_failure(&place->err, TC_ERROR_INPUT, "tar");
	free(text);
}

/* libarchive would take any compression, or none. */
static void a_format_is_the_one_that_was_named(void **state)
{
	struct place *place = *state;
	const struct entry entries[] = { { ENTRY_FILE, .path = "a", .text = "x" }, { 0 } };

	assert_int_equal(
		unpack_cut(place, "tar.gz", archive_make("tar", entries), 0), TC_ERROR_INPUT);
	assert_failure(&place->err, TC_ERROR_INPUT, "tar.gz");
	assert_int_equal(
		unpack_cut(place, "tar", archive_make("tar.gz", entries), 0), TC_ERROR_INPUT);
	assert_failure(&place->err, TC_ERROR_INPUT, "tar");
	assert_int_equal(unpack_cut(place, "zip", archive_make("7z", entries), 0), TC_ERROR_INPUT);
	assert_failure(&place->err, TC_ERROR_INPUT, "zip");
}

/* ---- one content ---- */

static int decompress(struct place *place, const char *format, int fd)
{
	const struct unpack_limits limits = { 1 << 20, 0 };
	const struct format *as = format ? format_of_file(format) : NULL;
	FILE *to = tmpfile();

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	int rc = unpack_file(fd, as, &limits, fileno(to), &place->err);
	if (rc == TC_OK) {
		char text[64] = { 0 };
		assert_true(pread(fileno(to), text, sizeof(text) - 1, 0) >= 0);
		tc_folder_put(&place->outer, "in/out", text, 0644);
	}
	fclose(to);
	close(fd);
	return rc;
}

static void one_content_is_decompressed(void **state)
{
	static const char *const formats[] = { "gz", "bz2", "lz", "lz4", "xz", "zst", NULL };
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		assert_ok(decompress(place, formats[i], archive_compress(formats[i], "content", 7)),
			&place->err);
		tc_folder_check(&place->outer, "in/out", "content");
		if (formats[i] && strcmp(formats[i], "lz4") == 0)
			continue; /* libarchive cannot write nothing as lz4 */
		assert_ok(decompress(place, formats[i], archive_compress(formats[i], "", 0)),
			&place->err);
		tc_folder_check(&place->outer, "in/out", "");
	}
}

static void one_layer_is_taken_off(void **state)
{
	struct place *place = *state;
	size_t length;
	int once = archive_compress("gz", "content", 7);
	void *bytes = archive_bytes(once, &length);

	close(once);
	assert_int_equal(
		decompress(place, "gz", archive_compress("gz", bytes, length)), TC_ERROR_INPUT);
	assert_failure(&place->err, TC_ERROR_INPUT, "compressed more than once");
	assert_int_equal(
		decompress(place, "gz", archive_compress(NULL, "content", 7)), TC_ERROR_INPUT);
	assert_failure(&place->err, TC_ERROR_INPUT, "not compressed that way");
	free(bytes);
}

static void a_content_that_grows_is_stopped(void **state)
{
	struct place *place = *state;
	size_t length = (1 << 20) + 1;
	char *zeros = calloc(1, length);

	assert_int_equal(
		decompress(place, "gz", archive_compress("gz", zeros, length)), TC_ERROR_INPUT);
	assert_failure(&place->err, TC_ERROR_INPUT, "larger than is unpacked");
	free(zeros);
}

static void what_is_not_read_is_known(void **state)
{
	static const char *const not_read[] = { "tar.br", "tar.mz", "tar.sz", "tar.zz" };

	(void)state;
	for (size_t i = 0; i < sizeof(not_read) / sizeof(not_read[0]); i++) {
		assert_non_null(format_of_folder(not_read[i]));
		assert_false(format_is_read(format_of_folder(not_read[i])));
		assert_false(format_is_read(format_of_file(not_read[i] + 4)));
	}
	assert_null(format_of_folder("gz"));
	assert_null(format_of_file("tar"));
	assert_true(format_is_read(format_of_folder("rar")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_come_whole),
		cmocka_unit_test_setup_teardown(a_rar_comes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_empty_archive_is_an_empty_folder, set_up, tear_down),
		cmocka_unit_test_setup_teardown(paths_with_dots_are_made_plain, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			of_two_with_a_name_the_later_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			closed_folders_get_their_modes_last, set_up, tear_down),
		cmocka_unit_test_setup_teardown(setuid_is_dropped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			hard_links_are_of_the_archives_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(holes_stay_holes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links_inside_are_kept, set_up, tear_down),
		cmocka_unit_test(what_could_harm_is_refused),
		cmocka_unit_test_setup_teardown(a_zip_is_looked_at_no_less, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_path_too_deep_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits_hold, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_cut_off_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_format_is_the_one_that_was_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_content_is_decompressed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_layer_is_taken_off, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_content_that_grows_is_stopped, set_up, tear_down),
		cmocka_unit_test(what_is_not_read_is_known),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
