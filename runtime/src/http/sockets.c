/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where a number stands; their count when it is none of them. */
static size_t find(const struct tc__sockets *sockets, int fd)
{
	size_t i = 0;

	while (i < sockets->count && sockets->all[i].fd != fd)
		i++;
	return i;
}

/* Whether the number still means what it did. */
static bool is_there(const struct tc__socket *socket)
{
	struct stat now;

	return fstat(socket->fd, &now) == 0 && now.st_dev == socket->device &&
		now.st_ino == socket->node;
}

static void forget(struct tc__sockets *sockets, size_t position)
{
	int fd = sockets->all[position].fd;

	sockets->all[position] = sockets->all[--sockets->count];
	if (sockets->closing)
		sockets->closing(sockets->data, fd);
}

static bool make_room(struct tc__sockets *sockets)
{
	if (sockets->count < sockets->capacity)
		return true;
	size_t capacity = 2 * sockets->capacity + 8;
	struct tc__socket *all = realloc(sockets->all, capacity * sizeof *all);
	if (!all)
		return false;
	sockets->all = all;
	sockets->capacity = capacity;
	return true;
}

static bool remember(struct tc__sockets *sockets, int fd)
{
	size_t before = find(sockets, fd); /* of one that was closed without a word */
	struct stat now;

	if (before < sockets->count)
		forget(sockets, before);
	if (fstat(fd, &now) != 0 || !make_room(sockets))
		return false;
	sockets->all[sockets->count++] =
		(struct tc__socket){ .fd = fd, .device = now.st_dev, .node = now.st_ino };
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

	for (size_t i = 0; i < sockets->count; i++) {
		const struct tc__socket *socket = &sockets->all[i];
		if (!has_ports(socket->fd, local_port, remote_port) || !is_there(socket))
			continue;
		if (found >= 0)
			return -1;
		found = socket->fd;
	}
	return found;
}

bool tc__sockets_has(const struct tc__sockets *sockets, int fd)
{
	size_t position = find(sockets, fd);

	return position < sockets->count && is_there(&sockets->all[position]);
}

int tc__sockets_close(struct tc__sockets *sockets, int fd)
{
	size_t position = find(sockets, fd);

	/* curl closes a connection as soon as it fails: errno still tells that malloc did */
	sockets->no_memory |= errno == ENOMEM;
	if (position < sockets->count)
		forget(sockets, position);
	else if (sockets->closing)
		sockets->closing(sockets->data, fd);
	return close(fd);
}

void tc__sockets_prune(struct tc__sockets *sockets)
{
	for (size_t i = sockets->count; i-- > 0;)
		if (!is_there(&sockets->all[i]))
			forget(sockets, i);
}

void tc__sockets_abandon(struct tc__sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++)
		if (is_there(&sockets->all[i]))
			close(sockets->all[i].fd);
	sockets->count = 0;
}

void tc__sockets_clear(struct tc__sockets *sockets)
{
	free(sockets->all);
	*sockets = (struct tc__sockets){ 0 };
}
