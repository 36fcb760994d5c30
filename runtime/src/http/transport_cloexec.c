/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/transport_curl.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A curl multi handle has two descriptors of its own, or one, by which curl_multi_wakeup ends a
 * poll. Older versions of curl (Debian 12's among them) leave them open across exec and tell nobody
 * their numbers, so a host that starts programs would leak them. They give themselves away: they
 * are the ones that hold bytes after every wake-up and none after every poll. Several rounds make a
 * mistake impossible in practice.
 *
 * They are looked for where a new descriptor was put just before, as the numbers that are free are
 * given from the lowest on. Only when another thread has taken or freed some meanwhile, all that
 * the process has are looked at.
 */

#define ROUNDS 6
#define TRIES 8
#define REACH 8

struct candidates {
	int *fds;
	size_t count, capacity;
};

static bool is_pair(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

static bool survives_exec(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags >= 0 && !(flags & FD_CLOEXEC) && is_pair(fd);
}

/* Bytes on either side: the reading end shows what has come, the writing end what it has sent. */
static bool holds_bytes(int fd)
{
	struct pollfd come = { .fd = fd, .events = POLLIN };
	int sent = 0;

	if (ioctl(fd, TIOCOUTQ, &sent) != 0)
		sent = 0;
	return sent > 0 || (poll(&come, 1, 0) == 1 && (come.revents & POLLIN));
}

static void add(struct candidates *candidates, int fd)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->fds[i] == fd)
			return;
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

/* Where a new descriptor and the next one are put now. */
static void probe(int places[2])
{
	places[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	places[1] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (int i = 0; i < 2; i++)
		if (places[i] >= 0)
			close(places[i]);
}

static void collect_near(struct candidates *candidates, const int places[2])
{
	for (int i = 0; i < 2; i++)
		for (int fd = places[i]; fd >= 0 && fd < places[i] + REACH; fd++)
			if (fcntl(fd, F_GETFD) >= 0 && !holds_bytes(fd))
				add(candidates, fd);
}

static void collect_all(struct candidates *candidates)
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

static void prove(struct candidates *candidates, CURLM *multi)
{
	for (int round = 0; round < ROUNDS && candidates->count; round++) {
		curl_multi_wakeup(multi);
		keep(candidates, true);
		curl_multi_poll(multi, NULL, 0, 0, NULL);
		keep(candidates, false);
	}
}

/* Whether a socket is the other end of a known one: made in the same breath, it has the next inode.
 */
static bool is_partner(int fd, const struct stat *known)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) &&
		status.st_dev == known->st_dev && status.st_ino == known->st_ino + 1;
}

/* Both ends of a pipe or of sockets, or the one descriptor that has no other end. */
static bool are_whole(const struct candidates *candidates)
{
	return candidates->count == 2 || (candidates->count == 1 && !is_pair(candidates->fds[0]));
}

/* The same, and sockets belong together; of which another thread may have made those between. */
static bool are_certain(const struct candidates *candidates)
{
	struct stat first;

	if (!are_whole(candidates))
		return false;
	if (candidates->count == 1 || fstat(candidates->fds[0], &first) != 0 ||
		!S_ISSOCK(first.st_mode))
		return true;
	if (is_partner(candidates->fds[1], &first))
		return true;
	return fstat(candidates->fds[1], &first) == 0 && is_partner(candidates->fds[0], &first);
}

static void close_on_exec(CURLM *multi, const int places[2])
{
	struct candidates candidates = { 0 };

	collect_near(&candidates, places);
	prove(&candidates, multi);
	/* another thread's may look like ours for a while, but hardly again and again */
	for (int tries = 0; tries < TRIES && !are_certain(&candidates); tries++) {
		candidates.count = 0;
		collect_all(&candidates);
		prove(&candidates, multi);
	}
	for (size_t i = 0; are_whole(&candidates) && i < candidates.count; i++)
		fcntl(candidates.fds[i], F_SETFD, FD_CLOEXEC);
	free(candidates.fds);
}

CURLM *tc__curl_multi_new(void)
{
	int places[2];

	probe(places);
	CURLM *multi = curl_multi_init();
	if (multi)
		close_on_exec(multi, places);
	return multi;
}

/*
 * The thread that looks a name up tells its end by a pair of sockets, which older versions leave
 * open across exec as well. Of the pair only the reading end is known to us. The other one was made
 * in the same breath: it has the next number that was free, and the next inode.
 */
#define PAIR_REACH 64

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
