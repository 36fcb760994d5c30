/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/transport_curl.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

/*
 * A curl multi handle has two descriptors of its own, by which curl_multi_wakeup ends a poll. Older
 * versions of curl (Debian 12's among them) leave them open across exec and tell nobody their
 * numbers, so a host that starts programs would leak them. They give themselves away: of all
 * descriptors that would survive exec, they are the ones that hold bytes after every wake-up and
 * none after every poll. Several rounds make a mistake impossible in practice.
 */

#define ROUNDS 4

struct candidates {
	int *fds;
	size_t count, capacity;
};

static bool survives_exec(int fd)
{
	struct stat status;
	int flags = fcntl(fd, F_GETFD);

	if (flags < 0 || (flags & FD_CLOEXEC) || fstat(fd, &status) != 0)
		return false;
	return S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode);
}

/* Bytes on either side: the reading end shows what has come, the writing end what it has sent. */
static bool holds_bytes(int fd)
{
	int come = 0, sent = 0;

	if (ioctl(fd, FIONREAD, &come) != 0)
		come = 0;
	if (ioctl(fd, TIOCOUTQ, &sent) != 0)
		sent = 0;
	return come > 0 || sent > 0;
}

static void add(struct candidates *candidates, int fd)
{
	if (candidates->count == candidates->capacity) {
		size_t capacity = 2 * candidates->capacity + 16;
		int *fds = realloc(candidates->fds, capacity * sizeof *fds);
		if (!fds)
			return;
		candidates->fds = fds;
		candidates->capacity = capacity;
	}
	candidates->fds[candidates->count++] = fd;
}

static void collect(struct candidates *candidates)
{
	DIR *folder = opendir("/proc/self/fd");

	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		char *end;
		long fd = strtol(entry->d_name, &end, 10);
		if (end != entry->d_name && !*end && survives_exec((int)fd) &&
			!holds_bytes((int)fd))
			add(candidates, (int)fd);
	}
	if (folder)
		closedir(folder);
}

static void keep(struct candidates *candidates, bool holding)
{
	size_t kept = 0;

	for (size_t i = 0; i < candidates->count; i++)
		if (holds_bytes(candidates->fds[i]) == holding)
			candidates->fds[kept++] = candidates->fds[i];
	candidates->count = kept;
}

static void close_on_exec(CURLM *multi)
{
	struct candidates candidates = { 0 };

	collect(&candidates);
	for (int round = 0; round < ROUNDS && candidates.count; round++) {
		curl_multi_wakeup(multi);
		keep(&candidates, true);
		curl_multi_poll(multi, NULL, 0, 0, NULL);
		keep(&candidates, false);
	}
	for (size_t i = 0; candidates.count <= 2 && i < candidates.count; i++)
		fcntl(candidates.fds[i], F_SETFD, FD_CLOEXEC);
	free(candidates.fds);
}

CURLM *tc__curl_multi_new(void)
{
	CURLM *multi = curl_multi_init();

	if (multi)
		close_on_exec(multi);
	return multi;
}

/*
 * The thread that looks a name up tells its end by a pair of sockets, which older versions leave
 * open across exec as well. Of the pair only the reading end is known to us. The other one was made
 * in the same breath: it has the next number that was free, and the next inode.
 */
#define PAIR_REACH 64

static bool is_partner(int fd, const struct stat *known)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) &&
		status.st_dev == known->st_dev && status.st_ino == known->st_ino + 1;
}

void tc__pair_close_on_exec(int fd)
{
	struct stat known;

	if (!survives_exec(fd) || fstat(fd, &known) != 0)
		return;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	for (int other = fd + 1; other <= fd + PAIR_REACH; other++) {
		if (!is_partner(other, &known))
			continue;
		fcntl(other, F_SETFD, FD_CLOEXEC);
		return;
	}
}
