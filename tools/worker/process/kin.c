/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* SYS_pidfd_open */

#include "tools/worker/process/kin.h"

#include "tools/worker/process/descent.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct census {
	struct kin *all; /* by pid */
	size_t count, room;
};

/* ---- counting ---- */

/* The name of a program may be anything, so fields are counted from the last bracket. */
static bool parse_stat(const char *text, struct kin *kin)
{
	const char *rest = strrchr(text, ')');
	int parent, session;

	if (!rest ||
		sscanf(rest + 1,
			" %*c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
			"%*d "
			"%" SCNu64,
			&parent, &session, &kin->start) != 3)
		return false;
	kin->parent = parent;
	kin->session = session;
	return true;
}

static bool read_kin(pid_t pid, struct kin *kin)
{
	char path[64];
	char text[1024];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t length = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (length <= 0)
		return false;
	text[length] = '\0';
	*kin = (struct kin){ .pid = pid };
	return parse_stat(text, kin);
}

uint64_t kin_start(pid_t pid)
{
	struct kin kin;

	return read_kin(pid, &kin) ? kin.start : 0;
}

static bool add(struct census *census, const struct kin *kin)
{
	if (census->count == census->room) {
		size_t room = census->room ? 2 * census->room : 256;
		struct kin *all = realloc(census->all, room * sizeof(struct kin));
		if (!all)
			return false;
		census->all = all;
		census->room = room;
	}
	census->all[census->count++] = *kin;
	return true;
}

static int by_pid(const void *a, const void *b)
{
	pid_t x = ((const struct kin *)a)->pid;
	pid_t y = ((const struct kin *)b)->pid;

	return (x > y) - (x < y);
}

/* What memory does not suffice for is found next time, when others are gone. */
static bool take_census(struct census *census)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	struct kin kin;

	memset(census, 0, sizeof(*census));
	if (!proc)
		return false;
	while ((entry = readdir(proc))) {
		long pid = strtol(entry->d_name, NULL, 10);
		if (pid > 0 && read_kin((pid_t)pid, &kin) && !add(census, &kin))
			break;
	}
	closedir(proc);
	if (census->count)
		qsort(census->all, census->count, sizeof(struct kin), by_pid);
	return true;
}

/* ---- signals ---- */

static void send_signal(const struct kin *kin, int number)
{
	struct kin now;
	int fd = (int)syscall(SYS_pidfd_open, kin->pid, 0);

	if (fd < 0 && errno != ENOSYS)
		return;
	/* the descriptor holds it: it is still the one that was counted, or it is not touched */
	if (read_kin(kin->pid, &now) && now.start == kin->start) {
		if (fd < 0)
			kill(kin->pid, number);
		else
			syscall(SYS_pidfd_send_signal, fd, number, NULL, 0);
	}
	if (fd >= 0)
		close(fd);
}

int kin_signal_descendants(int number)
{
	const uint64_t own_start = kin_start(getpid());
	struct census census;
	int found = 0;

	if (!own_start || !take_census(&census))
		return -1;
	descent_relate(census.all, census.count, getpid(), own_start);
	for (size_t i = 0; i < census.count; i++) {
		if (census.all[i].relation != OURS)
			continue;
		send_signal(&census.all[i], number);
		found++;
	}
	free(census.all);
	return found;
}

static bool kill_members(pid_t leader)
{
	struct census census;
	bool found = false;

	if (!take_census(&census))
		return false;
	for (size_t i = 0; i < census.count; i++) {
		if (census.all[i].session != leader)
			continue;
		send_signal(&census.all[i], SIGKILL);
		found = true;
	}
	free(census.all);
	return found;
}

void kin_kill_session(pid_t leader, uint64_t start)
{
	/* a number is not given out again while a session has it: a leader of another time has made
	 * another session, and ours is empty */
	for (int round = 0; round < 3; round++) {
		uint64_t now = kin_start(leader);
		if ((now && now != start) || !kill_members(leader))
			return;
	}
}
