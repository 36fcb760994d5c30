/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE

#include "tests/worker/mounting.h"

#include "tests/worker/archives.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What an errand was told to have come to. */
struct told {
	bool is;
	enum errand_end end;
	char text[1100];
};

static struct mounting mounting;

static int set_up(void **state)
{
	(void)state;
	mounting_open(&mounting, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mounting_close(&mounting);
	return 0;
}

static void on_end(void *data, enum errand_end end, const char *text)
{
	struct told *told = data;

	assert_false(told->is);
	told->is = true;
	told->end = end;
	snprintf(told->text, sizeof(told->text), "%s", text);
}

static struct errand *start(
	const char *program, const struct errand_order *order, struct told *told)
{
	struct errand *errand = NULL;

	*told = (struct told){ .is = false };
	assert_ok(errand_start(mounting.loop, program, order, on_end, told, &errand, &mounting.err),
		&mounting.err);
	return errand;
}

static enum errand_end run_with(
	const char *program, const struct errand_order *order, struct told *told)
{
	int64_t until = tc_test_now_ms() + 20000;

	start(program, order, told);
	assert_false(told->is);
	while (!told->is && tc_test_now_ms() < until)
		mounting_turn(&mounting, 0);
	assert_true(told->is);
	return told->end;
}

static int bytes_fd(const char *text)
{
	int fd = archive_compress(NULL, text, strlen(text));

	assert_true(lseek(fd, 3, SEEK_SET) == 3); /* wherever it stands */
	return fd;
}

static struct errand_order file_order(int source)
{
	return (struct errand_order){
		.kind = ERRAND_FILE, .source = source, .folder = mounting.folder.fd, .name = "made"
	};
}

static void a_source_is_checked(void **state)
{
	/* of "hello" */
	static const char sha256[] =
		"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
	struct errand_order order = file_order(bytes_fd("hello"));
	struct told told;

	(void)state;
	order.sha256 = sha256;
	assert_int_equal(run_with(NULL, &order, &told), ERRAND_DONE);
	assert_string_equal(told.text, "");
	tc_folder_check(&mounting.folder, "made", "hello");
	assert_int_equal(tc_folder_mode(&mounting.folder, "made"), 0644);
	close(order.source);
	order.source = bytes_fd("hullo");
	assert_int_equal(run_with(NULL, &order, &told), ERRAND_CHANGED);
	assert_non_null(strstr(told.text, sha256));
	tc_folder_check(&mounting.folder, "made", "hello");
	assert_int_equal(tc_folder_count(&mounting.folder), 1);
	close(order.source);
}

static void a_folder_that_is_there_is_united(void **state)
{
	const struct entry entries[] = {
		{ ENTRY_FILE, .path = "a/new", .text = "new" },
		{ ENTRY_FILE, .path = "a/old", .text = "newer" },
		{ ENTRY_FILE, .path = "b", .text = "b" },
		{ 0 },
	};
	const struct entry clash[] = { { ENTRY_FILE, .path = "a", .text = "x" }, { 0 } };
	const struct entry under[] = { { ENTRY_FILE, .path = "b/c", .text = "x" }, { 0 } };
	struct errand_order order = { .kind = ERRAND_FOLDER,
		.source = archive_make("tar", entries),
		.folder = mounting.folder.fd,
		.name = "d",
		.format = "tar" };
	struct told told;

	(void)state;
	assert_int_equal(mkdirat(mounting.folder.fd, "d", 0755), 0);
	assert_int_equal(mkdirat(mounting.folder.fd, "d/a", 0755), 0);
	tc_folder_put(&mounting.folder, "d/a/old", "old", 0644);
	tc_folder_put(&mounting.folder, "d/a/stays", "stays", 0644);
	assert_int_equal(run_with(NULL, &order, &told), ERRAND_DONE);
	tc_folder_check(&mounting.folder, "d/a/new", "new");
	tc_folder_check(&mounting.folder, "d/a/old", "newer");
	tc_folder_check(&mounting.folder, "d/a/stays", "stays");
	tc_folder_check(&mounting.folder, "d/b", "b");
	assert_int_equal(tc_folder_count(&mounting.folder), 1);
	close(order.source);
	order.source = archive_make("tar", clash);
	assert_int_equal(run_with(NULL, &order, &told), ERRAND_REFUSED);
	assert_non_null(strstr(told.text, "\"a\" is a folder already"));
	close(order.source);
	order.source = archive_make("tar", under);
	assert_int_equal(run_with(NULL, &order, &told), ERRAND_REFUSED);
	assert_non_null(strstr(told.text, "\"b\" is to be a folder"));
	close(order.source);
}

/* Modules of Go, say, come as folders that nobody may write to. */
static void a_read_only_folder_is_united(void **state)
{
	const struct entry entries[] = {
		{ ENTRY_FOLDER, .path = "twice", .mode = 0100 },
		{ ENTRY_FOLDER, .path = "twice", .mode = 0555 },
		{ ENTRY_FOLDER, .path = "new", .mode = 0555 },
		{ ENTRY_FILE, .path = "new/file", .text = "new" },
		{ ENTRY_FOLDER, .path = "old", .mode = 0555 },
		{ ENTRY_FILE, .path = "old/file", .text = "newer" },
		{ 0 },
	};
	struct errand_order order = { .kind = ERRAND_FOLDER,
		.source = archive_make("tar", entries),
		.folder = mounting.folder.fd,
		.name = "d",
		.format = "tar",
		.as_user = geteuid() == 0, /* root may write to all */
		.uid = 10001,
		.gid = 10001 };
	struct told told;

	(void)state;
	assert_int_equal(mkdirat(mounting.folder.fd, "d", 0755), 0);
	assert_int_equal(mkdirat(mounting.folder.fd, "d/old", 0755), 0);
	if (order.as_user) {
		assert_int_equal(fchown(mounting.folder.fd, 10001, 10001), 0);
		assert_int_equal(fchownat(mounting.folder.fd, "d", 10001, 10001, 0), 0);
		assert_int_equal(fchownat(mounting.folder.fd, "d/old", 10001, 10001, 0), 0);
	}
	run_with(NULL, &order, &told);
	assert_string_equal(told.text, "");
	tc_folder_check(&mounting.folder, "d/new/file", "new");
	tc_folder_check(&mounting.folder, "d/old/file", "newer");
	assert_int_equal(tc_folder_mode(&mounting.folder, "d/new"), 0555);
	assert_int_equal(tc_folder_mode(&mounting.folder, "d/twice"), 0555);
	assert_int_equal(tc_folder_count(&mounting.folder), 1);
	/* so that it can be removed */
	assert_int_equal(fchmodat(mounting.folder.fd, "d/new", 0755, 0), 0);
	close(order.source);
}

/* The task's user unpacks, so that what he may not do is not done. */
static void it_runs_as_the_tasks_user(void **state)
{
	struct errand_order order = file_order(bytes_fd("hello"));
	struct stat status;
	struct told told;

	(void)state;
	if (geteuid() != 0)
		skip();
	order.as_user = true;
	order.uid = 10001;
	order.gid = 10002;
	assert_int_equal(run_with(NULL, &order, &told), ERRAND_SYSTEM);
	assert_non_null(strstr(told.text, "Permission denied"));
	assert_int_equal(fchown(mounting.folder.fd, 10001, 10002), 0);
	assert_int_equal(run_with(NULL, &order, &told), ERRAND_DONE);
	assert_int_equal(fstatat(mounting.folder.fd, "made", &status, 0), 0);
	assert_int_equal(status.st_uid, 10001);
	assert_int_equal(status.st_gid, 10002);
	close(order.source);
}

/* A worker that lets nobody look into it can still start itself. */
static void a_guarded_worker_has_errands_done(void **state)
{
	struct errand_order order = file_order(bytes_fd("hello"));
	struct told told;

	(void)state;
	assert_int_equal(prctl(PR_SET_DUMPABLE, 0), 0);
	assert_int_equal(run_with(NULL, &order, &told), ERRAND_DONE);
	assert_int_equal(prctl(PR_SET_DUMPABLE, 1), 0);
	tc_folder_check(&mounting.folder, "made", "hello");
	close(order.source);
}

static void a_child_that_dies_is_told(void **state)
{
	struct errand_order order = file_order(bytes_fd("hello"));
	struct errand *errand = NULL;
	struct told told;

	(void)state;
	assert_int_equal(run_with("/bin/false", &order, &told), ERRAND_DIED);
	assert_int_equal(run_with("/bin/echo", &order, &told), ERRAND_DIED); /* words are no end */
	assert_true(errand_start(mounting.loop, "/no/such/program", &order, on_end, &told, &errand,
			    &mounting.err) != TC_OK);
	assert_failure(&mounting.err, TC_ERROR_SYSTEM, "/no/such/program");
	assert_null(errand);
	close(order.source);
}

/* A program that reads its source for ever: the end of a pipe that nobody closes. */
static void it_can_be_stopped(void **state)
{
	struct errand_order order = {
		.kind = ERRAND_REMOVE, .source = -1, .folder = mounting.folder.fd, .name = "x"
	};
	struct told told;

	(void)state;
	tc_folder_put(&mounting.folder, "sleeper", "#!/bin/sh\nexec sleep 1000\n", 0755);
	int64_t before = tc_test_now_ms();
	struct errand *errand = start(tc_folder_path(&mounting.folder, "sleeper"), &order, &told);
	mounting_turn(&mounting, 50);
	errand_stop(errand);
	mounting_turn(&mounting, 50);
	assert_false(told.is);
	assert_true(tc_test_now_ms() - before < 5000);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nothing is left of it */
	assert_int_equal(errno, ECHILD);
}

/* Its parent is gone before it begins: as it should have died with it, it does nothing. */
static void an_orphan_does_nothing(void **state)
{
	char command[1024];
	char program[512];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	(void)state;
	assert_true(length > 0);
	program[length] = '\0';
	tc_folder_put(&mounting.folder, "source", "hello", 0644);
	/* its parent is the shell, and not process 1 */
	snprintf(command, sizeof(command),
		"exec 3<%s/source 4<%s; out=$(\"%s\" mounts-errand made '' '' 1 0 0 0 0 0 0 1); "
		"case $out in '3the worker has ended'*) ;; *) echo \"$out\"; exit 1;; esac",
		mounting.folder.path, mounting.folder.path, program);
	assert_int_equal(system(command), 0);
	assert_false(tc_folder_has(&mounting.folder, "made"));
}

static int run(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_source_is_checked),
		TEST(a_folder_that_is_there_is_united),
		TEST(a_read_only_folder_is_united),
		TEST(it_runs_as_the_tasks_user),
		TEST(a_guarded_worker_has_errands_done),
		TEST(a_child_that_dies_is_told),
		TEST(it_can_be_stopped),
		TEST(an_orphan_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return mounting_main(argc, argv, run);
}
