/* SPDX-License-Identifier: MPL-2.0 */
/* Downloads into files whose program was killed, whose disk is full, whose part is not what it was,
 * and that two want at once. */
#define _GNU_SOURCE /* unshare, mount */

#include "tests/harness/test.h"

#include "tests/harness/depot.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIZE ((size_t)8 * 1024 * 1024)
#define PART ".x.tc-part"
#define STATE ".x.tc-state"

/* ---- a program that is killed ---- */

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
}

/* The position that the state tells; -1: there is none. */
static int64_t read_position(const struct visit *visit)
{
	static const char name[] = "\nposition ";
	char text[1200];
	int fd = openat(visit->folder.fd, STATE, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;

	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	const char *at = strstr(text, name);
	return at ? strtoll(at + strlen(name), NULL, 10) : -1;
}

/* Starts the example, which downloads to "x"; 0: it is not built. */
static pid_t start_program(const struct visit *visit)
{
	const char *folder = getenv("TC_EXAMPLES");
	char program[1000];

	snprintf(program, sizeof program, "%s/example-artifact", folder ? folder : "build/bin");
	if (access(program, X_OK) != 0)
		return 0;
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
	setenv("TASKCLUSTER_ROOT_URL", tc_responder_url(visit->depot.responder), 1);
	execl(program, program, "download", DEPOT_TASK, "public/x",
		tc_folder_path(&visit->folder, "x"), (char *)NULL);
	_exit(127);
}

/* Kills it when so much is noted; returns what is noted then. */
static int64_t kill_in_the_middle(struct visit *visit, int64_t at)
{
	int64_t until = tc_test_now_ms() + 20000;

	visit->depot.drip = 256 * 1024;
	visit->depot.drip_ms = 10;
	pid_t pid = start_program(visit);
	if (!pid)
		skip();
	assert_true(pid > 0);
	while (read_position(visit) < at) {
		assert_true(tc_test_now_ms() < until);
		assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
		nap();
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	visit->depot.drip = 0;
	assert_false(tc_folder_has(&visit->folder, "x"));
	assert_int_equal(tc_folder_mode(&visit->folder, PART), 0600);
	assert_int_equal(tc_folder_mode(&visit->folder, STATE), 0600);
	return read_position(visit);
}

static void it_goes_on_after_kill_9(void **state)
{
	struct visit visit;

	(void)state;
	for (int ranges = 1; ranges <= 4; ranges += 3) {
		visit_begin(&visit, SIZE);
		visit.options.ranges = ranges;
		int64_t noted = kill_in_the_middle(&visit, 3 * 1024 * 1024);
		visit_succeeds(&visit);
		assert_int_equal(visit.done.received, (int64_t)SIZE - noted);
		assert_int_equal(visit.done.restarts, 0);
		visit_end(&visit);
	}
}

static void a_state_has_no_url(void **state)
{
	struct visit visit;

	(void)state;
	visit_begin(&visit, SIZE);
	kill_in_the_middle(&visit, 1);
	char *text = tc_test_read_file(tc_folder_path(&visit.folder, STATE), NULL);
	assert_null(strstr(text, "/storage/"));
	free(text);
	visit_end(&visit);
}

/* ---- a part that somebody has been at ---- */

/* What a failure leaves; returns what is noted of it. */
static int64_t fail_once(struct visit *visit)
{
	tc_client_free(visit->client);
	visit->client = depot_client(&visit->depot, 1);
	assert_int_equal(visit_download(visit), TC_ERROR_NETWORK);
	tc_error_clear(&visit->err);
	tc_client_free(visit->client);
	visit->client = depot_client(&visit->depot, 0);
	visit->depot.cuts = 0;
	return read_position(visit);
}

/* Leaves a part with most of the bytes, as a broken connection does. */
static int64_t leave_part(struct visit *visit)
{
	visit->depot.cut = SIZE - 1000;
	visit->depot.cuts = 1;
	return fail_once(visit);
}

static void cut_from_the_fourth_on(struct depot *depot, size_t number)
{
	depot->cuts = number >= 3;
}

/* Some pieces of it. */
static int64_t leave_pieces(struct visit *visit)
{
	visit->options.ranges = 4;
	visit->depot.cut = 700000;
	visit->depot.before = cut_from_the_fourth_on;
	int64_t noted = fail_once(visit);
	visit->depot.before = NULL;
	return noted;
}

static void flip(const struct visit *visit, const char *name, off_t at)
{
	int fd = openat(visit->folder.fd, name, O_RDWR | O_CLOEXEC);
	char byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void spoil_the_bytes(const struct visit *visit)
{
	flip(visit, PART, 4000000);
}

static void spoil_the_state(const struct visit *visit)
{
	flip(visit, STATE, 60);
}

static void cut_the_state(const struct visit *visit)
{
	assert_int_equal(truncate(tc_folder_path(&visit->folder, STATE), 100), 0);
}

static void cut_the_bytes(const struct visit *visit)
{
	assert_int_equal(truncate(tc_folder_path(&visit->folder, PART), 1000), 0);
}

static void remove_the_state(const struct visit *visit)
{
	assert_int_equal(unlinkat(visit->folder.fd, STATE, 0), 0);
}

static void make_the_part_a_link(const struct visit *visit)
{
	assert_int_equal(renameat(visit->folder.fd, PART, visit->folder.fd, "other"), 0);
	assert_int_equal(symlinkat("other", visit->folder.fd, PART), 0);
}

static void a_part_that_is_not_what_it_was_begins_anew(void **state)
{
	void (*const spoils[])(const struct visit *visit) = { spoil_the_bytes, spoil_the_state,
		cut_the_state, cut_the_bytes, remove_the_state, make_the_part_a_link };
	struct visit visit;

	(void)state;
	for (size_t i = 0; i < sizeof spoils / sizeof *spoils; i++) {
		visit_begin(&visit, SIZE);
		assert_int_equal(leave_part(&visit), SIZE - 1000);
		spoils[i](&visit);
		assert_ok(visit_download(&visit), &visit.err);
		visit_check(&visit);
		assert_int_equal(visit.done.received, SIZE);
		assert_false(tc_folder_has(&visit.folder, PART));
		assert_false(tc_folder_has(&visit.folder, STATE));
		visit_end(&visit);
	}
}

static int see_begun_at(void *data, const struct tc_job_progress *progress)
{
	int64_t *begun_at = data;

	if (progress->step == TC_JOB_RECEIVING) {
		*begun_at = progress->begun_at;
		assert_true(progress->done >= progress->begun_at);
	}
	return 0;
}

static void what_has_changed_since_begins_anew(void **state)
{
	struct visit visit;
	int64_t begun_at = -1;

	(void)state;
	for (int i = 0; i < 4; i++) {
		visit_begin(&visit, SIZE);
		leave_part(&visit);
		visit.options.ranges = i & 1 ? 4 : 1;
		visit.options.progress = see_begun_at;
		visit.options.progress_data = &begun_at;
		visit.bytes[5] ^= 1;
		if (i & 2) { /* shorter than what is there */
			visit.depot.length = 2000000;
			visit.depot.deaf = true;
		}
		visit.depot.etag = "\"two\"";
		visit_succeeds(&visit);
		assert_int_equal(begun_at, 0);
		assert_int_equal(visit.done.restarts, 1);
		visit_end(&visit);
	}
}

static void the_option_anew_takes_nothing_from_earlier(void **state)
{
	struct visit visit;
	int64_t begun_at = -1;

	(void)state;
	visit_begin(&visit, SIZE);
	visit.options.progress = see_begun_at;
	visit.options.progress_data = &begun_at;
	leave_part(&visit);
	visit_succeeds(&visit);
	assert_int_equal(begun_at, SIZE - 1000);
	assert_int_equal(visit.done.received, 1000);
	leave_part(&visit);
	visit.options.anew = true;
	visit_succeeds(&visit);
	assert_int_equal(visit.done.received, SIZE);
	visit_end(&visit);
}

/* Several streams go on where one was, and one where several were. */
static void more_streams_or_fewer_go_on(void **state)
{
	struct visit visit;

	(void)state;
	visit_begin(&visit, SIZE);
	leave_part(&visit);
	visit.options.ranges = 4;
	visit_succeeds(&visit);
	assert_int_equal(visit.done.received, 1000);
	int64_t noted = leave_pieces(&visit);
	assert_true(noted > 0 && noted < (int64_t)SIZE);
	visit.options.ranges = 1;
	visit_succeeds(&visit);
	assert_int_equal(visit.done.received, (int64_t)SIZE - noted);
	assert_int_equal(visit.done.restarts, 0);
	visit_end(&visit);
}

/* All of it is there, and only its name is missing: nothing more is to come. */
static void a_whole_part_gets_its_name(void **state)
{
	struct visit visit;

	(void)state;
	for (int i = 0; i < 8; i++) {
		visit_begin(&visit, SIZE);
		visit.object = i & 1;
		visit.depot.sha256 = sha256_of(visit.bytes, SIZE);
		visit.depot.has_304 = i & 2;
		visit.options.keep_same = true; /* leaves a state that says that all is there */
		assert_ok(visit_download(&visit), &visit.err);
		assert_int_equal(renameat(visit.folder.fd, "x", visit.folder.fd, PART), 0);
		assert_int_equal(fchmodat(visit.folder.fd, PART, 0600, 0), 0);
		visit.options.keep_same = false;
		visit.options.ranges = i & 4 ? 4 : 1;
		visit_succeeds(&visit);
		bool known = visit.object || visit.depot.has_304;
		assert_int_equal(visit.done.received, known ? 0 : SIZE);
		assert_int_equal(visit.done.verified, visit.object);
		visit_end(&visit);
	}
}

/* All of another: its hash is wrong, which is no reason to give up. */
static void a_whole_part_of_another_begins_anew(void **state)
{
	struct visit visit;

	(void)state;
	for (int i = 0; i < 2; i++) {
		visit_begin(&visit, SIZE);
		visit.object = true;
		visit.depot.sha256 = sha256_of(visit.bytes, SIZE);
		visit.options.keep_same = true;
		assert_ok(visit_download(&visit), &visit.err);
		assert_int_equal(renameat(visit.folder.fd, "x", visit.folder.fd, PART), 0);
		assert_int_equal(fchmodat(visit.folder.fd, PART, 0600, 0), 0);
		visit.bytes[5] ^= 1;
		visit.depot.sha256 = sha256_of(visit.bytes, SIZE);
		visit.depot.has_304 = i; /* the same ETag: so it lies */
		visit.options.keep_same = false;
		visit_succeeds(&visit);
		assert_true(visit.done.verified);
		visit_end(&visit);
	}
}

/* ---- two at once ---- */

static void two_programs_do_not_write_one_file(void **state)
{
	struct visit visit;
	int status = 0;

	(void)state;
	visit_begin(&visit, SIZE);
	visit.depot.drip = 256 * 1024;
	visit.depot.drip_ms = 10;
	pid_t pid = start_program(&visit);
	if (!pid)
		skip();
	while (!tc_folder_has(&visit.folder, STATE))
		nap();
	assert_int_equal(visit_download(&visit), TC_ERROR_SYSTEM);
	assert_failure(&visit.err, TC_ERROR_SYSTEM, "is being downloaded by another program");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	visit.done.length = (int64_t)SIZE;
	strcpy(visit.done.sha256, sha256_of(visit.bytes, SIZE));
	visit_check(&visit);
	assert_int_equal(tc_folder_count(&visit.folder), 1);
	visit_end(&visit);
}

struct both {
	int succeeded, failed;
	tc_error err;
};

static void take_either(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	struct both *both = data;

	both->succeeded += result != NULL;
	both->failed += err != NULL;
	if (err)
		tc_error_copy(&both->err, err);
}

static void nor_do_two_jobs_of_one(void **state)
{
	const struct tc_artifact artifact = { .task_id = DEPOT_TASK, .name = "public/x" };
	struct tc_target target = TC_TARGET_INIT;
	struct both both = { .succeeded = 0 };
	struct visit visit;

	(void)state;
	visit_begin(&visit, SIZE);
	target.path = tc_folder_path(&visit.folder, "x");
	tc_loop *loop = tc_loop_new(NULL, &visit.err);
	for (int i = 0; i < 2; i++)
		assert_ok(tc_loop_download_artifact(loop, visit.client, &artifact, &target, NULL,
				  take_either, &both, NULL, &visit.err),
			&visit.err);
	assert_ok(tc_loop_run(loop, &visit.err), &visit.err);
	assert_int_equal(both.succeeded, 1);
	assert_int_equal(both.failed, 1);
	assert_failure(&both.err, TC_ERROR_SYSTEM, "is being downloaded by another program");
	assert_int_equal(tc_folder_count(&visit.folder), 1);
	tc_loop_free(loop);
	visit_end(&visit);
}

/* ---- the disk ---- */

/* The space ends in the middle: it is told, nothing has the name, and with more space it goes on.
 */
static void a_full_disk_is_told(void **state)
{
	struct visit visit;
	struct rlimit before, less;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (int ranges = 1; ranges <= 4; ranges += 3) {
		visit_begin(&visit, SIZE);
		visit.options.ranges = ranges;
		less = before;
		less.rlim_cur = 3000000;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &less), 0);
		int rc = visit_download(&visit);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_int_equal(rc, TC_ERROR_SYSTEM);
		assert_failure(&visit.err, TC_ERROR_SYSTEM, "cannot be written at");
		assert_false(tc_folder_has(&visit.folder, "x"));
		int64_t noted = read_position(&visit);
		assert_true(noted > 0);
		visit_succeeds(&visit);
		assert_int_equal(visit.done.received, (int64_t)SIZE - noted);
		visit_end(&visit);
	}
	signal(SIGXFSZ, SIG_DFL);
}

/* On a file system of 4 MiB, in a namespace of a child's own, who downloads there. */
static void download_to_small_disk(struct visit *visit)
{
	tc_error err = TC_ERROR_INIT;
	struct tc_target target = TC_TARGET_INIT;
	const struct tc_artifact artifact = { .task_id = DEPOT_TASK, .name = "public/x" };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if ((unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) ||
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		mount("tmpfs", visit->folder.path, "tmpfs", 0, "size=4m") != 0)
		_exit(77);
	target.path = tc_folder_path(&visit->folder, "x");
	tc_client *client = depot_client(&visit->depot, 0);
	int rc = tc_download_artifact(client, &artifact, &target, &visit->options, NULL, &err);
	bool told = rc == TC_ERROR_SYSTEM && strstr(tc_error_text(&err), strerror(ENOSPC));
	if (!told)
		fprintf(stderr, "%d: %s\n", rc, tc_error_text(&err));
	_exit(told && access(target.path, F_OK) != 0 ? 0 : 1);
}

static void a_small_disk_is_full(void **state)
{
	struct visit visit;
	int status = 0;

	(void)state;
	visit_begin(&visit, SIZE);
	pid_t pid = fork();
	if (pid == 0)
		download_to_small_disk(&visit);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	visit_end(&visit);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_folder_that_nobody_may_write_is_told(void **state)
{
	struct visit visit;
	uid_t user = geteuid();

	(void)state;
	visit_begin(&visit, SIZE);
	assert_int_equal(chmod(visit.folder.path, 0555), 0);
	if (user == 0)
		assert_int_equal(seteuid(65534), 0);
	int rc = visit_download(&visit);
	assert_int_equal(seteuid(user), 0);
	assert_int_equal(rc, TC_ERROR_SYSTEM);
	assert_failure(&visit.err, TC_ERROR_SYSTEM, strerror(EACCES));
	assert_int_equal(chmod(visit.folder.path, 0755), 0);
	assert_int_equal(tc_folder_count(&visit.folder), 0);
	assert_int_equal(visit.depot.asked, 0); /* it is known before anything is sent for */
	visit_end(&visit);
}

/* ---- what is there ---- */

static void what_is_there_is_replaced_whole(void **state)
{
	struct visit visit;

	(void)state;
	visit_begin(&visit, SIZE);
	tc_folder_put(&visit.folder, "x", "before", 0640);
	visit.depot.status = 404;
	visit.depot.refusals = 1;
	visit_fails(&visit, TC_ERROR_HTTP, "404", 1);
	tc_folder_check(&visit.folder, "x", "before");
	visit_succeeds(&visit);
	assert_int_equal(tc_folder_mode(&visit.folder, "x"), 0640);
	visit_end(&visit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_goes_on_after_kill_9),
		cmocka_unit_test(a_state_has_no_url),
		cmocka_unit_test(a_part_that_is_not_what_it_was_begins_anew),
		cmocka_unit_test(what_has_changed_since_begins_anew),
		cmocka_unit_test(the_option_anew_takes_nothing_from_earlier),
		cmocka_unit_test(more_streams_or_fewer_go_on),
		cmocka_unit_test(a_whole_part_gets_its_name),
		cmocka_unit_test(a_whole_part_of_another_begins_anew),
		cmocka_unit_test(two_programs_do_not_write_one_file),
		cmocka_unit_test(nor_do_two_jobs_of_one),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(a_small_disk_is_full),
		cmocka_unit_test(a_folder_that_nobody_may_write_is_told),
		cmocka_unit_test(what_is_there_is_replaced_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
