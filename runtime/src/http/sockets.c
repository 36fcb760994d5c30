/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_known(const struct tc__sockets *sockets, int fd)
{
	return fd >= 0 && (size_t)fd < sockets->capacity && sockets->all[fd].known;
}

/* Whether the number still means what it did. */
static bool is_there(const struct tc__sockets *sockets, int fd)
{
	const struct tc__socket *socket = &sockets->all[fd];
	struct stat now;

	return fstat(fd, &now) == 0 && now.st_dev == socket->device && now.st_ino == socket->node;
}

int tc__sockets_next(const struct tc__sockets *sockets, int fd)
{
	for (size_t next = (size_t)(fd + 1); next < sockets->capacity; next++)
		if (sockets->all[next].known)
			return (int)next;
	return -1;
}

static void forget(struct tc__sockets *sockets, int fd)
{
	sockets->all[fd].known = false;
	sockets->count--;
	if (sockets->closing)
		sockets->closing(sockets->data, fd);
}

static bool make_room(struct tc__sockets *sockets, int fd)
{
	size_t before = sockets->capacity, capacity = 2 * before > 16 ? 2 * before : 16;

	if ((size_t)fd < before)
		return true;
	if ((size_t)fd >= capacity)
		capacity = (size_t)fd + 16;
	struct tc__socket *all = realloc(sockets->all, capacity * sizeof *all);
	if (!all)
		return false;
	memset(all + before, 0, (capacity - before) * sizeof *all);
	sockets->all = all;
	sockets->capacity = capacity;
	return true;
}

static bool remember(struct tc__sockets *sockets, int fd)
{
	struct stat now;

	if (is_known(sockets, fd)) /* one that was closed without a word */
		forget(sockets, fd);
	if (fstat(fd, &now) != 0 || !make_room(sockets, fd))
		return false;
	sockets->all[fd] = (struct tc__socket){ true, sockets->doubts, now.st_dev, now.st_ino };
	sockets->count++;
	return true;
}

static int open_socket(int family, int type, int protocol)
{
#ifdef SOCK_CLOEXEC
	return socket(family, type | SOCK_CLOEXEC, protocol);
#else
	int fd = socket(family, type, protocol);
	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
#endif
}

int tc__sockets_open(struct tc__sockets *sockets, int family, int type, int protocol)
{
	int fd = open_socket(family, type, protocol);

	if (fd < 0 || remember(sockets, fd))
		return fd;
	close(fd);
	return -1;
}

static int port_of(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *ipv4 = (const void *)address;
	const struct sockaddr_in6 *ipv6 = (const void *)address;

	if (address->ss_family == AF_INET)
		return ntohs(ipv4->sin_port);
	return address->ss_family == AF_INET6 ? ntohs(ipv6->sin6_port) : 0;
}

static bool has_ports(int fd, int local_port, int remote_port)
{
	struct sockaddr_storage here, there;
	socklen_t here_size = sizeof here, there_size = sizeof there;

	return getsockname(fd, (struct sockaddr *)&here, &here_size) == 0 &&
		getpeername(fd, (struct sockaddr *)&there, &there_size) == 0 &&
		port_of(&here) == local_port && port_of(&there) == remote_port;
}

int tc__sockets_connection(const struct tc__sockets *sockets, int local_port, int remote_port)
{
	int found = -1;

	for (int fd = tc__sockets_next(sockets, -1); fd >= 0; fd = tc__sockets_next(sockets, fd)) {
		if (!has_ports(fd, local_port, remote_port) || !is_there(sockets, fd))
			continue;
		if (found >= 0)
			return -1;
		found = fd;
	}
	return found;
}

bool tc__sockets_has(const struct tc__sockets *sockets, int fd)
{
	return is_known(sockets, fd) && is_there(sockets, fd);
}

bool tc__sockets_has_shown(struct tc__sockets *sockets, int fd)
{
	if (!is_known(sockets, fd))
		return false;
	struct tc__socket *socket = &sockets->all[fd];
	if (socket->doubts == sockets->doubts)
		return true;
	bool there = is_there(sockets, fd);
	if (there)
		socket->doubts = sockets->doubts;
	return there;
}

void tc__sockets_doubt(struct tc__sockets *sockets)
{
	sockets->doubts++;
}

int tc__sockets_close(struct tc__sockets *sockets, int fd)
{
	/* curl closes a connection as soon as it fails: errno still tells that malloc did */
	sockets->no_memory |= errno == ENOMEM;
	if (is_known(sockets, fd))
		forget(sockets, fd);
	else if (sockets->closing)
		sockets->closing(sockets->data, fd);
	return close(fd);
}

void tc__sockets_prune(struct tc__sockets *sockets)
{
	for (int fd = tc__sockets_next(sockets, -1); fd >= 0; fd = tc__sockets_next(sockets, fd))
		if (!is_there(sockets, fd))
			forget(sockets, fd);
}

void tc__sockets_abandon(struct tc__sockets *sockets)
{
	for (int fd = tc__sockets_next(sockets, -1); fd >= 0; fd = tc__sockets_next(sockets, fd)) {
		if (is_there(sockets, fd))
			close(fd);
		sockets->all[fd].known = false;
	}
	sockets->count = 0;
}

void tc__sockets_clear(struct tc__sockets *sockets)
{
	free(sockets->all);
	*sockets = (struct tc__sockets){ 0 };
}
