/* SPDX-License-Identifier: MPL-2.0 */
/* Where a file is to be: by a path of the user's, and by a name that a stranger chose. */
#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "workflows/src/disk/place.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tc_folder folder;

static int begin(void **state)
{
	(void)state;
	tc_folder_make(&folder);
	return 0;
}

static int end(void **state)
{
	(void)state;
	tc_folder_remove(&folder);
	return 0;
}

/* ---- a path of the user's ---- */

static void leads_to(const char *path, const char *name, const char *in)
{
	struct tc__place place;
	struct stat held, expected;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc__place_open(&place, path, &err), &err);
	assert_string_equal(place.name, name);
	assert_string_equal(place.path, path);
	assert_int_equal(fstat(place.folder, &held), 0);
	assert_int_equal(stat(in, &expected), 0);
	assert_int_equal(held.st_ino, expected.st_ino);
	assert_true(fcntl(place.folder, F_GETFD) & FD_CLOEXEC);
	tc__place_close(&place);
	assert_int_equal(place.folder, -1);
	tc__place_close(&place);
}

static void refused(const char *path, int code, const char *why)
{
	struct tc__place place;
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(tc__place_open(&place, path, &err), code);
	assert_failure(&err, code, why);
	assert_null(place.path);
	assert_null(place.name);
	assert_int_equal(place.folder, -1);
}

static void test_paths(void **state)
{
	char here[256];

	(void)state;
	assert_int_equal(mkdirat(folder.fd, "in", 0755), 0);
	assert_int_equal(symlinkat("in", folder.fd, "way"), 0);
	leads_to(tc_folder_path(&folder, "file"), "file", folder.path);
	leads_to(tc_folder_path(&folder, "in//file"), "file", tc_folder_path(&folder, "in"));
	leads_to(tc_folder_path(&folder, "in/../l\xc3\xb6g -o"), "l\xc3\xb6g -o", folder.path);
	leads_to(tc_folder_path(&folder, "way/file"), "file", tc_folder_path(&folder, "in"));
	leads_to("/tc-no-such-file", "tc-no-such-file", "/");
	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(fchdir(folder.fd), 0);
	leads_to("file", "file", folder.path);
	leads_to("-o", "-o", folder.path);
	assert_int_equal(chdir(here), 0);
}

static void test_paths_of_no_file(void **state)
{
	(void)state;
	refused("", TC_ERROR_ARGUMENT, "names no file");
	refused("a/", TC_ERROR_ARGUMENT, "\"a/\" names no file");
	refused("/", TC_ERROR_ARGUMENT, "names no file");
	refused("..", TC_ERROR_ARGUMENT, "its last part is \"..\"");
	refused("/tmp/.", TC_ERROR_ARGUMENT, "its last part is \".\"");
	refused(folder.path, TC_ERROR_ARGUMENT, "is a folder");
	refused("/dev/null", TC_ERROR_ARGUMENT, "/dev/null is a device");
	assert_int_equal(mkfifo(tc_folder_path(&folder, "pipe"), 0644), 0);
	refused(tc_folder_path(&folder, "pipe"), TC_ERROR_ARGUMENT, "is a pipe");
	refused(tc_folder_path(&folder, "no/file"), TC_ERROR_SYSTEM, "No such file or directory");
	tc_folder_put(&folder, "plain", "", 0644);
	refused(tc_folder_path(&folder, "plain/file"), TC_ERROR_SYSTEM, "Not a directory");
}

static void test_links(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(folder.fd, "far", 0755), 0);
	tc_folder_put(&folder, "far/target", "", 0644);
	assert_int_equal(symlinkat("far/target", folder.fd, "link"), 0);
	assert_int_equal(symlinkat("link", folder.fd, "second"), 0);
	assert_int_equal(symlinkat("nothing", folder.fd, "dangling"), 0);
	assert_int_equal(symlinkat("far", folder.fd, "folder"), 0);
	assert_int_equal(symlinkat("/dev/null", folder.fd, "device"), 0);
	assert_int_equal(symlinkat("circle", folder.fd, "circle"), 0);
	leads_to(tc_folder_path(&folder, "link"), "target", tc_folder_path(&folder, "far"));
	leads_to(tc_folder_path(&folder, "second"), "target", tc_folder_path(&folder, "far"));
	refused(tc_folder_path(&folder, "dangling"), TC_ERROR_ARGUMENT, "leads to nothing");
	refused(tc_folder_path(&folder, "folder"), TC_ERROR_ARGUMENT, "is a folder");
	refused(tc_folder_path(&folder, "device"), TC_ERROR_ARGUMENT, "is a device");
	refused(tc_folder_path(&folder, "circle"), TC_ERROR_SYSTEM, "cannot be followed");
	assert_false(tc_folder_has(&folder, "nothing"));
}

/* ---- a name of a stranger's ---- */

static void refused_below(const char *name, int code, const char *why)
{
	struct tc__place place;
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(tc__place_check_below(name, &err), code == TC_ERROR_INPUT ? code : TC_OK);
	tc_error_clear(&err);
	assert_int_equal(tc__place_open_below(&place, folder.fd, name, &err), code);
	assert_failure(&err, code, why);
	assert_null(place.path);
	assert_int_equal(place.folder, -1);
}

static void opened_below(const char *name, const char *in)
{
	struct tc__place place;
	struct stat held, expected;
	tc_error err = TC_ERROR_INIT;
	const char *slash = strrchr(name, '/');

	assert_ok(tc__place_check_below(name, &err), &err);
	assert_ok(tc__place_open_below(&place, folder.fd, name, &err), &err);
	assert_string_equal(place.name, slash ? slash + 1 : name);
	assert_string_equal(place.path, name);
	assert_int_equal(fstat(place.folder, &held), 0);
	assert_int_equal(fstatat(folder.fd, in, &expected, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(held.st_ino, expected.st_ino);
	assert_true(fcntl(place.folder, F_GETFD) & FD_CLOEXEC);
	tc__place_close(&place);
}

static void test_names(void **state)
{
	mode_t before = umask(022);

	(void)state;
	opened_below("file", ".");
	opened_below("-o", ".");
	opened_below("a\\b", ".");
	opened_below("...", ".");
	opened_below("..a/.b/c..", "..a/.b");
	opened_below("public/logs/live.log", "public/logs");
	opened_below("public/logs/live.log", "public/logs");
	opened_below("x.tc-part", ".");
	opened_below(".tc-part.x", ".");
	assert_int_equal(tc_folder_mode(&folder, "public/logs"), 0755);
	umask(077);
	opened_below("private/x", "private");
	assert_int_equal(tc_folder_mode(&folder, "private"), 0700);
	umask(before);
}

static void test_hostile_names(void **state)
{
	(void)state;
	refused_below("../../etc/x", TC_ERROR_INPUT, "\"..\"");
	refused_below("a/../b", TC_ERROR_INPUT, "\"..\"");
	refused_below("a/..", TC_ERROR_INPUT, "\"..\"");
	refused_below(
		"/abs", TC_ERROR_INPUT, "\"/abs\" is no path below a folder: it has an empty");
	refused_below("a//b", TC_ERROR_INPUT, "empty part");
	refused_below("a/", TC_ERROR_INPUT, "empty part");
	refused_below("", TC_ERROR_INPUT, "empty part");
	refused_below("a/./b", TC_ERROR_INPUT, "\".\"");
	refused_below(".", TC_ERROR_INPUT, "\".\"");
	refused_below("a/.x.tc-part", TC_ERROR_INPUT, "are kept");
	refused_below(".x.tc-state/b", TC_ERROR_INPUT, "are kept");
	refused_below(".tc-part", TC_ERROR_INPUT, "are kept");
	refused_below("a\nb", TC_ERROR_INPUT, "control character");
	refused_below("\x1b[2J", TC_ERROR_INPUT, "control character");
	refused_below("a\x7f", TC_ERROR_INPUT, "control character");
	assert_int_equal(tc_folder_count(&folder), 0); /* nothing was made on the way */
}

static void test_long_names(void **state)
{
	char name[300];

	(void)state;
	memset(name, 'n', sizeof name);
	name[255] = '\0';
	opened_below(name, ".");
	name[255] = 'n';
	name[256] = '\0';
	refused_below(name, TC_ERROR_INPUT, "longer than the 255 bytes");
	name[255] = '/';
	name[256] = 'x';
	name[257] = '\0';
	char *in = strdup(name);
	assert_non_null(in);
	in[255] = '\0';
	opened_below(name, in);
	free(in);
}

static void test_names_beside_others(void **state)
{
	(void)state;
	tc_folder_put(&folder, "dup", "", 0644);
	refused_below("dup/x", TC_ERROR_SYSTEM, "dup/x: \"dup\" is a file or a symbolic link");
	opened_below("tree/x", "tree");
	refused_below("tree", TC_ERROR_SYSTEM, "tree is a folder");
	assert_int_equal(mkfifo(tc_folder_path(&folder, "pipe"), 0644), 0);
	refused_below("pipe", TC_ERROR_SYSTEM, "pipe is a pipe");
	refused_below("pipe/x", TC_ERROR_SYSTEM, "expected a folder");
}

static void test_no_link_is_followed_below(void **state)
{
	(void)state;
	opened_below("real/x", "real");
	tc_folder_put(&folder, "file", "", 0644);
	assert_int_equal(symlinkat("real", folder.fd, "link"), 0);
	assert_int_equal(symlinkat("/tmp", folder.fd, "real/out"), 0);
	assert_int_equal(symlinkat("file", folder.fd, "last"), 0);
	assert_int_equal(symlinkat("nothing", folder.fd, "dangling"), 0);
	refused_below("link/x", TC_ERROR_SYSTEM, "\"link\" is a file or a symbolic link");
	refused_below("real/out/x", TC_ERROR_SYSTEM, "\"out\" is a file or a symbolic link");
	refused_below("last", TC_ERROR_SYSTEM, "last is a symbolic link");
	refused_below("dangling", TC_ERROR_SYSTEM, "dangling is a symbolic link");
	refused_below("dangling/x", TC_ERROR_SYSTEM, "expected a folder");
	assert_false(tc_folder_has(&folder, "nothing"));
}

/* What holds a place is the open folder, wherever its name goes. */
static void test_a_folder_that_is_moved(void **state)
{
	struct tc__place place;
	struct stat held, moved;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc__place_open_below(&place, folder.fd, "a/x", &err), &err);
	assert_int_equal(renameat(folder.fd, "a", folder.fd, "b"), 0);
	assert_int_equal(symlinkat("/tmp", folder.fd, "a"), 0);
	assert_int_equal(fstat(place.folder, &held), 0);
	assert_int_equal(fstatat(folder.fd, "b", &moved, 0), 0);
	assert_int_equal(held.st_ino, moved.st_ino);
	tc__place_close(&place);
}

static void test_permissions(void **state)
{
	struct tc__place place;
	mode_t mode = 01;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc__place_open_below(&place, folder.fd, "x", &err), &err);
	assert_ok(tc__place_permissions(&place, &mode, &err), &err);
	assert_int_equal(mode, 01);
	tc_folder_put(&folder, "x", "", 04751);
	assert_ok(tc__place_permissions(&place, &mode, &err), &err);
	assert_int_equal(mode, 0751);
	assert_int_equal(unlinkat(folder.fd, "x", 0), 0);
	assert_int_equal(symlinkat("y", folder.fd, "x"), 0);
	assert_int_equal(tc__place_permissions(&place, &mode, &err), TC_ERROR_SYSTEM);
	assert_failure(&err, TC_ERROR_SYSTEM, "x is a symbolic link");
	tc__place_close(&place);
	int was = fcntl(0, F_GETFD);
	struct tc__place zero = { 0 };
	tc__place_close(&zero); /* and not the descriptor 0 */
	assert_int_equal(fcntl(0, F_GETFD), was);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_paths),
		TEST(test_paths_of_no_file),
		TEST(test_links),
		TEST(test_names),
		TEST(test_hostile_names),
		TEST(test_long_names),
		TEST(test_names_beside_others),
		TEST(test_no_link_is_followed_below),
		TEST(test_a_folder_that_is_moved),
		TEST(test_permissions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
