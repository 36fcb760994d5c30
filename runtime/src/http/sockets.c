/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static bool remember(struct tc__sockets *sockets, int fd)
{
	if (sockets->count == sockets->capacity) {
		size_t capacity = 2 * sockets->capacity + 8;
		int *fds = realloc(sockets->fds, capacity * sizeof *fds);
		if (!fds)
			return false;
		sockets->fds = fds;
		sockets->capacity = capacity;
	}
	sockets->fds[sockets->count++] = fd;
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

/* Where it is among the sockets; their number when it is none. */
static size_t find_socket(const struct tc__sockets *sockets, int fd)
{
	size_t i = 0;

	while (i < sockets->count && sockets->fds[i] != fd)
		i++;
	return i;
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
		if (!has_ports(sockets->fds[i], local_port, remote_port))
			continue;
		if (found >= 0)
			return -1;
		found = sockets->fds[i];
	}
	return found;
}

bool tc__sockets_has(const struct tc__sockets *sockets, int fd)
{
	return find_socket(sockets, fd) < sockets->count;
}

int tc__sockets_close(struct tc__sockets *sockets, int fd)
{
	size_t position = find_socket(sockets, fd);

	/* curl closes a connection as soon as it fails: errno still tells that malloc did */
	sockets->no_memory |= errno == ENOMEM;
	if (position < sockets->count)
		sockets->fds[position] = sockets->fds[--sockets->count];
	if (sockets->closing)
		sockets->closing(sockets->data, fd);
	return close(fd);
}

void tc__sockets_abandon(struct tc__sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++)
		close(sockets->fds[i]);
	sockets->count = 0;
}

void tc__sockets_clear(struct tc__sockets *sockets)
{
	free(sockets->fds);
	*sockets = (struct tc__sockets){ 0 };
}
