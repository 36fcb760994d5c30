/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE

/* A task's files: as its user, inside its folder, and nothing else. Each case runs without a user
 * and, where this is root, with one. */

#include "tests/harness/test.h"

#include "tests/worker/commands.h"
#include "tools/worker/mounts/disk/tree.h"
#include "tools/worker/process/files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
	struct commands commands; /* its folder, and the program */
	struct task_files *files;
	struct user user;
};

static char user_name[] = "test";

static struct place *begin(bool with_user)
{
	struct place *place = calloc(1, sizeof(*place));
	tc_error err = TC_ERROR_INIT;

	commands_begin(&place->commands);
	if (with_user && geteuid() == 0)
		commands_make_user(&place->user, user_name);
	assert_ok(task_files_new(place->commands.folder, place->commands.folder_path,
			  place->user.uid ? &place->user : NULL, place->commands.program,
			  &place->files, &err),
		&err);
	return place;
}

static int set_up(void **state)
{
	*state = begin(false);
	return 0;
}

static int set_up_user(void **state)
{
	*state = begin(true);
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;

	task_files_free(place->files);
	commands_finish(&place->commands);
	free(place);
	return 0;
}

/* As the test's own user, in the folder. */
static void make(struct place *place, const char *text)
{
	char command[2048];

	snprintf(command, sizeof(command), "umask 022; cd '%s' && { %s; }",
		place->commands.folder_path, text);
	assert_int_equal(system(command), 0);
}

static void check_opens(struct place *place, const char *path, const char *text)
{
	char bytes[64] = "";
	tc_error err = TC_ERROR_INIT;
	int fd;

	enum task_files_problem problem = task_files_open(place->files, path, &fd, &err);
	if (problem != FILES_FINE)
		print_message("%s: %s\n", path, tc_error_text(&err));
	assert_int_equal(problem, FILES_FINE);
	assert_true(read(fd, bytes, sizeof(bytes) - 1) >= 0);
	assert_string_equal(bytes, text);
	assert_int_equal(fcntl(fd, F_GETFL) & (O_NONBLOCK | O_ACCMODE), 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
}

static void check_refused(
	struct place *place, const char *path, enum task_files_problem problem, const char *why)
{
	tc_error err = TC_ERROR_INIT;
	int fd = 0;
	int64_t before = tc_test_now_ms();
	enum task_files_problem seen = task_files_open(place->files, path, &fd, &err);

	if (seen != problem)
		print_message("%s: %d, %s\n", path, seen, tc_error_text(&err));
	assert_int_equal(seen, problem);
	assert_int_equal(fd, -1);
	assert_true(tc_test_now_ms() - before < 2000);
	assert_non_null(strstr(tc_error_text(&err), why));
	tc_error_clear(&err);
}

static void test_plain_files(void **state)
{
	struct place *place = *state;
	char path[128];

	make(place,
		"mkdir -p a/b; printf one >a/b/one; ln -s b/one a/link; ln -s .. a/b/up; >empty");
	check_opens(place, "a/b/one", "one");
	check_opens(place, "./a//b/./one", "one");
	check_opens(place, "a/b/../b/one", "one");
	check_opens(place, "a/link", "one");
	check_opens(place, "a/b/up/link", "one");
	check_opens(place, "empty", "");
	snprintf(path, sizeof(path), "%s/a/b/one", place->commands.folder_path);
	check_opens(place, path, "one");
}

static void test_what_is_missing(void **state)
{
	struct place *place = *state;

	make(place, "mkdir a; >file; ln -s nowhere broken");
	check_refused(place, "nothing", FILES_MISSING, "it is not there");
	check_refused(place, "a/nothing", FILES_MISSING, "it is not there");
	check_refused(place, "file/below", FILES_MISSING, "no folder");
	check_refused(place, "broken", FILES_MISSING, "it is not there");
	assert_string_equal(task_files_reason(FILES_MISSING), "file-missing-on-worker");
}

static void test_what_leads_out(void **state)
{
	struct place *place = *state;
	char path[160];

	make(place,
		"mkdir a; ln -s /etc/passwd a/absolute; ln -s ../../../etc/passwd a/relative; ln "
		"-s /etc "
		"etc; ln -s /proc/self/root magic; ln -s loop loop; ln -s \"$PWD/a\" self; "
		">a/file");
	check_refused(place, "a/absolute", FILES_INVALID, "leads out");
	check_refused(place, "a/relative", FILES_INVALID, "leads out");
	check_refused(place, "etc/passwd", FILES_INVALID, "leads out");
	check_refused(place, "magic/etc/passwd", FILES_INVALID, "");
	check_refused(place, "loop", FILES_INVALID, "circles");
	check_refused(place, "../../etc/passwd", FILES_INVALID, "leads out");
	check_refused(place, "/etc/passwd", FILES_INVALID, "leads out");
	check_refused(
		place, "self/file", FILES_INVALID, "leads out"); /* absolute: not told apart */
	snprintf(path, sizeof(path), "%s/../../etc/passwd", place->commands.folder_path);
	check_refused(place, path, FILES_INVALID, "leads out");
	snprintf(path, sizeof(path), "%sx/file", place->commands.folder_path);
	check_refused(place, path, FILES_INVALID, "leads out");
	assert_string_equal(task_files_reason(FILES_INVALID), "invalid-resource-on-worker");
}

static void make_socket(struct place *place)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket",
		place->commands.folder_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
}

static void test_what_is_no_file(void **state)
{
	struct place *place = *state;

	make(place, "mkdir a; mkfifo -m 666 fifo; ln -s fifo link");
	make_socket(place);
	check_refused(place, "a", FILES_INVALID, "it is a folder");
	check_refused(place, ".", FILES_INVALID, "it is a folder");
	check_refused(place, "", FILES_INVALID, "it is a folder");
	check_refused(place, "fifo", FILES_INVALID, "no plain file");
	check_refused(place, "link", FILES_INVALID, "no plain file");
	check_refused(place, "socket", FILES_INVALID, "no plain file");
	if (geteuid() == 0 && mknodat(place->commands.folder, "device", S_IFCHR | 0666, 0x500) == 0)
		check_refused(place, "device", FILES_INVALID, "no plain file");
}

static void test_long_paths(void **state)
{
	struct place *place = *state;
	char path[6000];

	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	check_refused(place, path, FILES_INVALID, "name too long");
	path[300] = '\0';
	check_refused(place, path, FILES_INVALID, "name too long");
}

/* What only root can read is not the user's. */
static void test_what_is_not_readable(void **state)
{
	struct place *place = *state;

	if (!place->user.uid)
		skip();
	make(place, "echo secret >key; chmod 600 key; mkdir -m 700 shut; >shut/file");
	check_refused(place, "key", FILES_UNREADABLE, "may not read");
	check_refused(place, "shut/file", FILES_UNREADABLE, "may not read");
	make(place, "ln key other");
	check_refused(place, "other", FILES_UNREADABLE, "may not read");
	assert_string_equal(task_files_reason(FILES_UNREADABLE), "file-not-readable-on-worker");
}

/* ---- lists ---- */

struct names {
	size_t count, wanted;
	char all[4096];
};

static bool collect(void *data, const char *name)
{
	struct names *names = data;

	if (strlen(names->all) + strlen(name) + 2 < sizeof(names->all))
		strcat(strcat(names->all, name), "|");
	return ++names->count != names->wanted;
}

static void test_lists(void **state)
{
	struct place *place = *state;
	struct names names = { 0 };
	tc_error err = TC_ERROR_INIT;

	make(place,
		"mkdir -p out/deep/er out/none; >out/a; >out/deep/er/b; ln -s a out/link; ln -s "
		"/etc out/etc; mkfifo out/fifo; >not-in-it");
	assert_int_equal(
		task_files_list(place->files, "out", 100, collect, &names, &err), FILES_FINE);
	assert_int_equal(names.count, 5);
	assert_non_null(strstr(names.all, "deep/er/b|"));
	assert_non_null(strstr(names.all, "link|"));
	assert_non_null(strstr(names.all, "etc|"));
	assert_non_null(strstr(names.all, "fifo|"));
	assert_int_equal(
		task_files_list(place->files, "out", 4, collect, &names, &err), FILES_INVALID);
	assert_failure(&err, TC_ERROR_INPUT, "more than 4 files");
	names = (struct names){ .wanted = 2 };
	assert_int_equal(
		task_files_list(place->files, "out", 100, collect, &names, &err), FILES_FINE);
	assert_int_equal(names.count, 2);
	assert_int_equal(task_files_list(place->files, "not-in-it", 4, collect, &names, &err),
		FILES_INVALID);
	assert_failure(&err, TC_ERROR_SYSTEM, "it is a file, and no folder");
	assert_int_equal(
		task_files_list(place->files, "out/a/b", 4, collect, &names, &err), FILES_MISSING);
	assert_int_equal(
		task_files_list(place->files, "out/etc", 4, collect, &names, &err), FILES_INVALID);
	assert_int_equal(
		task_files_list(place->files, "/etc", 4, collect, &names, &err), FILES_INVALID);
	assert_int_equal(
		task_files_list(place->files, "no", 4, collect, &names, &err), FILES_MISSING);
	tc_error_clear(&err);
	check_opens(place, "out/a", ""); /* nothing of the lists is left in the way */
}

static void test_huge_lists(void **state)
{
	struct place *place = *state;
	struct names names = { 0 };
	tc_error err = TC_ERROR_INIT;
	int64_t before = tc_test_now_ms();

	make(place,
		"mkdir many; cd many; seq -f 'a-rather-long-name-of-a-file-%.0f' 20000 | xargs "
		"touch");
	assert_int_equal(
		task_files_list(place->files, "many", 20000, collect, &names, &err), FILES_FINE);
	assert_int_equal(names.count, 20000);
	names.count = 0;
	assert_int_equal(
		task_files_list(place->files, "many", 100, collect, &names, &err), FILES_INVALID);
	assert_int_equal(names.count, 100);
	assert_true(tc_test_now_ms() - before < 20000);
	tc_error_clear(&err);
}

/* Each folder in the one before, deeper than any path. */
static void make_deep(struct place *place, int depth)
{
	int at = dup(place->commands.folder);

	for (int i = 0; i < depth; i++) {
		assert_int_equal(mkdirat(at, "deeper", 0777), 0);
		int next = openat(at, "deeper", O_RDONLY | O_DIRECTORY);
		assert_true(next >= 0);
		close(at);
		at = next;
	}
	close(at);
}

static void test_deep_folders(void **state)
{
	struct place *place = *state;
	struct names names = { 0 };
	tc_error err = TC_ERROR_INIT;

	make_deep(place, 2000);
	assert_int_equal(
		task_files_list(place->files, "deeper", 10, collect, &names, &err), FILES_FINE);
	assert_int_equal(names.count, 1); /* where it ends, told as a name */
	assert_ok(tree_remove(place->commands.folder, "deeper", &err), &err);
}

/* ---- the agent ---- */

static pid_t only_child(void)
{
	char path[64];
	int pid = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	FILE *file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%d", &pid) != 1)
		pid = 0;
	fclose(file);
	return pid;
}

static void test_an_agent_that_dies(void **state)
{
	struct place *place = *state;
	pid_t agent = only_child();

	if (!place->user.uid || !agent)
		skip();
	make(place, ">file");
	check_opens(place, "file", "");
	kill(agent, SIGKILL);
	check_refused(place, "file", FILES_BROKEN, "is gone");
	check_refused(place, "file", FILES_BROKEN, "is gone");
	assert_null(task_files_reason(FILES_BROKEN));
}

/* Nothing of the worker is in it, and the user's other processes cannot look. */
static void test_an_agent_is_bare(void **state)
{
	struct place *place = *state;
	pid_t agent = only_child();
	char command[512];

	if (!place->user.uid || !agent)
		skip();
	snprintf(command, sizeof(command),
		"[ -z \"$(tr -d '\\0' </proc/%d/environ)\" ] && [ $(ls /proc/%d/fd | wc -l) -eq 7 "
		"] && grep -q "
		"'^CapPrm:.0*$' /proc/%d/status",
		(int)agent, (int)agent, (int)agent);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof(command), "/proc/%d/mem", (int)agent);
	bool can = true;
	assert_int_equal(user_can_read(&place->user, command, &can, NULL), TC_OK);
	assert_false(can);
}

/* ---- trees that a task has left ---- */

static void test_removing_hostile_trees(void **state)
{
	struct place *place = *state;
	tc_error err = TC_ERROR_INIT;
	char target[128];

	snprintf(target, sizeof(target), "%s/kept", place->commands.folder_path);
	make(place,
		"mkdir -p kept tree/shut/inner tree/plain; >kept/file; >tree/shut/inner/f; mkfifo "
		"tree/fifo; ln -s ../kept tree/link; ln -s ../../kept tree/shut/link; chmod 000 "
		"tree/shut/inner tree/shut");
	if (place->user.uid) { /* as it is for a worker that is not root */
		char command[256];
		snprintf(command, sizeof(command), "chown -hR %u '%s'", (unsigned)place->user.uid,
			place->commands.folder_path);
		assert_int_equal(system(command), 0);
		pid_t pid = fork();
		if (pid == 0) {
			if (user_become(place->user.uid, place->user.gid, NULL, 0) != 0)
				_exit(2);
			_exit(tree_remove(place->commands.folder, "tree", NULL) == TC_OK ? 0 : 1);
		}
		int status;
		waitpid(pid, &status, 0);
		assert_int_equal(status, 0);
	} else
		assert_ok(tree_remove(place->commands.folder, "tree", &err), &err);
	assert_int_equal(faccessat(place->commands.folder, "tree", F_OK, AT_SYMLINK_NOFOLLOW), -1);
	assert_int_equal(faccessat(place->commands.folder, "kept/file", F_OK, 0), 0);
}

/* ---- users ---- */

static void test_finding_users(void **state)
{
	struct passwd *entry = getpwuid(geteuid());
	struct user user;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_int_equal(user_find(&user, "no-such-user-here", &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "there is no user no-such-user-here");
	if (!entry)
		skip();
	assert_ok(user_find(&user, entry->pw_name, &err), &err);
	assert_int_equal(user.uid, geteuid());
	assert_true(user.groups_count >= 1);
	assert_int_equal(user_check(&user, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, geteuid() == 0 ? "it is root" : "own user");
	user_clear(&user);
}

static void test_checking_users(void **state)
{
	struct user user;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	commands_make_user(&user, user_name);
	assert_ok(user_check(&user, &err), &err);
	user.groups[user.groups_count++] = 0;
	assert_int_equal(user_check(&user, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "root's group");
}

/* Nobody who is nobody himself can become another. */
static void test_becoming_without_right(void **state)
{
	struct user user;
	int status = 0;

	(void)state;
	commands_make_user(&user, user_name);
	pid_t pid = fork();
	if (pid == 0) {
		struct user other = user;
		other.uid++;
		if (user_become(user.uid, user.gid, user.groups, user.groups_count) != 0)
			_exit(1);
		if (user_check(&other, NULL) != TC_ERROR_SYSTEM)
			_exit(2);
		_exit(setuid(0) == 0 ? 3 : 0);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void test_what_a_user_can_read(void **state)
{
	struct place *place = *state;
	char path[128];
	bool can = true;
	tc_error err = TC_ERROR_INIT;

	make(place, "echo key >key; chmod 600 key; echo open >open; mkfifo -m 666 fifo");
	commands_make_user(&place->user, user_name);
	snprintf(path, sizeof(path), "%s/key", place->commands.folder_path);
	assert_ok(user_can_read(&place->user, path, &can, &err), &err);
	assert_false(can);
	assert_ok(user_can_read(NULL, path, &can, &err), &err);
	assert_true(can);
	snprintf(path, sizeof(path), "%s/open", place->commands.folder_path);
	assert_ok(user_can_read(&place->user, path, &can, &err), &err);
	assert_true(can);
	assert_ok(user_can_write(&place->user, place->commands.folder, &can, &err), &err);
	assert_true(can);
	assert_int_equal(fchmod(place->commands.folder, 0755), 0);
	assert_ok(user_can_write(&place->user, place->commands.folder, &can, &err), &err);
	assert_false(can);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define BOTH(name) \
	CASE(name), \
	{ \
#name "_as_user", name, set_up_user, tear_down, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_plain_files),
		BOTH(test_what_is_missing),
		BOTH(test_what_leads_out),
		BOTH(test_what_is_no_file),
		BOTH(test_long_paths),
		BOTH(test_what_is_not_readable),
		BOTH(test_lists),
		BOTH(test_huge_lists),
		BOTH(test_deep_folders),
		BOTH(test_an_agent_that_dies),
		BOTH(test_an_agent_is_bare),
		BOTH(test_removing_hostile_trees),
		cmocka_unit_test(test_finding_users),
		cmocka_unit_test(test_checking_users),
		cmocka_unit_test(test_becoming_without_right),
		CASE(test_what_a_user_can_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
