/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* getgrouplist, setgroups */

#include "tools/worker/process/user.h"

#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENTRY_MAX ((size_t)1 << 20)

/* ---- by name ---- */

static int read_groups(struct user *user, tc_error *err)
{
	int count = USER_GROUPS_MAX;

	if (getgrouplist(user->name, user->gid, user->groups, &count) < 0)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "user %s is in more than %d groups",
			user->name, USER_GROUPS_MAX);
	user->groups_count = (size_t)count;
	return TC_OK;
}

static int take(struct user *user, const struct passwd *entry, tc_error *err)
{
	user->uid = entry->pw_uid;
	user->gid = entry->pw_gid;
	int rc = tc__text_copy(&user->name, entry->pw_name, err);
	if (rc == TC_OK)
		rc = tc__text_copy(&user->home, entry->pw_dir, err);
	if (rc == TC_OK)
		rc = read_groups(user, err);
	return rc;
}

int user_find(struct user *user, const char *name, tc_error *err)
{
	struct passwd entry;
	struct passwd *found = NULL;
	char *room = NULL;
	int problem = ERANGE;

	tc_error_clear(err);
	memset(user, 0, sizeof(*user));
	for (size_t size = 1024; problem == ERANGE && size <= ENTRY_MAX; size *= 4) {
		free(room);
		room = malloc(size);
		if (!room)
			return tc__no_memory(err);
		problem = getpwnam_r(name, &entry, room, size, &found);
	}
	int rc = TC_ERROR_ARGUMENT;
	if (found)
		rc = take(user, found, err);
	else if (problem == 0)
		tc_error_set(err, rc, "there is no user %s", name);
	else
		rc = tc_error_set(err, TC_ERROR_SYSTEM, "user %s cannot be looked up: %s", name,
			strerror(problem));
	free(room);
	if (rc != TC_OK)
		user_clear(user);
	return rc;
}

void user_clear(struct user *user)
{
	free(user->name);
	free(user->home);
	memset(user, 0, sizeof(*user));
}

/* ---- becoming it ---- */

/* A worker that has its capabilities as ambient ones would hand them on. */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &header, none) == 0 ? 0 : errno;
}

static bool is_become(uid_t uid, gid_t gid)
{
	uid_t u[3];
	gid_t g[3];

	return getresuid(&u[0], &u[1], &u[2]) == 0 && getresgid(&g[0], &g[1], &g[2]) == 0 &&
		u[0] == uid && u[1] == uid && u[2] == uid && g[0] == gid && g[1] == gid &&
		g[2] == gid;
}

/* By system calls: the library's functions have all threads follow, and in a child of fork there
 * are none. */
int user_become(uid_t uid, gid_t gid, const gid_t *groups, size_t groups_count)
{
	if (syscall(SYS_setgroups, groups_count, groups) != 0 ||
		syscall(SYS_setresgid, gid, gid, gid) != 0 ||
		syscall(SYS_setresuid, uid, uid, uid) != 0)
		return errno;
	int problem = drop_capabilities();
	if (problem)
		return problem;
	if (!is_become(uid, gid) || syscall(SYS_setresuid, -1, 0, -1) == 0)
		return EPERM;
	return 0;
}

/* ---- what a child tries ---- */

#define TRIED_NOT_BECOME 100 /* and the errno of what was tried is below it */

struct trial {
	int (*attempt)(const struct trial *trial); /* 0, or an errno; async-signal-safe */
	const char *path;
	int folder;
};

static int try_nothing(const struct trial *trial)
{
	(void)trial;
	return 0;
}

static int try_reading(const struct trial *trial)
{
	int fd = open(trial->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? 1 : 0;
}

static int try_writing(const struct trial *trial)
{
	return faccessat(trial->folder, ".", W_OK | X_OK, 0) == 0 ? 0 : 1;
}

static void child(const struct user *user, const struct trial *trial)
{
	if (user && user_become(user->uid, user->gid, user->groups, user->groups_count) != 0)
		_exit(TRIED_NOT_BECOME);
	_exit(trial->attempt(trial));
}

/* The child's exit status; -1 with *err. */
static int try_as(const struct user *user, const struct trial *trial, tc_error *err)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		child(user, trial);
	if (pid > 0) {
		while (waitpid(pid, &status, 0) < 0) {
			if (errno != EINTR)
				break;
		}
	}
	if (pid < 0 || !WIFEXITED(status)) {
		tc_error_set(err, TC_ERROR_SYSTEM, "a child that tries things as user %s: %s",
			user ? user->name : "(this)", pid < 0 ? strerror(errno) : "it has died");
		return -1;
	}
	if (WEXITSTATUS(status) != TRIED_NOT_BECOME)
		return WEXITSTATUS(status);
	tc_error_set(err, TC_ERROR_SYSTEM,
		"this process cannot become user %s: it must be root, or have CAP_SETUID and "
		"CAP_SETGID",
		user ? user->name : "(this)");
	return -1;
}

static int answer(const struct user *user, const struct trial *trial, bool *can, tc_error *err)
{
	tc_error_clear(err);
	int result = try_as(user, trial, err);
	*can = result == 0;
	return result < 0 ? TC_ERROR_SYSTEM : TC_OK;
}

int user_can_read(const struct user *user, const char *path, bool *can, tc_error *err)
{
	return answer(user, &(struct trial){ try_reading, path, -1 }, can, err);
}

int user_can_write(const struct user *user, int folder, bool *can, tc_error *err)
{
	return answer(user, &(struct trial){ try_writing, NULL, folder }, can, err);
}

static bool is_in_group(const struct user *user, gid_t gid)
{
	for (size_t i = 0; i < user->groups_count; i++) {
		if (user->groups[i] == gid)
			return true;
	}
	return user->gid == gid;
}

int user_check(const struct user *user, tc_error *err)
{
	bool can;

	tc_error_clear(err);
	if (user->uid == 0)
		return tc_error_set(
			err, TC_ERROR_ARGUMENT, "tasks cannot run as %s: it is root", user->name);
	if (user->uid == getuid() || user->uid == geteuid())
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"tasks cannot run as %s: it is the worker's own user, from whom they are "
			"to be "
			"separated",
			user->name);
	if (is_in_group(user, 0))
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"tasks cannot run as %s: it is in root's group", user->name);
	return answer(user, &(struct trial){ try_nothing, NULL, -1 }, &can, err);
}
