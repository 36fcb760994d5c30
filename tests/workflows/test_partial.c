/* SPDX-License-Identifier: MPL-2.0 */
/* Files that are not whole yet: who may write into them, what is believed of them later, and what
 * is left behind. */
#define _XOPEN_SOURCE 700 /* fchmod, mkfifo, pread */

#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "workflows/src/disk/partial.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ID "queue/abc/0/public/x"
#define PART ".x.tc-part"
#define STATE ".x.tc-state"
#define NOBODY 65534

static struct tc_folder folder;
static mode_t umask_before;

static int begin(void **state)
{
	(void)state;
	umask_before = umask(022);
	tc_folder_make(&folder);
	return 0;
}

static int end(void **state)
{
	(void)state;
	tc_folder_remove(&folder);
	umask(umask_before);
	return 0;
}

static int open_at(
	struct tc__partial *partial, const char *name, const char *id, bool anew, tc_error *err)
{
	struct tc__place place;

	assert_ok(tc__place_open_below(&place, folder.fd, name, err), err);
	int rc = tc__partial_open(partial, &place, id, anew, err);
	assert_null(place.path);
	return rc;
}

static struct tc__partial open_partial(const char *name)
{
	struct tc__partial partial;
	tc_error err = TC_ERROR_INIT;

	assert_ok(open_at(&partial, name, ID, false, &err), &err);
	assert_int_equal(lseek(partial.fd, 0, SEEK_CUR), 0);
	assert_true(fcntl(partial.fd, F_GETFD) & FD_CLOEXEC);
	return partial;
}

static void refuses(const char *name, const char *why)
{
	struct tc__partial partial;
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(open_at(&partial, name, ID, false, &err), TC_ERROR_SYSTEM);
	assert_failure(&err, TC_ERROR_SYSTEM, why);
	assert_int_equal(partial.fd, -1);
	tc__partial_close(&partial, true);
}

static void add(struct tc__partial *partial, const char *text)
{
	assert_int_equal(write(partial->fd, text, strlen(text)), strlen(text));
}

static struct tc__partial_state make_state(int64_t length, int64_t position)
{
	struct tc__partial_state state = {
		.etag = "\"e\"", .length = length, .position = position
	};

	for (int i = 0; i < 32; i++)
		state.sha256[i] = (unsigned char)(i * 8 + 5);
	return state;
}

static void note(struct tc__partial *partial, int64_t length, int64_t position)
{
	struct tc__partial_state state = make_state(length, position);
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc__partial_note(partial, &state, &err), &err);
}

static void finish(struct tc__partial *partial, bool keep_state, bool sync)
{
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc__partial_finish(partial, keep_state, sync, &err), &err);
	assert_int_equal(partial->fd, -1);
	tc__partial_close(partial, true);
}

/* Leaves "12345" and a state that tells of 4 of them. */
static void leave_some(void)
{
	struct tc__partial partial = open_partial("x");

	add(&partial, "12345");
	note(&partial, 10, 4);
	tc__partial_close(&partial, false);
	assert_true(tc_folder_has(&folder, PART));
	assert_true(tc_folder_has(&folder, STATE));
}

/* What is there is not gone on with, and nothing of it stays. */
static void is_thrown_away(bool anew, const char *id)
{
	struct tc__partial partial;
	tc_error err = TC_ERROR_INIT;

	assert_ok(open_at(&partial, "x", id, anew, &err), &err);
	assert_false(partial.had_state);
	assert_int_equal(lseek(partial.fd, 0, SEEK_END), 0);
	tc__partial_close(&partial, false);
	assert_int_equal(tc_folder_count(&folder), 0);
}

/* ---- from its beginning to its end ---- */

static void test_whole(void **state)
{
	struct tc__partial partial = open_partial("x");
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_false(partial.had_state);
	add(&partial, "whole");
	assert_int_equal(tc_folder_mode(&folder, PART), 0600);
	assert_false(tc_folder_has(&folder, STATE));
	note(&partial, -1, 5);
	assert_int_equal(tc_folder_mode(&folder, STATE), 0600);
	assert_false(tc_folder_has(&folder, "x"));
	assert_ok(tc__partial_sync(&partial, &err), &err);
	finish(&partial, false, true);
	tc_folder_check(&folder, "x", "whole");
	assert_int_equal(tc_folder_count(&folder), 1);
}

static void test_gone_on_with(void **state)
{
	(void)state;
	leave_some();
	struct tc__partial partial = open_partial("x");
	struct tc__partial_state expected = make_state(10, 4);
	assert_true(partial.had_state);
	assert_string_equal(partial.found.etag, "\"e\"");
	assert_int_equal(partial.found.length, 10);
	assert_int_equal(partial.found.position, 4);
	assert_memory_equal(partial.found.sha256, expected.sha256, 32);
	assert_int_equal(lseek(partial.fd, 0, SEEK_END), 5); /* more than it tells */
	tc__partial_close(&partial, false);                  /* and nothing came */
	assert_int_equal(tc_folder_count(&folder), 2);
	partial = open_partial("x");
	assert_true(partial.had_state);
	tc__partial_close(&partial, true);
	assert_int_equal(tc_folder_count(&folder), 0);
}

static void test_what_nobody_can_go_on_with(void **state)
{
	(void)state;
	struct tc__partial partial = open_partial("x");
	add(&partial, "12345"); /* no state */
	tc__partial_close(&partial, false);
	assert_int_equal(tc_folder_count(&folder), 0);
	partial = open_partial("x");
	note(&partial, 5, 0); /* no bytes */
	tc__partial_close(&partial, false);
	assert_int_equal(tc_folder_count(&folder), 0);
	partial = open_partial("x");
	add(&partial, "12345");
	note(&partial, 10, 5);
	assert_int_equal(ftruncate(partial.fd, 4), 0); /* less than it tells */
	tc__partial_close(&partial, false);
	assert_int_equal(tc_folder_count(&folder), 0);
	struct tc__partial none = { .fd = -1 };
	tc__partial_close(&none, true);
}

static void test_emptied(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	leave_some();
	struct tc__partial partial = open_partial("x");
	assert_int_equal(lseek(partial.fd, 3, SEEK_SET), 3);
	assert_ok(tc__partial_empty(&partial, &err), &err);
	assert_false(tc_folder_has(&folder, STATE));
	assert_int_equal(lseek(partial.fd, 0, SEEK_CUR), 0);
	assert_int_equal(lseek(partial.fd, 0, SEEK_END), 0);
	assert_int_equal(partial.state_fd, -1);
	refuses("x", "x is being downloaded by another program");
	add(&partial, "new");
	note(&partial, 3, 2);
	tc__partial_close(&partial, false);
	partial = open_partial("x");
	assert_int_equal(partial.found.position, 2);
	finish(&partial, false, false);
	tc_folder_check(&folder, "x", "new");
}

static void test_emptied_and_no_more(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	leave_some();
	struct tc__partial partial = open_partial("x");
	assert_ok(tc__partial_empty(&partial, &err), &err);
	add(&partial, "12345");
	tc__partial_close(&partial, false);
	assert_int_equal(tc_folder_count(&folder), 0);
}

static void test_thrown_away(void **state)
{
	(void)state;
	leave_some();
	is_thrown_away(true, ID);
	leave_some();
	is_thrown_away(false, "another");
	leave_some();
	is_thrown_away(false, ID "y");
	leave_some();
	assert_int_equal(truncate(tc_folder_path(&folder, PART), 3), 0);
	is_thrown_away(false, ID);
	leave_some();
	assert_int_equal(unlinkat(folder.fd, STATE, 0), 0);
	is_thrown_away(false, ID);
	leave_some();
	assert_int_equal(unlinkat(folder.fd, PART, 0), 0);
	is_thrown_away(false, ID);
	leave_some(); /* others may have it open */
	assert_int_equal(fchmodat(folder.fd, PART, 0666, 0), 0);
	is_thrown_away(false, ID);
}

static void test_ids(void **state)
{
	static const char *const ids[] = { "", "a\nb", "a\n", "\x7f", "a\tb" };
	struct tc__partial partial;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		assert_int_equal(open_at(&partial, "x", ids[i], false, &err), TC_ERROR_ARGUMENT);
		assert_failure(&err, TC_ERROR_ARGUMENT, "one line of text");
	}
	assert_int_equal(tc_folder_count(&folder), 0);
}

static void test_long_ids_and_states(void **state)
{
	struct tc__partial partial;
	struct tc__partial_state full = make_state(INT64_MAX, 1);
	char id[5000];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	memset(id, 'i', sizeof id);
	id[sizeof id - 1] = '\0';
	memset(full.etag, 'e', sizeof full.etag);
	full.etag[0] = full.etag[TC__ETAG_SIZE - 2] = '"';
	full.etag[TC__ETAG_SIZE - 1] = '\0';
	assert_ok(open_at(&partial, "x", id, false, &err), &err);
	add(&partial, "12345");
	assert_ok(tc__partial_note(&partial, &full, &err), &err);
	tc__partial_close(&partial, false);
	assert_ok(open_at(&partial, "x", id, false, &err), &err);
	assert_true(partial.had_state);
	assert_string_equal(partial.found.etag, full.etag);
	assert_true(partial.found.length == INT64_MAX);
	tc__partial_close(&partial, true);
}

static void test_states_that_cannot_be(void **state)
{
	static const char *const etags[] = { "", "e", "\"", "W/\"e\"", "\"e", "\"a\"b\"", "\"a b\"",
		"\"a\n\"", "\"\xc3\xb6\"" };
	struct tc__partial partial = open_partial("x");
	tc_error err = TC_ERROR_INIT;

	(void)state;
	add(&partial, "12345");
	for (size_t i = 0; i < sizeof etags / sizeof *etags; i++) {
		struct tc__partial_state weak = make_state(5, 5);
		strcpy(weak.etag, etags[i]);
		assert_int_equal(tc__partial_note(&partial, &weak, &err), TC_ERROR_ARGUMENT);
		assert_failure(&err, TC_ERROR_ARGUMENT, "no state of a partial file");
	}
	const int64_t numbers[][2] = { { 5, 6 }, { 5, -1 }, { -2, 0 } };
	for (size_t i = 0; i < 3; i++) {
		struct tc__partial_state odd = make_state(numbers[i][0], numbers[i][1]);
		assert_int_equal(tc__partial_note(&partial, &odd, &err), TC_ERROR_ARGUMENT);
		tc_error_clear(&err);
	}
	assert_false(tc_folder_has(&folder, STATE));
	tc__partial_close(&partial, true);
}

/* ---- names ---- */

static void test_long_names(void **state)
{
	char name[256], other[256];

	(void)state;
	for (size_t length = 240; length <= 255; length++) {
		memset(name, 'n', sizeof name);
		name[length] = '\0';
		struct tc__partial partial = open_partial(name);
		assert_true(strlen(partial.part_name) <= 255);
		assert_true(strlen(partial.state_name) <= 255);
		add(&partial, "12345");
		note(&partial, 10, 5);
		tc__partial_close(&partial, false);
		partial = open_partial(name);
		assert_true(partial.had_state);
		strcpy(other, name);
		other[length - 1] = 'o'; /* beside it */
		struct tc__partial second = open_partial(other);
		assert_false(second.had_state);
		finish(&second, false, false);
		finish(&partial, false, false);
		assert_true(tc_folder_has(&folder, name));
		assert_true(tc_folder_has(&folder, other));
	}
	assert_int_equal(tc_folder_count(&folder), 32);
}

/* A character is not cut in two: there are file systems that take no half. */
static void test_long_name_of_wide_characters(void **state)
{
	char name[256];

	(void)state;
	for (size_t shift = 0; shift < 3; shift++) {
		memset(name, 'n', shift);
		for (size_t i = 0; i < 84; i++)
			memcpy(name + shift + 3 * i, "\xe2\x82\xac", 3);
		name[shift + 252] = '\0';
		struct tc__partial partial = open_partial(name);
		const char *at = partial.part_name + 1 + shift;
		while (strncmp(at, "\xe2\x82\xac", 3) == 0)
			at += 3;
		assert_int_equal(*at, '-');
		tc__partial_close(&partial, true);
	}
}

/* ---- what lies where it should be ---- */

static void is_made_anew(void)
{
	struct tc__partial partial = open_partial("x");
	struct stat status;

	assert_false(partial.had_state);
	assert_int_equal(fstat(partial.fd, &status), 0);
	assert_true(S_ISREG(status.st_mode));
	assert_int_equal(status.st_nlink, 1);
	assert_int_equal(status.st_uid, geteuid());
	assert_int_equal(tc_folder_mode(&folder, PART), 0600);
	add(&partial, "12345");
	note(&partial, 5, 5);
	assert_int_equal(tc_folder_mode(&folder, STATE), 0600);
	finish(&partial, false, false);
	tc_folder_check(&folder, "x", "12345");
	assert_int_equal(unlinkat(folder.fd, "x", 0), 0);
}

static void test_links_in_its_place(void **state)
{
	(void)state;
	tc_folder_put(&folder, "victim", "untouched", 0644);
	assert_int_equal(symlinkat("victim", folder.fd, PART), 0);
	assert_int_equal(symlinkat("victim", folder.fd, STATE), 0);
	is_made_anew();
	assert_int_equal(symlinkat("nothing", folder.fd, PART), 0);
	assert_int_equal(symlinkat("nothing", folder.fd, STATE), 0);
	is_made_anew();
	assert_int_equal(linkat(folder.fd, "victim", folder.fd, PART, 0), 0);
	assert_int_equal(linkat(folder.fd, "victim", folder.fd, STATE, 0), 0);
	is_made_anew();
	tc_folder_check(&folder, "victim", "untouched");
	assert_int_equal(tc_folder_mode(&folder, "victim"), 0644);
	assert_int_equal(tc_folder_count(&folder), 1);
}

/* A state that came by a link is not believed, whatever it says. */
static void test_links_to_a_good_state(void **state)
{
	(void)state;
	leave_some();
	assert_int_equal(renameat(folder.fd, STATE, folder.fd, "state"), 0);
	assert_int_equal(symlinkat("state", folder.fd, STATE), 0);
	is_made_anew();
	leave_some();
	assert_int_equal(linkat(folder.fd, STATE, folder.fd, "second", 0), 0);
	is_made_anew();
	leave_some();
	assert_int_equal(linkat(folder.fd, PART, folder.fd, "third", 0), 0);
	is_made_anew();
	tc_folder_check(&folder, "third", "12345");
	assert_int_equal(tc_folder_count(&folder), 3);
}

static void test_pipes_in_its_place(void **state)
{
	(void)state;
	alarm(20); /* opening one hangs */
	assert_int_equal(mkfifo(tc_folder_path(&folder, PART), 0600), 0);
	assert_int_equal(mkfifo(tc_folder_path(&folder, STATE), 0600), 0);
	is_made_anew();
	leave_some();
	assert_int_equal(unlinkat(folder.fd, STATE, 0), 0);
	assert_int_equal(mkfifo(tc_folder_path(&folder, STATE), 0600), 0);
	is_made_anew();
	alarm(0);
	assert_int_equal(tc_folder_count(&folder), 0);
}

static void test_folders_in_its_place(void **state)
{
	struct tc__partial_state some = make_state(5, 5);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_int_equal(mkdirat(folder.fd, PART, 0700), 0);
	refuses("x", PART " is in the way, and cannot be removed");
	assert_int_equal(unlinkat(folder.fd, PART, AT_REMOVEDIR), 0);
	assert_int_equal(mkdirat(folder.fd, STATE, 0700), 0);
	struct tc__partial partial = open_partial("x");
	add(&partial, "12345");
	assert_int_equal(tc__partial_note(&partial, &some, &err), TC_ERROR_SYSTEM);
	assert_failure(&err, TC_ERROR_SYSTEM, STATE " cannot be made: File exists");
	finish(&partial, true, false); /* all the same */
	tc_folder_check(&folder, "x", "12345");
}

static void test_files_of_others(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	leave_some();
	assert_int_equal(fchownat(folder.fd, PART, NOBODY, NOBODY, 0), 0);
	is_thrown_away(false, ID);
	leave_some();
	assert_int_equal(fchownat(folder.fd, STATE, NOBODY, NOBODY, 0), 0);
	is_thrown_away(false, ID);
	leave_some(); /* who keeps a lock on his own file keeps nobody away */
	assert_int_equal(fchownat(folder.fd, PART, NOBODY, NOBODY, 0), 0);
	int fd = openat(folder.fd, PART, O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	is_thrown_away(false, ID);
	close(fd);
}

/* ---- its permissions ---- */

static void finishes_with(const char *name, mode_t expected)
{
	struct tc__partial partial = open_partial(name);

	assert_int_equal(partial.mode, expected);
	finish(&partial, false, false);
	assert_int_equal(tc_folder_mode(&folder, name), expected);
}

static void test_modes(void **state)
{
	(void)state;
	finishes_with("by-022", 0644);
	umask(077);
	finishes_with("by-077", 0600);
	finishes_with("by-022", 0644);
	umask(0);
	finishes_with("by-0", 0666);
	umask(022);
	finishes_with("by-077", 0600);
	tc_folder_put(&folder, "shared", "", 0640);
	finishes_with("shared", 0640);
	tc_folder_put(&folder, "program", "", 04755);
	finishes_with("program", 0755);
	tc_folder_put(&folder, "read-only", "", 0444);
	finishes_with("read-only", 0444);
}

static void test_mode_is_kept_for_another_time(void **state)
{
	(void)state;
	umask(027);
	leave_some();
	umask(0);
	struct tc__partial partial = open_partial("x");
	assert_true(partial.had_state);
	assert_int_equal(tc_folder_mode(&folder, PART), 0600);
	tc_folder_put(&folder, "x", "", 0604); /* what is there at the end counts */
	finish(&partial, false, false);
	assert_int_equal(tc_folder_mode(&folder, "x"), 0604);
	assert_int_equal(unlinkat(folder.fd, "x", 0), 0);
	umask(027);
	leave_some();
	umask(0);
	finishes_with("x", 0640);
}

/* As after a crash between the permissions and the name. */
static void test_part_that_others_can_read_is_closed(void **state)
{
	(void)state;
	leave_some();
	assert_int_equal(fchmodat(folder.fd, PART, 0644, 0), 0);
	struct tc__partial partial = open_partial("x");
	assert_true(partial.had_state);
	assert_int_equal(tc_folder_mode(&folder, PART), 0600);
	tc__partial_close(&partial, true);
}

/* ---- its name ---- */

static void test_link_stands_for_its_file(void **state)
{
	struct tc__place place;
	struct tc__partial partial;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_int_equal(mkdirat(folder.fd, "far", 0755), 0);
	tc_folder_put(&folder, "far/target", "old", 0640);
	assert_int_equal(symlinkat("far/target", folder.fd, "link"), 0);
	assert_ok(tc__place_open(&place, tc_folder_path(&folder, "link"), &err), &err);
	assert_ok(tc__partial_open(&partial, &place, ID, false, &err), &err);
	assert_true(tc_folder_has(&folder, "far/.target.tc-part"));
	add(&partial, "new");
	finish(&partial, false, true);
	tc_folder_check(&folder, "far/target", "new");
	assert_int_equal(tc_folder_mode(&folder, "far/target"), 0640);
	tc_folder_check(&folder, "link", "new");
	assert_int_equal(unlinkat(folder.fd, "far/target", 0), 0);
	assert_int_equal(tc_folder_count(&folder), 2);
}

static void cannot_finish(struct tc__partial *partial, const char *why)
{
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(tc__partial_finish(partial, true, true, &err), TC_ERROR_SYSTEM);
	assert_failure(&err, TC_ERROR_SYSTEM, why);
	assert_int_equal(partial->fd, -1);
}

static void test_something_else_has_its_name(void **state)
{
	(void)state;
	struct tc__partial partial = open_partial("x");
	add(&partial, "12345");
	note(&partial, 5, 5);
	assert_int_equal(mkdirat(folder.fd, "x", 0755), 0);
	cannot_finish(&partial, "x is a folder");
	assert_int_equal(tc_folder_count(&folder), 1);
	assert_int_equal(unlinkat(folder.fd, "x", AT_REMOVEDIR), 0);
	partial = open_partial("x");
	assert_int_equal(symlinkat("/etc/passwd", folder.fd, "x"), 0);
	cannot_finish(&partial, "x is a symbolic link");
	assert_int_equal(tc_folder_count(&folder), 1);
}

static void test_taken_away(void **state)
{
	(void)state;
	struct tc__partial partial = open_partial("x");
	assert_int_equal(unlinkat(folder.fd, PART, 0), 0);
	tc_folder_put(&folder, PART, "of somebody else", 0600);
	cannot_finish(&partial, "was taken away meanwhile");
	tc_folder_check(&folder, PART, "of somebody else");
	assert_false(tc_folder_has(&folder, "x"));
}

/* ---- what is kept beside a whole file ---- */

static bool read_kept(const char *id, struct tc__partial_state *found)
{
	struct tc__place place;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc__place_open_below(&place, folder.fd, "x", &err), &err);
	bool kept = tc__partial_read_kept(&place, id, found);
	assert_string_equal(place.name, "x");
	tc__place_close(&place);
	return kept;
}

static void keep_whole(void)
{
	struct tc__partial partial = open_partial("x");

	add(&partial, "whole");
	note(&partial, 5, 5);
	finish(&partial, true, false);
	assert_true(tc_folder_has(&folder, STATE));
	assert_false(tc_folder_has(&folder, PART));
}

static void test_kept(void **state)
{
	struct tc__partial_state found, expected = make_state(5, 5);

	(void)state;
	assert_false(read_kept(ID, &found));
	keep_whole();
	assert_true(read_kept(ID, &found));
	assert_string_equal(found.etag, "\"e\"");
	assert_memory_equal(found.sha256, expected.sha256, 32);
	assert_false(read_kept("another", &found));
	tc_folder_put(&folder, "x", "shorter", 0644);
	assert_false(read_kept(ID, &found));
	assert_int_equal(unlinkat(folder.fd, "x", 0), 0);
	assert_false(read_kept(ID, &found));
	leave_some();
	tc_folder_put(&folder, "x", "1234567890", 0644); /* of a part, not of this */
	assert_false(read_kept(ID, &found));
}

static void test_kept_until_there_is_a_new_one(void **state)
{
	struct tc__partial_state found;

	(void)state;
	keep_whole();
	struct tc__partial partial = open_partial("x");
	assert_false(partial.had_state);
	add(&partial, "12345678");
	tc__partial_close(&partial, true); /* it came to nothing */
	assert_true(read_kept(ID, &found));
	assert_int_equal(tc_folder_count(&folder), 2);
	partial = open_partial("x");
	add(&partial, "12345678");
	note(&partial, 10, 8);
	assert_false(read_kept(ID, &found));
	tc__partial_close(&partial, false);
	partial = open_partial("x");
	assert_int_equal(partial.found.position, 8);
	finish(&partial, false, false);
	assert_int_equal(tc_folder_count(&folder), 1); /* it was of the old one */
	keep_whole();
	partial = open_partial("x");
	finish(&partial, true, false); /* nothing was noted of this one */
	assert_int_equal(tc_folder_count(&folder), 1);
}

/* ---- damage ---- */

static char *read_state(size_t *length)
{
	return tc_test_read_file(tc_folder_path(&folder, STATE), length);
}

static void test_damaged_state_is_never_believed(void **state)
{
	struct tc__partial_state found;
	mode_t mode;
	size_t length = 0;

	(void)state;
	leave_some();
	char *text = read_state(&length);
	assert_true(tc__partial_state_read(text, length, ID, &found, &mode));
	for (size_t i = 0; i < length; i++) {
		for (int flip = 1; flip < 256; flip++) {
			text[i] = (char)(text[i] ^ flip);
			assert_false(tc__partial_state_read(text, length, ID, &found, &mode));
			text[i] = (char)(text[i] ^ flip);
		}
		assert_false(tc__partial_state_read(text, i, ID, &found, &mode));
	}
	assert_false(tc__partial_state_read(text, length + 1, ID, &found, &mode)); /* its NUL */
	free(text);
}

static void test_damaged_file_is_thrown_away(void **state)
{
	size_t length = 0;

	(void)state;
	leave_some();
	char *text = read_state(&length);
	for (size_t i = 0; i < length; i++) {
		leave_some();
		text[i] ^= 1;
		tc_folder_put(&folder, STATE, text, 0600);
		text[i] ^= 1;
		is_thrown_away(false, ID);
	}
	leave_some();
	assert_int_equal(truncate(tc_folder_path(&folder, STATE), 1000000), 0);
	is_thrown_away(false, ID);
	free(text);
}

/* With a checksum that is right: what could not have been written is not read either. */
static void test_state_that_was_not_written_here(void **state)
{
	static const char *const rows[] = {
		"tc-state 1\nid i\netag \"e\"\nlength 10\nposition 04\n", /* reference: 4 */
		"tc-state 1\nid i\netag \"e\"\nlength +10\nposition 4\n",
		"tc-state 1\nid i\netag \"e\"\nlength -2\nposition 4\n",
		"tc-state 1\nid i\netag \"e\"\nlength \nposition 4\n",
		"tc-state 1\nid i\netag \"e\"\nlength 18446744073709551626\nposition 4\n",
		"tc-state 1\nid i\netag \"e\"\nlength 10\nposition 11\n",
		"tc-state 1\nid i\netag \"e\"\nlength 10\nposition -1\n",
		"tc-state 1\nid i\netag W/\"e\"\nlength 10\nposition 4\n",
		"tc-state 1\nid i\netag \"\x01\"\nlength 10\nposition 4\n",
		"tc-state 2\nid i\netag \"e\"\nlength 10\nposition 4\n",
		"tc-state 1\nid j\netag \"e\"\nlength 10\nposition 4\n",
		"tc-state 1\netag \"e\"\nid i\nlength 10\nposition 4\n",
		"tc-state 1\nid i\netag \"e\"\nlength 10\nposition 4\n", /* the one that is right */
	};
	size_t count = sizeof rows / sizeof *rows;
	struct tc__partial_state found;
	mode_t mode;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		char text[512];
		int length = snprintf(text, sizeof text, "%ssha256 %064d\nmode 644\n", rows[i], 0);
		uint64_t hash = tc__partial_hash(text, (size_t)length);
		length += snprintf(text + length, sizeof text - (size_t)length, "check %08x%08x\n",
			(unsigned)(hash >> 32), (unsigned)hash);
		bool right = tc__partial_state_read(text, (size_t)length, "i", &found, &mode);
		assert_int_equal(right, i == count - 1);
	}
	assert_int_equal(mode, 0644);
}

/* ---- others at the same time ---- */

static void test_locked_within_a_process(void **state)
{
	(void)state;
	struct tc__partial partial = open_partial("x");
	refuses("x", "x is being downloaded by another program");
	struct tc__partial beside = open_partial("y");
	tc__partial_close(&beside, true);
	struct tc__partial anew;
	tc_error err = TC_ERROR_INIT;
	assert_int_equal(open_at(&anew, "x", ID, true, &err), TC_ERROR_SYSTEM);
	assert_failure(&err, TC_ERROR_SYSTEM, "another program");
	assert_int_equal(linkat(folder.fd, PART, folder.fd, "second", 0), 0);
	refuses("x", "x is being downloaded by another program"); /* and still has its name */
	add(&partial, "12345");
	finish(&partial, false, false);
	tc_folder_check(&folder, "x", "12345");
}

/* A child that has written 5 bytes, noted 4, and holds the lock. */
static pid_t start_other(void)
{
	int told[2];
	char byte;

	assert_int_equal(pipe(told), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct tc__place place;
		struct tc__partial partial;
		struct tc__partial_state some = make_state(10, 4);
		if (tc__place_open_below(&place, folder.fd, "x", NULL) != TC_OK ||
			tc__partial_open(&partial, &place, ID, false, NULL) != TC_OK ||
			write(partial.fd, "12345", 5) != 5 ||
			tc__partial_note(&partial, &some, NULL) != TC_OK ||
			write(told[1], "+", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(told[1]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	close(told[0]);
	return child;
}

static void test_killed_in_the_middle(void **state)
{
	int status = 0;

	(void)state;
	pid_t child = start_other();
	refuses("x", "x is being downloaded by another program");
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	struct tc__partial partial = open_partial("x");
	assert_true(partial.had_state);
	assert_int_equal(partial.found.position, 4);
	assert_int_equal(lseek(partial.fd, 0, SEEK_END), 5);
	finish(&partial, false, false);
	tc_folder_check(&folder, "x", "12345");
}

#define RACERS 4
#define RACES 300
#define RACED_BYTES 64

/* 0: all went well; -1: another has it; else what went wrong. */
static int race(int letter, int turn)
{
	char text[RACED_BYTES];
	struct tc__place place;
	struct tc__partial partial;
	struct tc__partial_state some = make_state(RACED_BYTES, RACED_BYTES / 2);
	tc_error err = TC_ERROR_INIT;

	memset(text, letter, sizeof text);
	if (tc__place_open_below(&place, folder.fd, "x", NULL) != TC_OK)
		return 2;
	if (tc__partial_open(&partial, &place, ID, turn % 5 == 0, &err) != TC_OK) {
		bool busy = strstr(tc_error_text(&err), "by another program");
		tc_error_clear(&err);
		return busy ? -1 : 3;
	}
	for (size_t i = 0; i < sizeof text; i += sizeof text / 2)
		if (pwrite(partial.fd, text + i, sizeof text / 2, (off_t)i) < 0 ||
			tc__partial_note(&partial, &some, NULL) != TC_OK)
			return 4;
	if (turn % 3 == 0) {
		tc__partial_close(&partial, turn % 2 == 0);
		return 0;
	}
	return tc__partial_finish(&partial, false, false, NULL) == TC_OK ? 0 : 5;
}

static void run_racer(int letter)
{
	const struct timespec moment = { .tv_nsec = 200000 };

	alarm(100);
	for (int turn = 0; turn < RACES; turn++) {
		int rc = race(letter, turn);
		for (; rc < 0; rc = race(letter, turn))
			nanosleep(&moment, NULL);
		if (rc > 0)
			_exit(rc);
	}
	_exit(0);
}

/* Whoever has the lock has it alone until its end, and what appears is of one of them. */
static void test_many_at_once(void **state)
{
	pid_t racers[RACERS];
	size_t length = 0;

	(void)state;
	for (int i = 0; i < RACERS; i++) {
		racers[i] = fork();
		assert_true(racers[i] >= 0);
		if (racers[i] == 0)
			run_racer('a' + i);
	}
	for (int i = 0; i < RACERS; i++) {
		int status = 0;
		assert_int_equal(waitpid(racers[i], &status, 0), racers[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	char *text = tc_test_read_file(tc_folder_path(&folder, "x"), &length);
	assert_int_equal(length, RACED_BYTES);
	assert_int_equal(strspn(text, (char[]){ text[0], '\0' }), RACED_BYTES);
	free(text);
}

/* ---- a machine that refuses ---- */

/* Runs it in a child, which may change what it likes; the child's code. */
static int in_child(int (*work)(void))
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(work());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int open_as_nobody(void)
{
	struct tc__place place;
	struct tc__partial partial;
	tc_error err = TC_ERROR_INIT;

	if (geteuid() == 0 && setuid(NOBODY) != 0)
		return 1;
	if (tc__place_open_below(&place, folder.fd, "x", &err) != TC_OK)
		return 2;
	if (tc__partial_open(&partial, &place, ID, false, &err) != TC_ERROR_SYSTEM)
		return 3;
	bool told = strstr(tc_error_text(&err),
		"x: its partial file " PART " cannot be made: Permission denied");
	tc_error_clear(&err);
	return told ? 0 : 4;
}

static void test_folder_that_cannot_be_written(void **state)
{
	(void)state;
	assert_int_equal(fchmod(folder.fd, 0555), 0);
	int rc = in_child(open_as_nobody);
	assert_int_equal(fchmod(folder.fd, 0755), 0);
	assert_int_equal(rc, 0);
	assert_int_equal(tc_folder_count(&folder), 0);
}

/* The own file that was closed to its owner. */
static int open_closed_part(void)
{
	struct tc__place place;
	struct tc__partial partial;

	if (geteuid() == 0 && (fchown(folder.fd, NOBODY, NOBODY) != 0 || setuid(NOBODY) != 0))
		return 1;
	int fd = openat(folder.fd, PART, O_WRONLY | O_CREAT | O_CLOEXEC, 0);
	if (fd < 0 || fchmod(fd, 0) != 0)
		return 2;
	close(fd);
	if (tc__place_open_below(&place, folder.fd, "x", NULL) != TC_OK ||
		tc__partial_open(&partial, &place, ID, false, NULL) != TC_OK)
		return 3;
	bool anew = tc_folder_mode(&folder, PART) == 0600;
	tc__partial_close(&partial, true);
	return anew ? 0 : 4;
}

static void test_part_that_cannot_be_opened(void **state)
{
	(void)state;
	assert_int_equal(in_child(open_closed_part), 0);
	assert_int_equal(tc_folder_count(&folder), 0);
}

/* A partial file's last moment: what is there cannot be replaced. */
static int finish_in_closed_folder(void)
{
	struct tc__place place;
	struct tc__partial partial;
	struct tc__partial_state some = make_state(5, 5);
	tc_error err = TC_ERROR_INIT;

	if (geteuid() == 0 && (fchown(folder.fd, NOBODY, NOBODY) != 0 || setuid(NOBODY) != 0))
		return 1;
	if (tc__place_open_below(&place, folder.fd, "x", &err) != TC_OK ||
		tc__partial_open(&partial, &place, ID, false, &err) != TC_OK ||
		write(partial.fd, "12345", 5) != 5 ||
		tc__partial_note(&partial, &some, &err) != TC_OK)
		return 2;
	if (fchmod(folder.fd, 0555) != 0)
		return 3;
	if (tc__partial_finish(&partial, false, false, &err) != TC_ERROR_SYSTEM)
		return 4;
	bool told = strstr(tc_error_text(&err), "cannot get its name: Permission denied");
	tc_error_clear(&err);
	return told ? 0 : 5;
}

static void test_folder_that_is_closed_meanwhile(void **state)
{
	(void)state;
	assert_int_equal(in_child(finish_in_closed_folder), 0);
	assert_int_equal(fchmod(folder.fd, 0755), 0);
	assert_int_equal(tc_folder_count(&folder), 2); /* to be gone on with */
	assert_int_equal(tc_folder_mode(&folder, PART), 0600);
	assert_false(tc_folder_has(&folder, "x"));
}

static int write_with_little_room(void)
{
	struct rlimit little = { 100, 100 };
	struct tc__place place;
	struct tc__partial partial;
	struct tc__partial_state some = make_state(5, 5);
	tc_error err = TC_ERROR_INIT;

	signal(SIGXFSZ, SIG_IGN);
	if (tc__place_open_below(&place, folder.fd, "x", &err) != TC_OK ||
		tc__partial_open(&partial, &place, ID, false, &err) != TC_OK ||
		write(partial.fd, "12345", 5) != 5 ||
		tc__partial_note(&partial, &some, &err) != TC_OK)
		return 2;
	if (setrlimit(RLIMIT_FSIZE, &little) != 0)
		return 1;
	if (tc__partial_note(&partial, &some, &err) != TC_ERROR_SYSTEM)
		return 3;
	if (!strstr(tc_error_text(&err), "x: the state of its partial file " STATE " cannot be"))
		return 4;
	tc_error_clear(&err);
	tc__partial_close(&partial, false);
	return 0;
}

/* A state that is not whole is none. */
static void test_no_room_for_the_state(void **state)
{
	(void)state;
	assert_int_equal(in_child(write_with_little_room), 0);
	assert_int_equal(tc_folder_count(&folder), 0);
}

static int empty_descriptors(void)
{
	struct rlimit none = { 0, 0 };
	struct tc__place place;
	struct tc__partial partial;
	tc_error err = TC_ERROR_INIT;

	if (tc__place_open_below(&place, folder.fd, "x", &err) != TC_OK)
		return 1;
	if (setrlimit(RLIMIT_NOFILE, &none) != 0)
		return 2;
	if (tc__partial_open(&partial, &place, ID, false, &err) != TC_ERROR_SYSTEM)
		return 3;
	bool told = strstr(tc_error_text(&err), ": Too many open files");
	tc_error_clear(&err);
	return told ? 0 : 4;
}

/* It is not what is there that is at fault, so it stays. */
static void test_no_descriptor(void **state)
{
	(void)state;
	leave_some();
	assert_int_equal(in_child(empty_descriptors), 0);
	struct tc__partial partial = open_partial("x");
	assert_true(partial.had_state);
	tc__partial_close(&partial, true);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_whole),
		TEST(test_gone_on_with),
		TEST(test_what_nobody_can_go_on_with),
		TEST(test_emptied),
		TEST(test_emptied_and_no_more),
		TEST(test_thrown_away),
		TEST(test_ids),
		TEST(test_long_ids_and_states),
		TEST(test_states_that_cannot_be),
		TEST(test_long_names),
		TEST(test_long_name_of_wide_characters),
		TEST(test_links_in_its_place),
		TEST(test_links_to_a_good_state),
		TEST(test_pipes_in_its_place),
		TEST(test_folders_in_its_place),
		TEST(test_files_of_others),
		TEST(test_modes),
		TEST(test_mode_is_kept_for_another_time),
		TEST(test_part_that_others_can_read_is_closed),
		TEST(test_link_stands_for_its_file),
		TEST(test_something_else_has_its_name),
		TEST(test_taken_away),
		TEST(test_kept),
		TEST(test_kept_until_there_is_a_new_one),
		TEST(test_damaged_state_is_never_believed),
		TEST(test_damaged_file_is_thrown_away),
		TEST(test_state_that_was_not_written_here),
		TEST(test_locked_within_a_process),
		TEST(test_killed_in_the_middle),
		TEST(test_many_at_once),
		TEST(test_folder_that_cannot_be_written),
		TEST(test_folder_that_is_closed_meanwhile),
		TEST(test_part_that_cannot_be_opened),
		TEST(test_no_room_for_the_state),
		TEST(test_no_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
