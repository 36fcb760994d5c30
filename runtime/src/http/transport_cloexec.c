/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/transport_curl.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined __has_include
#if __has_include(<sys/single_threaded.h>) /* glibc's, from 2.32 on */
#include <sys/single_threaded.h>
#define KNOWS_WHETHER_ALONE
#endif
#endif

/*
 * A curl multi handle has two descriptors of its own, or one, by which curl_multi_wakeup ends a
 * poll. Older versions of curl (Debian 12's among them) leave them open across exec and tell nobody
 * their numbers, so a host that starts programs would leak them. They are where a new descriptor
 * was put just before, as the numbers that are free are given from the lowest on.
 *
 * Where there are other threads, whose may be there instead, they give themselves away: they are
 * the ones that hold bytes after every wake-up and none after every poll. Several rounds make a
 * mistake impossible in practice. Only when another thread has taken or freed some meanwhile, all
 * that the process has are looked at.
 */

#define ROUNDS 6
#define TRIES 8
#define REACH 4

struct candidates {
	struct pollfd *fds;
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

static void add(struct candidates *candidates, int fd)
{
	if (candidates->count == candidates->capacity) {
		size_t capacity = 2 * candidates->capacity + 16;
		struct pollfd *fds = realloc(candidates->fds, capacity * sizeof *fds);
		if (!fds)
			return;
		candidates->fds = fds;
		candidates->capacity = capacity;
	}
	candidates->fds[candidates->count++] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

/* Bytes on either side: the reading end shows what has come, the writing end what it has sent. */
static bool holds_bytes(const struct pollfd *polled)
{
	int sent = 0;

	if (polled->revents & POLLIN)
		return true;
	return ioctl(polled->fd, TIOCOUTQ, &sent) == 0 && sent > 0;
}

static void keep(struct candidates *candidates, bool holding)
{
	size_t kept = 0;

	if (poll(candidates->fds, (nfds_t)candidates->count, 0) < 0)
		candidates->count = 0;
	for (size_t i = 0; i < candidates->count; i++)
		if (holds_bytes(&candidates->fds[i]) == holding)
			candidates->fds[kept++] = candidates->fds[i];
	candidates->count = kept;
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

/* The two places may be so near that both reach the same. */
static void collect_near(struct candidates *candidates, const int places[2])
{
	int seen = 0;

	for (int i = 0; i < 2 && places[i] >= 0; i++) {
		for (int fd = places[i]; fd < places[i] + REACH; fd++)
			if (fd >= seen && fcntl(fd, F_GETFD) >= 0)
				add(candidates, fd);
		seen = places[i] + REACH;
	}
	keep(candidates, false);
}

static void collect_all(struct candidates *candidates)
{
	DIR *folder = opendir("/proc/self/fd");

	candidates->count = 0;
	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		char *end;
		long fd = strtol(entry->d_name, &end, 10);
		if (end != entry->d_name && !*end && survives_exec((int)fd))
			add(candidates, (int)fd);
	}
	if (folder)
		closedir(folder);
	keep(candidates, false);
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
	return candidates->count == 2 ||
		(candidates->count == 1 && !is_pair(candidates->fds[0].fd));
}

/* The same, and sockets belong together; of which another thread may have made those between. */
static bool are_certain(const struct candidates *candidates)
{
	struct stat first;

	if (!are_whole(candidates))
		return false;
	if (candidates->count == 1 || fstat(candidates->fds[0].fd, &first) != 0 ||
		!S_ISSOCK(first.st_mode))
		return true;
	if (is_partner(candidates->fds[1].fd, &first))
		return true;
	return fstat(candidates->fds[1].fd, &first) == 0 &&
		is_partner(candidates->fds[0].fd, &first);
}

static bool is_alone(void)
{
#ifdef KNOWS_WHETHER_ALONE
	return __libc_single_threaded;
#else
	return false;
#endif
}

static void close_on_exec_at(const int places[2])
{
	for (int i = 0; i < 2; i++) {
		int flags = fcntl(places[i], F_GETFD);
		if (flags >= 0 && !(flags & FD_CLOEXEC))
			fcntl(places[i], F_SETFD, FD_CLOEXEC);
	}
}

static void find_and_close_on_exec(CURLM *multi, const int places[2])
{
	struct candidates candidates = { 0 };

	collect_near(&candidates, places);
	prove(&candidates, multi);
	/* another thread's may look like ours for a while, but hardly again and again */
	for (int tries = 0; tries < TRIES && !are_certain(&candidates); tries++) {
		collect_all(&candidates);
		prove(&candidates, multi);
	}
	for (size_t i = 0; are_whole(&candidates) && i < candidates.count; i++)
		fcntl(candidates.fds[i].fd, F_SETFD, FD_CLOEXEC);
	free(candidates.fds);
}

CURLM *tc__curl_multi_new(void)
{
	int places[2];

	probe(places);
	CURLM *multi = curl_multi_init();
	if (!multi)
		return NULL;
	if (is_alone())
		close_on_exec_at(places);
	else
		find_and_close_on_exec(multi, places);
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
