/* SPDX-License-Identifier: MPL-2.0 */
/* Places and partial files while memory ends: nothing that could be gone on with is lost. */
#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "tests/nomem/failing.h"
#include "workflows/src/disk/partial.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID "queue/abc/0/public/x"

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

/* How many of the three there are; reading the folder would take memory. */
static int names_in_folder(void)
{
	static const char *const names[] = { "x", ".x.tc-part", ".x.tc-state" };
	int count = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		count += tc_folder_has(&folder, names[i]);
	return count;
}

/* Under the sanitizer strdup and realpath do not fail. */
static void fails_cleanly(int (*work)(void *data, tc_error *err), void *data, long least)
{
	long steps = tc_failing_each(work, data);

	if (tc_failing_sees_blocks())
		assert_true(steps >= least);
}

static int open_place(void *path, tc_error *err)
{
	struct tc__place place;
	int rc = tc__place_open(&place, path, err);

	tc__place_close(&place);
	return rc;
}

static int open_below(void *name, tc_error *err)
{
	struct tc__place place;
	int rc = tc__place_open_below(&place, folder.fd, name, err);

	tc__place_close(&place);
	return rc;
}

static void test_places(void **state)
{
	static char below[] = "a/b/c";
	char *path = strdup(tc_folder_path(&folder, "link"));

	(void)state;
	assert_non_null(path);
	fails_cleanly(open_place, path, 3);
	tc_folder_put(&folder, "target", "", 0644);
	assert_int_equal(symlinkat("target", folder.fd, "link"), 0);
	fails_cleanly(open_place, path, 5);
	free(path);
	fails_cleanly(open_below, below, 2);
}

static int open_partial(struct tc__partial *partial, tc_error *err)
{
	struct tc__place place;
	int rc = tc__place_open_below(&place, folder.fd, "x", err);

	*partial = (struct tc__partial)TC__PARTIAL_NONE;
	return rc == TC_OK ? tc__partial_open(partial, &place, ID, false, err) : rc;
}

/* From nothing to a whole file, or to nothing. */
static int download(void *data, tc_error *err)
{
	struct tc__partial_state some = { .etag = "\"e\"", .length = 5, .position = 5 };
	struct tc__partial partial;
	int rc = open_partial(&partial, err);

	(void)data;
	if (rc == TC_OK && write(partial.fd, "12345", 5) != 5)
		rc = TC_ERROR_SYSTEM;
	if (rc == TC_OK)
		rc = tc__partial_note(&partial, &some, err);
	if (rc == TC_OK)
		rc = tc__partial_finish(&partial, false, false, err);
	tc__partial_close(&partial, true);
	assert_int_equal(tc_folder_has(&folder, "x"), rc == TC_OK);
	unlinkat(folder.fd, "x", 0);
	assert_int_equal(names_in_folder(), 0);
	return rc;
}

static void test_partial(void **state)
{
	(void)state;
	fails_cleanly(download, NULL, 7);
}

static int go_on(void *data, tc_error *err)
{
	struct tc__partial partial;
	int rc = open_partial(&partial, err);

	(void)data;
	assert_int_equal(partial.had_state, rc == TC_OK);
	tc__partial_close(&partial, false);
	assert_int_equal(names_in_folder(), 2);
	return rc;
}

/* A state that could not be read for want of memory is not one that is odd. */
static void test_what_was_left_stays(void **state)
{
	struct tc__partial_state some = { .etag = "\"e\"", .length = 10, .position = 5 };
	struct tc__partial partial;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(open_partial(&partial, &err), &err);
	assert_int_equal(write(partial.fd, "12345", 5), 5);
	assert_ok(tc__partial_note(&partial, &some, &err), &err);
	tc__partial_close(&partial, false);
	fails_cleanly(go_on, NULL, 6);
}

static int open_beside_kept(void *data, tc_error *err)
{
	struct tc__partial partial;
	int rc = open_partial(&partial, err);

	(void)data;
	tc__partial_close(&partial, true);
	assert_int_equal(names_in_folder(), 2);
	return rc;
}

static void test_what_was_kept_stays(void **state)
{
	struct tc__partial_state all = { .etag = "\"e\"", .length = 5, .position = 5 };
	struct tc__partial partial;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(open_partial(&partial, &err), &err);
	assert_int_equal(write(partial.fd, "12345", 5), 5);
	assert_ok(tc__partial_note(&partial, &all, &err), &err);
	assert_ok(tc__partial_finish(&partial, true, false, &err), &err);
	fails_cleanly(open_beside_kept, NULL, 6);
}

static int read_kept(void *data, tc_error *err)
{
	struct tc__partial_state found;
	struct tc__place place;
	int rc = tc__place_open_below(&place, folder.fd, "x", err);

	(void)data;
	if (rc == TC_OK && !tc__partial_read_kept(&place, ID, &found))
		rc = tc_error_set(err, TC_ERROR_NOMEM, "nothing was kept");
	tc__place_close(&place);
	return rc;
}

static void test_kept_that_cannot_be_read_is_none(void **state)
{
	test_what_was_kept_stays(state);
	fails_cleanly(read_kept, NULL, 6);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_places),
		TEST(test_partial),
		TEST(test_what_was_left_stays),
		TEST(test_what_was_kept_stays),
		TEST(test_kept_that_cannot_be_read_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
