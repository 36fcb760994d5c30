/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* posix_spawn_file_actions_addclosefrom_np */

/* How helpers are started. */

#include "tools/worker/process/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#define FDS 4

static int set_descriptors(posix_spawn_file_actions_t *actions, const int *passed)
{
	int rc = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);

	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(actions, STDIN_FILENO, STDOUT_FILENO);
	for (int i = 0; rc == 0 && i < FDS; i++) {
		if (passed[i] >= 0)
			rc = posix_spawn_file_actions_adddup2(
				actions, passed[i], HELPER_FD_TALK + i);
		else
			rc = posix_spawn_file_actions_addopen(
				actions, HELPER_FD_TALK + i, "/dev/null", O_RDWR, 0);
	}
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(actions, HELPER_FD_END);
	return rc;
}

/* Its own session: a terminal's ^C is the worker's. */
static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &all);
	return posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
}

static int spawn(pid_t *pid, const char *program, const char *const *words, const int *passed)
{
	static char *const nothing[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return rc;
	rc = posix_spawnattr_init(&attributes);
	if (rc == 0) {
		rc = set_attributes(&attributes);
		if (rc == 0)
			rc = set_descriptors(&actions, passed);
		if (rc == 0) /* which does not write to them */
			rc = posix_spawn(pid, program, &actions, &attributes,
				(char *const *)(uintptr_t)words, nothing);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

pid_t helper_start(
	const char *program, const char *const *words, const struct helper_fds *fds, tc_error *err)
{
	const int given[FDS] = { fds->talk, fds->folder, fds->order, fds->output };
	int passed[FDS] = { -1, -1, -1, -1 };
	pid_t pid = -1;
	int rc = 0;

	/* out of the way of the numbers that they get */
	for (int i = 0; i < FDS; i++) {
		if (given[i] < 0)
			continue;
		passed[i] = fcntl(given[i], F_DUPFD_CLOEXEC, HELPER_FD_END);
		if (passed[i] < 0)
			rc = errno;
	}
	if (!program)
		program = "/proc/self/exe";
	if (rc == 0)
		rc = spawn(&pid, program, words, passed);
	for (int i = 0; i < FDS; i++) {
		if (passed[i] >= 0)
			close(passed[i]);
	}
	if (rc == 0)
		return pid;
	tc_error_set(err, rc == ENOMEM ? TC_ERROR_NOMEM : TC_ERROR_SYSTEM,
		"%s cannot be started for %s: %s", program, words[1], strerror(rc));
	return -1;
}
