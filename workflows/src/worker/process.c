/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* syscall */

#include "workflows/src/worker/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define STAT_SIZE 1024
#define ENVIRONMENT_SIZE ((size_t)256 * 1024) /* of another process, as far as it is looked at */
#define ROUNDS 16                             /* what is being killed may still start others */

/* Up to `size` - 1 bytes of a file of the system's, and a NUL; -1: it cannot be read. */
static ssize_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	while (used + 1 < size) {
		n = read(fd, text + used, size - 1 - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	close(fd);
	text[used] = '\0';
	return n < 0 ? -1 : (ssize_t)used;
}

void tc__process_boot(char boot[TC__BOOT_SIZE])
{
	char id[48] = "", space[40] = "";

	if (read_file("/proc/sys/kernel/random/boot_id", id, sizeof id) > 0)
		id[strcspn(id, " \n")] = '\0';
	ssize_t n = readlink("/proc/self/ns/pid", space, sizeof space - 1);
	space[n > 0 ? n : 0] = '\0';
	snprintf(boot, TC__BOOT_SIZE, "%s%s%s", *id ? id : "unknown", *space ? "/" : "", space);
}

/* ---- what a process is ---- */

struct process {
	char state;
	int64_t group, session;
	uint64_t start;
};

bool tc__process_read(
	const char *stat, char *state, int64_t *group, int64_t *session, uint64_t *start)
{
	const char *at = strrchr(stat, ')');
	int64_t parent = 0;
	int used = 0;

	if (!at ||
		sscanf(at + 1, " %c %" SCNd64 " %" SCNd64 " %" SCNd64 "%n", state, &parent, group,
			session, &used) != 4)
		return false;
	at += 1 + used;
	for (int field = 7; field < 22; field++) { /* the next one is the 7th */
		at += strspn(at, " ");
		at += strcspn(at, " ");
	}
	return sscanf(at, " %" SCNu64, start) == 1;
}

static bool look(int64_t pid, struct process *process)
{
	char path[64], stat[STAT_SIZE];

	snprintf(path, sizeof path, "/proc/%" PRId64 "/stat", pid);
	return read_file(path, stat, sizeof stat) > 0 &&
		tc__process_read(
			stat, &process->state, &process->group, &process->session, &process->start);
}

int tc__process_start(int64_t pid, uint64_t *start, tc_error *err)
{
	struct process process;

	if (pid < 2)
		return tc_error_set(
			err, TC_ERROR_ARGUMENT, "%" PRId64 " is no process of a task", pid);
	if (!look(pid, &process))
		return tc_error_set(err, TC_ERROR_SYSTEM,
			"nothing is known of the process %" PRId64 " (by /proc)", pid);
	*start = process.start;
	return TC_OK;
}

bool tc__process_is_gone(int64_t pid)
{
	return kill((pid_t)-pid, 0) != 0 && errno == ESRCH;
}

/* ---- killing ---- */

/* A process that is held by a descriptor, so that a signal never reaches another one that has got
 * its number; before Linux 5.3 by the number. */
struct held {
	pid_t pid;
	int fd; /* -1 */
};

static bool hold(struct held *held, int64_t pid)
{
	held->pid = (pid_t)pid;
	held->fd = (int)syscall(SYS_pidfd_open, held->pid, 0);
	return held->fd >= 0 || errno == ENOSYS;
}

static bool send(const struct held *held, int number)
{
	if (held->fd < 0)
		return kill(held->pid, number) == 0;
	return syscall(SYS_pidfd_send_signal, held->fd, number, NULL, 0) == 0;
}

static void let_go(const struct held *held)
{
	if (held->fd >= 0)
		close(held->fd);
}

static bool is_alive(const struct process *process)
{
	return process->state != 'Z' && process->state != 'X';
}

/* Whether "NAME=value" is one of the texts, each with a NUL behind it. */
static bool has_variable(const char *texts, size_t length, const char *name, const char *value)
{
	size_t name_length = strlen(name);

	for (const char *at = texts; at < texts + length; at += strlen(at) + 1)
		if (strncmp(at, name, name_length) == 0 && at[name_length] == '=' &&
			strcmp(at + name_length + 1, value) == 0)
			return true;
	return false;
}

/* Whether it was begun with the task's names in its environment. */
static bool is_of_task(pid_t pid, const char *task_id, const char *run_id)
{
	char path[64], *texts = malloc(ENVIRONMENT_SIZE);
	bool is = false;

	if (!texts)
		return false;
	snprintf(path, sizeof path, "/proc/%ld/environ", (long)pid);
	ssize_t length = read_file(path, texts, ENVIRONMENT_SIZE);
	if (length > 0)
		is = has_variable(texts, (size_t)length, "TASK_ID", task_id) &&
			has_variable(texts, (size_t)length, "RUN_ID", run_id);
	free(texts);
	return is;
}

/* Those of a group and session. */
struct family {
	int64_t pid;   /* the leader's number, which is theirs */
	bool verified; /* the leader is there, and cannot end: all are ours */
	const char *task_id, *run_id;
};

static bool is_member(const struct family *family, int64_t pid)
{
	struct process process;

	return look(pid, &process) && is_alive(&process) &&
		(process.group == family->pid || process.session == family->pid);
}

static bool kill_member(const struct family *family, int64_t pid)
{
	struct held held;
	bool killed = false;

	if (pid == family->pid || pid == getpid() || !is_member(family, pid) || !hold(&held, pid))
		return false;
	/* again, as only now it is certain which process that is */
	if (is_member(family, pid) &&
		(family->verified || is_of_task(held.pid, family->task_id, family->run_id)))
		killed = send(&held, SIGKILL);
	let_go(&held);
	return killed;
}

static size_t kill_members(const struct family *family)
{
	DIR *folder = opendir("/proc");
	size_t killed = 0;

	if (!folder)
		return 0;
	for (const struct dirent *entry; (entry = readdir(folder));) {
		char *end = NULL;
		long pid = strtol(entry->d_name, &end, 10);
		if (pid > 1 && !*end && kill_member(family, pid))
			killed++;
	}
	closedir(folder);
	return killed;
}

/* Whether it is the process that was noted, and lives. */
static bool is_noted(int64_t pid, uint64_t start)
{
	struct process process;

	return look(pid, &process) && is_alive(&process) && process.start == start;
}

/* Holds the leader and stops it: while it is there its number, which is also the group's, is
 * nobody else's. */
static bool hold_leader(struct held *held, int64_t pid, uint64_t start)
{
	if (!is_noted(pid, start) || !hold(held, pid))
		return false;
	if (is_noted(pid, start) && send(held, SIGSTOP) && is_noted(pid, start))
		return true;
	let_go(held);
	return false;
}

size_t tc__process_kill(int64_t pid, uint64_t start, const char *task_id, const char *run_id)
{
	struct family family = { .pid = pid, .task_id = task_id, .run_id = run_id };
	struct held leader = { .fd = -1 };
	size_t killed = 0;

	if (pid < 2 || pid == getpid())
		return 0;
	family.verified = hold_leader(&leader, pid, start);
	killed = kill_members(&family);
	/* again, for what they started meanwhile; most are seen once more before they are gone */
	for (int round = 1; killed && round < ROUNDS && kill_members(&family); round++)
		sched_yield();
	if (!family.verified)
		return killed;
	if (send(&leader, SIGKILL))
		killed++;
	let_go(&leader);
	return killed;
}
